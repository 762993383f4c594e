/*
 * heatwave_rerun.c
 *	  How far a changed value reaches.
 *
 * It may fill or break a run, and so make or end an event of min_duration_days - 1 days to
 * either side; that may join one that is max_gap_days away, or let it go.  Padding carries
 * a value, or its absence, over pad_days.
 */
#include <math.h>

#include "core/ocean/heatwave.h"

static int32_t
reach_days(const OceanHeatwaveRule *rule)
{
	return rule->min_duration_days + rule->max_gap_days + rule->pad_days;
}

static int32_t
clamp(int32_t day)
{
	if (day > OCEAN_DAY_MAX)
		return OCEAN_DAY_MAX;
	return day < -OCEAN_DAY_MAX ? -OCEAN_DAY_MAX : day;
}

OceanDays
ocean_heatwave_reach(const OceanHeatwaveRule *rule, int32_t day)
{
	int32_t reach = reach_days(rule);

	return (OceanDays){ clamp(day) - reach, clamp(day) + reach };
}

/*
 * The first day that counts is one without an event.  Events that end before it cannot be
 * reached; short runs that the walk sees cut off before it were no events and stay none.
 * The day before it must be judged as ever, which padding makes depend on pad_days before.
 */
OceanRerun
ocean_heatwave_rerun(const OceanHeatwaveRule *rule, const OceanDays *event, int events,
					 OceanDays changed)
{
	OceanRerun rerun;

	rerun.days.first = ocean_heatwave_reach(rule, changed.first).first - 1;
	rerun.days.last = ocean_heatwave_reach(rule, changed.last).last;
	for (int i = events - 1; i >= 0; i--)
	{
		if (event[i].first <= rerun.days.first && event[i].last >= rerun.days.first)
			rerun.days.first = event[i].first - 1;
	}
	rerun.walk_from = rerun.days.first - (rule->pad_days > 0 ? rule->pad_days + 1 : 0);
	return rerun;
}

/* Missing days at its start are not padded: the run of them may have been longer. */
OceanHeatwaveState
ocean_heatwave_resume(int32_t day)
{
	return (OceanHeatwaveState){
		.day = clamp(day) - 1,
		.judged = true,
		.last_value = NAN,
		.last = NAN,
		.after = NAN,
	};
}
