/*
 * heatwave_year.c
 *	  Events by year, ranks and return periods.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "core/ocean/heatwave_summary.h"
#include "forecast/doubles.h"
#include "ocean/heatwave_detect.h"

PG_FUNCTION_INFO_V1(th_ocean_years_values);
PG_FUNCTION_INFO_V1(th_ocean_years_stream);
PG_FUNCTION_INFO_V1(th_ocean_heatwave_ranks);

/* Columns of ocean.years_values(). */
enum YearColumn
{
	YEAR_YEAR,
	YEAR_EVENTS,
	YEAR_DAYS,
	YEAR_CATEGORY_DAYS,
	YEAR_DURATION = YEAR_CATEGORY_DAYS + OCEAN_CATEGORIES,
	YEAR_INTENSITY_STRONGEST,
	YEAR_TOTAL_CUMULATIVE,
	YEAR_ANOMALY,
	YEAR_RELATIVE = YEAR_ANOMALY + 4,
	YEAR_ABSOLUTE = YEAR_RELATIVE + 4,
	YEAR_RATE_ONSET = YEAR_ABSOLUTE + 4,
	YEAR_RATE_DECLINE,
	YEAR_VALUES,
	YEAR_VALUE_MEAN,
	YEAR_VALUE_LEAST,
	YEAR_VALUE_GREATEST,
	YEAR_COLUMNS
};

/* Of a row under way. */
typedef struct Row
{
	Datum values[YEAR_COLUMNS];
	bool nulls[YEAR_COLUMNS];
} Row;

static void
put_number(Row *row, int column, double number)
{
	th_float_or_null(number, &row->values[column], &row->nulls[column]);
}

static void
put_intensity(Row *row, int column, const OceanIntensity *intensity)
{
	put_number(row, column, intensity->max);
	put_number(row, column + 1, intensity->mean);
	put_number(row, column + 2, intensity->deviation);
	put_number(row, column + 3, intensity->cumulative);
}

static void
put_year(ReturnSetInfo *set, const OceanHeatwaveYear *year)
{
	Row row = { 0 };

	row.values[YEAR_YEAR] = Int32GetDatum(year->year);
	row.values[YEAR_EVENTS] = Int32GetDatum(year->events);
	row.values[YEAR_DAYS] = Int32GetDatum(year->days);
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		row.values[YEAR_CATEGORY_DAYS + i] = Int32GetDatum(year->category_days[i]);
	put_number(&row, YEAR_DURATION, year->duration);
	put_number(&row, YEAR_INTENSITY_STRONGEST, year->intensity_strongest);
	put_number(&row, YEAR_TOTAL_CUMULATIVE, year->total_cumulative);
	put_intensity(&row, YEAR_ANOMALY, &year->anomaly);
	put_intensity(&row, YEAR_RELATIVE, &year->relative);
	put_intensity(&row, YEAR_ABSOLUTE, &year->absolute);
	put_number(&row, YEAR_RATE_ONSET, year->rate_onset);
	put_number(&row, YEAR_RATE_DECLINE, year->rate_decline);
	row.values[YEAR_VALUES] = Int32GetDatum(year->values);
	put_number(&row, YEAR_VALUE_MEAN, year->value_mean);
	put_number(&row, YEAR_VALUE_LEAST, year->value_least);
	put_number(&row, YEAR_VALUE_GREATEST, year->value_greatest);
	tuplestore_putvalues(set->setResult, set->setDesc, row.values, row.nulls);
}

static void
put_years(ReturnSetInfo *set, ThDetection *detection)
{
	const OceanSeries *series = &detection->series;
	int first = ocean_year_of(series->first_day);
	int count = ocean_year_of(series->first_day + series->n - 1) - first + 1;
	OceanHeatwaveYear *year = palloc(count * sizeof(*year));
	ThEvents events;

	th_detection_events(detection, &events);
	th_ocean_check(ocean_heatwave_years(series, events.event, events.count,
										detection->options.rule.cold, first, count, year));
	for (int i = 0; i < count; i++)
		put_year(set, &year[i]);
	MemoryContextDelete(detection->work.memory);
}

Datum
th_ocean_years_values(PG_FUNCTION_ARGS)
{
	ThDetection detection;

	InitMaterializedSRF(fcinfo, 0);
	if (th_detection_of_values(fcinfo, &detection))
		put_years((ReturnSetInfo *) fcinfo->resultinfo, &detection);
	return (Datum) 0;
}

Datum
th_ocean_years_stream(PG_FUNCTION_ARGS)
{
	ThDetection detection;

	InitMaterializedSRF(fcinfo, 0);
	if (th_detection_of_stream(fcinfo, &detection))
		put_years((ReturnSetInfo *) fcinfo->resultinfo, &detection);
	return (Datum) 0;
}

/* ---- ranks ---- */

static void
put_ranks(ReturnSetInfo *set, const double *figure, int count, int32 days)
{
	int32_t *rank = palloc(Max(count, 1) * sizeof(*rank));
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_ocean_check(ocean_heatwave_ranks(&work.lent, figure, count, rank));
	for (int i = 0; i < count; i++)
	{
		Datum values[4] = { Int32GetDatum(i + 1), Float8GetDatum(figure[i]), Int32GetDatum(rank[i]),
							Float8GetDatum(ocean_heatwave_return_years(days, rank[i])) };
		bool nulls[4] = { false, isnan(figure[i]), isnan(figure[i]), isnan(figure[i]) };

		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	MemoryContextDelete(work.memory);
}

Datum
th_ocean_heatwave_ranks(PG_FUNCTION_ARGS)
{
	int count;
	double *figure;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	if (PG_GETARG_INT32(1) < 1)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a series of %d days has no return periods", PG_GETARG_INT32(1))));
	figure = th_doubles(PG_GETARG_ARRAYTYPE_P(0), "figure", &count);
	put_ranks((ReturnSetInfo *) fcinfo->resultinfo, figure, count, PG_GETARG_INT32(1));
	return (Datum) 0;
}
