/*
 * auto_member.c
 *	  The methods that auto combines.
 *
 * They are the ones that differ: lines with a level (Theta), trends that level off, the
 * form and the order that the likelihood wants, growth in percent, seasons fixed and moving.
 * Exponential smoothing, ARIMA and Theta are three of the four that Petropoulos & Svetunkov
 * (2020) combine.
 */
#include "core/forecast/auto_member.h"

#include <math.h>

#include "core/forecast/series.h"

/* Of values fewer than this Theta alone has more than one vote: the prior is worth so many. */
#define PRIOR_VALUES 60

/* A longer series would be searched for its order for seconds. */
#define ARIMA_VALUES_MAX 4096

static const ForecastAdjust adjust_of[] = {
	[FORECAST_MEMBER_THETA] = FORECAST_ADJUST_TESTED,
	[FORECAST_MEMBER_THETA_PERIODIC] = FORECAST_ADJUST_PERIODIC,
	[FORECAST_MEMBER_THETA_CHANGING] = FORECAST_ADJUST_MSTL,
};

static bool
is_theta(ForecastMemberKind kind)
{
	return kind <= FORECAST_MEMBER_THETA_CHANGING;
}

double
forecast_member_votes(ForecastMemberKind kind, const ForecastSeries *series)
{
	if (kind == FORECAST_MEMBER_ARIMA && series->n > ARIMA_VALUES_MAX)
		return 0;
	if (series->period_count > 0 || !is_theta(kind))
		return 1;
	if (kind != FORECAST_MEMBER_THETA)
		return 0;
	return fmax(1, (double) PRIOR_VALUES / fmax(1, forecast_series_known(series)));
}

/* A long season has too many states for the likelihood to tell of. */
static ForecastSeries
with_short_season(const ForecastSeries *series)
{
	ForecastSeries one = *series;

	one.period_count = one.period_count > 0 && one.period[0] <= FORECAST_ETS_PERIOD_ESTIMATED;
	return one;
}

/* Anything else than that the form or order of the longer series does not fit here. */
static bool
is_final(ForecastStatus status)
{
	return status == FORECAST_OK || status == FORECAST_INTERRUPTED ||
		   status == FORECAST_NO_MEMORY;
}

static ForecastStatus
fit_ets(const ForecastWork *work, const ForecastSeries *series, const ForecastMember *like,
		ForecastMember *member, double *residuals)
{
	const ForecastEtsOptions automatic = { .automatic = true };
	ForecastSeries one = with_short_season(series);
	ForecastEtsOptions same = { .automatic = false };
	ForecastStatus status;

	if (like == NULL)
		return forecast_ets_fit(work, &one, &automatic, &member->ets, residuals);
	same.form = like->ets.form;
	status = forecast_ets_fit(work, &one, &same, &member->ets, residuals);
	if (is_final(status))
		return status;
	return forecast_ets_fit(work, &one, &automatic, &member->ets, residuals);
}

static ForecastStatus
fit_arima(const ForecastWork *work, const ForecastSeries *series, const ForecastMember *like,
		  ForecastMember *member, double *residuals)
{
	const ForecastArimaOptions automatic = { .automatic = true };
	ForecastSeries one = with_short_season(series);
	ForecastArimaOptions same = { .automatic = false };
	ForecastStatus status;

	if (like == NULL)
		return forecast_arima_fit(work, &one, &automatic, &member->arima, residuals);
	same.order = like->arima.order;
	status = forecast_arima_fit(work, &one, &same, &member->arima, residuals);
	if (is_final(status))
		return status;
	return forecast_arima_fit(work, &one, &automatic, &member->arima, residuals);
}

/* Errors of logarithms as errors of the values. */
static void
log_errors(const ForecastMember *member, const double *logarithm, int n, double *residuals)
{
	for (int t = 0; t < n; t++)
		residuals[t] = exp(logarithm[t]) - exp(logarithm[t] - residuals[t]);
	forecast_season_errors(&member->season, n, member->exponent, residuals);
}

