/*
 * arima_prepare.c
 *	  From a series to what ARIMA models are estimated from: scaled, filled, differenced.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/arima_fit.h"
#include "core/forecast/mstl.h"
#include "core/forecast/series.h"

/* A season that asks for a difference: Hyndman & Athanasopoulos (2021), section 9.1. */
#define SEASON_STRONG 0.64

/* KPSS (1992), table 1, 5 %. */
#define KPSS_LIMIT 0.463

/* Seasons of values fewer than this many periods are not looked for. */
#define PERIODS_MIN 2

bool
forecast_arima_order_valid(ForecastArimaOrder order, int period)
{
	if (order.p < 0 || order.q < 0 || order.d < 0 || order.seasonal_p < 0 ||
		order.seasonal_q < 0 || order.seasonal_d < 0)
		return false;
	if (order.p > FORECAST_ARIMA_ORDER_MAX || order.q > FORECAST_ARIMA_ORDER_MAX ||
		order.d > FORECAST_ARIMA_DIFFERENCES_MAX)
		return false;
	if (order.seasonal_p > FORECAST_ARIMA_SEASONAL_MAX ||
		order.seasonal_q > FORECAST_ARIMA_SEASONAL_MAX ||
		order.seasonal_d > FORECAST_ARIMA_SEASONAL_DIFFERENCES_MAX)
		return false;
	return period > 1 || order.seasonal_p + order.seasonal_d + order.seasonal_q == 0;
}

int
forecast_arima_parameters(ForecastArimaOrder order)
{
	return order.p + order.q + order.seasonal_p + order.seasonal_q + order.constant + 1;
}

/* Missing values by season and trend of STL where there is a season, else on lines. */
static ForecastStatus
fill_gaps(ArimaProblem *problem)
{
	const ForecastMstlOptions options = { .periodic = false };
	ForecastSeries series = { .value = problem->value, .n = problem->n };
	ForecastDecomposition parts;
	ForecastStatus status;

	forecast_interpolate(problem->value, problem->n, problem->filled);
	if (!problem->gaps || problem->period < 2 || problem->n < PERIODS_MIN * problem->period)
		return FORECAST_OK;
	series.period[0] = problem->period;
	series.period_count = 1;
	status = forecast_mstl(problem->work, &series, &options, &parts);
	for (int t = 0; status == FORECAST_OK && parts.count > 0 && t < problem->n; t++)
	{
		if (isnan(problem->value[t]))
			problem->filled[t] = parts.seasonal[0][t] + parts.trend[t];
	}
	return status;
}

ForecastStatus
forecast_arima_prepare(const ForecastWork *work, const ForecastSeries *series,
					   ArimaProblem *problem)
{
	double *scaled;
	ForecastStatus status = forecast_series_check(series);

	*problem = (ArimaProblem){ .work = work, .period = 1 };
	if (status == FORECAST_OK)
		status = forecast_series_scaled(work, series, &scaled, &problem->exponent);
	if (status != FORECAST_OK)
		return status;
	while (problem->first < series->n && isnan(scaled[problem->first]))
		problem->first++;
	problem->n = series->n - problem->first;
	if (problem->n == 0)
		return FORECAST_TOO_SHORT;
	problem->value = scaled + problem->first;
	problem->gaps = forecast_series_known(series) < problem->n;
	if (series->period_count > 0 && series->period[0] <= FORECAST_ARIMA_PERIOD_MAX)
		problem->period = series->period[0];
	problem->filled = forecast_numbers(work, (size_t) problem->n);
	problem->w = forecast_numbers(work, (size_t) problem->n);
	if (problem->filled == NULL || problem->w == NULL)
		return FORECAST_NO_MEMORY;
	return fill_gaps(problem);
}

ForecastStatus
forecast_arima_lend(ArimaProblem *problem, int size, int lags, bool gaps)
{
	problem->data.gaps = gaps;
	problem->base = forecast_numbers(problem->work, (size_t) problem->n);
	if (problem->base == NULL)
		return FORECAST_NO_MEMORY;
	for (int i = 0; i < ARIMA_UNKNOWNS_MAX; i++)
	{
		problem->slope[i] = forecast_numbers(problem->work, (size_t) problem->n);
		if (problem->slope[i] == NULL)
			return FORECAST_NO_MEMORY;
	}
	problem->filter = (ArimaFilter){ .known = 0 };
	problem->filter.moments.ar = forecast_numbers(problem->work, (size_t) size);
	problem->filter.moments.ma = forecast_numbers(problem->work, (size_t) size);
	if (problem->filter.moments.ar == NULL || problem->filter.moments.ma == NULL)
		return FORECAST_NO_MEMORY;
	return forecast_arima_filter_lend(problem->work, problem->n, size, lags, gaps,
									  &problem->filter);
}

