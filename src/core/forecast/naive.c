/*
 * naive.c
 *	  Methods that repeat what was.
 *
 * Each is one pass of its update over the series, so that a model that was updated is the
 * model of the longer series to the last bit.  A gap of g steps is g steps of the random
 * walk behind the method: the difference across it has g times the variance.
 */
#include "core/forecast/naive.h"

#include <math.h>

#include "core/forecast/series.h"

/* West (1979), Communications of the ACM 22, 532: weighted mean and squares in one pass. */
static void
spread_add(ForecastSpread *spread, double value, double weight)
{
	double deviation = value - spread->mean;

	spread->count++;
	spread->weight += weight;
	spread->mean += deviation * weight / spread->weight;
	spread->squares += weight * deviation * (value - spread->mean);
}

static ForecastStatus
start(const ForecastWork *work, const ForecastSeries *series,
	  const ForecastNaiveOptions *options, ForecastNaive *model)
{
	*model = (ForecastNaive){ .kind = options->kind, .size = 1, .last = NAN };
	if (options->kind == FORECAST_SEASONAL_NAIVE && series->period_count > 0)
		model->size = series->period[series->period_count - 1];
	if (options->kind == FORECAST_WINDOW_MEAN)
		model->size = options->window;
	if (model->size < 1 || model->size > FORECAST_PERIOD_LIMIT)
		return FORECAST_BAD_ARGUMENT;

	model->held = forecast_numbers(work, (size_t) model->size);
	model->age = forecast_numbers(work, (size_t) model->size);
	if (model->held == NULL || model->age == NULL)
		return FORECAST_NO_MEMORY;
	for (int i = 0; i < model->size; i++)
		model->held[i] = NAN;
	return FORECAST_OK;
}

/* Mean of the known values held, and how many they are. */
static double
held_mean(const ForecastNaive *model, int *count)
{
	double mean = NAN;

	*count = 0;
	for (int i = 0; i < model->size; i++)
	{
		if (isnan(model->held[i]))
			continue;
		mean = ++*count == 1 ? model->held[i] : mean + (model->held[i] - mean) / *count;
	}
	return mean;
}

/*
 * Around a constant level the error of a mean of k has the variance (1 + 1/k) of one value
 * (FPP3, section 5.5), so errors of windows of any filling tell of one variance.
 */
static double
window_error(ForecastNaive *model, double value)
{
	int count;
	double error = value - held_mean(model, &count);

	if (isnan(error))
		return NAN;
	model->spread.count++;
	model->spread.squares += error * error / (1.0 + 1.0 / count);
	return error;
}

/*
 * The seasonal random walk: y(t) = y(t-m) + e(t), and g seasons of it where the season
 * before is missing.  With m = 1 the random walk of the naive method.
 */
static double
walk_error(ForecastNaive *model, double value)
{
	double seasons = model->age[model->position] + 1;
	double error = value - model->held[model->position];

	if (isnan(error))
		return NAN;
	model->spread.count++;
	model->spread.squares += error * error / seasons;
	return error;
}

/* Slopes of gaps weigh as their length: their mean is the line through both ends. */
static double
drift_error(ForecastNaive *model, double value)
{
	double steps = model->age[0] + 1;
	double difference = value - model->held[0];
	double expected = steps * model->spread.mean;
	bool first = model->spread.count == 0;

	if (isnan(difference))
		return NAN;
	spread_add(&model->spread, difference / steps, steps);
	return first ? NAN : difference - expected;
}

double
forecast_naive_update(ForecastNaive *model, double value)
{
	double error;

	if (model->kind == FORECAST_WINDOW_MEAN)
		error = window_error(model, value);
	else if (model->kind == FORECAST_DRIFT)
		error = drift_error(model, value);
	else
		error = walk_error(model, value);

	model->age[model->position] += 1;
	/* What is missing leaves the window all the same, but not the season's last value. */
	if (!isnan(value) || model->kind == FORECAST_WINDOW_MEAN)
	{
		model->held[model->position] = value;
		model->age[model->position] = 0;
	}
	if (!isnan(value))
		model->last = value;
	model->position = (model->position + 1) % model->size;
	return error;
}

static double
update(void *model, double value)
{
	return forecast_naive_update(model, value);
}

ForecastStatus
forecast_naive_fit(const ForecastWork *work, const ForecastSeries *series,
				   const ForecastNaiveOptions *options, ForecastNaive *model,
				   double *residuals)
{
	ForecastStatus status = forecast_series_check(series);

	if (status == FORECAST_OK)
		status = start(work, series, options, model);
	if (status != FORECAST_OK)
		return status;
	status = forecast_follow(work, series, 0, update, model, residuals);
	if (status != FORECAST_OK)
		return status;
	/* One value is enough for a mean, two for a line. */
	if (isnan(model->last) || (model->kind == FORECAST_DRIFT && model->spread.count == 0))
		return FORECAST_TOO_SHORT;
	return FORECAST_OK;
}

static void
predict_window(const ForecastNaive *model, int h, double *mean, double *variance)
{
	int count;
	double level = held_mean(model, &count);
	double unit = model->spread.squares / model->spread.count;

	for (int i = 0; i < h; i++)
	{
		/* A window without any value says nothing: the last value before it does. */
		mean[i] = count > 0 ? level : model->last;
		variance[i] = unit * (1.0 + 1.0 / (count > 0 ? count : 1));
	}
}

/* FPP3, section 5.5: h steps of drift have the variance h (1 + h / (T - 1)) of one. */
static void
predict_drift(const ForecastNaive *model, int h, double *mean, double *variance)
{
	const ForecastSpread *spread = &model->spread;
	double unit = spread->squares / (spread->count - 1);

	for (int i = 0; i < h; i++)
	{
		double steps = model->age[0] + i + 1;

		mean[i] = model->last + steps * spread->mean;
		variance[i] = spread->count > 1 ? unit * steps * (1.0 + steps / spread->weight) : NAN;
	}
}

static void
predict_walk(const ForecastNaive *model, int h, double *mean, double *variance)
{
	double unit = model->spread.squares / model->spread.count;

	for (int i = 0; i < h; i++)
	{
		int place = (model->position + i % model->size) % model->size;
		double seasons = model->age[place] + 1 + (double) (i / model->size);

		mean[i] = isnan(model->held[place]) ? model->last : model->held[place];
		variance[i] = unit * seasons;
	}
}

ForecastStatus
forecast_naive_predict(const ForecastNaive *model, int h, double *mean, double *variance)
{
	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	if (model->kind == FORECAST_WINDOW_MEAN)
		predict_window(model, h, mean, variance);
	else if (model->kind == FORECAST_DRIFT)
		predict_drift(model, h, mean, variance);
	else
		predict_walk(model, h, mean, variance);
	return forecast_finish(h, mean, variance);
}
