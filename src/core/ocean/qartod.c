/*
 * qartod.c
 *	  Tests of one value, with its neighbours where a test needs them.
 */
#include <math.h>

#include "core/ocean/qartod.h"

#define US_PER_DAY INT64_C(86400000000)

bool
qartod_is_missing(double value)
{
	return !isfinite(value);
}

static bool
outside(QartodSpan span, double value)
{
	return value < span.low || value > span.high;
}

static int
above(double value, double suspect, double fail)
{
	if (value > fail)
		return QARTOD_FAIL;
	return value > suspect ? QARTOD_SUSPECT : QARTOD_GOOD;
}

int
qartod_gross_range(const QartodGrossRange *test, double value)
{
	if (qartod_is_missing(value))
		return QARTOD_MISSING;
	if (outside(test->fail, value))
		return QARTOD_FAIL;
	return outside(test->suspect, value) ? QARTOD_SUSPECT : QARTOD_GOOD;
}

static double
spike_height(QartodSpikeMethod method, double before, double value, double after)
{
	double up = value - before;
	double down = after - value;

	if (method == QARTOD_SPIKE_AVERAGE)
		return fabs(value - (before + after) / 2.0);
	/* On the way from one to the other. */
	if (up * down >= 0.0)
		return 0.0;
	return fmin(fabs(up), fabs(down));
}

int
qartod_spike(const QartodSpike *test, double before, double value, double after)
{
	if (qartod_is_missing(value))
		return QARTOD_MISSING;
	if (qartod_is_missing(before) || qartod_is_missing(after))
		return QARTOD_NOT_EVALUATED;
	return above(spike_height(test->method, before, value, after), test->suspect, test->fail);
}

int
qartod_rate_of_change(const QartodRate *test, double before, double value, double seconds)
{
	if (qartod_is_missing(value))
		return QARTOD_MISSING;
	if (qartod_is_missing(before))
		return QARTOD_GOOD;
	return above(fabs((value - before) / seconds), test->suspect_per_s, test->fail_per_s);
}

int
qartod_time_gap(const QartodGap *test, double seconds)
{
	if (isnan(seconds))
		return QARTOD_NOT_EVALUATED;
	return above(seconds, test->suspect_s, test->fail_s);
}

/* ---- climatology ---- */

typedef struct Calendar
{
	int month;		 /* 1 to 12 */
	int day_of_year; /* 1 to 366 */
	int week;		 /* 1 to 53 */
} Calendar;

static int64_t
floor_divide(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Weeks belong to the year of their Thursday. */
static int
weeks_of(int64_t year)
{
	/* Day of the week of 31 December, Sunday 0, of a year and of the one before. */
	int64_t last = (year + floor_divide(year, 4) - floor_divide(year, 100) +
					floor_divide(year, 400)) %
				   7;
	int64_t before = (year - 1 + floor_divide(year - 1, 4) - floor_divide(year - 1, 100) +
					  floor_divide(year - 1, 400)) %
					 7;

	return (last + 7) % 7 == 4 || (before + 7) % 7 == 3 ? 53 : 52;
}

/* The era of 400 years begins on 1 March, so that the leap day is its years' last. */
static void
read_calendar(int64_t time_us, Calendar *calendar)
{
	static const int before_month[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t day = floor_divide(time_us, US_PER_DAY);
	int64_t from_march = day - 60 + 2000 / 400 * INT64_C(146097);
	int64_t era = floor_divide(from_march, 146097);
	int64_t day_of_era = from_march - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
						   day_of_era / 146096) /
						  365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153;
	int64_t year = year_of_era + era * 400 + (shifted >= 10);
	int64_t weekday = ((day + 5) % 7 + 7) % 7; /* Monday 0; 2000-01-01 was a Saturday */
	int64_t week;

	calendar->month = (int) (shifted < 10 ? shifted + 3 : shifted - 9);
	calendar->day_of_year = before_month[calendar->month - 1] + 1 +
							(int) (day_of_year - (153 * shifted + 2) / 5) +
							(calendar->month > 2 && is_leap(year));
	week = (calendar->day_of_year - (weekday + 1) + 10) / 7;
	if (week < 1)
		week = weeks_of(year - 1);
	else if (week > weeks_of(year))
		week = 1;
	calendar->week = (int) week;
}

static int64_t
time_in(QartodPeriod period, int64_t time_us, const Calendar *calendar)
{
	switch (period)
	{
		case QARTOD_MONTH:
			return calendar->month;
		case QARTOD_WEEK_OF_YEAR:
			return calendar->week;
		case QARTOD_DAY_OF_YEAR:
			return calendar->day_of_year;
		case QARTOD_QUARTER:
			return (calendar->month + 2) / 3;
		case QARTOD_ABSOLUTE:
			break;
	}
	return time_us;
}

int
qartod_climatology(const QartodMember *member, int count, int64_t time_us, double value,
				   double depth_m)
{
	int flag = QARTOD_NOT_EVALUATED;
	Calendar calendar;

	if (qartod_is_missing(value))
		return QARTOD_MISSING;
	read_calendar(time_us, &calendar);
	for (int i = 0; i < count; i++)
	{
		int64_t time = time_in(member[i].period, time_us, &calendar);

		if (time < member[i].time_low || time > member[i].time_high)
			continue;
		if (member[i].has_depth && !(depth_m >= member[i].depth_m.low &&
									 depth_m <= member[i].depth_m.high))
			continue;
		if (outside(member[i].fail, value))
			flag = QARTOD_FAIL;
		else
			flag = outside(member[i].value, value) ? QARTOD_SUSPECT : QARTOD_GOOD;
	}
	return flag;
}

/* ---- aggregate ---- */

static int
rank(int flag)
{
	static const uint8_t of[10] = { [QARTOD_MISSING] = 1,
									[QARTOD_NOT_EVALUATED] = 2,
									[QARTOD_GOOD] = 3,
									[QARTOD_SUSPECT] = 4,
									[QARTOD_FAIL] = 5 };

	return flag >= 0 && flag < 10 ? of[flag] : 0;
}

int
qartod_worse(int one, int other)
{
	return rank(one) >= rank(other) ? one : other;
}
