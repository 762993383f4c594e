/*
 * arima_gaps.c
 *	  The exact likelihood of values some of which are missing.
 *
 * The last d + D m values are part of the state: Harvey & Pierse (1984), Journal of the
 * American Statistical Association 79, 125, section 3; Harvey (1989), section 6.3.  Where
 * such a value is known its variance is 0; one that is missing before the first of w has a
 * large variance around a guess (Harvey 1989, section 3.3.4).
 */
#include <math.h>
#include <string.h>

#include "core/forecast/arima_filter.h"
#include "core/forecast/series.h"

/* In units of the error's variance. */
#define UNKNOWN_VARIANCE 1e6

/* Elements of the covariance to move before asking whether to stop. */
#define ELEMENTS_UNASKED 1000000

static double
observe(const ArimaData *data, int size, const double *state)
{
	double sum = state[0];

	for (int i = 0; i < data->lags; i++)
		sum += data->difference[i] * state[size + i];
	return sum;
}

/*
 * The stationary covariance solves P = T P T' + R R': from its first column, each diagonal
 * is followed from its end upwards.
 */
static void
first_cover(const ArimaData *data, ArimaFilter *filter)
{
	const ArimaMoments *moments = &filter->moments;
	int size = moments->size;
	int all = size + data->lags;
	const double *column = moments->column;

	memset(filter->cover, 0, sizeof(double) * (size_t) all * (size_t) all);
	for (int i = size - 1; i >= 0; i--)
	{
		for (int j = size - 1; j >= 0; j--)
		{
			bool inside = i + 1 < size && j + 1 < size;
			double sum = inside ? filter->cover[(i + 1) * all + j + 1] : 0;

			sum += moments->ar[i] * moments->ar[j] * column[0];
			sum += moments->ar[i] * (j + 1 < size ? column[j + 1] : 0);
			sum += moments->ar[j] * (i + 1 < size ? column[i + 1] : 0);
			sum += (i == 0 ? 1 : moments->ma[i - 1]) * (j == 0 ? 1 : moments->ma[j - 1]);
			filter->cover[i * all + j] = sum;
		}
	}
	for (int i = 0; i < data->lags; i++)
	{
		if (isnan(data->value[data->lags - 1 - i]))
			filter->cover[(size + i) * (all + 1)] = UNKNOWN_VARIANCE;
	}
}

static void
begin(const ArimaData *data, ArimaFilter *filter)
{
	int size = filter->moments.size;

	memset(filter->state, 0, sizeof(double) * (size_t) (size + data->lags));
	memset(filter->shift_state, 0, sizeof(double) * (size_t) (size + data->lags));
	for (int i = 0; i < data->lags; i++)
		filter->state[size + i] = data->start[data->lags - 1 - i];
	first_cover(data, filter);
	filter->logarithms = 0;
	filter->known = 0;
}

/* The value in hand becomes the newest lag, and what was ahead moves nearer. */
static void
move_state(const ArimaData *data, const ArimaMoments *moments, double value, double *state)
{
	double first = state[0];

	for (int i = 0; i < moments->size; i++)
		state[i] = moments->ar[i] * first + (i + 1 < moments->size ? state[i + 1] : 0);
	for (int i = data->lags - 1; i > 0; i--)
		state[moments->size + i] = state[moments->size + i - 1];
	if (data->lags > 0)
		state[moments->size] = value;
}

/* to = T from, of a matrix of columns numbers a row. */
static void
move_rows(const ArimaData *data, const ArimaMoments *moments, const double *from, double *to)
{
	int size = moments->size;
	int all = size + data->lags;

	for (int i = 0; i < size; i++)
	{
		for (int j = 0; j < all; j++)
			to[i * all + j] = moments->ar[i] * from[j] +
							  (i + 1 < size ? from[(i + 1) * all + j] : 0);
	}
	if (data->lags == 0)
		return;
	memcpy(to + size * all, from, sizeof(double) * (size_t) all);
	for (int k = 0; k < data->lags; k++)
	{
		for (int j = 0; data->difference[k] != 0 && j < all; j++)
			to[size * all + j] += data->difference[k] * from[(size + k) * all + j];
	}
	memcpy(to + (size + 1) * all, from + size * all,
		   sizeof(double) * (size_t) (data->lags - 1) * (size_t) all);
}

static void
transpose(double *matrix, int all)
{
	for (int i = 0; i < all; i++)
	{
		for (int j = 0; j < i; j++)
		{
			double kept = matrix[i * all + j];

			matrix[i * all + j] = matrix[j * all + i];
			matrix[j * all + i] = kept;
		}
	}
}

/* P = T P T' + R R'. */
static void
move_cover(const ArimaData *data, ArimaFilter *filter)
{
	const ArimaMoments *moments = &filter->moments;
	int all = moments->size + data->lags;

	move_rows(data, moments, filter->cover, filter->moved);
	transpose(filter->moved, all);
	move_rows(data, moments, filter->moved, filter->cover);
	for (int i = 0; i < moments->size; i++)
	{
		double own = i == 0 ? 1 : moments->ma[i - 1];

		filter->cover[i * all] += own;
		for (int j = 1; own != 0 && j < moments->size; j++)
			filter->cover[i * all + j] += own * moments->ma[j - 1];
	}
}

/* Covariance of the state with what is seen; its variance is returned. */
static double
reach_of(const ArimaData *data, ArimaFilter *filter)
{
	int size = filter->moments.size;
	int all = size + data->lags;

	for (int i = 0; i < all; i++)
		filter->reach[i] = observe(data, size, filter->cover + i * all);
	return observe(data, size, filter->reach);
}

static void
correct(const ArimaData *data, ArimaFilter *filter, double error, double shift, double variance)
{
	int all = filter->moments.size + data->lags;

	for (int i = 0; i < all; i++)
	{
		double own = filter->reach[i] / variance;

		filter->state[i] += own * error;
		filter->shift_state[i] += own * shift;
		for (int j = 0; own != 0 && j < all; j++)
			filter->cover[i * all + j] -= own * filter->reach[j];
	}
}

bool
forecast_arima_filter_gaps(const ArimaData *data, ArimaFilter *filter)
{
	int size = filter->moments.size;
	int all = size + data->lags;
	int unasked = 1 + ELEMENTS_UNASKED / (all * all);

	begin(data, filter);
	for (int t = 0; t < data->n; t++)
	{
		double value = data->value[data->lags + t];
		double variance = fmax(reach_of(data, filter), 1);
		/* What a constant of 1 adds to the value is 1, and - shift_state by the lags. */
		double error = value - observe(data, size, filter->state);
		double shift = 1 - observe(data, size, filter->shift_state);

		if (t % unasked == unasked - 1 && forecast_is_interrupted(data->work))
			return false;
		filter->root[t] = sqrt(variance);
		filter->error[t] = error / filter->root[t];
		filter->shift[t] = shift / filter->root[t];
		if (!isnan(value))
		{
			correct(data, filter, error, shift, variance);
			filter->logarithms += log(variance);
			filter->known++;
		}
		move_state(data, &filter->moments, observe(data, size, filter->state), filter->state);
		move_state(data, &filter->moments, observe(data, size, filter->shift_state) - 1,
				   filter->shift_state);
		move_cover(data, filter);
	}
	return true;
}
