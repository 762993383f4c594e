/*
 * ocean_heatwave_test.c
 *	  Events against their definition on random seas, and the cases that the reference series
 *	  do not have.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/heatwave.h"

#include "ocean_heatwave.h"

static const OceanHeatwaveRule usual = { 5, 2, 0, false };
static const OceanBaselines baselines = { &sea_climatology, 1, 2000 };

static EventList caught;

static bool
same_state(const OceanHeatwaveState *one, const OceanHeatwaveState *other)
{
	uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE], others[OCEAN_HEATWAVE_PACKED_SIZE];

	ocean_heatwave_pack(one, bytes);
	ocean_heatwave_pack(other, others);
	return memcmp(bytes, others, sizeof(bytes)) == 0;
}

/* ---- the definition ---- */

static void
definition(void)
{
	for (int round = 0; round < 400; round++)
	{
		OceanHeatwaveRule rule = random_rule();
		OceanSeries series = { (int32_t) unit_random_in(-9000, 9000),
							   (int) unit_random_in(1, 1500), sea_value };

		random_climatology(rule.cold);
		random_sea(series.n);
		compare_with_definition(&series, &rule);
		drop_pieces();
	}
}

/* ---- by hand: one letter a day ---- */

/* '.' is usual, '1' to '9' so many halves above the threshold, '?' missing. */
static double
value_of(char letter)
{
	if (letter == '.')
		return 0;
	return letter == '?' ? NAN : 1 + (letter - '0') * 0.5;
}

static OceanSeries
sea_of(const char *days)
{
	int n = (int) strlen(days);

	for (int i = 0; i < n; i++)
		sea_value[i] = value_of(days[i]);
	return (OceanSeries){ 0, n, sea_value };
}

static OceanStatus
detect_with(const char *days, const OceanHeatwaveRule *rule)
{
	OceanSeries series = sea_of(days);
	OceanStatus status;

	caught.count = 0;
	flat_climatology();
	status = ocean_heatwave_detect(&unit_work, &series, rule, &baselines, keep_event, &caught,
								   NULL);
	drop_pieces();
	return status;
}

static bool
finds(const char *days, int count, int start, int end)
{
	return detect_with(days, &usual) == OCEAN_OK && caught.count == count &&
		   (count == 0 || (caught.event[0].start_day == start && caught.event[0].end_day == end));
}

static void
runs_and_gaps(void)
{
	CHECK(finds("..1111..", 0, 0, 0) && finds("..11111..", 1, 2, 6));
	CHECK(finds("11111..11111.", 1, 0, 11) && finds("11111...11111", 2, 0, 4));
	CHECK(finds("11111..1111.1", 1, 0, 4));

	/* At the threshold is not beyond it. */
	CHECK(finds("0000000", 0, 0, 0) && finds("1111011", 0, 0, 0));

	/* What is too short is dropped before the joining, and then is gap. */
	CHECK(finds("11111.1.11111", 2, 0, 4) && finds("11111.1.1111.", 1, 0, 4));
	CHECK(detect_with("11111.1.11111", &(OceanHeatwaveRule){ 5, 3, 0, false }) == OCEAN_OK);
	CHECK(caught.count == 1 && caught.event[0].duration == 13);

	/* That one day too has its category. */
	CHECK(caught.event[0].category_days[0] == 11);
	CHECK(detect_with("1.1..1", &(OceanHeatwaveRule){ 1, 1, 0, false }) == OCEAN_OK);
	CHECK(caught.count == 2 && caught.event[0].duration == 3);
	CHECK(detect_with("1.1..1", &(OceanHeatwaveRule){ 1, 0, 0, false }) == OCEAN_OK);
	CHECK(caught.count == 3);
}

