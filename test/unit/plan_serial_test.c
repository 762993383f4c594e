/*
 * plan_serial_test.c
 *	  Chains of places against published ones, the newsvendor, and every pair of levels.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/plan/newsvendor.h"
#include "core/plan/serial.h"

#include "forecast_unit.h"

static PlanStage
normal_stage(double holding_cost, double lead_time, double mean, double deviation)
{
	PlanStage stage = { .holding_cost = holding_cost };

	CHECK(plan_demand_normal(mean * lead_time, deviation * sqrt(lead_time), &stage.demand) ==
		  PLAN_OK);
	return stage;
}

static PlanStage
count_stage(double holding_cost, double mean, double variance)
{
	PlanStage stage = { .holding_cost = holding_cost };

	CHECK(plan_demand_counts(&unit_work, mean, variance, &stage.demand) == PLAN_OK);
	return stage;
}

/*
 * Case E5, three places.  What is published there, 6.59966, 11.99663, 22.79056 and 47.77466,
 * was computed with 100 values; the same program with 1000 values gives 6.51444, 12.01233,
 * 22.70024 and 47.66865, and the textbook 6.49, 12.02, 22.71 and 47.65 (Snyder & Shen 2019,
 * Fundamentals of Supply Chain Theory, 2nd ed., example 6.1).
 */
static void
published(void)
{
	PlanStage chain[] = { normal_stage(3, 1, 5, 1), normal_stage(2, 1, 5, 1),
						  normal_stage(2, 2, 5, 1) };

	CHECK(plan_serial(&unit_work, chain, 3, 37.12) == PLAN_OK);
	CHECK(near(chain[0].level, 6.49, 1e-3) && near(chain[0].level, 6.59966, 0.02));
	CHECK(near(chain[1].level, 12.02, 1e-3) && near(chain[1].level, 11.99663, 0.005));
	CHECK(near(chain[2].level, 22.71, 1e-3) && near(chain[2].level, 22.79056, 0.005));
	CHECK(near(chain[2].cost, 47.65, 5e-4) && near(chain[2].cost, 47.77466, 0.003));
	drop_pieces();
}

/* One place is a newsvendor: what it holds beyond its demand costs h, what is missing p. */
static void
one_place(void)
{
	PlanStage normal = normal_stage(0.18, 1, 50, 8);
	PlanStage counts = count_stage(1, 4, 4);
	PlanNewsvendor one;

	CHECK(plan_newsvendor(&normal.demand, 0.18, 0.7, &one) == PLAN_OK);
	CHECK(plan_serial(&unit_work, &normal, 1, 0.7) == PLAN_OK);
	CHECK(near(normal.level, one.quantity, 1e-6) && near(normal.cost, one.cost, 1e-9));
	CHECK(plan_newsvendor(&counts.demand, 1, 4, &one) == PLAN_OK);
	CHECK(plan_serial(&unit_work, &counts, 1, 4) == PLAN_OK);
	CHECK(counts.level == one.quantity && near(counts.cost, one.cost, 1e-9));
	drop_pieces();
}

/* Cost of two levels, from what is on hand and missing in each event. */
static double
cost_of_pair(const PlanStage *chain, double shortage_cost, double first, double second)
{
	const PlanDemand *near_demand = &chain[0].demand;
	const PlanDemand *far_demand = &chain[1].demand;
	double local = chain[0].holding_cost + chain[1].holding_cost;
	double cost = 0;

	for (int i = 0; i < far_demand->count; i++)
	{
		double echelon = second - (double) (far_demand->first + i);
		double sent = fmin(first, echelon);

		for (int k = 0; k < near_demand->count; k++)
		{
			double left = sent - (double) (near_demand->first + k);
			double at = chain[1].holding_cost * (echelon - sent + near_demand->mean);

			at += left > 0 ? local * left : -shortage_cost * left;
			cost += far_demand->value[i] * near_demand->value[k] * at;
		}
	}
	return cost;
}

/*
 * No pair of levels of a two-stage chain costs less.  The echelon holds what is in the upper
 * place, on the way, and on hand below; what is on the way is the demand of a lead time.
 */
static void
by_search(void)
{
	for (int round = 0; round < 12; round++)
	{
		double mean = 0.5 + (double) unit_random_in(0, 40) / 10;
		double shortage_cost = (double) unit_random_in(1, 60);
		PlanStage chain[] = {
			count_stage((double) unit_random_in(1, 5), mean, mean * (1 + round % 3)),
			count_stage((double) unit_random_in(1, 5), 2 * mean, 2 * mean * (1 + round % 3)),
		};
		double least = INFINITY;

		CHECK(plan_serial(&unit_work, chain, 2, shortage_cost) == PLAN_OK);
		for (int first = 0; first < 40; first++)
		{
			for (int second = 0; second < 60; second++)
				least = fmin(least, cost_of_pair(chain, shortage_cost, first, second));
		}
		CHECK(near(cost_of_pair(chain, shortage_cost, chain[0].level, chain[1].level), least,
				   1e-9));
		CHECK(near(chain[1].cost, least, 1e-9));
		drop_pieces();
	}
}

