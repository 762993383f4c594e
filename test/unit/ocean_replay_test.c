/*
 * ocean_replay_test.c
 *	  Every series of the reference day by day, with the state as bytes in between: the
 *	  events, phases and labels are those of a detection over the whole, and of one over each
 *	  beginning of the series.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/heatwave.h"

#include "ocean_reference.h"

/* Beginnings of a series that are detected by themselves. */
#define CUT_STEP 401

typedef struct Replay
{
	const OceanHeatwaveRule *rule;
	EventList events;
	int lag_max; /* days from the end of an event until that was final */
	int declared;
	int joined;
} Replay;

static Replay replay;
static int replayed_days, replayed_events, cuts;

static void
follow(void *context, const OceanHeatwaveState *state, const OceanHeatwaveDay *day)
{
	Replay *own = context;
	OceanEvent event;

	own->declared += day->declared;
	own->joined += day->joined;
	CHECK(day->after == state->phase && (!day->declared || day->after == OCEAN_PHASE_ACTIVE));
	CHECK(!day->ended || (day->before >= OCEAN_PHASE_ACTIVE && day->after == OCEAN_PHASE_NONE));
	if (!day->ended || !CHECK(ocean_heatwave_event(state, own->rule, &event)))
		return;
	CHECK(event.phase == OCEAN_PHASE_FINAL);
	own->lag_max =
		day->day - event.end_day > own->lag_max ? day->day - event.end_day : own->lag_max;
	CHECK(keep_event(&own->events, &event));
}

/* What is known by now: the final events, and the one that is open if the series ends here. */
static void
events_by_now(const OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
			  const OceanBaselines *baselines, Replay *now)
{
	OceanHeatwaveState ended = *state;
	OceanEvent event;

	*now = replay;
	CHECK(ocean_heatwave_finish(&ended, rule, baselines, follow, now) == OCEAN_OK);
	if (ended.phase >= OCEAN_PHASE_ACTIVE && CHECK(ocean_heatwave_event(&ended, rule, &event)))
		CHECK(keep_event(&now->events, &event));
}

/* To the bit: the fields of an event leave no room between them. */
static bool
same_events(const EventList *one, const EventList *other)
{
	return one->count == other->count &&
		   memcmp(one->event, other->event, (size_t) one->count * sizeof(OceanEvent)) == 0;
}

static void
compare_with_beginning(const OceanSeries *series, int days, const OceanHeatwaveState *state,
					   const OceanHeatwaveRule *rule, const OceanBaselines *baselines)
{
	static EventList found;
	static Replay now;
	OceanSeries beginning = { series->first_day, days, series->value };

	found.count = 0;
	events_by_now(state, rule, baselines, &now);
	CHECK(ocean_heatwave_detect(&unit_work, &beginning, rule, baselines, keep_event, &found,
								NULL) == OCEAN_OK);
	CHECK(same_events(&now.events, &found));
	cuts++;
}

/* The state goes through bytes on its way from each day to the next. */
static void
step(OceanHeatwaveState *state, const OceanHeatwaveRule *rule, const OceanBaselines *baselines,
	 int32_t day, double value)
{
	uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE];

	CHECK(ocean_heatwave_advance(state, rule, baselines, day, value, follow, &replay) == OCEAN_OK);
	ocean_heatwave_pack(state, bytes);
	memset(state, 0xff, sizeof(*state));
	CHECK(ocean_heatwave_unpack(bytes, sizeof(bytes), state) == OCEAN_OK);
}

/* The evening's phase is that of the state, or, while days wait for padding, of its end. */
static OceanPhase
phase_by_now(const OceanHeatwaveState *state, const OceanHeatwaveRule *rule,
			 const OceanBaselines *baselines)
{
	OceanHeatwaveState ended = *state;

	CHECK(ocean_heatwave_finish(&ended, rule, baselines, NULL, NULL) == OCEAN_OK);
	return ended.phase;
}

static void
compare_labels(const EventList *found, const OceanSeries *series, const int32_t *label)
{
	int event = 0;

	for (int i = 0; i < series->n; i++)
	{
		int32_t day = series->first_day + i;

		while (event < found->count && found->event[event].end_day < day)
			event++;
		CHECK(label[i] ==
			  (event < found->count && found->event[event].start_day <= day ? event + 1 : 0));
	}
}

static void
replay_case(const OceanCase *next)
{
	static OceanPhase causal[OCEAN_DATA_DAYS_MAX];
	static int32_t label[OCEAN_DATA_DAYS_MAX];
	static Replay whole;
	OceanClimatology climatology;
	OceanHeatwaveState state = { 0 };
	const OceanHeatwaveRule *rule = &next->rule;
	const OceanBaselines baselines = { &climatology, 1, next->options.first_year };
	const OceanSeries *series = case_series(next->series);
	const OceanSeries *baseline = case_series(next->baseline_series);
	int final_after = rule->min_duration_days + rule->max_gap_days;
	double most = 0;

	memset(&replay, 0, sizeof(replay));
	replay.rule = rule;
	CHECK(ocean_climatology_build(&unit_work, baseline, &next->options, &climatology) == OCEAN_OK);
	CHECK(ocean_heatwave_label(&unit_work, series, rule, &baselines, causal, label) == OCEAN_OK);
	for (int i = 0; i < series->n; i++)
	{
		step(&state, rule, &baselines, series->first_day + i, series->value[i]);
		CHECK(causal[i] == phase_by_now(&state, rule, &baselines));
		if (i % CUT_STEP == 0 || i == series->n - 1)
			compare_with_beginning(series, i + 1, &state, rule, &baselines);
	}
	events_by_now(&state, rule, &baselines, &whole);
	compare_labels(&whole.events, series, label);
	for (int i = 0; i < whole.events.count && i < next->events; i++)
		most = fmax(most, event_apart(&whole.events.event[i], &next->event[i]));
	CHECK(whole.events.count == next->events && most < 1e-9);
	CHECK(replay.lag_max <= final_after && whole.declared == next->events);
	replayed_days += series->n;
	replayed_events += whole.events.count;
}

static void
replay_all(void)
{
	if (each_ocean_case(replay_case) > 0)
		printf("# %d days, %d events, %d beginnings\n", replayed_days, replayed_events, cuts);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean: day by day the same as at once", replay_all },
	};

	return UNIT_RUN(groups);
}