static void
categories(void)
{
	/* Multiples of the distance above the threshold: 0.5, 1, 1.5, 2, 3, 4.5. */
	CHECK(detect_with(".1123469..", &usual) == OCEAN_OK && caught.count == 1);
	CHECK(caught.event[0].category == 4 && caught.event[0].category_day == 7);
	CHECK(caught.event[0].category_days[0] == 2 && caught.event[0].category_days[1] == 2);
	CHECK(caught.event[0].category_days[2] == 1 && caught.event[0].category_days[3] == 2);
	CHECK(caught.event[0].peak_day == 7 && caught.event[0].anomaly.max == 5.5);
	CHECK(caught.event[0].relative.max == 4.5 && caught.event[0].absolute.max == 5.5);
}

static void
missing_days(void)
{
	/* In the gap they are usual days; alone they end a run. */
	CHECK(finds("11111??11111.", 1, 0, 11) && caught.event[0].missing_days == 2);
	CHECK(near(caught.event[0].anomaly.cumulative, 15, 1e-15));
	CHECK(finds("11111???11111", 2, 0, 4) && finds("111?11.", 0, 0, 0));
	CHECK(caught.count == 0);

	/* Padded they are part of it, as long as they are few. */
	CHECK(detect_with("111?33..", &(OceanHeatwaveRule){ 5, 2, 1, false }) == OCEAN_OK);
	CHECK(caught.count == 1 && caught.event[0].missing_days == 0 && caught.event[0].duration == 6);
	CHECK(near(caught.event[0].anomaly.cumulative, 3 * 1.5 + 2 + 2 * 2.5, 1e-15));
	CHECK(detect_with("111??33.", &(OceanHeatwaveRule){ 5, 2, 1, false }) == OCEAN_OK);
	CHECK(caught.count == 0);
	CHECK(detect_with("?1111?", &(OceanHeatwaveRule){ 6, 2, 1, false }) == OCEAN_OK);
	CHECK(caught.count == 1 && caught.event[0].phase == OCEAN_PHASE_ACTIVE);
	CHECK(finds("????????", 0, 0, 0) && finds("?", 0, 0, 0) && finds("1", 0, 0, 0));
	CHECK(detect_with("????", &(OceanHeatwaveRule){ 1, 2, 9, false }) == OCEAN_OK && caught.count == 0);
}

static void
edges(void)
{
	/* Onset from the first day on, to the peak; no decline while the peak is the last day. */
	CHECK(finds("12345", 1, 0, 4) && caught.event[0].phase == OCEAN_PHASE_ACTIVE);
	CHECK(near(caught.event[0].rate_onset, 0.5, 1e-15) && isnan(caught.event[0].rate_decline));
	CHECK(finds("54321", 1, 0, 4) && caught.event[0].rate_onset == 0);
	CHECK(near(caught.event[0].rate_decline, 0.5, 1e-15));

	/* Of equal peaks the first, in another part of the event too. */
	CHECK(finds("11511..11511", 1, 0, 11) && caught.event[0].peak_day == 2 && caught.event[0].category_day == 2);

	/* Half way to the day before and after. */
	CHECK(finds("..11511.", 1, 2, 6) && caught.event[0].phase == OCEAN_PHASE_PENDING);
	CHECK(near(caught.event[0].rate_onset, (3.5 - 0.75) / 2.5, 1e-15));
	CHECK(near(caught.event[0].rate_decline, (3.5 - 0.75) / 2.5, 1e-15));
	CHECK(finds(".11111...", 1, 1, 5) && caught.event[0].phase == OCEAN_PHASE_FINAL);
	CHECK(finds(".11111..1", 1, 1, 5) && caught.event[0].phase == OCEAN_PHASE_PENDING);
	CHECK(near(caught.event[0].anomaly.deviation, 0, 1e-15));
	CHECK(finds(".11155...", 1, 1, 5) && near(caught.event[0].anomaly.deviation, sqrt(0.96), 1e-15));
}

