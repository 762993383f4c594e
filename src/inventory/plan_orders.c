/*
 * plan_orders.c
 *	  Orders over time: lot sizes, rounding, the reorder rule, netting, supplier calendars.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/date.h"

#include "base/errors.h"
#include "core/plan/calendar.h"
#include "core/plan/lots.h"
#include "core/plan/netting.h"
#include "inventory/plan_call.h"

PG_FUNCTION_INFO_V1(th_inventory_lot_sizes);
PG_FUNCTION_INFO_V1(th_inventory_round_order);
PG_FUNCTION_INFO_V1(th_inventory_reorder_quantity);
PG_FUNCTION_INFO_V1(th_inventory_plan_orders);
PG_FUNCTION_INFO_V1(th_inventory_supplier_arrival);

/* A list of periods: one element stands for all of them. */
static void
check_length(const char *name, int count, int periods)
{
	if (count != periods && count != 1)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s has %d elements, demand has %d", name, count, periods),
				 errdetail("It must have one for each period, or one for all.")));
}

static void
check_periods(int periods)
{
	if (periods < 1 || periods > PLAN_PERIODS_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("demand has %d elements", periods),
				 errdetail("It must have one for each period, from 1 to %d.", PLAN_PERIODS_MAX)));
}

static double *
costs_argument(FunctionCallInfo fcinfo, int argument, const char *name, int periods)
{
	PlanAmounts costs = th_plan_moneys(fcinfo, argument, name);
	double *all = palloc(periods * sizeof(double));

	check_length(name, costs.count, periods);
	for (int t = 0; t < periods; t++)
		all[t] = costs.value[costs.count == 1 ? 0 : t];
	return all;
}

static int64 *
units_argument(FunctionCallInfo fcinfo, int argument, const char *name, int periods)
{
	PlanUnits units = th_plan_unit_array(fcinfo, argument, name);
	int64 *all = palloc(periods * sizeof(int64));

	check_length(name, units.count, periods);
	for (int t = 0; t < periods; t++)
		all[t] = units.value[units.count == 1 ? 0 : t];
	return all;
}

/* ---- lot sizes ---- */

enum LotArgument
{
	LOT_SIZES_DEMAND,
	LOT_SIZES_ORDER_COST,
	LOT_SIZES_HOLDING_COST,
	LOT_SIZES_UNIT_COST,
	LOT_SIZES_OPENING
};

/*
 * Serves the first demands from what is there.  Keeping it costs the same whatever is
 * ordered, so that it does not count.  The demand that is left is written to demand.
 */
static void
use_opening(int64 *demand, int periods, int64 opening)
{
	for (int t = 0; t < periods && opening > 0; t++)
	{
		int64 used = Min(opening, demand[t]);

		demand[t] -= used;
		opening -= used;
	}
}

static double
lot_cost(const PlanLots *lots, int t, int64 ordered, int64 kept)
{
	double cost = lots->holding_cost[t] * (double) kept;

	if (ordered > 0)
		cost += lots->order_cost[t] + lots->unit_cost[t] * (double) ordered;
	return cost;
}

static void
put_lots(ReturnSetInfo *result, const PlanLots *lots, const int64 *order)
{
	int64 kept = 0;

	for (int t = 0; t < lots->n; t++)
	{
		Datum values[4];
		bool nulls[4] = { false };

		kept += order[t] - lots->demand[t];
		values[0] = Int32GetDatum(t + 1);
		values[1] = Int64GetDatum(order[t]);
		values[2] = Int64GetDatum(kept);
		values[3] = th_plan_money_datum(lot_cost(lots, t, order[t], kept));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

Datum
th_inventory_lot_sizes(PG_FUNCTION_ARGS)
{
	PlanUnits demand = th_plan_unit_array(fcinfo, LOT_SIZES_DEMAND, "demand");
	PlanLots lots = { .n = demand.count, .demand = demand.value };
	int64 *order;
	double cost = 0;

	check_periods(lots.n);
	lots.order_cost = costs_argument(fcinfo, LOT_SIZES_ORDER_COST, "order_cost", lots.n);
	lots.holding_cost = costs_argument(fcinfo, LOT_SIZES_HOLDING_COST, "holding_cost", lots.n);
	lots.unit_cost = costs_argument(fcinfo, LOT_SIZES_UNIT_COST, "unit_cost", lots.n);
	use_opening(demand.value, lots.n, th_plan_units(fcinfo, LOT_SIZES_OPENING, "opening"));
	order = palloc(lots.n * sizeof(int64));
	th_plan_check(plan_lots(&th_plan_work, &lots, order, &cost), "cost of lot sizes");
	InitMaterializedSRF(fcinfo, 0);
	put_lots((ReturnSetInfo *) fcinfo->resultinfo, &lots, order);
	PG_RETURN_NULL();
}

/* ---- rounding and the reorder rule ---- */

/* Three arguments from first on. */
static PlanRounding
rounding_arguments(FunctionCallInfo fcinfo, int first)
{
	PlanRounding rounding = { PG_GETARG_INT64(first), PG_GETARG_INT64(first + 1),
							  PG_GETARG_INT64(first + 2) };

	if (!plan_rounding_valid(&rounding))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("no order is a multiple of " INT64_FORMAT " from " INT64_FORMAT
						" to " INT64_FORMAT,
						rounding.multiple, rounding.minimum, rounding.maximum),
				 errdetail("An order is minimum (from 0) to maximum, and a multiple (from 1) lies "
						   "between them.")));
	return rounding;
}

