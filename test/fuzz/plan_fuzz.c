/*
 * plan_fuzz.c
 *	  Netting and rounding against 128-bit arithmetic, lot sizes against their own cost,
 *	  calendars against a walk from day to day.
 */
#include <math.h>
#include <stdbool.h>

#include "core/plan/calendar.h"
#include "core/plan/demand.h"
#include "core/plan/lots.h"
#include "core/plan/netting.h"
#include "core/plan/safety.h"

#include "fuzz.h"

__extension__ typedef __int128 wide;

#define PERIODS_MAX 12
#define PIECES_MAX 64

/* ---- memory ---- */

static void *pieces[PIECES_MAX];
static int piece_count;

static void *
allocate(void *context, size_t size)
{
	(void) context;
	HOLDS(piece_count < PIECES_MAX);
	pieces[piece_count] = calloc(1, size > 0 ? size : 1);
	return pieces[piece_count++];
}

static bool
interrupted(void *context)
{
	(void) context;
	return false;
}

static const ForecastWork work = { allocate, interrupted, NULL };

/* From the heap and of the exact length, so that a step past the end is caught. */
static int64_t *
quantities(FuzzInput *input, int count)
{
	int64_t *values = allocate(NULL, (size_t) count * sizeof(int64_t));

	for (int i = 0; i < count && input != NULL; i++)
		values[i] = fuzz_byte(input) % 32 == 0 ? fuzz_int64(input) : fuzz_byte(input);
	return values;
}

static double *
costs(FuzzInput *input, int count)
{
	double *values = allocate(NULL, (size_t) count * sizeof(double));

	for (int i = 0; i < count; i++)
		values[i] = fuzz_byte(input) % 32 == 0 ? fuzz_double(input) : fuzz_byte(input);
	return values;
}

/* ---- rounding ---- */

static PlanRounding
rounding(FuzzInput *input)
{
	PlanRounding rule = { fuzz_int64(input), fuzz_int64(input), fuzz_int64(input) };

	if (fuzz_byte(input) % 4 > 0)
		rule = (PlanRounding){ fuzz_byte(input), 1 + fuzz_byte(input) % 13, INT64_MAX };
	return rule;
}

static void
round_up(FuzzInput *input)
{
	PlanRounding rule = rounding(input);
	int64_t need = fuzz_int64(input);
	int64_t total = -777;
	int orders = -777;

	if (plan_round(&rule, need, &total, &orders) != PLAN_OK)
	{
		HOLDS(total == -777 && orders == -777);
		return;
	}
	HOLDS(total >= need && (orders == 0) == (need <= 0));
	if (orders == 0)
		return;
	for (int i = 0; i < 3; i++)
	{
		int64_t part = plan_round_part(&rule, total, orders, i * (orders - 1) / 2);

		HOLDS(part >= rule.minimum && part <= rule.maximum && part % rule.multiple == 0);
	}
	HOLDS((wide) (orders - 1) * (rule.maximum - rule.maximum % rule.multiple) < need);
}

/* ---- netting ---- */

static void
check_periods(const PlanNetting *netting, const PlanNettingResult *plan)
{
	wide stock = netting->opening;

	for (int t = 0; t < netting->n; t++)
	{
		wide without = stock + netting->receipt[t] - netting->demand[t];
		bool early = (wide) t < (wide) netting->first + netting->lead_time;
		wide missing;

		stock = without + plan->arrival[t];
		missing = netting->target[t] - stock;
		HOLDS(plan->projected[t] == stock);
		HOLDS(plan->missing[t] == (missing > 0 ? missing : 0));
		HOLDS(early ? plan->arrival[t] == 0 : missing <= 0);
		HOLDS(plan->arrival[t] == 0 || without < netting->target[t]);
		HOLDS(plan->arrival[t] == 0 || plan->arrival[t] >= netting->rounding.minimum);
		HOLDS(plan->arrival[t] % netting->rounding.multiple == 0);
		if (!early)
			HOLDS(plan->release[t - netting->lead_time] == plan->arrival[t]);
	}
}

static void
net(FuzzInput *input)
{
	int n = fuzz_byte(input) % (PERIODS_MAX + 1);
	PlanNetting netting = { .n = n,
							.opening = fuzz_int64(input),
							.demand = quantities(input, n),
							.receipt = quantities(input, n),
							.target = quantities(input, n),
							.lead_time = fuzz_byte(input) % 6,
							.first = fuzz_byte(input) % 4,
							.cover = fuzz_byte(input) % 5,
							.rounding = rounding(input) };
	PlanNettingResult plan = { quantities(NULL, n), quantities(NULL, n), quantities(NULL, n),
							   quantities(NULL, n) };

	if (fuzz_byte(input) % 16 == 0)
	{
		netting.lead_time = fuzz_int32(input);
		netting.first = fuzz_int32(input);
		netting.cover = fuzz_int32(input);
	}
	if (plan_netting(&netting, &plan) == PLAN_OK)
		check_periods(&netting, &plan);
}

