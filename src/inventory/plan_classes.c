/*
 * plan_classes.c
 *	  Demand-driven buffers, and classes of items by value and by variation.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "core/plan/buffer.h"
#include "core/plan/classify.h"
#include "inventory/plan_call.h"

PG_FUNCTION_INFO_V1(th_inventory_buffer_zones);
PG_FUNCTION_INFO_V1(th_inventory_buffer_order);
PG_FUNCTION_INFO_V1(th_inventory_daily_usage);
PG_FUNCTION_INFO_V1(th_inventory_blended_usage);
PG_FUNCTION_INFO_V1(th_inventory_abc_classes);
PG_FUNCTION_INFO_V1(th_inventory_xyz_class);

static void
refuse_above(const char *name, double value, double most)
{
	if (value > most)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s %g is out of range", name, value),
				 errdetail("It must be from 0 to %g.", most)));
}

/* ---- buffers ---- */

enum ZoneArgument
{
	ZONE_USAGE,
	ZONE_LEAD_DAYS,
	ZONE_LEAD_FACTOR,
	ZONE_VARIABILITY_FACTOR,
	ZONE_ORDER_CYCLE,
	ZONE_MINIMUM
};

Datum
th_inventory_buffer_zones(PG_FUNCTION_ARGS)
{
	PlanBuffer buffer = {
		.usage = th_plan_amount(fcinfo, ZONE_USAGE, "usage"),
		.lead_days = th_plan_amount(fcinfo, ZONE_LEAD_DAYS, "lead_days"),
		.lead_factor = th_plan_amount(fcinfo, ZONE_LEAD_FACTOR, "lead_factor"),
		.variability_factor = th_plan_amount(fcinfo, ZONE_VARIABILITY_FACTOR, "variability_factor"),
		.order_cycle = th_plan_amount(fcinfo, ZONE_ORDER_CYCLE, "order_cycle"),
		.minimum = th_plan_units(fcinfo, ZONE_MINIMUM, "minimum")
	};
	PlanZones zones = { 0 };
	Datum values[7];
	bool nulls[7] = { false };

	refuse_above("lead_factor", buffer.lead_factor, 1);
	th_plan_check(plan_zones(&buffer, &zones), "buffer");
	values[0] = Int64GetDatum(zones.red_base);
	values[1] = Int64GetDatum(zones.red_safety);
	values[2] = Int64GetDatum(zones.yellow);
	values[3] = Int64GetDatum(zones.green);
	values[4] = Int64GetDatum(zones.red);
	values[5] = Int64GetDatum(zones.top_of_yellow);
	values[6] = Int64GetDatum(zones.top_of_green);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}

Datum
th_inventory_buffer_order(PG_FUNCTION_ARGS)
{
	PlanZones zones = { .top_of_yellow = th_plan_units(fcinfo, 1, "top_of_yellow"),
						.top_of_green = th_plan_units(fcinfo, 2, "top_of_green") };
	int64 need = 0;

	if (zones.top_of_green < zones.top_of_yellow)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("top_of_green " INT64_FORMAT " is below top_of_yellow " INT64_FORMAT,
						zones.top_of_green, zones.top_of_yellow)));
	th_plan_check(plan_zones_order(&zones, PG_GETARG_INT64(0), &need), "order quantity");
	PG_RETURN_INT64(need);
}

Datum
th_inventory_daily_usage(PG_FUNCTION_ARGS)
{
	PlanAmounts daily = th_plan_amounts(fcinfo, 0, "daily", true);
	double spike_factor = PG_GETARG_FLOAT8(1);
	double usage = 0;
	int spikes = 0;
	Datum values[2];
	bool nulls[2] = { false };

	if (!(spike_factor > 0))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("spike_factor %g is out of range", spike_factor),
				 errdetail("It must be above 0; Infinity takes no day for a spike.")));
	if (daily.count == 0)
		th_plan_check(PLAN_NO_DEMAND, "daily usage");
	th_plan_check(plan_usage(daily.value, daily.count, spike_factor,
							 palloc(daily.count * sizeof(double)), &usage, &spikes),
				  "daily usage");
	values[0] = Float8GetDatum(usage);
	values[1] = Int32GetDatum(spikes);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}

