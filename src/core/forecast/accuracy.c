/*
 * accuracy.c
 *	  How good a forecast was.
 *
 * Means grow by one term at a time: no sum overflows where the mean does not.
 */
#include "core/forecast/accuracy.h"

#include <math.h>

typedef struct Mean
{
	double value;
	int count;
} Mean;

/* A term without a value takes no part. */
static void
mean_add(Mean *mean, double term)
{
	if (!isnan(term))
		mean->value += (term - mean->value) / ++mean->count;
}

static double
mean_of(const Mean *mean)
{
	return mean->count > 0 ? mean->value : NAN;
}

static double
divided(double value, double scale)
{
	return scale > 0 ? value / scale : NAN;
}

double
forecast_smape(const double *actual, const double *forecast, int h)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
	{
		double error = fabs(actual[i] / 2 - forecast[i] / 2);
		double size = fabs(actual[i]) / 2 + fabs(forecast[i]) / 2;

		mean_add(&mean, size == 0 ? 0 : 200.0 * (error / size));
	}
	return mean_of(&mean);
}

double
forecast_mase_scale(const double *train, int n, int period)
{
	Mean mean = { 0 };

	for (int t = period; t < n; t++)
		mean_add(&mean, fabs(train[t] - train[t - period]));
	return mean_of(&mean);
}

double
forecast_mase(const double *actual, const double *forecast, int h, double scale)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
		mean_add(&mean, fabs(actual[i] - forecast[i]));
	return divided(mean_of(&mean), scale);
}

double
forecast_rmsse_scale(const double *train, int n)
{
	Mean mean = { 0 };
	int first = 0;

	while (first < n && (isnan(train[first]) || train[first] == 0))
		first++;
	for (int t = first + 1; t < n; t++)
	{
		double step = train[t] - train[t - 1];

		mean_add(&mean, step * step);
	}
	return mean_of(&mean);
}

double
forecast_rmsse(const double *actual, const double *forecast, int h, double scale)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
	{
		double error = actual[i] - forecast[i];

		mean_add(&mean, error * error);
	}
	return sqrt(divided(mean_of(&mean), scale));
}

double
forecast_owa(double smape, double mase, double smape_naive2, double mase_naive2)
{
	return (divided(smape, smape_naive2) + divided(mase, mase_naive2)) / 2;
}

double
forecast_msis(const double *actual, const double *lower, const double *upper, int h,
			  double level, double scale)
{
	double penalty = 2.0 / (1.0 - level);
	Mean mean = { 0 };

	if (!(level > 0 && level < 1))
		return NAN;
	for (int i = 0; i < h; i++)
	{
		double below = fmax(lower[i] - actual[i], 0);
		double above = fmax(actual[i] - upper[i], 0);

		if (!isnan(actual[i]))
			mean_add(&mean, upper[i] - lower[i] + penalty * (below + above));
	}
	return divided(mean_of(&mean), scale);
}

double
forecast_coverage(const double *actual, const double *lower, const double *upper, int h)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
	{
		if (!isnan(actual[i]))
			mean_add(&mean, actual[i] >= lower[i] && actual[i] <= upper[i]);
	}
	return mean_of(&mean);
}

double
forecast_pinball(const double *actual, const double *quantile, int h, double q)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
	{
		double error = actual[i] - quantile[i];

		mean_add(&mean, error >= 0 ? q * error : (q - 1) * error);
	}
	return mean_of(&mean);
}

double
forecast_bias(const double *actual, const double *forecast, int h)
{
	Mean value = { 0 };
	Mean error = { 0 };

	for (int i = 0; i < h; i++)
	{
		mean_add(&value, isnan(forecast[i]) ? NAN : actual[i]);
		mean_add(&error, actual[i] - forecast[i]);
	}
	if (value.count == 0 || value.value == 0)
		return NAN;
	return error.value / value.value;
}