/* At the threshold is not beyond it: of a constant series there is no event. */
static void
constant(void)
{
	OceanClimatologyOptions options;
	OceanSeries series = { 0, 3653, sea_value };

	for (int i = 0; i < series.n; i++)
		sea_value[i] = 0.1;
	ocean_climatology_defaults(&options);
	options.first_year = 2000;
	options.last_year = 2009;
	for (int cold = 0; cold < 2; cold++)
	{
		OceanHeatwaveRule rule = { 1, 2, 0, cold == 1 };

		options.cold = rule.cold;
		caught.count = 0;
		CHECK(ocean_climatology_build(&unit_work, &series, &options, &sea_climatology) == OCEAN_OK);
		CHECK(ocean_heatwave_detect(&unit_work, &series, &rule, &baselines, keep_event, &caught,
									NULL) == OCEAN_OK);
		CHECK(caught.count == 0 && sea_climatology.guarded == OCEAN_YEAR_DAYS);
	}
	drop_pieces();
}

/* Under ice the threshold falls below the mean: beyond it is only what is warmer than usual. */
static void
guarded(void)
{
	OceanSeries series = sea_of("1111122222......");

	flat_climatology();
	for (int day = 0; day < 10; day++)
		sea_climatology.threshold[day] = day < 5 ? 0 : -0.5;
	for (int i = 10; i < series.n; i++)
		sea_climatology.threshold[i] = -0.5;
	caught.count = 0;
	sea_value[2] = 0;
	sea_value[12] = -0.25;
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &baselines, keep_event, &caught,
								NULL) == OCEAN_OK);
	CHECK(caught.count == 1 && caught.event[0].start_day == 3 && caught.event[0].end_day == 9);
	CHECK(caught.event[0].category == 1 && caught.event[0].category_days[0] == 7);
	CHECK(caught.event[0].relative.max == 2.5);
}

/* A day without a climatology is in no run, and what is summed over it is not known. */
static void
unknown_climatology(void)
{
	OceanSeries series = sea_of("1111121111111..");

	flat_climatology();
	sea_climatology.mean[5] = sea_climatology.threshold[5] = NAN;
	caught.count = 0;
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &baselines, keep_event, &caught,
								NULL) == OCEAN_OK);
	CHECK(caught.count == 1 && caught.event[0].duration == 13 &&
		  isnan(caught.event[0].anomaly.mean));
	CHECK(near(caught.event[0].absolute.cumulative, 13 * 1.5 + 0.5, 1e-15));
	CHECK(caught.event[0].anomaly.max == 1.5 && caught.event[0].category == 1);
}

/* A baseline for each year: what was warm once is not warm later. */
static void
shifting(void)
{
	static OceanClimatology by_year[2];
	const OceanBaselines shifted = { by_year, 2, 2001 };
	OceanSeries series = { ocean_year_start(2000), 366 * 4, sea_value };

	flat_climatology();
	by_year[0] = by_year[1] = sea_climatology;
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		by_year[1].mean[day]++, by_year[1].threshold[day]++;
	for (int i = 0; i < series.n; i++)
		sea_value[i] = i % 50 < 6 ? 1.5 : 0.5;
	caught.count = 0;
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &shifted, keep_event, &caught, NULL) ==
		  OCEAN_OK);
	CHECK(caught.count == 15 && caught.event[14].start_day == 700);
	CHECK(ocean_year_of(caught.event[14].end_day) == 2001);
}

/* ---- the walk ---- */

static void
count_days(void *context, const OceanHeatwaveState *state, const OceanHeatwaveDay *day)
{
	int *days = context;

	CHECK(state->day == day->day);
	*days += day->missing ? 1000 : 1;
}

