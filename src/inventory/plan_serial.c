/*
 * plan_serial.c
 *	  inventory.serial_policy: base stock of a chain of places.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"

#include "base/errors.h"
#include "core/plan/serial.h"
#include "inventory/plan_call.h"

PG_FUNCTION_INFO_V1(th_inventory_serial_policy);

#define SERIAL_NAME "base stock of a chain"

/* As in sql/tidehold_inventory/80_plan_math.sql. */
enum SerialArgument
{
	SERIAL_DEMAND,
	SERIAL_LEAD_TIMES,
	SERIAL_HOLDING_COSTS,
	SERIAL_SHORTAGE_COST,
	SERIAL_DEVIATION,
	SERIAL_DISTRIBUTION
};

static void
check_stages(const PlanAmounts *lead_times, const PlanAmounts *costs)
{
	if (lead_times->count != costs->count || costs->count < 1 || costs->count > PLAN_STAGES_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%d lead times do not go with %d holding costs", lead_times->count,
						costs->count),
				 errdetail("Each place has one of both, from 1 to %d.", PLAN_STAGES_MAX)));
	for (int i = 1; i < costs->count; i++)
	{
		if (costs->value[i] >= costs->value[i - 1])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("holding cost %g of place %d is not below %g of place %d",
							costs->value[i], i + 1, costs->value[i - 1], i),
					 errdetail("Where stock costs no more nearer to the customer, all of it "
							   "belongs there."),
					 errhint("Leave out that place, and add its lead time to the next one's.")));
	}
}

/* The echelon of a place holds stock for what it costs there more than before it. */
static PlanStage *
read_stages(FunctionCallInfo fcinfo, int *count)
{
	PlanAmounts lead_times =
		th_plan_amounts(fcinfo, SERIAL_LEAD_TIMES, "lead_times", false);
	PlanAmounts costs = th_plan_moneys(fcinfo, SERIAL_HOLDING_COSTS, "holding_costs");
	PlanStretch stretch = { .demand = th_plan_amount(fcinfo, SERIAL_DEMAND, "demand"),
							.deviation = th_plan_amount(fcinfo, SERIAL_DEVIATION, "deviation") };
	PlanStage *stage = palloc0(Max(costs.count, 1) * sizeof(*stage));

	check_stages(&lead_times, &costs);
	if (stretch.demand <= 0)
		th_plan_check(PLAN_NO_DEMAND, SERIAL_NAME);
	for (int i = 0; i < costs.count; i++)
	{
		stretch.periods = lead_times.value[i];
		stage[i].holding_cost =
			costs.value[i] - (i + 1 < costs.count ? costs.value[i + 1] : 0);
		th_plan_demand(fcinfo, SERIAL_DISTRIBUTION, &stretch, &stage[i].demand);
	}
	*count = costs.count;
	return stage;
}

/*
 * An echelon level above that of a place further up is never reached, so that the level of a
 * place itself is the difference of what can be.
 */
static void
put_stages(ReturnSetInfo *result, const PlanStage *stage, int stages)
{
	int64 level[PLAN_STAGES_MAX];
	int64 reached[PLAN_STAGES_MAX];

	for (int i = stages - 1; i >= 0; i--)
	{
		th_plan_check(plan_ceil(stage[i].level, &level[i]), SERIAL_NAME);
		reached[i] = i + 1 < stages ? Min(level[i], reached[i + 1]) : level[i];
	}
	for (int i = 0; i < stages; i++)
	{
		Datum values[5];
		bool nulls[5] = { false };

		values[0] = Int32GetDatum(i + 1);
		values[1] = Int64GetDatum(i > 0 ? reached[i] - reached[i - 1] : reached[i]);
		values[2] = Int64GetDatum(level[i]);
		values[3] = Float8GetDatum(stage[i].level);
		values[4] = th_plan_money_datum(stage[i].cost);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

Datum
th_inventory_serial_policy(PG_FUNCTION_ARGS)
{
	double shortage_cost = th_plan_money(fcinfo, SERIAL_SHORTAGE_COST, "shortage_cost");
	int stages;
	PlanStage *stage = read_stages(fcinfo, &stages);

	th_plan_check(plan_serial(&th_plan_work, stage, stages, shortage_cost), SERIAL_NAME);
	InitMaterializedSRF(fcinfo, 0);
	put_stages((ReturnSetInfo *) fcinfo->resultinfo, stage, stages);
	PG_RETURN_NULL();
}
