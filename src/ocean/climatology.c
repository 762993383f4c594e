/*
 * climatology.c
 *	  Climatologies of arrays and of streams, and as values.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "forecast/doubles.h"
#include "ocean/climatology.h"
#include "ocean/daily.h"
#include "ocean/daily_aggregate.h"

PG_FUNCTION_INFO_V1(th_ocean_day_of_year);
PG_FUNCTION_INFO_V1(th_ocean_climatology_values);
PG_FUNCTION_INFO_V1(th_ocean_climatology_stream);
PG_FUNCTION_INFO_V1(th_ocean_climatology_final);
PG_FUNCTION_INFO_V1(th_ocean_climatology_fit_values);
PG_FUNCTION_INFO_V1(th_ocean_climatology_fit_stream);

/* Fields of ocean.climatology_curve. */
enum CurveField
{
	CURVE_KIND,
	CURVE_FIRST_YEAR,
	CURVE_LAST_YEAR,
	CURVE_YEARS,
	CURVE_OBSERVED,
	CURVE_GUARDED,
	CURVE_FIRST_DAY,
	CURVE_LAST_DAY,
	CURVE_MEAN,
	CURVE_THRESHOLD,
	CURVE_SAMPLES,
	CURVE_FIELDS
};

Datum
th_ocean_day_of_year(PG_FUNCTION_ARGS)
{
	DateADT day = PG_GETARG_DATEADT(0);

	th_daily_check(day, 0);
	PG_RETURN_INT16(ocean_day_of_year(day));
}

/* ---- building ---- */

static void
refuse_too_few(const OceanClimatologyOptions *made)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("the baseline %d to %d has fewer than %d years with values", made->first_year,
					made->last_year, made->min_years),
			 errdetail("A year counts with values on half of its days."),
			 errhint("Lower min_years, or borrow the climatology of a longer series.")));
}

static void
refuse_outside(const OceanClimatologyOptions *made, const OceanSeries *series)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("the baseline %d to %d lies outside of the data", made->first_year, made->last_year),
			 errdetail("The data are from %s to %s.", th_day_text(series->first_day),
					   th_day_text(series->first_day + series->n - 1)),
			 errhint("Name years that the series has, or borrow the climatology of a longer one.")));
}

static void
build(ThWork *work, const OceanSeries *series, const OceanClimatologyOptions *made,
	  OceanClimatology *climatology)
{
	OceanStatus status = ocean_climatology_build(&work->lent, series, made, climatology);

	if (status == OCEAN_TOO_FEW_YEARS)
		refuse_too_few(made);
	if (status == OCEAN_BASELINE_OUTSIDE)
		refuse_outside(made, series);
	if (status == OCEAN_EMPTY)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the baseline %d to %d has no value", made->first_year, made->last_year)));
	th_ocean_check(status);
}

void
th_climatology_build(ThWork *work, const OceanSeries *series, const ThHeatwaveOptions *options,
					 OceanClimatology *climatology)
{
	OceanClimatologyOptions made = th_climatology_options(options, series);

	build(work, series, &made, climatology);
}

/* The first shift_years years of the data serve the days that have fewer before them. */
static void
build_shifting(ThWork *work, const OceanSeries *series, const ThHeatwaveOptions *options,
			   OceanBaselines *baselines)
{
	OceanClimatologyOptions made = options->climatology;
	int first = ocean_year_of(series->first_day) + options->shift_years;
	int last = ocean_year_of(series->first_day + series->n - 1);
	OceanClimatology *built;

	baselines->first_year = first;
	baselines->count = Max(last - first + 1, 1);
	built = th_work_allocate(work, baselines->count * sizeof(*built));
	for (int i = 0; i < baselines->count; i++)
	{
		made.first_year = first + i - options->shift_years;
		made.last_year = first + i - 1;
		build(work, series, &made, &built[i]);
	}
	baselines->climatology = built;
}