Datum
th_inventory_round_order(PG_FUNCTION_ARGS)
{
	PlanRounding rounding = rounding_arguments(fcinfo, 1);
	int64 total = 0;
	int orders;

	th_plan_check(plan_round(&rounding, PG_GETARG_INT64(0), &total, &orders), "order quantity");
	PG_RETURN_INT64(total);
}

enum ReorderArgument
{
	REORDER_PROJECTED,
	REORDER_LEVEL,
	REORDER_QUANTITY,
	REORDER_UP_TO
};

Datum
th_inventory_reorder_quantity(PG_FUNCTION_ARGS)
{
	PlanReorder reorder;
	int64 need = 0;

	if (PG_ARGISNULL(REORDER_PROJECTED) || PG_ARGISNULL(REORDER_LEVEL) ||
		PG_ARGISNULL(REORDER_QUANTITY))
		PG_RETURN_NULL();
	reorder.level = PG_GETARG_INT64(REORDER_LEVEL);
	reorder.quantity = th_plan_units(fcinfo, REORDER_QUANTITY, "order_quantity");
	reorder.up_to =
		PG_ARGISNULL(REORDER_UP_TO) ? reorder.level : PG_GETARG_INT64(REORDER_UP_TO);
	if (reorder.up_to < reorder.level)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("order_up_to " INT64_FORMAT " is below reorder_level " INT64_FORMAT,
						reorder.up_to, reorder.level)));
	th_plan_check(plan_reorder(&reorder, PG_GETARG_INT64(REORDER_PROJECTED), &need),
				  "order quantity");
	PG_RETURN_INT64(need);
}

/* ---- netting ---- */

enum NettingArgument
{
	NETTING_DEMAND,
	NETTING_OPENING,
	NETTING_RECEIPTS,
	NETTING_TARGET,
	NETTING_LEAD_TIME,
	NETTING_MINIMUM,
	NETTING_MULTIPLE,
	NETTING_MAXIMUM,
	NETTING_COVER,
	NETTING_FIRST
};

static void
put_periods(ReturnSetInfo *result, const PlanNettingResult *plan, int periods)
{
	for (int t = 0; t < periods; t++)
	{
		Datum values[5];
		bool nulls[5] = { false };

		values[0] = Int32GetDatum(t + 1);
		values[1] = Int64GetDatum(plan->release[t]);
		values[2] = Int64GetDatum(plan->arrival[t]);
		values[3] = Int64GetDatum(plan->projected[t]);
		values[4] = Int64GetDatum(plan->missing[t]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

Datum
th_inventory_plan_orders(PG_FUNCTION_ARGS)
{
	PlanUnits demand = th_plan_unit_array(fcinfo, NETTING_DEMAND, "demand");
	PlanNetting netting = { .n = demand.count, .demand = demand.value };
	PlanNettingResult plan;

	check_periods(netting.n);
	netting.opening = PG_GETARG_INT64(NETTING_OPENING);
	netting.receipt = units_argument(fcinfo, NETTING_RECEIPTS, "receipts", netting.n);
	netting.target = units_argument(fcinfo, NETTING_TARGET, "target", netting.n);
	netting.lead_time = th_plan_count(fcinfo, NETTING_LEAD_TIME, "lead_time", 0);
	netting.rounding = rounding_arguments(fcinfo, NETTING_MINIMUM);
	netting.cover = th_plan_count(fcinfo, NETTING_COVER, "cover", 1);
	netting.first = th_plan_count(fcinfo, NETTING_FIRST, "first_period", 1) - 1;
	plan.release = palloc(netting.n * sizeof(int64));
	plan.arrival = palloc(netting.n * sizeof(int64));
	plan.projected = palloc(netting.n * sizeof(int64));
	plan.missing = palloc(netting.n * sizeof(int64));
	th_plan_check(plan_netting(&netting, &plan), "planned stock");
	InitMaterializedSRF(fcinfo, 0);
	put_periods((ReturnSetInfo *) fcinfo->resultinfo, &plan, netting.n);
	PG_RETURN_NULL();
}

/* ---- calendars ---- */

enum SupplierArgument
{
	SUPPLIER_ON_DATE,
	SUPPLIER_LEAD_DAYS,
	SUPPLIER_ORDER_WEEKDAYS,
	SUPPLIER_DELIVERY_WEEKDAYS,
	SUPPLIER_HOLIDAYS,
	SUPPLIER_WORKING_DAYS
};

/* 2000-01-01, day 0 of a date, was a Saturday, and day 0 of a calendar is a Monday. */
#define CALENDAR_SHIFT 5

static int32
calendar_day(DateADT date, const char *name)
{
	/* So far from the ends of the type that no day of a calendar is beyond them. */
	if (DATE_NOT_FINITE(date) || date > INT32_MAX / 2)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s is out of range", name),
				 errdetail("It must be a finite date.")));
	return date + CALENDAR_SHIFT;
}

static Datum *
list_argument(FunctionCallInfo fcinfo, int argument, const char *name, Oid type, int *count)
{
	bool *nulls;
	Datum *values;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), type, sizeof(int32), true, TYPALIGN_INT,
					  &values, &nulls, count);
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("%s has a null at place %d", name, i + 1)));
	}
	return values;
}

