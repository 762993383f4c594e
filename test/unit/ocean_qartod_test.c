/*
 * ocean_qartod_test.c
 *	  Quality control: real series against their reference flags, one row at a time as it is
 *	  judged at insert, and what the shared cases leave out.  The cases themselves are read by
 *	  test/t/ocean_qartod.pl.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>

#include "core/ocean/ocean.h"
#include "core/ocean/qartod.h"

#include "../lib/shared_data.h"
#include "unit.h"

#define ROWS_MAX 8000
#define US_PER_SECOND INT64_C(1000000)
#define TESTS_OF_FILE 4

static int64_t times[ROWS_MAX];
static double values[ROWS_MAX];
static int expected[ROWS_MAX][TESTS_OF_FILE + 1];

static const QartodTest test_of_column[TESTS_OF_FILE] = {
	QARTOD_TEST_GROSS_RANGE, QARTOD_TEST_SPIKE, QARTOD_TEST_RATE_OF_CHANGE, QARTOD_TEST_FLAT_LINE
};

static int64_t
days_before(int year, int month, int day)
{
	static const int before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t years = year - 2000;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return 365 * years + (years + 3) / 4 - (years + 99) / 100 + (years + 399) / 400 +
		   before[month - 1] + (leap && month > 2) + day - 1;
}

static int64_t
read_time(const char *text)
{
	int year, month, day, hour, minute, second;

	if (sscanf(text, "%d-%d-%dT%d:%d:%dZ", &year, &month, &day, &hour, &minute, &second) != 6)
		return 0;
	return (days_before(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) *
		   US_PER_SECOND;
}

static int
read_series(const char *below)
{
	SharedFile file;
	int count = 0;

	if (!shared_open(&file, below))
	{
		shared_close(&file);
		unit_skip("no ../shared/data/ocean");
		return 0;
	}
	while (count < ROWS_MAX && shared_next(&file))
	{
		times[count] = read_time(file.field[0]);
		values[count] = file.field[1][0] == '\0' ? NAN : strtod(file.field[1], NULL);
		for (int i = 0; i <= TESTS_OF_FILE; i++)
			expected[count][i] = (int) strtol(file.field[2 + i], NULL, 10);
		count++;
	}
	shared_close(&file);
	return count;
}

static QartodRules
rules_of(QartodSpan fail, QartodSpan suspect, QartodSpike spike, QartodRate rate,
		 QartodFlatLine flat)
{
	return (QartodRules){ .tests = 1 << QARTOD_TEST_GROSS_RANGE | 1 << QARTOD_TEST_SPIKE |
								   1 << QARTOD_TEST_RATE_OF_CHANGE | 1 << QARTOD_TEST_FLAT_LINE,
						  .gross_range = { fail, suspect },
						  .spike = spike,
						  .rate_of_change = rate,
						  .flat_line = flat };
}

/* qartod_real_config.json, the windows of its flat line in intervals of the median. */
static QartodRules
buoy_rules(void)
{
	return rules_of((QartodSpan){ -2, 40 }, (QartodSpan){ 4, 15 },
					(QartodSpike){ QARTOD_SPIKE_AVERAGE, 0.5, 1.0 },
					(QartodRate){ 0.0008333333333333334, 0.0016666666666666668 },
					(QartodFlatLine){ qartod_intervals(7200, 600), qartod_intervals(14400, 600),
									  0.05 });
}

static QartodRules
gauge_rules(void)
{
	return rules_of((QartodSpan){ -10, 10 }, (QartodSpan){ -2, 3 },
					(QartodSpike){ QARTOD_SPIKE_AVERAGE, 0.8, 3 },
					(QartodRate){ 0.001, 0.003 },
					(QartodFlatLine){ qartod_intervals(10800, 3600),
									  qartod_intervals(21600, 3600), 0.001 });
}

static const QartodPlace nowhere = { NAN, QARTOD_NOT_EVALUATED };

static bool
has_value(int row, int count)
{
	return row >= 0 && row < count && !qartod_is_missing(values[row]);
}

static void
check_row(const QartodRules *rules, int row, int count)
{
	int before = qartod_rows_before(rules);
	int first = row > before ? row - before : 0;
	int end = row + 2 < count ? row + 2 : count;
	QartodRows rows = { times + first, values + first, end - first };
	QartodVerdict verdict;
	int32_t packed;

	qartod_judge(rules, &nowhere, &rows, row - first, 0, &verdict);
	packed = qartod_pack(&verdict);
	for (int i = 0; i < TESTS_OF_FILE; i++)
	{
		bool neighbours = has_value(row - 1, count) && has_value(row + 1, count);

		CHECK(verdict.test[test_of_column[i]] == expected[row][i]);
		CHECK(qartod_unpack(packed, test_of_column[i], neighbours) == expected[row][i]);
	}
	CHECK(verdict.flag == expected[row][TESTS_OF_FILE]);
}

static void
check_series(const char *below, QartodRules rules, int rows_expected)
{
	int count = read_series(below);

	if (count == 0)
		return;
	CHECK(count == rows_expected);
	for (int row = 0; row < count; row++)
		check_row(&rules, row, count);
}

