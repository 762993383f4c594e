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

/* ---- terms ---- */

/* By halves, so that no sum overflows; both 0 is a forecast that was right. */
double
forecast_symmetric_error(double actual, double forecast)
{
	double error = fabs(actual / 2 - forecast / 2);
	double size = fabs(actual) / 2 + fabs(forecast) / 2;

	return size == 0 ? 0 : 200.0 * (error / size);
}

double
forecast_absolute_error(double actual, double forecast)
{
	return fabs(actual - forecast);
}

double
forecast_squared_error(double actual, double forecast)
{
	return (actual - forecast) * (actual - forecast);
}

double
forecast_interval_score(double actual, double lower, double upper, double level)
{
	double below = fmax(lower - actual, 0);
	double above = fmax(actual - upper, 0);

	return isnan(actual) ? NAN : upper - lower + 2.0 / (1.0 - level) * (below + above);
}

double
forecast_covered(double actual, double lower, double upper)
{
	return isnan(actual) ? NAN : actual >= lower && actual <= upper;
}

double
forecast_quantile_loss(double actual, double quantile, double q)
{
	double error = actual - quantile;

	return error >= 0 ? q * error : (q - 1) * error;
}

/* ---- measures ---- */

double
forecast_smape(const double *actual, const double *forecast, int h)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
		mean_add(&mean, forecast_symmetric_error(actual[i], forecast[i]));
	return mean_of(&mean);
}

double
forecast_mase_scale(const double *train, int n, int period)
{
	Mean mean = { 0 };

	for (int t = period; t < n; t++)
		mean_add(&mean, forecast_absolute_error(train[t], train[t - period]));
	return mean_of(&mean);
}

double
forecast_mase(const double *actual, const double *forecast, int h, double scale)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
		mean_add(&mean, forecast_absolute_error(actual[i], forecast[i]));
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
		mean_add(&mean, forecast_squared_error(train[t], train[t - 1]));
	return mean_of(&mean);
}

double
forecast_rmsse(const double *actual, const double *forecast, int h, double scale)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
		mean_add(&mean, forecast_squared_error(actual[i], forecast[i]));
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
	Mean mean = { 0 };

	if (!(level > 0 && level < 1))
		return NAN;
	for (int i = 0; i < h; i++)
		mean_add(&mean, forecast_interval_score(actual[i], lower[i], upper[i], level));
	return divided(mean_of(&mean), scale);
}

double
forecast_coverage(const double *actual, const double *lower, const double *upper, int h)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
		mean_add(&mean, forecast_covered(actual[i], lower[i], upper[i]));
	return mean_of(&mean);
}

double
forecast_pinball(const double *actual, const double *quantile, int h, double q)
{
	Mean mean = { 0 };

	for (int i = 0; i < h; i++)
		mean_add(&mean, forecast_quantile_loss(actual[i], quantile[i], q));
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
