/*
 * axis.c
 *	  From dates to steps and back.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "forecast/axis.h"
#include "forecast/axis_step.h"

/* ---- calendar ---- */

/* Makes months of all dates of the server positive; whole cycles of leap years. */
#define YEARS_BEFORE 4800

typedef struct LocalTime
{
	int64 month; /* since the year -YEARS_BEFORE */
	int day;	 /* of the month */
	int64 julian;
	int64 time_of_day;
} LocalTime;

static pg_noinline void
raise_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
}

static void
local_time(ThAxisType type, int64 at, LocalTime *local)
{
	struct pg_tm tm = { 0 };
	fsec_t fsec = 0;
	int zone;

	if (type == TH_AXIS_DATE)
		j2date((int) at + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	else if (timestamp2tm(at, type == TH_AXIS_TIMESTAMPTZ ? &zone : NULL, &tm, &fsec, NULL,
						  NULL) != 0)
		raise_out_of_range();
	local->month = (int64) (tm.tm_year + YEARS_BEFORE) * MONTHS_PER_YEAR + tm.tm_mon - 1;
	local->day = tm.tm_mday;
	local->julian = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	local->time_of_day =
		((tm.tm_hour * MINS_PER_HOUR + tm.tm_min) * INT64CONST(60) + tm.tm_sec) * USECS_PER_SEC +
		fsec;
}

static bool
date_of(const struct pg_tm *tm, int64 *at)
{
	if (!IS_VALID_JULIAN(tm->tm_year, tm->tm_mon, tm->tm_mday))
		return false;
	*at = date2j(tm->tm_year, tm->tm_mon, tm->tm_mday) - POSTGRES_EPOCH_JDATE;
	return IS_VALID_DATE(*at);
}

/* False beyond the range of the type. */
static bool
from_local(ThAxisType type, struct pg_tm *tm, int64 time_of_day, int64 *at)
{
	int zone;

	if (type == TH_AXIS_DATE)
		return date_of(tm, at);
	tm->tm_hour = (int) (time_of_day / USECS_PER_HOUR);
	tm->tm_min = (int) (time_of_day % USECS_PER_HOUR / USECS_PER_MINUTE);
	tm->tm_sec = (int) (time_of_day % USECS_PER_MINUTE / USECS_PER_SEC);
	if (type == TH_AXIS_TIMESTAMPTZ)
		zone = DetermineTimeZoneOffset(tm, session_timezone);
	return tm2timestamp(tm, (fsec_t) (time_of_day % USECS_PER_SEC),
						type == TH_AXIS_TIMESTAMPTZ ? &zone : NULL, at) == 0;
}

static int
days_in_month(int64 month)
{
	int year = (int) (month / MONTHS_PER_YEAR);

	return day_tab[isleap(year) ? 1 : 0][month % MONTHS_PER_YEAR];
}

static bool
is_last_of_month(const LocalTime *local)
{
	return local->day == days_in_month(local->month);
}

static bool
at_month(const ThAxis *axis, int64 month, int64 *at)
{
	struct pg_tm tm = { 0 };

	if (month / MONTHS_PER_YEAR - YEARS_BEFORE > JULIAN_MAXYEAR)
		return false;
	tm.tm_year = (int) (month / MONTHS_PER_YEAR) - YEARS_BEFORE;
	tm.tm_mon = (int) (month % MONTHS_PER_YEAR) + 1;
	tm.tm_mday = Min(axis->day, days_in_month(month));
	return from_local(axis->step.type, &tm, axis->time_of_day, at);
}

static bool
at_day(const ThAxis *axis, int64 julian, int64 *at)
{
	struct pg_tm tm = { 0 };

	if (julian > PG_INT32_MAX)
		return false;
	j2date((int) julian, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	return from_local(axis->step.type, &tm, axis->time_of_day, at);
}

/* ---- origin ---- */

static void
start_months(ThAxis *axis, const ForecastPoint *point, size_t n)
{
	LocalTime local;

	local_time(axis->step.type, axis->origin, &local);
	axis->first = local.month;
	axis->day = local.day;
	if (!is_last_of_month(&local))
		return;
	axis->day = 31;
	for (size_t i = 1; i < n; i++)
	{
		LocalTime other;

		local_time(axis->step.type, point[i].at, &other);
		if (is_last_of_month(&other))
			continue;
		/* An earlier day than the first is no step of any axis. */
		if (other.day >= local.day)
			axis->day = other.day;
		return;
	}
}

/*
 * Where the clocks were put forward over it the first time of day is a later one than that
 * of the series, which the second point tells.
 */
static void
start_time_of_day(ThAxis *axis, const ForecastPoint *point, size_t n)
{
	LocalTime local;
	int64 first_at;
	int64 first_time;

	local_time(axis->step.type, axis->origin, &local);
	first_time = axis->time_of_day = local.time_of_day;
	for (size_t i = 1; i < n; i++)
	{
		if (point[i].at == axis->origin)
			continue;
		local_time(axis->step.type, point[i].at, &local);
		axis->time_of_day = local.time_of_day;
		break;
	}
	if (!(axis->kind == TH_AXIS_MONTHS ? at_month(axis, axis->first, &first_at) : at_day(axis, axis->first, &first_at)) ||
		first_at != axis->origin)
		axis->time_of_day = first_time;
}

static void
start_days(ThAxis *axis)
{
	LocalTime local;

	local_time(axis->step.type, axis->origin, &local);
	axis->first = local.julian;
}

void
th_axis_start(ThAxis *axis, const ThAxisStep *step, const ForecastPoint *point, size_t n)
{
	Assert(n > 0);
	memset(axis, 0, sizeof(*axis));
	axis->step = *step;
	axis->origin = point[0].at;
	axis->kind = th_axis_step_kind(step, &axis->length);
	if (axis->kind == TH_AXIS_MONTHS)
		start_months(axis, point, n);
	else if (axis->kind == TH_AXIS_DAYS)
		start_days(axis);
	else
		return;
	if (step->type != TH_AXIS_DATE)
		start_time_of_day(axis, point, n);
}

/* ---- from steps to dates ---- */

static bool
in_range(ThAxisType type, int64 at)
{
	if (type == TH_AXIS_DATE)
		return at >= PG_INT32_MIN && at <= PG_INT32_MAX && IS_VALID_DATE((DateADT) at);
	return type == TH_AXIS_BIGINT || IS_VALID_TIMESTAMP(at);
}

static bool
at_even(const ThAxis *axis, int64 step, int64 *at)
{
	int64 distance;

	return !pg_mul_s64_overflow(step, axis->length, &distance) &&
		   !pg_add_s64_overflow(axis->origin, distance, at) && in_range(axis->step.type, *at);
}

static bool
multiply_fields(const Interval *step, int64 n, Interval *product)
{
	int64 months;
	int64 days;

	if (pg_mul_s64_overflow(step->month, n, &months) || months > PG_INT32_MAX ||
		pg_mul_s64_overflow(step->day, n, &days) || days > PG_INT32_MAX ||
		pg_mul_s64_overflow(step->time, n, &product->time))
		return false;
	product->month = (int32) months;
	product->day = (int32) days;
	return true;
}

/* The server itself raises an error beyond the range. */
static bool
at_fields(const ThAxis *axis, int64 step, int64 *at)
{
	Interval distance;
	Datum from = TimestampGetDatum(axis->origin);

	if (!multiply_fields(&axis->step.interval, step, &distance))
		return false;
	switch (axis->step.type)
	{
		case TH_AXIS_DATE:
			from = DirectFunctionCall1(date_timestamp, DateADTGetDatum((DateADT) axis->origin));
			from = DirectFunctionCall2(timestamp_pl_interval, from, IntervalPGetDatum(&distance));
			*at = DatumGetDateADT(DirectFunctionCall1(timestamp_date, from));
			return true;
		case TH_AXIS_TIMESTAMPTZ:
			from = DirectFunctionCall2(timestamptz_pl_interval, from,
									   IntervalPGetDatum(&distance));
			break;
		default:
			from = DirectFunctionCall2(timestamp_pl_interval, from, IntervalPGetDatum(&distance));
			break;
	}
	*at = DatumGetTimestamp(from);
	return true;
}

bool
th_axis_at(const ThAxis *axis, int64 step, int64 *at)
{
	int64 distance;

	Assert(step >= 0);
	/* A first time of day that comes twice has been chosen by whoever wrote it. */
	*at = axis->origin;
	if (step == 0)
		return true;
	switch (axis->kind)
	{
		case TH_AXIS_DAYS:
			return !pg_mul_s64_overflow(step, axis->length, &distance) &&
				   distance <= PG_INT32_MAX && at_day(axis, axis->first + distance, at);
		case TH_AXIS_MONTHS:
			return !pg_mul_s64_overflow(step, axis->length, &distance) &&
				   distance <= PG_INT32_MAX && at_month(axis, axis->first + distance, at);
		case TH_AXIS_FIELDS:
			return at_fields(axis, step, at);
		case TH_AXIS_EVEN:
			break;
	}
	return at_even(axis, step, at);
}

/* ---- from dates to steps ---- */

/* From the origin, which is not after at; of two bigint it may be 2^64 - 1. */
static uint64
distance(const ThAxis *axis, int64 at)
{
	return (uint64) at - (uint64) axis->origin;
}

/* The length of even steps is the same, so nothing has to be searched. */
static bool
find_even(const ThAxis *axis, int64 at, int64 *step)
{
	uint64 steps = distance(axis, at) / (uint64) axis->length;

	*step = (int64) Min(steps, (uint64) PG_INT64_MAX);
	return distance(axis, at) % (uint64) axis->length == 0;
}

static int64
guess(const ThAxis *axis, int64 at)
{
	LocalTime local;

	if (axis->kind == TH_AXIS_FIELDS)
		return (int64) (distance(axis, at) / (uint64) axis->length);
	local_time(axis->step.type, at, &local);
	return ((axis->kind == TH_AXIS_MONTHS ? local.month : local.julian) - axis->first) /
		   axis->length;
}

bool
th_axis_find(const ThAxis *axis, int64 at, int64 *step)
{
	int64 here;
	int64 next;

	Assert(at >= axis->origin);
	if (axis->kind == TH_AXIS_EVEN)
		return find_even(axis, at, step);
	*step = guess(axis, at);
	while (*step > 0 && (!th_axis_at(axis, *step, &here) || here > at))
		(*step)--;
	/* Of fields the guess is off by a few; of days and months a shift of the clocks may lie between. */
	while (th_axis_at(axis, *step + 1, &next) && next <= at)
		(*step)++;
	return th_axis_at(axis, *step, &here) && here == at;
}

/* ---- values of the types ---- */

bool
th_axis_is_finite(ThAxisType type, int64 at)
{
	if (type == TH_AXIS_DATE)
		return !DATE_NOT_FINITE((DateADT) at);
	return type == TH_AXIS_BIGINT || !TIMESTAMP_NOT_FINITE(at);
}

int64
th_axis_from_datum(ThAxisType type, Datum value)
{
	return type == TH_AXIS_DATE ? (int64) DatumGetDateADT(value) : DatumGetInt64(value);
}

Datum
th_axis_to_datum(ThAxisType type, int64 at)
{
	return type == TH_AXIS_DATE ? DateADTGetDatum((DateADT) at) : Int64GetDatum(at);
}

char *
th_axis_text(ThAxisType type, int64 at)
{
	static const PGFunction output[] = { int8out, date_out, timestamp_out, timestamptz_out };

	return DatumGetCString(DirectFunctionCall1(output[type], th_axis_to_datum(type, at)));
}
