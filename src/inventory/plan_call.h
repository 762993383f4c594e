/*
 * plan_call.h
 *	  What the planning functions share: arguments with their names in the message, the
 *	  work that core/plan is lent, and its statuses as errors.
 */
#ifndef TIDEHOLD_INVENTORY_PLAN_CALL_H
#define TIDEHOLD_INVENTORY_PLAN_CALL_H

#include "fmgr.h"

#include "core/plan/demand.h"

/* Memory of the current context; a cancelled query leaves by its error. */
extern const ForecastWork th_plan_work;

/* Raises unless PLAN_OK; what is the noun that the message begins with. */
extern void th_plan_check(PlanStatus status, const char *what);

/*
 * Arguments.  Each raises TH026 with name and value where it is out of range: an amount and
 * money are finite and from 0, a cost may be infinite too, a level lies between 0 and 1.
 */
extern double th_plan_amount(FunctionCallInfo fcinfo, int argument, const char *name);
extern double th_plan_money(FunctionCallInfo fcinfo, int argument, const char *name);
extern double th_plan_cost(FunctionCallInfo fcinfo, int argument, const char *name);
extern double th_plan_level(FunctionCallInfo fcinfo, int argument, const char *name);
extern int64 th_plan_units(FunctionCallInfo fcinfo, int argument, const char *name);
extern int th_plan_count(FunctionCallInfo fcinfo, int argument, const char *name, int least);

/* Index of a text among those that it may be. */
extern int th_plan_choice(FunctionCallInfo fcinfo, int argument, const char *name,
						  const char *const *choices, int count);

/* Elements of an array, each from 0; nulls are refused, or NaN where they may be. */
typedef struct PlanAmounts
{
	double *value;
	int count;
} PlanAmounts;

typedef struct PlanUnits
{
	int64 *value;
	int count;
} PlanUnits;

extern PlanAmounts th_plan_amounts(FunctionCallInfo fcinfo, int argument, const char *name,
								   bool may_be_null);
extern PlanAmounts th_plan_moneys(FunctionCallInfo fcinfo, int argument, const char *name);
extern PlanUnits th_plan_unit_array(FunctionCallInfo fcinfo, int argument, const char *name);

/*
 * The demand of a stretch of time whose length varies, by the distribution that a text
 * names: normal, poisson or negative_binomial.
 */
typedef struct PlanStretch
{
	double demand;
	double deviation; /* both of a period */
	double periods;
	double periods_deviation;
} PlanStretch;

extern void th_plan_demand(FunctionCallInfo fcinfo, int argument, const PlanStretch *stretch,
						   PlanDemand *demand);

/* Results: money, whole units that are not below value, and the row of the OUT parameters. */
extern Datum th_plan_money_datum(double value);
extern Datum th_plan_whole_datum(double value, const char *what);
extern Datum th_plan_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

#endif /* TIDEHOLD_INVENTORY_PLAN_CALL_H */
