/*
 * ocean_reference_test.c
 *	  Climatologies and events against what the reference implementation gives for real seas.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/heatwave.h"

#include "ocean_reference.h"

static int events_compared;
static double curve_apart, metric_apart;

static void
compare_curves(const OceanCase *next, const OceanClimatology *climatology)
{
	double most = 0;

	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		most = fmax(most, apart(climatology->mean[day], next->mean[day]));
		most = fmax(most, apart(climatology->threshold[day], next->threshold[day]));
	}
	curve_apart = fmax(curve_apart, most);
	if (!CHECK(most < 1e-9))
		fprintf(stderr, "  %s: curves %g apart\n", next->name, most);
}

static void
compare_events(const OceanCase *next, const EventList *found)
{
	double most = 0;

	for (int i = 0; i < found->count && i < next->events; i++)
		most = fmax(most, event_apart(&found->event[i], &next->event[i]));
	events_compared += found->count;
	metric_apart = fmax(metric_apart, most);
	if (!CHECK(found->count == next->events) || !CHECK(most < 1e-9))
		fprintf(stderr, "  %s: %d events for %d, %g apart\n", next->name, found->count,
				next->events, most);
}

static void
compare(const OceanCase *next)
{
	static EventList found;
	OceanClimatology climatology;
	const OceanBaselines baselines = { &climatology, 1, next->options.first_year };
	const OceanSeries *series = case_series(next->series);
	const OceanSeries *baseline = case_series(next->baseline_series);

	found.count = 0;
	if (!CHECK(series != NULL && baseline != NULL))
		return;
	CHECK(ocean_climatology_build(&unit_work, baseline, &next->options, &climatology) == OCEAN_OK);
	compare_curves(next, &climatology);
	CHECK(ocean_heatwave_detect(&unit_work, series, &next->rule, &baselines, keep_event, &found,
								NULL) == OCEAN_OK);
	compare_events(next, &found);
}

static void
reference(void)
{
	int cases = each_ocean_case(compare);

	if (cases > 0)
		printf("# %d cases, %d events: curves at most %.1e apart, metrics %.1e\n", cases,
			   events_compared, curve_apart, metric_apart);
}

/* ---- 64 seas that serve as a measure of speed ---- */

#define SEAS 64

static OceanSeriesFile seas_file;

/* The next event of the table if it is of the sea; its metrics are rounded to 10 digits. */
static bool
is_next(OceanTable *table, const char *name, const OceanEvent *event)
{
	return ocean_table_next(table) && strcmp(table->field[0], name) == 0 &&
		   ocean_day_of_text(table->field[2]) == event->start_day &&
		   ocean_day_of_text(table->field[3]) == event->peak_day &&
		   ocean_day_of_text(table->field[4]) == event->end_day &&
		   ocean_whole(table->field[5]) == event->duration &&
		   apart(ocean_number(table->field[6]), event->anomaly.max) < 1e-9 &&
		   apart(ocean_number(table->field[7]), event->anomaly.mean) < 1e-9 &&
		   apart(ocean_number(table->field[8]), event->anomaly.cumulative) < 1e-9 &&
		   category_of_text(table->field[9]) == event->category;
}

static int
compare_sea(OceanTable *table, const char *name)
{
	static const OceanHeatwaveRule usual = { 5, 2, 0, false };
	static EventList found;
	OceanClimatologyOptions options;
	OceanClimatology climatology;
	const OceanBaselines baselines = { &climatology, 1, 1983 };
	OceanSeries series;

	ocean_climatology_defaults(&options);
	options.first_year = 1983;
	options.last_year = 2012;
	found.count = 0;
	CHECK(ocean_series_of_rows(&unit_work, seas_file.day, seas_file.value, seas_file.rows,
							   &series) == OCEAN_OK);
	CHECK(ocean_climatology_build(&unit_work, &series, &options, &climatology) == OCEAN_OK);
	CHECK(ocean_heatwave_detect(&unit_work, &series, &usual, &baselines, keep_event, &found,
								NULL) == OCEAN_OK);
	for (int i = 0; i < found.count; i++)
		CHECK(is_next(table, name, &found.event[i]));
	return found.count;
}

static void
seas(void)
{
	static OceanTable names, events;
	int count = 0;

	if (!ocean_table_open(&names, "bench_tasman_64.csv") ||
		!ocean_table_open(&events, "bench_tasman_64.events.csv"))
	{
		unit_skip("no ../shared/data/ocean/bench_tasman_64.csv");
		return;
	}
	CHECK(names.fields == SEAS + 1);
	for (int sea = 1; sea <= SEAS; sea++)
	{
		CHECK(ocean_read_series(&seas_file, "bench_tasman_64.csv", sea));
		count += compare_sea(&events, names.field[sea]);
		drop_pieces();
	}
	CHECK(!ocean_table_next(&events));
	printf("# %d seas, %d events\n", SEAS, count);
	ocean_table_close(&names);
	ocean_table_close(&events);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean: climatologies and events as the reference has them", reference },
		{ "ocean: events of 64 seas as the reference has them", seas },
	};

	return UNIT_RUN(groups);
}
