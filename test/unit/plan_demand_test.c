/*
 * plan_demand_test.c
 *	  Distributions of demand, newsvendor, safety stock.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/demand.h"
#include "core/plan/newsvendor.h"
#include "core/plan/safety.h"

#include "forecast_unit.h"

static bool
close_to(double actual, double expected, double tolerance)
{
	return fabs(actual - expected) <= tolerance;
}

/* ---- distributions ---- */

/* Loss functions tabled by Silver, Pyke & Thomas (2017), appendix II. */
static void
normal_losses(void)
{
	double sum = 0;

	CHECK(close_to(plan_normal_loss(0), 0.3989423, 1e-7));
	CHECK(close_to(plan_normal_loss(1), 0.0833155, 1e-7));
	CHECK(close_to(plan_normal_loss(2), 0.0084907, 1e-7));
	CHECK(close_to(plan_normal_loss(-1), 1.0833155, 1e-7));
	CHECK(close_to(plan_normal_loss(-40), 40, 1e-12) && plan_normal_loss(40) >= 0);
	/* By Simpson's rule from -1 to 9. */
	for (int i = 0; i <= 2000; i++)
		sum += plan_normal_loss(-1 + i * 0.005) * (i == 0 || i == 2000 ? 1 : i % 2 ? 4 :
																					 2);
	CHECK(close_to(plan_normal_loss2(-1), sum * 0.005 / 3, 1e-9));
	CHECK(plan_normal_loss2(0) == 0.25 && plan_normal_loss2(40) >= 0);
}

static double
slow_probability(double mean, double variance, int k)
{
	double r = mean * mean / (variance - mean);

	if (variance <= mean)
		return exp(k * log(mean) - mean - lgamma(k + 1));
	return exp(lgamma(k + r) - lgamma(r) - lgamma(k + 1) + r * log(mean / variance) +
			   k * log1p(-mean / variance));
}

static double
slow_loss(double mean, double variance, double x)
{
	double sum = 0;

	for (int k = 0; k < 3000; k++)
		sum += fmax(k - x, 0) * slow_probability(mean, variance, k);
	return sum;
}

static void
counts(void)
{
	static const double moments[][2] = {
		{ 0.02, 0.02 }, { 3, 3 }, { 60, 10 }, { 0.3, 4 }, { 40, 90 }
	};

	for (int i = 0; i < 5; i++)
	{
		double mean = moments[i][0];
		double variance = fmax(moments[i][1], mean);
		double reach = 0;
		PlanDemand demand;

		CHECK(plan_demand_counts(&unit_work, mean, moments[i][1], &demand) == PLAN_OK);
		CHECK(near(demand.mean, mean, 1e-9) && near(demand.deviation, sqrt(variance), 1e-8));
		for (int k = 0; k < 80; k++)
		{
			reach += slow_probability(mean, variance, k);
			CHECK(close_to(plan_demand_reach(&demand, k), reach, 1e-11));
			CHECK(close_to(plan_demand_reach(&demand, k + 0.7), reach, 1e-11));
			CHECK(close_to(plan_demand_loss(&demand, k), slow_loss(mean, variance, k), 1e-9));
			CHECK(reach > 1 - 1e-9 || plan_demand_quantile(&demand, reach) == k ||
				  slow_probability(mean, variance, k) < 1e-9);
		}
		for (double level = 0.01; level < 1; level += 0.01)
			CHECK(plan_demand_quantile(&demand, level) ==
				  forecast_negative_binomial_quantile(mean, variance, level));
		drop_pieces();
	}
}

