/*
 * plan_call.c
 *	  What the planning functions share.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "core/plan/safety.h"
#include "inventory/plan_call.h"

/* ---- work ---- */

static void *
allocate(void *context, size_t size)
{
	return palloc_extended(Max(size, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static bool
interrupted(void *context)
{
	CHECK_FOR_INTERRUPTS();
	return false;
}

const ForecastWork th_plan_work = { allocate, interrupted, NULL };

void
th_plan_check(PlanStatus status, const char *what)
{
	ThCode reason = status == PLAN_OVERFLOW ? TH_QUANTITY_OVERFLOW : TH_INVALID_ARGUMENT;
	int code = th_code_sqlstate(reason);

	switch (status)
	{
		case PLAN_OK:
			return;
		case PLAN_NO_DEMAND:
			ereport(ERROR,
					(errcode(code),
					 errmsg("%s cannot be planned without demand", what),
					 errhint("Leave out items that nobody asks for.")));
		case PLAN_NO_OPTIMUM:
			ereport(ERROR,
					(errcode(code),
					 errmsg("%s has no optimum", what),
					 errdetail("A cost is 0, or so small against the others that no quantity is "
							   "the cheapest.")));
		case PLAN_OVERFLOW:
			ereport(ERROR,
					(errcode(code),
					 errmsg("%s is out of range", what),
					 errdetail("Planned quantities are below 2^53.")));
		case PLAN_TOO_LARGE:
			ereport(ERROR,
					(errcode(code),
					 errmsg("%s is too large to be planned", what),
					 errhint("Use a larger unit, fewer periods, or the normal distribution.")));
		case PLAN_NOT_FOUND:
			ereport(ERROR,
					(errcode(code),
					 errmsg("%s has no day within 3660 days", what),
					 errhint("Check the weekdays and holidays of the supplier.")));
		case PLAN_INTERRUPTED:
		case PLAN_NO_MEMORY:
		case PLAN_BAD_ARGUMENT:
			break;
	}
	ereport(ERROR,
			(errcode(code),
			 errmsg("%s cannot be planned from these arguments", what),
			 errdetail("One is out of range, or two contradict each other.")));
}

/* ---- arguments ---- */

static void
refuse_number(const char *name, double value, const char *range)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("%s %g is out of range", name, value),
			 errdetail("It must be %s.", range)));
}

static double
to_amount(double value, const char *name)
{
	if (!plan_is_amount(value))
		refuse_number(name, value, "a finite number from 0");
	return value;
}

static double
numeric_value(Datum value)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));
}

double
th_plan_amount(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return to_amount(PG_GETARG_FLOAT8(argument), name);
}

double
th_plan_money(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return to_amount(numeric_value(PG_GETARG_DATUM(argument)), name);
}

double
th_plan_cost(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double value = numeric_value(PG_GETARG_DATUM(argument));

	return isinf(value) && value > 0 ? value : to_amount(value, name);
}

double
th_plan_level(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double value = PG_GETARG_FLOAT8(argument);

	if (!(value > 0 && value < 1))
		refuse_number(name, value, "between 0 and 1, for example 0.95");
	return value;
}

static int64
to_units(int64 value, const char *name)
{
	if (value < 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s " INT64_FORMAT " is out of range", name, value),
				 errdetail("It must be a quantity of base units from 0.")));
	return value;
}

int64
th_plan_units(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return to_units(PG_GETARG_INT64(argument), name);
}

int
th_plan_count(FunctionCallInfo fcinfo, int argument, const char *name, int least)
{
	int value = PG_GETARG_INT32(argument);

	if (value < least)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s %d is out of range", name, value),
				 errdetail("It must be a whole number from %d.", least)));
	return value;
}

int
th_plan_choice(FunctionCallInfo fcinfo, int argument, const char *name,
			   const char *const *choices, int count)
{
	char *chosen = text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < count; i++)
	{
		if (strcmp(chosen, choices[i]) == 0)
			return i;
	}
	/* Any list that we have is of three or of two. */
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("%s \"%s\" does not exist", name, chosen),
			 count == 3 ? errhint("Use %s, %s or %s.", choices[0], choices[1], choices[2]) : errhint("Use %s or %s.", choices[0], choices[1])));
}

/* ---- arrays ---- */

typedef struct Elements
{
	Datum *values;
	bool *nulls;
	int count;
} Elements;

