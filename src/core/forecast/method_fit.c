/*
 * method_fit.c
 *	  From a series to a model of the wanted method, or of the next simpler one.
 */
#include <math.h>

#include "core/forecast/method_table.h"
#include "core/forecast/origin.h"
#include "core/forecast/series.h"

/* ---- one method ---- */

static void
no_residuals(int n, double *residuals)
{
	for (int t = 0; residuals != NULL && t < n; t++)
		residuals[t] = NAN;
}

/* The season of Holt and Winters is the shortest period, and they are not without one. */
static ForecastStatus
fit_ets(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
		ForecastEts *model, double *residuals)
{
	const char *form = forecast_method_row(options->method)->form;
	ForecastEtsOptions own = options->ets;

	if (form != NULL)
		own.automatic = !forecast_ets_parse(form, &own.form);
	if (!own.automatic && own.form.season != FORECAST_SEASON_NONE && series->period_count == 0)
		return FORECAST_NO_SEASON;
	return forecast_ets_fit(work, series, &own, model, residuals);
}

static ForecastStatus
fit_theta(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
		  ForecastTheta *model, double *residuals)
{
	ForecastThetaOptions own = {
		.kind = (ForecastThetaKind) forecast_method_row(options->method)->kind,
		.adjust = FORECAST_ADJUST_TESTED,
	};

	if (options->method == FORECAST_METHOD_MSTL)
	{
		if (series->period_count == 0)
			return FORECAST_NO_SEASON;
		if (series->n / 2 < series->period[0])
			return FORECAST_TOO_SHORT;
		own.adjust = options->periodic ? FORECAST_ADJUST_PERIODIC : FORECAST_ADJUST_MSTL;
	}
	return forecast_theta_fit(work, series, &own, model, residuals);
}

static ForecastStatus
fit_arima(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
		  ForecastArima *model, double *residuals)
{
	const ForecastArimaOrder *order = &options->arima.order;
	bool seasonal = order->seasonal_p + order->seasonal_d + order->seasonal_q > 0;

	if (!options->arima.automatic && seasonal &&
		(series->period_count == 0 || series->period[0] > FORECAST_ARIMA_PERIOD_MAX))
		return FORECAST_NO_SEASON;
	return forecast_arima_fit(work, series, &options->arima, model, residuals);
}

static ForecastStatus
fit_naive(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
		  ForecastNaive *model, double *residuals)
{
	const ForecastNaiveOptions own = {
		.kind = (ForecastNaiveKind) forecast_method_row(options->method)->kind,
		.window = options->window,
	};

	if (own.kind == FORECAST_SEASONAL_NAIVE && series->period_count == 0)
		return FORECAST_NO_SEASON;
	return forecast_naive_fit(work, series, &own, model, residuals);
}

static ForecastStatus
fit_intermittent(const ForecastWork *work, const ForecastSeries *series,
				 const ForecastOptions *options, ForecastIntermittent *model, double *residuals)
{
	const ForecastIntermittentOptions own = {
		.kind = (ForecastIntermittentKind) forecast_method_row(options->method)->kind,
		.alpha = options->alpha,
		.beta = options->beta,
		.start_first = options->start_first,
	};

	return forecast_intermittent_fit(work, series, &own, model, residuals);
}

/* Croston's method and its kin tell a mean; the distribution around it is that of demand. */
static ForecastStatus
fit_counts(const ForecastWork *work, const ForecastSeries *series,
		   const ForecastOptions *options, ForecastModel *model, double *residuals)
{
	const ForecastDemandOptions of_demand = { .may_end = options->may_end };
	const ForecastAdidaOptions of_adida = { options->bucket, options->alpha };
	ForecastFamily family = forecast_method_row(options->method)->family;
	ForecastStatus status;

	if (model->low < 0)
		return FORECAST_NEGATIVE;
	status = forecast_demand_fit(work, series, &of_demand, &model->demand);
	if (status == FORECAST_OK && family == FORECAST_FAMILY_INTERMITTENT)
		return fit_intermittent(work, series, options, &model->of.intermittent, residuals);
	if (status == FORECAST_OK && family == FORECAST_FAMILY_ADIDA)
		return forecast_adida_fit(work, series, &of_adida, &model->of.adida, residuals);
	no_residuals(series->n, residuals);
	return status;
}

