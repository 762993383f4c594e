/*
 * accuracy.h
 *	  How good a forecast was, by the measures of the M4 and M5 competitions.
 *
 * All take h actual values and what was forecast of them; an actual value that is missing
 * takes part in no mean.  A measure of nothing, or one divided by nothing, is NaN.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ACCURACY_H
#define TIDEHOLD_CORE_FORECAST_ACCURACY_H

#include <stddef.h>

/*
 * The terms that the measures are means of, one for each actual value; NaN where it is
 * missing.  Of forecast_smape, _mase, _rmsse, _msis, _coverage and _pinball, in this order.
 */
double forecast_symmetric_error(double actual, double forecast);
double forecast_absolute_error(double actual, double forecast);
double forecast_squared_error(double actual, double forecast);
double forecast_interval_score(double actual, double lower, double upper, double level);
double forecast_covered(double actual, double lower, double upper);
double forecast_quantile_loss(double actual, double quantile, double q);

/*
 * Mean of 200 |y - f| / (|y| + |f|), in percent from 0 to 200; where both are 0 the
 * forecast was right (Makridakis, Spiliotis & Assimakopoulos 2020, equation 1).
 */
double forecast_smape(const double *actual, const double *forecast, int h);

/*
 * Mean |y(t) - y(t-m)| of the training values, what MASE and MSIS are divided by (Hyndman &
 * Koehler 2006, section 3): m is the seasonal period, or 1.
 */
double forecast_mase_scale(const double *train, int n, int period);

/* Mean |y - f| / scale (Makridakis, Spiliotis & Assimakopoulos 2020, equation 2). */
double forecast_mase(const double *actual, const double *forecast, int h, double scale);

/* Mean (y(t) - y(t-1))^2 of the training values from the first that is not zero on. */
double forecast_rmsse_scale(const double *train, int n);

/* sqrt(mean (y - f)^2 / scale) (Makridakis, Spiliotis & Assimakopoulos 2022, equation 1). */
double forecast_rmsse(const double *actual, const double *forecast, int h, double scale);

/*
 * Overall weighted average of means over a set, not of one series (Makridakis, Spiliotis &
 * Assimakopoulos 2020, appendix A): half of each ratio to Naive2.
 */
double forecast_owa(double smape, double mase, double smape_naive2, double mase_naive2);

/*
 * Mean scaled interval score of intervals of the given level, .95 for one (Makridakis,
 * Spiliotis & Assimakopoulos 2020, equation 4): the width, and 2 / (1 - level) times what a
 * value lies outside.
 */
double forecast_msis(const double *actual, const double *lower, const double *upper, int h,
					 double level, double scale);

/* Share of the actual values inside, the limits included. */
double forecast_coverage(const double *actual, const double *lower, const double *upper, int h);

/* Mean loss of the quantile q (Koenker & Bassett 1978): q or 1 - q of what it is off. */
double forecast_pinball(const double *actual, const double *quantile, int h, double q);

/* (sum y - sum f) / sum y: above zero is a forecast that was too low. */
double forecast_bias(const double *actual, const double *forecast, int h);

#endif
