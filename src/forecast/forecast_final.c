/*
 * forecast_final.c
 *	  Final function of tidehold.forecast over rows: one series to its forecast.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "fmgr.h"
#include "nodes/primnodes.h"

#include "core/forecast/method.h"
#include "forecast/grid.h"
#include "forecast/progress.h"
#include "forecast/rows.h"

PG_FUNCTION_INFO_V1(th_forecast_final);

/* Of a call site */
typedef struct Site
{
	ThWork work;
	ThRowShape shape;
	bool first_has_meaning;
} Site;

/*
 * Rows have an order where ORDER BY stands inside the aggregate; those of a window have
 * that of the window.
 */
static bool
is_ordered(FunctionCallInfo fcinfo)
{
	Aggref *aggregate = AggGetAggref(fcinfo);

	return aggregate == NULL || aggregate->aggorder != NIL;
}

static Site *
site_of(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	Site *site = flinfo->fn_extra;

	if (site != NULL)
		return site;
	site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(*site));
	th_row_shape(fcinfo, &site->shape);
	th_work_init(&site->work, flinfo->fn_mcxt);
	site->first_has_meaning = is_ordered(fcinfo);
	th_progress_attach(flinfo->fn_mcxt);
	flinfo->fn_extra = site;
	return site;
}

static double *
numbers(ThWork *work, int64 count)
{
	double *result = work->lent.allocate(work, Max(count, 1) * sizeof(*result));

	if (result == NULL)
		th_work_no_memory();
	return result;
}

/* Levels of the interval's ends, then those of the options. */
static int
levels_of(const ThForecastOptions *options, double *level)
{
	level[0] = (1 - options->level) / 2;
	level[1] = (1 + options->level) / 2;
	memcpy(level + 2, options->quantile, options->quantile_count * sizeof(*level));
	return 2 + options->quantile_count;
}

static ForecastStatus
predict(ThWork *work, const ThForecastOptions *options, const ForecastModel *model,
		ThForecastRows *rows)
{
	double level[2 + TH_QUANTILES_MAX];
	int count = levels_of(options, level);
	double *mean = numbers(work, rows->horizon);
	double *variance = numbers(work, rows->horizon);
	double *quantile = numbers(work, (int64) count * rows->horizon);
	ForecastStatus status;

	rows->method = forecast_method_name(model->method);
	rows->mean = mean;
	rows->lower = quantile;
	rows->upper = quantile + rows->horizon;
	rows->quantile_count = options->quantile_count;
	rows->quantile = quantile + 2 * rows->horizon;
	th_progress_phase(TH_FORECAST_PREDICTING);
	status = forecast_predict(&work->lent, model, rows->horizon, mean, variance);
	if (status != FORECAST_OK)
		return status;
	return forecast_quantiles(&work->lent, model, rows->horizon, mean, variance, level, count,
							  quantile);
}

static ForecastStatus
fit_and_predict(ThWork *work, const ThSeriesTerms *terms, const ThGrid *grid,
				ThForecastRows *rows)
{
	ForecastOptions options = terms->parsed.core;
	ForecastModel *model = work->lent.allocate(work, sizeof(*model));
	ForecastStatus status;

	if (model == NULL)
		return FORECAST_NO_MEMORY;
	options.horizon = terms->horizon;
	status = forecast_fit(&work->lent, &grid->series, &options, model, NULL);
	return status == FORECAST_OK ? predict(work, &terms->parsed, model, rows) : status;
}

/* In the memory of the work; NULL, or why there is no forecast. */
static const char *
forecast_series(Site *site, const ThSeries *series, ThGrid *grid, ThForecastRows *rows)
{
	const ThSeriesTerms *terms = series->terms;
	const char *refused = th_grid_make(&site->work, series, site->first_has_meaning, grid);
	ForecastStatus status;

	if (refused != NULL)
		return refused;
	th_progress_series(terms->parsed.series, forecast_method_name(terms->parsed.core.method),
					   grid->series.n);
	rows->horizon = terms->horizon;
	rows->axis = &grid->axis;
	rows->last = grid->series.n - 1;
	status = fit_and_predict(&site->work, terms, grid, rows);
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

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "a final function was called outside an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	site = site_of(fcinfo);
	MemoryContextSwitchTo(site->work.memory);
	refused = forecast_series(site, (ThSeries *) PG_GETARG_POINTER(0), &grid, &rows);
	MemoryContextSwitchTo(caller);
	if (refused == NULL && !th_rows(&site->shape, &rows, &result))
		refused = "beyond the range of its dates";
	if (refused != NULL)
		result = th_status_row(&site->shape, refused);
	th_work_reset(&site->work);
	th_progress_series_done();
	return result;
}