void
th_baselines_build(ThWork *work, const OceanSeries *series, const ThHeatwaveOptions *options,
				   OceanBaselines *baselines)
{
	OceanClimatology *built;

	if (options->shift_years > 0)
	{
		build_shifting(work, series, options, baselines);
		return;
	}
	built = th_work_allocate(work, sizeof(*built));
	th_climatology_build(work, series, options, built);
	*baselines = (OceanBaselines){ .climatology = built, .count = 1 };
}

/* ---- a curve as a value ---- */

static Datum
doubles_datum(const double *value)
{
	Datum element[OCEAN_YEAR_DAYS];
	bool is_null[OCEAN_YEAR_DAYS];
	int count = OCEAN_YEAR_DAYS;
	int lower = 1;

	for (int i = 0; i < count; i++)
		th_float_or_null(value[i], &element[i], &is_null[i]);
	return PointerGetDatum(construct_md_array(element, is_null, 1, &count, &lower, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
samples_datum(const int32_t *samples)
{
	Datum element[OCEAN_YEAR_DAYS];

	for (int i = 0; i < OCEAN_YEAR_DAYS; i++)
		element[i] = Int32GetDatum(samples[i]);
	return PointerGetDatum(construct_array(element, OCEAN_YEAR_DAYS, INT4OID, sizeof(int32), true,
										   TYPALIGN_INT));
}

static Datum
curve_datum(FunctionCallInfo fcinfo, const OceanSeries *series, const ThHeatwaveOptions *options,
			const OceanClimatology *climatology)
{
	OceanClimatologyOptions made = th_climatology_options(options, series);
	Datum values[CURVE_FIELDS];
	bool nulls[CURVE_FIELDS] = { false };
	TupleDesc shape;

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE ||
		shape->natts != CURVE_FIELDS)
		elog(ERROR, "the result is no ocean.climatology_curve");
	values[CURVE_KIND] = CStringGetTextDatum(made.cold ? "cold_spell" : "heatwave");
	values[CURVE_FIRST_YEAR] = Int32GetDatum(made.first_year);
	values[CURVE_LAST_YEAR] = Int32GetDatum(made.last_year);
	values[CURVE_YEARS] = Int32GetDatum(climatology->years);
	values[CURVE_OBSERVED] = Int32GetDatum(climatology->values);
	values[CURVE_GUARDED] = Int32GetDatum(climatology->guarded);
	values[CURVE_FIRST_DAY] = DateADTGetDatum(series->first_day);
	values[CURVE_LAST_DAY] = DateADTGetDatum(series->first_day + series->n - 1);
	values[CURVE_MEAN] = doubles_datum(climatology->mean);
	values[CURVE_THRESHOLD] = doubles_datum(climatology->threshold);
	values[CURVE_SAMPLES] = samples_datum(climatology->samples);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

static void
read_doubles(HeapTupleHeader curve, enum CurveField field, double value[OCEAN_YEAR_DAYS])
{
	bool is_null;
	Datum datum = GetAttributeByNum(curve, field + 1, &is_null);
	double *read;
	int count;

	if (is_null)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a climatology has no %s", field == CURVE_MEAN ? "mean" : "threshold")));
	read = th_finite_doubles(DatumGetArrayTypeP(datum), field == CURVE_MEAN ? "mean" : "threshold",
							 &count);
	if (count != OCEAN_YEAR_DAYS)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a climatology has %d days of the year", count),
				 errdetail("It has %d; 29 February is the sixtieth.", OCEAN_YEAR_DAYS)));
	memcpy(value, read, sizeof(*value) * OCEAN_YEAR_DAYS);
	pfree(read);
}

static bool
read_cold(HeapTupleHeader curve, bool when_null)
{
	bool is_null;
	Datum datum = GetAttributeByNum(curve, CURVE_KIND + 1, &is_null);

	return is_null ? when_null : strcmp(TextDatumGetCString(datum), "cold_spell") == 0;
}

void
th_climatology_read(HeapTupleHeader curve, ThHeatwaveOptions *options,
					OceanClimatology *climatology)
{
	bool cold = read_cold(curve, options->rule.cold);

	if (options->has_kind && cold != options->rule.cold)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the climatology is one of %s", cold ? "cold spells" : "heatwaves"),
				 errhint("Make one of the other kind, or leave kind out of the options.")));
	options->rule.cold = options->climatology.cold = cold;
	memset(climatology, 0, sizeof(*climatology));
	read_doubles(curve, CURVE_MEAN, climatology->mean);
	read_doubles(curve, CURVE_THRESHOLD, climatology->threshold);
}

