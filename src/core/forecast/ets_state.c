/*
 * ets_state.c
 *	  A fitted model of exponential smoothing: its states move with every value.
 *
 * What the walks of ets_likelihood.c do to whole series, one step at a time and with the
 * care that a value from outside needs: a state never ceases to be finite, nor a seasonal
 * factor to be above 0.
 */
#include <math.h>

#include "core/forecast/ets_likelihood.h"
#include "core/forecast/series.h"

/* Values are below 1 in size: errors like this are rounding. */
#define EXACT_ERROR 1e-10

#define LN_2 0.693147180559945309417

/* HKOS tables 2.2 and 2.3; the parts of the mean of the next step. */
typedef struct EtsNext
{
	double damped;
	double q;
	double season;
	double mean;
} EtsNext;

static EtsNext
next_step(const ForecastEts *model)
{
	EtsNext next = { .damped = model->phi * model->trend };

	next.q = model->level + next.damped;
	next.mean = next.q;
	if (model->form.season == FORECAST_SEASON_NONE)
		return next;
	next.season = model->season[model->position];
	next.mean = model->form.season == FORECAST_SEASON_ADDITIVE ? next.q + next.season :
																 next.q * next.season;
	return next;
}

static double
next_season(const ForecastEts *model, const EtsNext *next, double error)
{
	double season;

	if (model->form.season == FORECAST_SEASON_ADDITIVE)
		return next->season + model->gamma * error;
	season = next->season + model->gamma * error / next->q;
	/* Only values or levels below 0 come here, which these models do not know. */
	return season > 0 ? season : next->season;
}

/* Moves the states by an error in scaled units; false, and no move, where one would overflow. */
static bool
move(ForecastEts *model, const EtsNext *next, double error)
{
	bool factor = model->form.season == FORECAST_SEASON_MULTIPLICATIVE;
	double part = factor ? error / next->season : error;
	double level = next->q + model->alpha * part;
	double trend = next->damped + model->beta * part;
	double season = 0;

	if (model->form.season != FORECAST_SEASON_NONE)
		season = next_season(model, next, error);
	if (!isfinite(level) || !isfinite(trend) || !isfinite(season))
		return false;
	model->level = level;
	model->trend = trend;
	if (model->form.season != FORECAST_SEASON_NONE)
		model->season[model->position] = season;
	return true;
}

static void
turn(ForecastEts *model)
{
	if (model->form.season != FORECAST_SEASON_NONE)
		model->position = (model->position + 1) % model->period;
}

/* The error in the sense of the form: relative where that is multiplicative. */
static double
innovation(const ForecastEts *model, const EtsNext *next, double error)
{
	return model->form.error == FORECAST_ERROR_ADDITIVE ? error : error / next->mean;
}

/* The value in scaled units; the states stay where they are told nothing. */
static double
step(ForecastEts *model, double value, EtsNext *next)
{
	double error;

	*next = next_step(model);
	error = value - next->mean;
	if (!isfinite(error) || !move(model, next, error))
	{
		move(model, next, 0);
		error = NAN;
	}
	turn(model);
	return error;
}

double
forecast_ets_update(ForecastEts *model, double value)
{
	EtsNext next;
	double error = step(model, ldexp(value, -model->exponent), &next);
	double squared = innovation(model, &next, error);
	double freedom = model->known - model->parameters + 1;

	if (isnan(error))
		return NAN;
	squared *= squared;
	model->known++;
	if (isfinite(squared) && freedom >= 0)
		model->sigma2 += (squared - model->sigma2) / (freedom + 1);
	return ldexp(error, model->exponent);
}

double
forecast_ets_log_likelihood(int known, int exponent, double squares, double logarithms)
{
	double least = known * EXACT_ERROR * EXACT_ERROR;

	return -known / 2.0 * log(fmax(squares, least)) - logarithms -
		   (double) known * exponent * LN_2;
}

double
forecast_ets_criterion(double log_likelihood, int known, int parameters)
{
	double n = known;
	double k = parameters;

	return n > k + 1 ? -2 * log_likelihood + 2 * k * n / (n - k - 1) : NAN;
}

static void
judge(ForecastEts *model, double squares, double logarithms)
{
	int freedom = model->known - model->parameters + 1;

	model->sigma2 = squares / (freedom > 1 ? freedom : 1);
	model->log_likelihood =
		forecast_ets_log_likelihood(model->known, model->exponent, squares, logarithms);
	model->aicc = forecast_ets_criterion(model->log_likelihood, model->known, model->parameters);
}

ForecastStatus
forecast_ets_run(const ForecastSeries *series, ForecastEts *model, double *residuals)
{
	double squares = 0;
	double logarithms = 0;

	model->known = 0;
	for (int t = 0; t < series->n; t++)
	{
		EtsNext next;
		double error = step(model, ldexp(series->value[t], -model->exponent), &next);
		double own = innovation(model, &next, error);

		if (residuals != NULL)
			residuals[t] = ldexp(error, model->exponent);
		if (isnan(error))
			continue;
		model->known++;
		squares += own * own;
		if (model->form.error == FORECAST_ERROR_MULTIPLICATIVE)
			logarithms += log(fabs(next.mean));
	}
	judge(model, squares, logarithms);
	return isfinite(model->log_likelihood) ? FORECAST_OK : FORECAST_NOT_FITTED;
}
