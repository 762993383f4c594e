/*
 * ocean_heatwave_fuzz.c
 *	  Climatology, detection, replay, late values, heat stress and chances on any series and
 *	  options; and states from any bytes.
 *
 * Whatever the series: walking it day by day through bytes gives what detection at once
 * gives, so does walking again after a change, and plain series have the events of the
 * definition.
 */
#include <math.h>

#include "../lib/ocean_naive.h"
#include "core/ocean/degree_heating.h"
#include "core/ocean/heatwave_chance.h"
#include "core/ocean/heatwave_summary.h"

#include "fuzz.h"

#define VALUES_MAX 1500
#define EVENTS_MAX (VALUES_MAX + 1)
#define PIECES_MAX 4000
#define AHEAD_MAX 3

#include "lender.h"

/* ---- series ---- */

static double sea[VALUES_MAX];

/* The value at t of a stretch of one kind. */
static double
stretch_value(int kind, int t, double level, uint64_t *noise)
{
	*noise = *noise * UINT64_C(6364136223846793005) + 1442695040888963407;
	switch (kind)
	{
		case 0:
			return NAN;
		case 1:
			return level;
		case 2:
			return level + 0.25 * t;
		case 3:
			return 15 + 3 * sin(t * 0.0172) + (double) (*noise >> 40) / (1 << 22);
		case 4:
			return t % 7 == 6 ? NAN : 15 + 3 * sin(t * 0.0172) + level / 8;
		default:
			return 15 + level * (double) (*noise >> 60) / 16;
	}
}

/* Stretches until the input ends; now and then one value of any bits.  Whether none was. */
static bool
read_series(FuzzInput *input, OceanSeries *series)
{
	uint64_t noise = fuzz_byte(input);
	bool plain = true;

	series->first_day = (int32_t) (fuzz_byte(input) * 100) - 10000;
	series->value = sea;
	series->n = 0;
	while (input->left > 0 && series->n < VALUES_MAX)
	{
		int kind = fuzz_byte(input) % 16;
		int length = 1 + fuzz_byte(input) % (kind >= 3 ? 255 : 16);
		double level = (int8_t) fuzz_byte(input) / 4.0;

		if (kind == 15)
		{
			sea[series->n++] = fuzz_double(input);
			plain = false;
			continue;
		}
		for (int i = 0; i < length && series->n < VALUES_MAX; i++, series->n++)
			sea[series->n] = stretch_value(kind % 6, series->n, level, &noise);
	}
	return plain;
}

/* ---- events ---- */

typedef struct Events
{
	OceanEvent event[EVENTS_MAX];
	int count;
	const OceanHeatwaveRule *rule;
} Events;

static Events at_once, day_by_day;

static bool
keep(void *context, const OceanEvent *event)
{
	Events *events = context;

	HOLDS(events->count < EVENTS_MAX);
	HOLDS(event->duration == event->end_day - event->start_day + 1);
	HOLDS(event->peak_day >= event->start_day && event->peak_day <= event->end_day);
	HOLDS(event->category >= 1 && event->category <= OCEAN_CATEGORIES);
	HOLDS(event->duration >= events->rule->min_duration_days);
	events->event[events->count++] = *event;
	return true;
}

static void
keep_ended(void *context, const OceanHeatwaveState *state, const OceanHeatwaveDay *day)
{
	Events *events = context;
	OceanEvent event;

	HOLDS(day->after == state->phase);
	if (!day->ended)
		return;
	HOLDS(ocean_heatwave_event(state, events->rule, &event));
	HOLDS(day->day - event.end_day <= events->rule->min_duration_days + events->rule->max_gap_days);
	keep(events, &event);
}

static void
through_bytes(OceanHeatwaveState *state)
{
	uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE];

	ocean_heatwave_pack(state, bytes);
	HOLDS(ocean_heatwave_unpack(bytes, sizeof(bytes), state) == OCEAN_OK);
}

