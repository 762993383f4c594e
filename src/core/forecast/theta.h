/*
 * theta.h
 *	  The Theta method: Assimakopoulos & Nikolopoulos (2000), International Journal of
 *	  Forecasting 16, 521-530; as simple exponential smoothing with drift by Hyndman &
 *	  Billah (2003), IJF 19, 287-290; its optimised forms by Fiorucci, Pellegrini, Louzada,
 *	  Petropoulos & Koehler (2016), IJF 32, 1151-1161.
 */
#ifndef TIDEHOLD_CORE_FORECAST_THETA_H
#define TIDEHOLD_CORE_FORECAST_THETA_H

#include "core/forecast/mstl.h"

typedef enum ForecastThetaKind
{
	FORECAST_THETA_STANDARD,  /* theta = 2, alpha of the series itself */
	FORECAST_THETA_OPTIMISED, /* alpha, theta and the level in one estimate */
	FORECAST_THETA_DYNAMIC	  /* the same, and the line is that of the values so far */
} ForecastThetaKind;

typedef struct ForecastThetaOptions
{
	ForecastThetaKind kind;
	ForecastAdjust adjust;
} ForecastThetaOptions;

/*
 * The next value is expected at level + weight * line, where weight = 1 - 1 / theta and line
 * is what simple exponential smoothing lags behind the straight line.  Of the dynamic form
 * intercept and slope follow the values, else they stay.
 */
typedef struct ForecastTheta
{
	ForecastThetaKind kind;
	int exponent;  /* inside, values are divided by 2^exponent, */
	double center; /* without their season, and from this on */
	int steps;	   /* values since the first known one, missing ones included */
	int gap;	   /* values missing since the last known one */
	double alpha;
	double weight;
	double level;
	double line;
	double intercept; /* A in Fiorucci et al. (2016) */
	double slope;	  /* B there */
	double mean;	  /* of the values so far, a missing one as expected */
	double decay;	  /* (1 - alpha)^steps */
	double sigma2;
	int errors; /* that sigma2 is the mean of */
	ForecastSeason season;
} ForecastTheta;

/* Four known values are needed, three by the standard form. */
ForecastStatus forecast_theta_fit(const ForecastWork *work, const ForecastSeries *series,
								  const ForecastThetaOptions *options, ForecastTheta *model,
								  double *residuals);

/* Gives the error one step ahead, NaN of a missing value. */
double forecast_theta_update(ForecastTheta *model, double value);

ForecastStatus forecast_theta_predict(const ForecastTheta *model, int h, double *mean,
									  double *variance);

#endif
