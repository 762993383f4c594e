/*
 * fit.c
 *	  tidehold.fit_values and tidehold.update: from values to models and on.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "forecast/fit.h"
#include "forecast/model.h"
#include "forecast/number.h"
#include "forecast/progress.h"
#include "forecast/values.h"

PG_FUNCTION_INFO_V1(th_fit_values);
PG_FUNCTION_INFO_V1(th_update);

ForecastStatus
th_fit(ThWork *work, const ForecastSeries *series, const ThForecastOptions *options,
	   int horizon, ForecastModel *model)
{
	ForecastOptions own = options->core;
	ForecastStatus status;

	own.horizon = own.horizon > 0 ? own.horizon : horizon;
	th_progress_series(options->series, forecast_method_name(own.method), series->n);
	status = forecast_fit(&work->lent, series, &own, model, NULL);
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (status == FORECAST_BAD_ARGUMENT)
		elog(ERROR, "a series or an option was not checked");
	return status;
}

/* The progress of a call site is begun once. */
static void
begin_run(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra != NULL)
		return;
	th_progress_attach(flinfo->fn_mcxt);
	flinfo->fn_extra = flinfo;
}

/* NULL of a series without a single known value: there is nothing to start from. */
Datum
th_fit_values(PG_FUNCTION_ARGS)
{
	ThForecastOptions options;
	ForecastSeries series;
	ForecastModel *model;
	ForecastStatus status;
	ThWork work;
	Datum result = (Datum) 0;

	begin_run(fcinfo->flinfo);
	th_work_init(&work, CurrentMemoryContext);
	th_forecast_options_read(PG_NARGS() > 1 ? PG_GETARG_VARLENA_PP(1) : NULL, &options);
	th_values_series(&work, PG_GETARG_ARRAYTYPE_P(0), &options, &series);
	model = palloc(sizeof(*model));
	status = th_fit(&work, &series, &options, th_forecast_options_horizon(&options), model);
	if (status == FORECAST_OK)
		result = th_model_pack(model);
	MemoryContextDelete(work.memory);
	th_progress_series_done();
	if (status != FORECAST_OK)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* A value that is null is a step whose value is missing. */
Datum
th_update(PG_FUNCTION_ARGS)
{
	double value = PG_ARGISNULL(1) ? NAN : PG_GETARG_FLOAT8(1);
	ForecastModel *model;
	ThWork work;
	Datum result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1))
		th_check_value(value);
	th_work_init(&work, CurrentMemoryContext);
	model = palloc(sizeof(*model));
	th_model_unpack(&work, PG_GETARG_DATUM(0), model);
	if (value < 0 && forecast_counts_demand(model))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("demand %s is below zero", th_number_text(value)),
				 errdetail("The model of method \"%s\" counts demand.",
						   forecast_method_name(model->method)),
				 errhint("Fit a model of another method, or add returns to where they were sold.")));
	forecast_update(model, value);
	result = th_model_pack(model);
	MemoryContextDelete(work.memory);
	PG_RETURN_DATUM(result);
}
