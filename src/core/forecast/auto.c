/*
 * auto.c
 *	  A forecast without a choice to make.
 */
#include "core/forecast/auto.h"

#include <float.h>
#include <math.h>

#include "core/forecast/auto_backtest.h"
#include "core/forecast/series.h"

/* ---- fit ---- */

static void
widen_range(ForecastAuto *model, double inside)
{
	model->low = fmin(model->low, inside);
	model->high = fmax(model->high, inside);
}

/* FORECAST_TOO_SHORT and the like of one member are no matter as long as another is fitted. */
static ForecastStatus
fit_members(const ForecastWork *work, const ForecastSeries *series, ForecastAuto *model,
			double **residuals)
{
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		ForecastMemberKind kind = (ForecastMemberKind) k;
		double votes = forecast_member_votes(kind, series);
		ForecastStatus status;

		if (votes == 0)
			continue;
		status = forecast_member_fit(work, series, kind, NULL, &model->member[k], residuals[k]);
		if (status == FORECAST_INTERRUPTED || status == FORECAST_NO_MEMORY)
			return status;
		model->member[k].weight = status == FORECAST_OK ? votes : 0;
	}
	return FORECAST_OK;
}

static bool
any_weight(const ForecastAuto *model)
{
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		if (model->member[k].weight > 0)
			return true;
	}
	return false;
}

static bool
lend_residuals(const ForecastWork *work, int n, bool wanted, double **residuals)
{
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		residuals[k] = wanted ? forecast_numbers(work, (size_t) n) : NULL;
		if (wanted && residuals[k] == NULL)
			return false;
	}
	return true;
}

/* Errors of a weighted mean are the weighted mean of errors. */
static void
combine_residuals(const ForecastAuto *model, int n, double *const *of_member, double *residuals)
{
	for (int t = 0; t < n; t++)
	{
		residuals[t] = 0;
		for (int k = 0; k < FORECAST_MEMBERS; k++)
		{
			if (model->member[k].weight > 0)
				residuals[t] += model->member[k].weight * of_member[k][t];
		}
		residuals[t] = ldexp(residuals[t], model->exponent);
	}
}

static ForecastStatus
fit_combination(const ForecastWork *work, const ForecastSeries *series,
				const ForecastAutoOptions *options, ForecastAuto *model, double *residuals)
{
	ForecastSeries inside = *series;
	double *of_member[FORECAST_MEMBERS];
	double *scaled;
	ForecastScores scores = { 0 };
	ForecastStatus status = forecast_series_scaled(work, series, &scaled, &model->exponent);

	if (status != FORECAST_OK)
		return status;
	if (!lend_residuals(work, series->n, residuals != NULL, of_member))
		return FORECAST_NO_MEMORY;
	inside.value = scaled;
	for (int t = 0; t < series->n; t++)
		widen_range(model, scaled[t]);
	status = fit_members(work, &inside, model, of_member);
	if (status == FORECAST_OK && any_weight(model))
	{
		model->kind = FORECAST_AUTO_COMBINATION;
		status = forecast_backtest(work, &inside, options->horizon, model->member, &scores);
	}
	model->stretch = forecast_scores_stretch(&scores, FORECAST_PRIOR_COMBINED,
											 forecast_series_known(series));
	if (status == FORECAST_OK && residuals != NULL && model->kind == FORECAST_AUTO_COMBINATION)
		combine_residuals(model, series->n, of_member, residuals);
	return status;
}

static ForecastStatus
fit_intermittent(const ForecastWork *work, const ForecastSeries *series,
				 const ForecastAutoOptions *options, ForecastAuto *model, double *residuals)
{
	const ForecastDemandOptions of_demand = { .may_end = options->may_end };

	model->kind = FORECAST_AUTO_INTERMITTENT;
	model->stretch = 1;
	for (int t = 0; t < series->n && residuals != NULL; t++)
		residuals[t] = NAN;
	return forecast_demand_fit(work, series, &of_demand, &model->demand);
}

ForecastStatus
forecast_auto_fit(const ForecastWork *work, const ForecastSeries *series,
				  const ForecastAutoOptions *options, ForecastAuto *model, double *residuals)
{
	const ForecastNaiveOptions last = { .kind = FORECAST_NAIVE };
	ForecastStatus status;

	*model = (ForecastAuto){
		.kind = FORECAST_AUTO_NAIVE,
		.nonnegative = options->nonnegative,
		.low = INFINITY,
		.high = -INFINITY,
	};
	if (options->horizon < 1)
		return FORECAST_BAD_ARGUMENT;
	/* Checks the series too, and leaves its residuals to where no other method is fitted. */
	status = forecast_naive_fit(work, series, &last, &model->naive, residuals);
	if (status != FORECAST_OK)
		return status;
	if (forecast_auto_intermittent(series))
		return fit_intermittent(work, series, options, model, residuals);
	return fit_combination(work, series, options, model, residuals);
}

/* ---- predict ---- */

static bool
exploded(const ForecastAuto *model, int h, const double *mean)
{
	for (int i = 0; i < h; i++)
	{
		if (forecast_exploded(mean[i], model->low, model->high))
			return true;
	}
	return false;
}

/* What explodes loses its weight; FORECAST_EXPLODED where no member is left. */
static ForecastStatus
predict_members(const ForecastWork *work, const ForecastAuto *model, int h, double *const *means,
				double *const *variances, ForecastMember *member)
{
	double sum = 0;

	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		ForecastStatus status;

		member[k].weight = 0;
		if (!(model->member[k].weight > 0))
			continue;
		status = forecast_member_predict(work, &model->member[k], h, means[k], variances[k]);
		if (status == FORECAST_INTERRUPTED)
			return status;
		if (status == FORECAST_OK && !exploded(model, h, means[k]))
			member[k].weight = model->member[k].weight;
		sum += member[k].weight;
	}
	for (int k = 0; k < FORECAST_MEMBERS && sum > 0; k++)
		member[k].weight /= sum;
	return sum > 0 ? FORECAST_OK : FORECAST_EXPLODED;
}