/* ---- functions ---- */

static void
read_options(FunctionCallInfo fcinfo, int argument, ThHeatwaveOptions *options)
{
	if (PG_ARGISNULL(argument))
		th_heatwave_options_default(options);
	else
		th_heatwave_options_read(PG_GETARG_HEAPTUPLEHEADER(argument), options);
}

static Datum
climatology_of(FunctionCallInfo fcinfo, ThWork *work, const OceanSeries *series,
			   const ThHeatwaveOptions *options)
{
	OceanClimatology *climatology = th_work_allocate(work, sizeof(*climatology));
	Datum result;

	th_climatology_build(work, series, options, climatology);
	result = curve_datum(fcinfo, series, options, climatology);
	MemoryContextDelete(work->memory);
	return result;
}

Datum
th_ocean_climatology_values(PG_FUNCTION_ARGS)
{
	ThHeatwaveOptions options;
	OceanSeries series;
	ThWork work;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	read_options(fcinfo, 2, &options);
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_arrays(&work, PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1), &series);
	PG_RETURN_DATUM(climatology_of(fcinfo, &work, &series, &options));
}

Datum
th_ocean_climatology_stream(PG_FUNCTION_ARGS)
{
	ThHeatwaveOptions options;
	OceanSeries series;
	ThWork work;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	read_options(fcinfo, 1, &options);
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_stream(&work, PG_GETARG_INT64(0), &series);
	PG_RETURN_DATUM(climatology_of(fcinfo, &work, &series, &options));
}

Datum
th_ocean_climatology_final(PG_FUNCTION_ARGS)
{
	ThHeatwaveOptions options;
	OceanSeries series;
	ThWork work;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	th_daily_state_options((ThSeries *) PG_GETARG_POINTER(0), &options);
	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_rows(&work, (ThSeries *) PG_GETARG_POINTER(0), &series);
	PG_RETURN_DATUM(climatology_of(fcinfo, &work, &series, &options));
}

/* ---- how well a climatology fits a series ---- */

static Datum
fit_row(FunctionCallInfo fcinfo, const OceanSeries *series, const OceanClimatology *climatology)
{
	OceanClimatologyFit fit;
	TupleDesc shape;
	Datum values[4];
	bool nulls[4] = { false };

	th_ocean_check(ocean_climatology_fit(series, climatology, &fit));
	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "climatology_fit does not return a row");
	values[0] = Int32GetDatum(fit.values);
	th_float_or_null(fit.bias, &values[1], &nulls[1]);
	th_float_or_null(fit.rmse, &values[2], &nulls[2]);
	th_float_or_null(fit.rmse_less_bias, &values[3], &nulls[3]);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

static Datum
fit_of(FunctionCallInfo fcinfo, ThWork *work, const OceanSeries *series, int curve)
{
	OceanClimatology *climatology = th_work_allocate(work, sizeof(*climatology));
	ThHeatwaveOptions options;
	Datum result;

	th_heatwave_options_default(&options);
	th_climatology_read(PG_GETARG_HEAPTUPLEHEADER(curve), &options, climatology);
	result = fit_row(fcinfo, series, climatology);
	MemoryContextDelete(work->memory);
	return result;
}

Datum
th_ocean_climatology_fit_values(PG_FUNCTION_ARGS)
{
	OceanSeries series;
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_arrays(&work, PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1), &series);
	PG_RETURN_DATUM(fit_of(fcinfo, &work, &series, 2));
}

Datum
th_ocean_climatology_fit_stream(PG_FUNCTION_ARGS)
{
	OceanSeries series;
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_daily_of_stream(&work, PG_GETARG_INT64(0), &series);
	PG_RETURN_DATUM(fit_of(fcinfo, &work, &series, 1));
}
