/*
 * climatology.c
 *	  Harmonics of the year by least squares, and damped persistence of the anomaly.
 */
#include "core/forecast/climatology.h"

#include <math.h>

#include "core/forecast/series.h"

#define COEFFICIENTS_MAX (2 + 2 * FORECAST_HARMONICS_MAX)

#define TWO_PI 6.28318530717958647693

/* A column with less of its own than this is told by the columns before it. */
#define OWN_SHARE_MIN 1e-9

/* The anomaly always fades, and so its variance stays finite. */
#define PHI_MAX 0.9999

/* Least squares: the lower triangle of X'X, and X'y. */
typedef struct Normal
{
	int count;
	double product[COEFFICIENTS_MAX][COEFFICIENTS_MAX];
	double right[COEFFICIENTS_MAX];
} Normal;

/* 1, the time in lengths of the series, cosines and sines; their number. */
static int
columns(const ForecastClimatology *model, double t, double length, bool trend, double *column)
{
	double angle = TWO_PI * t / model->period;
	double twice = 2 * cos(angle);
	double before[2] = { 1, 0 };
	double now[2] = { twice / 2, sin(angle) };
	int count = 0;

	column[count++] = 1;
	if (trend)
		column[count++] = (t - model->middle) / length;
	/* Chebyshev: cos (k+1)x = 2 cos x cos kx - cos (k-1)x, and the same of sines. */
	for (int k = 0; k < model->harmonics; k++)
	{
		for (int i = 0; i < 2; i++)
		{
			double next = twice * now[i] - before[i];

			column[count++] = now[i];
			before[i] = now[i];
			now[i] = next;
		}
	}
	return count;
}

static void
add_value(Normal *normal, const double *column, double value)
{
	for (int i = 0; i < normal->count; i++)
	{
		normal->right[i] += column[i] * value;
		for (int j = 0; j <= i; j++)
			normal->product[i][j] += column[i] * column[j];
	}
}

/* By L D L'; the solution of a column without anything of its own is 0. */
static void
solve(Normal *normal)
{
	double own[COEFFICIENTS_MAX];
	double(*factor)[COEFFICIENTS_MAX] = normal->product;
	double *right = normal->right;

	for (int i = 0; i < normal->count; i++)
	{
		double whole = factor[i][i];

		for (int j = 0; j < i; j++)
		{
			for (int k = 0; k < j; k++)
				factor[i][j] -= factor[i][k] * own[k] * factor[j][k];
			factor[i][j] = own[j] > 0 ? factor[i][j] / own[j] : 0;
		}
		own[i] = whole;
		for (int k = 0; k < i; k++)
		{
			own[i] -= factor[i][k] * factor[i][k] * own[k];
			right[i] -= factor[i][k] * right[k];
		}
		if (!(own[i] > OWN_SHARE_MIN * whole))
			own[i] = 0;
	}
	for (int i = normal->count - 1; i >= 0; i--)
	{
		right[i] = own[i] > 0 ? right[i] / own[i] : 0;
		for (int k = i + 1; own[i] > 0 && k < normal->count; k++)
			right[i] -= factor[k][i] * right[k];
	}
}

static double
usual(const ForecastClimatology *model, double t)
{
	double column[COEFFICIENTS_MAX];
	double sum = model->level + model->trend * (t - model->middle);

	columns(model, t, 1, false, column);
	for (int k = 0; k < model->harmonics; k++)
		sum += model->cosine[k] * column[1 + 2 * k] + model->sine[k] * column[2 + 2 * k];
	return sum;
}

static ForecastStatus
fit_usual(const ForecastWork *work, const double *value, int n, bool trend,
		  ForecastClimatology *model)
{
	Normal normal = { .count = 1 + trend + 2 * model->harmonics };
	double column[COEFFICIENTS_MAX];
	int at = 0;

	for (int t = 0; t < n; t++)
	{
		if (t % 1024 == 0 && forecast_is_interrupted(work))
			return FORECAST_INTERRUPTED;
		if (isnan(value[t]))
			continue;
		columns(model, t, n, trend, column);
		add_value(&normal, column, value[t]);
	}
	solve(&normal);
	model->level = normal.right[at++];
	model->trend = trend ? normal.right[at++] / n : 0;
	for (int k = 0; k < model->harmonics; k++)
	{
		model->cosine[k] = normal.right[at++];
		model->sine[k] = normal.right[at++];
	}
	return FORECAST_OK;
}

