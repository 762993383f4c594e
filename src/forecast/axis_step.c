/*
 * axis_step.c
 *	  Which steps lead on, and by what they are counted.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "forecast/axis_step.h"

/* Of a month where no calendar says: 365.2425 days in the year. */
#define USECS_PER_MONTH_ABOUT (INT64CONST(3652425) * USECS_PER_DAY / 120000)

/* Days and time of day in one; false where they are too long for any axis. */
static bool
days_and_time(const Interval *step, int64 *length)
{
	int64 days;

	return !pg_mul_s64_overflow(step->day, USECS_PER_DAY, &days) &&
		   !pg_add_s64_overflow(days, step->time, length);
}

static bool
about(const Interval *step, int64 *length)
{
	int64 months;

	return !pg_mul_s64_overflow(step->month, USECS_PER_MONTH_ABOUT, &months) &&
		   days_and_time(step, length) && !pg_add_s64_overflow(months, *length, length);
}

ThAxisKind
th_axis_step_kind(const ThAxisStep *step, int64 *length)
{
	const Interval *interval = &step->interval;
	bool is_date = step->type == TH_AXIS_DATE;

	if (step->type == TH_AXIS_BIGINT)
	{
		*length = step->length;
		return TH_AXIS_EVEN;
	}
	if (interval->month != 0 && interval->day == 0 && interval->time == 0)
	{
		*length = interval->month;
		return TH_AXIS_MONTHS;
	}
	if (step->type == TH_AXIS_TIMESTAMPTZ && interval->month == 0 && interval->time == 0)
	{
		*length = interval->day;
		return TH_AXIS_DAYS;
	}
	if (!about(interval, length))
		*length = PG_INT64_MAX;
	if (is_date)
		*length /= USECS_PER_DAY;
	return interval->month == 0 && (step->type != TH_AXIS_TIMESTAMPTZ || interval->day == 0) ? TH_AXIS_EVEN : TH_AXIS_FIELDS;
}

char *
th_axis_step_text(const ThAxisStep *step)
{
	if (step->type == TH_AXIS_BIGINT)
		return DatumGetCString(DirectFunctionCall1(int8out, Int64GetDatum(step->length)));
	return DatumGetCString(
		DirectFunctionCall1(interval_out, IntervalPGetDatum(&step->interval)));
}

static void
refuse_step(const ThAxisStep *step, const char *detail)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("step %s does not lead forward", th_axis_step_text(step)),
			 errdetail_internal("%s", detail)));
}

static void
check_date_step(const ThAxisStep *step)
{
	if (step->interval.time % USECS_PER_DAY != 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("step %s of dates is not whole days", th_axis_step_text(step)),
				 errhint("Cast the dates to timestamp.")));
}

void
th_axis_check_step(const ThAxisStep *step)
{
	const Interval *interval = &step->interval;
	int64 length;

	if (step->type == TH_AXIS_BIGINT)
	{
		if (step->length <= 0)
			refuse_step(step, "A step must be above zero.");
		return;
	}
	if (interval->month < 0 || interval->day < 0 || interval->time < 0 ||
		(interval->month == 0 && interval->day == 0 && interval->time == 0))
		refuse_step(step,
					"A step must be above zero, and none of its months, days and time below.");
	if (!about(interval, &length))
		refuse_step(step, "It is longer than any series.");
	if (step->type == TH_AXIS_DATE)
		check_date_step(step);
}

ForecastStep
th_axis_step_length(const ThAxisStep *step)
{
	ForecastStep length = { 0 };

	if (step->type == TH_AXIS_BIGINT)
		return length;
	length.months = step->interval.month;
	length.days = step->interval.day;
	length.microseconds = step->interval.time;
	return length;
}
