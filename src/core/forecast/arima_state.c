/*
 * arima_state.c
 *	  A fitted ARIMA model: from its series to its state, and on from value to value.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/arima_fit.h"
#include "core/forecast/series.h"

/* Steps ahead between two questions whether to stop. */
#define STEPS_UNASKED 1024

static double
expected(const ForecastArima *model)
{
	double sum = model->constant + model->state[0];

	for (int i = 0; i < model->lags; i++)
		sum += model->difference[i] * model->lag[i];
	return sum;
}

/*
 * One step of the filter once its covariance has converged, when the gain is phi + theta
 * (Harvey 1989, section 3.3.2): what came before the first value is forgotten.
 */
static void
absorb(ForecastArima *model, double value, double error)
{
	double first = model->state[0];

	for (int i = 0; i < model->size; i++)
		model->state[i] = model->ar_all[i] * (first + error) + model->ma_all[i] * error +
						  (i + 1 < model->size ? model->state[i + 1] : 0);
	for (int i = model->lags - 1; i > 0; i--)
		model->lag[i] = model->lag[i - 1];
	if (model->lags > 0)
		model->lag[0] = value;
}

double
forecast_arima_update(ForecastArima *model, double value)
{
	double own = expected(model);
	double inside = ldexp(value, -model->exponent);
	double error = inside - own;
	double share = 1.0 / (model->known - model->parameters + 2);

	/* A square that is no number any more would spoil every later variance. */
	if (!isfinite(error * error))
	{
		absorb(model, own, 0);
		model->gap++;
		return NAN;
	}
	absorb(model, inside, error);
	/* After a gap the error is not one of one step, and tells little of sigma. */
	if (model->gap == 0)
	{
		model->known++;
		model->sigma2 += (error * error - model->sigma2) * share;
	}
	model->gap = 0;
	return ldexp(error, model->exponent);
}

static bool
lend_state(const ForecastWork *work, const ArimaProblem *problem, ForecastArima *model)
{
	size_t size = (size_t) problem->filter.moments.size;
	size_t lags = (size_t) problem->data.lags;

	model->size = (int) size;
	model->lags = (int) lags;
	model->state = forecast_numbers(work, size);
	model->ar_all = forecast_numbers(work, size);
	model->ma_all = forecast_numbers(work, size);
	model->lag = forecast_numbers(work, lags);
	model->difference = forecast_numbers(work, lags);
	if (model->state == NULL || model->ar_all == NULL || model->ma_all == NULL ||
		model->lag == NULL || model->difference == NULL)
		return false;
	memcpy(model->ar_all, problem->filter.moments.ar, sizeof(double) * size);
	memcpy(model->ma_all, problem->filter.moments.ma, sizeof(double) * size);
	memcpy(model->state, problem->filter.state, sizeof(double) * size);
	memcpy(model->difference, problem->data.difference, sizeof(double) * lags);
	for (size_t i = 0; i < lags; i++)
		model->lag[i] = problem->data.gaps ? problem->filter.state[size + i] :
											 problem->value[(size_t) problem->n - 1 - i];
	return true;
}

/* What the last run of the filter says of the series becomes the model. */
static ForecastStatus
finish(ArimaProblem *problem, ForecastArima *model, double *residuals)
{
	const ArimaFilter *filter = &problem->filter;
	int before = problem->first + problem->data.lags;
	int freedom;

	if (!lend_state(problem->work, problem, model))
		return FORECAST_NO_MEMORY;
	model->order = problem->order;
	model->period = problem->period;
	model->exponent = problem->exponent;
	model->constant = filter->constant;
	model->parameters = forecast_arima_parameters(problem->order);
	model->known = filter->known;
	model->log_likelihood = forecast_arima_log_likelihood(problem);
	model->aicc = forecast_arima_aicc(problem, model->log_likelihood);
	freedom = model->known - model->parameters + 1;
	model->sigma2 = filter->squares / (freedom > 1 ? freedom : 1);
	for (int t = problem->n - 1; t > 0 && isnan(problem->value[t]); t--)
		model->gap++;
	for (int t = 0; residuals != NULL && t < problem->first + problem->n; t++)
	{
		int at = t - before;

		residuals[t] = NAN;
		if (at >= 0)
			residuals[t] = ldexp(filter->error[at] * filter->root[at], problem->exponent);
	}
	return isfinite(model->aicc) ? FORECAST_OK : FORECAST_NOT_FITTED;
}

static void
copy_factors(const ForecastArima *model, ArimaFactors *factors)
{
	memcpy(factors->ar, model->ar, sizeof(factors->ar));
	memcpy(factors->ma, model->ma, sizeof(factors->ma));
	memcpy(factors->seasonal_ar, model->seasonal_ar, sizeof(factors->seasonal_ar));
	memcpy(factors->seasonal_ma, model->seasonal_ma, sizeof(factors->seasonal_ma));
}

/* Makes problem ready for one order of the series as it is. */
static ForecastStatus
focus(ArimaProblem *problem, ForecastArimaOrder order, bool gaps)
{
	ForecastStatus status = FORECAST_BAD_ARGUMENT;

	if (forecast_arima_order_valid(order, problem->period))
		status = forecast_arima_lend(problem, forecast_arima_size(order, problem->period),
									 order.d + problem->period * order.seasonal_d, gaps);
	return status == FORECAST_OK ? forecast_arima_set_order(problem, order) : status;
}