static ForecastStatus
fit_auto(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
		 ForecastAuto *model, double *residuals)
{
	const ForecastAutoOptions own = { options->horizon, options->nonnegative, options->may_end };
	ForecastStatus status = forecast_auto_fit(work, series, &own, model, residuals);

	if (options->intervals == FORECAST_INTERVALS_ANALYTIC)
		model->stretch = 1;
	/* Nothing is kept of members that are never asked. */
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		if (!(model->member[k].weight > 0))
			model->member[k] = (ForecastMember){ .kind = (ForecastMemberKind) k };
	}
	return status;
}

ForecastStatus
forecast_fit_only(const ForecastWork *work, const ForecastSeries *series,
				  const ForecastOptions *options, ForecastModel *model, double *residuals)
{
	model->method = options->method;
	model->of = (union ForecastModelOf){ .automatic.kind = FORECAST_AUTO_COMBINATION };
	switch (forecast_method_row(options->method)->family)
	{
		case FORECAST_FAMILY_AUTO:
			return fit_auto(work, series, options, &model->of.automatic, residuals);
		case FORECAST_FAMILY_NAIVE:
			return fit_naive(work, series, options, &model->of.naive, residuals);
		case FORECAST_FAMILY_NAIVE2:
			return forecast_naive2_fit(work, series, &model->of.naive2, residuals);
		case FORECAST_FAMILY_ETS:
			return fit_ets(work, series, options, &model->of.ets, residuals);
		case FORECAST_FAMILY_THETA:
			return fit_theta(work, series, options, &model->of.theta, residuals);
		case FORECAST_FAMILY_ARIMA:
			return fit_arima(work, series, options, &model->of.arima, residuals);
		case FORECAST_FAMILY_CLIMATOLOGY:
			return forecast_climatology_fit(work, series, &options->climatology,
											&model->of.climatology, residuals);
		case FORECAST_FAMILY_INTERMITTENT:
		case FORECAST_FAMILY_ADIDA:
		case FORECAST_FAMILY_DEMAND:
			return fit_counts(work, series, options, model, residuals);
	}
	return FORECAST_BAD_ARGUMENT;
}

/* ---- the simpler one ---- */

static bool
is_about_series(ForecastStatus status)
{
	return status == FORECAST_TOO_SHORT || status == FORECAST_NOT_POSITIVE ||
		   status == FORECAST_NOT_FITTED || status == FORECAST_NEGATIVE ||
		   status == FORECAST_NO_SEASON || status == FORECAST_EXPLODED;
}

/* A form or an order that was asked for gives way to the best one; false after the simplest. */
static bool
simplify(ForecastOptions *options)
{
	ForecastMethod simpler = forecast_method_row(options->method)->simpler;

	if (options->method == FORECAST_METHOD_ETS && !options->ets.automatic)
		options->ets.automatic = true;
	else if (options->method == FORECAST_METHOD_ARIMA && !options->arima.automatic)
		options->arima.automatic = true;
	else if (simpler != options->method)
		options->method = simpler;
	else
		return false;
	return true;
}

