/*
 * heatwave_walk.h
 *	  A state on its way over days that follow each other.  For the files of the walk alone.
 */
#ifndef TIDEHOLD_CORE_OCEAN_HEATWAVE_WALK_H
#define TIDEHOLD_CORE_OCEAN_HEATWAVE_WALK_H

#include "core/ocean/heatwave.h"

typedef struct OceanWalk
{
	OceanHeatwaveState *state;
	const OceanHeatwaveRule *rule;
	const OceanBaselines *baselines;
	OceanDate date; /* of the next day to judge */
	OceanHeatwaveVisit visit;
	void *context;
} OceanWalk;

/* Before the first day of a state day is that one; else it does not count. */
void ocean_walk_begin(OceanWalk *walk, int32_t day);

/* The day after the last one that the state has seen. */
void ocean_walk_value(OceanWalk *walk, double value);
void ocean_walk_missing(OceanWalk *walk);

/* What waits is judged as at the end of a series. */
void ocean_walk_finish(OceanWalk *walk);

OceanStatus ocean_baselines_check(const OceanBaselines *baselines);

#endif /* TIDEHOLD_CORE_OCEAN_HEATWAVE_WALK_H */
