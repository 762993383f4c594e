/*
 * auto.h
 *	  A forecast without a choice to make: demand with many zeros by its distribution, all
 *	  else by a combination of methods, each of them weighed by backtests, with intervals
 *	  calibrated on the same backtests.
 *
 * Bates & Granger (1969), Operational Research Quarterly 20, 451: weights by the inverse of
 * the mean squared error.  Combinations of few models are what Petropoulos & Svetunkov
 * (2020), International Journal of Forecasting 36, 110, found to be hard to beat.
 */
#ifndef TIDEHOLD_CORE_FORECAST_AUTO_H
#define TIDEHOLD_CORE_FORECAST_AUTO_H

#include "core/forecast/auto_member.h"
#include "core/forecast/conformal.h"
#include "core/forecast/demand.h"
#include "core/forecast/naive.h"

typedef struct ForecastAutoOptions
{
	int horizon;	  /* steps that the backtests look ahead, above 0 */
	bool nonnegative; /* means and intervals do not go below 0 */
	bool may_end;	  /* of intermittent demand: see demand.h */
} ForecastAutoOptions;

typedef enum ForecastAutoKind
{
	FORECAST_AUTO_COMBINATION,
	FORECAST_AUTO_INTERMITTENT,
	FORECAST_AUTO_NAIVE /* no method could be fitted: too few values, or too wild ones */
} ForecastAutoKind;

typedef struct ForecastAuto
{
	ForecastAutoKind kind;
	bool nonnegative;
	int exponent; /* of a combination: inside, values are divided by 2^exponent, */
	double low;	  /* and lie in this range */
	double high;
	ForecastMember member[FORECAST_MEMBERS]; /* weights add up to 1 */
	double stretch;							 /* of standard errors */
	ForecastDemand demand;
	ForecastNaive naive; /* what is left where all members explode */
} ForecastAuto;

/* FORECAST_TOO_SHORT without a known value; else there is always a forecast. */
ForecastStatus forecast_auto_fit(const ForecastWork *work, const ForecastSeries *series,
								 const ForecastAutoOptions *options, ForecastAuto *model,
								 double *residuals);

/* Moves all members; weights and calibration stay.  Gives the error one step ahead. */
double forecast_auto_update(ForecastAuto *model, double value);

/*
 * The variance is calibrated.  NaN where nothing is known of it: one value has no spread.
 * gave_way (or NULL) becomes true where every member explodes and the last value answers.
 */
ForecastStatus forecast_auto_predict(const ForecastWork *work, const ForecastAuto *model, int h,
									 double *mean, double *variance, bool *gave_way);

/*
 * Quantiles of each of h steps at one level between 0 and 1: normal ones around the means, of
 * intermittent demand those of the demand of one period.  NaN where the variance is NaN.
 */
ForecastStatus forecast_auto_quantile(const ForecastWork *work, const ForecastAuto *model,
									  int h, double level, double *quantile);

/* True where zeros make the demand intermittent, and no season explains when they come. */
bool forecast_auto_intermittent(const ForecastSeries *series);

#endif
