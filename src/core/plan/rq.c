/*
 * rq.c
 *	  A fixed quantity ordered at a reorder point.
 *
 * With y = inventory position, holding and waiting cost G(y) at a rate; y is spread evenly
 * over reorder point and quantity, so that the cost is that of ordering plus the mean of G.
 */
#include "core/plan/rq.h"

#include <math.h>

#include "core/forecast/series.h"
#include "core/plan/eoq.h"

#define HALVINGS 200

/* Rounds of the approximation, which approaches its end from below by a constant factor. */
#define ROUNDS_MAX 10000

/* The largest quantity that is searched unit by unit, and units between two questions. */
#define SEARCH_MAX 100000000
#define PATIENCE 65536

static PlanStatus
check(const PlanRq *rq)
{
	if (!plan_is_amount(rq->demand_rate) || !plan_is_amount(rq->order_cost) ||
		!plan_is_amount(rq->holding_cost) || !plan_is_amount(rq->shortage_cost))
		return PLAN_BAD_ARGUMENT;
	if (rq->demand_rate <= 0)
		return PLAN_NO_DEMAND;
	if (rq->order_cost <= 0 || rq->holding_cost <= 0 || rq->shortage_cost <= 0)
		return PLAN_NO_OPTIMUM;
	return PLAN_OK;
}

/* G(y) */
static double
rate(const PlanRq *rq, const PlanDemand *lead_time, double y)
{
	return rq->holding_cost * (y - lead_time->mean) +
		   (rq->holding_cost + rq->shortage_cost) * plan_demand_loss(lead_time, y);
}

/* Integral of G from r to r + q, of whole demand its sum from r + 1 to r + q. */
static double
rates(const PlanRq *rq, const PlanDemand *lead_time, double r, double q)
{
	double middle = lead_time->shape == PLAN_NORMAL ? r + q / 2 : r + (q + 1) / 2;

	return rq->holding_cost * q * (middle - lead_time->mean) +
		   (rq->holding_cost + rq->shortage_cost) *
			   (plan_demand_loss2(lead_time, r) - plan_demand_loss2(lead_time, r + q));
}

PlanStatus
plan_rq_at(const PlanRq *rq, const PlanDemand *lead_time, double reorder_point, double quantity,
		   PlanRqResult *result)
{
	PlanStatus status = check(rq);
	PlanRqResult at = { .reorder_point = reorder_point, .quantity = quantity };

	if (status != PLAN_OK)
		return status;
	if (!isfinite(reorder_point) || !(quantity > 0 && isfinite(quantity)))
		return PLAN_BAD_ARGUMENT;
	if (lead_time->shape != PLAN_NORMAL &&
		(reorder_point != floor(reorder_point) || quantity != floor(quantity)))
		return PLAN_BAD_ARGUMENT;
	at.cost = (rq->order_cost * rq->demand_rate + rates(rq, lead_time, reorder_point, quantity)) /
			  quantity;
	if (!isfinite(at.cost))
		return PLAN_OVERFLOW;
	*result = at;
	return PLAN_OK;
}

static double
critical_level(const PlanRq *rq)
{
	return 1 / (1 + rq->holding_cost / rq->shortage_cost);
}

/* ---- normal demand ---- */

