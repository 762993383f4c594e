/*
 * method_predict.c
 *	  What a fitted model of any method says of the steps ahead, and how it moves on.
 *
 * No forecast explodes: means that leave the range of the values by many times its width,
 * or by more than a straight line through it would, give way to the last value.
 */
#include <float.h>
#include <limits.h>
#include <math.h>

#include "core/forecast/auto_backtest.h"
#include "core/forecast/method_table.h"
#include "core/forecast/series.h"

static const ForecastDemand *
demand_of(const ForecastModel *model)
{
	if (model->method == FORECAST_METHOD_AUTO)
		return model->of.automatic.kind == FORECAST_AUTO_INTERMITTENT ?
				   &model->of.automatic.demand :
				   NULL;
	return forecast_counts_demand(model) ? &model->demand : NULL;
}

bool
forecast_counts_demand(const ForecastModel *model)
{
	ForecastFamily family = forecast_method_row(model->method)->family;

	if (family == FORECAST_FAMILY_AUTO)
		return model->of.automatic.kind == FORECAST_AUTO_INTERMITTENT;
	return family == FORECAST_FAMILY_INTERMITTENT || family == FORECAST_FAMILY_ADIDA ||
		   family == FORECAST_FAMILY_DEMAND;
}

/* ---- predict ---- */

/* As far as the series is long, a line may go on by its whole range. */
static bool
exploded(const ForecastModel *model, int h, const double *mean)
{
	double width = model->high - model->low;

	for (int i = 0; i < h; i++)
	{
		double line = width * ((i + 1.0) / model->known);

		if (forecast_exploded(mean[i], model->low - line, model->high + line))
			return true;
	}
	return false;
}

static ForecastStatus
predict_family(const ForecastWork *work, const ForecastModel *model, int h, double *mean,
			   double *variance, bool *gave_way)
{
	switch (forecast_method_row(model->method)->family)
	{
		case FORECAST_FAMILY_AUTO:
			return forecast_auto_predict(work, &model->of.automatic, h, mean, variance,
										 gave_way);
		case FORECAST_FAMILY_NAIVE:
			return forecast_naive_predict(&model->of.naive, h, mean, variance);
		case FORECAST_FAMILY_NAIVE2:
			return forecast_naive2_predict(&model->of.naive2, h, mean, variance);
		case FORECAST_FAMILY_ETS:
			return forecast_ets_predict(work, &model->of.ets, h, mean, variance);
		case FORECAST_FAMILY_THETA:
			return forecast_theta_predict(&model->of.theta, h, mean, variance);
		case FORECAST_FAMILY_ARIMA:
			return forecast_arima_predict(work, &model->of.arima, h, mean, variance);
		case FORECAST_FAMILY_INTERMITTENT:
			return forecast_intermittent_predict(&model->of.intermittent, h, mean, variance);
		case FORECAST_FAMILY_ADIDA:
			return forecast_adida_predict(&model->of.adida, h, mean, variance);
		case FORECAST_FAMILY_CLIMATOLOGY:
			return forecast_climatology_predict(work, &model->of.climatology, h, mean, variance);
		case FORECAST_FAMILY_DEMAND:
			return forecast_demand_predict(&model->demand, h, mean, variance);
	}
	return FORECAST_BAD_ARGUMENT;
}

ForecastStatus
forecast_predict_only(const ForecastWork *work, const ForecastModel *model, int h, double *mean,
					  double *variance, bool *gave_way)
{
	ForecastStatus status = predict_family(work, model, h, mean, variance, gave_way);

	/* Auto replaces its members one by one. */
	if (status != FORECAST_OK || model->method == FORECAST_METHOD_AUTO)
		return status;
	return exploded(model, h, mean) ? FORECAST_EXPLODED : FORECAST_OK;
}

ForecastStatus
forecast_predict(const ForecastWork *work, const ForecastModel *model, int h, double *mean,
				 double *variance, ForecastMethod *answered)
{
	bool gave_way = false;
	ForecastStatus status;

	if (h < 1 || h > FORECAST_HORIZON_MAX)
		return FORECAST_BAD_ARGUMENT;
	status = forecast_predict_only(work, model, h, mean, variance, &gave_way);
	if (status == FORECAST_EXPLODED || status == FORECAST_NOT_FITTED)
	{
		gave_way = true;
		status = forecast_naive_predict(&model->last, h, mean, variance);
	}
	if (answered != NULL)
		*answered = gave_way ? FORECAST_METHOD_NAIVE : model->method;
	for (int i = 0; i < h && status == FORECAST_OK; i++)
	{
		variance[i] *= model->stretch * model->stretch;
		if (model->nonnegative)
			mean[i] = fmax(mean[i], 0);
	}
	return status == FORECAST_OK ? forecast_finish(h, mean, variance) : status;
}

