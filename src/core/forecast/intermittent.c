/*
 * intermittent.c
 *	  Demand with periods of none.
 */
#include "core/forecast/intermittent.h"

#include <math.h>

#include "core/forecast/series.h"

/* Syntetos, Boylan & Croston (2005), section 4: where Croston's method begins to pay. */
#define ADI_CUT 1.32
#define CV2_CUT 0.49

static ForecastDemandClass
class_of(double adi, double cv2)
{
	if (adi < ADI_CUT)
		return cv2 < CV2_CUT ? FORECAST_DEMAND_SMOOTH : FORECAST_DEMAND_ERRATIC;
	return cv2 < CV2_CUT ? FORECAST_DEMAND_INTERMITTENT : FORECAST_DEMAND_LUMPY;
}

ForecastStatus
forecast_demand_pattern(const ForecastSeries *series, ForecastDemandPattern *pattern)
{
	ForecastStatus status = forecast_series_check(series);
	double squares = 0;

	*pattern = (ForecastDemandPattern){ .class = FORECAST_DEMAND_NONE };
	for (int t = 0; status == FORECAST_OK && t < series->n; t++)
	{
		double value = series->value[t];
		double from_mean = value - pattern->size;

		if (value < 0)
			return FORECAST_BAD_ARGUMENT;
		pattern->periods += !isnan(value);
		if (!(value > 0))
			continue;
		pattern->demands++;
		pattern->size += from_mean / pattern->demands;
		squares += from_mean * (value - pattern->size);
	}
	if (status != FORECAST_OK || pattern->demands == 0)
		return status;
	pattern->adi = (double) pattern->periods / pattern->demands;
	if (pattern->demands > 1)
		pattern->cv2 = squares / (pattern->demands - 1) / pattern->size / pattern->size;
	pattern->class = class_of(pattern->adi, pattern->cv2);
	return FORECAST_OK;
}

double
forecast_intermittent_probability(const ForecastIntermittent *model)
{
	if (model->kind == FORECAST_TSB)
		return model->probability;
	return model->begun ? 1 / model->interval : 0;
}

/* Syntetos & Boylan (2005), equation 5: Croston's ratio is too high by this factor. */
double
forecast_intermittent_rate(const ForecastIntermittent *model)
{
	double bias = model->kind == FORECAST_SBA ? 1 - model->beta / 2 : 1;

	return bias * model->size * forecast_intermittent_probability(model);
}

/* Croston's intervals change with a demand, TSB's probability in each period. */
static void
follow_occurrence(ForecastIntermittent *model, bool demand)
{
	model->probability += model->beta * (demand - model->probability);
	if (demand && model->begun)
		model->interval += model->beta * (model->waited - model->interval);
	else if (demand)
		model->interval = model->waited;
	model->waited = demand ? 1 : model->waited + 1;
}

static void
follow_size(ForecastIntermittent *model, double value)
{
	double share = model->begun ? model->alpha : 1;

	model->size += share * (value - model->size);
	model->square += share * (value * value - model->square);
}

double
forecast_intermittent_update(ForecastIntermittent *model, double value)
{
	double error = value - forecast_intermittent_rate(model);

	if (isnan(value))
		return NAN;
	follow_occurrence(model, value > 0);
	if (value > 0)
	{
		follow_size(model, value);
		model->begun = true;
	}
	return error;
}

static double
mean_square(const ForecastSeries *series)
{
	double mean = 0;
	int count = 0;

	for (int t = 0; t < series->n; t++)
	{
		if (series->value[t] > 0)
			mean += (series->value[t] * series->value[t] - mean) / ++count;
	}
	return mean;
}

static void
start(const ForecastSeries *series, const ForecastIntermittentOptions *options,
	  const ForecastDemandPattern *pattern, ForecastIntermittent *model)
{
	*model = (ForecastIntermittent){
		.kind = options->kind, .alpha = options->alpha, .beta = options->beta, .waited = 1
	};
	if (options->start_first || pattern->demands == 0)
		return;
	model->size = pattern->size;
	model->square = mean_square(series);
	model->interval = pattern->adi;
	model->probability = 1 / pattern->adi;
	model->begun = true;
}

static double
update(void *model, double value)
{
	return forecast_intermittent_update(model, value);
}

ForecastStatus
forecast_intermittent_fit(const ForecastWork *work, const ForecastSeries *series,
						  const ForecastIntermittentOptions *options,
						  ForecastIntermittent *model, double *residuals)
{
	ForecastDemandPattern pattern;
	ForecastStatus status = forecast_demand_pattern(series, &pattern);

	if (status != FORECAST_OK)
		return status;
	if (!(options->alpha > 0 && options->alpha <= 1 && options->beta > 0 && options->beta <= 1))
		return FORECAST_BAD_ARGUMENT;
	if (pattern.periods == 0)
		return FORECAST_TOO_SHORT;
	start(series, options, &pattern, model);
	return forecast_follow(work, series, 0, update, model, residuals);
}

ForecastStatus
forecast_intermittent_predict(const ForecastIntermittent *model, int h, double *mean,
							  double *variance)
{
	double rate = forecast_intermittent_rate(model);
	double second = model->square * forecast_intermittent_probability(model);

	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	for (int i = 0; i < h; i++)
	{
		mean[i] = rate;
		variance[i] = fmax(second - rate * rate, 0);
	}
	return forecast_finish(h, mean, variance);
}
