/*
 * plan_policy_test.c
 *	  (r, Q) and (s, S): published values, and search for anything that costs less.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/plan/rq.h"
#include "core/plan/ss.h"

#include "forecast_unit.h"

static bool
close_to(double actual, double expected, double tolerance)
{
	return fabs(actual - expected) <= tolerance;
}

/* ---- (r, Q) ---- */

/* Case E5: demand 1300 a year with deviation 150, lead time a twelfth. */
static void
rq_published(void)
{
	const PlanRq rq = { 1300, 8, 0.225, 7.5 };
	PlanRqResult result;
	PlanDemand demand;

	CHECK(plan_demand_normal(1300 / 12.0, 150 / sqrt(12), &demand) == PLAN_OK);
	CHECK(plan_rq_eil(&rq, &demand, &result) == PLAN_OK);
	CHECK(close_to(result.reorder_point, 213.970, 5e-4));
	CHECK(close_to(result.quantity, 318.590, 5e-4) && close_to(result.cost, 95.4511, 5e-5));
	CHECK(plan_rq_eoq(&rq, &demand, &result) == PLAN_OK);
	CHECK(close_to(result.quantity, 304.0468, 5e-5));
	CHECK(close_to(plan_demand_reach(&demand, result.reorder_point), 7.5 / 7.725, 1e-9));
}

/* By Simpson's rule, and no neighbour costs less. */
static void
rq_of_normal_demand(void)
{
	for (int i = 0; i < 200; i++)
	{
		const PlanRq rq = { (double) unit_random_in(1, 5000), (double) unit_random_in(1, 500),
							(double) unit_random_in(1, 50) / 10,
							(double) unit_random_in(1, 500) / 10 };
		PlanDemand demand;
		PlanRqResult best;
		PlanRqResult other;
		double sum = 0;

		CHECK(plan_demand_normal((double) unit_random_in(0, 900), (double) unit_random_in(0, 99),
								 &demand) == PLAN_OK);
		CHECK(plan_rq(&unit_work, &rq, &demand, &best) == PLAN_OK);
		for (int k = 0; k <= 2000; k++)
		{
			double y = best.reorder_point + best.quantity * k / 2000;

			sum += (rq.holding_cost * (y - demand.mean) +
					(rq.holding_cost + rq.shortage_cost) * plan_demand_loss(&demand, y)) *
				   (k == 0 || k == 2000 ? 1 : k % 2 ? 4 :
													  2);
		}
		sum = (sum * best.quantity / 6000 + rq.order_cost * rq.demand_rate) / best.quantity;
		CHECK(near(best.cost, sum, 1e-5));
		for (int k = 0; k < 25; k++)
		{
			double scale = best.quantity * 0.05;

			CHECK(plan_rq_at(&rq, &demand, best.reorder_point + (k / 5 - 2) * scale,
							 best.quantity + (k % 5 - 2) * scale, &other) == PLAN_OK);
			CHECK(other.cost >= best.cost * (1 - 1e-9));
		}
		CHECK(plan_rq_eoq(&rq, &demand, &other) == PLAN_OK);
		CHECK(other.cost >= best.cost * (1 - 1e-9));
	}
}

/* Cost by its definition: the mean of what each position costs. */
static double
slow_rq(const PlanRq *rq, const PlanDemand *demand, int r, int quantity)
{
	double sum = rq->order_cost * rq->demand_rate;

	for (int y = r + 1; y <= r + quantity; y++)
	{
		for (int i = 0; i < demand->count; i++)
		{
			bool sample = demand->shape == PLAN_SAMPLE;
			double asked = sample ? demand->value[i] : (double) (demand->first + i);
			double chance = sample ? 1.0 / demand->count : demand->value[i];
			double left = y - asked;

			sum += chance * (left > 0 ? rq->holding_cost * left : -rq->shortage_cost * left);
		}
	}
	return sum / quantity;
}

static void
rq_by_search(void)
{
	for (int i = 0; i < 24; i++)
	{
		const PlanRq rq = { 1 + i % 5, (double) unit_random_in(1, 30), 1,
							(double) unit_random_in(1, 20) };
		double values[5];
		PlanDemand demand;
		PlanRqResult best;
		PlanRqResult at;
		double least = INFINITY;

		for (int k = 0; k < 5; k++)
			values[k] = (double) unit_random_in(0, 20) / (i % 4 == 0 ? 3 : 1);
		if (i % 2)
			CHECK(plan_demand_counts(&unit_work, 1 + i % 7, 1 + i, &demand) == PLAN_OK);
		else
			CHECK(plan_demand_sample(&unit_work, values, 5, &demand) == PLAN_OK);
		CHECK(plan_rq(&unit_work, &rq, &demand, &best) == PLAN_OK);
		for (int r = -12; r < 30; r++)
		{
			for (int quantity = 1; quantity < 40; quantity++)
				least = fmin(least, slow_rq(&rq, &demand, r, quantity));
		}
		CHECK(near(best.cost, least, 1e-9));
		CHECK(near(slow_rq(&rq, &demand, (int) best.reorder_point, (int) best.quantity), best.cost,
				   1e-9));
		CHECK(plan_rq_eoq(&rq, &demand, &at) == PLAN_OK && at.cost >= best.cost - 1e-9);
		drop_pieces();
	}
}

