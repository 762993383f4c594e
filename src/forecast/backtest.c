/*
 * backtest.c
 *	  tidehold.backtest: forecasts as they would have been made, beside what came.
 *
 * The forecast of an origin sees the values up to it and nothing else: the series is handed
 * on with its end there.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "core/forecast/method.h"
#include "forecast/options.h"
#include "forecast/progress.h"
#include "forecast/doubles.h"
#include "forecast/work.h"

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

static int
horizon_of(FunctionCallInfo fcinfo)
{
	int horizon = positive(fcinfo, ARG_HORIZON, "horizon");

	if (horizon > FORECAST_HORIZON_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("horizon %d is out of range", horizon),
				 errdetail("A forecast can have %d steps.", FORECAST_HORIZON_MAX)));
	return horizon;
}

/* Without periods in the options the series has no season. */
static void
read_series(FunctionCallInfo fcinfo, Backtest *test)
{
	int n;

	test->series.value = th_finite_doubles(PG_GETARG_ARRAYTYPE_P(ARG_VALUE), "value", &n);
	test->series.n = n;
	test->series.period_count = Max(test->options.period_count, 0);
	memcpy(test->series.period, test->options.period, sizeof(test->series.period));
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
	th_forecast_options_read(PG_ARGISNULL(ARG_OPTIONS) ? NULL : PG_GETARG_VARLENA_P(ARG_OPTIONS),
							 &test->options);
	test->refit = PG_GETARG_BOOL(ARG_REFIT);
	test->horizon = horizon_of(fcinfo);
	test->options.core.horizon = test->horizon;
	test->step_between = positive(fcinfo, ARG_STEP_BETWEEN, "step_between");
	read_series(fcinfo, test);
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

/* Of step i, the quantiles that the options ask for. */
static Datum
quantiles_at(const Backtest *test, const double *quantile, int i)
{
	Datum values[TH_QUANTILES_MAX];
	bool nulls[TH_QUANTILES_MAX];
	int count = test->options.quantile_count;
	int lower = 1;

	for (int k = 0; k < count; k++)
		th_float_or_null(quantile[k * test->horizon + i], &values[k], &nulls[k]);
	return PointerGetDatum(construct_md_array(values, nulls, 1, &count, &lower, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* quantile holds the ends of the interval before those that are asked for. */
static void
put_steps(const Backtest *test, int origin, const double *mean, const double *quantile)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS] = { false };
	int h = test->horizon;

	values[COLUMN_ORIGIN] = Int32GetDatum(origin);
	values[COLUMN_METHOD] = CStringGetTextDatum(forecast_method_name(test->model->method));
	values[COLUMN_STATUS] = CStringGetTextDatum(forecast_status_text(FORECAST_OK));
	nulls[COLUMN_QUANTILES] = test->options.quantile_count == 0;
	for (int i = 0; i < h; i++)
	{
		values[COLUMN_STEP] = Int32GetDatum(i + 1);
		th_float_or_null(test->series.value[origin + i], &values[COLUMN_ACTUAL],
						 &nulls[COLUMN_ACTUAL]);
		th_float_or_null(mean[i], &values[COLUMN_MEAN], &nulls[COLUMN_MEAN]);
		th_float_or_null(quantile[i], &values[COLUMN_LOWER], &nulls[COLUMN_LOWER]);
		th_float_or_null(quantile[h + i], &values[COLUMN_UPPER], &nulls[COLUMN_UPPER]);
		if (!nulls[COLUMN_QUANTILES])
			values[COLUMN_QUANTILES] = quantiles_at(test, quantile + 2 * h, i);
		tuplestore_putvalues(test->set->setResult, test->set->setDesc, values, nulls);
	}
}

/* ---- origins ---- */

/* The model of an origin: fitted, or the last one moved on by the values since. */
static ForecastStatus
model_at(Backtest *test, int origin)
{
	ForecastSeries train = test->series;
	ForecastModel *model = test->model;
	ForecastStatus status;

	if (model != NULL && !test->refit)
	{
		for (int t = origin - test->step_between; t < origin; t++)
			forecast_update(model, test->series.value[t]);
		return FORECAST_OK;
	}
	test->model = NULL;
	th_work_reset(&test->model_work);
	model = test->model_work.lent.allocate(&test->model_work, sizeof(*model));
	if (model == NULL)
		return FORECAST_NO_MEMORY;
	train.n = origin;
	status = forecast_fit(&test->model_work.lent, &train, &test->options.core, model, NULL);
	if (status == FORECAST_OK)
		test->model = model;
	return status;
}

static double *
numbers(Backtest *test, int count)
{
	double *number = test->step_work.lent.allocate(&test->step_work, count * sizeof(double));

	if (number == NULL)
		th_work_no_memory();
	return number;
}

static ForecastStatus
forecast_steps(Backtest *test, int origin)
{
	const ThForecastOptions *options = &test->options;
	double level[2 + TH_QUANTILES_MAX] = { (1 - options->level) / 2, (1 + options->level) / 2 };
	int count = 2 + options->quantile_count;
	int h = test->horizon;
	double *mean = numbers(test, h);
	double *variance = numbers(test, h);
	double *quantile = numbers(test, count * h);
	ForecastStatus status;

	memcpy(level + 2, options->quantile, options->quantile_count * sizeof(double));
	th_progress_phase(TH_FORECAST_PREDICTING);
	status = forecast_predict(&test->step_work.lent, test->model, h, mean, variance);
	if (status == FORECAST_OK)
		status = forecast_quantiles(&test->step_work.lent, test->model, h, mean, variance, level,
									count, quantile);
	if (status == FORECAST_OK)
		put_steps(test, origin, mean, quantile);
	return status;
}

static void
run_origin(Backtest *test, int origin)
{
	MemoryContext caller = MemoryContextSwitchTo(test->step_work.memory);
	ForecastStatus status;

	CHECK_FOR_INTERRUPTS();
	th_progress_series(test->options.series, forecast_method_name(test->options.core.method),
					   origin);
	status = model_at(test, origin);
	if (status == FORECAST_OK)
		status = forecast_steps(test, origin);
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (status != FORECAST_OK)
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
	read_arguments(fcinfo, &test);
	test.set = (ReturnSetInfo *) fcinfo->resultinfo;
	th_work_init(&test.model_work, CurrentMemoryContext);
	th_work_init(&test.step_work, CurrentMemoryContext);
	if (test.count == 0)
		put_status(&test, 0, forecast_status_text(FORECAST_TOO_SHORT));
	for (int i = 0; i < test.count; i++)
		run_origin(&test, test.first + i * test.step_between);
	MemoryContextDelete(test.step_work.memory);
	MemoryContextDelete(test.model_work.memory);
	return (Datum) 0;
}
