/*
 * plan_policy.c
 *	  inventory.policy_order: what to order of an item now, by its policy, with the numbers
 *	  that lead there.
 *
 * The mathematics is in core/plan.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "base/errors.h"
#include "core/plan/buffer.h"
#include "core/plan/eoq.h"
#include "core/plan/order.h"
#include "core/plan/safety.h"
#include "inventory/plan_call.h"

PG_FUNCTION_INFO_V1(th_inventory_policy_order);

/* As in sql/tidehold_inventory/84_plan.sql. */
enum PolicyArgument
{
	ARG_POLICY,
	ARG_STOCK_POSITION,
	ARG_DEMAND,
	ARG_DEMAND_VARIANCE,
	ARG_PERIODS,
	ARG_PERIODS_SD,
	ARG_COUNTS,
	ARG_SERVICE_LEVEL,
	ARG_ORDER_COST,
	ARG_HOLDING_COST,
	ARG_ORDER_MINIMUM,
	ARG_ORDER_MULTIPLE,
	ARG_ORDER_MAXIMUM,
	ARG_STOCK_MINIMUM,
	ARG_STOCK_MAXIMUM,
	ARG_USAGE,
	ARG_LEAD_DAYS,
	ARG_REVIEW_DAYS,
	ARG_LEAD_FACTOR,
	ARG_VARIABILITY_FACTOR
};

enum PolicyColumn
{
	OUT_MEAN,
	OUT_DEVIATION,
	OUT_SAFETY_STOCK,
	OUT_REORDER_POINT,
	OUT_ORDER_UP_TO,
	OUT_ECONOMIC_QUANTITY,
	OUT_REACHED,
	OUT_NEED,
	OUT_QUANTITY,
	OUT_ORDERS,
	OUT_RED,
	OUT_YELLOW,
	OUT_GREEN,
	OUT_COLUMNS
};

typedef struct Proposal
{
	Datum values[OUT_COLUMNS];
	bool nulls[OUT_COLUMNS];
} Proposal;

static double
amount(FunctionCallInfo fcinfo, int argument, double missing)
{
	return PG_ARGISNULL(argument) ? missing : PG_GETARG_FLOAT8(argument);
}

static int64
quantity(FunctionCallInfo fcinfo, int argument, int64 missing)
{
	return PG_ARGISNULL(argument) ? missing : PG_GETARG_INT64(argument);
}

static void
put_amount(Proposal *plan, int column, double value)
{
	plan->values[column] = Float8GetDatum(value);
	plan->nulls[column] = isnan(value);
}

static void
put_quantity(Proposal *plan, int column, int64 value)
{
	plan->values[column] = Int64GetDatum(value);
	plan->nulls[column] = false;
}

/* Demand of the time at risk, and what of it the service level has to cover. */
static void
plan_risk(FunctionCallInfo fcinfo, PlanSafety *safety)
{
	double sd = amount(fcinfo, ARG_PERIODS_SD, 0);
	PlanLeadTime risk = {
		.demand = amount(fcinfo, ARG_DEMAND, 0),
		.demand_variance = amount(fcinfo, ARG_DEMAND_VARIANCE, 0),
		.periods = amount(fcinfo, ARG_PERIODS, 0),
		.periods_variance = sd * sd,
	};
	PlanTarget target = { PLAN_CYCLE_SERVICE, amount(fcinfo, ARG_SERVICE_LEVEL, 0.95), 0 };
	PlanDemand demand;
	double mean;
	double variance;

	th_plan_check(plan_lead_time_moments(&risk, &mean, &variance), "demand");
	if (!PG_ARGISNULL(ARG_COUNTS) && PG_GETARG_BOOL(ARG_COUNTS))
		th_plan_check(plan_demand_counts(&th_plan_work, mean, variance, &demand), "demand");
	else
		th_plan_check(plan_demand_normal(mean, sqrt(variance), &demand), "demand");
	th_plan_check(plan_safety(&demand, &target, safety), "a safety stock");
	safety->mean = mean;
	safety->deviation = sqrt(variance);
}

