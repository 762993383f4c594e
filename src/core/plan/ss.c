/*
 * ss.c
 *	  Order up to S at s or below.
 *
 * visits[j] is how often, between two orders, the inventory position is j below S on average:
 * the renewal density of the demand of a period.  It depends on neither s nor S, so every
 * policy is weighed with one table of it.
 */
#include "core/plan/ss.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

/* S - s; the work is of the order of its square. */
#define RANGE_MAX 50000
#define PATIENCE 256

typedef struct Search
{
	const ForecastWork *work;
	const PlanSs *ss;
	const PlanDemand *period;
	const PlanDemand *lead_time;
	double *visits;
	int known; /* of visits */
	int room;
} Search;

/* Holding and waiting cost of a period that begins with y in the position. */
static double
rate(const Search *search, double y)
{
	const PlanSs *ss = search->ss;

	return ss->holding_cost * (y - search->lead_time->mean) +
		   (ss->holding_cost + ss->shortage_cost) * plan_demand_loss(search->lead_time, y);
}

static double
probability(const PlanDemand *period, int64_t demand)
{
	int64_t place = demand - period->first;

	return place >= 0 && place < period->count ? period->value[place] : 0;
}

static PlanStatus
make_room(Search *search, int count)
{
	double *larger;

	if (count <= search->room)
		return PLAN_OK;
	search->room = count < 512 ? 1024 : 2 * count;
	larger = forecast_numbers(search->work, (size_t) search->room);
	if (larger == NULL)
		return PLAN_NO_MEMORY;
	if (search->known > 0)
		memcpy(larger, search->visits, (size_t) search->known * sizeof(double));
	search->visits = larger;
	return PLAN_OK;
}

/* visits[0..count-1] are known after it. */
static PlanStatus
extend(Search *search, int count)
{
	const PlanDemand *period = search->period;
	double moves = 1 - probability(period, 0);
	PlanStatus status;

	if (count > RANGE_MAX)
		return PLAN_TOO_LARGE;
	status = make_room(search, count);
	for (int j = search->known; j < count && status == PLAN_OK; j++)
	{
		int64_t from = period->first > 1 ? period->first : 1;
		int64_t to = period->first + period->count - 1;
		double sum = j == 0;

		for (int64_t k = from; k <= to && k <= j; k++)
			sum += period->value[k - period->first] * search->visits[j - k];
		search->visits[j] = sum / moves;
		search->known = j + 1;
		if (j % PATIENCE == 0 && forecast_is_interrupted(search->work))
			status = PLAN_INTERRUPTED;
	}
	return status;
}

/* Cost and length of a cycle: from S down to s, ordering left out. */
typedef struct Cycle
{
	double cost;
	double periods;
} Cycle;

static PlanStatus
add_visit(Search *search, int64_t s, int64_t order_up_to, Cycle *cycle)
{
	int j = (int) (order_up_to - s);
	PlanStatus status = extend(search, j + 1);

	if (status != PLAN_OK)
		return status;
	cycle->cost += search->visits[j] * rate(search, (double) s);
	cycle->periods += search->visits[j];
	return PLAN_OK;
}

static PlanStatus
cycle_of(Search *search, int64_t s, int64_t order_up_to, Cycle *cycle)
{
	PlanStatus status;

	if (order_up_to - s > RANGE_MAX)
		return PLAN_TOO_LARGE;
	status = extend(search, (int) (order_up_to - s));
	*cycle = (Cycle){ 0 };
	for (int64_t y = order_up_to; y > s && status == PLAN_OK; y--)
		status = add_visit(search, y, order_up_to, cycle);
	return status;
}

static double
mean_cost(const Search *search, const Cycle *cycle)
{
	return (search->ss->order_cost + cycle->cost) / cycle->periods;
}