/* ---- lot sizes ---- */

/* The plan of one order for all, and that of an order each period, are not cheaper. */
static void
size_lots(FuzzInput *input)
{
	int n = fuzz_byte(input) % (PERIODS_MAX + 1);
	PlanLots lots = { n, quantities(input, n), costs(input, n), costs(input, n), costs(input, n) };
	int64_t *order = quantities(NULL, n);
	int64_t *once = quantities(NULL, n);
	double cost;
	double other;

	if (plan_lots(&work, &lots, order, &cost) != PLAN_OK)
		return;
	for (int t = 0; t < n; t++)
		once[0] += lots.demand[t];
	HOLDS(plan_lots_cost(&lots, order, &other) == PLAN_OK && other == cost);
	if (plan_lots_cost(&lots, once, &other) == PLAN_OK)
		HOLDS(cost <= other * (1 + 1e-9));
	if (plan_lots_cost(&lots, lots.demand, &other) == PLAN_OK)
		HOLDS(cost <= other * (1 + 1e-9));
}

/* ---- calendars ---- */

static bool
is_open(const PlanCalendar *calendar, int weekdays, int32_t day)
{
	for (int i = 0; i < calendar->holidays; i++)
	{
		if (calendar->holiday[i] == day)
			return false;
	}
	return weekdays >> (((int64_t) day % 7 + 7) % 7) & 1;
}

static void
deliver(FuzzInput *input)
{
	int32_t day = fuzz_byte(input) % 8 == 0 ? fuzz_int32(input) : (int8_t) fuzz_byte(input);
	int holidays = day > -128 && day < 128 ? fuzz_byte(input) % 5 : 0;
	int32_t *holiday = allocate(NULL, (size_t) holidays * sizeof(int32_t));
	PlanCalendar calendar = { fuzz_byte(input), fuzz_byte(input), holiday, holidays,
							  fuzz_byte(input), fuzz_byte(input) % 2 };
	PlanDelivery delivery;

	for (int i = 0; i < holidays; i++)
		holiday[i] = day + (i > 0 ? holiday[i - 1] - day : 0) + fuzz_byte(input) % 16;
	if (plan_delivery(&calendar, day, &delivery) != PLAN_OK)
		return;
	HOLDS(is_open(&calendar, calendar.order_days, delivery.order_day));
	HOLDS(is_open(&calendar, calendar.order_days, delivery.next_order));
	HOLDS(is_open(&calendar, calendar.delivery_days, delivery.arrival_day));
	HOLDS(is_open(&calendar, calendar.delivery_days, delivery.next_arrival));
	HOLDS(delivery.arrival_day >= delivery.order_day + calendar.lead_days);
	HOLDS(delivery.next_arrival >= delivery.arrival_day);
	for (int32_t i = day; i < delivery.next_order; i++)
		HOLDS(is_open(&calendar, calendar.order_days, i) == (i == delivery.order_day));
}

/* ---- demand ---- */

/* Whatever the moments: what comes back is a distribution. */
static void
distribute(FuzzInput *input)
{
	double mean = fuzz_byte(input) % 2 ? fuzz_byte(input) / 7.0 : fuzz_double(input);
	double variance = fuzz_byte(input) % 2 ? fuzz_byte(input) / 3.0 : fuzz_double(input);
	double level = (fuzz_byte(input) + 0.5) / 256;
	double x = (int8_t) fuzz_byte(input);
	PlanTarget target = { fuzz_byte(input) % 2 ? PLAN_FILL_RATE : PLAN_CYCLE_SERVICE, level,
						  fuzz_byte(input) + 1 };
	PlanSafety safety;
	PlanDemand demand;
	bool normal = fuzz_byte(input) % 2;
	PlanStatus status;

	if (normal)
		status = plan_demand_normal(mean, variance, &demand);
	else
		status = plan_demand_counts(&work, mean, variance, &demand);
	if (status != PLAN_OK)
		return;
	HOLDS(plan_demand_reach(&demand, x) >= 0 && plan_demand_reach(&demand, x) <= 1);
	HOLDS(plan_demand_loss(&demand, x) >= 0 && plan_demand_loss2(&demand, x) >= 0);
	HOLDS(plan_demand_loss(&demand, x) >= plan_demand_loss(&demand, x + 1));
	HOLDS(plan_demand_reach(&demand, plan_demand_quantile(&demand, level)) >= level - 1e-9 ||
		  demand.shape == PLAN_NORMAL);
	if (plan_safety(&demand, &target, &safety) == PLAN_OK)
		HOLDS(isfinite(safety.reorder_point) && safety.reorder_point >= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const properties[])(FuzzInput *) = { round_up, net, size_lots, deliver,
													   distribute };
	FuzzInput input = { data, size };

	properties[fuzz_byte(&input) % (sizeof(properties) / sizeof(properties[0]))](&input);
	while (piece_count > 0)
		free(pieces[--piece_count]);
	return 0;
}
