/*
 * heatwave_row.h
 *	  Events as rows of type ocean.heatwave.
 */
#ifndef TIDEHOLD_OCEAN_HEATWAVE_ROW_H
#define TIDEHOLD_OCEAN_HEATWAVE_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "fmgr.h"

#include "core/ocean/heatwave.h"

/* Events of one detection, as they come; palloc'd. */
typedef struct ThEvents
{
	OceanEvent *event;
	int count;
	int room;
} ThEvents;

/* An OceanEventSink whose context is a ThEvents. */
extern bool th_events_add(void *events, const OceanEvent *event);

/* shape is that of ocean.heatwave; numbers count from 1. */
extern HeapTuple th_event_row(TupleDesc shape, int number, const OceanEvent *event);

/* An array of ocean.heatwave, of the element type given. */
extern Datum th_events_array(Oid element_type, const ThEvents *events);

extern const char *th_phase_name(OceanPhase phase);

#endif /* TIDEHOLD_OCEAN_HEATWAVE_ROW_H */