static PlanStatus
check(const PlanSs *ss, const PlanDemand *period, const PlanDemand *lead_time)
{
	if (!plan_is_amount(ss->order_cost) || !plan_is_amount(ss->holding_cost) ||
		!plan_is_amount(ss->shortage_cost) || period->shape != PLAN_COUNTS ||
		lead_time->shape != PLAN_COUNTS)
		return PLAN_BAD_ARGUMENT;
	if (ss->holding_cost <= 0 || ss->shortage_cost <= 0)
		return PLAN_NO_OPTIMUM;
	return probability(period, 0) < 1 ? PLAN_OK : PLAN_NO_DEMAND;
}

PlanStatus
plan_ss_at(const ForecastWork *work, const PlanSs *ss, const PlanDemand *period,
		   const PlanDemand *lead_time, int64_t reorder_point, int64_t order_up_to, double *cost)
{
	Search search = { .work = work, .ss = ss, .period = period, .lead_time = lead_time };
	PlanStatus status = check(ss, period, lead_time);
	Cycle cycle;

	if (status != PLAN_OK)
		return status;
	if (reorder_point >= order_up_to || order_up_to > PLAN_WHOLE_MAX ||
		reorder_point < -PLAN_WHOLE_MAX)
		return PLAN_BAD_ARGUMENT;
	status = cycle_of(&search, reorder_point, order_up_to, &cycle);
	if (status == PLAN_OK)
		*cost = mean_cost(&search, &cycle);
	return status;
}

/* The position at which a period costs least. */
static int64_t
best_position(const Search *search)
{
	const PlanSs *ss = search->ss;

	return (int64_t) plan_demand_quantile(search->lead_time,
										  1 / (1 + ss->holding_cost / ss->shortage_cost));
}

/* The best s of the first S: the one at which it no longer pays to wait for another unit. */
static PlanStatus
first_policy(Search *search, PlanSsResult *policy)
{
	int64_t order_up_to = best_position(search);
	int64_t s = order_up_to;
	Cycle cycle = { 0 };
	PlanStatus status = PLAN_OK;

	do
		status = add_visit(search, s--, order_up_to, &cycle);
	while (status == PLAN_OK && mean_cost(search, &cycle) > rate(search, (double) s));
	*policy = (PlanSsResult){ s, order_up_to, mean_cost(search, &cycle) };
	return status;
}

/* order_up_to is cheaper than policy at the same s: takes it, with the best s of its own. */
static PlanStatus
improve(Search *search, int64_t order_up_to, double cost, PlanSsResult *policy)
{
	PlanStatus status = PLAN_OK;
	Cycle cycle;

	policy->order_up_to = order_up_to;
	while (status == PLAN_OK && policy->reorder_point + 1 < order_up_to &&
		   cost <= rate(search, (double) (policy->reorder_point + 1)))
	{
		policy->reorder_point++;
		status = cycle_of(search, policy->reorder_point, order_up_to, &cycle);
		if (status == PLAN_OK)
			cost = mean_cost(search, &cycle);
	}
	policy->cost = cost;
	return status;
}

PlanStatus
plan_ss(const ForecastWork *work, const PlanSs *ss, const PlanDemand *period,
		const PlanDemand *lead_time, PlanSsResult *result)
{
	Search search = { .work = work, .ss = ss, .period = period, .lead_time = lead_time };
	PlanStatus status = check(ss, period, lead_time);
	PlanSsResult policy;

	if (status == PLAN_OK)
		status = first_policy(&search, &policy);
	if (status != PLAN_OK)
		return status;
	/* No S at which a single period costs more than the best policy can be better. */
	for (int64_t y = policy.order_up_to + 1; rate(&search, (double) y) <= policy.cost; y++)
	{
		Cycle cycle;

		status = cycle_of(&search, policy.reorder_point, y, &cycle);
		if (status == PLAN_OK && mean_cost(&search, &cycle) < policy.cost)
			status = improve(&search, y, mean_cost(&search, &cycle), &policy);
		if (status != PLAN_OK)
			return status;
		if (forecast_is_interrupted(work))
			return PLAN_INTERRUPTED;
	}
	if (!isfinite(policy.cost))
		return PLAN_OVERFLOW;
	*result = policy;
	return PLAN_OK;
}
