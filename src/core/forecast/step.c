/*
 * step.c
 *	  Seasonal periods from the length of a step.
 */
#include "core/forecast/step.h"

#define MONTHS_PER_YEAR 12
#define DAYS_PER_WEEK 7
#define WEEKS_PER_YEAR 52
#define MICROSECONDS_PER_DAY INT64_C(86400000000)

/* How often length fits into whole, where it does so exactly and more than once; else 0. */
static int64_t
parts(int64_t whole, int64_t length)
{
	return length > 0 && length < whole && whole % length == 0 ? whole / length : 0;
}

static int
add_period(int64_t candidate, int *period, int count)
{
	if (candidate < 2 || candidate > FORECAST_PERIOD_LIMIT)
		return count;
	period[count] = (int) candidate;
	return count + 1;
}

static int
periods_of_days(int days, int *period)
{
	if (days == 1)
		return add_period(DAYS_PER_WEEK, period, 0);
	if (days % DAYS_PER_WEEK != 0)
		return 0;
	return add_period(parts(WEEKS_PER_YEAR, days / DAYS_PER_WEEK), period, 0);
}

int
forecast_step_periods(const ForecastStep *step, int *period)
{
	int64_t in_day;

	if (step->months != 0)
		return step->days == 0 && step->microseconds == 0 ? add_period(parts(MONTHS_PER_YEAR, step->months), period, 0) : 0;
	if (step->microseconds == 0)
		return periods_of_days(step->days, period);
	if (step->days != 0)
		return 0;
	if (step->microseconds % MICROSECONDS_PER_DAY == 0 &&
		step->microseconds / MICROSECONDS_PER_DAY <= WEEKS_PER_YEAR * DAYS_PER_WEEK)
		return periods_of_days((int) (step->microseconds / MICROSECONDS_PER_DAY), period);
	in_day = parts(MICROSECONDS_PER_DAY, step->microseconds);
	return add_period(in_day * DAYS_PER_WEEK, period, add_period(in_day, period, 0));
}
