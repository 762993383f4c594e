/*
 * heatwave_detect.h
 *	  A detection over a whole series, as its SQL functions are called.
 */
#ifndef TIDEHOLD_OCEAN_HEATWAVE_DETECT_H
#define TIDEHOLD_OCEAN_HEATWAVE_DETECT_H

#include "fmgr.h"

#include "forecast/work.h"
#include "ocean/heatwave_options.h"
#include "ocean/heatwave_row.h"

typedef struct ThDetection
{
	ThWork work; /* its memory is deleted by whoever began it */
	OceanSeries series;
	ThHeatwaveOptions options;
	OceanBaselines baselines;
	OceanClimatology *given; /* the curve that was given, or NULL */
} ThDetection;

/* Arguments: days, values, options, curve.  False where days or values are NULL. */
extern bool th_detection_of_values(FunctionCallInfo fcinfo, ThDetection *detection);

/* Arguments: stream, options, curve.  False where the stream is NULL. */
extern bool th_detection_of_stream(FunctionCallInfo fcinfo, ThDetection *detection);

extern void th_detection_events(ThDetection *detection, ThEvents *events);

#endif /* TIDEHOLD_OCEAN_HEATWAVE_DETECT_H */
