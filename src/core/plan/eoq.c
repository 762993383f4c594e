/*
 * eoq.c
 *	  The order quantity that costs least where demand is steady and known.
 */
#include "core/plan/eoq.h"

#include <math.h>

static bool
is_cost(double value)
{
	return isfinite(value) && value > 0;
}

static PlanStatus
check(const PlanEoq *eoq)
{
	if (!plan_is_amount(eoq->demand_rate) || !plan_is_amount(eoq->order_cost) ||
		!plan_is_amount(eoq->holding_cost) || !(eoq->shortage_cost >= 0))
		return PLAN_BAD_ARGUMENT;
	if (eoq->demand_rate <= 0)
		return PLAN_NO_DEMAND;
	if (eoq->order_cost <= 0 || eoq->holding_cost <= 0 || eoq->shortage_cost <= 0)
		return PLAN_NO_OPTIMUM;
	return PLAN_OK;
}

/* Share of demand that waits: holding / (holding + shortage). */
static double
backorder_share(const PlanEoq *eoq)
{
	return isinf(eoq->shortage_cost) ? 0 : 1 / (1 + eoq->shortage_cost / eoq->holding_cost);
}

PlanStatus
plan_eoq_at(const PlanEoq *eoq, double quantity, PlanEoqResult *result)
{
	PlanStatus status = check(eoq);
	PlanEoqResult at = { .quantity = quantity };

	if (status != PLAN_OK)
		return status;
	if (!is_cost(quantity))
		return PLAN_BAD_ARGUMENT;
	at.orders = eoq->demand_rate / quantity;
	at.backorder_share = backorder_share(eoq);
	at.backorder_max = at.backorder_share * quantity;
	/* h p / (h + p) is h (1 - share). */
	at.cost = eoq->order_cost * at.orders +
			  eoq->holding_cost * (1 - at.backorder_share) * quantity / 2;
	if (!isfinite(at.cost))
		return PLAN_OVERFLOW;
	*result = at;
	return PLAN_OK;
}

PlanStatus
plan_eoq(const PlanEoq *eoq, PlanEoqResult *result)
{
	PlanStatus status = check(eoq);
	double quantity;

	if (status != PLAN_OK)
		return status;
	quantity = sqrt(2 * eoq->order_cost) * sqrt(eoq->demand_rate) /
			   sqrt(eoq->holding_cost * (1 - backorder_share(eoq)));
	return is_cost(quantity) ? plan_eoq_at(eoq, quantity, result) : PLAN_OVERFLOW;
}

PlanStatus
plan_eoq_whole(const PlanEoq *eoq, int64_t *quantity)
{
	PlanEoqResult best;
	PlanEoqResult less;
	PlanEoqResult more;
	PlanStatus status = plan_eoq(eoq, &best);

	if (status != PLAN_OK)
		return status;
	if (best.quantity > (double) PLAN_WHOLE_MAX)
		return PLAN_OVERFLOW;
	if (best.quantity < 1)
	{
		*quantity = 1;
		return PLAN_OK;
	}
	status = plan_eoq_at(eoq, floor(best.quantity), &less);
	if (status == PLAN_OK)
		status = plan_eoq_at(eoq, ceil(best.quantity), &more);
	if (status == PLAN_OK)
		*quantity = (int64_t) (more.cost < less.cost ? more.quantity : less.quantity);
	return status;
}

/* ---- discounts ---- */

static PlanStatus
check_discount(const PlanEoq *eoq, const PlanDiscount *discount)
{
	if (!plan_is_amount(eoq->demand_rate) || !plan_is_amount(eoq->order_cost) ||
		!plan_is_amount(discount->holding_rate) || discount->count < 1 ||
		discount->count > PLAN_BREAKS_MAX || discount->from[0] != 0)
		return PLAN_BAD_ARGUMENT;
	for (int i = 0; i < discount->count; i++)
	{
		if (!is_cost(discount->price[i]) || !plan_is_amount(discount->from[i]))
			return PLAN_BAD_ARGUMENT;
		if (i > 0 && (discount->from[i] <= discount->from[i - 1] ||
					  discount->price[i] >= discount->price[i - 1]))
			return PLAN_BAD_ARGUMENT;
	}
	if (eoq->demand_rate <= 0)
		return PLAN_NO_DEMAND;
	if (eoq->order_cost <= 0 || discount->holding_rate <= 0)
		return PLAN_NO_OPTIMUM;
	return PLAN_OK;
}

/* What an order at the i-th price pays beyond that price times its quantity. */
static double
surcharge(const PlanDiscount *discount, int i)
{
	double sum = 0;

	for (int k = 1; discount->incremental && k <= i; k++)
		sum += discount->from[k] * (discount->price[k - 1] - discount->price[k]);
	return sum;
}

/* quantity lies in the range of the i-th price. */
static PlanDiscountResult
discount_cost(const PlanEoq *eoq, const PlanDiscount *discount, int i, double quantity)
{
	double price = discount->price[i] + surcharge(discount, i) / quantity;
	PlanDiscountResult result = { .quantity = quantity, .price = price };

	result.cost = eoq->demand_rate * price + eoq->order_cost * eoq->demand_rate / quantity +
				  discount->holding_rate * price * quantity / 2;
	return result;
}

PlanStatus
plan_eoq_discount_at(const PlanEoq *eoq, const PlanDiscount *discount, double quantity,
					 PlanDiscountResult *result)
{
	PlanStatus status = check_discount(eoq, discount);
	PlanDiscountResult at;
	int i = discount->count - 1;

	if (status != PLAN_OK)
		return status;
	if (!is_cost(quantity))
		return PLAN_BAD_ARGUMENT;
	while (i > 0 && quantity < discount->from[i])
		i--;
	at = discount_cost(eoq, discount, i, quantity);
	if (!isfinite(at.cost))
		return PLAN_OVERFLOW;
	*result = at;
	return PLAN_OK;
}

/*
 * Within one price the cost is convex: its least is at the EOQ of that price or at the end
 * of the range nearest to it.  The lower end belongs to the range, and what lies at the
 * upper end is cheaper at the next price.
 */
PlanStatus
plan_eoq_discount(const PlanEoq *eoq, const PlanDiscount *discount, PlanDiscountResult *result)
{
	PlanStatus status = check_discount(eoq, discount);
	PlanDiscountResult best = { .cost = INFINITY };

	if (status != PLAN_OK)
		return status;
	for (int i = 0; i < discount->count; i++)
	{
		double fixed = eoq->order_cost + surcharge(discount, i);
		double quantity = sqrt(2 * fixed) * sqrt(eoq->demand_rate) /
						  sqrt(discount->holding_rate * discount->price[i]);
		PlanDiscountResult here;

		if (i < discount->count - 1 && quantity >= discount->from[i + 1])
			continue;
		here = discount_cost(eoq, discount, i, fmax(quantity, discount->from[i]));
		if (here.cost < best.cost)
			best = here;
	}
	if (!isfinite(best.cost) || !isfinite(best.quantity))
		return PLAN_OVERFLOW;
	*result = best;
	return PLAN_OK;
}
