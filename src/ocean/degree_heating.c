/*
 * degree_heating.c
 *	  Degree heating weeks and bleaching alert levels.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "core/ocean/degree_heating.h"
#include "forecast/doubles.h"
#include "ocean/daily.h"
#include "ocean/heatwave_options.h"

PG_FUNCTION_INFO_V1(th_ocean_heating_values);
PG_FUNCTION_INFO_V1(th_ocean_heating_stream);
PG_FUNCTION_INFO_V1(th_ocean_monthly_values);
PG_FUNCTION_INFO_V1(th_ocean_monthly_stream);

/* ---- monthly means ---- */

static void
read_years(FunctionCallInfo fcinfo, int argument, const OceanSeries *series,
		   OceanMonthlyOptions *options)
{
	options->first_year = ocean_year_of(series->first_day);
	options->last_year = ocean_year_of(series->first_day + series->n - 1);
	if (!PG_ARGISNULL(argument))
		options->first_year = PG_GETARG_INT32(argument);
	if (!PG_ARGISNULL(argument + 1))
		options->last_year = PG_GETARG_INT32(argument + 1);
	options->recentred = !PG_ARGISNULL(argument + 2);
	options->centre = options->recentred ? PG_GETARG_FLOAT8(argument + 2) : OCEAN_HEATING_CENTRE;
	if (options->first_year > options->last_year ||
		options->last_year - options->first_year >= OCEAN_HEATING_YEARS_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("years %d to %d are no baseline", options->first_year, options->last_year),
				 errdetail("It has at least one year and at most %d.", OCEAN_HEATING_YEARS_MAX)));
	if (!isfinite(options->centre))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("centre %g is not a year", options->centre)));
}

static Datum
means_row(FunctionCallInfo fcinfo, const OceanMonthlyMeans *means)
{
	Datum mean[OCEAN_MONTHS];
	bool none[OCEAN_MONTHS];
	int count = OCEAN_MONTHS;
	int lower = 1;
	bool has_maximum = !isnan(means->maximum);
	Datum values[3];
	bool nulls[3] = { false, !has_maximum, !has_maximum };
	TupleDesc shape;

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "monthly means are no row");
	for (int i = 0; i < count; i++)
		th_float_or_null(means->mean[i], &mean[i], &none[i]);
	values[0] = PointerGetDatum(construct_md_array(mean, none, 1, &count, &lower, FLOAT8OID,
												   sizeof(float8), FLOAT8PASSBYVAL,
												   TYPALIGN_DOUBLE));
	values[1] = Float8GetDatum(means->maximum);
	values[2] = Int32GetDatum(means->maximum_month + 1);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

static Datum
monthly_means(FunctionCallInfo fcinfo, ThWork *work, const OceanSeries *series, int argument)
{
	OceanMonthlyOptions options;
	OceanMonthlyMeans means;

	read_years(fcinfo, argument, series, &options);
	th_ocean_check(ocean_monthly_means(series, &options, &means));
	MemoryContextDelete(work->memory);
	return means_row(fcinfo, &means);
}

Datum
th_ocean_monthly_values(PG_FUNCTION_ARGS)
{
	OceanSeries series;
	ThWork work;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_arrays(&work, PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1), &series);
	PG_RETURN_DATUM(monthly_means(fcinfo, &work, &series, 2));
}

Datum
th_ocean_monthly_stream(PG_FUNCTION_ARGS)
{
	OceanSeries series;
	ThWork work;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_stream(&work, PG_GETARG_INT64(0), &series);
	PG_RETURN_DATUM(monthly_means(fcinfo, &work, &series, 1));
}

/* ---- degree heating ---- */

/* Columns of ocean.heating_values(). */
enum HeatingColumn
{
	HEATING_DAY,
	HEATING_HOTSPOT,
	HEATING_WEEKS,
	HEATING_MISSING,
	HEATING_LEVEL,
	HEATING_AREA_LEVEL,
	HEATING_COLUMNS
};

static void
put_heating(ReturnSetInfo *set, int32 day, const OceanHeating *heating)
{
	bool known = !isnan(heating->hotspot) && !isnan(heating->weeks);
	Datum values[HEATING_COLUMNS];
	bool nulls[HEATING_COLUMNS] = { false };

	values[HEATING_DAY] = DateADTGetDatum(day);
	th_float_or_null(heating->hotspot, &values[HEATING_HOTSPOT], &nulls[HEATING_HOTSPOT]);
	th_float_or_null(heating->weeks, &values[HEATING_WEEKS], &nulls[HEATING_WEEKS]);
	values[HEATING_MISSING] = Int32GetDatum(heating->missing);
	values[HEATING_LEVEL] = Int16GetDatum((int16) heating->day);
	nulls[HEATING_LEVEL] = !known;
	values[HEATING_AREA_LEVEL] = Int16GetDatum((int16) heating->area);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

static void
put_heatings(ReturnSetInfo *set, ThWork *work, const OceanSeries *series, double maximum)
{
	OceanHeating *heating = palloc_extended(series->n * sizeof(*heating), MCXT_ALLOC_HUGE);

	if (!isfinite(maximum))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("maximum monthly mean %g is not a temperature", maximum)));
	th_ocean_check(ocean_degree_heating(series, maximum, heating));
	for (int i = 0; i < series->n; i++)
		put_heating(set, series->first_day + i, &heating[i]);
	pfree(heating);
	MemoryContextDelete(work->memory);
}

Datum
th_ocean_heating_values(PG_FUNCTION_ARGS)
{
	OceanSeries series;
	ThWork work;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_arrays(&work, PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1), &series);
	put_heatings((ReturnSetInfo *) fcinfo->resultinfo, &work, &series, PG_GETARG_FLOAT8(2));
	return (Datum) 0;
}

Datum
th_ocean_heating_stream(PG_FUNCTION_ARGS)
{
	OceanSeries series;
	ThWork work;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_stream(&work, PG_GETARG_INT64(0), &series);
	put_heatings((ReturnSetInfo *) fcinfo->resultinfo, &work, &series, PG_GETARG_FLOAT8(1));
	return (Datum) 0;
}
