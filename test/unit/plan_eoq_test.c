/*
 * plan_eoq_test.c
 *	  Order quantities for steady demand, and whole numbers.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>

#include "core/plan/eoq.h"

#include "unit.h"

static bool
near(double actual, double expected, double tolerance)
{
	return fabs(actual - expected) <= tolerance;
}

/* Case E5: K 8, h 0.225, D 1300. */
static const PlanEoq classic = { 1300, 8, 0.225, INFINITY };

static void
whole_numbers(void)
{
	int64_t whole = -1;

	CHECK(plan_ceil(3, &whole) == PLAN_OK && whole == 3);
	CHECK(plan_ceil(3.1, &whole) == PLAN_OK && whole == 4);
	CHECK(plan_ceil(0.1 * 3 * 10, &whole) == PLAN_OK && whole == 3);
	CHECK(plan_ceil(3.00001, &whole) == PLAN_OK && whole == 4);
	CHECK(plan_ceil(1e-300, &whole) == PLAN_OK && whole == 1);
	CHECK(plan_ceil(-2.5, &whole) == PLAN_OK && whole == -2);
	CHECK(plan_ceil(9007199254740992.0, &whole) == PLAN_OK && whole == PLAN_WHOLE_MAX);
	whole = 7;
	CHECK(plan_ceil(9007199254740994.0, &whole) == PLAN_OVERFLOW && whole == 7);
	CHECK(plan_ceil(INFINITY, &whole) == PLAN_OVERFLOW && plan_ceil(-INFINITY, &whole) != PLAN_OK);
	CHECK(plan_ceil(NAN, &whole) == PLAN_BAD_ARGUMENT && whole == 7);
}

static void
published(void)
{
	PlanEoqResult result;
	PlanEoq waiting = classic;
	int64_t whole;

	CHECK(plan_eoq(&classic, &result) == PLAN_OK);
	CHECK(near(result.quantity, 304.0468, 5e-5) && near(result.cost, 68.4105, 5e-5));
	CHECK(near(result.orders, 1300 / 304.0468, 1e-5) && result.backorder_share == 0);
	CHECK(plan_eoq_at(&classic, 250, &result) == PLAN_OK && near(result.cost, 69.725, 1e-9));
	CHECK(plan_eoq_whole(&classic, &whole) == PLAN_OK && whole == 304);

	waiting.shortage_cost = 5;
	CHECK(plan_eoq(&waiting, &result) == PLAN_OK);
	CHECK(near(result.quantity, 310.8126, 5e-5) && near(result.cost, 66.9214, 5e-5));
	CHECK(near(result.backorder_share, 0.043062, 5e-7));
	CHECK(near(result.backorder_max, 310.8126 * 0.0430622, 1e-4));
}

static void
is_a_minimum(void)
{
	for (int i = 0; i < 2000; i++)
	{
		PlanEoq eoq = { (double) unit_random_in(1, 100000) / 7, (double) unit_random_in(1, 999),
						(double) unit_random_in(1, 999) / 99, INFINITY };
		PlanEoqResult best;
		PlanEoqResult other;
		int64_t whole;

		if (i % 2)
			eoq.shortage_cost = (double) unit_random_in(1, 5000) / 50;
		CHECK(plan_eoq(&eoq, &best) == PLAN_OK);
		for (int k = -5; k <= 5; k++)
		{
			CHECK(plan_eoq_at(&eoq, best.quantity * exp(k * 0.1), &other) == PLAN_OK);
			CHECK(k == 0 ? near(other.cost, best.cost, 1e-9 * best.cost) : other.cost > best.cost);
		}
		CHECK(plan_eoq_whole(&eoq, &whole) == PLAN_OK && whole >= 1);
		plan_eoq_at(&eoq, (double) whole, &best);
		CHECK(plan_eoq_at(&eoq, (double) whole + 1, &other) == PLAN_OK && other.cost >= best.cost);
		CHECK(whole == 1 || (plan_eoq_at(&eoq, (double) whole - 1, &other) == PLAN_OK &&
							 other.cost >= best.cost));
	}
}

static const double from[] = { 0, 400, 800 };
static const double price[] = { 0.75, 0.72, 0.68 };

static void
published_discounts(void)
{
	PlanDiscount discount = { false, 0.3, 3, from, price };
	PlanDiscountResult result;

	CHECK(plan_eoq_discount(&classic, &discount, &result) == PLAN_OK);
	CHECK(result.quantity == 800 && near(result.cost, 978.60, 1e-9) && result.price == 0.68);

	/* The 800th piece at 0.68, those below it at their own prices: 30 + 0.03 * 400 ... */
	discount.incremental = true;
	CHECK(plan_eoq_discount_at(&classic, &discount, 1000, &result) == PLAN_OK);
	CHECK(near(result.price, (400 * 0.75 + 400 * 0.72 + 200 * 0.68) / 1000, 1e-12));
	discount.count = 1;
	discount.holding_rate = 0.3;
	CHECK(plan_eoq_discount(&classic, &discount, &result) == PLAN_OK);
	CHECK(near(result.quantity, 304.0468, 5e-5) && near(result.cost, 975 + 68.4105, 5e-5));
}

