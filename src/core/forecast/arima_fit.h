/*
 * arima_fit.h
 *	  Estimation of one order of ARIMA, and what the choice among orders needs of it.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ARIMA_FIT_H
#define TIDEHOLD_CORE_FORECAST_ARIMA_FIT_H

#include "core/forecast/arima_filter.h"

/* Partial autocorrelations of both factors, autoregressive ones first. */
#define ARIMA_UNKNOWNS_MAX (2 * (FORECAST_ARIMA_ORDER_MAX + FORECAST_ARIMA_SEASONAL_MAX))

typedef struct ArimaProblem
{
	const ForecastWork *work;
	const double *value; /* divided by 2^exponent, from the first known one on */
	double *filled;		 /* the same without gaps, as the search for an order takes it */
	int n;
	int first; /* missing values before value */
	int exponent;
	int period; /* 1 without season */
	bool gaps;
	double *w;
	ArimaData data;
	ArimaFilter filter;
	ForecastArimaOrder order;
	double *base; /* errors at x, and their slopes */
	double *slope[ARIMA_UNKNOWNS_MAX];
} ArimaProblem;

/* From where and how far the search for coefficients goes. */
typedef enum ArimaEffort
{
	ARIMA_QUICK,	/* a few steps from fit->x or a middling start */
	ARIMA_THOROUGH, /* to the end, from both and from the best of a grid */
	ARIMA_REFINED	/* to the end from fit->x */
} ArimaEffort;

typedef struct ArimaFit
{
	ForecastArimaOrder order;
	double x[ARIMA_UNKNOWNS_MAX];
	double log_likelihood;
	double aicc;
	bool fitted;
} ArimaFit;

/* The coefficients of x, or of a model. */
typedef struct ArimaFactors
{
	double ar[FORECAST_ARIMA_ORDER_MAX];
	double ma[FORECAST_ARIMA_ORDER_MAX];
	double seasonal_ar[FORECAST_ARIMA_SEASONAL_MAX];
	double seasonal_ma[FORECAST_ARIMA_SEASONAL_MAX];
} ArimaFactors;

bool forecast_arima_order_valid(ForecastArimaOrder order, int period);

/* Coefficients, constant and sigma. */
int forecast_arima_parameters(ForecastArimaOrder order);

/* Scales and fills the series; FORECAST_TOO_SHORT without a known value. */
ForecastStatus forecast_arima_prepare(const ForecastWork *work, const ForecastSeries *series,
									  ArimaProblem *problem);

/* Lends what orders of states up to size need; with gaps, the gaps of the series count. */
ForecastStatus forecast_arima_lend(ArimaProblem *problem, int size, int lags, bool gaps);

/* Differences the series; FORECAST_TOO_SHORT where AICc of this order is not defined. */
ForecastStatus forecast_arima_set_order(ArimaProblem *problem, ForecastArimaOrder order);

void forecast_arima_factors(ForecastArimaOrder order, const double *x, ArimaFactors *factors);

/* Runs the filter with these; false if they are not stationary. */
bool forecast_arima_apply(ArimaProblem *problem, const ArimaFactors *factors);

/* Of the last run. */
double forecast_arima_log_likelihood(const ArimaProblem *problem);
double forecast_arima_aicc(const ArimaProblem *problem, double log_likelihood);

/*
 * fit->x is a start where fit->fitted says so.  The order is set; the filter is left with the
 * coefficients found.  FORECAST_NOT_FITTED where no start is allowed.
 */
ForecastStatus forecast_arima_estimate(ArimaProblem *problem, ArimaEffort effort, ArimaFit *fit);

/* Differences that make the series stationary: by the strength of its season and by KPSS. */
ForecastStatus forecast_arima_integration(ArimaProblem *problem, ForecastArimaOrder *order);

/* The order of lowest AICc. */
ForecastStatus forecast_arima_choose(ArimaProblem *problem, ArimaFit *best);

#endif
