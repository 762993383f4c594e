/*
 * calendar.h
 *	  When a supplier takes an order, and when it arrives.
 *
 * Days are counted from any Monday, day 0 being one; before it they are negative.
 */
#ifndef TIDEHOLD_CORE_PLAN_CALENDAR_H
#define TIDEHOLD_CORE_PLAN_CALENDAR_H

#include "core/plan/plan.h"

/* Days from order to arrival, and days that are searched for the next one of a kind. */
#define PLAN_LEAD_DAYS_MAX 3660
#define PLAN_SEARCH_DAYS 3660

#define PLAN_MONDAY (1 << 0)
#define PLAN_SUNDAY (1 << 6)
#define PLAN_EVERY_DAY 0x7f

typedef struct PlanCalendar
{
	int order_days;			/* weekdays on which orders are taken: bit 0 is Monday */
	int delivery_days;		/* weekdays on which goods arrive */
	const int32_t *holiday; /* ascending: neither orders nor deliveries */
	int holidays;
	int lead_days;	   /* from 0 */
	bool working_days; /* lead_days count only order days without holidays */
} PlanCalendar;

typedef struct PlanDelivery
{
	int32_t order_day;	  /* the first one from the asked day on */
	int32_t arrival_day;  /* the first delivery day at or after order_day + lead_days */
	int32_t next_order;	  /* the first order day after order_day */
	int32_t next_arrival; /* of what is ordered then: until it an order has to last */
} PlanDelivery;

/* PLAN_NOT_FOUND where PLAN_SEARCH_DAYS hold no such day, for example of no weekdays at all. */
PlanStatus plan_delivery(const PlanCalendar *calendar, int32_t day, PlanDelivery *delivery);

#endif