/* The anomalies replace the values; phi is the regression of each on the one before it. */
static void
fit_anomaly(double *value, int n, ForecastClimatology *model)
{
	double both = 0;
	double own = 0;

	for (int t = 0; t < n; t++)
	{
		value[t] -= usual(model, t);
		if (t == 0 || isnan(value[t]) || isnan(value[t - 1]))
			continue;
		both += value[t] * value[t - 1];
		own += value[t - 1] * value[t - 1];
	}
	model->phi = own > 0 ? fmin(fmax(both / own, 0), PHI_MAX) : 0;
}

static double
faded(const ForecastClimatology *model)
{
	return model->anomaly == 0 ? 0 : model->anomaly * pow(model->phi, model->gap + 1.0);
}

/* value is the anomaly, NaN of a missing one; gives the error. */
static double
absorb(ForecastClimatology *model, double value)
{
	double error = value - faded(model);

	model->steps++;
	if (!isfinite(error * error))
	{
		model->gap++;
		return NAN;
	}
	/* After a gap the error is not one of one step. */
	if (model->gap == 0)
		model->sigma2 += (error * error - model->sigma2) / ++model->errors;
	model->anomaly = value;
	model->gap = 0;
	return error;
}

static ForecastStatus
check(const ForecastSeries *series, const ForecastClimatologyOptions *options)
{
	int coefficients = 1 + options->trend + 2 * options->harmonics;
	ForecastStatus status = forecast_series_check(series);

	if (status != FORECAST_OK)
		return status;
	if (!(options->period >= 2) || !isfinite(options->period) || options->harmonics < 0 ||
		options->harmonics > FORECAST_HARMONICS_MAX)
		return FORECAST_BAD_ARGUMENT;
	if (series->n < options->period || forecast_series_known(series) < 2 * coefficients)
		return FORECAST_TOO_SHORT;
	return FORECAST_OK;
}

ForecastStatus
forecast_climatology_fit(const ForecastWork *work, const ForecastSeries *series,
						 const ForecastClimatologyOptions *options, ForecastClimatology *model,
						 double *residuals)
{
	double *values;
	ForecastStatus status = check(series, options);

	*model = (ForecastClimatology){ .period = options->period };
	if (status == FORECAST_OK)
		status = forecast_series_scaled(work, series, &values, &model->exponent);
	if (status != FORECAST_OK)
		return status;
	/* A harmonic above half the steps of a period cannot be told from one below. */
	model->harmonics = options->harmonics;
	while (model->harmonics > 0 && 2 * model->harmonics > options->period)
		model->harmonics--;
	model->middle = (series->n - 1) / 2.0;
	status = fit_usual(work, values, series->n, options->trend, model);
	if (status != FORECAST_OK)
		return status;
	fit_anomaly(values, series->n, model);
	/* The first anomaly comes after nothing: what it is off is no error of one step. */
	model->gap = 1;
	for (int t = 0; t < series->n; t++)
	{
		double error = absorb(model, values[t]);

		if (residuals != NULL)
			residuals[t] = ldexp(error, model->exponent);
	}
	return FORECAST_OK;
}

double
forecast_climatology_update(ForecastClimatology *model, double value)
{
	double inside = ldexp(value, -model->exponent) - usual(model, model->steps);

	return ldexp(absorb(model, inside), model->exponent);
}

double
forecast_climatology_at(const ForecastClimatology *model, int i)
{
	return ldexp(usual(model, model->steps + i), model->exponent);
}

/* An autoregression of order 1: Box & Jenkins (1976), equations 5.4.18 and 5.4.22. */
ForecastStatus
forecast_climatology_predict(const ForecastWork *work, const ForecastClimatology *model, int h,
							 double *mean, double *variance)
{
	double anomaly = faded(model);
	double power = pow(model->phi, 2.0 * model->gap);

	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	for (int i = 0; i < h; i++)
	{
		power *= model->phi * model->phi;
		mean[i] = usual(model, model->steps + i) + anomaly;
		variance[i] = model->sigma2 * (1 - power) / (1 - model->phi * model->phi);
		anomaly *= model->phi;
		if (i % 1024 == 1023 && forecast_is_interrupted(work))
			return FORECAST_INTERRUPTED;
	}
	return forecast_finish_scaled(h, model->exponent, mean, variance);
}
