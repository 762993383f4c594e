/*
 * heatwave_stretch.h
 *	  Days on end: what is kept of them while they may become an event.  For the files of
 *	  the walk alone; see OceanStretch in heatwave.h.
 */
#ifndef TIDEHOLD_CORE_OCEAN_HEATWAVE_STRETCH_H
#define TIDEHOLD_CORE_OCEAN_HEATWAVE_STRETCH_H

#include "core/ocean/heatwave.h"

/* A day as it is judged; of cold spells all signs are turned. */
typedef struct OceanJudged
{
	int32_t day;
	bool missing;
	bool exceeds;
	double value;
	double anomaly;
	double relative;
	double distance; /* of threshold and mean */
} OceanJudged;

/* before is the anomaly of the day before, NaN where none is known. */
void ocean_stretch_begin(OceanStretch *stretch, int32_t first_day, double before);

void ocean_stretch_add(OceanStretch *stretch, const OceanJudged *judged);

/* Days that follow on the last day of the stretch; they may be none. */
void ocean_stretch_append(OceanStretch *stretch, const OceanStretch *next);

/* 1 to OCEAN_CATEGORIES, 0 of none. */
int ocean_category_of(double excess);

#endif /* TIDEHOLD_CORE_OCEAN_HEATWAVE_STRETCH_H */
