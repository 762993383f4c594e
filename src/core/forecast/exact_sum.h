/*
 * exact_sum.h
 *	  Sums of doubles without rounding, so that the order of the terms does not matter.
 *
 * Neal (2015), Fast exact summation using small and large superaccumulators, arXiv 1505.05571:
 * a fixed-point number as wide as all doubles, in chunks of 32 bits that are carried now and
 * then.  Sums that were added up apart and then together have the same bits as one sum.
 */
#ifndef TIDEHOLD_CORE_FORECAST_EXACT_SUM_H
#define TIDEHOLD_CORE_FORECAST_EXACT_SUM_H

#include <stdint.h>

/* Those of the 2046 exponents, one for the mantissa's upper end, two for 2^64 terms. */
#define FORECAST_EXACT_CHUNKS 67

/* All zero is the sum of nothing. */
typedef struct ForecastExactSum
{
	int64_t chunk[FORECAST_EXACT_CHUNKS]; /* times 2^(32 i - 1075) */
	int uncarried;						  /* additions since chunks were below 2^32 */
} ForecastExactSum;

/* The term is finite. */
void forecast_exact_add(ForecastExactSum *sum, double term);
void forecast_exact_subtract(ForecastExactSum *sum, double term);
void forecast_exact_merge(ForecastExactSum *sum, const ForecastExactSum *other);

/* Carries: a sum has one form only, however it came about. */
void forecast_exact_normalize(ForecastExactSum *sum);

/* The sum, rounded once, divided by count; no sum is too large for it.  NaN of none. */
double forecast_exact_mean(const ForecastExactSum *sum, int64_t count);

/* NaN where the divisor is zero. */
double forecast_exact_ratio(const ForecastExactSum *sum, const ForecastExactSum *divisor);

#endif
