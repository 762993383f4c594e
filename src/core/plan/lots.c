/*
 * lots.c
 *	  Lot sizes for demand that is known period by period.
 *
 * In a cheapest plan an order is placed only when nothing is left, so that it serves whole
 * periods: the least cost up to a period follows from that up to the one before its order.
 */
#include "core/plan/lots.h"

#include <math.h>

#include "core/forecast/series.h"

#define PATIENCE 64

static double
at(const double *costs, int t)
{
	return costs != NULL ? costs[t] : 0;
}

static PlanStatus
check(const PlanLots *lots)
{
	int64_t total = 0;

	if (lots->n < 1)
		return PLAN_BAD_ARGUMENT;
	if (lots->n > PLAN_PERIODS_MAX)
		return PLAN_TOO_LARGE;
	for (int t = 0; t < lots->n; t++)
	{
		if (lots->demand[t] < 0 || !plan_is_amount(at(lots->order_cost, t)) ||
			!plan_is_amount(at(lots->holding_cost, t)) || !plan_is_amount(at(lots->unit_cost, t)))
			return PLAN_BAD_ARGUMENT;
		if (__builtin_add_overflow(total, lots->demand[t], &total))
			return PLAN_OVERFLOW;
	}
	return PLAN_OK;
}

PlanStatus
plan_lots_cost(const PlanLots *lots, const int64_t *order, double *cost)
{
	PlanStatus status = check(lots);
	int64_t stock = 0;
	double sum = 0;

	if (status != PLAN_OK)
		return status;
	for (int t = 0; t < lots->n; t++)
	{
		if (order[t] < 0)
			return PLAN_BAD_ARGUMENT;
		if (__builtin_add_overflow(stock, order[t], &stock))
			return PLAN_OVERFLOW;
		stock -= lots->demand[t];
		if (stock < 0)
			return PLAN_BAD_ARGUMENT;
		if (order[t] > 0)
			sum += at(lots->order_cost, t) + at(lots->unit_cost, t) * (double) order[t];
		sum += at(lots->holding_cost, t) * (double) stock;
	}
	if (!isfinite(sum))
		return PLAN_OVERFLOW;
	*cost = sum;
	return PLAN_OK;
}

/*
 * The best period for the order that serves the one before end; least[i] is the cost of all
 * before i.  The later of two that cost the same.  Holding grows with the age of the order,
 * so that an order for which it alone costs more than the best ends the search.
 */
static int
best_order(const PlanLots *lots, const double *least, int end, double *cost)
{
	double served = 0;
	double holding = 0;
	int best = end - 1;

	*cost = INFINITY;
	for (int i = end - 1; i >= 0; i--)
	{
		double sum;

		holding += at(lots->holding_cost, i) * served;
		if (holding >= *cost)
			break;
		served += (double) lots->demand[i];
		sum = least[i] + at(lots->order_cost, i) + at(lots->unit_cost, i) * served + holding;
		if (sum < *cost)
		{
			*cost = sum;
			best = i;
		}
	}
	return best;
}

/* Follows the choices back from the end. */
static void
write_orders(const PlanLots *lots, const int *choice, int64_t *order)
{
	for (int end = lots->n; end > 0;)
	{
		int start = choice[end];

		for (int t = start; t < end; t++)
			order[t] = 0;
		for (int t = start; t < end; t++)
			order[start] += lots->demand[t];
		end = start;
	}
}

PlanStatus
plan_lots(const ForecastWork *work, const PlanLots *lots, int64_t *order, double *cost)
{
	PlanStatus status = check(lots);
	double *least;
	int *choice;

	if (status != PLAN_OK)
		return status;
	least = forecast_numbers(work, (size_t) lots->n + 1);
	choice = work->allocate(work->context, ((size_t) lots->n + 1) * sizeof(int));
	if (least == NULL || choice == NULL)
		return PLAN_NO_MEMORY;
	for (int end = 1; end <= lots->n; end++)
	{
		/* A period without demand needs no order, and its stage of the plan is 0. */
		choice[end] = end - 1;
		least[end] = least[end - 1];
		if (lots->demand[end - 1] > 0)
			choice[end] = best_order(lots, least, end, &least[end]);
		if (!isfinite(least[end]))
			return PLAN_OVERFLOW;
		if (end % PATIENCE == 0 && forecast_is_interrupted(work))
			return PLAN_INTERRUPTED;
	}
	write_orders(lots, choice, order);
	return plan_lots_cost(lots, order, cost);
}
