/*
 * daily_aggregate.h
 *	  The state of the aggregates over days and values.
 */
#ifndef TIDEHOLD_OCEAN_DAILY_AGGREGATE_H
#define TIDEHOLD_OCEAN_DAILY_AGGREGATE_H

#include "forecast/series.h"
#include "ocean/heatwave_options.h"

/* Options that came with the rows. */
extern void th_daily_state_options(const ThSeries *rows, ThHeatwaveOptions *options);

#endif /* TIDEHOLD_OCEAN_DAILY_AGGREGATE_H */
