/*
 * netting.c
 *	  Planned orders for one item at one location, period by period.
 */
#include "core/plan/netting.h"

#include <string.h>

static int64_t
at(const int64_t *values, int t)
{
	return values != NULL ? values[t] : 0;
}

static bool
all_amounts(const int64_t *values, int n)
{
	for (int t = 0; t < n; t++)
	{
		if (at(values, t) < 0)
			return false;
	}
	return true;
}

static PlanStatus
check(const PlanNetting *netting)
{
	if (netting->n < 1 || netting->lead_time < 0 || netting->first < 0 || netting->cover < 1 ||
		!plan_rounding_valid(&netting->rounding))
		return PLAN_BAD_ARGUMENT;
	if (netting->n > PLAN_PERIODS_MAX)
		return PLAN_TOO_LARGE;
	if (!all_amounts(netting->demand, netting->n) || !all_amounts(netting->receipt, netting->n) ||
		!all_amounts(netting->target, netting->n))
		return PLAN_BAD_ARGUMENT;
	return PLAN_OK;
}

/* What lies there at the end of t, of what lay there before it, without planned orders. */
static bool
end_of_period(const PlanNetting *netting, int t, int64_t *stock)
{
	return !__builtin_add_overflow(*stock, at(netting->receipt, t), stock) &&
		   !__builtin_sub_overflow(*stock, at(netting->demand, t), stock);
}

/*
 * The most that is missing to a target at the end of any of the periods that an order in t
 * covers; stock is what lies there before t.
 */
static PlanStatus
need_from(const PlanNetting *netting, int t, int64_t stock, int64_t *need)
{
	int last = netting->cover < netting->n - t ? t + netting->cover - 1 : netting->n - 1;

	*need = 0;
	for (int i = t; i <= last; i++)
	{
		int64_t missing;

		if (!end_of_period(netting, i, &stock) ||
			__builtin_sub_overflow(at(netting->target, i), stock, &missing))
			return PLAN_OVERFLOW;
		if (i == t && missing <= 0)
			return PLAN_OK;
		if (missing > *need)
			*need = missing;
	}
	return PLAN_OK;
}

/* An order that arrives in t, if one is needed and can be there. */
static PlanStatus
order_for(const PlanNetting *netting, const PlanNettingResult *result, int t, int64_t stock)
{
	int64_t total = 0;
	int64_t need;
	int orders;
	PlanStatus status;

	if (t - netting->lead_time < netting->first)
		return PLAN_OK;
	status = need_from(netting, t, stock, &need);
	if (status == PLAN_OK)
		status = plan_round(&netting->rounding, need, &total, &orders);
	if (status != PLAN_OK)
		return status;
	result->arrival[t] = total;
	result->release[t - netting->lead_time] = total;
	return PLAN_OK;
}

PlanStatus
plan_netting(const PlanNetting *netting, const PlanNettingResult *result)
{
	PlanStatus status = check(netting);
	int64_t stock = netting->opening;

	if (status != PLAN_OK)
		return status;
	memset(result->arrival, 0, (size_t) netting->n * sizeof(int64_t));
	memset(result->release, 0, (size_t) netting->n * sizeof(int64_t));
	for (int t = 0; t < netting->n; t++)
	{
		int64_t missing;

		status = order_for(netting, result, t, stock);
		if (status != PLAN_OK)
			return status;
		if (!end_of_period(netting, t, &stock) ||
			__builtin_add_overflow(stock, result->arrival[t], &stock) ||
			__builtin_sub_overflow(at(netting->target, t), stock, &missing))
			return PLAN_OVERFLOW;
		result->projected[t] = stock;
		result->missing[t] = missing > 0 ? missing : 0;
	}
	return PLAN_OK;
}
