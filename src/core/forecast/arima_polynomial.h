/*
 * arima_polynomial.h
 *	  Polynomials of a seasonal ARIMA model, and the covariances that follow from them.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ARIMA_POLYNOMIAL_H
#define TIDEHOLD_CORE_FORECAST_ARIMA_POLYNOMIAL_H

#include "core/forecast/arima.h"

#define ARIMA_LAGS_MAX \
	(FORECAST_ARIMA_DIFFERENCES_MAX + \
	 FORECAST_ARIMA_SEASONAL_DIFFERENCES_MAX * FORECAST_ARIMA_PERIOD_MAX)

/* Length of the state: max(p + m P, q + m Q + 1) (Harvey 1989, equation 3.3.1). */
int forecast_arima_size(ForecastArimaOrder order, int period);

/*
 * Coefficients of a stationary autoregression from its partial autocorrelations, each
 * within -1..1, by the Durbin-Levinson recursion (Monahan 1984, Biometrika 71, 403,
 * equation 1); it is one to one.
 */
void forecast_arima_from_partial(const double *partial, int count, double *coefficient);

/*
 * The way back, as room of count * (count + 1) / 2 numbers: coefficients of order k stand
 * from k (k - 1) / 2 on.  False if the autoregression is not stationary.
 */
bool forecast_arima_step_down(const double *coefficient, int count, double *room);

/*
 * The factors of one sign multiplied: 1 + sign * sum of own[i] B^(i+1), times the same of the
 * seasonal ones, is 1 + sign * sum of all[i] B^(i+1).  all has size numbers.
 */
void forecast_arima_multiply(const double *own, int count, const double *seasonal,
							 int seasonal_count, int period, double sign, int size, double *all);

/* (1 - B)^d (1 - B^m)^D as 1 - sum of difference[i] B^(i+1); the number of lags. */
int forecast_arima_differences(int d, int seasonal_d, int period, double *difference);

/* What covariances are computed from and in. */
typedef struct ArimaMoments
{
	double *ar; /* size each, 0 above the order */
	double *ma;
	int size;
	double *room;		/* of step_down */
	double *own;		/* covariances of the autoregression alone, 2 size + 1 */
	double *products;	/* sum of theta[i] theta[i + k], size + 1 */
	double *covariance; /* of the process with errors of variance 1, size + 1 */
	double *response;	/* psi: what an error does 0, 1, ... steps later, size */
	double *column;		/* covariance of the state with the process, size */
} ArimaMoments;

bool forecast_arima_moments_lend(const ForecastWork *work, int size, ArimaMoments *moments);

/* False if the autoregression is not stationary. */
bool forecast_arima_moments(ArimaMoments *moments);

#endif