static void
keep_open(const OceanHeatwaveState *state, Events *events)
{
	OceanEvent event;

	if (state->phase < OCEAN_PHASE_ACTIVE)
		return;
	HOLDS(ocean_heatwave_event(state, events->rule, &event));
	keep(events, &event);
}

static OceanHeatwaveState
replay(const OceanSeries *series, const OceanHeatwaveRule *rule, const OceanBaselines *baselines)
{
	OceanHeatwaveState state = { 0 };
	OceanHeatwaveState ended;

	day_by_day.count = 0;
	for (int i = 0; i < series->n; i++)
	{
		/* The last day is told, the others may have no row. */
		if (i < series->n - 1 && isnan(series->value[i]))
			continue;
		HOLDS(ocean_heatwave_advance(&state, rule, baselines, series->first_day + i,
									 series->value[i], keep_ended, &day_by_day) == OCEAN_OK);
		/* A state is a hundred fields: on some days only, and those of an input are the same. */
		if (i % 19 == series->n % 19)
			through_bytes(&state);
	}
	ended = state;
	HOLDS(ocean_heatwave_finish(&ended, rule, baselines, keep_ended, &day_by_day) == OCEAN_OK);
	keep_open(&ended, &day_by_day);
	return state;
}

static void
same_events(const Events *one, const Events *other)
{
	HOLDS(one->count == other->count);
	HOLDS(memcmp(one->event, other->event, (size_t) one->count * sizeof(OceanEvent)) == 0);
}

static void
as_defined(const OceanSeries *series, const OceanHeatwaveRule *rule,
		   const OceanClimatology *climatology)
{
	static NaiveSea naive;
	static OceanEvent expected[EVENTS_MAX];
	int events;

	naive_sea(&naive, series, rule, climatology);
	events = naive_events(&naive, rule, expected, EVENTS_MAX);
	HOLDS(events == at_once.count);
	for (int i = 0; i < events; i++)
	{
		const OceanEvent *own = &at_once.event[i];

		HOLDS(own->start_day == expected[i].start_day && own->end_day == expected[i].end_day);
		HOLDS(own->peak_day == expected[i].peak_day && own->category == expected[i].category);
		HOLDS(own->missing_days == expected[i].missing_days);
		HOLDS(!(fabs(own->anomaly.cumulative - expected[i].anomaly.cumulative) > 1e-8));
		HOLDS(!(fabs(own->anomaly.deviation - expected[i].anomaly.deviation) > 1e-6));
	}
}

static void
detect(const OceanSeries *series, const OceanHeatwaveRule *rule, const OceanBaselines *baselines,
	   bool plain)
{
	static OceanPhase causal[VALUES_MAX];
	static int32_t label[VALUES_MAX];
	OceanHeatwaveState state, replayed;
	int labelled = 0;

	at_once.count = 0;
	at_once.rule = rule;
	day_by_day.rule = rule;
	HOLDS(ocean_heatwave_detect(&work, series, rule, baselines, keep, &at_once, &state) ==
		  OCEAN_OK);
	/* Days without a row at the start are none of the series. */
	if (!isnan(series->value[0]))
	{
		replayed = replay(series, rule, baselines);
		same_events(&at_once, &day_by_day);
		HOLDS(state.day == replayed.day && state.phase == replayed.phase);
	}
	if (plain && rule->pad_days == 0)
		as_defined(series, rule, baselines->climatology);
	HOLDS(ocean_heatwave_label(&work, series, rule, baselines, causal, label) == OCEAN_OK);
	for (int i = 0; i < series->n; i++)
		labelled = label[i] > labelled ? label[i] : labelled;
	HOLDS(labelled == at_once.count);
}

/* ---- a late value ---- */