static ForecastStatus
fit_and_look(const ForecastWork *work, const ForecastSeries *series,
			 const ForecastOptions *options, ForecastModel *model, double *residuals)
{
	double *mean = forecast_numbers(work, (size_t) options->horizon);
	double *variance = forecast_numbers(work, (size_t) options->horizon);
	ForecastStatus status;

	if (mean == NULL || variance == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_fit_only(work, series, options, model, residuals);
	if (status != FORECAST_OK || options->method == FORECAST_METHOD_AUTO)
		return status;
	return forecast_predict_only(work, model, options->horizon, mean, variance, NULL);
}

/* ---- calibration ---- */

/* The form or order that was found is not searched for again. */
static void
repeat_choice(const ForecastModel *model, ForecastOptions *options)
{
	ForecastFamily family = forecast_method_row(options->method)->family;

	if (family == FORECAST_FAMILY_ETS)
		options->ets = (ForecastEtsOptions){ .form = model->of.ets.form };
	if (family == FORECAST_FAMILY_ARIMA)
		options->arima = (ForecastArimaOptions){ .order = model->of.arima.order };
}

/* An origin from which the method has nothing to say counts for nothing. */
static ForecastStatus
score_origin(const ForecastWork *work, const ForecastSeries *series,
			 const ForecastOptions *options, const ForecastOrigin *origin,
			 ForecastScores *scores)
{
	const double *actual = series->value + origin->length;
	ForecastSeries before = *series;
	ForecastModel *model = work->allocate(work->context, sizeof(*model));
	double *mean = forecast_numbers(work, (size_t) origin->steps);
	double *variance = forecast_numbers(work, (size_t) origin->steps);
	ForecastStatus status;

	if (model == NULL || mean == NULL || variance == NULL)
		return FORECAST_NO_MEMORY;
	before.n = origin->length;
	forecast_series_range(&before, &model->low, &model->high);
	model->known = forecast_series_known(&before);
	status = forecast_fit_only(work, &before, options, model, NULL);
	if (status == FORECAST_OK)
		status = forecast_predict_only(work, model, origin->steps, mean, variance, NULL);
	if (status != FORECAST_OK)
		return is_about_series(status) ? FORECAST_OK : status;
	for (int i = 0; i < origin->steps; i++)
		forecast_scores_add(scores, actual[i] - mean[i], sqrt(variance[i]));
	scores->origins++;
	return FORECAST_OK;
}

static ForecastStatus
calibrate(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
		  ForecastModel *model)
{
	ForecastOptions own = *options;
	ForecastOrigin origin[FORECAST_ORIGINS_MAX];
	ForecastScores scores = { 0 };
	int count = forecast_origins(series->n, options->horizon, origin);
	double mean, variance;
	ForecastStatus status = forecast_predict_only(work, model, 1, &mean, &variance, NULL);

	repeat_choice(model, &own);
	scores.least = forecast_scores_least(sqrt(variance));
	for (int i = 0; status == FORECAST_OK && i < count; i++)
		status = score_origin(work, series, &own, &origin[i], &scores);
	model->calibrated = status == FORECAST_OK;
	model->stretch = forecast_scores_stretch(&scores, FORECAST_PRIOR_SINGLE, model->known);
	return status;
}

/* ---- fit ---- */

static ForecastStatus
start(const ForecastWork *work, const ForecastSeries *series, const ForecastOptions *options,
	  ForecastModel *model)
{
	const ForecastNaiveOptions last = { .kind = FORECAST_NAIVE };

	*model = (ForecastModel){
		.method = options->method,
		.wanted = options->method,
		.nonnegative = options->nonnegative,
		.stretch = 1,
	};
	if (!forecast_options_valid(options))
		return FORECAST_BAD_ARGUMENT;
	forecast_series_range(series, &model->low, &model->high);
	model->known = forecast_series_known(series);
	return forecast_naive_fit(work, series, &last, &model->last, NULL);
}

ForecastStatus
forecast_fit(const ForecastWork *work, const ForecastSeries *series,
			 const ForecastOptions *options, ForecastModel *model, double *residuals)
{
	ForecastOptions own = *options;
	ForecastStatus status = forecast_series_check(series);

	if (status == FORECAST_OK)
		status = start(work, series, options, model);
	if (status != FORECAST_OK)
		return status;
	do
	{
		status = fit_and_look(work, series, &own, model, residuals);
		if (model->reason == FORECAST_OK)
			model->reason = status;
	} while (is_about_series(status) && simplify(&own));
	if (status != FORECAST_OK)
		return status;
	if (own.method == FORECAST_METHOD_AUTO)
		model->calibrated = options->intervals != FORECAST_INTERVALS_ANALYTIC;
	else if (options->intervals == FORECAST_INTERVALS_CALIBRATED && !forecast_counts_demand(model))
		return calibrate(work, series, &own, model);
	return FORECAST_OK;
}
