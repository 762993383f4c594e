/*
 * qartod_window.c
 *	  Tests of a row among those before it.
 */
#include <math.h>

#include "core/ocean/qartod.h"

#define US_PER_SECOND 1e6

/* Whole seconds, as ioos_qc counts them. */
int32_t
qartod_intervals(double seconds, double interval_s)
{
	double intervals = trunc(seconds) / interval_s;

	if (isnan(intervals) || intervals >= QARTOD_NEVER)
		return QARTOD_NEVER;
	return intervals < 1.0 ? 1 : (int32_t) intervals;
}

/* Rows without change that end with this one, counted up to limit; missing ones count. */
static int64_t
rows_without_change(const QartodRows *rows, int row, double tolerance, int64_t limit)
{
	double low = rows->value[row];
	double high = low;
	int64_t run;

	if (!(tolerance > 0.0))
		return 0;
	for (run = 1; run < limit && run <= row; run++)
	{
		double value = rows->value[row - run];

		if (qartod_is_missing(value))
			continue;
		low = fmin(low, value);
		high = fmax(high, value);
		if (!(high - low < tolerance))
			break;
	}
	return run;
}

static int64_t
larger_set(int32_t one, int32_t other)
{
	if (one == QARTOD_NEVER)
		return other == QARTOD_NEVER ? 0 : other;
	return other == QARTOD_NEVER || one > other ? one : other;
}

int
qartod_flat_line(const QartodFlatLine *test, const QartodRows *rows, int row)
{
	int64_t limit = larger_set(test->suspect_rows, test->fail_rows) + 1;
	int64_t run;

	if (qartod_is_missing(rows->value[row]))
		return QARTOD_MISSING;
	if (rows->count < 3)
		return QARTOD_GOOD;
	run = rows_without_change(rows, row, test->tolerance, limit);
	if (run > test->fail_rows)
		return QARTOD_FAIL;
	return run > test->suspect_rows ? QARTOD_SUSPECT : QARTOD_GOOD;
}

/* ---- attenuated signal ---- */

typedef struct Spread
{
	int count;
	double low;
	double high;
	double mean;
	double squares; /* of the distances from the mean (Welford 1962, Technometrics 4(3)) */
} Spread;

static void
spread_add(Spread *spread, double value)
{
	double away = value - spread->mean;

	if (qartod_is_missing(value))
		return;
	spread->low = spread->count == 0 ? value : fmin(spread->low, value);
	spread->high = spread->count == 0 ? value : fmax(spread->high, value);
	spread->count++;
	spread->mean += away / spread->count;
	spread->squares += away * (value - spread->mean);
}

static int
spread_flag(const QartodAttenuated *test, const Spread *spread)
{
	double size = sqrt(spread->squares / spread->count);

	if (test->spread == QARTOD_RANGE)
		size = spread->high - spread->low;

	if (size < test->fail)
		return QARTOD_FAIL;
	return size < test->suspect ? QARTOD_SUSPECT : QARTOD_GOOD;
}

int
qartod_attenuated(const QartodAttenuated *test, const QartodRows *rows, int row)
{
	Spread spread = { 0 };
	double end = (double) rows->time_us[row];

	if (qartod_is_missing(rows->value[row]))
		return QARTOD_MISSING;
	for (int i = row; i >= 0 && row - i < test->rows_max; i--)
	{
		if (!(end - (double) rows->time_us[i] < (double) test->period_us))
			break;
		spread_add(&spread, rows->value[i]);
	}
	if (spread.count < test->min_observations || spread.count == 0)
		return QARTOD_NOT_EVALUATED;
	return spread_flag(test, &spread);
}

void
qartod_attenuated_series(const QartodAttenuated *test, const double *value, int count,
						 uint8_t *flag)
{
	Spread spread = { 0 };
	int all = QARTOD_NOT_EVALUATED;

	for (int i = 0; i < count; i++)
		spread_add(&spread, value[i]);
	if (spread.count > 0 && spread.count >= test->min_observations)
		all = spread_flag(test, &spread);
	for (int i = 0; i < count; i++)
		flag[i] = (uint8_t) (qartod_is_missing(value[i]) ? QARTOD_MISSING : all);
}

/* ---- all tests ---- */

static bool
has(const QartodRules *rules, QartodTest test)
{
	return (rules->tests & UINT32_C(1) << test) != 0;
}

static void
set(QartodVerdict *verdict, QartodTest test, int flag)
{
	verdict->test[test] = (uint8_t) flag;
	verdict->flag = (uint8_t) qartod_worse(verdict->flag, flag);
}

