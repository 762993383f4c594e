/*
 * plot_axis.h
 *	  An axis with round numbers on it.
 */
#ifndef TIDEHOLD_CORE_FORECAST_PLOT_AXIS_H
#define TIDEHOLD_CORE_FORECAST_PLOT_AXIS_H

#include <stdbool.h>

#include "core/forecast/plot_number.h"

/* Values beyond it are drawn at it: no difference of two overflows. */
#define FORECAST_AXIS_LIMIT 1e300

/* A number and a suffix of one letter. */
#define FORECAST_AXIS_LABEL_MAX (FORECAST_NUMBER_MAX + 1)

typedef struct ForecastAxis
{
	double low; /* of the axis: multiples of step */
	double high;
	double step;
	int ticks; /* low + i step for i below it */
	bool scientific;
	double unit; /* that labels are in */
	const char *suffix;
	int decimals;
} ForecastAxis;

/*
 * An axis for values from low to high, both finite, with about so many ticks: steps are 1, 2
 * or 5 times a power of ten (Heckbert 1990, Nice numbers for graph labels, Graphics Gems).
 * Zero is on it where it is not far.
 */
void forecast_axis_fit(double low, double high, int ticks, ForecastAxis *axis);

double forecast_axis_tick(const ForecastAxis *axis, int i);

void forecast_axis_label(const ForecastAxis *axis, double value,
						 char label[FORECAST_AXIS_LABEL_MAX]);

#endif
