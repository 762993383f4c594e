/*
 * heatwave_options.h
 *	  A value of ocean.heatwave_options as the core wants it.
 */
#ifndef TIDEHOLD_OCEAN_HEATWAVE_OPTIONS_H
#define TIDEHOLD_OCEAN_HEATWAVE_OPTIONS_H

#include "fmgr.h"

#include "core/ocean/heatwave.h"

typedef struct ThHeatwaveOptions
{
	OceanClimatologyOptions climatology; /* its years only where the two below say so */
	OceanHeatwaveRule rule;
	bool has_kind;
	bool has_first_year;
	bool has_last_year;
	int shift_years; /* 0: one baseline for all years */
} ThHeatwaveOptions;

/* Raises an error for the first field that is wrong; a field that is NULL has its default. */
extern void th_heatwave_options_read(HeapTupleHeader composite, ThHeatwaveOptions *options);

/* What everybody uses, of warm events and the whole series. */
extern void th_heatwave_options_default(ThHeatwaveOptions *options);

/*
 * The baseline: that of the options; where they shift it, as many years as that before the
 * first that is not over; all years of the series where they say nothing.
 */
extern OceanClimatologyOptions th_climatology_options(const ThHeatwaveOptions *options,
													  const OceanSeries *series);

/* Raises the error that the core answers with; OCEAN_OK passes. */
extern void th_ocean_check(OceanStatus status);

#endif /* TIDEHOLD_OCEAN_HEATWAVE_OPTIONS_H */
