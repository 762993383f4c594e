/*
 * plan_quantity.c
 *	  How much to order at a time: EOQ, discounts, newsvendor, (r, Q) and (s, S).
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "base/errors.h"
#include "core/plan/eoq.h"
#include "core/plan/newsvendor.h"
#include "core/plan/rq.h"
#include "core/plan/ss.h"
#include "inventory/plan_call.h"

PG_FUNCTION_INFO_V1(th_inventory_eoq);
PG_FUNCTION_INFO_V1(th_inventory_eoq_cost);
PG_FUNCTION_INFO_V1(th_inventory_eoq_discount);
PG_FUNCTION_INFO_V1(th_inventory_newsvendor);
PG_FUNCTION_INFO_V1(th_inventory_newsvendor_sample);
PG_FUNCTION_INFO_V1(th_inventory_rq_policy);
PG_FUNCTION_INFO_V1(th_inventory_ss_policy);
PG_FUNCTION_INFO_V1(th_inventory_ss_policy_table);

#define EOQ_NAME "economic order quantity"

/* ---- EOQ ---- */

/* Four arguments from first on, as in sql/tidehold_inventory/80_plan_math.sql. */
static PlanEoq
eoq_arguments(FunctionCallInfo fcinfo, int first)
{
	return (PlanEoq){ th_plan_amount(fcinfo, first, "demand_rate"),
					  th_plan_money(fcinfo, first + 1, "order_cost"),
					  th_plan_money(fcinfo, first + 2, "holding_cost"),
					  th_plan_cost(fcinfo, first + 3, "shortage_cost") };
}

Datum
th_inventory_eoq(PG_FUNCTION_ARGS)
{
	PlanEoq eoq = eoq_arguments(fcinfo, 0);
	PlanEoqResult best = { 0 };
	int64 whole = 0;
	Datum values[5];
	bool nulls[5] = { false };

	th_plan_check(plan_eoq(&eoq, &best), EOQ_NAME);
	th_plan_check(plan_eoq_whole(&eoq, &whole), EOQ_NAME);
	values[0] = Int64GetDatum(whole);
	values[1] = Float8GetDatum(best.quantity);
	values[2] = th_plan_money_datum(best.cost);
	values[3] = Float8GetDatum(best.orders);
	values[4] = Float8GetDatum(best.backorder_share);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}

Datum
th_inventory_eoq_cost(PG_FUNCTION_ARGS)
{
	double quantity = th_plan_amount(fcinfo, 0, "quantity");
	PlanEoq eoq = eoq_arguments(fcinfo, 1);
	PlanEoqResult result = { 0 };

	if (quantity <= 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("quantity %g is out of range", quantity),
				 errdetail("It must be above 0.")));
	th_plan_check(plan_eoq_at(&eoq, quantity, &result), "cost of an order quantity");
	PG_RETURN_DATUM(th_plan_money_datum(result.cost));
}

/* ---- discounts ---- */

enum DiscountArgument
{
	DISCOUNT_DEMAND_RATE,
	DISCOUNT_ORDER_COST,
	DISCOUNT_HOLDING_RATE,
	DISCOUNT_BREAKS,
	DISCOUNT_PRICES,
	DISCOUNT_INCREMENTAL
};

static void
check_breaks(const PlanUnits *breaks, const PlanAmounts *prices)
{
	if (breaks->count != prices->count || breaks->count < 1 || breaks->count > PLAN_BREAKS_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%d breaks do not go with %d prices", breaks->count, prices->count),
				 errdetail("Each price has its break, up to %d.", PLAN_BREAKS_MAX)));
	if (breaks->value[0] != 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("first break is " INT64_FORMAT, breaks->value[0]),
				 errdetail("The first price holds from 0.")));
	for (int i = 1; i < breaks->count; i++)
	{
		if (breaks->value[i] <= breaks->value[i - 1] || prices->value[i] >= prices->value[i - 1])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("price %g from " INT64_FORMAT " is no discount", prices->value[i],
							breaks->value[i]),
					 errdetail("Breaks rise and prices fall from one to the next.")));
	}
}

/* Breaks are whole, so that the whole numbers beside an optimum have its price. */
static PlanDiscountResult
whole_discount(const PlanEoq *eoq, const PlanDiscount *discount, double optimum)
{
	PlanDiscountResult less = { 0 };
	PlanDiscountResult more = { 0 };

	th_plan_check(plan_eoq_discount_at(eoq, discount, fmax(floor(optimum), 1), &less), EOQ_NAME);
	th_plan_check(plan_eoq_discount_at(eoq, discount, fmax(ceil(optimum), 1), &more), EOQ_NAME);
	return more.cost < less.cost ? more : less;
}

