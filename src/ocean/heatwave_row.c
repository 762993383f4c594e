/*
 * heatwave_row.c
 *	  Events as rows.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "forecast/doubles.h"
#include "ocean/heatwave_row.h"

/* Columns of ocean.heatwave. */
enum HeatwaveColumn
{
	HEATWAVE_EVENT_NO,
	HEATWAVE_STATE,
	HEATWAVE_START_DATE,
	HEATWAVE_PEAK_DATE,
	HEATWAVE_END_DATE,
	HEATWAVE_DURATION,
	HEATWAVE_MISSING_DAYS,
	HEATWAVE_CATEGORY,
	HEATWAVE_CATEGORY_NAME,
	HEATWAVE_CATEGORY_DATE,
	HEATWAVE_CATEGORY_DAYS,										  /* four */
	HEATWAVE_ANOMALY = HEATWAVE_CATEGORY_DAYS + OCEAN_CATEGORIES, /* max, mean, var, cumulative */
	HEATWAVE_RELATIVE = HEATWAVE_ANOMALY + 4,
	HEATWAVE_ABSOLUTE = HEATWAVE_RELATIVE + 4,
	HEATWAVE_RATE_ONSET = HEATWAVE_ABSOLUTE + 4,
	HEATWAVE_RATE_DECLINE,
	HEATWAVE_COLUMNS
};

static const char *const category_names[OCEAN_CATEGORIES + 1] = { NULL, "Moderate", "Strong",
																  "Severe", "Extreme" };

bool
th_events_add(void *context, const OceanEvent *event)
{
	ThEvents *events = context;

	if (events->event == NULL)
	{
		events->room = 64;
		events->event = palloc(events->room * sizeof(*event));
	}
	else if (events->count == events->room)
	{
		events->room *= 2;
		events->event = repalloc(events->event, events->room * sizeof(*event));
	}
	events->event[events->count++] = *event;
	return true;
}

const char *
th_phase_name(OceanPhase phase)
{
	switch (phase)
	{
		case OCEAN_PHASE_NONE:
			return "none";
		case OCEAN_PHASE_WATCH:
			return "watch";
		case OCEAN_PHASE_ACTIVE:
			return "active";
		case OCEAN_PHASE_PENDING:
			return "pending";
		case OCEAN_PHASE_FINAL:
			return "final";
	}
	return NULL;
}

static void
put_intensity(Datum *values, const OceanIntensity *intensity)
{
	values[0] = Float8GetDatum(intensity->max);
	values[1] = Float8GetDatum(intensity->mean);
	values[2] = Float8GetDatum(intensity->deviation);
	values[3] = Float8GetDatum(intensity->cumulative);
}

HeapTuple
th_event_row(TupleDesc shape, int number, const OceanEvent *event)
{
	Datum values[HEATWAVE_COLUMNS];
	bool nulls[HEATWAVE_COLUMNS] = { false };

	if (shape->natts != HEATWAVE_COLUMNS)
		elog(ERROR, "the result is no ocean.heatwave");
	values[HEATWAVE_EVENT_NO] = Int32GetDatum(number);
	values[HEATWAVE_STATE] = CStringGetTextDatum(th_phase_name(event->phase));
	values[HEATWAVE_START_DATE] = DateADTGetDatum(event->start_day);
	values[HEATWAVE_PEAK_DATE] = DateADTGetDatum(event->peak_day);
	values[HEATWAVE_END_DATE] = DateADTGetDatum(event->end_day);
	values[HEATWAVE_DURATION] = Int32GetDatum(event->duration);
	values[HEATWAVE_MISSING_DAYS] = Int32GetDatum(event->missing_days);
	values[HEATWAVE_CATEGORY] = Int16GetDatum((int16) event->category);
	values[HEATWAVE_CATEGORY_NAME] = CStringGetTextDatum(category_names[event->category]);
	values[HEATWAVE_CATEGORY_DATE] = DateADTGetDatum(event->category_day);
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		values[HEATWAVE_CATEGORY_DAYS + i] = Int32GetDatum(event->category_days[i]);
	put_intensity(&values[HEATWAVE_ANOMALY], &event->anomaly);
	put_intensity(&values[HEATWAVE_RELATIVE], &event->relative);
	put_intensity(&values[HEATWAVE_ABSOLUTE], &event->absolute);
	th_float_or_null(event->rate_onset, &values[HEATWAVE_RATE_ONSET], &nulls[HEATWAVE_RATE_ONSET]);
	th_float_or_null(event->rate_decline, &values[HEATWAVE_RATE_DECLINE],
					 &nulls[HEATWAVE_RATE_DECLINE]);
	return heap_form_tuple(shape, values, nulls);
}

Datum
th_events_array(Oid element_type, const ThEvents *events)
{
	Datum *element = palloc(Max(events->count, 1) * sizeof(Datum));
	TupleDesc shape = lookup_rowtype_tupdesc(element_type, -1);
	int16 length;
	bool by_value;
	char alignment;
	Datum array;

	get_typlenbyvalalign(element_type, &length, &by_value, &alignment);
	for (int i = 0; i < events->count; i++)
		element[i] = HeapTupleGetDatum(th_event_row(shape, i + 1, &events->event[i]));
	ReleaseTupleDesc(shape);
	array = PointerGetDatum(construct_array(element, events->count, element_type, length, by_value,
											alignment));
	pfree(element);
	return array;
}
