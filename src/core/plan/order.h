/*
 * order.h
 *	  What a supplier accepts as a quantity, and the rule that asks for one.
 */
#ifndef TIDEHOLD_CORE_PLAN_ORDER_H
#define TIDEHOLD_CORE_PLAN_ORDER_H

#include "core/plan/plan.h"

/* An order is minimum or more, a multiple of multiple, and maximum at most. */
typedef struct PlanRounding
{
	int64_t minimum;  /* from 0 */
	int64_t multiple; /* from 1 */
	int64_t maximum;  /* INT64_MAX: none */
} PlanRounding;

/* Minimum and maximum leave a multiple between them. */
bool plan_rounding_valid(const PlanRounding *rounding);

/*
 * The least total, not below need, of orders that the supplier accepts, and how many they
 * are: one, or where need is above the maximum as few as can be.  A need of 0 or less is no
 * order.  PLAN_OVERFLOW where the total, or 2^31 - 1 orders, is exceeded.
 */
PlanStatus plan_round(const PlanRounding *rounding, int64_t need, int64_t *total, int *orders);

/* Quantity of the index-th of the orders that plan_round has given, from 0. */
int64_t plan_round_part(const PlanRounding *rounding, int64_t total, int orders, int index);

typedef struct PlanReorder
{
	int64_t level;	  /* an order is due where projected stock is here or below */
	int64_t quantity; /* at least so much is ordered then, from 0 */
	int64_t up_to;	  /* projected stock that is restored, level at least */
} PlanReorder;

/*
 * What an order of a projected stock is, before rounding: max(quantity, up_to - projected)
 * at the level or below it, else 0 (Silver, Pyke & Thomas 2017, 6.3).
 */
PlanStatus plan_reorder(const PlanReorder *reorder, int64_t projected, int64_t *need);

#endif
