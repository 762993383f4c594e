/*
 * fit_final.c
 *	  Final function of tidehold.fit over rows: one series to its model.
 */
#include "postgres.h"

#include "fmgr.h"

#include "forecast/final.h"
#include "forecast/fit.h"
#include "forecast/model.h"

PG_FUNCTION_INFO_V1(th_fit_final);

/* As far as the shortest season, which the step may have told. */
static int
horizon_of(const ThFinal *final, const ForecastSeries *series)
{
	if (final->options.core.horizon == 0 && series->period_count > 0)
		return series->period[0];
	return th_forecast_options_horizon(&final->options);
}

/* In the memory of the work; NULL where the series is good for none. */
static const ForecastModel *
fit_series(ThFinal *final, const ThSeries *series)
{
	ForecastModel *model = palloc(sizeof(*model));
	ThGrid grid;
	ForecastStatus status;

	if (th_final_grid(final, series, &grid) != NULL)
		return NULL;
	status = th_fit(&final->work, &grid.series, &final->options, horizon_of(final, &grid.series),
					model);
	return status == FORECAST_OK ? model : NULL;
}

Datum
th_fit_final(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	ThFinal *final;
	const ForecastModel *model;
	Datum result = (Datum) 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	final = th_final_site(fcinfo, sizeof(ThFinal));
	MemoryContextSwitchTo(final->work.memory);
	model = fit_series(final, (ThSeries *) PG_GETARG_POINTER(0));
	MemoryContextSwitchTo(caller);
	if (model != NULL)
		result = th_model_pack(model);
	th_final_done(final);
	fcinfo->isnull = model == NULL;
	return result;
}
