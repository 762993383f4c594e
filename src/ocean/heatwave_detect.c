/*
 * heatwave_detect.c
 *	  Events of whole series, and what each of their days is.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "forecast/doubles.h"
#include "ocean/climatology.h"
#include "ocean/daily.h"
#include "ocean/daily_aggregate.h"
#include "ocean/heatwave_detect.h"
#include "ocean/heatwave_row.h"

PG_FUNCTION_INFO_V1(th_ocean_detect_values);
PG_FUNCTION_INFO_V1(th_ocean_detect_stream);
PG_FUNCTION_INFO_V1(th_ocean_detect_final);
PG_FUNCTION_INFO_V1(th_ocean_label_values);
PG_FUNCTION_INFO_V1(th_ocean_label_stream);

/* Columns of ocean.label_values(). */
enum LabelColumn
{
	LABEL_DAY,
	LABEL_VALUE,
	LABEL_MEAN,
	LABEL_THRESHOLD,
	LABEL_EXCEEDS,
	LABEL_CAUSAL,
	LABEL_EVENT_NO,
	LABEL_COLUMNS
};

/* ---- arguments ---- */

static void
read_terms(FunctionCallInfo fcinfo, ThDetection *detection, int options, int curve)
{
	ThWork *work = &detection->work;

	if (PG_ARGISNULL(options))
		th_heatwave_options_default(&detection->options);
	else
		th_heatwave_options_read(PG_GETARG_HEAPTUPLEHEADER(options), &detection->options);
	if (PG_ARGISNULL(curve))
	{
		th_baselines_build(work, &detection->series, &detection->options, &detection->baselines);
		return;
	}
	detection->given = MemoryContextAlloc(work->memory, sizeof(OceanClimatology));
	th_climatology_read(PG_GETARG_HEAPTUPLEHEADER(curve), &detection->options, detection->given);
	detection->baselines = (OceanBaselines){ .climatology = detection->given, .count = 1 };
}

bool
th_detection_of_values(FunctionCallInfo fcinfo, ThDetection *detection)
{
	memset(detection, 0, sizeof(*detection));
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	th_work_init(&detection->work, CurrentMemoryContext);
	th_daily_of_arrays(&detection->work, PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1),
					   &detection->series);
	read_terms(fcinfo, detection, 2, 3);
	return true;
}

bool
th_detection_of_stream(FunctionCallInfo fcinfo, ThDetection *detection)
{
	memset(detection, 0, sizeof(*detection));
	if (PG_ARGISNULL(0))
		return false;
	th_work_init(&detection->work, CurrentMemoryContext);
	th_daily_of_stream(&detection->work, PG_GETARG_INT64(0), &detection->series);
	read_terms(fcinfo, detection, 1, 2);
	return true;
}

void
th_detection_events(ThDetection *detection, ThEvents *events)
{
	memset(events, 0, sizeof(*events));
	th_ocean_check(ocean_heatwave_detect(&detection->work.lent, &detection->series,
										 &detection->options.rule, &detection->baselines,
										 th_events_add, events, NULL));
}

/* ---- events ---- */

static void
put_events(ReturnSetInfo *set, ThDetection *detection)
{
	ThEvents events;

	th_detection_events(detection, &events);
	for (int i = 0; i < events.count; i++)
		tuplestore_puttuple(set->setResult,
							th_event_row(set->setDesc, i + 1, &events.event[i]));
	MemoryContextDelete(detection->work.memory);
}

Datum
th_ocean_detect_values(PG_FUNCTION_ARGS)
{
	ThDetection detection;

	InitMaterializedSRF(fcinfo, 0);
	if (th_detection_of_values(fcinfo, &detection))
		put_events((ReturnSetInfo *) fcinfo->resultinfo, &detection);
	return (Datum) 0;
}

Datum
th_ocean_detect_stream(PG_FUNCTION_ARGS)
{
	ThDetection detection;

	InitMaterializedSRF(fcinfo, 0);
	if (th_detection_of_stream(fcinfo, &detection))
		put_events((ReturnSetInfo *) fcinfo->resultinfo, &detection);
	return (Datum) 0;
}