/* What one order should be, before rounding; NaN where costs do not say. */
static double
economic_quantity(FunctionCallInfo fcinfo)
{
	PlanEoq eoq = {
		.demand_rate = amount(fcinfo, ARG_DEMAND, 0),
		.order_cost = amount(fcinfo, ARG_ORDER_COST, 0),
		.holding_cost = amount(fcinfo, ARG_HOLDING_COST, 0),
		.shortage_cost = INFINITY,
	};
	int64 whole = 1;

	if (eoq.demand_rate <= 0 || eoq.order_cost <= 0 || eoq.holding_cost <= 0)
		return NAN;
	th_plan_check(plan_eoq_whole(&eoq, &whole), "an economic quantity");
	return (double) whole;
}

/* Mean and safety stock with the floor that the user has set; the reorder point is whole. */
static int64
put_reorder_point(FunctionCallInfo fcinfo, Proposal *plan)
{
	double floor_stock = (double) quantity(fcinfo, ARG_STOCK_MINIMUM, 0);
	PlanSafety safety;
	int64 point;

	plan_risk(fcinfo, &safety);
	th_plan_check(plan_ceil(Max(safety.reorder_point, safety.mean + floor_stock), &point), "a reorder point");
	put_amount(plan, OUT_MEAN, safety.mean);
	put_amount(plan, OUT_DEVIATION, safety.deviation);
	put_amount(plan, OUT_SAFETY_STOCK, (double) point - safety.mean);
	put_amount(plan, OUT_REACHED, safety.cycle_service);
	return point;
}

static int64
put_levels(Proposal *plan, const PlanReorder *reorder, int64 stock_position)
{
	int64 need;

	th_plan_check(plan_reorder(reorder, stock_position, &need), "an order");
	put_quantity(plan, OUT_REORDER_POINT, reorder->level);
	put_quantity(plan, OUT_ORDER_UP_TO, reorder->up_to);
	return need;
}

/* Where no costs say more, an order lasts until the next review. */
static int64
usual_quantity(FunctionCallInfo fcinfo, double economic)
{
	double lasting = amount(fcinfo, ARG_USAGE, 0) * amount(fcinfo, ARG_REVIEW_DAYS, 0);
	int64 whole;

	th_plan_check(plan_ceil(isnan(economic) ? lasting : economic, &whole), "an order");
	return Max(whole, 1);
}

static int64
need_at_reorder_point(FunctionCallInfo fcinfo, Proposal *plan, int64 stock_position)
{
	int64 point = put_reorder_point(fcinfo, plan);
	double economic = economic_quantity(fcinfo);
	PlanReorder reorder = {
		.level = point,
		.quantity = usual_quantity(fcinfo, economic),
		.up_to = point,
	};

	put_amount(plan, OUT_ECONOMIC_QUANTITY, economic);
	/* At risk of nothing, nothing is due. */
	if (point == 0 && stock_position >= 0)
		reorder.quantity = 0;
	return put_levels(plan, &reorder, stock_position);
}

static int64
need_up_to(FunctionCallInfo fcinfo, Proposal *plan, int64 stock_position)
{
	int64 point = put_reorder_point(fcinfo, plan);
	PlanReorder reorder = { .level = point, .quantity = 0, .up_to = point };

	return put_levels(plan, &reorder, stock_position);
}

static int64
need_min_max(FunctionCallInfo fcinfo, Proposal *plan, int64 stock_position)
{
	PlanReorder reorder = {
		.level = quantity(fcinfo, ARG_STOCK_MINIMUM, 0),
		.quantity = 0,
		.up_to = quantity(fcinfo, ARG_STOCK_MAXIMUM, 0),
	};

	return put_levels(plan, &reorder, stock_position);
}

