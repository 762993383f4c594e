/*
 * forecast_final.c
 *	  Final function of tidehold.forecast over rows: one series to its forecast.
 */
#include "postgres.h"

#include "fmgr.h"

#include "core/forecast/method.h"
#include "forecast/final.h"
#include "forecast/predict.h"
#include "forecast/rows.h"

PG_FUNCTION_INFO_V1(th_forecast_final);

/* Of a call site */
typedef struct Site
{
	ThFinal final;
	ThRowShape shape;
} Site;

static Site *
site_of(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	Site *site = flinfo->fn_extra;

	if (site != NULL)
		return site;
	site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(*site));
	th_final_init(&site->final, fcinfo);
	th_row_shape(fcinfo, &site->shape);
	flinfo->fn_extra = site;
	return site;
}

static ForecastStatus
fit_and_predict(ThFinal *final, const ThGrid *grid, ThForecastRows *rows)
{
	ThWork *work = &final->work;
	ForecastOptions options = final->options.core;
	ForecastModel *model = work->lent.allocate(work, sizeof(*model));
	ForecastStatus status;

	if (model == NULL)
		return FORECAST_NO_MEMORY;
	if (options.horizon == 0)
		options.horizon = rows->horizon;
	status = forecast_fit(&work->lent, &grid->series, &options, model, NULL);
	return status == FORECAST_OK ? th_predict(work, &final->options, model, rows) : status;
}

/* In the memory of the work; NULL, or why there is no forecast. */
static const char *
forecast_series(ThFinal *final, const ThSeries *series, ThGrid *grid, ThForecastRows *rows)
{
	const char *refused = th_final_grid(final, series, grid);
	ForecastStatus status;

	if (refused != NULL)
		return refused;
	rows->horizon = series->terms->horizon;
	rows->axis = &grid->axis;
	rows->last = grid->series.n - 1;
	status = fit_and_predict(final, grid, rows);
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	return status == FORECAST_OK ? NULL : forecast_status_text(status);
}

Datum
th_forecast_final(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	ThForecastRows rows = { 0 };
	ThGrid grid;
	Site *site;
	const char *refused;
	Datum result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	site = site_of(fcinfo);
	MemoryContextSwitchTo(site->final.work.memory);
	refused = forecast_series(&site->final, (ThSeries *) PG_GETARG_POINTER(0), &grid, &rows);
	MemoryContextSwitchTo(caller);
	if (refused == NULL && !th_rows(&site->shape, &rows, &result))
		refused = "beyond the range of its dates";
	if (refused != NULL)
		result = th_status_row(&site->shape, refused);
	th_final_done(&site->final);
	return result;
}
