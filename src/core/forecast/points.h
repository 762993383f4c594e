/*
 * points.h
 *	  From values that came in any order to a series at equal steps.
 */
#ifndef TIDEHOLD_CORE_FORECAST_POINTS_H
#define TIDEHOLD_CORE_FORECAST_POINTS_H

#include "core/forecast/forecast.h"

/* What becomes of several values at one step. */
typedef enum ForecastDuplicates
{
	FORECAST_DUPLICATES_ERROR,	/* the caller raises one */
	FORECAST_DUPLICATES_STATUS, /* no forecast of this series, and the status says why */
	FORECAST_DUPLICATES_SUM,
	FORECAST_DUPLICATES_MEAN,
	FORECAST_DUPLICATES_FIRST, /* in the order in which they came */
	FORECAST_DUPLICATES_LAST
} ForecastDuplicates;

/* What becomes of a step between the first and the last for which there is no row. */
typedef enum ForecastGaps
{
	FORECAST_GAPS_ERROR,
	FORECAST_GAPS_STATUS,
	FORECAST_GAPS_MISSING, /* a missing value, which every method knows how to handle */
	FORECAST_GAPS_ZERO,
	FORECAST_GAPS_PREVIOUS, /* the nearest known value before */
	FORECAST_GAPS_LINEAR	/* on the line between the nearest known values */
} ForecastGaps;

/* A value at a time, in units that only the caller knows; NaN is a value that is missing. */
typedef struct ForecastPoint
{
	int64_t at;
	double value;
} ForecastPoint;

/* By time; what came first stays first.  scratch is room for n points. */
void forecast_points_sort(ForecastPoint *point, ForecastPoint *scratch, size_t n);

/*
 * The value of n points of one time.  Missing ones do not count, and all missing are one
 * missing value.  Sum and mean add in the order of the values, not in that of arrival: the
 * result has the same bits whatever that was, and the points are sorted by value.
 */
double forecast_points_merge(ForecastPoint *point, ForecastPoint *scratch, size_t n,
							 ForecastDuplicates duplicates);

/*
 * Fills the steps of value[0..n-1] at which is_gap.  A gap that no known value precedes
 * stays missing under FORECAST_GAPS_PREVIOUS.  FORECAST_NO_MEMORY or FORECAST_OK.
 */
ForecastStatus forecast_gaps_fill(const ForecastWork *work, double *value, const bool *is_gap,
								  int n, ForecastGaps gaps);

#endif