/* Where G is the same at r and r + q: there q units cost least.  best is where G is least. */
static double
balanced(const PlanRq *rq, const PlanDemand *lead_time, double best, double q)
{
	double low = best - q;
	double high = best;

	for (int i = 0; i < HALVINGS; i++)
	{
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			break;
		if (rate(rq, lead_time, middle + q) > rate(rq, lead_time, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* Another unit lowers the mean as long as it costs less than that: grows in q. */
static bool
is_enough(const PlanRq *rq, const PlanDemand *lead_time, double best, double q)
{
	double r = balanced(rq, lead_time, best, q);

	return rate(rq, lead_time, r + q) * q >=
		   rq->order_cost * rq->demand_rate + rates(rq, lead_time, r, q);
}

static PlanStatus
optimum_of_normal(const PlanRq *rq, const PlanDemand *lead_time, PlanRqResult *result)
{
	double best = plan_demand_quantile(lead_time, critical_level(rq));
	double low = 0;
	double high = sqrt(2 * rq->order_cost * rq->demand_rate / rq->holding_cost);

	if (!(high > 0 && isfinite(high)))
		return PLAN_OVERFLOW;
	while (!is_enough(rq, lead_time, best, high))
	{
		low = high;
		high *= 2;
		if (!isfinite(high))
			return PLAN_OVERFLOW;
	}
	for (int i = 0; i < HALVINGS; i++)
	{
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			break;
		if (is_enough(rq, lead_time, best, middle))
			high = middle;
		else
			low = middle;
	}
	return plan_rq_at(rq, lead_time, balanced(rq, lead_time, best, high), high, result);
}

/* ---- whole quantities ---- */

/* Where G is least, samples of values that are not whole included. */
static double
best_whole(const PlanRq *rq, const PlanDemand *lead_time)
{
	double best = ceil(plan_demand_quantile(lead_time, critical_level(rq)));

	while (rate(rq, lead_time, best - 1) < rate(rq, lead_time, best))
		best--;
	return best;
}

/* The cheapest positions are taken one by one until the next would raise the mean. */
static PlanStatus
optimum_of_whole(const ForecastWork *work, const PlanRq *rq, const PlanDemand *lead_time,
				 PlanRqResult *result)
{
	double low = best_whole(rq, lead_time);
	double high = low;
	double below = rate(rq, lead_time, low - 1);
	double above = rate(rq, lead_time, high + 1);
	double sum = rq->order_cost * rq->demand_rate + rate(rq, lead_time, low);

	for (int q = 1; fmin(below, above) * q < sum; q++)
	{
		if (q >= SEARCH_MAX)
			return PLAN_TOO_LARGE;
		if (q % PATIENCE == 0 && forecast_is_interrupted(work))
			return PLAN_INTERRUPTED;
		sum += fmin(below, above);
		if (below < above)
			below = rate(rq, lead_time, --low - 1);
		else
			above = rate(rq, lead_time, ++high + 1);
	}
	return plan_rq_at(rq, lead_time, low - 1, high - low + 1, result);
}

PlanStatus
plan_rq(const ForecastWork *work, const PlanRq *rq, const PlanDemand *lead_time,
		PlanRqResult *result)
{
	PlanStatus status = check(rq);

	if (status != PLAN_OK)
		return status;
	if (!(critical_level(rq) > 0 && critical_level(rq) < 1))
		return PLAN_NO_OPTIMUM;
	if (lead_time->shape == PLAN_NORMAL)
		return optimum_of_normal(rq, lead_time, result);
	return optimum_of_whole(work, rq, lead_time, result);
}

/* ---- approximations ---- */

/*
 * A larger quantity lets the reorder point fall and more be missing, which makes the
 * quantity larger again: from the EOQ on it only grows, to where both agree.
 */
PlanStatus
plan_rq_eil(const PlanRq *rq, const PlanDemand *lead_time, PlanRqResult *result)
{
	PlanStatus status = check(rq);
	double waiting = rq->shortage_cost * rq->demand_rate;
	PlanRqResult found = { .quantity = 0 };
	double missing = 0;

	if (status != PLAN_OK)
		return status;
	for (int i = 0; i < ROUNDS_MAX; i++)
	{
		double quantity = sqrt(2 * rq->demand_rate *
							   (rq->order_cost + rq->shortage_cost * missing) / rq->holding_cost);
		double out = quantity * rq->holding_cost / waiting;

		if (!isfinite(quantity))
			return PLAN_OVERFLOW;
		if (!(out > 0 && out < 1))
			return PLAN_NO_OPTIMUM;
		if (quantity <= found.quantity * (1 + 1e-14))
			break;
		found.quantity = quantity;
		found.reorder_point = plan_demand_quantile(lead_time, 1 - out);
		missing = plan_demand_loss(lead_time, found.reorder_point);
	}
	found.cost =
		rq->holding_cost * (found.reorder_point - lead_time->mean + found.quantity / 2) +
		(rq->order_cost * rq->demand_rate + waiting * missing) / found.quantity;
	if (!isfinite(found.cost))
		return PLAN_OVERFLOW;
	*result = found;
	return PLAN_OK;
}

PlanStatus
plan_rq_eoq(const PlanRq *rq, const PlanDemand *lead_time, PlanRqResult *result)
{
	PlanEoq eoq = { rq->demand_rate, rq->order_cost, rq->holding_cost, INFINITY };
	PlanStatus status = check(rq);
	PlanEoqResult best;
	int64_t whole;

	if (status == PLAN_OK)
		status = plan_eoq(&eoq, &best);
	if (status == PLAN_OK && lead_time->shape != PLAN_NORMAL)
	{
		status = plan_eoq_whole(&eoq, &whole);
		best.quantity = status == PLAN_OK ? (double) whole : 0;
	}
	if (status != PLAN_OK)
		return status;
	if (!(critical_level(rq) > 0 && critical_level(rq) < 1))
		return PLAN_NO_OPTIMUM;
	if (lead_time->shape == PLAN_NORMAL)
		return plan_rq_at(rq, lead_time, plan_demand_quantile(lead_time, critical_level(rq)),
						  best.quantity, result);
	return plan_rq_at(rq, lead_time, best_whole(rq, lead_time), best.quantity, result);
}
