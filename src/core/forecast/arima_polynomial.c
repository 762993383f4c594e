/*
 * arima_polynomial.c
 *	  Polynomials of a seasonal ARIMA model, and the covariances that follow from them.
 */
#include "core/forecast/arima_polynomial.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

int
forecast_arima_size(ForecastArimaOrder order, int period)
{
	int ar = order.p + period * order.seasonal_p;
	int ma = order.q + period * order.seasonal_q + 1;

	return ar > ma ? ar : ma;
}

void
forecast_arima_from_partial(const double *partial, int count, double *coefficient)
{
	for (int k = 0; k < count; k++)
	{
		coefficient[k] = partial[k];
		/* Both ends of the shorter one at once, as each needs the other as it was. */
		for (int i = 0, j = k - 1; i <= j; i++, j--)
		{
			double low = coefficient[i];
			double high = coefficient[j];

			coefficient[i] = low - partial[k] * high;
			coefficient[j] = high - partial[k] * low;
		}
	}
}

bool
forecast_arima_step_down(const double *coefficient, int count, double *room)
{
	if (count == 0)
		return true;
	memcpy(room + count * (count - 1) / 2, coefficient, sizeof(double) * (size_t) count);
	for (int k = count; k > 0; k--)
	{
		const double *own = room + k * (k - 1) / 2;
		double *shorter = room + (k - 1) * (k - 2) / 2;
		double partial = own[k - 1];
		double rest = 1 - partial * partial;

		if (!(rest > 0))
			return false;
		for (int i = 0; i < k - 1; i++)
			shorter[i] = (own[i] + partial * own[k - 2 - i]) / rest;
	}
	return true;
}

void
forecast_arima_multiply(const double *own, int count, const double *seasonal, int seasonal_count,
						int period, double sign, int size, double *all)
{
	memset(all, 0, sizeof(double) * (size_t) size);
	memcpy(all, own, sizeof(double) * (size_t) count);
	for (int k = 0; k < seasonal_count; k++)
	{
		int at = (k + 1) * period;

		all[at - 1] += seasonal[k];
		for (int i = 0; i < count; i++)
			all[at + i] += sign * seasonal[k] * own[i];
	}
}

int
forecast_arima_differences(int d, int seasonal_d, int period, double *difference)
{
	int lags = 0;

	for (int i = 0; i < d + seasonal_d; i++)
	{
		int step = i < d ? 1 : period;

		for (int k = lags; k < lags + step; k++)
			difference[k] = 0;
		lags += step;
		/* From the far end on, so that each lag is moved as it was; 1 is lag -1 here. */
		for (int k = lags - 1; k >= step; k--)
			difference[k] -= difference[k - step];
		difference[step - 1] += 1;
	}
	return lags;
}

bool
forecast_arima_moments_lend(const ForecastWork *work, int size, ArimaMoments *moments)
{
	size_t count = (size_t) size;

	moments->room = forecast_numbers(work, count * (count + 1) / 2);
	moments->own = forecast_numbers(work, 2 * count + 1);
	moments->products = forecast_numbers(work, count + 1);
	moments->covariance = forecast_numbers(work, count + 1);
	moments->response = forecast_numbers(work, count);
	moments->column = forecast_numbers(work, count);
	return moments->room != NULL && moments->own != NULL && moments->products != NULL &&
		   moments->covariance != NULL && moments->response != NULL && moments->column != NULL;
}

static int
order_of(const double *coefficient, int size)
{
	while (size > 0 && coefficient[size - 1] == 0)
		size--;
	return size;
}

/*
 * The variance is 1 / product of (1 - partial^2), and each order of the recursion tells one
 * lag (Wilson 1979, Journal of Statistical Computation and Simulation 8, 301).
 */
static bool
own_covariances(ArimaMoments *moments, int order)
{
	double *own = moments->own;

	if (!forecast_arima_step_down(moments->ar, order, moments->room))
		return false;
	own[0] = 1;
	for (int k = 1; k <= order; k++)
	{
		double partial = moments->room[k * (k - 1) / 2 + k - 1];

		own[0] /= 1 - partial * partial;
	}
	for (int k = 1; k <= 2 * moments->size; k++)
	{
		int used = k < order ? k : order;
		const double *coefficient = moments->room + used * (used - 1) / 2;

		own[k] = 0;
		for (int j = 0; j < used; j++)
			own[k] += coefficient[j] * own[k - 1 - j];
	}
	return isfinite(own[0]);
}

/* theta(B) theta(1/B) applied to the covariances of the autoregression. */
static void
add_moving_average(ArimaMoments *moments, int order)
{
	const double *ma = moments->ma;
	const double *own = moments->own;

	for (int k = 0; k <= order; k++)
	{
		moments->products[k] = k == 0 ? 1 : ma[k - 1];
		for (int i = 0; i + k < order; i++)
			moments->products[k] += ma[i] * ma[i + k];
	}
	for (int k = 0; k <= moments->size; k++)
		moments->covariance[k] = moments->products[0] * own[k];
	for (int j = 1; j <= order; j++)
	{
		double product = moments->products[j];

		for (int k = 0; product != 0 && k <= moments->size; k++)
			moments->covariance[k] += product * (own[k + j] + own[k > j ? k - j : j - k]);
	}
}

/* psi(B) = theta(B) / phi(B) (Box & Jenkins 1976, equation 3.4.3). */
static void
responses(ArimaMoments *moments)
{
	int order = order_of(moments->ar, moments->size);

	for (int k = 0; k < moments->size; k++)
	{
		double sum = k == 0 ? 1 : moments->ma[k - 1];

		for (int j = 0; j < k && j < order; j++)
			sum += moments->ar[j] * moments->response[k - 1 - j];
		moments->response[k] = sum;
	}
}

/*
 * State i is the sum over k of phi(i+k) w(t-1-k) + theta(i-1+k) error(t-k), phi and theta
 * counted from 1 and theta(0) = 1: Harvey (1989), equation 3.3.1, solved backwards.
 */
static void
columns(ArimaMoments *moments)
{
	int size = moments->size;
	int ar = order_of(moments->ar, size);
	int ma = order_of(moments->ma, size);

	for (int i = 0; i < size; i++)
		moments->column[i] = i == 0 ? moments->response[0] : 0;
	for (int j = 0; j < ar; j++)
	{
		for (int i = 0; moments->ar[j] != 0 && i <= j; i++)
			moments->column[i] += moments->ar[j] * moments->covariance[1 + j - i];
	}
	for (int j = 0; j < ma; j++)
	{
		for (int i = 0; moments->ma[j] != 0 && i <= j + 1 && i < size; i++)
			moments->column[i] += moments->ma[j] * moments->response[j + 1 - i];
	}
}

bool
forecast_arima_moments(ArimaMoments *moments)
{
	if (!own_covariances(moments, order_of(moments->ar, moments->size)))
		return false;
	add_moving_average(moments, order_of(moments->ma, moments->size));
	responses(moments);
	columns(moments);
	return true;
}