Datum
th_inventory_eoq_discount(PG_FUNCTION_ARGS)
{
	PlanEoq eoq = { .demand_rate = th_plan_amount(fcinfo, DISCOUNT_DEMAND_RATE, "demand_rate"),
					.order_cost = th_plan_money(fcinfo, DISCOUNT_ORDER_COST, "order_cost") };
	PlanUnits breaks = th_plan_unit_array(fcinfo, DISCOUNT_BREAKS, "breaks");
	PlanAmounts prices = th_plan_moneys(fcinfo, DISCOUNT_PRICES, "prices");
	PlanDiscount discount = { .incremental = PG_GETARG_BOOL(DISCOUNT_INCREMENTAL),
							  .count = breaks.count,
							  .price = prices.value };
	double *from = palloc(Max(breaks.count, 1) * sizeof(double));
	PlanDiscountResult best = { 0 };
	PlanDiscountResult whole;
	Datum values[4];
	bool nulls[4] = { false };

	discount.holding_rate = th_plan_amount(fcinfo, DISCOUNT_HOLDING_RATE, "holding_rate");
	check_breaks(&breaks, &prices);
	for (int i = 0; i < breaks.count; i++)
		from[i] = (double) breaks.value[i];
	discount.from = from;
	th_plan_check(plan_eoq_discount(&eoq, &discount, &best), EOQ_NAME);
	whole = whole_discount(&eoq, &discount, best.quantity);
	values[0] = th_plan_whole_datum(whole.quantity, EOQ_NAME);
	values[1] = Float8GetDatum(best.quantity);
	values[2] = th_plan_money_datum(best.cost);
	values[3] = th_plan_money_datum(best.price);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}

/* ---- newsvendor ---- */

#define NEWSVENDOR_NAME "stock level"

static Datum
newsvendor_row(FunctionCallInfo fcinfo, const PlanDemand *demand)
{
	double overage_cost = th_plan_money(fcinfo, 1, "overage_cost");
	double shortage_cost = th_plan_money(fcinfo, 2, "shortage_cost");
	PlanNewsvendor best = { 0 };
	int64 whole = 0;
	Datum values[4];
	bool nulls[4] = { false };

	th_plan_check(plan_newsvendor(demand, overage_cost, shortage_cost, &best), NEWSVENDOR_NAME);
	th_plan_check(plan_ceil(Max(best.quantity, 0), &whole), NEWSVENDOR_NAME);
	values[0] = Int64GetDatum(whole);
	values[1] = Float8GetDatum(best.quantity);
	values[2] = Float8GetDatum(plan_demand_reach(demand, (double) whole));
	values[3] = th_plan_money_datum(best.cost);
	return th_plan_row(fcinfo, values, nulls);
}

enum NewsvendorArgument
{
	NEWSVENDOR_DEMAND,
	NEWSVENDOR_OVERAGE_COST,
	NEWSVENDOR_SHORTAGE_COST,
	NEWSVENDOR_DEVIATION,
	NEWSVENDOR_LEAD_TIME,
	NEWSVENDOR_REVIEW_PERIOD,
	NEWSVENDOR_DISTRIBUTION
};

Datum
th_inventory_newsvendor(PG_FUNCTION_ARGS)
{
	PlanStretch stretch = {
		.demand = th_plan_amount(fcinfo, NEWSVENDOR_DEMAND, "demand"),
		.deviation = th_plan_amount(fcinfo, NEWSVENDOR_DEVIATION, "deviation"),
		.periods = th_plan_amount(fcinfo, NEWSVENDOR_LEAD_TIME, "lead_time") +
				   th_plan_amount(fcinfo, NEWSVENDOR_REVIEW_PERIOD, "review_period")
	};
	PlanDemand demand;

	th_plan_demand(fcinfo, NEWSVENDOR_DISTRIBUTION, &stretch, &demand);
	PG_RETURN_DATUM(newsvendor_row(fcinfo, &demand));
}

Datum
th_inventory_newsvendor_sample(PG_FUNCTION_ARGS)
{
	PlanAmounts demands = th_plan_amounts(fcinfo, NEWSVENDOR_DEMAND, "demands", false);
	PlanDemand demand;

	if (demands.count == 0)
		th_plan_check(PLAN_NO_DEMAND, NEWSVENDOR_NAME);
	th_plan_check(plan_demand_sample(&th_plan_work, demands.value, demands.count, &demand),
				  NEWSVENDOR_NAME);
	PG_RETURN_DATUM(newsvendor_row(fcinfo, &demand));
}

/* ---- (r, Q) ---- */

#define RQ_NAME "reorder point with order quantity"

enum RqArgument
{
	RQ_DEMAND,
	RQ_ORDER_COST,
	RQ_HOLDING_COST,
	RQ_SHORTAGE_COST,
	RQ_LEAD_TIME,
	RQ_DEVIATION,
	RQ_LEAD_TIME_DEVIATION,
	RQ_METHOD,
	RQ_DISTRIBUTION
};

enum RqMethod
{
	RQ_EXACT,
	RQ_EIL,
	RQ_EOQ
};

static const char *const rq_methods[] = { "exact", "eil", "eoq" };

static PlanStatus
find_rq(int method, const PlanRq *rq, const PlanDemand *demand, PlanRqResult *result)
{
	if (method == RQ_EIL)
		return plan_rq_eil(rq, demand, result);
	if (method == RQ_EOQ)
		return plan_rq_eoq(rq, demand, result);
	return plan_rq(&th_plan_work, rq, demand, result);
}

