/*
 * ets_fit.h
 *	  Estimation of one form of exponential smoothing.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ETS_FIT_H
#define TIDEHOLD_CORE_FORECAST_ETS_FIT_H

#include "core/forecast/ets_likelihood.h"

/* Smoothing parameters as the search knows them, and states before the first value. */
typedef struct EtsGuess
{
	double alpha;
	double beta_share;
	double gamma_share;
	double phi;
	double level;
	double trend;
	double season[FORECAST_ETS_PERIOD_ESTIMATED]; /* where they are estimated */
} EtsGuess;

typedef struct EtsFit
{
	ForecastEtsForm form;
	bool fitted;
	double x[ETS_UNKNOWNS_MAX];
	EtsGuess guess; /* the same as x, heuristic where the form has no such unknown */
	double log_likelihood;
	double aicc;
} EtsFit;

/* Fits of near forms to start from, and starts of every form. */
#define ETS_RELATIVES_MAX 2
#define ETS_STARTS 6
#define ETS_TRIALS_MAX (ETS_RELATIVES_MAX + ETS_STARTS)

/* Where the search has come to from one start. */
typedef struct EtsTrial
{
	double x[ETS_UNKNOWNS_MAX];
	double objective;
} EtsTrial;

/* After the search, and after each of its rounds, the best trial is the first. */
typedef struct EtsTrials
{
	EtsTrial trial[ETS_TRIALS_MAX];
	int count;
} EtsTrials;

/* Scales the series and finds heuristic first seasons. */
ForecastStatus forecast_ets_prepare(const ForecastWork *work, const ForecastSeries *series,
									EtsProblem *problem);

/* Heuristic states, with middling smoothing. */
void forecast_ets_guess(const EtsProblem *problem, ForecastSeasonForm kind, EtsGuess *guess);

/* What stands against a form before any is fitted: FORECAST_OK, or why it cannot be. */
ForecastStatus forecast_ets_form_possible(const EtsProblem *problem, ForecastEtsForm form);

/* Smoothing parameters, sigma and all first states, estimated or heuristic. */
int forecast_ets_parameters(const EtsProblem *problem, ForecastEtsForm form);

/* AICc of the problem's form with the objective of forecast_ets_evaluate. */
double forecast_ets_aicc(const EtsProblem *problem, double objective);

/*
 * From the trials' x to the minimum of the problem's form; less thoroughly where it is far
 * behind the rival, an AICc.  FORECAST_NOT_FITTED where no start is allowed.
 */
ForecastStatus forecast_ets_search(EtsProblem *problem, double rival, EtsTrials *trials);

/* relatives are the guesses of count fits, their seasons of the form's kind. */
ForecastStatus forecast_ets_fit_form(EtsProblem *problem, ForecastEtsForm form,
									 const EtsGuess *relatives, int count, double rival,
									 EtsFit *fit);

#endif
