/*
 * adida.c
 *	  Aggregate-disaggregate intermittent demand approach.
 *
 * Buckets do not overlap and end with the series, so that the newest is full; what does not
 * fill one is left out at the start.  The level starts as the mean of all buckets.
 */
#include "core/forecast/adida.h"

#include <math.h>

#include "core/forecast/intermittent.h"
#include "core/forecast/series.h"

/* They propose the mean interval for the bucket: then few of them are empty. */
static ForecastStatus
choose_bucket(const ForecastSeries *series, const ForecastAdidaOptions *options, int *bucket)
{
	ForecastDemandPattern pattern;
	ForecastStatus status = forecast_demand_pattern(series, &pattern);

	*bucket = options->bucket;
	if (status != FORECAST_OK || options->bucket < 0 || !(options->alpha > 0) || options->alpha > 1)
		return status != FORECAST_OK ? status : FORECAST_BAD_ARGUMENT;
	if (*bucket == 0)
		*bucket = pattern.demands > 0 ? (int) lround(pattern.adi) : 1;
	return *bucket > series->n || pattern.periods == 0 ? FORECAST_TOO_SHORT : FORECAST_OK;
}

static double
mean_of(const ForecastSeries *series)
{
	double mean = 0;
	int count = 0;

	for (int t = 0; t < series->n; t++)
	{
		if (!isnan(series->value[t]))
			mean += (series->value[t] - mean) / ++count;
	}
	return mean;
}

double
forecast_adida_update(ForecastAdida *model, double value)
{
	double rate = model->level / model->bucket;
	double error;

	model->sum += isnan(value) ? rate : value;
	if (++model->filled == model->bucket)
	{
		error = model->sum - model->level;
		model->sigma2 += (error * error - model->sigma2) / ++model->errors;
		model->level += model->alpha * error;
		model->sum = 0;
		model->filled = 0;
	}
	return value - rate;
}

static double
update(void *model, double value)
{
	return forecast_adida_update(model, value);
}

ForecastStatus
forecast_adida_fit(const ForecastWork *work, const ForecastSeries *series,
				   const ForecastAdidaOptions *options, ForecastAdida *model, double *residuals)
{
	int bucket;
	ForecastStatus status = choose_bucket(series, options, &bucket);

	if (status != FORECAST_OK)
		return status;
	*model = (ForecastAdida){ .bucket = bucket, .alpha = options->alpha };
	model->level = bucket * mean_of(series);
	return forecast_follow(work, series, series->n % bucket, update, model, residuals);
}

ForecastStatus
forecast_adida_predict(const ForecastAdida *model, int h, double *mean, double *variance)
{
	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	for (int i = 0; i < h; i++)
	{
		mean[i] = model->level / model->bucket;
		variance[i] = model->errors > 0 ? model->sigma2 / model->bucket : NAN;
	}
	return forecast_finish(h, mean, variance);
}
