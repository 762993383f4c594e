/*
 * backtest.c
 *	  tidehold.backtest: forecasts as they would have been made, beside what came.
 *
 * The forecast of an origin sees the values up to it and nothing else: the series is handed
 * on with its end there.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "forecast/doubles.h"
#include "forecast/fit.h"
#include "forecast/predict.h"
#include "forecast/progress.h"
#include "forecast/values.h"

PG_FUNCTION_INFO_V1(th_backtest);

enum BacktestArgument
{
	ARG_VALUE,
	ARG_HORIZON,
	ARG_OPTIONS,
	ARG_ORIGINS,
	ARG_STEP_BETWEEN,
	ARG_MIN_TRAIN,
	ARG_REFIT
};

enum BacktestColumn
{
	COLUMN_ORIGIN,
	COLUMN_STEP,
	COLUMN_ACTUAL,
	COLUMN_MEAN,
	COLUMN_LOWER,
	COLUMN_UPPER,
	COLUMN_QUANTILES,
	COLUMN_METHOD,
	COLUMN_STATUS,
	COLUMNS
};

/* Below it no method tells more than the last value. */
#define TRAIN_MIN 3

typedef struct Backtest
{
	ThWork series_work;
	ThWork model_work; /* what the model holds, until the next fit */
	ThWork step_work;  /* of one origin */
	ThForecastOptions options;
	ForecastSeries series; /* all of it */
	int horizon;
	int first; /* origin: so many values are known */
	int count; /* of origins */
	int step_between;
	bool refit;
	ForecastModel *model; /* NULL before the first that was fitted */
	ReturnSetInfo *set;
} Backtest;

/* ---- arguments ---- */

static int
positive(FunctionCallInfo fcinfo, enum BacktestArgument argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s must not be null", name)));
	if (PG_GETARG_INT32(argument) < 1)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s %d is below 1", name, PG_GETARG_INT32(argument))));
	return PG_GETARG_INT32(argument);
}

/* The last origin has all of its steps in the series, the others lie before it. */
static void
place_origins(FunctionCallInfo fcinfo, Backtest *test)
{
	const ForecastSeries *series = &test->series;
	int last = series->n - test->horizon;
	int longest = series->period_count > 0 ? series->period[series->period_count - 1] : 0;
	int min_train = Max(2 * longest, TRAIN_MIN);

	if (!PG_ARGISNULL(ARG_MIN_TRAIN))
		min_train = positive(fcinfo, ARG_MIN_TRAIN, "min_train");
	test->count = last < min_train ? 0 : (last - min_train) / test->step_between + 1;
	if (!PG_ARGISNULL(ARG_ORIGINS))
		test->count = Min(test->count, positive(fcinfo, ARG_ORIGINS, "origins"));
	test->first = last - (test->count - 1) * test->step_between;
}

static void
read_arguments(FunctionCallInfo fcinfo, Backtest *test)
{
	if (PG_ARGISNULL(ARG_REFIT))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("refit must not be null")));
	th_forecast_options_read(PG_ARGISNULL(ARG_OPTIONS) ? NULL : PG_GETARG_VARLENA_PP(ARG_OPTIONS),
							 &test->options);
	test->refit = PG_GETARG_BOOL(ARG_REFIT);
	test->horizon = positive(fcinfo, ARG_HORIZON, "horizon");
	th_check_horizon(test->horizon);
	test->step_between = positive(fcinfo, ARG_STEP_BETWEEN, "step_between");
	th_values_series(&test->series_work, PG_GETARG_ARRAYTYPE_P(ARG_VALUE), &test->options,
					 &test->series);
	place_origins(fcinfo, test);
}

/* ---- rows ---- */

static void
put_status(const Backtest *test, int origin, const char *status)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS];

	memset(nulls, true, sizeof(nulls));
	nulls[COLUMN_ORIGIN] = origin == 0;
	values[COLUMN_ORIGIN] = Int32GetDatum(origin);
	nulls[COLUMN_STATUS] = false;
	values[COLUMN_STATUS] = CStringGetTextDatum(status);
	tuplestore_putvalues(test->set->setResult, test->set->setDesc, values, nulls);
}