static int64
need_of_buffer(FunctionCallInfo fcinfo, Proposal *plan, int64 stock_position)
{
	PlanBuffer buffer = {
		.usage = amount(fcinfo, ARG_USAGE, 0),
		.lead_days = amount(fcinfo, ARG_LEAD_DAYS, 0),
		.lead_factor = amount(fcinfo, ARG_LEAD_FACTOR, 0.5),
		.variability_factor = amount(fcinfo, ARG_VARIABILITY_FACTOR, 0.5),
		.order_cycle = amount(fcinfo, ARG_REVIEW_DAYS, 0),
		.minimum = quantity(fcinfo, ARG_ORDER_MINIMUM, 0),
	};
	PlanZones zones;
	int64 need;

	th_plan_check(plan_zones(&buffer, &zones), "a buffer");
	th_plan_check(plan_zones_order(&zones, stock_position, &need), "an order");
	put_quantity(plan, OUT_RED, zones.red);
	put_quantity(plan, OUT_YELLOW, zones.yellow);
	put_quantity(plan, OUT_GREEN, zones.green);
	put_quantity(plan, OUT_REORDER_POINT, zones.top_of_yellow);
	put_quantity(plan, OUT_ORDER_UP_TO, zones.top_of_green);
	put_amount(plan, OUT_MEAN, buffer.usage * buffer.lead_days);
	put_amount(plan, OUT_SAFETY_STOCK, (double) zones.red);
	return need;
}

static int64
need_by_policy(FunctionCallInfo fcinfo, Proposal *plan, int64 stock_position)
{
	static const struct
	{
		const char *name;
		int64 (*need)(FunctionCallInfo fcinfo, Proposal *plan, int64 stock_position);
	} policies[] = {
		{ "reorder_point", need_at_reorder_point },
		{ "order_up_to", need_up_to },
		{ "min_max", need_min_max },
		{ "buffer", need_of_buffer },
	};
	char *name = PG_ARGISNULL(ARG_POLICY) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(ARG_POLICY));

	for (int i = 0; i < (int) lengthof(policies); i++)
		if (strcmp(name, policies[i].name) == 0)
			return policies[i].need(fcinfo, plan, stock_position);
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("policy \"%s\" is not known", name),
			 errhint("A policy is reorder_point, order_up_to, min_max or buffer.")));
}

/* Where the position would pass stock_maximum, less is ordered, and at least a minimum. */
static int64
cap_need(FunctionCallInfo fcinfo, int64 need, int64 stock_position)
{
	int64 maximum = quantity(fcinfo, ARG_STOCK_MAXIMUM, PG_INT64_MAX);

	if (stock_position >= maximum)
		return 0;
	return need > 0 && stock_position > 0 ? Min(need, maximum - stock_position) : need;
}

static void
put_order(FunctionCallInfo fcinfo, Proposal *plan, int64 need)
{
	PlanRounding rounding = {
		.minimum = quantity(fcinfo, ARG_ORDER_MINIMUM, 0),
		.multiple = quantity(fcinfo, ARG_ORDER_MULTIPLE, 1),
		.maximum = quantity(fcinfo, ARG_ORDER_MAXIMUM, PG_INT64_MAX),
	};
	int64 total;
	int orders;

	th_plan_check(plan_round(&rounding, need, &total, &orders), "an order");
	put_quantity(plan, OUT_NEED, need);
	put_quantity(plan, OUT_QUANTITY, total);
	plan->values[OUT_ORDERS] = Int32GetDatum(orders);
	plan->nulls[OUT_ORDERS] = false;
}

Datum
th_inventory_policy_order(PG_FUNCTION_ARGS)
{
	int64 stock_position = quantity(fcinfo, ARG_STOCK_POSITION, 0);
	Proposal plan;
	int64 need;

	memset(&plan, 0, sizeof(plan));
	memset(plan.nulls, true, sizeof(plan.nulls));
	need = need_by_policy(fcinfo, &plan, stock_position);
	put_order(fcinfo, &plan, cap_need(fcinfo, need, stock_position));
	PG_RETURN_DATUM(th_plan_row(fcinfo, plan.values, plan.nulls));
}
