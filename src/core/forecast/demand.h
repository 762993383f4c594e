/*
 * demand.h
 *	  The distribution of what is asked for during a lead time, from counts that are often
 *	  zero: what a reorder point for a service level is read from.
 *
 * Three things are drawn: how many periods the item goes on selling, in how many of them
 * there is demand, and how much each time.  Croston's method gives no distribution (Shenstone
 * & Hyndman 2005, Journal of Forecasting 24, 389), and the normal one has no zeros.
 */
#ifndef TIDEHOLD_CORE_FORECAST_DEMAND_H
#define TIDEHOLD_CORE_FORECAST_DEMAND_H

#include "core/forecast/forecast.h"

#define FORECAST_DEMAND_PACES 5
#define FORECAST_DEMAND_SIZES 64
#define FORECAST_LEAD_TIME_MAX 1000

typedef struct ForecastDemandOptions
{
	bool may_end; /* items go out of use: see demand.c */
} ForecastDemandOptions;

/* Probabilities that follow the demand at several paces, and how well each foresaw it. */
typedef struct ForecastDemand
{
	bool may_end;
	int age; /* known periods since the first demand */
	double probability[FORECAST_DEMAND_PACES];
	double log_weight[FORECAST_DEMAND_PACES];
	int sizes;							/* held, the newest FORECAST_DEMAND_SIZES demands */
	int next;							/* place of the next one */
	double size[FORECAST_DEMAND_SIZES]; /* a ring */
	bool whole;							/* all demands were whole numbers */
} ForecastDemand;

ForecastStatus forecast_demand_fit(const ForecastWork *work, const ForecastSeries *series,
								   const ForecastDemandOptions *options, ForecastDemand *model);
void forecast_demand_update(ForecastDemand *model, double value);

/* Means of each period ahead; variances of its demand. */
ForecastStatus forecast_demand_predict(const ForecastDemand *model, int h, double *mean,
									   double *variance);

/*
 * Quantiles of the demand of the next periods together, at count levels between 0 and 1, by
 * simulation from a fixed seed: the same model gives the same bits.
 */
ForecastStatus forecast_demand_lead_time(const ForecastWork *work, const ForecastDemand *model,
										 int periods, const double *level, int count,
										 double *quantile);

/*
 * The quantile of a negative binomial distribution, of a Poisson one where the variance is
 * not above the mean (Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, 5.1).
 */
double forecast_negative_binomial_quantile(double mean, double variance, double level);

#endif