/* Losses below, within, between and above the values, of each shape, by their own sums. */
static void
second_losses(void)
{
	static const double values[] = { 3, 9, 9, 0, 5 };
	static const double table[] = { 2, 0, 1, 1 };
	PlanDemand demand[3];

	CHECK(plan_demand_counts(&unit_work, 30, 50, &demand[0]) == PLAN_OK);
	CHECK(plan_demand_sample(&unit_work, values, 5, &demand[1]) == PLAN_OK);
	CHECK(plan_demand_table(&unit_work, table, 4, &demand[2]) == PLAN_OK);
	CHECK(demand[2].mean == 1.25 && plan_demand_reach(&demand[2], 1) == 0.5);
	for (int i = 0; i < 3; i++)
	{
		for (int x = -20; x < 40; x++)
		{
			double sum = 0;

			for (int k = x + 1; k < 400; k++)
				sum += plan_demand_loss(&demand[i], k);
			CHECK(close_to(plan_demand_loss2(&demand[i], x), sum, 1e-7));
			CHECK(close_to(plan_demand_loss(&demand[i], x + 0.25),
						   plan_demand_loss(&demand[i], x) * 0.75 +
							   plan_demand_loss(&demand[i], x + 1) * 0.25,
						   1e-9));
		}
	}
	drop_pieces();
}

static void
samples(void)
{
	static const double values[] = { 7, 1, 4, 4 };
	PlanDemand demand;

	CHECK(plan_demand_sample(&unit_work, values, 4, &demand) == PLAN_OK);
	CHECK(demand.mean == 4 && close_to(demand.deviation, sqrt(18 / 4.0), 1e-12));
	CHECK(plan_demand_quantile(&demand, 0.25) == 1 && plan_demand_quantile(&demand, 0.26) == 4);
	CHECK(plan_demand_quantile(&demand, 0.75) == 4 && plan_demand_quantile(&demand, 0.99) == 7);
	CHECK(plan_demand_reach(&demand, 0.9) == 0 && plan_demand_reach(&demand, 4) == 0.75);
	CHECK(plan_demand_loss(&demand, 2) == 2.25 && plan_demand_loss(&demand, 8) == 0);
	drop_pieces();
}