Datum
th_inventory_rq_policy(PG_FUNCTION_ARGS)
{
	PlanStretch stretch = {
		.demand = th_plan_amount(fcinfo, RQ_DEMAND, "demand"),
		.deviation = th_plan_amount(fcinfo, RQ_DEVIATION, "deviation"),
		.periods = th_plan_amount(fcinfo, RQ_LEAD_TIME, "lead_time"),
		.periods_deviation = th_plan_amount(fcinfo, RQ_LEAD_TIME_DEVIATION, "lead_time_deviation")
	};
	PlanRq rq = { .demand_rate = stretch.demand,
				  .order_cost = th_plan_money(fcinfo, RQ_ORDER_COST, "order_cost"),
				  .holding_cost = th_plan_money(fcinfo, RQ_HOLDING_COST, "holding_cost"),
				  .shortage_cost = th_plan_money(fcinfo, RQ_SHORTAGE_COST, "shortage_cost") };
	int method = th_plan_choice(fcinfo, RQ_METHOD, "method", rq_methods, lengthof(rq_methods));
	PlanRqResult best = { 0 };
	PlanDemand demand;
	Datum values[5];
	bool nulls[5] = { false };

	th_plan_demand(fcinfo, RQ_DISTRIBUTION, &stretch, &demand);
	th_plan_check(find_rq(method, &rq, &demand, &best), RQ_NAME);
	values[0] = th_plan_whole_datum(best.reorder_point, RQ_NAME);
	values[1] = th_plan_whole_datum(best.quantity, RQ_NAME);
	values[2] = Float8GetDatum(best.reorder_point);
	values[3] = Float8GetDatum(best.quantity);
	values[4] = th_plan_money_datum(best.cost);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}

/* ---- (s, S) ---- */

#define SS_NAME "reorder point with order-up-to level"

/* The longest lead time in periods. */
#define SS_LEAD_TIME_MAX 10000

enum SsArgument
{
	SS_DEMAND,
	SS_ORDER_COST,
	SS_HOLDING_COST,
	SS_SHORTAGE_COST,
	SS_LEAD_TIME,
	SS_DEVIATION
};

static int
ss_lead_time(FunctionCallInfo fcinfo)
{
	int lead_time = th_plan_count(fcinfo, SS_LEAD_TIME, "lead_time", 0);

	if (lead_time > SS_LEAD_TIME_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("lead_time %d is out of range", lead_time),
				 errdetail("It must be at most %d periods.", SS_LEAD_TIME_MAX)));
	return lead_time;
}

static Datum
ss_row(FunctionCallInfo fcinfo, const PlanDemand *period, const PlanDemand *lead_time)
{
	PlanSs ss = { th_plan_money(fcinfo, SS_ORDER_COST, "order_cost"),
				  th_plan_money(fcinfo, SS_HOLDING_COST, "holding_cost"),
				  th_plan_money(fcinfo, SS_SHORTAGE_COST, "shortage_cost") };
	PlanSsResult best = { 0 };
	Datum values[3];
	bool nulls[3] = { false };

	th_plan_check(plan_ss(&th_plan_work, &ss, period, lead_time, &best), SS_NAME);
	values[0] = Int64GetDatum(best.reorder_point);
	values[1] = Int64GetDatum(best.order_up_to);
	values[2] = th_plan_money_datum(best.cost);
	return th_plan_row(fcinfo, values, nulls);
}

/* Poisson and negative binomial demand of several periods are of the same kind again. */
Datum
th_inventory_ss_policy(PG_FUNCTION_ARGS)
{
	double mean = th_plan_amount(fcinfo, SS_DEMAND, "demand");
	double deviation = th_plan_amount(fcinfo, SS_DEVIATION, "deviation");
	double variance = Max(deviation * deviation, mean);
	int periods = ss_lead_time(fcinfo) + 1;
	PlanDemand period;
	PlanDemand lead_time;

	th_plan_check(plan_demand_counts(&th_plan_work, mean, variance, &period), SS_NAME);
	th_plan_check(plan_demand_counts(&th_plan_work, mean * periods, variance * periods,
									 &lead_time),
				  SS_NAME);
	PG_RETURN_DATUM(ss_row(fcinfo, &period, &lead_time));
}

Datum
th_inventory_ss_policy_table(PG_FUNCTION_ARGS)
{
	PlanAmounts probabilities = th_plan_amounts(fcinfo, SS_DEMAND, "probabilities", false);
	int periods = ss_lead_time(fcinfo) + 1;
	PlanDemand period;
	PlanDemand lead_time;

	if (probabilities.count == 0)
		th_plan_check(PLAN_NO_DEMAND, SS_NAME);
	th_plan_check(plan_demand_table(&th_plan_work, probabilities.value, probabilities.count,
									&period),
				  SS_NAME);
	th_plan_check(plan_demand_periods(&th_plan_work, &period, periods, &lead_time), SS_NAME);
	PG_RETURN_DATUM(ss_row(fcinfo, &period, &lead_time));
}