Datum
th_ocean_detect_final(PG_FUNCTION_ARGS)
{
	Oid element_type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	ThDetection detection = { 0 };
	ThEvents events;
	const ThSeries *rows;
	Datum array;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rows = (ThSeries *) PG_GETARG_POINTER(0);
	th_work_init(&detection.work, CurrentMemoryContext);
	th_daily_state_options(rows, &detection.options);
	th_daily_of_rows(&detection.work, rows, &detection.series);
	th_baselines_build(&detection.work, &detection.series, &detection.options,
					   &detection.baselines);
	th_detection_events(&detection, &events);
	array = th_events_array(element_type, &events);
	MemoryContextDelete(detection.work.memory);
	PG_RETURN_DATUM(array);
}

/* ---- labels of days ---- */

static const OceanClimatology *
climatology_at(const OceanBaselines *baselines, int year)
{
	int i = Min(Max(year - baselines->first_year, 0), baselines->count - 1);

	return &baselines->climatology[i];
}

static void
put_label(ReturnSetInfo *set, const ThDetection *detection, const OceanDate *date,
		  OceanPhase causal, int32_t event)
{
	const OceanClimatology *usual = climatology_at(&detection->baselines, date->year);
	bool cold = detection->options.rule.cold;
	double value = detection->series.value[date->day - detection->series.first_day];
	double limit = ocean_climatology_limit(usual, date->day_of_year, cold);
	Datum values[LABEL_COLUMNS];
	bool nulls[LABEL_COLUMNS] = { false };

	values[LABEL_DAY] = DateADTGetDatum(date->day);
	th_float_or_null(value, &values[LABEL_VALUE], &nulls[LABEL_VALUE]);
	th_float_or_null(usual->mean[date->day_of_year - 1], &values[LABEL_MEAN], &nulls[LABEL_MEAN]);
	th_float_or_null(usual->threshold[date->day_of_year - 1], &values[LABEL_THRESHOLD],
					 &nulls[LABEL_THRESHOLD]);
	values[LABEL_EXCEEDS] = BoolGetDatum(cold ? value < limit : value > limit);
	values[LABEL_CAUSAL] = CStringGetTextDatum(th_phase_name(causal));
	values[LABEL_EVENT_NO] = Int32GetDatum(event);
	nulls[LABEL_EVENT_NO] = event == 0;
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

static void
put_labels(ReturnSetInfo *set, ThDetection *detection)
{
	const OceanSeries *series = &detection->series;
	OceanPhase *causal = palloc_extended(series->n * sizeof(*causal), MCXT_ALLOC_HUGE);
	int32_t *event = palloc_extended(series->n * sizeof(*event), MCXT_ALLOC_HUGE);
	OceanDate date = ocean_date_of(series->first_day);

	th_ocean_check(ocean_heatwave_label(&detection->work.lent, series, &detection->options.rule,
										&detection->baselines, causal, event));
	if (detection->options.rule.pad_days > 0)
	{
		OceanSeries padded;

		th_ocean_check(ocean_series_pad(&detection->work.lent, series,
										detection->options.rule.pad_days, &padded));
		detection->series = padded;
	}
	for (int i = 0; i < series->n; i++, ocean_date_next(&date))
		put_label(set, detection, &date, causal[i], event[i]);
	MemoryContextDelete(detection->work.memory);
}

Datum
th_ocean_label_values(PG_FUNCTION_ARGS)
{
	ThDetection detection;

	InitMaterializedSRF(fcinfo, 0);
	if (th_detection_of_values(fcinfo, &detection))
		put_labels((ReturnSetInfo *) fcinfo->resultinfo, &detection);
	return (Datum) 0;
}

Datum
th_ocean_label_stream(PG_FUNCTION_ARGS)
{
	ThDetection detection;

	InitMaterializedSRF(fcinfo, 0);
	if (th_detection_of_stream(fcinfo, &detection))
		put_labels((ReturnSetInfo *) fcinfo->resultinfo, &detection);
	return (Datum) 0;
}