static ForecastStatus
predict_naive(const ForecastAuto *model, int h, double *mean, double *variance)
{
	ForecastStatus status = forecast_naive_predict(&model->naive, h, mean, variance);

	for (int i = 0; i < h; i++)
		variance[i] *= model->stretch * model->stretch;
	return status == FORECAST_OK ? forecast_finish(h, mean, variance) : status;
}

static ForecastStatus
give_way(const ForecastAuto *model, int h, double *mean, double *variance, bool *gave_way)
{
	if (gave_way != NULL)
		*gave_way = true;
	return predict_naive(model, h, mean, variance);
}

static ForecastStatus
predict_combination(const ForecastWork *work, const ForecastAuto *model, int h, double *mean,
					double *variance, bool *gave_way)
{
	ForecastMember *member = work->allocate(work->context, FORECAST_MEMBERS * sizeof(*member));
	double *means[FORECAST_MEMBERS];
	double *variances[FORECAST_MEMBERS];
	ForecastStatus status;

	if (member == NULL)
		return FORECAST_NO_MEMORY;
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		means[k] = forecast_numbers(work, (size_t) h);
		variances[k] = forecast_numbers(work, (size_t) h);
		if (means[k] == NULL || variances[k] == NULL)
			return FORECAST_NO_MEMORY;
	}
	status = predict_members(work, model, h, means, variances, member);
	if (status == FORECAST_INTERRUPTED)
		return status;
	if (status != FORECAST_OK)
		return give_way(model, h, mean, variance, gave_way);
	forecast_combine(member, h, means, variances, mean, variance);
	for (int i = 0; i < h; i++)
		variance[i] *= variance[i] * model->stretch * model->stretch;
	status = forecast_finish_scaled(h, model->exponent, mean, variance);
	return status == FORECAST_OK ? status : give_way(model, h, mean, variance, gave_way);
}

ForecastStatus
forecast_auto_predict(const ForecastWork *work, const ForecastAuto *model, int h, double *mean,
					  double *variance, bool *gave_way)
{
	ForecastStatus status;

	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	if (model->kind == FORECAST_AUTO_COMBINATION)
		status = predict_combination(work, model, h, mean, variance, gave_way);
	else if (model->kind == FORECAST_AUTO_INTERMITTENT)
		status = forecast_demand_predict(&model->demand, h, mean, variance);
	else
		status = predict_naive(model, h, mean, variance);
	for (int i = 0; i < h && status == FORECAST_OK && model->nonnegative; i++)
		mean[i] = fmax(mean[i], 0);
	return status;
}

/* Where the item may end its quantile a period is that of the first period, as if it stayed. */
static ForecastStatus
demand_quantile(const ForecastWork *work, const ForecastAuto *model, int h, double level,
				double *quantile)
{
	ForecastStatus status = forecast_demand_lead_time(work, &model->demand, 1, &level, 1, quantile);

	for (int i = 1; i < h; i++)
		quantile[i] = quantile[0];
	return status;
}

ForecastStatus
forecast_auto_quantile(const ForecastWork *work, const ForecastAuto *model, int h, double level,
					   double *quantile)
{
	ForecastStatus status;
	double z = forecast_normal_quantile(level);
	double *variance;

	if (h < 1 || isnan(z))
		return FORECAST_BAD_ARGUMENT;
	if (model->kind == FORECAST_AUTO_INTERMITTENT)
		return demand_quantile(work, model, h, level, quantile);
	variance = forecast_numbers(work, (size_t) h);
	if (variance == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_auto_predict(work, model, h, quantile, variance, NULL);
	for (int i = 0; i < h && status == FORECAST_OK; i++)
	{
		quantile[i] += z * sqrt(variance[i]);
		if (isinf(quantile[i]))
			quantile[i] = copysign(DBL_MAX, quantile[i]);
		if (model->nonnegative && quantile[i] < 0)
			quantile[i] = 0;
	}
	return status;
}

/* ---- update ---- */

/* One step ahead, in inside units; members of no finite mean are passed over. */
static double
next_mean(const ForecastAuto *model)
{
	const ForecastWork alone = { 0 };
	double mean = 0;
	double sum = 0;

	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		const ForecastMember *member = &model->member[k];
		double next, variance;

		if (!(member->weight > 0) ||
			forecast_member_predict(&alone, member, 1, &next, &variance) != FORECAST_OK)
			continue;
		mean += member->weight * next;
		sum += member->weight;
	}
	return mean / sum;
}

double
forecast_auto_update(ForecastAuto *model, double value)
{
	double error = forecast_naive_update(&model->naive, value);
	double inside = ldexp(value, -model->exponent);
	double mean, variance;

	if (model->kind == FORECAST_AUTO_INTERMITTENT)
	{
		if (forecast_demand_predict(&model->demand, 1, &mean, &variance) == FORECAST_OK)
			error = value - mean;
		forecast_demand_update(&model->demand, value);
	}
	if (model->kind != FORECAST_AUTO_COMBINATION)
		return error;
	error = ldexp(inside - next_mean(model), model->exponent);
	widen_range(model, inside);
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		if (model->member[k].weight > 0)
			forecast_member_update(&model->member[k], inside);
	}
	return error;
}