static void
judge_neighbours(const QartodRules *rules, const QartodRows *rows, int row,
				 QartodVerdict *verdict)
{
	double value = rows->value[row];
	double before = row > 0 ? rows->value[row - 1] : NAN;
	double after = row + 1 < rows->count ? rows->value[row + 1] : NAN;
	double seconds = NAN;

	if (row > 0)
		seconds = ((double) rows->time_us[row] - (double) rows->time_us[row - 1]) / US_PER_SECOND;
	if (has(rules, QARTOD_TEST_SPIKE))
		set(verdict, QARTOD_TEST_SPIKE, qartod_spike(&rules->spike, before, value, after));
	if (has(rules, QARTOD_TEST_RATE_OF_CHANGE))
		set(verdict, QARTOD_TEST_RATE_OF_CHANGE,
			qartod_rate_of_change(&rules->rate_of_change, before, value, seconds));
	if (has(rules, QARTOD_TEST_TIME_GAP))
		set(verdict, QARTOD_TEST_TIME_GAP, qartod_time_gap(&rules->time_gap, seconds));
}

void
qartod_judge(const QartodRules *rules, const QartodPlace *place, const QartodRows *rows, int row,
			 int supplied, QartodVerdict *verdict)
{
	double value = rows->value[row];

	*verdict = (QartodVerdict){ .flag = 0 };
	if (has(rules, QARTOD_TEST_GROSS_RANGE))
		set(verdict, QARTOD_TEST_GROSS_RANGE, qartod_gross_range(&rules->gross_range, value));
	judge_neighbours(rules, rows, row, verdict);
	if (has(rules, QARTOD_TEST_FLAT_LINE))
		set(verdict, QARTOD_TEST_FLAT_LINE, qartod_flat_line(&rules->flat_line, rows, row));
	if (has(rules, QARTOD_TEST_CLIMATOLOGY))
		set(verdict, QARTOD_TEST_CLIMATOLOGY,
			qartod_climatology(rules->member, rules->member_count, rows->time_us[row], value,
							   place->depth_m));
	if (has(rules, QARTOD_TEST_ATTENUATED_SIGNAL))
		set(verdict, QARTOD_TEST_ATTENUATED_SIGNAL,
			qartod_attenuated(&rules->attenuated, rows, row));
	if (has(rules, QARTOD_TEST_LOCATION))
		set(verdict, QARTOD_TEST_LOCATION, place->location_flag);
	if (supplied != 0)
		set(verdict, QARTOD_TEST_SUPPLIED, supplied);
	if (qartod_is_missing(value))
		verdict->flag = QARTOD_MISSING;
	else if (verdict->flag == 0)
		verdict->flag = QARTOD_NOT_EVALUATED;
}

int
qartod_rows_before(const QartodRules *rules)
{
	int64_t rows = 2; /* flat line counts to three */

	if (has(rules, QARTOD_TEST_FLAT_LINE))
	{
		int64_t flat = larger_set(rules->flat_line.suspect_rows, rules->flat_line.fail_rows);

		rows = flat > rows ? flat : rows;
	}
	if (has(rules, QARTOD_TEST_ATTENUATED_SIGNAL) && rules->attenuated.rows_max > rows)
		rows = rules->attenuated.rows_max;
	return (int) rows;
}

/* ---- packed flags ---- */

static int
pack_one(QartodTest test, int flag)
{
	if (flag == QARTOD_MISSING)
		return QARTOD_PACKED_MISSING;
	if (test == QARTOD_TEST_SPIKE && (flag == QARTOD_GOOD || flag == QARTOD_NOT_EVALUATED))
		return QARTOD_PACKED_NO_SPIKE;
	return flag;
}

int32_t
qartod_pack(const QartodVerdict *verdict)
{
	int32_t packed = QARTOD_JUDGED;

	for (int i = 0; i < QARTOD_TEST_COUNT; i++)
		packed |= (int32_t) (pack_one((QartodTest) i, verdict->test[i]) & 7)
				  << (QARTOD_PACKED_BITS * i);
	return packed;
}

int
qartod_unpack(int32_t packed, QartodTest test, bool has_neighbours)
{
	int code = (int) ((uint32_t) packed >> (QARTOD_PACKED_BITS * test)) & 7;

	if (code == QARTOD_PACKED_NO_SPIKE)
		return has_neighbours ? QARTOD_GOOD : QARTOD_NOT_EVALUATED;
	return code == QARTOD_PACKED_MISSING ? QARTOD_MISSING : code;
}

int
qartod_supplied(int32_t packed)
{
	return qartod_unpack(packed, QARTOD_TEST_SUPPLIED, false);
}