static ForecastStatus
fit_damped_log(const ForecastWork *work, const ForecastSeries *series, ForecastMember *member,
			   double *residuals)
{
	const ForecastEtsOptions options = { .form = { FORECAST_ERROR_ADDITIVE,
												   FORECAST_TREND_DAMPED,
												   FORECAST_SEASON_NONE } };
	ForecastSeries logarithms = { .n = series->n };
	double *value = forecast_numbers(work, (size_t) series->n);
	ForecastStatus status;

	if (value == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_adjust(work, series, FORECAST_ADJUST_TESTED, &member->exponent,
							 &member->season, value);
	if (status != FORECAST_OK)
		return status;
	for (int t = 0; t < series->n; t++)
	{
		if (value[t] <= 0)
			return FORECAST_NOT_POSITIVE;
		value[t] = log(value[t]);
	}
	logarithms.value = value;
	status = forecast_ets_fit(work, &logarithms, &options, &member->ets, residuals);
	if (status == FORECAST_OK && residuals != NULL)
		log_errors(member, value, series->n, residuals);
	return status;
}

ForecastStatus
forecast_member_fit(const ForecastWork *work, const ForecastSeries *series,
					ForecastMemberKind kind, const ForecastMember *like, ForecastMember *member,
					double *residuals)
{
	ForecastStatus status;

	*member = (ForecastMember){ .kind = kind };
	if (is_theta(kind))
	{
		const ForecastThetaOptions options = { FORECAST_THETA_DYNAMIC, adjust_of[kind] };

		status = forecast_theta_fit(work, series, &options, &member->theta, residuals);
	}
	else if (kind == FORECAST_MEMBER_ETS)
		status = fit_ets(work, series, like, member, residuals);
	else if (kind == FORECAST_MEMBER_ARIMA)
		status = fit_arima(work, series, like, member, residuals);
	else
		status = fit_damped_log(work, series, member, residuals);
	member->fitted = status == FORECAST_OK;
	return status;
}

void
forecast_member_update(ForecastMember *member, double value)
{
	double inside;

	if (is_theta(member->kind))
		forecast_theta_update(&member->theta, value);
	else if (member->kind == FORECAST_MEMBER_ETS)
		forecast_ets_update(&member->ets, value);
	else if (member->kind == FORECAST_MEMBER_ARIMA)
		forecast_arima_update(&member->arima, value);
	else
	{
		inside = forecast_season_remove(&member->season, ldexp(value, -member->exponent));
		/* A value without a logarithm is one that this member does not see. */
		forecast_ets_update(&member->ets, inside > 0 ? log(inside) : NAN);
		forecast_season_advance(&member->season);
	}
}

/* The median of the values, as exp keeps order; their variance to first order. */
static ForecastStatus
predict_damped_log(const ForecastWork *work, const ForecastMember *member, int h, double *mean,
				   double *variance)
{
	ForecastStatus status = forecast_ets_predict(work, &member->ets, h, mean, variance);

	if (status != FORECAST_OK)
		return status;
	for (int i = 0; i < h; i++)
	{
		mean[i] = exp(mean[i]);
		variance[i] *= mean[i] * mean[i];
	}
	forecast_season_apply(&member->season, h, mean, variance);
	return forecast_finish_scaled(h, member->exponent, mean, variance);
}

ForecastStatus
forecast_member_predict(const ForecastWork *work, const ForecastMember *member, int h,
						double *mean, double *variance)
{
	if (forecast_is_interrupted(work))
		return FORECAST_INTERRUPTED;
	if (is_theta(member->kind))
		return forecast_theta_predict(&member->theta, h, mean, variance);
	if (member->kind == FORECAST_MEMBER_ETS)
		return forecast_ets_predict(work, &member->ets, h, mean, variance);
	if (member->kind == FORECAST_MEMBER_ARIMA)
		return forecast_arima_predict(work, &member->arima, h, mean, variance);
	return predict_damped_log(work, member, h, mean, variance);
}
