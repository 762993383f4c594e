/*
 * arima.h
 *	  Seasonal autoregressive integrated moving average models: G. E. P. Box & G. M. Jenkins,
 *	  Time Series Analysis: Forecasting and Control (1976), chapters 3, 4 and 9.
 *
 * w = (1 - B)^d (1 - B^m)^D y, less its mean, follows
 *	 phi(B) Phi(B^m) w = theta(B) Theta(B^m) error,
 * phi(B) = 1 - phi1 B - ... and theta(B) = 1 + theta1 B + ...  The mean of w is the constant:
 * the mean of the series where d + D = 0, its drift where d + D = 1.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ARIMA_H
#define TIDEHOLD_CORE_FORECAST_ARIMA_H

#include "core/forecast/forecast.h"

#define FORECAST_ARIMA_ORDER_MAX 5
#define FORECAST_ARIMA_SEASONAL_MAX 2
#define FORECAST_ARIMA_DIFFERENCES_MAX 2
#define FORECAST_ARIMA_SEASONAL_DIFFERENCES_MAX 1

/* Of a longer period the states would be too many: the season is not modelled. */
#define FORECAST_ARIMA_PERIOD_MAX 200

#define FORECAST_ARIMA_STATE_MAX \
	(FORECAST_ARIMA_ORDER_MAX + 1 + FORECAST_ARIMA_SEASONAL_MAX * FORECAST_ARIMA_PERIOD_MAX)

typedef struct ForecastArimaOrder
{
	int p;
	int d;
	int q;
	int seasonal_p;
	int seasonal_d;
	int seasonal_q;
	bool constant;
} ForecastArimaOrder;

typedef struct ForecastArimaOptions
{
	bool automatic; /* order is searched for, and the one below does not count */
	ForecastArimaOrder order;
} ForecastArimaOptions;

/* Constant, sigma2, state and lags are in units of 2^exponent. */
typedef struct ForecastArima
{
	ForecastArimaOrder order;
	int period; /* 1 without season */
	double ar[FORECAST_ARIMA_ORDER_MAX];
	double ma[FORECAST_ARIMA_ORDER_MAX];
	double seasonal_ar[FORECAST_ARIMA_SEASONAL_MAX];
	double seasonal_ma[FORECAST_ARIMA_SEASONAL_MAX];
	double constant;
	int exponent;
	int size;		/* of the state */
	double *state;	/* what the past adds to w, 0, 1, ... steps ahead */
	double *ar_all; /* the product of both factors, size of them each */
	double *ma_all;
	int lags;			/* d + D m */
	double *lag;		/* the values before the next one, newest first */
	double *difference; /* y = w + sum of difference[i] lag[i] */
	int gap;			/* values missing since the last known one */
	double sigma2;
	double log_likelihood; /* of w given the first d + D m values */
	double aicc;
	int parameters; /* estimated ones, with the constant and sigma */
	int known;		/* values of w that are known, or errors behind sigma2 */
} ForecastArima;

/*
 * FORECAST_TOO_SHORT where AICc is not defined of the order, or of no order.  The season is
 * the first period of the series.
 */
ForecastStatus forecast_arima_fit(const ForecastWork *work, const ForecastSeries *series,
								  const ForecastArimaOptions *options, ForecastArima *model,
								  double *residuals);

/*
 * A model whose order and coefficients are set: constant and sigma2 that are likeliest with
 * these, the likelihood, AICc and the last state come out.
 */
ForecastStatus forecast_arima_run(const ForecastWork *work, const ForecastSeries *series,
								  ForecastArima *model, double *residuals);

/* Gives the error one step ahead, NaN where the value is; as long as the state. */
double forecast_arima_update(ForecastArima *model, double value);

ForecastStatus forecast_arima_predict(const ForecastWork *work, const ForecastArima *model, int h,
									  double *mean, double *variance);

/*
 * Statistic of the test that values are stationary around a mean, above .463 in 5 of 100
 * such series: Kwiatkowski, Phillips, Schmidt & Shin (1992), Journal of Econometrics 54,
 * 159-178, equation 11 and table 1.  No value is missing.
 */
double forecast_kpss(const double *value, int n);

#endif