/* Counts of a large mean are as good as normal; a way without time changes no level. */
static void
shapes_agree(void)
{
	PlanStage normal[] = { normal_stage(1, 1, 400, 20), normal_stage(1, 3, 400, 20) };
	PlanStage counts[] = { count_stage(1, 400, 400), count_stage(1, 1200, 1200) };
	PlanStage longer[] = { normal[0], normal_stage(1, 0, 400, 20), normal[1] };
	PlanStage known[] = { normal_stage(1, 1, 5, 0), normal_stage(1, 2, 5, 0) };

	CHECK(plan_serial(&unit_work, normal, 2, 20) == PLAN_OK);
	CHECK(plan_serial(&unit_work, counts, 2, 20) == PLAN_OK);
	CHECK(fabs(normal[0].level - counts[0].level) < 1.5);
	CHECK(fabs(normal[1].level - counts[1].level) < 1.5);
	CHECK(near(normal[1].cost, counts[1].cost, 2e-3));
	CHECK(plan_serial(&unit_work, longer, 3, 20) == PLAN_OK);
	CHECK(isfinite(longer[2].level) && longer[2].cost > normal[1].cost);
	CHECK(plan_serial(&unit_work, known, 2, 20) == PLAN_OK);
	CHECK(near(known[0].level, 5, 1e-9) && near(known[1].level, 15, 1e-9));
	CHECK(near(known[1].cost, 5, 1e-9));
	drop_pieces();
}

/* ---- by the definition ---- */

#define POINTS 1200
#define DEVIATIONS 8.0

static double
density(double z)
{
	return exp(-z * z / 2) / 2.50662827463100050242;
}

/* Of the first, with every unit that is missing. */
static double
first_cost(const PlanStage *chain, double lost, double y)
{
	double sigma = chain[0].demand.deviation;
	double z = (y - chain[0].demand.mean) / sigma;
	double missing = sigma * (density(z) - z * erfc(z / sqrt(2)) / 2);

	return chain[0].holding_cost * (y - chain[0].demand.mean) + lost * missing;
}

/* Of stage j at y by the trapezoid over all of each demand: no table, and no straight line. */
static double
cost_at(const PlanStage *chain, int j, double lost, double y)
{
	double width = 2 * DEVIATIONS / POINTS;
	double sum = 0;

	if (j == 0)
		return first_cost(chain, lost, y);
	for (int i = 0; i <= POINTS; i++)
	{
		double z = -DEVIATIONS + i * width;
		double x = y - chain[j].demand.mean - z * chain[j].demand.deviation;

		sum += density(z) * cost_at(chain, j - 1, lost, fmin(x, chain[j - 1].level));
	}
	return chain[j].holding_cost * (y - chain[j].demand.mean) + sum * width;
}

/* The last one's demand varies by far more than all that lies in the places before. */
static void
far_below(void)
{
	PlanStage chain[] = { normal_stage(3, 1, 20, 1), normal_stage(2, 1, 20, 1),
						  normal_stage(1, 1, 400, 100) };
	double lost = 15 + 3 + 2 + 1;

	CHECK(plan_serial(&unit_work, chain, 3, 15) == PLAN_OK);
	CHECK(near(chain[2].cost, cost_at(chain, 2, lost, chain[2].level), 1e-5));
	CHECK(cost_at(chain, 2, lost, chain[2].level - 10) > chain[2].cost);
	CHECK(cost_at(chain, 2, lost, chain[2].level + 10) > chain[2].cost);
	drop_pieces();
}

static void
arguments(void)
{
	PlanStage chain[] = { normal_stage(1, 1, 5, 1), normal_stage(1, 1, 5, 1),
						  normal_stage(1, 1, 5, 1) };
	PlanStage mixed[] = { normal_stage(1, 1, 5, 1), count_stage(1, 5, 5) };
	PlanStage uneven[] = { normal_stage(1, 1, 5, 1), normal_stage(1, 1e-9, 5, 1),
						   normal_stage(1, 1, 5, 1) };

	CHECK(plan_serial(&unit_work, chain, 0, 1) == PLAN_BAD_ARGUMENT);
	CHECK(plan_serial(&unit_work, chain, 3, NAN) == PLAN_BAD_ARGUMENT);
	CHECK(plan_serial(&unit_work, chain, 3, 0) == PLAN_NO_OPTIMUM);
	CHECK(plan_serial(&unit_work, mixed, 2, 1) == PLAN_BAD_ARGUMENT);
	CHECK(plan_serial(&unit_work, uneven, 3, 1) == PLAN_TOO_LARGE);
	chain[1].holding_cost = 0;
	CHECK(plan_serial(&unit_work, chain, 3, 1) == PLAN_NO_OPTIMUM);
	chain[1].holding_cost = 1;
	interruptions_left = 2;
	CHECK(plan_serial(&unit_work, chain, 3, 1) == PLAN_INTERRUPTED);
	interruptions_left = -1;
	allocations_left = 0;
	CHECK(plan_serial(&unit_work, chain, 3, 1) == PLAN_NO_MEMORY);
	allocations_left = -1;
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: a chain of places as published", published },
		{ "plan: a chain of one place is a newsvendor", one_place },
		{ "plan: a chain of two places against every pair of levels", by_search },
		{ "plan: a chain of normal demand as one of counts", shapes_agree },
		{ "plan: a chain far below its levels", far_below },
		{ "plan: a chain refuses what has no answer", arguments }
	};

	return UNIT_RUN(groups);
}
