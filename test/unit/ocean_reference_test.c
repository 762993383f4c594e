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

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean: climatologies and events as the reference has them", reference },
	};

	return UNIT_RUN(groups);
}
