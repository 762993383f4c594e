/*
 * ets_fit.c
 *	  Estimation of one form of exponential smoothing by maximum likelihood.
 */
#include "core/forecast/ets_fit.h"

#include <math.h>
#include <string.h>

typedef struct EtsSmoothing
{
	double alpha;
	double beta_share;
	double gamma_share;
	double phi;
} EtsSmoothing;

/* Readings of a series: quiet, middling, a walk, a walk of the trend, one of its seasons. */
static const EtsSmoothing starts[ETS_STARTS] = {
	{ 0.05, 0.05, 0.05, 0.97 },
	{ 0.3, 0.1, 0.1, 0.9 },
	{ 0.9, 0.1, 0.1, 0.95 },
	{ 0.9, 0.9, 0.1, 0.85 },
	{ 0.15, 0.9, 0.1, 0.9 },
	{ 0.3, 0.1, 0.8, 0.85 },
};

int
forecast_ets_parameters(const EtsProblem *problem, ForecastEtsForm form)
{
	int parameters = 3;

	if (form.trend != FORECAST_TREND_NONE)
		parameters += 2;
	if (form.trend == FORECAST_TREND_DAMPED)
		parameters++;
	if (form.season != FORECAST_SEASON_NONE)
		parameters += problem->period;
	return parameters;
}

ForecastStatus
forecast_ets_form_possible(const EtsProblem *problem, ForecastEtsForm form)
{
	if (form.season != FORECAST_SEASON_NONE && problem->period == 0)
		return FORECAST_TOO_SHORT;
	if (problem->known <= forecast_ets_parameters(problem, form) + 1)
		return FORECAST_TOO_SHORT;
	if (form.error == FORECAST_ERROR_MULTIPLICATIVE && !problem->positive)
		return FORECAST_NOT_POSITIVE;
	return FORECAST_OK;
}

static void
pack(const EtsProblem *problem, const EtsGuess *guess, double *x)
{
	const EtsLayout *layout = &problem->layout;

	x[0] = guess->alpha;
	if (layout->beta_share >= 0)
		x[layout->beta_share] = guess->beta_share;
	if (layout->gamma_share >= 0)
		x[layout->gamma_share] = guess->gamma_share;
	if (layout->phi >= 0)
		x[layout->phi] = guess->phi;
	x[layout->level] = guess->level;
	if (layout->trend >= 0)
		x[layout->trend] = guess->trend;
	if (layout->season >= 0)
		memcpy(x + layout->season, guess->season,
			   sizeof(double) * (size_t) (problem->period - 1));
}

/* What the form does not know of keeps the value that it has in the guess. */
static void
unpack(const EtsProblem *problem, const double *x, EtsGuess *guess)
{
	const EtsLayout *layout = &problem->layout;
	ForecastEts model;

	guess->alpha = x[0];
	if (layout->beta_share >= 0)
		guess->beta_share = x[layout->beta_share];
	if (layout->gamma_share >= 0)
		guess->gamma_share = x[layout->gamma_share];
	if (layout->phi >= 0)
		guess->phi = x[layout->phi];
	guess->level = x[layout->level];
	if (layout->trend >= 0)
		guess->trend = x[layout->trend];
	if (layout->season >= 0)
		forecast_ets_unpack(problem, x, &model, guess->season);
}

/* What the objective of forecast_ets_evaluate leaves out of the likelihood is put back. */
static double
log_likelihood(const EtsProblem *problem, double objective)
{
	double logarithms = problem->known * problem->log_mean;

	if (problem->form.error == FORECAST_ERROR_ADDITIVE)
		logarithms = 0;
	return forecast_ets_log_likelihood(problem->known, problem->exponent, objective,
									   logarithms);
}

double
forecast_ets_aicc(const EtsProblem *problem, double objective)
{
	return forecast_ets_criterion(log_likelihood(problem, objective), problem->known,
								  forecast_ets_parameters(problem, problem->form));
}

/* The relatives first: of equal trials the earlier one is kept. */
static void
set_starts(const EtsProblem *problem, const EtsGuess *relatives, int count, EtsTrials *trials)
{
	EtsGuess guess;

	for (int i = 0; i < count; i++)
		pack(problem, &relatives[i], trials->trial[i].x);
	forecast_ets_guess(problem, problem->form.season, &guess);
	for (int i = 0; i < ETS_STARTS; i++)
	{
		guess.alpha = starts[i].alpha;
		guess.beta_share = starts[i].beta_share;
		guess.gamma_share = starts[i].gamma_share;
		guess.phi = starts[i].phi;
		pack(problem, &guess, trials->trial[count + i].x);
	}
	trials->count = count + ETS_STARTS;
}

ForecastStatus
forecast_ets_fit_form(EtsProblem *problem, ForecastEtsForm form, const EtsGuess *relatives,
					  int count, double rival, EtsFit *fit)
{
	EtsTrials trials;
	ForecastStatus status;

	*fit = (EtsFit){ .form = form };
	status = forecast_ets_form_possible(problem, form);
	if (status != FORECAST_OK)
		return status;
	forecast_ets_layout(problem, form);
	set_starts(problem, relatives, count, &trials);
	status = forecast_ets_search(problem, rival, &trials);
	if (status != FORECAST_OK)
		return status;
	fit->fitted = true;
	fit->aicc = forecast_ets_aicc(problem, trials.trial[0].objective);
	fit->log_likelihood = log_likelihood(problem, trials.trial[0].objective);
	memcpy(fit->x, trials.trial[0].x, sizeof(fit->x));
	forecast_ets_guess(problem, form.season, &fit->guess);
	unpack(problem, fit->x, &fit->guess);
	return FORECAST_OK;
}