static void
limits_of_distributions(void)
{
	PlanDemand demand;

	CHECK(plan_demand_normal(NAN, 1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_normal(1, -1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_normal(4, 0, &demand) == PLAN_OK && plan_demand_quantile(&demand, 0.9) == 4);
	CHECK(plan_demand_loss(&demand, 3) == 1 && plan_demand_loss2(&demand, 2) == 2);
	CHECK(plan_demand_counts(&unit_work, -1, 1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_counts(&unit_work, INFINITY, 1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_counts(&unit_work, 1, NAN, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_counts(&unit_work, 0, 0, &demand) == PLAN_OK);
	CHECK(plan_demand_quantile(&demand, 0.99) == 0 && plan_demand_loss(&demand, -2) == 2);
	CHECK(plan_demand_counts(&unit_work, 1e15, 1e15, &demand) == PLAN_TOO_LARGE);
	CHECK(plan_demand_counts(&unit_work, 1e300, 1e301, &demand) == PLAN_TOO_LARGE);
	CHECK(plan_demand_counts(&unit_work, 1, 1e12, &demand) == PLAN_TOO_LARGE);
	CHECK(plan_demand_counts(&unit_work, 1e-12, 1e-12, &demand) == PLAN_OK);
	CHECK(plan_demand_counts(&unit_work, 1e6, 1e6, &demand) == PLAN_OK);
	CHECK(near(demand.mean, 1e6, 1e-9) && near(demand.deviation, 1e3, 1e-6));
	CHECK(plan_demand_sample(&unit_work, (double[]){ 1, -1 }, 2, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_sample(&unit_work, NULL, 0, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_sample(&unit_work, (double[]){ 1e308, 1e308 }, 2, &demand) == PLAN_OVERFLOW);
	CHECK(plan_demand_table(&unit_work, (double[]){ 0, 0 }, 2, &demand) == PLAN_BAD_ARGUMENT);
	drop_pieces();
	for (int i = 0; i < 4; i++)
	{
		allocations_left = i;
		CHECK(plan_demand_counts(&unit_work, 5, 5, &demand) == PLAN_NO_MEMORY);
		drop_pieces();
	}
	allocations_left = -1;
	interruptions_left = 1;
	CHECK(plan_demand_counts(&unit_work, 1e7, 1e7, &demand) == PLAN_INTERRUPTED);
	interruptions_left = -1;
	drop_pieces();
}

/* ---- newsvendor ---- */

/* Case E5: h .18, p .7, normal (50, 8), at once and with lead time 4 and review period 1. */
static void
newsvendor_published(void)
{
	PlanNewsvendor result;
	PlanDemand demand;

	CHECK(plan_demand_normal(50, 8, &demand) == PLAN_OK);
	CHECK(plan_newsvendor(&demand, 0.18, 0.7, &result) == PLAN_OK);
	CHECK(close_to(result.quantity, 56.6040, 5e-5) && close_to(result.cost, 1.9976, 5e-5));
	CHECK(close_to(result.level, 0.7 / 0.88, 1e-12));
	CHECK(plan_demand_normal(250, 8 * sqrt(5), &demand) == PLAN_OK);
	CHECK(plan_newsvendor(&demand, 0.18, 0.7, &result) == PLAN_OK);
	CHECK(close_to(result.quantity, 264.7669, 5e-5) && close_to(result.cost, 4.4668, 5e-5));
}

/* No whole quantity up to 200 costs less. */
static void
newsvendor_is_a_minimum(void)
{
	for (int i = 0; i < 300; i++)
	{
		double mean = (double) unit_random_in(1, 400) / 10;
		double values[7];
		double over = (double) unit_random_in(1, 99);
		double under = (double) unit_random_in(1, 99);
		PlanNewsvendor best;
		PlanNewsvendor other;
		PlanDemand demand;

		for (int k = 0; k < 7; k++)
			values[k] = (double) unit_random_in(0, 90);
		if (i % 2)
			CHECK(plan_demand_counts(&unit_work, mean, mean * (i % 4), &demand) == PLAN_OK);
		else
			CHECK(plan_demand_sample(&unit_work, values, 7, &demand) == PLAN_OK);
		CHECK(plan_newsvendor(&demand, over, under, &best) == PLAN_OK);
		CHECK(best.level >= under / (over + under) - 1e-9);
		for (int q = 0; q < 200; q++)
			CHECK(plan_newsvendor_at(&demand, over, under, q, &other) == PLAN_OK &&
				  other.cost >= best.cost - 1e-9);
		drop_pieces();
	}
}

static void
newsvendor_refused(void)
{
	PlanNewsvendor result;
	PlanDemand demand;

	plan_demand_normal(50, 8, &demand);
	CHECK(plan_newsvendor(&demand, 0, 1, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_newsvendor(&demand, 1, 0, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_newsvendor(&demand, 1e300, 1e-300, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_newsvendor(&demand, NAN, 1, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_newsvendor(&demand, 1, -1, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_newsvendor_at(&demand, 1, 1, NAN, &result) == PLAN_BAD_ARGUMENT);
}

/* ---- safety stock ---- */

static PlanSafety
safety_of(const PlanDemand *demand, PlanService service, double level, double order_quantity)
{
	PlanTarget target = { service, level, order_quantity };
	PlanSafety safety = { 0 };

	CHECK(plan_safety(demand, &target, &safety) == PLAN_OK);
	return safety;
}

/*
 * Mean 50, deviation 25, lead time 4, factor 1.28: the reorder point is 264, the lead-time
 * demand of 200 and 64 of safety stock; root 4 belongs to the deviation and not to the mean.
 */
static void
reorder_point(void)
{
	PlanDemand demand;
	PlanSafety safety;
	double mean;
	double variance;

	CHECK(plan_lead_time_moments(&(PlanLeadTime){ 50, 625, 4, 0 }, &mean, &variance) == PLAN_OK);
	CHECK(mean == 200 && variance == 2500);
	plan_demand_normal(mean, sqrt(variance), &demand);
	safety = safety_of(&demand, PLAN_CYCLE_SERVICE, 0.8997274320, 0);
	CHECK(close_to(safety.safety_stock, 64, 1e-6) && close_to(safety.reorder_point, 264, 1e-6));
	CHECK(close_to(safety.cycle_service, 0.8997274320, 1e-9) && isnan(safety.fill_rate));

	/* A lead time that varies: 4 * 625 + 50^2 * 1. */
	CHECK(plan_lead_time_moments(&(PlanLeadTime){ 50, 625, 4, 1 }, &mean, &variance) == PLAN_OK);
	CHECK(mean == 200 && variance == 5000);
	CHECK(plan_lead_time_moments(&(PlanLeadTime){ -1, 1, 4, 1 }, &mean, &variance) != PLAN_OK);
	CHECK(plan_lead_time_moments(&(PlanLeadTime){ 1, 1, NAN, 1 }, &mean, &variance) != PLAN_OK);
	CHECK(plan_lead_time_moments(&(PlanLeadTime){ 1e200, 1, 1, 1 }, &mean, &variance) ==
		  PLAN_OVERFLOW);
}

/* The fill rate by its own sum: every position of the stock is as likely as another. */
static double
slow_fill_rate(const PlanDemand *demand, double r, int quantity)
{
	double missing = 0;

	for (int k = 1; k <= quantity; k++)
		missing += 1 - plan_demand_reach(demand, r + k - 1);
	return 1 - missing / quantity;
}

static void
fill_rates(void)
{
	for (int i = 0; i < 400; i++)
	{
		double mean = (double) unit_random_in(5, 300) / 10;
		int quantity = (int) unit_random_in(1, 60);
		double before = -1;
		PlanDemand demand;
		PlanSafety safety;

		CHECK(plan_demand_counts(&unit_work, mean, mean * (1 + i % 3), &demand) == PLAN_OK);
		for (int r = -70; r < 120; r++)
		{
			double rate = plan_fill_rate(&demand, r, quantity);

			CHECK(rate >= before - 1e-12);
			CHECK(r < 0 || close_to(rate, slow_fill_rate(&demand, r, quantity), 1e-8));
			before = rate;
		}
		safety = safety_of(&demand, PLAN_FILL_RATE, 0.9 + (i % 10) * 0.0099, quantity);
		CHECK(safety.fill_rate >= 0.9 + (i % 10) * 0.0099 - 1e-9);
		CHECK(safety.reorder_point == floor(safety.reorder_point));
		CHECK(safety.reorder_point == 0 ||
			  plan_fill_rate(&demand, safety.reorder_point - 1, quantity) <
				  0.9 + (i % 10) * 0.0099);
		drop_pieces();
	}
}

/* Silver, Pyke & Thomas: factor k with G(k) = Q (1 - P2) / sigma, of large orders. */
static void
normal_fill_rate(void)
{
	PlanDemand demand;
	PlanSafety safety;

	plan_demand_normal(100, 20, &demand);
	safety = safety_of(&demand, PLAN_FILL_RATE, 0.99, 200);
	CHECK(close_to(plan_normal_loss(safety.safety_stock / 20), 200 * 0.01 / 20, 1e-9));
	CHECK(close_to(safety.fill_rate, 0.99, 1e-10));
	/* So large an order needs no safety stock. */
	safety = safety_of(&demand, PLAN_FILL_RATE, 0.5, 1e6);
	CHECK(safety.safety_stock == 0 && safety.fill_rate > 0.5);
	CHECK(safety_of(&demand, PLAN_FILL_RATE, 0.99, 50).safety_stock >
		  safety_of(&demand, PLAN_FILL_RATE, 0.99, 100).safety_stock);
	CHECK(plan_safety(&demand, &(PlanTarget){ PLAN_CYCLE_SERVICE, 1, 0 }, &safety) != PLAN_OK);
	CHECK(plan_safety(&demand, &(PlanTarget){ PLAN_CYCLE_SERVICE, NAN, 0 }, &safety) != PLAN_OK);
	CHECK(plan_safety(&demand, &(PlanTarget){ PLAN_FILL_RATE, 0.9, 0 }, &safety) != PLAN_OK);
	CHECK(plan_safety(&demand, &(PlanTarget){ PLAN_FILL_RATE, 0.9, NAN }, &safety) != PLAN_OK);
}

/* One demand of 8 in ten periods: a lead time of four knows nothing of normal deviates. */
static void
intermittent(void)
{
	double history[200];
	PlanDemand demand;
	PlanSafety safety;

	for (int t = 0; t < 200; t++)
		history[t] = t % 10 == 3 ? 8 : t == 77 ? NAN :
												 0;
	CHECK(plan_demand_intermittent(&unit_work, history, 200, 4, 0, &demand) == PLAN_OK);
	CHECK(close_to(demand.mean, 3.2, 0.4));
	CHECK(close_to(plan_demand_reach(&demand, 0), pow(0.9, 4), 0.05));
	safety = safety_of(&demand, PLAN_CYCLE_SERVICE, 0.9, 0);
	CHECK(safety.reorder_point >= 7 && safety.reorder_point <= 9);
	CHECK(safety_of(&demand, PLAN_CYCLE_SERVICE, 0.5, 0).reorder_point == 0);
	CHECK(safety_of(&demand, PLAN_CYCLE_SERVICE, 0.99, 0).reorder_point >= 15);

	/* Fractions of a period and varying lead times keep the mean. */
	CHECK(plan_demand_intermittent(&unit_work, history, 200, 4.5, 0, &demand) == PLAN_OK);
	CHECK(close_to(demand.mean, 3.6, 0.45));
	CHECK(plan_demand_intermittent(&unit_work, history, 200, 0.25, 0, &demand) == PLAN_OK);
	CHECK(close_to(demand.mean, 0.2, 0.05));
	CHECK(plan_demand_intermittent(&unit_work, history, 200, 4, 4, &demand) == PLAN_OK);
	CHECK(close_to(demand.mean, 3.2, 0.5));
	drop_pieces();
}

static void
intermittent_limits(void)
{
	static const double nothing[] = { 0, 0, 0 };
	static const double unknown[] = { NAN, NAN };
	static const double negative[] = { 1, -1 };
	PlanDemand demand;

	CHECK(plan_demand_intermittent(&unit_work, nothing, 3, 4, 1, &demand) == PLAN_OK);
	CHECK(demand.mean == 0 && plan_demand_quantile(&demand, 0.999) == 0);
	CHECK(plan_demand_intermittent(&unit_work, unknown, 2, 4, 1, &demand) == PLAN_NO_DEMAND);
	CHECK(plan_demand_intermittent(&unit_work, NULL, 0, 4, 1, &demand) == PLAN_NO_DEMAND);
	CHECK(plan_demand_intermittent(&unit_work, negative, 2, 4, 1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_intermittent(&unit_work, nothing, 3, 0, 1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_intermittent(&unit_work, nothing, 3, NAN, 1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_intermittent(&unit_work, nothing, 3, 1, -1, &demand) == PLAN_BAD_ARGUMENT);
	CHECK(plan_demand_intermittent(&unit_work, nothing, 3, 1001, 1, &demand) == PLAN_TOO_LARGE);
	CHECK(plan_demand_intermittent(&unit_work, (double[]){ 0, 5, 0 }, 3, 1000, 1e6, &demand) ==
		  PLAN_OK);
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: losses of normal demand", normal_losses },
		{ "plan: counts against their formulas", counts },
		{ "plan: second losses are sums of losses", second_losses },
		{ "plan: samples", samples },
		{ "plan: distributions at their limits", limits_of_distributions },
		{ "plan: newsvendor as published", newsvendor_published },
		{ "plan: newsvendor is a minimum", newsvendor_is_a_minimum },
		{ "plan: newsvendor refuses what has no answer", newsvendor_refused },
		{ "plan: reorder point of 264, not 164", reorder_point },
		{ "plan: fill rate is monotone and reached", fill_rates },
		{ "plan: fill rate of normal demand", normal_fill_rate },
		{ "plan: intermittent demand by simulation", intermittent },
		{ "plan: intermittent demand at its limits", intermittent_limits }
	};

	return UNIT_RUN(groups);
}