static void
buoy(void)
{
	check_series("data/ocean/ndbc_44013_wtmp_2022.flags.csv", buoy_rules(), 6508);
}

static void
gauge(void)
{
	check_series("data/ocean/water_level.flags.csv", gauge_rules(), 7241);
}

/* ---- what the cases leave out ---- */

static void
calendar(void)
{
	/* 2020-02-29: day 60; 2021-01-03: week 53 of 2020; 2018-12-31: week 1; 1999-12-31. */
	static const struct
	{
		int64_t day;
		int month, week, day_of_year;
	} known[] = {
		{ 7364, 2, 9, 60 },
		{ 7673, 1, 53, 3 },
		{ 6939, 12, 1, 365 },
		{ -1, 12, 52, 365 },
		{ 0, 1, 52, 1 },
		{ -36524, 1, 1, 1 },
		{ 365, 12, 52, 366 },
		{ 7305, 1, 1, 1 },
		{ 7670, 12, 53, 366 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		int64_t time = known[i].day * 86400 * US_PER_SECOND;
		QartodMember month = { .period = QARTOD_MONTH,
							   .time_low = known[i].month,
							   .time_high = known[i].month,
							   .value = { 0, 1 },
							   .fail = { -INFINITY, INFINITY } };
		QartodMember week = month;
		QartodMember day = month;
		QartodMember quarter = month;

		week.period = QARTOD_WEEK_OF_YEAR;
		week.time_low = week.time_high = known[i].week;
		day.period = QARTOD_DAY_OF_YEAR;
		day.time_low = day.time_high = known[i].day_of_year;
		quarter.period = QARTOD_QUARTER;
		quarter.time_low = quarter.time_high = (known[i].month + 2) / 3;
		CHECK(qartod_climatology(&month, 1, time, 0.5, NAN) == QARTOD_GOOD);
		CHECK(qartod_climatology(&week, 1, time, 0.5, NAN) == QARTOD_GOOD);
		CHECK(qartod_climatology(&day, 1, time, 0.5, NAN) == QARTOD_GOOD);
		CHECK(qartod_climatology(&quarter, 1, time + 86399 * US_PER_SECOND, 2, NAN) ==
			  QARTOD_SUSPECT);
	}
}

static void
missing(void)
{
	static const double none[] = { NAN, INFINITY, -INFINITY };
	QartodRules rules = buoy_rules();

	for (int i = 0; i < 3; i++)
	{
		int64_t time[] = { 0, 600000000 };
		double value[] = { 7, none[i] };
		QartodRows rows = { time, value, 2 };
		QartodVerdict verdict;

		qartod_judge(&rules, &nowhere, &rows, 1, 0, &verdict);
		CHECK(verdict.flag == QARTOD_MISSING);
		for (int test = 0; test < TESTS_OF_FILE; test++)
			CHECK(verdict.test[test_of_column[test]] == QARTOD_MISSING);
		/* A good place makes no good value. */
		rules.tests |= 1 << QARTOD_TEST_LOCATION;
		qartod_judge(&rules, &(QartodPlace){ 1, QARTOD_GOOD }, &rows, 1, 0, &verdict);
		CHECK(verdict.flag == QARTOD_MISSING && verdict.test[QARTOD_TEST_LOCATION] == QARTOD_GOOD);
		rules.tests &= ~(1u << QARTOD_TEST_LOCATION);
	}
}

static void
aggregate(void)
{
	static const int order[] = { QARTOD_MISSING, QARTOD_NOT_EVALUATED, QARTOD_GOOD,
								 QARTOD_SUSPECT, QARTOD_FAIL };
	QartodRules none = { .tests = 0 };
	int64_t time[] = { 0 };
	double value[] = { 1 };
	QartodRows rows = { time, value, 1 };
	QartodVerdict verdict;

	for (int i = 0; i < 5; i++)
	{
		for (int j = 0; j < 5; j++)
			CHECK(qartod_worse(order[i], order[j]) == order[i > j ? i : j]);
	}
	qartod_judge(&none, &nowhere, &rows, 0, 0, &verdict);
	CHECK(verdict.flag == QARTOD_NOT_EVALUATED && qartod_pack(&verdict) == QARTOD_JUDGED);
	qartod_judge(&none, &nowhere, &rows, 0, QARTOD_FAIL, &verdict);
	CHECK(verdict.flag == QARTOD_FAIL && qartod_supplied(qartod_pack(&verdict)) == QARTOD_FAIL);
	CHECK((qartod_pack(&verdict) & QARTOD_BY_HAND) == 0);
}

static void
time_gap(void)
{
	QartodGap gap = { NAN, 7200 };

	CHECK(qartod_time_gap(&gap, 7200) == QARTOD_GOOD);
	CHECK(qartod_time_gap(&gap, 7200.000001) == QARTOD_FAIL);
	CHECK(qartod_time_gap(&gap, NAN) == QARTOD_NOT_EVALUATED);
	gap.suspect_s = 600;
	CHECK(qartod_time_gap(&gap, 601) == QARTOD_SUSPECT);
}

static void
flat_line(void)
{
	int64_t time[] = { 0, 10, 20, 30 };
	double value[] = { 1, 1.5, 1, 1 };
	QartodRows rows = { time, value, 4 };
	QartodFlatLine test = { 1, QARTOD_NEVER, 0.5 };
	QartodRules rules = { .tests = 1 << QARTOD_TEST_FLAT_LINE, .flat_line = test };

	/* A range of the tolerance itself is a change. */
	CHECK(qartod_flat_line(&test, &rows, 2) == QARTOD_GOOD);
	CHECK(qartod_flat_line(&test, &rows, 3) == QARTOD_SUSPECT);
	test.tolerance = 0.51;
	CHECK(qartod_flat_line(&test, &rows, 2) == QARTOD_SUSPECT);
	/* Three rows make a series, so as many must be there to be seen. */
	rows.count = 2;
	CHECK(qartod_flat_line(&test, &rows, 1) == QARTOD_GOOD);
	CHECK(qartod_rows_before(&rules) == 2);
}

static void
attenuated(void)
{
	int64_t time[] = { 0, 10, 20, 30 };
	double value[] = { 2, 4, 4, 6 };
	QartodRows rows = { time, value, 4 };
	QartodAttenuated test = { QARTOD_STANDARD_DEVIATION, 1.42, 1.41, 100, 1, 100 };

	/* Of the population: the square root of 2. */
	CHECK(qartod_attenuated(&test, &rows, 3) == QARTOD_SUSPECT);
	test.suspect = 1.41;
	CHECK(qartod_attenuated(&test, &rows, 3) == QARTOD_GOOD);
	test.rows_max = 1;
	CHECK(qartod_attenuated(&test, &rows, 3) == QARTOD_FAIL);
	test.min_observations = 2;
	CHECK(qartod_attenuated(&test, &rows, 3) == QARTOD_NOT_EVALUATED);
	test.rows_max = 100;
	/* The row that is a whole period away is out. */
	test.period_us = 20;
	CHECK(qartod_attenuated(&test, &rows, 3) == QARTOD_FAIL);
}

/* Vincenty's own lines are Bessel's; these are GeographicLib's answers on WGS 84. */
static void
geodesic(void)
{
	CHECK(fabs(ocean_geodesic_m(40.6, -73.8, 51.6, -0.5) - 5551759.400319) < 1e-3);
	CHECK(fabs(ocean_geodesic_m(0, 0, 0, 1) - 111319.490793) < 1e-3);
	CHECK(fabs(ocean_geodesic_m(-90, 7, 90, 100) - 20003931.458625) < 1e-2);
	CHECK(ocean_geodesic_m(12, 34, 12, 34) == 0);
	CHECK(ocean_geodesic_m(12, 180, 12, -180) == 0);
	CHECK(fabs(ocean_geodesic_m(0.5, 0, -0.5, 179.7) - 19950000) < 50000);
}

/* A row's verdict is that of the whole series, however short its surroundings are cut. */
static void
surroundings(void)
{
	QartodRules rules = buoy_rules();
	int count = 400;
	QartodRows all = { times, values, count };

	rules.tests |= 1 << QARTOD_TEST_ATTENUATED_SIGNAL | 1 << QARTOD_TEST_TIME_GAP;
	rules.attenuated = (QartodAttenuated){ QARTOD_RANGE, 0.3, 0.1, 6000 * US_PER_SECOND, 3, 30 };
	rules.time_gap = (QartodGap){ NAN, 900 };
	for (int i = 0; i < count; i++)
	{
		times[i] = i == 0 ? 0 : times[i - 1] + unit_random_in(1, 3) * 300 * US_PER_SECOND;
		values[i] = unit_random_in(0, 9) == 0 ? NAN : 10 + (double) unit_random_in(0, 3) / 50;
	}
	for (int row = 0; row < count; row++)
	{
		int before = qartod_rows_before(&rules);
		int first = row > before ? row - before : 0;
		int end = row + 2 < count ? row + 2 : count;
		QartodRows some = { times + first, values + first, end - first };
		QartodVerdict whole;
		QartodVerdict part;

		qartod_judge(&rules, &nowhere, &all, row, 0, &whole);
		qartod_judge(&rules, &nowhere, &some, row - first, 0, &part);
		CHECK(memcmp(&whole, &part, sizeof(whole)) == 0);
	}
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "qartod: buoy 44013, 6508 rows", buoy },
		{ "qartod: tide gauge, 7241 rows", gauge },
		{ "qartod: calendar", calendar },
		{ "qartod: missing values", missing },
		{ "qartod: aggregate", aggregate },
		{ "qartod: time gap", time_gap },
		{ "qartod: flat line", flat_line },
		{ "qartod: attenuated signal", attenuated },
		{ "qartod: distance on the ellipsoid", geodesic },
		{ "qartod: rows before are enough", surroundings },
	};

	return UNIT_RUN(groups);
}
