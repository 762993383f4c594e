/*
 * calendar.c
 *	  When a supplier takes an order, and when it arrives.
 */
#include "core/plan/calendar.h"

#define WEEK 7

static bool
is_holiday(const PlanCalendar *calendar, int32_t day)
{
	int low = 0;
	int high = calendar->holidays;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (calendar->holiday[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < calendar->holidays && calendar->holiday[low] == day;
}

static bool
is_open(const PlanCalendar *calendar, int weekdays, int32_t day)
{
	int weekday = (day % WEEK + WEEK) % WEEK;

	return (weekdays >> weekday & 1) && !is_holiday(calendar, day);
}

/* The first open day from day on. */
static bool
next_open(const PlanCalendar *calendar, int weekdays, int32_t day, int32_t *found)
{
	for (int i = 0; i < PLAN_SEARCH_DAYS; i++)
	{
		if (is_open(calendar, weekdays, day + i))
		{
			*found = day + i;
			return true;
		}
	}
	return false;
}

/* Of lead times in working days each day is searched for, so that a holiday only delays. */
static bool
arrival_of(const PlanCalendar *calendar, int32_t order_day, int32_t *arrival)
{
	int32_t day = order_day;

	if (!calendar->working_days)
		return next_open(calendar, calendar->delivery_days, order_day + calendar->lead_days,
						 arrival);
	for (int i = 0; i < calendar->lead_days; i++)
	{
		if (!next_open(calendar, calendar->order_days, day + 1, &day) ||
			day - order_day > PLAN_LEAD_DAYS_MAX)
			return false;
	}
	return next_open(calendar, calendar->delivery_days, day, arrival);
}

static PlanStatus
check(const PlanCalendar *calendar, int32_t day)
{
	int32_t reach = 4 * PLAN_SEARCH_DAYS;

	if (calendar->order_days < 0 || calendar->order_days > PLAN_EVERY_DAY ||
		calendar->delivery_days < 0 || calendar->delivery_days > PLAN_EVERY_DAY ||
		calendar->lead_days < 0 || calendar->lead_days > PLAN_LEAD_DAYS_MAX ||
		calendar->holidays < 0)
		return PLAN_BAD_ARGUMENT;
	for (int i = 1; i < calendar->holidays; i++)
	{
		if (calendar->holiday[i - 1] > calendar->holiday[i])
			return PLAN_BAD_ARGUMENT;
	}
	return day > INT32_MAX - reach || day < INT32_MIN + reach ? PLAN_OVERFLOW : PLAN_OK;
}

PlanStatus
plan_delivery(const PlanCalendar *calendar, int32_t day, PlanDelivery *delivery)
{
	PlanStatus status = check(calendar, day);
	PlanDelivery found;

	if (status != PLAN_OK)
		return status;
	if (!next_open(calendar, calendar->order_days, day, &found.order_day) ||
		!arrival_of(calendar, found.order_day, &found.arrival_day) ||
		!next_open(calendar, calendar->order_days, found.order_day + 1, &found.next_order) ||
		!arrival_of(calendar, found.next_order, &found.next_arrival))
		return PLAN_NOT_FOUND;
	*delivery = found;
	return PLAN_OK;
}
