/*
 * arima_filter.h
 *	  The exact likelihood of an ARIMA model with given coefficients, by the Kalman filter.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ARIMA_FILTER_H
#define TIDEHOLD_CORE_FORECAST_ARIMA_FILTER_H

#include "core/forecast/arima_polynomial.h"

/*
 * What is filtered.  Without missing values w is enough; with them the values themselves are
 * part of the state, since one missing value is in several of w.
 */
typedef struct ArimaData
{
	const ForecastWork *work;
	const double *value; /* the first d + D m of them are conditioned on */
	const double *start; /* these with missing ones guessed */
	const double *w;	 /* value without the first and differenced; no missing one */
	int n;				 /* of w */
	bool gaps;			 /* value has missing ones */
	bool constant;
	int lags;
	double difference[ARIMA_LAGS_MAX];
} ArimaData;

/* error = value - constant * shift in units of root, both with variance sigma2. */
typedef struct ArimaFilter
{
	ArimaMoments moments;
	double *gain;
	double *change;		 /* P(t+1) - P(t) = weight * change change' */
	double *state;		 /* of the values: size, and the lags after it */
	double *shift_state; /* what 1 in the constant takes from that */
	double *error;		 /* standardised, NaN where the value is missing */
	double *shift;
	double *root;
	double *cover; /* covariance of the state, where there are gaps */
	double *moved;
	double *reach;
	int known;
	double logarithms; /* of the variances, relative to sigma2 */
	double constant;
	double squares;
} ArimaFilter;

ForecastStatus forecast_arima_filter_lend(const ForecastWork *work, int n, int size, int lags,
										  bool gaps, ArimaFilter *filter);

/* moments.ar, ma and size are set.  False where the coefficients are not stationary. */
bool forecast_arima_filter(const ArimaData *data, ArimaFilter *filter);

/* The same for data with gaps; moments are computed.  False where it was interrupted. */
bool forecast_arima_filter_gaps(const ArimaData *data, ArimaFilter *filter);

#endif
