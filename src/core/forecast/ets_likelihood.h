/*
 * ets_likelihood.h
 *	  What the estimation of exponential smoothing minimises, and its slopes.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ETS_LIKELIHOOD_H
#define TIDEHOLD_CORE_FORECAST_ETS_LIKELIHOOD_H

#include "core/forecast/ets.h"
#include "core/forecast/minimize.h"

/* Smoothing parameters, level, trend, and all first seasons but the last. */
#define ETS_UNKNOWNS_MAX (6 + FORECAST_ETS_PERIOD_ESTIMATED - 1)

/* With the residual; a multiple of ETS_LANES. */
#define ETS_LANES 4
#define ETS_STRIDE_MAX 32

/* Bounds of the smoothing parameters: those customary since HKOS chapter 2. */
#define ETS_ALPHA_MIN 1e-4
#define ETS_ALPHA_MAX (1 - 1e-4)
#define ETS_PHI_MIN 0.8
#define ETS_PHI_MAX 0.98

/*
 * Where an unknown is, -1 where the form has none.  The share of beta is its place between
 * its least value and alpha, that of gamma its place up to 1 - alpha: with shares the
 * region is a box.
 */
typedef struct EtsLayout
{
	int beta_share;
	int gamma_share;
	int phi;
	int level;
	int trend;
	int season; /* the first of them */
	int count;
	int stride;
} EtsLayout;

/* The scaled series with the arrays that every evaluation uses again. */
typedef struct EtsProblem
{
	const ForecastWork *work;
	const double *value;  /* 0 where missing */
	const double *weight; /* 1, and 0 where missing */
	int n;
	int known;
	double log_mean; /* mean of the logarithms, where all values are positive */
	bool positive;
	int exponent;
	int period; /* 0 where no seasonal form is possible */
	bool season_estimated;
	double *first_season[3]; /* heuristic first seasons, by kind */
	double *season;			 /* period states */
	double *season_slope;	 /* and their slopes, a row of stride for each */
	ForecastEtsForm form;
	EtsLayout layout;
} EtsProblem;

void forecast_ets_layout(EtsProblem *problem, ForecastEtsForm form);

/* The model at its first step that the unknowns x describe; its seasons go to season. */
void forecast_ets_unpack(const EtsProblem *problem, const double *x, ForecastEts *model,
						 double *season);

/*
 * For ForecastLeastSquares, whose context is the problem.  The objective is r'r with r the
 * errors, or the relative errors times exp(mean of log mean - log_mean): then
 * -n/2 log r'r is the logarithm of the likelihood but for a constant, HKOS section 5.1.
 */
ForecastStatus forecast_ets_evaluate(void *context, const double *x, double *objective,
									 ForecastSlopes *slopes);

/*
 * Logarithm of the likelihood with the variance concentrated out, HKOS section 5.1, of
 * values divided by 2^exponent: squares of the errors, or of the relative errors with the
 * sum of the means' logarithms.  Errors that are but rounding count as exact.
 */
double forecast_ets_log_likelihood(int known, int exponent, double squares, double logarithms);

/* Akaike's criterion with the correction for short series: HKOS chapter 7. */
double forecast_ets_criterion(double log_likelihood, int known, int parameters);

#endif