static int32_t
walk_again(const OceanSeries *series, const OceanHeatwaveRule *rule,
		   const OceanBaselines *baselines, const OceanRerun *rerun)
{
	OceanHeatwaveState state = ocean_heatwave_resume(rerun->walk_from);
	int32_t end = series->first_day + series->n;
	int32_t day = rerun->walk_from;

	if (day <= series->first_day)
	{
		state = (OceanHeatwaveState){ 0 };
		day = series->first_day;
	}
	day_by_day.count = 0;
	for (; day < end; day++)
	{
		HOLDS(ocean_heatwave_advance(&state, rule, baselines, day, sea[day - series->first_day],
									 keep_ended, &day_by_day) == OCEAN_OK);
		if (state.day >= rerun->days.last && state.phase == OCEAN_PHASE_NONE)
			return state.day;
	}
	HOLDS(ocean_heatwave_finish(&state, rule, baselines, keep_ended, &day_by_day) == OCEAN_OK);
	keep_open(&state, &day_by_day);
	return end;
}

static int
starts_in(const Events *events, int32_t first, int32_t last)
{
	int count = 0;

	for (int i = 0; i < events->count; i++)
		count += events->event[i].start_day >= first && events->event[i].start_day <= last;
	return count;
}

static void
change(FuzzInput *input, const OceanSeries *series, const OceanHeatwaveRule *rule,
	   const OceanBaselines *baselines)
{
	static OceanDays known[EVENTS_MAX];
	static Events before;
	int at = (int) (fuzz_word(input) % (uint64_t) series->n);
	int32_t day = series->first_day + at;
	OceanRerun rerun;
	int32_t last;

	before = at_once;
	for (int i = 0; i < before.count; i++)
		known[i] = (OceanDays){ before.event[i].start_day, before.event[i].end_day };
	sea[at] = fuzz_byte(input) % 3 == 0 ? NAN : fuzz_byte(input);
	rerun = ocean_heatwave_rerun(rule, known, before.count, (OceanDays){ day, day });
	last = walk_again(series, rule, baselines, &rerun);
	at_once.count = 0;
	HOLDS(ocean_heatwave_detect(&work, series, rule, baselines, keep, &at_once, NULL) == OCEAN_OK);
	HOLDS(starts_in(&at_once, INT32_MIN, INT32_MAX) ==
		  starts_in(&before, INT32_MIN, rerun.days.first - 1) +
			  starts_in(&day_by_day, rerun.days.first, INT32_MAX) +
			  starts_in(&before, last + 1, INT32_MAX));
}

/* ---- the rest ---- */

static void
summarize(const OceanSeries *series, const OceanHeatwaveRule *rule)
{
	static OceanHeatwaveYear year[VALUES_MAX / 365 + 3];
	static OceanHeating heating[VALUES_MAX];
	int first_year = ocean_year_of(series->first_day);
	int years = ocean_year_of(series->first_day + series->n - 1) - first_year + 1;
	int events = 0;

	HOLDS(ocean_heatwave_years(series, at_once.event, at_once.count, rule->cold, first_year, years,
							   year) == OCEAN_OK);
	for (int i = 0; i < years; i++)
		events += year[i].events;
	HOLDS(events == at_once.count);
	HOLDS(ocean_degree_heating(series, 18, heating) == OCEAN_OK);
	for (int i = 0; i < series->n; i++)
		HOLDS(isnan(heating[i].weeks) || heating[i].weeks >= 0);
}

static void
ask_chances(FuzzInput *input, const OceanHeatwaveRule *rule, const OceanHeatwaveState *state)
{
	OceanOutlook outlook[AHEAD_MAX];
	OceanChance chance[AHEAD_MAX];
	/* Most of the time would go to long ones. */
	int days = fuzz_byte(input) % 16 == 0 ? AHEAD_MAX : 1;
	double deviation = fuzz_byte(input) / 16.0;
	double correlation = fuzz_byte(input) / 128.0 - 1;
	for (int i = 0; i < days; i++)
		outlook[i] = (OceanOutlook){ (int8_t) fuzz_byte(input) / 16.0, deviation, 1,
									 i == 0 ? 0 : correlation };
	if (ocean_heatwave_chance(&work, rule, state, outlook, days, chance) != OCEAN_OK)
		return;
	for (int i = 0; i < days; i++)
	{
		HOLDS(chance[i].exceeds >= 0 && chance[i].exceeds <= 1 && chance[i].active >= 0);
		HOLDS(chance[i].active <= chance[i].open && chance[i].open <= 1);
		HOLDS(chance[i].lasting <= chance[i].open && chance[i].started >= 0);
		HOLDS(i == 0 || (chance[i].started >= chance[i - 1].started - 1e-9 &&
						 chance[i].lasting <= chance[i - 1].lasting + 1e-9));
	}
}