/* Of the values that have an error. */
static int
count_known(const ArimaProblem *problem)
{
	int known = 0;

	for (int t = problem->data.lags; t < problem->n; t++)
		known += !isnan(problem->value[t]);
	return known;
}

ForecastStatus
forecast_arima_set_order(ArimaProblem *problem, ForecastArimaOrder order)
{
	ArimaData *data = &problem->data;

	problem->order = order;
	data->work = problem->work;
	data->value = problem->value;
	data->start = problem->filled;
	data->w = problem->w;
	data->constant = order.constant;
	data->lags = forecast_arima_differences(order.d, order.seasonal_d, problem->period,
											data->difference);
	data->n = problem->n - data->lags;
	if (data->n < 1 || count_known(problem) <= forecast_arima_parameters(order) + 1)
		return FORECAST_TOO_SHORT;
	problem->filter.moments.size = forecast_arima_size(order, problem->period);
	for (int t = 0; t < data->n; t++)
	{
		double sum = problem->filled[t + data->lags];

		for (int i = 0; i < data->lags; i++)
			sum -= data->difference[i] * problem->filled[t + data->lags - 1 - i];
		problem->w[t] = sum;
	}
	return FORECAST_OK;
}

double
forecast_kpss(const double *value, int n)
{
	int lags = (int) (4 * pow(n / 100.0, 0.25));
	double mean = 0;
	double sum = 0;
	double squares = 0;
	double spread = 0;

	for (int t = 0; t < n; t++)
		mean += (value[t] - mean) / (t + 1);
	for (int t = 0; t < n; t++)
	{
		sum += value[t] - mean;
		squares += sum * sum;
		spread += (value[t] - mean) * (value[t] - mean);
	}
	/* Bartlett's window, KPSS (1992), equation 10. */
	for (int lag = 1; lag <= lags; lag++)
	{
		double product = 0;

		for (int t = lag; t < n; t++)
			product += (value[t] - mean) * (value[t - lag] - mean);
		spread += 2 * (1 - lag / (lags + 1.0)) * product;
	}
	return spread > 0 ? squares / n / spread : 0;
}

static ForecastStatus
seasonal_integration(ArimaProblem *problem, ForecastArimaOrder *order)
{
	const ForecastMstlOptions options = { .periodic = false };
	ForecastSeries series = { .value = problem->filled, .n = problem->n };
	ForecastDecomposition parts;
	ForecastStatus status;

	if (problem->period < 2 || problem->n < PERIODS_MIN * problem->period + 1)
		return FORECAST_OK;
	series.period[0] = problem->period;
	series.period_count = 1;
	status = forecast_mstl(problem->work, &series, &options, &parts);
	if (status == FORECAST_OK && parts.count > 0)
		order->seasonal_d = forecast_seasonal_strength(&parts, problem->n, 0) > SEASON_STRONG;
	return status;
}

/* Values that differ by rounding alone. */
static bool
is_constant(const double *value, int n)
{
	double least = value[0];
	double largest = value[0];

	for (int t = 1; t < n; t++)
	{
		least = fmin(least, value[t]);
		largest = fmax(largest, value[t]);
	}
	return largest - least < 1e-12;
}

ForecastStatus
forecast_arima_integration(ArimaProblem *problem, ForecastArimaOrder *order)
{
	ForecastStatus status;

	*order = (ForecastArimaOrder){ .d = 0 };
	status = seasonal_integration(problem, order);
	if (status != FORECAST_OK)
		return status;
	status = forecast_arima_set_order(problem, *order);
	if (status != FORECAST_OK && order->seasonal_d > 0)
	{
		order->seasonal_d = 0;
		status = forecast_arima_set_order(problem, *order);
	}
	while (status == FORECAST_OK && order->d < FORECAST_ARIMA_DIFFERENCES_MAX &&
		   order->d + order->seasonal_d < 2 && !is_constant(problem->w, problem->data.n) &&
		   forecast_kpss(problem->w, problem->data.n) > KPSS_LIMIT)
	{
		order->d++;
		status = forecast_arima_set_order(problem, *order);
		if (status == FORECAST_OK)
			continue;
		order->d--;
		return forecast_arima_set_order(problem, *order);
	}
	return status;
}
