/*
 * climatology.h
 *	  Climatologies as SQL values: of type ocean.climatology_curve.
 */
#ifndef TIDEHOLD_OCEAN_CLIMATOLOGY_H
#define TIDEHOLD_OCEAN_CLIMATOLOGY_H

#include "access/tupdesc.h"
#include "fmgr.h"

#include "forecast/work.h"
#include "ocean/heatwave_options.h"

/* Of the options, in memory of the work; refuses what the options forbid. */
extern void th_climatology_build(ThWork *work, const OceanSeries *series,
								 const ThHeatwaveOptions *options,
								 OceanClimatology *climatology);

/* One baseline, or where the options let it shift one for each year that can have one. */
extern void th_baselines_build(ThWork *work, const OceanSeries *series,
							   const ThHeatwaveOptions *options, OceanBaselines *baselines);

/*
 * The curve as a climatology.  Refuses one of the other kind than options has; of options
 * that were given without a kind the curve's is set.
 */
extern void th_climatology_read(HeapTupleHeader curve, ThHeatwaveOptions *options,
								OceanClimatology *climatology);

#endif /* TIDEHOLD_OCEAN_CLIMATOLOGY_H */