Datum
th_inventory_blended_usage(PG_FUNCTION_ARGS)
{
	double past = th_plan_amount(fcinfo, 0, "past");
	double forward = th_plan_amount(fcinfo, 1, "forward");
	double share = th_plan_amount(fcinfo, 2, "forward_share");
	double usage = 0;

	refuse_above("forward_share", share, 1);
	th_plan_check(plan_usage_blend(past, forward, share, &usage), "daily usage");
	PG_RETURN_FLOAT8(usage);
}

/* ---- classes ---- */

enum AbcArgument
{
	ABC_KEYS,
	ABC_AMOUNTS,
	ABC_A_SHARE,
	ABC_B_SHARE
};

static Datum *
keys_argument(FunctionCallInfo fcinfo, bool **nulls, int *count)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(ABC_KEYS);
	int16 length;
	bool by_value;
	char align;
	Datum *values;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &values, nulls, count);
	return values;
}

static PlanAbc
abc_shares(FunctionCallInfo fcinfo)
{
	PlanAbc abc = { th_plan_level(fcinfo, ABC_A_SHARE, "a_share"), PG_GETARG_FLOAT8(ABC_B_SHARE) };

	if (!(abc.b_share >= abc.a_share && abc.b_share <= 1))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("b_share %g is out of range", abc.b_share),
				 errdetail("It is that of A and B together, from a_share %g to 1.", abc.a_share)));
	return abc;
}

static void
put_class(ReturnSetInfo *result, const PlanAbcItem *item, Datum key, bool key_is_null)
{
	Datum values[4];
	bool nulls[4] = { key_is_null };

	values[0] = key;
	values[1] = CStringGetTextDatum(((char[]){ item->class, '\0' }));
	values[2] = Float8GetDatum(item->share);
	values[3] = Float8GetDatum(item->cumulated);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
th_inventory_abc_classes(PG_FUNCTION_ARGS)
{
	PlanAbc abc = abc_shares(fcinfo);
	PlanAmounts amounts = th_plan_moneys(fcinfo, ABC_AMOUNTS, "amounts");
	PlanAbcItem *item = palloc0(Max(amounts.count, 1) * sizeof(PlanAbcItem));
	bool *nulls;
	int count;
	Datum *keys = keys_argument(fcinfo, &nulls, &count);

	if (count != amounts.count)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%d keys do not go with %d amounts", count, amounts.count)));
	for (int i = 0; i < count; i++)
		item[i] = (PlanAbcItem){ .value = amounts.value[i], .index = i };
	th_plan_check(plan_abc(&abc, item, count), "total of amounts");
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
		put_class((ReturnSetInfo *) fcinfo->resultinfo, &item[i], keys[item[i].index],
				  nulls[item[i].index]);
	PG_RETURN_NULL();
}

Datum
th_inventory_xyz_class(PG_FUNCTION_ARGS)
{
	PlanAmounts demand = th_plan_amounts(fcinfo, 0, "demand", true);
	PlanXyz xyz = { th_plan_amount(fcinfo, 1, "x_max"), th_plan_amount(fcinfo, 2, "y_max") };
	double variation = NAN;
	char class = 'Z';
	Datum values[2];
	bool nulls[2] = { false };

	if (!(xyz.x_max > 0 && xyz.x_max <= xyz.y_max))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("x_max %g does not go with y_max %g", xyz.x_max, xyz.y_max),
				 errdetail("x_max is above 0, and y_max not below it.")));
	th_plan_check(plan_xyz(&xyz, demand.value, demand.count, &variation, &class),
				  "class by variation");
	values[0] = CStringGetTextDatum(((char[]){ class, '\0' }));
	values[1] = Float8GetDatum(variation);
	nulls[1] = isnan(variation);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}
