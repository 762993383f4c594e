/*
 * decompose.c
 *	  What a series is made of: its trend and seasons, its seasonal periods, the class of its
 *	  demand.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "core/forecast/detect.h"
#include "core/forecast/intermittent.h"
#include "core/forecast/mstl.h"
#include "forecast/doubles.h"
#include "forecast/values.h"

PG_FUNCTION_INFO_V1(th_decompose);
PG_FUNCTION_INFO_V1(th_detect_seasonality);
PG_FUNCTION_INFO_V1(th_demand_class);

#define SIGNIFICANCE_DEFAULT 0.01

/* The default of longest: what is longer has to be asked for, as it takes long. */
#define LONGEST_DEFAULT 1000

/* A row of tidehold.decompose. */
enum PartColumn
{
	PART_ORDINAL,
	PART_VALUE,
	PART_TREND,
	PART_SEASONAL,
	PART_SEASONS,
	PART_REMAINDER,
	PART_COLUMNS
};

/* Periods as the caller gave them, and where each stands in ascending order. */
typedef struct Periods
{
	int count;
	int given[FORECAST_PERIODS_MAX];
	int rank[FORECAST_PERIODS_MAX];
} Periods;

/* ---- arguments ---- */

/* Periods are arguments of their own here. */
static void
read_series(FunctionCallInfo fcinfo, ThWork *work, ForecastSeries *series)
{
	const ThForecastOptions none = { 0 };

	th_values_series(work, PG_GETARG_ARRAYTYPE_P(0), &none, series);
}

static void
refuse_period(int period, const char *reason)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("period %d %s", period, reason),
			 errdetail("Periods are counted in steps, from 2 to %d.", FORECAST_PERIOD_LIMIT)));
}

static void
check_period(const Periods *periods, int period)
{
	if (period < 2 || period > FORECAST_PERIOD_LIMIT)
		refuse_period(period, "is out of range");
	for (int i = 0; i < periods->count; i++)
	{
		if (periods->given[i] == period)
			refuse_period(period, "is given twice");
	}
}

static void
read_periods(ArrayType *array, Periods *periods)
{
	Datum *elements;
	bool *nulls;
	int count;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &elements, &nulls,
					  &count);
	if (count > FORECAST_PERIODS_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%d periods are too many", count),
				 errdetail("A series can have %d.", FORECAST_PERIODS_MAX)));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("a period must not be null")));
		check_period(periods, DatumGetInt32(elements[i]));
		periods->given[periods->count++] = DatumGetInt32(elements[i]);
	}
}

/* The core wants them ascending. */
static void
order_periods(Periods *periods, ForecastSeries *series)
{
	series->period_count = periods->count;
	for (int i = 0; i < periods->count; i++)
	{
		periods->rank[i] = 0;
		for (int j = 0; j < periods->count; j++)
			periods->rank[i] += periods->given[j] < periods->given[i];
		series->period[periods->rank[i]] = periods->given[i];
	}
}

static void
detect_periods(const ThWork *work, const ForecastSeries *series, int longest,
			   double significance, ForecastPeriods *found)
{
	th_forecast_check(forecast_detect_periods(&work->lent, series, longest, significance, found));
}

/* ---- decompose ---- */