/* Days without rows are missing days, never bridged. */
static void
absent_days(void)
{
	OceanHeatwaveState absent = { 0 };
	OceanHeatwaveState missing = { 0 };
	int days = 0;
	int32_t seen;

	flat_climatology();
	CHECK(!ocean_heatwave_seen(&absent, &seen));
	for (int32_t day = 0; day < 60; day++)
	{
		bool known = day < 4 || day > 40;

		if (known)
			CHECK(ocean_heatwave_advance(&absent, &usual, &baselines, day, 2, count_days, &days) ==
				  OCEAN_OK);
		CHECK(ocean_heatwave_advance(&missing, &usual, &baselines, day, known ? 2 : NAN, NULL,
									 NULL) == OCEAN_OK);
		if (known)
			CHECK(same_state(&absent, &missing));
	}
	CHECK(days == 37023 && ocean_heatwave_seen(&absent, &seen) && seen == 59);
	CHECK(absent.phase == OCEAN_PHASE_ACTIVE && absent.event.first_day == 41);
}

/* A missing day waits as long as it may be padded; then it is judged, and those after it. */
static void
waiting_days(void)
{
	const OceanHeatwaveRule padded = { 5, 2, 2, false };
	OceanHeatwaveState state = { 0 };
	int32_t seen;

	flat_climatology();
	for (int32_t day = 0; day < 12; day++)
	{
		CHECK(ocean_heatwave_advance(&state, &padded, &baselines, day, day < 6 ? 2 : NAN, NULL,
									 NULL) == OCEAN_OK);
		CHECK(ocean_heatwave_seen(&state, &seen) && seen == day);
		CHECK(state.waiting == (day == 6 ? 1 : day == 7 ? 2 :
														  0));
	}
	CHECK(state.phase == OCEAN_PHASE_NONE && state.event.days == 6);
}

static void
refused_days(void)
{
	OceanHeatwaveState state = { 0 };
	OceanHeatwaveState before;
	const OceanHeatwaveRule wrong[] = {
		{ 0, 2, 0, false },
		{ OCEAN_DURATION_MAX + 1, 2, 0, false },
		{ 5, -1, 0, false },
		{ 5, OCEAN_GAP_MAX + 1, 0, false },
		{ 5, 2, -1, false },
		{ 5, 2, OCEAN_PAD_MAX + 1, false },
	};
	const OceanBaselines none = { &sea_climatology, 0, 2000 };

	flat_climatology();
	CHECK(ocean_heatwave_advance(&state, &usual, &baselines, 10, 2, NULL, NULL) == OCEAN_OK);
	before = state;
	CHECK(ocean_heatwave_advance(&state, &usual, &baselines, 10, 2, NULL, NULL) == OCEAN_UNORDERED);
	CHECK(ocean_heatwave_advance(&state, &usual, &baselines, 9, 2, NULL, NULL) == OCEAN_UNORDERED);
	CHECK(ocean_heatwave_advance(&state, &usual, &baselines, 11, INFINITY, NULL, NULL) ==
		  OCEAN_BAD_VALUE);
	CHECK(ocean_heatwave_advance(&state, &usual, &baselines, 11, -1e16, NULL, NULL) ==
		  OCEAN_BAD_VALUE);
	CHECK(ocean_heatwave_advance(&state, &usual, &baselines, INT32_MAX, 2, NULL, NULL) ==
		  OCEAN_BAD_ARGUMENT);
	CHECK(ocean_heatwave_advance(&state, &usual, &none, 11, 2, NULL, NULL) == OCEAN_BAD_ARGUMENT);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		CHECK(ocean_heatwave_advance(&state, &wrong[i], &baselines, 11, 2, NULL, NULL) ==
			  OCEAN_BAD_ARGUMENT);
		CHECK(detect_with("1", &wrong[i]) == OCEAN_BAD_ARGUMENT);
	}
	CHECK(same_state(&state, &before));
	CHECK(detect_with("", &usual) == OCEAN_EMPTY);
}

static bool
only_first(void *context, const OceanEvent *event)
{
	int *events = context;

	(void) event;
	++*events;
	return false;
}

