/*
 * forecast_points_test.c
 *	  Points in any order to a series; seasonal periods from the step.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/forecast/points.h"
#include "core/forecast/step.h"

#include "forecast_unit.h"

#define POINTS 1000

static bool
same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void
shuffle(ForecastPoint *point, int n)
{
	for (int i = n - 1; i > 0; i--)
	{
		int j = (int) unit_random_in(0, i);
		ForecastPoint kept = point[i];

		point[i] = point[j];
		point[j] = kept;
	}
}

/* ---- sort ---- */

/* Values tell the order of arrival. */
static void
stays_stable(void)
{
	ForecastPoint point[POINTS], scratch[POINTS];

	for (int n = 0; n <= POINTS; n = n < 20 ? n + 1 : n * 2 + 1)
	{
		for (int i = 0; i < n; i++)
			point[i] = (ForecastPoint){ .at = unit_random_in(-5, n / 3), .value = i };
		forecast_points_sort(point, scratch, (size_t) n);
		for (int i = 1; i < n; i++)
			CHECK(point[i - 1].at < point[i].at ||
				  (point[i - 1].at == point[i].at && point[i - 1].value < point[i].value));
	}
}

static void
sorts_far_times(void)
{
	ForecastPoint point[] = { { INT64_MAX, 1 }, { 0, 2 }, { INT64_MIN, 3 } };
	ForecastPoint scratch[3];

	forecast_points_sort(point, scratch, 3);
	CHECK(point[0].value == 3 && point[1].value == 2 && point[2].value == 1);
}

/* ---- merge ---- */

static double
merged(const double *value, int n, ForecastDuplicates duplicates)
{
	ForecastPoint point[16], scratch[16];

	for (int i = 0; i < n; i++)
		point[i] = (ForecastPoint){ .at = 7, .value = value[i] };
	return forecast_points_merge(point, scratch, (size_t) n, duplicates);
}

static void
merges(void)
{
	static const double some[] = { NAN, 4, 1, 7, NAN };
	static const double none[] = { NAN, NAN };

	CHECK(merged(some, 5, FORECAST_DUPLICATES_SUM) == 12);
	CHECK(merged(some, 5, FORECAST_DUPLICATES_MEAN) == 4);
	CHECK(merged(some, 5, FORECAST_DUPLICATES_FIRST) == 4);
	CHECK(merged(some, 5, FORECAST_DUPLICATES_LAST) == 7);
	for (int policy = FORECAST_DUPLICATES_SUM; policy <= FORECAST_DUPLICATES_LAST; policy++)
		CHECK(isnan(merged(none, 2, (ForecastDuplicates) policy)));
}

/* Sums whose bits depend on the order of adding. */
static void
adds_in_one_order(void)
{
	double first_sum = 0;
	double first_mean = 0;

	for (int round = 0; round < 100; round++)
	{
		static const double value[] = { 1e16, 1, -1e16, 3, 0.1, -0.0, 0.2, NAN, 1e-3, 1 };
		ForecastPoint point[10], scratch[10];
		double sum, mean;

		for (int i = 0; i < 10; i++)
			point[i] = (ForecastPoint){ .at = 1, .value = value[i] };
		if (round > 0)
			shuffle(point, 10);
		sum = forecast_points_merge(point, scratch, 10, FORECAST_DUPLICATES_SUM);
		shuffle(point, 10);
		mean = forecast_points_merge(point, scratch, 10, FORECAST_DUPLICATES_MEAN);
		first_sum = round == 0 ? sum : first_sum;
		first_mean = round == 0 ? mean : first_mean;
		CHECK(same_bits(sum, first_sum) && same_bits(mean, first_mean));
	}
}

/* ---- gaps ---- */

/* A gap at 0, 2, 3 and 6; a row without value at 4. */
static bool
fills(ForecastGaps gaps, const double *expected)
{
	double value[] = { NAN, 10, NAN, NAN, NAN, 18, NAN, 2 };
	static const bool is_gap[] = { true, false, true, true, false, false, true, false };
	bool same = forecast_gaps_fill(&unit_work, value, is_gap, 8, gaps) == FORECAST_OK;

	for (int t = 0; t < 8; t++)
		same = same && (isnan(expected[t]) ? isnan(value[t]) : value[t] == expected[t]);
	drop_pieces();
	return same;
}

