/*
 * final.h
 *	  What the final functions of the aggregates over rows share.
 */
#ifndef TIDEHOLD_FORECAST_FINAL_H
#define TIDEHOLD_FORECAST_FINAL_H

#include "fmgr.h"

#include "forecast/grid.h"
#include "forecast/options.h"

/* Of a call site; lives as long as it.  What a function has of its own stands behind it. */
typedef struct ThFinal
{
	ThWork work;
	ThGridSource source;
	const ThSeriesTerms *terms; /* that the options are of */
	ThForecastOptions options;
} ThFinal;

/* The call site, in size bytes; what is the function's own is zero at first. */
extern void *th_final_site(FunctionCallInfo fcinfo, Size size);

/*
 * The series of the state as a grid, in the memory of the work, which the caller has made
 * the current one: NULL, or why there can be no forecast.
 */
extern const char *th_final_grid(ThFinal *final, const ThSeries *series, ThGrid *grid);

/* Nothing of the series is needed any more. */
extern void th_final_done(ThFinal *final);

#endif /* TIDEHOLD_FORECAST_FINAL_H */
