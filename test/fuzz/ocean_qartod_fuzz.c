/*
 * ocean_qartod_fuzz.c
 *	  Quality control of any rows under any thresholds: flags are flags, packing loses
 *	  nothing, and a row's verdict needs no more rows than qartod_rows_before says.
 */
#include <math.h>

#include "core/ocean/ocean.h"
#include "core/ocean/qartod.h"

#include "fuzz.h"

#define ROWS_MAX 48
#define MEMBERS_MAX 3

/* Any bits, or a small number, so that values repeat and thresholds are met. */
static double
number(FuzzInput *input)
{
	uint8_t kind = fuzz_byte(input);

	if (kind == 0)
		return fuzz_double(input);
	if (kind == 1)
		return NAN;
	return ((int) (kind % 16) - 4) / 4.0;
}

static bool
is_flag(int flag)
{
	return (flag >= QARTOD_GOOD && flag <= QARTOD_FAIL) || flag == QARTOD_MISSING;
}

static void
read_member(FuzzInput *input, QartodMember *member)
{
	member->period = (QartodPeriod) (fuzz_byte(input) % 5);
	member->time_low = fuzz_int64(input);
	member->time_high = fuzz_int64(input);
	member->value = (QartodSpan){ number(input), number(input) };
	member->fail = (QartodSpan){ number(input), number(input) };
	member->has_depth = fuzz_byte(input) % 2;
	member->depth_m = (QartodSpan){ number(input), number(input) };
}

static void
read_rules(FuzzInput *input, QartodRules *rules, QartodMember *member)
{
	rules->tests = fuzz_byte(input);
	rules->gross_range.fail = (QartodSpan){ number(input), number(input) };
	rules->gross_range.suspect = (QartodSpan){ number(input), number(input) };
	rules->spike.method = (QartodSpikeMethod) (fuzz_byte(input) % 2);
	rules->spike.suspect = number(input);
	rules->spike.fail = number(input);
	rules->rate_of_change = (QartodRate){ number(input), number(input) };
	rules->flat_line = (QartodFlatLine){ qartod_intervals(number(input) * 40, number(input)),
										 qartod_intervals(number(input) * 40, 1), number(input) };
	rules->attenuated.spread = (QartodSpread) (fuzz_byte(input) % 2);
	rules->attenuated.suspect = number(input);
	rules->attenuated.fail = number(input);
	rules->attenuated.period_us = fuzz_int64(input);
	rules->attenuated.min_observations = fuzz_int32(input);
	rules->attenuated.rows_max = fuzz_byte(input) % ROWS_MAX;
	rules->time_gap = (QartodGap){ number(input), number(input) };
	rules->member_count = fuzz_byte(input) % (MEMBERS_MAX + 1);
	for (int i = 0; i < rules->member_count; i++)
		read_member(input, &member[i]);
	rules->member = member;
}

static void
check_row(const QartodRules *rules, const QartodRows *all, int row, int supplied)
{
	QartodPlace place = { number(&(FuzzInput){ NULL, 0 }), QARTOD_GOOD };
	int before = qartod_rows_before(rules);
	int first = row > before ? row - before : 0;
	QartodRows some = { all->time_us + first, all->value + first,
						(row + 2 < all->count ? row + 2 : all->count) - first };
	QartodVerdict whole;
	QartodVerdict part;
	int32_t packed;

	qartod_judge(rules, &place, all, row, supplied, &whole);
	HOLDS(is_flag(whole.flag));
	HOLDS(!qartod_is_missing(all->value[row]) || whole.flag == QARTOD_MISSING);
	packed = qartod_pack(&whole);
	HOLDS(packed > 0 && (packed & QARTOD_BY_HAND) == 0);
	HOLDS(qartod_supplied(packed) == supplied);
	for (int i = 0; i < QARTOD_TEST_COUNT; i++)
	{
		int flag = qartod_unpack(packed, (QartodTest) i, whole.test[i] == QARTOD_GOOD);

		HOLDS(flag == whole.test[i] && (flag == 0 || is_flag(flag)));
	}
	qartod_judge(rules, &place, &some, row - first, supplied, &part);
	HOLDS(memcmp(&whole, &part, sizeof(whole)) == 0);
}

static void
check_series(FuzzInput *input, const double *value, const double *other, int count)
{
	uint8_t flag[ROWS_MAX];
	double sorted[ROWS_MAX];
	QartodPositions positions = { value, other, count };
	QartodPositions polygon = { other, value, count / 2 };
	double range_max_m = number(input);

	qartod_density_inversion(number(input), number(input), value, other, count, flag);
	for (int i = 0; i < count; i++)
		HOLDS(is_flag(flag[i]));
	qartod_percentile_range(fuzz_byte(input) % 101, fuzz_byte(input) % 101, number(input), value,
							count, sorted, flag);
	for (int i = 0; i < count; i++)
		HOLDS(is_flag(flag[i]));
	qartod_location(&positions, range_max_m, (QartodDistance) (fuzz_byte(input) % 2), flag);
	for (int i = 0; i < count; i++)
		HOLDS(is_flag(flag[i]));
	qartod_location_bounds(&positions, &polygon, fuzz_byte(input) % 2, flag);
	for (int i = 0; i < count; i++)
		HOLDS(is_flag(flag[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput input = { data, size };
	int64_t time[ROWS_MAX];
	double value[ROWS_MAX];
	double other[ROWS_MAX];
	QartodMember member[MEMBERS_MAX];
	QartodRules rules;
	int count;
	int64_t now = fuzz_int64(&input);
	QartodRows all;

	read_rules(&input, &rules, member);
	count = fuzz_byte(&input) % ROWS_MAX;
	for (int i = 0; i < count; i++)
	{
		int64_t step = (int64_t) fuzz_byte(&input) * 100000000;

		now = now > INT64_MAX - step ? INT64_MAX : now + step;
		time[i] = now;
		value[i] = number(&input);
		other[i] = number(&input);
	}
	all = (QartodRows){ time, value, count };
	for (int row = 0; row < count; row++)
		check_row(&rules, &all, row, row % 5);
	check_series(&input, value, other, count);
	return 0;
}
