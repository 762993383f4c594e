/*
 * conformal.h
 *	  How far a method's own standard errors are to be stretched, told by backtests.
 *
 * A score is an error of a forecast made without knowing the value, divided by the standard
 * error that the method gave for it (normalised conformity scores: Papadopoulos, Gammerman
 * & Vovk 2008, Proceedings of Artificial Intelligence and Applications, 64).
 */
#ifndef TIDEHOLD_CORE_FORECAST_CONFORMAL_H
#define TIDEHOLD_CORE_FORECAST_CONFORMAL_H

#include "core/forecast/origin.h"

/*
 * Errors of one origin hang together and count as one.  origins is raised by whoever adds,
 * after each origin.
 */
typedef struct ForecastScores
{
	int origins;					   /* done, and the place of the one that is added to */
	int count[FORECAST_ORIGINS_MAX];   /* of scores of each origin */
	double mean[FORECAST_ORIGINS_MAX]; /* size of them */
	double least;					   /* of standard errors, by forecast_scores_least */
} ForecastScores;

/*
 * Where the past was a straight line any error is a million standard errors: that tells
 * nothing of the model that has seen the error, whose standard error next is given.
 */
double forecast_scores_least(double deviation);

/* A score that is not finite is left out, as are those of origins beyond the last place. */
void forecast_scores_add(ForecastScores *scores, double error, double deviation);

/*
 * What standard errors are multiplied by before any backtest: the errors of a combination
 * are smaller than the mean of what its members expect of themselves.
 */
#define FORECAST_PRIOR_SINGLE 1.0
#define FORECAST_PRIOR_COMBINED 0.92

/* What standard errors of a model of known values are multiplied by; prior is one of these. */
double forecast_scores_stretch(const ForecastScores *scores, double prior, int known);

/* The quantile of the standard normal distribution; level between 0 and 1. */
double forecast_normal_quantile(double level);

#endif
