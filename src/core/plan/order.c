/*
 * order.c
 *	  What a supplier accepts as a quantity, and the rule that asks for one.
 */
#include "core/plan/order.h"

/* The least multiple that is not below value, from 1; false where it does not fit. */
static bool
multiple_above(int64_t value, int64_t multiple, int64_t *result)
{
	int64_t rest = value % multiple;

	*result = value;
	return rest == 0 || !__builtin_add_overflow(value, multiple - rest, result);
}

static int64_t
multiple_below(int64_t value, int64_t multiple)
{
	return value - value % multiple;
}

/* The least quantity of one order. */
static bool
least_order(const PlanRounding *rounding, int64_t *least)
{
	return multiple_above(rounding->minimum > 0 ? rounding->minimum : 1, rounding->multiple,
						  least);
}

bool
plan_rounding_valid(const PlanRounding *rounding)
{
	int64_t least;

	return rounding->minimum >= 0 && rounding->multiple >= 1 && rounding->maximum >= 1 &&
		   least_order(rounding, &least) && least <= rounding->maximum;
}

/*
 * Orders of the maximum, and one for the rest of the need: that one may be as small as the
 * minimum lets it, and then the total is the least there is for so many orders.
 */
PlanStatus
plan_round(const PlanRounding *rounding, int64_t need, int64_t *total, int *orders)
{
	int64_t most;
	int64_t least;
	int64_t full;
	int64_t last;
	int64_t sum;

	if (!plan_rounding_valid(rounding))
		return PLAN_BAD_ARGUMENT;
	if (need <= 0)
	{
		*total = 0;
		*orders = 0;
		return PLAN_OK;
	}
	least_order(rounding, &least);
	most = multiple_below(rounding->maximum, rounding->multiple);
	full = (need - 1) / most;
	if (full >= INT32_MAX)
		return PLAN_OVERFLOW;
	if (!multiple_above(need - full * most, rounding->multiple, &last))
		return PLAN_OVERFLOW;
	if (last < least)
		last = least;
	if (__builtin_add_overflow(full * most, last, &sum))
		return PLAN_OVERFLOW;
	*total = sum;
	*orders = (int) full + 1;
	return PLAN_OK;
}

int64_t
plan_round_part(const PlanRounding *rounding, int64_t total, int orders, int index)
{
	int64_t most = multiple_below(rounding->maximum, rounding->multiple);

	return index < orders - 1 ? most : total - (orders - 1) * most;
}

PlanStatus
plan_reorder(const PlanReorder *reorder, int64_t projected, int64_t *need)
{
	int64_t wanted = reorder->quantity;
	int64_t gap;

	if (reorder->quantity < 0 || reorder->up_to < reorder->level)
		return PLAN_BAD_ARGUMENT;
	if (projected > reorder->level)
	{
		*need = 0;
		return PLAN_OK;
	}
	if (__builtin_sub_overflow(reorder->up_to, projected, &gap))
		return PLAN_OVERFLOW;
	*need = gap > wanted ? gap : wanted;
	return PLAN_OK;
}