static void
fills_gaps(void)
{
	CHECK(fills(FORECAST_GAPS_MISSING, (double[]){ NAN, 10, NAN, NAN, NAN, 18, NAN, 2 }));
	CHECK(fills(FORECAST_GAPS_ZERO, (double[]){ 0, 10, 0, 0, NAN, 18, 0, 2 }));
	CHECK(fills(FORECAST_GAPS_PREVIOUS, (double[]){ NAN, 10, 10, 10, NAN, 18, 18, 2 }));
	CHECK(fills(FORECAST_GAPS_LINEAR, (double[]){ 10, 10, 12, 14, NAN, 18, 10, 2 }));
}

static void
fills_nothing_known(void)
{
	double value[] = { NAN, NAN };
	static const bool is_gap[] = { false, true };

	CHECK(forecast_gaps_fill(&unit_work, value, is_gap, 2, FORECAST_GAPS_LINEAR) == FORECAST_OK);
	CHECK(isnan(value[0]) && isnan(value[1]));
	CHECK(forecast_gaps_fill(&unit_work, value, is_gap, 2, FORECAST_GAPS_PREVIOUS) == FORECAST_OK);
	CHECK(isnan(value[1]));
	CHECK(forecast_gaps_fill(&unit_work, value, is_gap, 0, FORECAST_GAPS_LINEAR) == FORECAST_OK);
	allocations_left = 0;
	CHECK(forecast_gaps_fill(&unit_work, value, is_gap, 2, FORECAST_GAPS_LINEAR) ==
		  FORECAST_NO_MEMORY);
	allocations_left = -1;
	drop_pieces();
}

/* ---- periods ---- */

static bool
has_periods(int months, int days, int64_t seconds, int first, int second)
{
	ForecastStep step = { .months = months, .days = days, .microseconds = seconds * 1000000 };
	int period[FORECAST_PERIODS_MAX];
	int count = forecast_step_periods(&step, period);

	return count == (first > 0) + (second > 0) && (first == 0 || period[0] == first) &&
		   (second == 0 || period[1] == second);
}

static void
knows_periods(void)
{
	CHECK(has_periods(1, 0, 0, 12, 0) && has_periods(3, 0, 0, 4, 0));
	CHECK(has_periods(6, 0, 0, 2, 0) && has_periods(12, 0, 0, 0, 0));
	CHECK(has_periods(5, 0, 0, 0, 0) && has_periods(120, 0, 0, 0, 0));
	CHECK(has_periods(0, 1, 0, 7, 0) && has_periods(0, 7, 0, 52, 0));
	CHECK(has_periods(0, 14, 0, 26, 0) && has_periods(0, 28, 0, 13, 0));
	CHECK(has_periods(0, 2, 0, 0, 0) && has_periods(0, 364, 0, 0, 0));
	CHECK(has_periods(0, 0, 86400, 7, 0) && has_periods(0, 0, 7 * 86400, 52, 0));
	CHECK(has_periods(0, 0, 3600, 24, 168) && has_periods(0, 0, 900, 96, 672));
	CHECK(has_periods(0, 0, 43200, 2, 14) && has_periods(0, 0, 60, 1440, 0));
	CHECK(has_periods(0, 0, 1, 0, 0) && has_periods(0, 0, 7 * 3600, 0, 0));
	CHECK(has_periods(0, 0, 36 * 3600, 0, 0) && has_periods(1, 1, 0, 0, 0));
	CHECK(has_periods(0, 1, 60, 0, 0) && has_periods(0, 0, 0, 0, 0));
	CHECK(has_periods(0, 0, INT64_C(86400) * 100000000, 0, 0));
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "points: the sort is stable", stays_stable },
		{ "points: the sort knows the ends of its range", sorts_far_times },
		{ "points: several values of a step become one", merges },
		{ "points: the bits of a sum do not depend on the order of rows", adds_in_one_order },
		{ "points: gaps are filled, rows without value are not", fills_gaps },
		{ "points: where nothing is known nothing is filled", fills_nothing_known },
		{ "step: seasonal periods of the usual steps", knows_periods },
	};

	return UNIT_RUN(groups);
}