static void
any_bytes(FuzzInput *input, const OceanHeatwaveRule *rule, const OceanBaselines *baselines)
{
	uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE] = { 0x54, 0x48, 0x57, 0x31 };
	OceanHeatwaveState state;
	OceanEvent event;

	for (size_t i = 4; i < sizeof(bytes) && input->left > 0; i++)
		bytes[i] = fuzz_byte(input);
	if (ocean_heatwave_unpack(bytes, sizeof(bytes), &state) != OCEAN_OK)
		return;
	for (int i = 0; i < 30; i++)
		ocean_heatwave_advance(&state, rule, baselines, state.day + state.waiting + 1,
							   i % 11 < 7 ? 1000 : NAN, NULL, NULL);
	ocean_heatwave_event(&state, rule, &event);
}

static void
read_options(FuzzInput *input, const OceanSeries *series, OceanClimatologyOptions *options)
{
	int year = ocean_year_of(series->first_day);

	ocean_climatology_defaults(options);
	options->first_year = year + fuzz_byte(input) % 3;
	options->last_year = options->first_year + fuzz_byte(input) % 8;
	options->window_half_width = fuzz_byte(input) % (OCEAN_WINDOW_MAX + 2);
	options->smoothing_width = fuzz_byte(input) * 2 % 366 + 1;
	options->pad_days = fuzz_byte(input) % 8;
	options->cold = fuzz_byte(input) % 2 == 1;
	options->curves = 1 + fuzz_byte(input) % 3;
	for (int curve = 0; curve < options->curves; curve++)
		ocean_climatology_percentile(options, curve, fuzz_byte(input) % 100);
}

static OceanHeatwaveRule
read_rule(FuzzInput *input)
{
	return (OceanHeatwaveRule){
		.min_duration_days = 1 + fuzz_byte(input) % 8,
		.max_gap_days = fuzz_byte(input) % 6,
		.pad_days = fuzz_byte(input) % 4 * 3,
		.cold = fuzz_byte(input) % 2 == 1,
	};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static OceanClimatology climatology[OCEAN_CURVES_MAX];
	FuzzInput input = { data, size };
	const OceanBaselines baselines = { climatology, 1, 2000 };
	OceanHeatwaveRule rule = read_rule(&input);
	OceanClimatologyOptions options;
	OceanHeatwaveState state = { 0 };
	OceanSeries series = { 0 };
	bool plain;

	take_back();
	if (fuzz_byte(&input) % 16 == 0)
		lender.pieces_left = fuzz_byte(&input) % 8;
	if (fuzz_byte(&input) % 16 == 0)
		lender.questions_left = 1 + fuzz_byte(&input);
	series.first_day = fuzz_byte(&input) * 7;
	read_options(&input, &series, &options);
	plain = read_series(&input, &series);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		climatology->mean[day] = 15 + 3 * sin(day * 0.0172);
		climatology->threshold[day] = climatology->mean[day] + (rule.cold ? -1 : 1);
	}
	/* What fails leaves the climatology as it was, or half of a new one: both will do. */
	ocean_climatology_build(&work, &series, &options, climatology);
	take_back();
	if (ocean_series_check(&series) == OCEAN_OK)
	{
		detect(&series, &rule, &baselines, plain);
		summarize(&series, &rule);
		change(&input, &series, &rule, &baselines);
		ocean_heatwave_advance(&state, &rule, &baselines, 0, 99, NULL, NULL);
	}
	ask_chances(&(FuzzInput){ data, size }, &rule, &state);
	any_bytes(&(FuzzInput){ data, size }, &rule, &baselines);
	take_back();
	return 0;
}
