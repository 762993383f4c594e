/*
 * grid.h
 *	  From the rows of a series to values at equal steps, under the policies of its options.
 */
#ifndef TIDEHOLD_FORECAST_GRID_H
#define TIDEHOLD_FORECAST_GRID_H

#include "forecast/options.h"
#include "forecast/series.h"
#include "forecast/work.h"

/* A bogus date must not make a series of a thousand million steps. */
#define FORECAST_STEPS_MAX 1000000

typedef struct ThGrid
{
	ThAxis axis;
	ForecastSeries series; /* with its seasonal periods */
} ThGrid;

typedef struct ThGridSource
{
	const ThSeries *series; /* of at least one row */
	const ThForecastOptions *options;
	bool first_has_meaning; /* the rows came in an order that somebody asked for */
} ThGridSource;

/*
 * NULL, or why there can be no forecast, for the status.  The arrays are in the memory of
 * the work.
 */
extern const char *th_grid_make(ThWork *work, const ThGridSource *source, ThGrid *grid);

#endif /* TIDEHOLD_FORECAST_GRID_H */