static void
rq_refused(void)
{
	PlanDemand demand;
	PlanDemand whole;
	PlanRqResult result;

	plan_demand_normal(10, 3, &demand);
	CHECK(plan_demand_counts(&unit_work, 10, 10, &whole) == PLAN_OK);
	CHECK(plan_rq(&unit_work, &(PlanRq){ 0, 1, 1, 1 }, &demand, &result) == PLAN_NO_DEMAND);
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1, 0, 1, 1 }, &demand, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1, 1, 0, 1 }, &demand, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1, 1, 1, 0 }, &demand, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1, NAN, 1, 1 }, &demand, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_rq_at(&(PlanRq){ 1, 1, 1, 1 }, &demand, 1, 0, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_rq_at(&(PlanRq){ 1, 1, 1, 1 }, &whole, 1, 1.5, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_rq_at(&(PlanRq){ 1, 1, 1, 1 }, &whole, 0.5, 1, &result) == PLAN_BAD_ARGUMENT);
	/* Waiting is cheaper than any stock. */
	CHECK(plan_rq_eil(&(PlanRq){ 1, 1, 1, 0.5 }, &demand, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1e18, 1e18, 1e-9, 1e-9 }, &whole, &result) ==
		  PLAN_TOO_LARGE);
	interruptions_left = 2;
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1e18, 1e18, 1e-9, 1e-9 }, &whole, &result) ==
		  PLAN_INTERRUPTED);
	interruptions_left = -1;
	CHECK(plan_rq(&unit_work, &(PlanRq){ 1e300, 1e300, 1e-300, 1 }, &demand, &result) != PLAN_OK);
	drop_pieces();
}

/* ---- (s, S) ---- */

static PlanSsResult
ss_of_poisson(double order_cost, double shortage_cost, double mean)
{
	const PlanSs ss = { order_cost, 1, shortage_cost };
	PlanSsResult result = { 0, 0, NAN };
	PlanDemand demand;

	CHECK(plan_demand_counts(&unit_work, mean, mean, &demand) == PLAN_OK);
	CHECK(plan_ss(&unit_work, &ss, &demand, &demand, &result) == PLAN_OK);
	return result;
}

/* Case E5, from the tables of Zheng & Federgruen (1991). */
static void
ss_published(void)
{
	const PlanSs ss = { 5, 1, 4 };
	PlanSsResult result = ss_of_poisson(64, 9, 10);
	PlanDemand demand;
	double cost;

	CHECK(result.reorder_point == 6 && result.order_up_to == 40);
	CHECK(close_to(result.cost, 35.022, 5e-4));
	result = ss_of_poisson(64, 9, 15);
	CHECK(result.reorder_point == 10 && result.order_up_to == 49);
	CHECK(close_to(result.cost, 42.698, 5e-4));
	result = ss_of_poisson(5, 4, 6);
	CHECK(result.reorder_point == 4 && result.order_up_to == 10);
	CHECK(close_to(result.cost, 8.0341, 5e-5));
	CHECK(plan_demand_counts(&unit_work, 6, 6, &demand) == PLAN_OK);
	CHECK(plan_ss_at(&unit_work, &ss, &demand, &demand, 6, 18, &cost) == PLAN_OK);
	CHECK(close_to(cost, 10.1938, 5e-5));

	/* Where an order costs nothing it is placed every period, up to the newsvendor's level. */
	result = ss_of_poisson(0, 9, 10);
	CHECK(result.reorder_point == 13 && result.order_up_to == 14);
	drop_pieces();
}

