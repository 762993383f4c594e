/*
 * exact_sum.c
 *	  Sums of doubles without rounding.
 */
#include "core/forecast/exact_sum.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define CHUNK_BITS 32
#define CHUNK_MASK ((INT64_C(1) << CHUNK_BITS) - 1)
#define LOWEST_EXPONENT (-1075)

/* An addition changes a chunk by less than 2^53, and 2^63 is the end. */
#define UNCARRIED_MAX 1000

/* sum = fraction * 2^exponent, fraction rounded to nearest. */
typedef struct Scaled
{
	double fraction;
	int exponent;
} Scaled;

static void
add_signed(ForecastExactSum *sum, double term, bool negative)
{
	uint64_t bits;
	int64_t mantissa;
	int exponent;
	int64_t low;
	int64_t high;

	memcpy(&bits, &term, sizeof(bits));
	exponent = (int) (bits >> 52 & 0x7ff);
	mantissa = (int64_t) (bits & ((UINT64_C(1) << 52) - 1));
	if (exponent > 0)
		mantissa |= INT64_C(1) << 52;
	else
		exponent = 1;
	low = (int64_t) ((uint64_t) mantissa << exponent % CHUNK_BITS) & CHUNK_MASK;
	high = mantissa >> (CHUNK_BITS - exponent % CHUNK_BITS);
	if ((bits >> 63 != 0) != negative)
	{
		low = -low;
		high = -high;
	}
	sum->chunk[exponent / CHUNK_BITS] += low;
	sum->chunk[exponent / CHUNK_BITS + 1] += high;
	if (++sum->uncarried >= UNCARRIED_MAX)
		forecast_exact_normalize(sum);
}

void
forecast_exact_add(ForecastExactSum *sum, double term)
{
	add_signed(sum, term, false);
}

void
forecast_exact_subtract(ForecastExactSum *sum, double term)
{
	add_signed(sum, term, true);
}

/* Of a chunk below 0 too the lower bits are taken; the last chunk alone bears the sign. */
void
forecast_exact_normalize(ForecastExactSum *sum)
{
	int64_t carry = 0;

	for (int i = 0; i < FORECAST_EXACT_CHUNKS - 1; i++)
	{
		int64_t chunk = sum->chunk[i] + carry;

		sum->chunk[i] = chunk & CHUNK_MASK;
		carry = (chunk - sum->chunk[i]) / (CHUNK_MASK + 1);
	}
	sum->chunk[FORECAST_EXACT_CHUNKS - 1] += carry;
	sum->uncarried = 0;
}

void
forecast_exact_merge(ForecastExactSum *sum, const ForecastExactSum *other)
{
	ForecastExactSum carried = *other;

	forecast_exact_normalize(sum);
	forecast_exact_normalize(&carried);
	for (int i = 0; i < FORECAST_EXACT_CHUNKS; i++)
		sum->chunk[i] += carried.chunk[i];
	sum->uncarried = 1;
}

/* 64 bits from the highest that is set on; the lowest also stands for all below them. */
static Scaled
rounded_magnitude(const ForecastExactSum *sum, int top)
{
	uint64_t chunk1 = top >= 1 ? (uint64_t) sum->chunk[top - 1] : 0;
	uint64_t chunk2 = top >= 2 ? (uint64_t) sum->chunk[top - 2] : 0;
	uint64_t window = (uint64_t) sum->chunk[top] << CHUNK_BITS | chunk1;
	int shift = 0;
	bool rest;

	while (window >> 63 == 0)
	{
		window <<= 1;
		shift++;
	}
	window |= chunk2 << shift >> CHUNK_BITS;
	rest = (chunk2 << shift & CHUNK_MASK) != 0;
	for (int i = 0; i < top - 2; i++)
		rest = rest || sum->chunk[i] != 0;
	return (Scaled){ (double) (window | rest), CHUNK_BITS * (top - 1) + LOWEST_EXPONENT - shift };
}

static Scaled
rounded(const ForecastExactSum *sum)
{
	ForecastExactSum magnitude = *sum;
	int top = FORECAST_EXACT_CHUNKS - 1;
	bool negative;
	Scaled scaled;

	forecast_exact_normalize(&magnitude);
	negative = magnitude.chunk[top] < 0;
	for (int i = 0; negative && i < FORECAST_EXACT_CHUNKS; i++)
		magnitude.chunk[i] = -magnitude.chunk[i];
	forecast_exact_normalize(&magnitude);
	while (top > 0 && magnitude.chunk[top] == 0)
		top--;
	if (magnitude.chunk[top] == 0)
		return (Scaled){ 0, 0 };
	scaled = rounded_magnitude(&magnitude, top);
	if (negative)
		scaled.fraction = -scaled.fraction;
	return scaled;
}

/* No mean lies beyond the terms, but its rounding may. */
double
forecast_exact_mean(const ForecastExactSum *sum, int64_t count)
{
	Scaled scaled = rounded(sum);
	double mean = ldexp(scaled.fraction / (double) count, scaled.exponent);

	return count > 0 ? fmin(fmax(mean, -DBL_MAX), DBL_MAX) : NAN;
}

double
forecast_exact_ratio(const ForecastExactSum *sum, const ForecastExactSum *divisor)
{
	Scaled above = rounded(sum);
	Scaled below = rounded(divisor);

	if (below.fraction == 0)
		return NAN;
	return ldexp(above.fraction / below.fraction, above.exponent - below.exponent);
}
