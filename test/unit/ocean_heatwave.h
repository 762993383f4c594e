/*
 * ocean_heatwave.h
 *	  Made seas for the tests of heatwaves: random ones, and the comparison of what the walk
 *	  finds with the definition.
 */
#ifndef TIDEHOLD_TEST_OCEAN_HEATWAVE_H
#define TIDEHOLD_TEST_OCEAN_HEATWAVE_H

#include "../lib/ocean_naive.h"
#include "ocean_reference.h"

static OceanClimatology sea_climatology;
static double sea_value[NAIVE_DAYS_MAX];

static inline double
random_unit(void)
{
	return (double) unit_random_in(0, 1000000) / 1000000;
}

/* Mean 0, threshold 1 on every day. */
static inline void
flat_climatology(void)
{
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		sea_climatology.mean[day] = 0;
		sea_climatology.threshold[day] = 1;
	}
}

/* An uneven threshold; some days are guarded. */
static inline void
random_climatology(bool cold)
{
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		double distance = unit_random_in(0, 40) == 0 ? -0.05 : 0.3 + random_unit();

		sea_climatology.mean[day] = 15 + 3 * sin(day * 0.0172);
		sea_climatology.threshold[day] = sea_climatology.mean[day] + (cold ? -distance : distance);
	}
}

/* Anomalies that last, with gaps in them of missing days. */
static inline void
random_sea(int n)
{
	double anomaly = 0;
	double lasting = 0.5 + 0.45 * random_unit();
	int gap = (int) unit_random_in(5, 200);

	for (int i = 0; i < n; i++)
	{
		anomaly = lasting * anomaly + random_unit() - 0.5;
		sea_value[i] = 15 + 3 * sin(i * 0.0172) + 1.5 * anomaly;
		if (unit_random_in(0, gap) == 0)
		{
			for (int end = i + (int) unit_random_in(1, 15); i < n && i < end; i++)
				sea_value[i] = NAN;
		}
	}
}

static inline OceanHeatwaveRule
random_rule(void)
{
	return (OceanHeatwaveRule){
		.min_duration_days = (int) unit_random_in(1, 7),
		.max_gap_days = (int) unit_random_in(0, 12),
		.pad_days = unit_random_in(0, 1) == 0 ? 0 : (int) unit_random_in(1, 12),
		.cold = unit_random_in(0, 1) == 0,
	};
}

/* Below and at the same time relative to what large sums may be apart. */
static inline bool
close_events(const OceanEvent *one, const OceanEvent *other)
{
	return event_apart(one, other) < 1e-9 && one->missing_days == other->missing_days;
}

/* The walk over a sea against the definition. */
static inline void
compare_with_definition(const OceanSeries *series, const OceanHeatwaveRule *rule)
{
	static NaiveSea naive;
	static OceanEvent expected[REFERENCE_EVENTS_MAX];
	static EventList own;
	const OceanBaselines fixed = { &sea_climatology, 1, 2000 };
	int events;

	own.count = 0;
	naive_sea(&naive, series, rule, &sea_climatology);
	events = naive_events(&naive, rule, expected, REFERENCE_EVENTS_MAX);
	CHECK(ocean_heatwave_detect(&unit_work, series, rule, &fixed, keep_event, &own, NULL) ==
		  OCEAN_OK);
	CHECK(own.count == events);
	for (int i = 0; i < events && i < own.count; i++)
		CHECK(close_events(&own.event[i], &expected[i]));
}

#endif /* TIDEHOLD_TEST_OCEAN_HEATWAVE_H */
