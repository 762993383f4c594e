/*
 * forecast_values.c
 *	  tidehold.forecast_values of an array, and tidehold.forecast of a model: rows of steps.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "forecast/fit.h"
#include "forecast/model.h"
#include "forecast/predict.h"
#include "forecast/progress.h"
#include "forecast/values.h"

PG_FUNCTION_INFO_V1(th_forecast_values);
PG_FUNCTION_INFO_V1(th_forecast_model);

typedef enum Column
{
	COLUMN_STEP,
	COLUMN_MEAN,
	COLUMN_LOWER,
	COLUMN_UPPER,
	COLUMN_QUANTILES,
	COLUMN_METHOD,
	COLUMN_STATUS,
	COLUMNS
} Column;

/* Of a call that gives its rows one by one. */
typedef struct Call
{
	ThWork work;
	ThForecastRows rows;
	const char *refused; /* NULL, or why there is no forecast */
} Call;

/* ---- rows ---- */

static void
put_number(Datum *values, bool *nulls, Column column, double value)
{
	nulls[column] = isnan(value);
	values[column] = Float8GetDatum(value);
}

static Datum
row_of(FuncCallContext *context, const Call *call, int i)
{
	const ThForecastRows *rows = &call->rows;
	Datum values[COLUMNS];
	bool nulls[COLUMNS] = { false };

	values[COLUMN_STEP] = Int32GetDatum(i + 1);
	put_number(values, nulls, COLUMN_MEAN, rows->mean[i]);
	put_number(values, nulls, COLUMN_LOWER, rows->lower[i]);
	put_number(values, nulls, COLUMN_UPPER, rows->upper[i]);
	nulls[COLUMN_QUANTILES] = rows->quantile_count == 0;
	if (rows->quantile_count > 0)
		values[COLUMN_QUANTILES] = th_row_quantiles(rows, i);
	values[COLUMN_METHOD] = CStringGetTextDatum(rows->method);
	values[COLUMN_STATUS] = CStringGetTextDatum("ok");
	return HeapTupleGetDatum(heap_form_tuple(context->tuple_desc, values, nulls));
}

static Datum
refusal(FuncCallContext *context, const Call *call)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS];

	memset(nulls, true, sizeof(nulls));
	nulls[COLUMN_STATUS] = false;
	values[COLUMN_STATUS] = CStringGetTextDatum(call->refused);
	return HeapTupleGetDatum(heap_form_tuple(context->tuple_desc, values, nulls));
}

/* ---- the call ---- */

/* All that the rows are of stays until the last of them is given. */
static Call *
begin(FunctionCallInfo fcinfo, FuncCallContext *context)
{
	Call *call = palloc0(sizeof(*call));

	if (get_call_result_type(fcinfo, NULL, &context->tuple_desc) != TYPEFUNC_COMPOSITE ||
		context->tuple_desc->natts != COLUMNS)
		elog(ERROR, "the result is no row of %d columns", COLUMNS);
	context->tuple_desc = BlessTupleDesc(context->tuple_desc);
	context->user_fctx = call;
	call->rows.horizon = PG_GETARG_INT32(1);
	th_check_horizon(call->rows.horizon);
	th_work_init(&call->work, CurrentMemoryContext);
	th_progress_attach(CurrentMemoryContext);
	return call;
}

static void
predict(Call *call, const ThForecastOptions *options, const ForecastModel *model)
{
	ForecastStatus status = th_predict(&call->work, options, model, &call->rows);

	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (status != FORECAST_OK)
		call->refused = forecast_status_text(status);
}

static void
read_options(FunctionCallInfo fcinfo, ThForecastOptions *options)
{
	th_forecast_options_read(PG_NARGS() > 2 ? PG_GETARG_VARLENA_PP(2) : NULL, options);
}

static Datum
next_row(FunctionCallInfo fcinfo)
{
	FuncCallContext *context = SRF_PERCALL_SETUP();
	const Call *call = context->user_fctx;
	int i = (int) context->call_cntr;

	if (i == 0 && call->refused != NULL)
		SRF_RETURN_NEXT(context, refusal(context, call));
	if (call->refused != NULL || i >= call->rows.horizon)
		SRF_RETURN_DONE(context);
	SRF_RETURN_NEXT(context, row_of(context, call, i));
}

Datum
th_forecast_values(PG_FUNCTION_ARGS)
{
	if (SRF_IS_FIRSTCALL())
	{
		FuncCallContext *context = SRF_FIRSTCALL_INIT();
		MemoryContext caller = MemoryContextSwitchTo(context->multi_call_memory_ctx);
		Call *call = begin(fcinfo, context);
		ForecastModel *model = palloc(sizeof(*model));
		ThForecastOptions options;
		ForecastSeries series;
		ForecastStatus status;

		read_options(fcinfo, &options);
		th_values_series(&call->work, PG_GETARG_ARRAYTYPE_P(0), &options, &series);
		status = th_fit(&call->work, &series, &options, call->rows.horizon, model);
		if (status == FORECAST_OK)
			predict(call, &options, model);
		else
			call->refused = forecast_status_text(status);
		th_progress_series_done();
		MemoryContextSwitchTo(caller);
	}
	return next_row(fcinfo);
}

/* Of the options level and quantiles are looked at; the others made the model. */
Datum
th_forecast_model(PG_FUNCTION_ARGS)
{
	if (SRF_IS_FIRSTCALL())
	{
		FuncCallContext *context = SRF_FIRSTCALL_INIT();
		MemoryContext caller = MemoryContextSwitchTo(context->multi_call_memory_ctx);
		Call *call = begin(fcinfo, context);
		ForecastModel *model = palloc(sizeof(*model));
		ThForecastOptions options;

		read_options(fcinfo, &options);
		th_model_unpack(&call->work, PG_GETARG_DATUM(0), model);
		predict(call, &options, model);
		MemoryContextSwitchTo(caller);
	}
	return next_row(fcinfo);
}
