/*
 * plot_axis.c
 *	  An axis with round numbers on it.
 */
#include "core/forecast/plot_axis.h"

#include <math.h>
#include <string.h>

#include "core/forecast/plot_number.h"

/* Values that differ by less are drawn as one. */
#define SPREAD_MIN 1e-9
#define SMALLEST 1e-290

static double
largest(double low, double high)
{
	return fmax(fabs(low), fabs(high));
}

/* Room around the values, and zero where most of the axis would lead to it anyway. */
static void
widen(double *low, double *high)
{
	double size = largest(*low, *high);
	double spread = *high - *low;

	if (spread <= fmax(size * SPREAD_MIN, SMALLEST))
	{
		double room = size > SMALLEST ? size * 0.1 : 1;

		*low -= room;
		*high += room;
		return;
	}
	if (*low > 0 && *low < *high / 2)
		*low = 0;
	else if (*low != 0)
		*low -= spread * 0.04;
	if (*high < 0 && *high > *low / 2)
		*high = 0;
	else if (*high != 0)
		*high += spread * 0.04;
}

static double
round_step(double step)
{
	double power = pow(10, floor(log10(step)));
	double share = step / power;

	if (share < 1.5)
		return power;
	if (share < 3.5)
		return 2 * power;
	return share < 7.5 ? 5 * power : 10 * power;
}

static int
power_of_ten(double value)
{
	return (int) floor(log10(value) + 1e-9);
}

static int
decimals_of(double step)
{
	int decimals = -power_of_ten(step);

	if (decimals < 0)
		return 0;
	return decimals < FORECAST_DECIMALS_MAX ? decimals : FORECAST_DECIMALS_MAX;
}

/* One unit for the whole axis; thousands and millions only where they shorten. */
static void
choose_labels(ForecastAxis *axis)
{
	double size = largest(axis->low, axis->high);

	axis->unit = 1;
	axis->suffix = "";
	axis->scientific = size >= 1e9 || size < 1e-3;
	if (axis->scientific)
	{
		int digits = power_of_ten(size) - power_of_ten(axis->step);

		axis->decimals = digits < FORECAST_DECIMALS_MAX ? digits : FORECAST_DECIMALS_MAX;
		return;
	}
	if (size >= 1e6 && axis->step >= 1e4)
	{
		axis->unit = 1e6;
		axis->suffix = "M";
	}
	else if (size >= 1e4 && axis->step >= 100)
	{
		axis->unit = 1e3;
		axis->suffix = "k";
	}
	axis->decimals = decimals_of(axis->step / axis->unit);
}

void
forecast_axis_fit(double low, double high, int ticks, ForecastAxis *axis)
{
	double first;
	double last;

	widen(&low, &high);
	axis->step = round_step((high - low) / ticks);
	first = floor(low / axis->step);
	last = ceil(high / axis->step);
	axis->low = first * axis->step;
	axis->high = last * axis->step;
	axis->ticks = (int) (last - first) + 1;
	choose_labels(axis);
}

double
forecast_axis_tick(const ForecastAxis *axis, int i)
{
	return (round(axis->low / axis->step) + i) * axis->step;
}

void
forecast_axis_label(const ForecastAxis *axis, double value,
					char label[FORECAST_AXIS_LABEL_MAX])
{
	if (value == 0)
		memcpy(label, "0", 2);
	else if (axis->scientific)
		forecast_number_scientific(value, axis->decimals, label);
	else
	{
		int length = forecast_number_fixed(value / axis->unit, axis->decimals, label);

		memcpy(label + length, axis->suffix, strlen(axis->suffix) + 1);
	}
}