/* Each season in the order given, NULL of a period that does not come twice. */
static Datum
seasons_at(const ForecastDecomposition *parts, const Periods *periods, int t)
{
	Datum season[FORECAST_PERIODS_MAX];
	bool is_null[FORECAST_PERIODS_MAX];
	int lower = 1;
	int count = periods->count;

	for (int i = 0; i < count; i++)
	{
		is_null[i] = periods->rank[i] >= parts->count;
		season[i] = Float8GetDatum(is_null[i] ? 0 : parts->seasonal[periods->rank[i]][t]);
	}
	if (count == 0)
		return PointerGetDatum(construct_empty_array(FLOAT8OID));
	return PointerGetDatum(construct_md_array(season, is_null, 1, &count, &lower, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
put_part(ReturnSetInfo *set, const ForecastSeries *series, const ForecastDecomposition *parts,
		 const Periods *periods, int t)
{
	Datum values[PART_COLUMNS];
	bool nulls[PART_COLUMNS] = { false };
	double seasonal = 0;

	for (int i = 0; i < parts->count; i++)
		seasonal += parts->seasonal[i][t];
	values[PART_ORDINAL] = Int32GetDatum(t + 1);
	th_float_or_null(series->value[t], &values[PART_VALUE], &nulls[PART_VALUE]);
	th_float_or_null(parts->trend[t], &values[PART_TREND], &nulls[PART_TREND]);
	th_float_or_null(seasonal, &values[PART_SEASONAL], &nulls[PART_SEASONAL]);
	values[PART_SEASONS] = seasons_at(parts, periods, t);
	th_float_or_null(parts->remainder[t], &values[PART_REMAINDER], &nulls[PART_REMAINDER]);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	pfree(DatumGetPointer(values[PART_SEASONS]));
}

/* Of a series without any known value there are no parts. */
static void
decompose(FunctionCallInfo fcinfo, ReturnSetInfo *set)
{
	ForecastMstlOptions options = { .robust = PG_GETARG_BOOL(2) };
	ForecastDecomposition parts;
	ForecastPeriods found = { 0 };
	ForecastSeries series;
	ForecastStatus status;
	Periods periods = { 0 };
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	read_series(fcinfo, &work, &series);
	if (!PG_ARGISNULL(1))
		read_periods(PG_GETARG_ARRAYTYPE_P(1), &periods);
	else
	{
		detect_periods(&work, &series, LONGEST_DEFAULT, SIGNIFICANCE_DEFAULT, &found);
		periods.count = found.count;
		memcpy(periods.given, found.period, sizeof(periods.given));
	}
	order_periods(&periods, &series);
	status = forecast_mstl(&work.lent, &series, &options, &parts);
	th_forecast_check(status);
	for (int t = 0; status == FORECAST_OK && t < series.n; t++)
		put_part(set, &series, &parts, &periods, t);
	MemoryContextDelete(work.memory);
}

Datum
th_decompose(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("robust must not be null")));
	if (!PG_ARGISNULL(0))
		decompose(fcinfo, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

/* ---- detect_seasonality ---- */

static void
detect(FunctionCallInfo fcinfo, ReturnSetInfo *set)
{
	double significance = PG_ARGISNULL(2) ? SIGNIFICANCE_DEFAULT : PG_GETARG_FLOAT8(2);
	ForecastPeriods found;
	ForecastSeries series;
	ThWork work;
	int longest;

	th_work_init(&work, CurrentMemoryContext);
	read_series(fcinfo, &work, &series);
	longest = PG_ARGISNULL(1) ? series.n : PG_GETARG_INT32(1);
	if (longest < 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("longest %d is below 0", longest)));
	if (!(significance > 0 && significance < 1))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("significance %g is not between 0 and 1", significance)));
	detect_periods(&work, &series, longest, significance, &found);
	for (int i = 0; i < found.count; i++)
	{
		Datum values[3] = { Int32GetDatum(found.period[i]), Float8GetDatum(found.strength[i]),
							Float8GetDatum(found.p_value[i]) };
		bool nulls[3] = { false };

		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	MemoryContextDelete(work.memory);
}

Datum
th_detect_seasonality(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(0))
		detect(fcinfo, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

/* ---- demand_class ---- */

static const char *
class_name(ForecastDemandClass class)
{
	switch (class)
	{
		case FORECAST_DEMAND_NONE:
			return "none";
		case FORECAST_DEMAND_SMOOTH:
			return "smooth";
		case FORECAST_DEMAND_INTERMITTENT:
			return "intermittent";
		case FORECAST_DEMAND_ERRATIC:
			return "erratic";
		case FORECAST_DEMAND_LUMPY:
			return "lumpy";
	}
	return NULL;
}

static void
check_demand(const ForecastSeries *series)
{
	for (int t = 0; t < series->n; t++)
	{
		if (series->value[t] < 0)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("demand %g of element %d is below zero", series->value[t], t + 1)));
	}
}

Datum
th_demand_class(PG_FUNCTION_ARGS)
{
	ForecastDemandPattern pattern;
	ForecastSeries series;
	TupleDesc shape;
	ThWork work;
	Datum values[5];
	bool nulls[5] = { false };

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "demand_class does not return a row");
	th_work_init(&work, CurrentMemoryContext);
	read_series(fcinfo, &work, &series);
	check_demand(&series);
	th_forecast_check(forecast_demand_pattern(&series, &pattern));
	MemoryContextDelete(work.memory);
	values[0] = CStringGetTextDatum(class_name(pattern.class));
	th_float_or_null(pattern.demands > 0 ? pattern.adi : NAN, &values[1], &nulls[1]);
	th_float_or_null(pattern.demands > 0 ? pattern.cv2 : NAN, &values[2], &nulls[2]);
	values[3] = Int32GetDatum(pattern.periods);
	values[4] = Int32GetDatum(pattern.demands);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}
