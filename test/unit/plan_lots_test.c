/*
 * plan_lots_test.c
 *	  Lot sizes against every plan there is.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/plan/lots.h"

#include "forecast_unit.h"

#define PERIODS 8

/* Case E5: 90, 120, 80, 70 with 500 an order and 2 for a unit kept over a period. */
static void
published(void)
{
	static const int64_t demand[] = { 90, 120, 80, 70 };
	static const double order_cost[] = { 500, 500, 500, 500 };
	static const double holding_cost[] = { 2, 2, 2, 2 };
	const PlanLots lots = { 4, demand, order_cost, holding_cost, NULL };
	int64_t order[4];
	double cost;

	CHECK(plan_lots(&unit_work, &lots, order, &cost) == PLAN_OK && near(cost, 1380, 1e-12));
	CHECK(order[0] == 210 && order[1] == 0 && order[2] == 150 && order[3] == 0);
	drop_pieces();
}

/* The cheapest of all 2^n choices of the periods with an order. */
static double
cheapest(const PlanLots *lots)
{
	double least = INFINITY;

	for (int chosen = 0; chosen < 1 << lots->n; chosen++)
	{
		int64_t order[PERIODS] = { 0 };
		double cost;
		int last = -1;
		bool possible = true;

		for (int t = 0; t < lots->n; t++)
		{
			if (chosen >> t & 1)
				last = t;
			if (last >= 0)
				order[last] += lots->demand[t];
			else
				possible = possible && lots->demand[t] == 0;
		}
		if (possible && CHECK(plan_lots_cost(lots, order, &cost) == PLAN_OK))
			least = fmin(least, cost);
	}
	return least;
}

static void
by_search(void)
{
	for (int i = 0; i < 6000; i++)
	{
		static int64_t demand[PERIODS];
		int64_t order[PERIODS];
		double costs[3][PERIODS];
		PlanLots lots = { (int) unit_random_in(1, PERIODS), demand, costs[0], costs[1], costs[2] };
		double cost;
		double again;

		for (int t = 0; t < PERIODS; t++)
		{
			demand[t] = unit_random_in(0, 3) == 0 ? 0 : unit_random_in(0, 60);
			costs[0][t] = (double) unit_random_in(0, 90);
			costs[1][t] = (double) unit_random_in(0, 3);
			costs[2][t] = (double) unit_random_in(0, 4);
		}
		if (i % 3 == 0)
			lots.unit_cost = NULL;
		CHECK(plan_lots(&unit_work, &lots, order, &cost) == PLAN_OK);
		CHECK(plan_lots_cost(&lots, order, &again) == PLAN_OK && cost == again);
		CHECK(fabs(cost - cheapest(&lots)) < 1e-9);
		drop_pieces();
	}
}

/* Ten thousand periods in no time, of a cost that favours lots of fifty. */
static void
long_horizon(void)
{
	static int64_t demand[PLAN_PERIODS_MAX];
	static int64_t order[PLAN_PERIODS_MAX];
	static double order_cost[PLAN_PERIODS_MAX];
	static double holding_cost[PLAN_PERIODS_MAX];
	PlanLots lots = { PLAN_PERIODS_MAX, demand, order_cost, holding_cost, NULL };
	int64_t sum = 0;
	double cost;

	for (int t = 0; t < PLAN_PERIODS_MAX; t++)
	{
		demand[t] = 10;
		order_cost[t] = 12500;
		holding_cost[t] = 1;
	}
	CHECK(plan_lots(&unit_work, &lots, order, &cost) == PLAN_OK);
	for (int t = 0; t < PLAN_PERIODS_MAX; t++)
		sum += order[t];
	CHECK(sum == 100000 && order[0] == 500 && order[50] == 500);
	lots.holding_cost = NULL;
	CHECK(plan_lots(&unit_work, &lots, order, &cost) == PLAN_OK);
	CHECK(order[0] == 100000 && cost == 12500);
	interruptions_left = 3;
	CHECK(plan_lots(&unit_work, &lots, order, &cost) == PLAN_INTERRUPTED);
	interruptions_left = -1;
	drop_pieces();
}

static void
refused(void)
{
	static const double bad_cost[] = { 1, NAN };
	static const double huge[] = { 1e308, 1e308 };
	int64_t order[2];
	double cost;

	CHECK(plan_lots(&unit_work, &(PlanLots){ .n = 0 }, order, &cost) == PLAN_BAD_ARGUMENT);
	CHECK(plan_lots(&unit_work, &(PlanLots){ .n = PLAN_PERIODS_MAX + 1 }, order, &cost) ==
		  PLAN_TOO_LARGE);
	CHECK(plan_lots(&unit_work, &(PlanLots){ 2, (int64_t[]){ 1, -1 }, NULL, NULL, NULL }, order,
					&cost) == PLAN_BAD_ARGUMENT);
	CHECK(plan_lots(&unit_work, &(PlanLots){ 2, (int64_t[]){ 1, 1 }, bad_cost, NULL, NULL }, order,
					&cost) == PLAN_BAD_ARGUMENT);
	CHECK(plan_lots(&unit_work, &(PlanLots){ 2, (int64_t[]){ 1, INT64_MAX }, NULL, NULL, NULL },
					order, &cost) == PLAN_OVERFLOW);
	CHECK(plan_lots(&unit_work, &(PlanLots){ 2, (int64_t[]){ 9, 9 }, NULL, huge, huge }, order,
					&cost) == PLAN_OVERFLOW);
	CHECK(plan_lots(&unit_work, &(PlanLots){ 2, (int64_t[]){ 0, 0 }, NULL, NULL, NULL }, order,
					&cost) == PLAN_OK);
	CHECK(order[0] == 0 && order[1] == 0 && cost == 0);
	CHECK(plan_lots_cost(&(PlanLots){ 2, (int64_t[]){ 1, 2 }, NULL, NULL, NULL },
						 (int64_t[]){ 1, 1 }, &cost) == PLAN_BAD_ARGUMENT);
	drop_pieces();
	for (int i = 0; i < 2; i++)
	{
		allocations_left = i;
		CHECK(plan_lots(&unit_work, &(PlanLots){ 2, (int64_t[]){ 1, 1 }, NULL, NULL, NULL }, order,
						&cost) == PLAN_NO_MEMORY);
		drop_pieces();
	}
	allocations_left = -1;
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: lot sizes as published", published },
		{ "plan: lot sizes against every plan", by_search },
		{ "plan: lot sizes over a long horizon", long_horizon },
		{ "plan: lot sizes refuse what has no answer", refused }
	};

	return UNIT_RUN(groups);
}
