/*
 * final.h
 *	  What the final functions of the aggregates over rows share.
 */
#ifndef TIDEHOLD_FORECAST_FINAL_H
#define TIDEHOLD_FORECAST_FINAL_H

#include "fmgr.h"

#include "forecast/grid.h"
#include "forecast/options.h"

/* Of a call site; lives as long as it. */
typedef struct ThFinal
{
	ThWork work;
	ThGridSource source;
	const ThSeriesTerms *terms; /* that the options are of */
	ThForecastOptions options;
} ThFinal;

/* Begins the run of a call site. */
extern void th_final_init(ThFinal *final, FunctionCallInfo fcinfo);

/*
 * The series of the state as a grid, in the memory of the work, which the caller has made
 * the current one: NULL, or why there can be no forecast.  Tells progress of it.
 */
extern const char *th_final_grid(ThFinal *final, const ThSeries *series, ThGrid *grid);

/* Nothing of the series is needed any more. */
extern void th_final_done(ThFinal *final);

#endif /* TIDEHOLD_FORECAST_FINAL_H */
