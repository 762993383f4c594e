/*
 * heatwave_walk.c
 *	  From one day to the next: phases, joining and padding.
 *
 *	  NONE --beyond--> WATCH --enough of them--> ACTIVE --not beyond--> PENDING
 *	  WATCH --not beyond--> NONE          PENDING --enough of them again--> ACTIVE
 *	                                      PENDING --gap too long--> NONE, event final
 *
 * Days beyond the threshold after a gap are a run of their own until they are enough; if they
 * are not, they become days of the gap.  A gap is judged only on days that are not beyond the
 * threshold, so while PENDING lasts what is before the run is never longer than allowed.
 */
#include "core/ocean/heatwave_walk.h"

#include <math.h>

#include "core/ocean/heatwave_stretch.h"

/* ---- one day ---- */

static const OceanClimatology *
climatology_of(const OceanBaselines *baselines, int year)
{
	int at = year - baselines->first_year;
	int last = baselines->count - 1;

	if (at < 0)
		return baselines->climatology;
	return &baselines->climatology[at < last ? at : last];
}

static void
judge(const OceanWalk *walk, double value, OceanJudged *judged)
{
	const OceanClimatology *climatology = climatology_of(walk->baselines, walk->date.year);
	double turn = walk->rule->cold ? -1 : 1;
	double mean = turn * climatology->mean[walk->date.day_of_year - 1];
	double threshold = turn * climatology->threshold[walk->date.day_of_year - 1];

	judged->day = walk->date.day;
	judged->missing = isnan(value);
	judged->value = judged->missing ? mean : turn * value;
	judged->anomaly = judged->value - mean;
	judged->relative = judged->value - threshold;
	judged->exceeds = !judged->missing && judged->value > threshold && judged->value > mean;
	judged->distance = threshold - mean;
}

/* Of nothing every bit is 0; on most days it is nothing already. */
static void
clear(OceanStretch *stretch)
{
	if (stretch->days > 0)
		*stretch = (OceanStretch){ 0 };
}

static void
take_beyond(OceanHeatwaveState *state, const OceanHeatwaveRule *rule, const OceanJudged *judged,
			OceanHeatwaveDay *day)
{
	if (state->phase == OCEAN_PHASE_ACTIVE)
	{
		ocean_stretch_add(&state->event, judged);
		return;
	}
	if (state->run.days == 0)
		ocean_stretch_begin(&state->run, judged->day, state->last);
	ocean_stretch_add(&state->run, judged);
	if (state->phase == OCEAN_PHASE_NONE)
		state->phase = OCEAN_PHASE_WATCH;
	if (state->run.days < rule->min_duration_days)
		return;
	if (state->phase == OCEAN_PHASE_PENDING)
	{
		ocean_stretch_append(&state->event, &state->gap);
		ocean_stretch_append(&state->event, &state->run);
		day->joined = true;
	}
	else
	{
		state->event = state->run;
		day->declared = true;
	}
	clear(&state->gap);
	clear(&state->run);
	state->after = NAN;
	state->phase = OCEAN_PHASE_ACTIVE;
}

static void
take_usual(OceanHeatwaveState *state, const OceanHeatwaveRule *rule, const OceanJudged *judged,
		   OceanHeatwaveDay *day)
{
	if (state->phase == OCEAN_PHASE_ACTIVE)
	{
		state->phase = OCEAN_PHASE_PENDING;
		state->after = judged->anomaly;
		ocean_stretch_begin(&state->gap, judged->day, state->last);
	}
	if (state->phase == OCEAN_PHASE_PENDING)
	{
		ocean_stretch_append(&state->gap, &state->run);
		ocean_stretch_add(&state->gap, judged);
		day->ended = state->gap.days > rule->max_gap_days;
	}
	clear(&state->run);
	if (state->phase == OCEAN_PHASE_PENDING && !day->ended)
		return;
	clear(&state->gap);
	state->phase = OCEAN_PHASE_NONE;
}

/* value is NaN of a day that stays missing. */
static void
take(OceanWalk *walk, double value)
{
	OceanHeatwaveState *state = walk->state;
	OceanJudged judged;
	OceanHeatwaveDay day = { .day = walk->date.day, .before = state->phase };

	judge(walk, value, &judged);
	if (!state->judged)
		state->last = NAN;
	if (judged.exceeds)
		take_beyond(state, walk->rule, &judged, &day);
	else
		take_usual(state, walk->rule, &judged, &day);
	state->day = judged.day;
	state->judged = true;
	state->valued = !judged.missing;
	state->last_value = judged.missing ? NAN : value;
	state->last = judged.anomaly;
	if (walk->visit != NULL)
	{
		day.missing = judged.missing;
		day.exceeds = judged.exceeds;
		day.value = walk->rule->cold ? -judged.value : judged.value;
		day.anomaly = walk->rule->cold ? -judged.anomaly : judged.anomaly;
		day.after = state->phase;
		walk->visit(walk->context, state, &day);
	}
	ocean_date_next(&walk->date);
}