static int
weekdays_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int count;
	Datum *values = list_argument(fcinfo, argument, name, INT4OID, &count);
	int days = 0;

	for (int i = 0; i < count; i++)
	{
		int weekday = DatumGetInt32(values[i]);

		if (weekday < 1 || weekday > 7)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("weekday %d of %s is out of range", weekday, name),
					 errdetail("Weekdays are 1 (Monday) to 7 (Sunday).")));
		days |= 1 << (weekday - 1);
	}
	return days;
}

static int
compare_days(const void *a, const void *b)
{
	int32 left = *(const int32 *) a;
	int32 right = *(const int32 *) b;

	return (left > right) - (left < right);
}

static const int32 *
holidays_argument(FunctionCallInfo fcinfo, int *count)
{
	Datum *values = list_argument(fcinfo, SUPPLIER_HOLIDAYS, "holidays", DATEOID, count);
	int32 *days = palloc(Max(*count, 1) * sizeof(int32));

	for (int i = 0; i < *count; i++)
		days[i] = calendar_day(DatumGetDateADT(values[i]), "a holiday");
	qsort(days, *count, sizeof(int32), compare_days);
	return days;
}

static void
check_lead_days(int lead_days)
{
	if (lead_days > PLAN_LEAD_DAYS_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("lead_days %d is out of range", lead_days),
				 errdetail("It must be at most %d.", PLAN_LEAD_DAYS_MAX)));
}

Datum
th_inventory_supplier_arrival(PG_FUNCTION_ARGS)
{
	int32 day = calendar_day(PG_GETARG_DATEADT(SUPPLIER_ON_DATE), "on_date");
	PlanCalendar calendar = {
		.order_days = weekdays_argument(fcinfo, SUPPLIER_ORDER_WEEKDAYS, "order_weekdays"),
		.delivery_days = weekdays_argument(fcinfo, SUPPLIER_DELIVERY_WEEKDAYS, "delivery_weekdays"),
		.lead_days = th_plan_count(fcinfo, SUPPLIER_LEAD_DAYS, "lead_days", 0),
		.working_days = PG_GETARG_BOOL(SUPPLIER_WORKING_DAYS)
	};
	PlanDelivery delivery = { 0 };
	Datum values[6];
	bool nulls[6] = { false };

	check_lead_days(calendar.lead_days);
	calendar.holiday = holidays_argument(fcinfo, &calendar.holidays);
	th_plan_check(plan_delivery(&calendar, day, &delivery), "supplier calendar");
	values[0] = DateADTGetDatum(delivery.order_day - CALENDAR_SHIFT);
	values[1] = DateADTGetDatum(delivery.arrival_day - CALENDAR_SHIFT);
	values[2] = Int32GetDatum(delivery.arrival_day - day);
	values[3] = DateADTGetDatum(delivery.next_order - CALENDAR_SHIFT);
	values[4] = DateADTGetDatum(delivery.next_arrival - CALENDAR_SHIFT);
	values[5] = Int32GetDatum(delivery.next_arrival - day);
	PG_RETURN_DATUM(th_plan_row(fcinfo, values, nulls));
}
