/*
 * plan.h
 *	  How much to order, and when.  Pure C11: no PostgreSQL, no clock, no state between
 *	  calls; the same input gives the same bits.
 *
 * Quantities that are counted, ordered or promised are whole base units in int64_t; rates,
 * means and costs are double.  A period is whatever the caller counts in (day, week), and
 * every rate, lead time and holding cost of one call is of the same period.  An amount that
 * has to cover a need is rounded up, never down.
 *
 * Memory and interruption are lent as to a forecast (core/forecast/forecast.h).  Results are
 * written only where the status is PLAN_OK, but for scratch arrays that a comment names.
 */
#ifndef TIDEHOLD_CORE_PLAN_H
#define TIDEHOLD_CORE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/forecast/forecast.h"

typedef enum PlanStatus
{
	PLAN_OK = 0,
	PLAN_BAD_ARGUMENT, /* not a number, negative, or outside the range of its comment */
	PLAN_NO_DEMAND,	   /* nothing is asked for, so that there is nothing to optimise */
	PLAN_NO_OPTIMUM,   /* a cost is zero without which the best quantity has no bound */
	PLAN_OVERFLOW,	   /* the result does not fit: 64 bits of quantity, or a double */
	PLAN_TOO_LARGE,	   /* more terms or periods than the limits here allow */
	PLAN_NOT_FOUND,	   /* no such day within the horizon of a calendar */
	PLAN_INTERRUPTED,
	PLAN_NO_MEMORY
} PlanStatus;

/* Periods of one call. */
#define PLAN_PERIODS_MAX 10000

/* Whole quantities that a double holds exactly. */
#define PLAN_WHOLE_MAX INT64_C(9007199254740992)

/*
 * The least whole number that is not below value; what lies above a whole number by less than
 * 1e-9 of itself is an error of rounding and counts as that number.  PLAN_OVERFLOW beyond
 * PLAN_WHOLE_MAX either way, PLAN_BAD_ARGUMENT of NaN.
 */
PlanStatus plan_ceil(double value, int64_t *whole);

/* True of finite values from 0 on. */
bool plan_is_amount(double value);

/* Of two doubles, for qsort. */
int plan_compare_numbers(const void *a, const void *b);

PlanStatus plan_of_forecast(ForecastStatus status);

#endif
