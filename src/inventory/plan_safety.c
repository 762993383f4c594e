/*
 * plan_safety.c
 *	  Safety stock and reorder point for a service level.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "base/errors.h"
#include "core/forecast/conformal.h"
#include "core/forecast/demand.h"
#include "core/plan/safety.h"
#include "inventory/plan_call.h"

PG_FUNCTION_INFO_V1(th_inventory_service_factor);
PG_FUNCTION_INFO_V1(th_inventory_safety_stock);
PG_FUNCTION_INFO_V1(th_inventory_intermittent_safety_stock);
PG_FUNCTION_INFO_V1(th_inventory_reorder_point);
PG_FUNCTION_INFO_V1(th_inventory_intermittent_reorder_point);

#define SAFETY_NAME "safety stock"

Datum
th_inventory_service_factor(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(forecast_normal_quantile(th_plan_level(fcinfo, 0, "service_level")));
}

/* As in sql/tidehold_inventory/80_plan_math.sql; a history has no deviation to give. */
enum SafetyArgument
{
	SAFETY_DEMAND,
	SAFETY_LEAD_TIME,
	SAFETY_SERVICE_LEVEL,
	SAFETY_LEAD_TIME_DEVIATION,
	SAFETY_REVIEW_PERIOD,
	SAFETY_ORDER_QUANTITY,
	SAFETY_MEASURE,
	SAFETY_DEVIATION,
	SAFETY_DISTRIBUTION
};

static const char *const measures[] = {
	[PLAN_CYCLE_SERVICE] = "cycle",
	[PLAN_FILL_RATE] = "fill_rate",
};

static PlanStretch
stretch_arguments(FunctionCallInfo fcinfo)
{
	return (PlanStretch){
		.periods = th_plan_amount(fcinfo, SAFETY_LEAD_TIME, "lead_time") +
				   th_plan_amount(fcinfo, SAFETY_REVIEW_PERIOD, "review_period"),
		.periods_deviation =
			th_plan_amount(fcinfo, SAFETY_LEAD_TIME_DEVIATION, "lead_time_deviation")
	};
}

static PlanSafety
reach_target(FunctionCallInfo fcinfo, const PlanDemand *demand)
{
	PlanTarget target = {
		.service = th_plan_choice(fcinfo, SAFETY_MEASURE, "measure", measures, lengthof(measures)),
		.level = th_plan_level(fcinfo, SAFETY_SERVICE_LEVEL, "service_level"),
		.order_quantity = th_plan_amount(fcinfo, SAFETY_ORDER_QUANTITY, "order_quantity")
	};
	PlanSafety safety = { 0 };

	if (target.service == PLAN_FILL_RATE && target.order_quantity <= 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a fill rate needs an order_quantity above 0"),
				 errdetail("How often stock can run out depends on how often it is ordered.")));
	th_plan_check(plan_safety(demand, &target, &safety), SAFETY_NAME);
	return safety;
}

static PlanSafety
safety_of_moments(FunctionCallInfo fcinfo)
{
	PlanStretch stretch = stretch_arguments(fcinfo);
	PlanDemand demand;

	stretch.demand = th_plan_amount(fcinfo, SAFETY_DEMAND, "demand");
	stretch.deviation = th_plan_amount(fcinfo, SAFETY_DEVIATION, "deviation");
	th_plan_demand(fcinfo, SAFETY_DISTRIBUTION, &stretch, &demand);
	return reach_target(fcinfo, &demand);
}

static PlanSafety
safety_of_history(FunctionCallInfo fcinfo)
{
	PlanStretch stretch = stretch_arguments(fcinfo);
	PlanAmounts history = th_plan_amounts(fcinfo, SAFETY_DEMAND, "history", true);
	PlanDemand demand;

	if (!(stretch.periods > 0 && stretch.periods <= FORECAST_LEAD_TIME_MAX))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("lead_time and review_period of %g periods are out of range",
						stretch.periods),
				 errdetail("Together they must be above 0 and at most %d periods.",
						   FORECAST_LEAD_TIME_MAX)));
	th_plan_check(plan_demand_intermittent(&th_plan_work, history.value, history.count,
										   stretch.periods,
										   stretch.periods_deviation * stretch.periods_deviation,
										   &demand),
				  SAFETY_NAME);
	return reach_target(fcinfo, &demand);
}

static Datum
safety_row(FunctionCallInfo fcinfo, const PlanSafety *safety)
{
	Datum values[6];
	bool nulls[6] = { false };

	values[0] = th_plan_whole_datum(Max(safety->safety_stock, 0), SAFETY_NAME);
	values[1] = th_plan_whole_datum(safety->reorder_point, SAFETY_NAME);
	values[2] = Float8GetDatum(safety->mean);
	values[3] = Float8GetDatum(safety->deviation);
	values[4] = Float8GetDatum(safety->cycle_service);
	values[5] = Float8GetDatum(safety->fill_rate);
	nulls[5] = isnan(safety->fill_rate);
	return th_plan_row(fcinfo, values, nulls);
}

Datum
th_inventory_safety_stock(PG_FUNCTION_ARGS)
{
	PlanSafety safety = safety_of_moments(fcinfo);

	PG_RETURN_DATUM(safety_row(fcinfo, &safety));
}

Datum
th_inventory_intermittent_safety_stock(PG_FUNCTION_ARGS)
{
	PlanSafety safety = safety_of_history(fcinfo);

	PG_RETURN_DATUM(safety_row(fcinfo, &safety));
}

Datum
th_inventory_reorder_point(PG_FUNCTION_ARGS)
{
	PlanSafety safety = safety_of_moments(fcinfo);

	PG_RETURN_DATUM(th_plan_whole_datum(safety.reorder_point, SAFETY_NAME));
}

Datum
th_inventory_intermittent_reorder_point(PG_FUNCTION_ARGS)
{
	PlanSafety safety = safety_of_history(fcinfo);

	PG_RETURN_DATUM(th_plan_whole_datum(safety.reorder_point, SAFETY_NAME));
}