/* ---- padding ---- */

/* The same arithmetic as of a whole series, so that both give the same bits. */
static void
take_padded(OceanWalk *walk, double right)
{
	int days = walk->state->waiting;
	double left = walk->state->judged ? walk->state->last_value : right;
	double slope = (right - left) / (days + 1);

	walk->state->waiting = 0;
	for (int i = 0; i < days; i++)
		take(walk, slope * (i + 1) + left);
}

void
ocean_walk_value(OceanWalk *walk, double value)
{
	if (walk->state->waiting > 0)
		take_padded(walk, value);
	take(walk, value);
}

static void
take_waiting(OceanWalk *walk)
{
	int days = walk->state->waiting;

	walk->state->waiting = 0;
	for (int i = 0; i < days; i++)
		take(walk, NAN);
}

/* Of a run of missing days that is too long, all are missing, those to come too. */
void
ocean_walk_missing(OceanWalk *walk)
{
	OceanHeatwaveState *state = walk->state;

	state->waiting++;
	if ((state->judged && !state->valued) || state->waiting > walk->rule->pad_days)
		take_waiting(walk);
}

void
ocean_walk_finish(OceanWalk *walk)
{
	if (walk->state->waiting > 0 && walk->state->judged)
		take_padded(walk, walk->state->last_value);
	else
		take_waiting(walk);
}

/* ---- the walk ---- */

void
ocean_walk_begin(OceanWalk *walk, int32_t day)
{
	OceanHeatwaveState *state = walk->state;
	int32_t seen;

	if (!ocean_heatwave_seen(state, &seen))
	{
		state->day = day - 1;
		state->after = NAN;
	}
	walk->date = ocean_date_of(state->day + 1);
}

OceanStatus
ocean_baselines_check(const OceanBaselines *baselines)
{
	bool valid = baselines->climatology != NULL && baselines->count > 0 &&
				 baselines->first_year >= -10000 && baselines->first_year <= 10000;

	return valid ? OCEAN_OK : OCEAN_BAD_ARGUMENT;
}

OceanStatus
ocean_heatwave_rule_check(const OceanHeatwaveRule *rule)
{
	bool valid = rule->min_duration_days >= 1 &&
				 rule->min_duration_days <= OCEAN_DURATION_MAX &&
				 rule->max_gap_days >= 0 && rule->max_gap_days <= OCEAN_GAP_MAX &&
				 rule->pad_days >= 0 && rule->pad_days <= OCEAN_PAD_MAX;

	return valid ? OCEAN_OK : OCEAN_BAD_ARGUMENT;
}

bool
ocean_heatwave_seen(const OceanHeatwaveState *state, int32_t *day)
{
	*day = state->day + state->waiting;
	return state->judged || state->waiting > 0;
}

static OceanStatus
check_step(const OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
		   const OceanBaselines *baselines, int32_t day, double value)
{
	int32_t seen;

	if (ocean_heatwave_rule_check(rule) != OCEAN_OK ||
		ocean_baselines_check(baselines) != OCEAN_OK || day < -OCEAN_DAY_MAX ||
		day > OCEAN_DAY_MAX)
		return OCEAN_BAD_ARGUMENT;
	if (fabs(value) > OCEAN_VALUE_MAX)
		return OCEAN_BAD_VALUE;
	if (ocean_heatwave_seen(state, &seen) && day <= seen)
		return OCEAN_UNORDERED;
	return OCEAN_OK;
}

OceanStatus
ocean_heatwave_advance(OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
					   const OceanBaselines *baselines, int32_t day, double value,
					   OceanHeatwaveVisit visit, void *context)
{
	OceanWalk walk = { state, rule, baselines, { 0 }, visit, context };
	OceanStatus status = check_step(state, rule, baselines, day, value);
	int32_t seen;

	if (status != OCEAN_OK)
		return status;
	ocean_walk_begin(&walk, day);
	ocean_heatwave_seen(state, &seen);
	for (; seen + 1 < day; seen++)
		ocean_walk_missing(&walk);
	if (isnan(value))
		ocean_walk_missing(&walk);
	else
		ocean_walk_value(&walk, value);
	return OCEAN_OK;
}

OceanStatus
ocean_heatwave_finish(OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
					  const OceanBaselines *baselines, OceanHeatwaveVisit visit, void *context)
{
	OceanWalk walk = { state, rule, baselines, { 0 }, visit, context };

	if (ocean_heatwave_rule_check(rule) != OCEAN_OK ||
		ocean_baselines_check(baselines) != OCEAN_OK)
		return OCEAN_BAD_ARGUMENT;
	ocean_walk_begin(&walk, state->day + 1);
	ocean_walk_finish(&walk);
	return OCEAN_OK;
}