/* Any demand, lead times too: no pair in a wide range costs less. */
static void
ss_by_search(void)
{
	for (int i = 0; i < 9; i++)
	{
		double table[] = { 0, 0, 0, 0, 0, 0, 0, 0 };
		PlanSs ss = { (double) unit_random_in(0, 60), (double) unit_random_in(1, 9),
					  (double) unit_random_in(1, 40) };
		PlanDemand period;
		PlanDemand lead_time;
		PlanSsResult best;
		double least = INFINITY;

		for (int k = 0; k < 4; k++)
			table[unit_random_in(k > 0, 7)] += (double) unit_random_in(1, 9);
		CHECK(plan_demand_table(&unit_work, table, 8, &period) == PLAN_OK);
		CHECK(plan_demand_counts(&unit_work, period.mean * (1 + i % 3), period.mean * (2 + i % 5),
								 &lead_time) == PLAN_OK);
		CHECK(plan_ss(&unit_work, &ss, &period, &lead_time, &best) == PLAN_OK);
		for (int s = -25; s < 40; s++)
		{
			for (int up_to = s + 1; up_to < 75; up_to++)
			{
				double cost = NAN;

				CHECK(plan_ss_at(&unit_work, &ss, &period, &lead_time, s, up_to, &cost) == PLAN_OK);
				least = fmin(least, cost);
			}
		}
		CHECK(near(best.cost, least, 1e-9));
		drop_pieces();
	}
}

/* A long run of a policy costs what it should: deliveries at once, normal costs. */
static void
ss_by_simulation(void)
{
	const PlanSs ss = { 20, 1, 9 };
	const double table[] = { 3, 0, 2, 0, 0, 1 };
	PlanDemand demand;
	double cost;
	double sum = 0;
	int64_t stock = 17;

	CHECK(plan_demand_table(&unit_work, table, 6, &demand) == PLAN_OK);
	CHECK(plan_ss_at(&unit_work, &ss, &demand, &demand, 2, 17, &cost) == PLAN_OK);
	for (int t = 0; t < 400000; t++)
	{
		int64_t draw = unit_random_in(0, 5);

		if (stock <= 2)
		{
			sum += ss.order_cost;
			stock = 17;
		}
		stock -= draw < 3 ? 0 : draw < 5 ? 2 :
										   5;
		sum += stock > 0 ? (double) stock : -9.0 * (double) stock;
	}
	CHECK(near(cost, sum / 400000, 0.01));
	drop_pieces();
}

static void
ss_refused(void)
{
	PlanDemand demand;
	PlanDemand normal;
	PlanDemand nothing;
	PlanSsResult result;
	double cost;

	CHECK(plan_demand_counts(&unit_work, 10, 10, &demand) == PLAN_OK);
	CHECK(plan_demand_counts(&unit_work, 0, 0, &nothing) == PLAN_OK);
	CHECK(plan_demand_normal(10, 3, &normal) == PLAN_OK);
	CHECK(plan_ss(&unit_work, &(PlanSs){ 1, 1, 1 }, &normal, &demand, &result) ==
		  PLAN_BAD_ARGUMENT);
	CHECK(plan_ss(&unit_work, &(PlanSs){ NAN, 1, 1 }, &demand, &demand, &result) ==
		  PLAN_BAD_ARGUMENT);
	CHECK(plan_ss(&unit_work, &(PlanSs){ 1, 0, 1 }, &demand, &demand, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_ss(&unit_work, &(PlanSs){ 1, 1, 0 }, &demand, &demand, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_ss(&unit_work, &(PlanSs){ 1, 1, 1 }, &nothing, &nothing, &result) == PLAN_NO_DEMAND);
	CHECK(plan_ss_at(&unit_work, &(PlanSs){ 1, 1, 1 }, &demand, &demand, 5, 5, &cost) ==
		  PLAN_BAD_ARGUMENT);
	CHECK(plan_ss_at(&unit_work, &(PlanSs){ 1, 1, 1 }, &demand, &demand, INT64_MIN, INT64_MAX,
					 &cost) == PLAN_BAD_ARGUMENT);
	CHECK(plan_ss_at(&unit_work, &(PlanSs){ 1, 1, 1 }, &demand, &demand, 0, 1000000, &cost) ==
		  PLAN_TOO_LARGE);
	interruptions_left = 1;
	CHECK(plan_ss(&unit_work, &(PlanSs){ 1e12, 1, 1 }, &demand, &demand, &result) ==
		  PLAN_INTERRUPTED);
	interruptions_left = -1;
	allocations_left = 0;
	CHECK(plan_ss(&unit_work, &(PlanSs){ 1, 1, 1 }, &demand, &demand, &result) == PLAN_NO_MEMORY);
	allocations_left = -1;
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: (r, Q) approximations as published", rq_published },
		{ "plan: (r, Q) of normal demand is a minimum", rq_of_normal_demand },
		{ "plan: (r, Q) of whole demand against search", rq_by_search },
		{ "plan: (r, Q) refuses what has no answer", rq_refused },
		{ "plan: (s, S) as published", ss_published },
		{ "plan: (s, S) against search", ss_by_search },
		{ "plan: (s, S) against simulation", ss_by_simulation },
		{ "plan: (s, S) refuses what has no answer", ss_refused }
	};

	return UNIT_RUN(groups);
}
