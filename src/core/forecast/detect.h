/*
 * detect.h
 *	  Seasonal periods of a series of which nothing is known.
 */
#ifndef TIDEHOLD_CORE_FORECAST_DETECT_H
#define TIDEHOLD_CORE_FORECAST_DETECT_H

#include "core/forecast/forecast.h"

typedef struct ForecastPeriods
{
	int count;
	int period[FORECAST_PERIODS_MAX];	   /* ascending */
	double strength[FORECAST_PERIODS_MAX]; /* share of the variance the others leave */
	double p_value[FORECAST_PERIODS_MAX];  /* over all periods tried */
} ForecastPeriods;

/*
 * Periods up to longest that come at least three times; significance is the most that a
 * p_value may be, .01 for one.  The series' own periods are not looked at.
 */
ForecastStatus forecast_detect_periods(const ForecastWork *work, const ForecastSeries *series,
									   int longest, double significance,
									   ForecastPeriods *periods);

#endif
