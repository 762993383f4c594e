/*
 * grid.h
 *	  From the rows of a series to values at equal steps, under the policies of its options.
 */
#ifndef TIDEHOLD_FORECAST_GRID_H
#define TIDEHOLD_FORECAST_GRID_H

#include "forecast/series.h"
#include "forecast/work.h"

/* A bogus date must not make a series of a thousand million steps. */
#define FORECAST_STEPS_MAX 1000000

typedef struct ThGrid
{
	ThAxis axis;
	ForecastSeries series; /* with its seasonal periods */
} ThGrid;

/*
 * NULL, or why there can be no forecast, for the status.  The arrays are in the memory of
 * the work.  first_has_meaning: the rows came in an order that somebody asked for.
 */
extern const char *th_grid_make(ThWork *work, const ThSeries *series, bool first_has_meaning,
								ThGrid *grid);

#endif /* TIDEHOLD_FORECAST_GRID_H */