static void
stopped(void)
{
	OceanSeries series = { 0, 17000, sea_value };
	int events = 0;

	flat_climatology();
	for (int i = 0; i < series.n; i++)
		sea_value[i] = i % 10 < 6 ? 2 : 0;
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &baselines, only_first, &events,
								NULL) == OCEAN_INTERRUPTED);
	CHECK(events == 1);
	interruptions_left = 1;
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &baselines, keep_event, &caught,
								NULL) == OCEAN_INTERRUPTED);
	interruptions_left = -1;
	sea_value[3] = INFINITY;
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &baselines, keep_event, &caught,
								NULL) == OCEAN_BAD_VALUE);
}

/* Detection hands on its state: a day later it is as if all had been detected. */
static void
handed_on(void)
{
	for (int round = 0; round < 100; round++)
	{
		OceanHeatwaveRule rule = random_rule();
		OceanSeries series = { 100, 400, sea_value };
		OceanHeatwaveState whole, part;

		random_climatology(rule.cold);
		random_sea(series.n);
		caught.count = 0;
		CHECK(ocean_heatwave_detect(&unit_work, &series, &rule, &baselines, keep_event, &caught,
									&whole) == OCEAN_OK);
		series.n = (int) unit_random_in(1, 399);
		CHECK(ocean_heatwave_detect(&unit_work, &series, &rule, &baselines, keep_event, &caught,
									&part) == OCEAN_OK);
		for (int i = series.n; i < 400; i++)
			CHECK(ocean_heatwave_advance(&part, &rule, &baselines, 100 + i, sea_value[i], NULL,
										 NULL) == OCEAN_OK);
		CHECK(same_state(&whole, &part));
	}
}

/* ---- bytes ---- */

static void
bytes_refused(void)
{
	uint8_t bytes[OCEAN_HEATWAVE_PACKED_SIZE], changed[OCEAN_HEATWAVE_PACKED_SIZE];
	OceanHeatwaveState state = { 0 };
	OceanHeatwaveState other = { .day = 77 };
	int refused = 0;

	flat_climatology();
	for (int32_t day = 0; day < 9; day++)
		CHECK(ocean_heatwave_advance(&state, &usual, &baselines, day, day == 6 ? 0 : 2, NULL,
									 NULL) == OCEAN_OK);
	ocean_heatwave_pack(&state, bytes);
	CHECK(ocean_heatwave_unpack(bytes, sizeof(bytes) - 1, &other) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_heatwave_unpack(bytes, 0, &other) == OCEAN_BAD_ARGUMENT && other.day == 77);
	for (int round = 0; round < 20000; round++)
	{
		memcpy(changed, bytes, sizeof(bytes));
		changed[unit_random_in(0, sizeof(bytes) - 1)] = (uint8_t) unit_random();
		if (ocean_heatwave_unpack(changed, sizeof(changed), &other) != OCEAN_OK)
		{
			refused++;
			continue;
		}
		/* What is taken can be walked on with. */
		ocean_heatwave_advance(&other, &usual, &baselines, other.day + 9, 2, NULL, NULL);
	}
	CHECK(refused > 1000 && refused < 19000);
	CHECK(ocean_heatwave_unpack(bytes, sizeof(bytes), &other) == OCEAN_OK);
	CHECK(same_state(&other, &state));
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean heatwave: as defined, on random seas", definition },
		{ "ocean heatwave: runs and gaps", runs_and_gaps },
		{ "ocean heatwave: categories", categories },
		{ "ocean heatwave: missing days", missing_days },
		{ "ocean heatwave: ends of the series, rates", edges },
		{ "ocean heatwave: constant series", constant },
		{ "ocean heatwave: threshold at or below the climatology", guarded },
		{ "ocean heatwave: days without a climatology", unknown_climatology },
		{ "ocean heatwave: a baseline for each year", shifting },
		{ "ocean heatwave: absent days are missing days", absent_days },
		{ "ocean heatwave: days that wait for padding", waiting_days },
		{ "ocean heatwave: refusals", refused_days },
		{ "ocean heatwave: interrupted", stopped },
		{ "ocean heatwave: detection hands on its state", handed_on },
		{ "ocean heatwave: bytes that are no state", bytes_refused },
	};

	return UNIT_RUN(groups);
}