ForecastStatus
forecast_arima_run(const ForecastWork *work, const ForecastSeries *series, ForecastArima *model,
				   double *residuals)
{
	ArimaProblem problem;
	ArimaFactors factors;
	ForecastStatus status = forecast_arima_prepare(work, series, &problem);

	if (status == FORECAST_OK)
		status = focus(&problem, model->order, problem.gaps);
	if (status != FORECAST_OK)
		return status;
	copy_factors(model, &factors);
	if (!forecast_arima_apply(&problem, &factors))
		return forecast_is_interrupted(work) ? FORECAST_INTERRUPTED : FORECAST_NOT_FITTED;
	model->gap = 0;
	return finish(&problem, model, residuals);
}

/* The search goes over the filled series: a gap would cost the square of the state a step. */
static ForecastStatus
choose(ArimaProblem *problem, ArimaFit *fit)
{
	const ForecastArimaOrder largest = {
		.p = FORECAST_ARIMA_ORDER_MAX,
		.q = FORECAST_ARIMA_ORDER_MAX,
		.seasonal_p = problem->period > 1 ? FORECAST_ARIMA_SEASONAL_MAX : 0,
		.seasonal_q = problem->period > 1 ? FORECAST_ARIMA_SEASONAL_MAX : 0,
	};
	ForecastStatus status = forecast_arima_lend(
		problem, forecast_arima_size(largest, problem->period), 0, false);

	return status == FORECAST_OK ? forecast_arima_choose(problem, fit) : status;
}

/* What the filled series says is where the search with its gaps starts from. */
static ForecastStatus
estimate(ArimaProblem *problem, ArimaFit *fit)
{
	ForecastStatus status = focus(problem, fit->order, false);

	if (status == FORECAST_OK)
		status = forecast_arima_estimate(problem, ARIMA_THOROUGH, fit);
	if (status != FORECAST_OK || !problem->gaps)
		return status;
	status = focus(problem, fit->order, true);
	return status == FORECAST_OK ? forecast_arima_estimate(problem, ARIMA_REFINED, fit) : status;
}

ForecastStatus
forecast_arima_fit(const ForecastWork *work, const ForecastSeries *series,
				   const ForecastArimaOptions *options, ForecastArima *model, double *residuals)
{
	ArimaProblem problem;
	ArimaFit fit = { .order = options->order };
	ArimaFactors factors;
	ForecastStatus status = forecast_arima_prepare(work, series, &problem);

	*model = (ForecastArima){ .period = 1 };
	if (status == FORECAST_OK && options->automatic)
		status = choose(&problem, &fit);
	if (status == FORECAST_OK)
		status = estimate(&problem, &fit);
	if (status != FORECAST_OK)
		return status;
	forecast_arima_factors(fit.order, fit.x, &factors);
	memcpy(model->ar, factors.ar, sizeof(model->ar));
	memcpy(model->ma, factors.ma, sizeof(model->ma));
	memcpy(model->seasonal_ar, factors.seasonal_ar, sizeof(model->seasonal_ar));
	memcpy(model->seasonal_ma, factors.seasonal_ma, sizeof(model->seasonal_ma));
	return finish(&problem, model, residuals);
}

/* A copy that may move; its arrays are the room's. */
typedef struct Ahead
{
	ForecastArima model;
	double state[FORECAST_ARIMA_STATE_MAX];
	double lag[ARIMA_LAGS_MAX];
} Ahead;

static void
look_ahead(const ForecastArima *model, Ahead *ahead)
{
	ahead->model = *model;
	ahead->model.state = ahead->state;
	ahead->model.lag = ahead->lag;
	memcpy(ahead->state, model->state, sizeof(double) * (size_t) model->size);
	memcpy(ahead->lag, model->lag, sizeof(double) * (size_t) model->lags);
}

static bool
stops(const ForecastWork *work, int step)
{
	return step % STEPS_UNASKED == 0 && forecast_is_interrupted(work);
}

/*
 * sigma2 times the sum of squares of what one error does to the steps after it (Box &
 * Jenkins 1976, equation 5.1.16), followed through a model that has seen nothing else.
 * False where it was stopped.
 */
static bool
variances(const ForecastWork *work, const ForecastArima *model, int h, double *variance)
{
	Ahead pulse;
	double sum = 1;

	look_ahead(model, &pulse);
	memset(pulse.state, 0, sizeof(pulse.state));
	memset(pulse.lag, 0, sizeof(pulse.lag));
	pulse.model.constant = 0;
	absorb(&pulse.model, 1, 1);
	for (int i = -model->gap; i < h; i++)
	{
		double response = expected(&pulse.model);

		if (i >= 0)
			variance[i] = model->sigma2 * sum;
		sum += response * response;
		absorb(&pulse.model, response, 0);
		if (stops(work, i))
			return false;
	}
	return true;
}

ForecastStatus
forecast_arima_predict(const ForecastWork *work, const ForecastArima *model, int h, double *mean,
					   double *variance)
{
	Ahead ahead;

	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	if (!variances(work, model, h, variance))
		return FORECAST_INTERRUPTED;
	look_ahead(model, &ahead);
	for (int i = 0; i < h; i++)
	{
		mean[i] = expected(&ahead.model);
		absorb(&ahead.model, mean[i], 0);
		if (stops(work, i))
			return FORECAST_INTERRUPTED;
	}
	return forecast_finish_scaled(h, model->exponent, mean, variance);
}