static Elements
elements_of(FunctionCallInfo fcinfo, int argument, const char *name, Oid type, bool may_be_null)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argument);
	Elements elements;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s has %d dimensions", name, ARR_NDIM(array)),
				 errdetail("It must be a list.")));
	deconstruct_array(array, type, type == NUMERICOID ? -1 : 8, type != NUMERICOID,
					  type == NUMERICOID ? TYPALIGN_INT : TYPALIGN_DOUBLE, &elements.values,
					  &elements.nulls, &elements.count);
	for (int i = 0; i < elements.count && !may_be_null; i++)
	{
		if (elements.nulls[i])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("%s has a null at place %d", name, i + 1)));
	}
	return elements;
}

static char *
place_of(const char *name, int i)
{
	return psprintf("%s[%d]", name, i + 1);
}

/* The name of a place is made only where it is needed. */
static double
element_amount(double value, const char *name, int i)
{
	return plan_is_amount(value) ? value : to_amount(value, place_of(name, i));
}

PlanAmounts
th_plan_amounts(FunctionCallInfo fcinfo, int argument, const char *name, bool may_be_null)
{
	Elements elements = elements_of(fcinfo, argument, name, FLOAT8OID, may_be_null);
	PlanAmounts amounts = { palloc(Max(elements.count, 1) * sizeof(double)), elements.count };

	for (int i = 0; i < elements.count; i++)
	{
		amounts.value[i] = NAN;
		if (!elements.nulls[i])
			amounts.value[i] = element_amount(DatumGetFloat8(elements.values[i]), name, i);
	}
	return amounts;
}

PlanAmounts
th_plan_moneys(FunctionCallInfo fcinfo, int argument, const char *name)
{
	Elements elements = elements_of(fcinfo, argument, name, NUMERICOID, false);
	PlanAmounts amounts = { palloc(Max(elements.count, 1) * sizeof(double)), elements.count };

	for (int i = 0; i < elements.count; i++)
		amounts.value[i] = element_amount(numeric_value(elements.values[i]), name, i);
	return amounts;
}

PlanUnits
th_plan_unit_array(FunctionCallInfo fcinfo, int argument, const char *name)
{
	Elements elements = elements_of(fcinfo, argument, name, INT8OID, false);
	PlanUnits units = { palloc(Max(elements.count, 1) * sizeof(int64)), elements.count };

	for (int i = 0; i < elements.count; i++)
	{
		units.value[i] = DatumGetInt64(elements.values[i]);
		if (units.value[i] < 0)
			to_units(units.value[i], place_of(name, i));
	}
	return units;
}

/* ---- demand ---- */

enum Distribution
{
	NORMAL,
	POISSON,
	NEGATIVE_BINOMIAL
};

static const char *const distributions[] = { "normal", "poisson", "negative_binomial" };

void
th_plan_demand(FunctionCallInfo fcinfo, int argument, const PlanStretch *stretch,
			   PlanDemand *demand)
{
	int distribution =
		th_plan_choice(fcinfo, argument, "distribution", distributions, lengthof(distributions));
	double deviation = stretch->deviation;
	double periods_deviation = stretch->periods_deviation;
	PlanLeadTime time = { stretch->demand, deviation * deviation, stretch->periods,
						  periods_deviation * periods_deviation };
	double mean = 0;
	double variance = 0;

	if (distribution == POISSON && deviation > 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("deviation %g is given for a Poisson distribution", deviation),
				 errdetail("Its variance is its mean."),
				 errhint("Use negative_binomial for counts that vary more.")));
	if (distribution == POISSON)
		time.demand_variance = stretch->demand;
	th_plan_check(plan_lead_time_moments(&time, &mean, &variance), "lead-time demand");
	if (distribution == NORMAL)
		th_plan_check(plan_demand_normal(mean, sqrt(variance), demand), "lead-time demand");
	else
		th_plan_check(plan_demand_counts(&th_plan_work, mean, variance, demand),
					  "lead-time demand");
}

/* ---- results ---- */

Datum
th_plan_money_datum(double value)
{
	return DirectFunctionCall1(float8_numeric, Float8GetDatum(value));
}

Datum
th_plan_whole_datum(double value, const char *what)
{
	int64 whole = 0;

	th_plan_check(plan_ceil(value, &whole), what);
	return Int64GetDatum(whole);
}

Datum
th_plan_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc shape;

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a planning function was not called for a row");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}