/* What an order costs, piece by piece. */
static double
paid(const PlanDiscount *discount, int quantity)
{
	double sum = 0;
	int i = 0;

	for (int piece = 1; piece <= quantity; piece++)
	{
		while (i + 1 < discount->count && discount->from[i + 1] < piece)
			i++;
		sum += discount->price[i];
	}
	if (discount->incremental)
		return sum;
	i = discount->count - 1;
	while (quantity < discount->from[i])
		i--;
	return quantity * discount->price[i];
}

/* No whole quantity is cheaper, and the optimum is as cheap as it says. */
static void
discounts_by_search(void)
{
	for (int i = 0; i < 60; i++)
	{
		double breaks[] = { 0, (double) unit_random_in(1, 300), (double) unit_random_in(301, 900) };
		double prices[] = { 10, 10 - (double) unit_random_in(1, 30) / 20, 8 };
		PlanDiscount discount = { i % 2, 0.2, 3, breaks, prices };
		PlanEoq eoq = { (double) unit_random_in(10, 2000), (double) unit_random_in(1, 300), 1, 1 };
		PlanDiscountResult best;
		PlanDiscountResult at;

		CHECK(plan_eoq_discount(&eoq, &discount, &best) == PLAN_OK);
		CHECK(plan_eoq_discount_at(&eoq, &discount, best.quantity, &at) == PLAN_OK);
		CHECK(near(at.cost, best.cost, 1e-9));
		for (int quantity = 1; quantity < 1500; quantity += 7)
		{
			double bill = paid(&discount, quantity);
			double cost = (bill + eoq.order_cost) * eoq.demand_rate / quantity + 0.1 * bill;

			CHECK(plan_eoq_discount_at(&eoq, &discount, quantity, &at) == PLAN_OK);
			CHECK(near(at.cost, cost, 1e-8) && cost > best.cost - 1e-9);
		}
	}
}

static void
refused(void)
{
	static const double bad[] = { NAN, INFINITY, -1 };
	PlanDiscount discount = { false, 0.3, 3, from, price };
	PlanDiscountResult discounted;
	PlanEoqResult result;
	PlanEoq eoq;

	for (int i = 0; i < 3; i++)
	{
		CHECK(plan_eoq(&(PlanEoq){ bad[i], 8, 1, 1 }, &result) == PLAN_BAD_ARGUMENT);
		CHECK(plan_eoq(&(PlanEoq){ 1, bad[i], 1, 1 }, &result) == PLAN_BAD_ARGUMENT);
		CHECK(plan_eoq(&(PlanEoq){ 1, 8, bad[i], 1 }, &result) == PLAN_BAD_ARGUMENT);
		CHECK(plan_eoq_at(&classic, bad[i], &result) == PLAN_BAD_ARGUMENT);
		CHECK(plan_eoq_discount_at(&classic, &discount, bad[i], &discounted) == PLAN_BAD_ARGUMENT);
	}
	CHECK(plan_eoq(&(PlanEoq){ 1, 8, 1, NAN }, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_eoq(&(PlanEoq){ 0, 8, 1, 1 }, &result) == PLAN_NO_DEMAND);
	CHECK(plan_eoq(&(PlanEoq){ 1, 0, 1, 1 }, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_eoq(&(PlanEoq){ 1, 8, 0, 1 }, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_eoq(&(PlanEoq){ 1, 8, 1, 0 }, &result) == PLAN_NO_OPTIMUM);
	CHECK(plan_eoq_at(&classic, 0, &result) == PLAN_BAD_ARGUMENT);
	CHECK(plan_eoq(&(PlanEoq){ 1e300, 1e300, 1e-300, INFINITY }, &result) == PLAN_OVERFLOW);

	eoq = classic;
	discount.count = 0;
	CHECK(plan_eoq_discount(&eoq, &discount, &discounted) == PLAN_BAD_ARGUMENT);
	discount = (PlanDiscount){ false, 0.3, 2, from + 1, price };
	CHECK(plan_eoq_discount(&eoq, &discount, &discounted) == PLAN_BAD_ARGUMENT);
	discount = (PlanDiscount){ false, 0.3, 2, (double[]){ 0, 0 }, price };
	CHECK(plan_eoq_discount(&eoq, &discount, &discounted) == PLAN_BAD_ARGUMENT);
	discount = (PlanDiscount){ false, 0.3, 2, from, (double[]){ 1, 1 } };
	CHECK(plan_eoq_discount(&eoq, &discount, &discounted) == PLAN_BAD_ARGUMENT);
	discount = (PlanDiscount){ false, 0, 3, from, price };
	CHECK(plan_eoq_discount(&eoq, &discount, &discounted) == PLAN_NO_OPTIMUM);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: whole numbers are never below what is needed", whole_numbers },
		{ "plan: economic order quantity as published", published },
		{ "plan: economic order quantity is a minimum", is_a_minimum },
		{ "plan: discounts as published", published_discounts },
		{ "plan: discounts against search", discounts_by_search },
		{ "plan: order quantities refuse what has no answer", refused }
	};

	return UNIT_RUN(groups);
}
