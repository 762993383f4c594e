/*
 * step.h
 *	  What the length of a step tells of a series: the seasonal periods it may have.
 */
#ifndef TIDEHOLD_CORE_FORECAST_STEP_H
#define TIDEHOLD_CORE_FORECAST_STEP_H

#include "core/forecast/forecast.h"

/* Between two values: the fields of a calendar, none of them below zero. */
typedef struct ForecastStep
{
	int months;
	int days;
	int64_t microseconds;
} ForecastStep;

/*
 * Seasonal periods that are tried where nobody names any, ascending, in
 * period[0..FORECAST_PERIODS_MAX-1]; their count:
 *
 *	   months that divide the year		12 / months			month 12, quarter 4, half year 2
 *	   weeks that divide 52				52 / weeks			week 52, fortnight 26, 4 weeks 13
 *	   one day							7
 *	   what divides the day				day, week			hour 24 and 168, 15 minutes 96 and 672
 *
 * A period above FORECAST_PERIOD_LIMIT is left out: of a minute there is the day's alone, of
 * a second none.  Of any other step, fields of two kinds among them, there is none.
 */
int forecast_step_periods(const ForecastStep *step, int *period);

#endif
