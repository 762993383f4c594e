/*
 * heatwave_event.c
 *	  The metrics of an event out of what the walk has kept of it.
 */
#include <math.h>

#include "core/ocean/heatwave_stretch.h"

static OceanIntensity
intensity(const OceanMoments *moments, int32_t days, double peak, double turn)
{
	return (OceanIntensity){
		.max = turn * peak,
		.mean = turn * moments->sum / days,
		.deviation = sqrt(moments->squares / days),
		.cumulative = turn * moments->sum,
	};
}

/*
 * The rise starts half way between the first day and the one before it; where nothing is
 * known before, on the first day.
 */
static double
rate_onset(const OceanStretch *event)
{
	int32_t days = event->peak_day - event->first_day;

	if (isnan(event->before))
		return (event->peak_anomaly - event->first) / (days > 0 ? days : 1);
	return (event->peak_anomaly - (event->first + event->before) / 2) / (days + 0.5);
}

static double
rate_decline(const OceanStretch *event, double after)
{
	int32_t days = event->first_day + event->days - 1 - event->peak_day;

	if (!isnan(after))
		return (event->peak_anomaly - (event->last + after) / 2) / (days + 0.5);
	return days > 0 ? (event->peak_anomaly - event->last) / days : NAN;
}

static OceanPhase
phase_of(OceanPhase state)
{
	return state == OCEAN_PHASE_ACTIVE || state == OCEAN_PHASE_PENDING ? state : OCEAN_PHASE_FINAL;
}

bool
ocean_heatwave_event(const OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
					 OceanEvent *event)
{
	const OceanStretch *kept = &state->event;
	double turn = rule->cold ? -1 : 1;

	if (kept->days == 0)
		return false;
	*event = (OceanEvent){
		.start_day = kept->first_day,
		.peak_day = kept->peak_day,
		.end_day = kept->first_day + kept->days - 1,
		.duration = kept->days,
		.missing_days = kept->missing_days,
		.category = ocean_category_of(kept->category_excess),
		.category_day = kept->category_day,
		.phase = phase_of(state->phase),
		.anomaly = intensity(&kept->anomaly, kept->days, kept->peak_anomaly, turn),
		.relative = intensity(&kept->relative, kept->days, kept->peak_relative, turn),
		.absolute = intensity(&kept->absolute, kept->days, kept->peak_absolute, turn),
		.rate_onset = rate_onset(kept),
		.rate_decline = rate_decline(kept, state->after),
	};
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		event->category_days[i] = kept->category_days[i];
	return true;
}
