/*
 * ocean_rerun_test.c
 *	  Values that change, come late or go: to walk the days that are named again gives all
 *	  events as a detection over the whole, and labels change nowhere else.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/heatwave.h"

#include "ocean_heatwave.h"

#define DAYS 600
#define FIRST_DAY 500

static const OceanBaselines baselines = { &sea_climatology, 1, 2000 };
static EventList before, after, walked;
static OceanPhase causal[2][DAYS];
static int32_t label[2][DAYS];
static int reruns, days_walked, events_kept;

static const OceanSeries sea = { FIRST_DAY, DAYS, sea_value };

static void
detect(const OceanHeatwaveRule *rule, EventList *list, int which)
{
	list->count = 0;
	CHECK(ocean_heatwave_detect(&unit_work, &sea, rule, &baselines, keep_event, list, NULL) ==
		  OCEAN_OK);
	CHECK(ocean_heatwave_label(&unit_work, &sea, rule, &baselines, causal[which], label[which]) ==
		  OCEAN_OK);
}

/* ---- the walk ---- */

static void
keep_ended(void *context, const OceanHeatwaveState *state, const OceanHeatwaveDay *day)
{
	OceanEvent event;

	if (day->ended && CHECK(ocean_heatwave_event(state, context, &event)))
		CHECK(keep_event(&walked, &event));
}

/* As ocean_heatwave_rerun() tells; gives the last day. */
static int32_t
walk_again(const OceanHeatwaveRule *rule, const OceanRerun *rerun)
{
	OceanHeatwaveState state = ocean_heatwave_resume(rerun->walk_from);
	OceanHeatwaveRule copy = *rule;
	OceanEvent event;
	int32_t day = rerun->walk_from;

	if (day <= FIRST_DAY)
	{
		state = (OceanHeatwaveState){ 0 };
		day = FIRST_DAY;
	}
	walked.count = 0;
	for (; day < FIRST_DAY + DAYS; day++)
	{
		CHECK(ocean_heatwave_advance(&state, rule, &baselines, day, sea_value[day - FIRST_DAY],
									 keep_ended, &copy) == OCEAN_OK);
		days_walked++;
		if (state.day >= rerun->days.last && state.phase == OCEAN_PHASE_NONE)
			return state.day;
	}
	CHECK(ocean_heatwave_finish(&state, rule, &baselines, keep_ended, &copy) == OCEAN_OK);
	if (state.phase >= OCEAN_PHASE_ACTIVE && CHECK(ocean_heatwave_event(&state, rule, &event)))
		CHECK(keep_event(&walked, &event));
	return FIRST_DAY + DAYS;
}

static void
take_events(const EventList *from, int32_t first, int32_t last, EventList *to)
{
	for (int i = 0; i < from->count; i++)
	{
		if (from->event[i].start_day >= first && from->event[i].start_day <= last)
			CHECK(keep_event(to, &from->event[i]));
	}
}

static void
compare_events(const OceanRerun *rerun, int32_t last)
{
	static EventList joined;

	joined.count = 0;
	take_events(&before, INT32_MIN, rerun->days.first - 1, &joined);
	events_kept += joined.count;
	take_events(&walked, rerun->days.first, INT32_MAX, &joined);
	take_events(&before, last + 1, INT32_MAX, &joined);
	CHECK(joined.count == after.count);
	for (int i = 0; i < joined.count && i < after.count; i++)
	{
		CHECK(close_events(&joined.event[i], &after.event[i]));
		CHECK(joined.event[i].phase == after.event[i].phase);
	}
}

static void
compare_labels(const OceanHeatwaveRule *rule, OceanDays changed)
{
	OceanDays reach = ocean_heatwave_reach(rule, changed.first);

	reach.last = ocean_heatwave_reach(rule, changed.last).last;
	for (int i = 0; i < DAYS; i++)
	{
		if (FIRST_DAY + i >= reach.first && FIRST_DAY + i <= reach.last)
			continue;
		CHECK((label[0][i] > 0) == (label[1][i] > 0) && causal[0][i] == causal[1][i]);
	}
}

static OceanDays
change_values(void)
{
	int first = (int) unit_random_in(0, DAYS - 1);
	int last = first + (int) unit_random_in(0, 3);

	last = last < DAYS ? last : DAYS - 1;
	for (int i = first; i <= last; i++)
	{
		int kind = (int) unit_random_in(0, 2);

		sea_value[i] =
			kind == 0 ? NAN : 15 + 3 * sin(i * 0.0172) + (kind == 1 ? 3 : -3) * random_unit();
	}
	return (OceanDays){ FIRST_DAY + first, FIRST_DAY + last };
}

static void
change_and_compare(const OceanHeatwaveRule *rule)
{
	OceanDays known[REFERENCE_EVENTS_MAX];
	OceanDays changed;
	OceanRerun rerun;

	detect(rule, &before, 0);
	changed = change_values();
	detect(rule, &after, 1);
	for (int i = 0; i < before.count; i++)
		known[i] = (OceanDays){ before.event[i].start_day, before.event[i].end_day };
	rerun = ocean_heatwave_rerun(rule, known, before.count, changed);
	compare_events(&rerun, walk_again(rule, &rerun));
	compare_labels(rule, changed);
	reruns++;
}

static void
changes(void)
{
	for (int round = 0; round < 300; round++)
	{
		OceanHeatwaveRule rule = random_rule();

		random_climatology(rule.cold);
		random_sea(DAYS);
		for (int change = 0; change < 5; change++)
			change_and_compare(&rule);
		drop_pieces();
	}
	CHECK(events_kept > reruns && days_walked < reruns * DAYS / 4);
	printf("# %d changes, %d days walked of %d\n", reruns, days_walked, reruns * DAYS);
}

static void
bounds(void)
{
	const OceanHeatwaveRule usual = { 5, 2, 0, false };
	const OceanHeatwaveRule padded = { 5, 2, 3, false };
	static const OceanDays events[] = { { 10, 30 }, { 50, 60 }, { 90, 95 }, { 200, 210 } };
	OceanDays reach = ocean_heatwave_reach(&usual, 100);
	OceanRerun rerun = ocean_heatwave_rerun(&usual, events, 4, (OceanDays){ 100, 102 });

	CHECK(reach.first == 93 && reach.last == 107);
	CHECK(rerun.days.first == 89 && rerun.days.last == 109 && rerun.walk_from == 89);
	rerun = ocean_heatwave_rerun(&padded, events, 4, (OceanDays){ 120, 120 });
	CHECK(rerun.days.first == 109 && rerun.days.last == 130 && rerun.walk_from == 105);
	reach = ocean_heatwave_reach(&usual, INT32_MAX);
	CHECK(reach.last == OCEAN_DAY_MAX + 7);
	reach = ocean_heatwave_reach(&usual, INT32_MIN);
	CHECK(reach.first == -OCEAN_DAY_MAX - 7);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean rerun: changed values", changes },
		{ "ocean rerun: bounds", bounds },
	};

	return UNIT_RUN(groups);
}