static void
put_steps(const Backtest *test, int origin, const ThForecastRows *rows)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS] = { false };

	values[COLUMN_ORIGIN] = Int32GetDatum(origin);
	values[COLUMN_METHOD] = CStringGetTextDatum(rows->method);
	values[COLUMN_STATUS] = CStringGetTextDatum(forecast_status_text(FORECAST_OK));
	nulls[COLUMN_QUANTILES] = rows->quantile_count == 0;
	for (int i = 0; i < rows->horizon; i++)
	{
		values[COLUMN_STEP] = Int32GetDatum(i + 1);
		th_float_or_null(test->series.value[origin + i], &values[COLUMN_ACTUAL],
						 &nulls[COLUMN_ACTUAL]);
		th_float_or_null(rows->mean[i], &values[COLUMN_MEAN], &nulls[COLUMN_MEAN]);
		th_float_or_null(rows->lower[i], &values[COLUMN_LOWER], &nulls[COLUMN_LOWER]);
		th_float_or_null(rows->upper[i], &values[COLUMN_UPPER], &nulls[COLUMN_UPPER]);
		if (!nulls[COLUMN_QUANTILES])
			values[COLUMN_QUANTILES] = th_row_quantiles(rows, i);
		tuplestore_putvalues(test->set->setResult, test->set->setDesc, values, nulls);
	}
}

/* ---- origins ---- */

/* False where there is no model, or it counts demand and a value is none. */
static bool
move_on(Backtest *test, int origin)
{
	for (int t = origin - test->step_between; test->model != NULL && t < origin; t++)
	{
		double value = test->series.value[t];

		if (value < 0 && forecast_counts_demand(test->model))
			return false;
		forecast_update(test->model, value);
	}
	return test->model != NULL;
}

/* The model of an origin: fitted, or the last one moved on by the values since. */
static ForecastStatus
model_at(Backtest *test, int origin)
{
	ForecastSeries train = test->series;
	ForecastModel *model;
	ForecastStatus status;

	if (!test->refit && move_on(test, origin))
		return FORECAST_OK;
	test->model = NULL;
	th_work_reset(&test->model_work);
	model = MemoryContextAlloc(test->model_work.memory, sizeof(*model));
	train.n = origin;
	status = th_fit(&test->model_work, &train, &test->options, test->horizon, model);
	if (status == FORECAST_OK)
		test->model = model;
	return status;
}

static void
run_origin(Backtest *test, int origin)
{
	MemoryContext caller = MemoryContextSwitchTo(test->step_work.memory);
	ThForecastRows rows = { .horizon = test->horizon };
	ForecastStatus status;

	CHECK_FOR_INTERRUPTS();
	status = model_at(test, origin);
	if (status == FORECAST_OK)
		status = th_predict(&test->step_work, &test->options, test->model, &rows);
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (status == FORECAST_OK)
		put_steps(test, origin, &rows);
	else
		put_status(test, origin, forecast_status_text(status));
	MemoryContextSwitchTo(caller);
	th_work_reset(&test->step_work);
	th_progress_series_done();
}

/* A call site shows its progress until the statement ends. */
static void
attach(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra != NULL)
		return;
	flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(bool));
	th_progress_attach(flinfo->fn_mcxt);
}

Datum
th_backtest(PG_FUNCTION_ARGS)
{
	Backtest test = { 0 };

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(ARG_VALUE))
		return (Datum) 0;
	attach(fcinfo->flinfo);
	test.set = (ReturnSetInfo *) fcinfo->resultinfo;
	th_work_init(&test.series_work, CurrentMemoryContext);
	th_work_init(&test.model_work, CurrentMemoryContext);
	th_work_init(&test.step_work, CurrentMemoryContext);
	read_arguments(fcinfo, &test);
	if (test.count == 0)
		put_status(&test, 0, forecast_status_text(FORECAST_TOO_SHORT));
	for (int i = 0; i < test.count; i++)
		run_origin(&test, test.first + i * test.step_between);
	MemoryContextDelete(test.step_work.memory);
	MemoryContextDelete(test.model_work.memory);
	MemoryContextDelete(test.series_work.memory);
	return (Datum) 0;
}
