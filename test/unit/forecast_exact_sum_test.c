/*
 * forecast_exact_sum_test.c
 *	  Sums without rounding: the same bits in any order, and however they are put together.
 */
#include "core/forecast/exact_sum.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "unit.h"

static double
sum_of(const double *term, int n)
{
	ForecastExactSum sum = { 0 };

	for (int i = 0; i < n; i++)
		forecast_exact_add(&sum, term[i]);
	return forecast_exact_mean(&sum, 1);
}

#define SUM(...) \
	sum_of((const double[]){ __VA_ARGS__ }, \
		   (int) (sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)))

static void
single_terms(void)
{
	static const double term[] = { 1, -1, 0.1, -0.1, DBL_MAX, -DBL_MAX, DBL_MIN,
								   DBL_TRUE_MIN, -DBL_TRUE_MIN, DBL_MIN - DBL_TRUE_MIN, 0 };

	for (size_t i = 0; i < sizeof(term) / sizeof(term[0]); i++)
		CHECK(SUM(term[i]) == term[i]);
	for (int i = 0; i < 100000; i++)
	{
		uint64_t bits = unit_random();
		double x;

		memcpy(&x, &bits, sizeof(x));
		CHECK(!isfinite(x) || SUM(x) == x);
		CHECK(!isfinite(x) || SUM(x, 1, -x) == 1);
	}
}

static void
rounding(void)
{
	/* Halfway goes to the even one, the least bit more goes up, from far below too. */
	CHECK(SUM(1, DBL_EPSILON / 2) == 1);
	CHECK(SUM(1 + DBL_EPSILON, DBL_EPSILON / 2) == 1 + 2 * DBL_EPSILON);
	CHECK(SUM(1, DBL_EPSILON / 2, DBL_TRUE_MIN) == 1 + DBL_EPSILON);
	CHECK(SUM(1, DBL_EPSILON / 2, -DBL_TRUE_MIN) == 1);
	CHECK(SUM(-1, -DBL_EPSILON / 2, -DBL_TRUE_MIN) == -1 - DBL_EPSILON);
	CHECK(SUM(1e16, 1, -1e16) == 1);
	CHECK(SUM(DBL_MAX, DBL_TRUE_MIN, -DBL_MAX) == DBL_TRUE_MIN);
	/* The sum of ten tenths is above 1 by less than half a bit. */
	CHECK(SUM(.1, .1, .1, .1, .1, .1, .1, .1, .1, .1) == 1);
}

static void
too_large_for_a_double(void)
{
	ForecastExactSum sum = { 0 };

	for (int i = 1; i < 5000; i++)
	{
		forecast_exact_add(&sum, DBL_MAX);
		CHECK(forecast_exact_mean(&sum, i) >= DBL_MAX * (1 - DBL_EPSILON));
		CHECK(forecast_exact_mean(&sum, i) <= DBL_MAX);
	}
	for (int i = 0; i < 5000 + 4095; i++)
		forecast_exact_subtract(&sum, DBL_MAX);
	CHECK(forecast_exact_mean(&sum, 4096) == -DBL_MAX);
	CHECK(forecast_exact_ratio(&sum, &sum) == 1);
}

static void
nothing(void)
{
	ForecastExactSum none = { 0 };
	ForecastExactSum one = { 0 };

	forecast_exact_add(&one, 1);
	CHECK(isnan(forecast_exact_mean(&none, 0)));
	CHECK(forecast_exact_mean(&none, 3) == 0);
	CHECK(isnan(forecast_exact_ratio(&one, &none)));
	CHECK(forecast_exact_ratio(&none, &one) == 0);
}

#define TERMS 5000

/* Of all sizes and both signs, so that a running sum would lose most of them. */
static void
fill(double *term)
{
	for (int i = 0; i < TERMS; i++)
		term[i] = ldexp((double) unit_random_in(-1000000, 1000000),
						(int) unit_random_in(-500, 500));
}

static void
shuffle(double *term)
{
	for (int i = TERMS - 1; i > 0; i--)
	{
		int64_t j = unit_random_in(0, i);
		double kept = term[i];

		term[i] = term[j];
		term[j] = kept;
	}
}

/* In parts of random length that are merged, as parallel workers would. */
static void
add_in_parts(ForecastExactSum *sum, const double *term)
{
	for (int i = 0; i < TERMS;)
	{
		ForecastExactSum part = { 0 };
		int64_t end = i + unit_random_in(1, 2500);

		for (; i < end && i < TERMS; i++)
			forecast_exact_add(&part, term[i]);
		forecast_exact_merge(sum, &part);
	}
}

static void
any_order(void)
{
	static double term[TERMS];
	ForecastExactSum first = { 0 };

	fill(term);
	for (int i = 0; i < TERMS; i++)
		forecast_exact_add(&first, term[i]);
	forecast_exact_normalize(&first);
	for (int round = 0; round < 50; round++)
	{
		ForecastExactSum other = { 0 };

		shuffle(term);
		add_in_parts(&other, term);
		forecast_exact_normalize(&other);
		CHECK(memcmp(&first, &other, sizeof(first)) == 0);
	}
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: exact sums of single terms", single_terms },
		{ "forecast: exact sums are rounded once", rounding },
		{ "forecast: exact sums beyond a double", too_large_for_a_double },
		{ "forecast: exact sums of nothing", nothing },
		{ "forecast: exact sums in any order", any_order },
	};

	return UNIT_RUN(groups);
}