/* ---- quantiles ---- */

/* Where the item may end its quantile a period is that of the first period, as if it stayed. */
static ForecastStatus
demand_quantiles(const ForecastWork *work, const ForecastDemand *demand, int h,
				 const double *level, int count, double *quantile)
{
	double *first = forecast_numbers(work, (size_t) count);
	ForecastStatus status;

	if (first == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_demand_lead_time(work, demand, 1, level, count, first);
	for (int k = 0; k < count && status == FORECAST_OK; k++)
	{
		for (int i = 0; i < h; i++)
			quantile[(size_t) k * (size_t) h + (size_t) i] = first[k];
	}
	return status;
}

static double
normal_quantile(const ForecastModel *model, double mean, double variance, double z)
{
	double quantile = mean + z * sqrt(variance);

	if (isinf(quantile))
		quantile = copysign(DBL_MAX, quantile);
	return model->nonnegative && quantile < 0 ? 0 : quantile;
}

ForecastStatus
forecast_quantiles(const ForecastWork *work, const ForecastModel *model, int h,
				   const double *mean, const double *variance, const double *level, int count,
				   double *quantile)
{
	const ForecastDemand *demand = demand_of(model);

	if (h < 1 || h > FORECAST_HORIZON_MAX || count < 0)
		return FORECAST_BAD_ARGUMENT;
	if (demand != NULL)
		return demand_quantiles(work, demand, h, level, count, quantile);
	for (int k = 0; k < count; k++)
	{
		double z = forecast_normal_quantile(level[k]);

		if (isnan(z))
			return FORECAST_BAD_ARGUMENT;
		for (int i = 0; i < h; i++)
			quantile[(size_t) k * (size_t) h + (size_t) i] =
				normal_quantile(model, mean[i], variance[i], z);
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_quantile(const ForecastWork *work, const ForecastModel *model, int h, double level,
				  double *quantile)
{
	double *mean;
	double *variance;
	ForecastStatus status;

	if (h < 1 || h > FORECAST_HORIZON_MAX)
		return FORECAST_BAD_ARGUMENT;
	mean = forecast_numbers(work, (size_t) h);
	variance = forecast_numbers(work, (size_t) h);
	if (mean == NULL || variance == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_predict(work, model, h, mean, variance, NULL);
	if (status != FORECAST_OK)
		return status;
	return forecast_quantiles(work, model, h, mean, variance, &level, 1, quantile);
}

/* ---- update ---- */

static double
update_demand(ForecastDemand *demand, double value)
{
	double mean, variance;
	bool foreseen = forecast_demand_predict(demand, 1, &mean, &variance) == FORECAST_OK;

	forecast_demand_update(demand, value);
	return foreseen ? value - mean : NAN;
}

static double
update_family(ForecastModel *model, double value)
{
	switch (forecast_method_row(model->method)->family)
	{
		case FORECAST_FAMILY_AUTO:
			return forecast_auto_update(&model->of.automatic, value);
		case FORECAST_FAMILY_NAIVE:
			return forecast_naive_update(&model->of.naive, value);
		case FORECAST_FAMILY_NAIVE2:
			return forecast_naive2_update(&model->of.naive2, value);
		case FORECAST_FAMILY_ETS:
			return forecast_ets_update(&model->of.ets, value);
		case FORECAST_FAMILY_THETA:
			return forecast_theta_update(&model->of.theta, value);
		case FORECAST_FAMILY_ARIMA:
			return forecast_arima_update(&model->of.arima, value);
		case FORECAST_FAMILY_CLIMATOLOGY:
			return forecast_climatology_update(&model->of.climatology, value);
		case FORECAST_FAMILY_INTERMITTENT:
			forecast_demand_update(&model->demand, value);
			return forecast_intermittent_update(&model->of.intermittent, value);
		case FORECAST_FAMILY_ADIDA:
			forecast_demand_update(&model->demand, value);
			return forecast_adida_update(&model->of.adida, value);
		case FORECAST_FAMILY_DEMAND:
			return update_demand(&model->demand, value);
	}
	return NAN;
}

double
forecast_update(ForecastModel *model, double value)
{
	forecast_naive_update(&model->last, value);
	model->low = fmin(model->low, value);
	model->high = fmax(model->high, value);
	if (!isnan(value) && model->known < INT_MAX)
		model->known++;
	return update_family(model, value);
}
