/*
 * arima_filter.c
 *	  The exact likelihood of a stationary series without missing values.
 *
 * The state space form is that of Harvey (1989), Forecasting, Structural Time Series Models
 * and the Kalman Filter, equation 3.3.1.  Started from its stationary covariance, the filter
 * changes that covariance from step to step by a matrix of rank one: the recursions of Morf,
 * Sidhu & Kailath (1974), IEEE Transactions on Automatic Control 19, 315, applied to ARMA
 * models by Pearlman (1980), Biometrika 67, 232, need as many operations as the state is
 * long instead of its square.
 *
 * The constant is estimated by generalised least squares: a column of ones goes through the
 * same filter as the values (Harvey 1989, section 3.4.2).
 */
#include "core/forecast/arima_filter.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

/* A relative change of the variance below this is none any more (Gardner 1980 has .01). */
#define CONVERGED 1e-11

/* Elements of the state that are moved between two questions whether to stop. */
#define ELEMENTS_UNASKED 65536

ForecastStatus
forecast_arima_filter_lend(const ForecastWork *work, int n, int size, int lags, bool gaps,
						   ArimaFilter *filter)
{
	size_t all = (size_t) size + (size_t) lags;
	double **vector[] = { &filter->gain, &filter->change, &filter->state,
						  &filter->shift_state, &filter->reach };
	double **series[] = { &filter->error, &filter->shift, &filter->root };
	bool lent = forecast_arima_moments_lend(work, size, &filter->moments);

	for (int i = 0; i < 5; i++)
		lent = (*vector[i] = forecast_numbers(work, all)) != NULL && lent;
	for (int i = 0; i < 3; i++)
		lent = (*series[i] = forecast_numbers(work, (size_t) n)) != NULL && lent;
	if (gaps)
	{
		filter->cover = forecast_numbers(work, all * all);
		filter->moved = forecast_numbers(work, all * all);
		lent = filter->cover != NULL && filter->moved != NULL && lent;
	}
	return lent ? FORECAST_OK : FORECAST_NO_MEMORY;
}

/* state = T state + gain * error, T having ar in its first column and ones above its diagonal. */
static void
step(const double *restrict ar, const double *restrict gain, int size, double error,
	 double *restrict state)
{
	double first = state[0];

	for (int i = 0; i < size - 1; i++)
		state[i] = state[i + 1] + ar[i] * first + gain[i] * error;
	state[size - 1] = ar[size - 1] * first + gain[size - 1] * error;
}

/* One step of gain, change and weight; false once they move no more. */
static bool
tighten(ArimaFilter *filter, double *variance, double *weight)
{
	const double *restrict ar = filter->moments.ar;
	double *restrict gain = filter->gain;
	double *restrict change = filter->change;
	int size = filter->moments.size;
	double first = change[0];
	double before = *variance;
	double part = *weight * first;

	if (!(fabs(part * first) > CONVERGED * before))
		return false;
	*variance += part * first;
	for (int i = 0; i < size; i++)
	{
		double moved = ar[i] * first + (i + 1 < size ? change[i + 1] : 0);

		gain[i] += moved * part;
		change[i] = moved - gain[i] * (first / *variance);
	}
	*weight *= *variance / before;
	return true;
}

static void
begin(ArimaFilter *filter)
{
	const ArimaMoments *moments = &filter->moments;
	int size = moments->size;

	for (int i = 0; i < size; i++)
	{
		filter->gain[i] = moments->ar[i] * moments->column[0] +
						  (i + 1 < size ? moments->column[i + 1] : 0);
		filter->change[i] = filter->gain[i];
		filter->state[i] = 0;
		filter->shift_state[i] = 0;
	}
	filter->logarithms = 0;
}

/* False where it was stopped. */
static bool
filter_stationary(const ArimaData *data, ArimaFilter *filter)
{
	int size = filter->moments.size;
	int unasked = 1 + ELEMENTS_UNASKED / size;
	double variance = filter->moments.column[0];
	double weight = -1 / variance;
	double root = sqrt(variance);
	double logarithm = log(variance);
	bool moving = true;

	begin(filter);
	for (int t = 0; t < data->n; t++)
	{
		double error = data->w[t] - filter->state[0];
		double shift = 1 - filter->shift_state[0];

		filter->logarithms += logarithm;
		filter->error[t] = error / root;
		filter->shift[t] = shift / root;
		filter->root[t] = root;
		step(filter->moments.ar, filter->gain, size, error / variance, filter->state);
		if (data->constant)
			step(filter->moments.ar, filter->gain, size, shift / variance, filter->shift_state);
		if (t % unasked == unasked - 1 && forecast_is_interrupted(data->work))
			return false;
		if (!moving)
			continue;
		moving = tighten(filter, &variance, &weight);
		root = sqrt(variance);
		logarithm = log(variance);
	}
	filter->known = data->n;
	return true;
}

/* Generalised least squares; the errors become those with the constant that was found. */
static void
settle(const ArimaData *data, ArimaFilter *filter)
{
	double own = 0;
	double both = 0;

	for (int t = 0; data->constant && t < data->n; t++)
	{
		if (isnan(filter->error[t]))
			continue;
		own += filter->shift[t] * filter->shift[t];
		both += filter->shift[t] * filter->error[t];
	}
	filter->constant = own > 0 ? both / own : 0;
	filter->squares = 0;
	for (int t = 0; t < data->n; t++)
	{
		filter->error[t] -= data->constant ? filter->constant * filter->shift[t] : 0;
		if (!isnan(filter->error[t]))
			filter->squares += filter->error[t] * filter->error[t];
	}
	for (int i = 0; data->constant && i < filter->moments.size + (data->gaps ? data->lags : 0); i++)
		filter->state[i] -= filter->constant * filter->shift_state[i];
}

bool
forecast_arima_filter(const ArimaData *data, ArimaFilter *filter)
{
	if (!forecast_arima_moments(&filter->moments))
		return false;
	if (!(data->gaps ? forecast_arima_filter_gaps(data, filter) : filter_stationary(data, filter)))
		return false;
	settle(data, filter);
	return isfinite(filter->squares) && isfinite(filter->logarithms);
}
