/*
 * naive2.c
 *	  The benchmark of the M competitions: Makridakis, Spiliotis & Assimakopoulos (2020),
 *	  International Journal of Forecasting 36, appendix A, where its seasonal test stands.
 */
#include "core/forecast/naive2.h"

#include <math.h>

#include "core/forecast/series.h"

/* Below three periods the benchmark takes no series for seasonal. */
#define LEAST_PERIODS 3

ForecastStatus
forecast_naive2_fit(const ForecastWork *work, const ForecastSeries *series,
					ForecastNaive2 *model, double *residuals)
{
	const ForecastNaiveOptions options = { .kind = FORECAST_NAIVE };
	ForecastSeries adjusted = { .n = series->n };
	ForecastStatus status = forecast_series_check(series);
	int period = series->period_count > 0 ? series->period[0] : 1;
	double *scaled;
	double *values;

	if (status == FORECAST_OK)
		status = forecast_series_scaled(work, series, &scaled, &model->exponent);
	if (status != FORECAST_OK)
		return status;
	values = forecast_numbers(work, (size_t) series->n);
	if (values == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_season_adjust(work, scaled, series->n, period, LEAST_PERIODS * period,
									&model->season, values);
	if (status != FORECAST_OK)
		return status;
	adjusted.value = values;
	status = forecast_naive_fit(work, &adjusted, &options, &model->naive, residuals);
	if (status == FORECAST_OK && residuals != NULL)
		forecast_season_errors(&model->season, series->n, model->exponent, residuals);
	return status;
}

double
forecast_naive2_update(ForecastNaive2 *model, double value)
{
	double figure = forecast_season_factor(&model->season, 0);
	double adjusted = forecast_season_remove(&model->season, ldexp(value, -model->exponent));
	double error = forecast_naive_update(&model->naive, adjusted);

	forecast_season_advance(&model->season);
	return ldexp(error * figure, model->exponent);
}

ForecastStatus
forecast_naive2_predict(const ForecastNaive2 *model, int h, double *mean, double *variance)
{
	ForecastStatus status = forecast_naive_predict(&model->naive, h, mean, variance);

	if (status != FORECAST_OK)
		return status;
	forecast_season_apply(&model->season, h, mean, variance);
	return forecast_finish_scaled(h, model->exponent, mean, variance);
}
