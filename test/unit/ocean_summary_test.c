/*
 * ocean_summary_test.c
 *	  Years of events, ranks and return periods.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/heatwave_summary.h"

#include "forecast_unit.h"

static OceanHeatwaveYear year[3];

/* Two events that start in 2000, one of them reaching into 2001; the years have 3 values. */
static void
sums(bool cold)
{
	double turn = cold ? -1 : 1;
	static const double value[] = { 4, NAN, 2, 9 };
	const OceanSeries series = { 364, 4, value };
	const OceanEvent event[] = {
		{
			.start_day = 10,
			.end_day = 19,
			.duration = 10,
			.category_days = { 6, 4, 0, 0 },
			.anomaly = { turn * 3, turn * 2, 0.5, turn * 20 },
			.relative = { turn * 1, 0, 0, 0 },
			.absolute = { 20, 19, 1, 190 },
			.rate_onset = 0.25,
			.rate_decline = NAN,
		},
		{
			.start_day = 360,
			.end_day = 369,
			.duration = 10,
			.category_days = { 1, 2, 3, 4 },
			.anomaly = { turn * 5, turn * 4, 1.5, turn * 40 },
			.relative = { turn * 2, 0, 0, 0 },
			.absolute = { 30, 21, 3, 210 },
			.rate_onset = 0.75,
			.rate_decline = NAN,
		},
	};

	CHECK(ocean_heatwave_years(&series, event, 2, cold, 2000, 3, year) == OCEAN_OK);
	CHECK(year[0].year == 2000 && year[0].events == 2 && year[0].days == 16);
	CHECK(year[1].year == 2001 && year[1].events == 0 && year[1].days == 4);
	CHECK(year[0].category_days[0] == 7 && year[0].category_days[3] == 4);
	CHECK(year[0].duration == 10 && year[0].intensity_strongest == turn * 5);
	CHECK(year[0].total_cumulative == turn * 60 && year[0].anomaly.max == turn * 4);
	CHECK(year[0].anomaly.deviation == 1 && year[0].relative.max == turn * 1.5);
	CHECK(year[0].absolute.cumulative == 200 && year[0].rate_onset == 0.5);
	CHECK(isnan(year[0].rate_decline) && isnan(year[1].rate_onset));
	CHECK(isnan(year[1].duration) && isnan(year[1].anomaly.mean) && year[1].total_cumulative == 0);
	CHECK(isnan(year[1].intensity_strongest) && year[1].category_days[0] == 0);
	CHECK(year[0].values == 1 && year[0].value_mean == 4 && year[1].values == 2);
	CHECK(year[1].value_mean == 5.5 && year[1].value_least == 2 && year[1].value_greatest == 9);
	CHECK(year[2].values == 0 && isnan(year[2].value_mean) && isnan(year[2].value_greatest));
}

static void
years(void)
{
	static const double value = 3;
	const OceanSeries series = { 0, 1, &value };
	const OceanSeries empty = { 0, 0, &value };

	sums(false);
	sums(true);
	CHECK(ocean_heatwave_years(&empty, NULL, 0, false, 2000, 1, year) == OCEAN_EMPTY);
	CHECK(ocean_heatwave_years(&series, NULL, 0, false, 2000, 0, year) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_heatwave_years(&series, NULL, 0, false, INT32_MAX, 1, year) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_heatwave_years(&series, NULL, 0, false, 2000, 5000, year) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_heatwave_years(&series, NULL, 0, false, 2000, 1, year) == OCEAN_OK);
	CHECK(year[0].events == 0 && year[0].values == 1);
}

static void
ranks(void)
{
	static const double figure[] = { 3, NAN, 7, 3, -1, NAN, INFINITY };
	static const int32_t expected[] = { 4, 7, 2, 3, 5, 6, 1 };
	int32_t rank[500];
	double many[500];

	CHECK(ocean_heatwave_ranks(&unit_work, figure, 7, rank) == OCEAN_OK);
	CHECK(memcmp(rank, expected, sizeof(expected)) == 0);
	CHECK(ocean_heatwave_ranks(&unit_work, figure, 0, rank) == OCEAN_OK);
	CHECK(ocean_heatwave_ranks(&unit_work, figure, -1, rank) == OCEAN_BAD_ARGUMENT);
	for (int i = 0; i < 500; i++)
		many[i] = (double) unit_random_in(0, 100);
	CHECK(ocean_heatwave_ranks(&unit_work, many, 500, rank) == OCEAN_OK);
	for (int i = 0; i < 500; i++)
	{
		int above = 1;

		for (int k = 0; k < 500; k++)
			above += many[k] > many[i] || (k > i && many[k] == many[i]);
		CHECK(rank[i] == above);
	}
	drop_pieces();
	allocations_left = 1;
	CHECK(ocean_heatwave_ranks(&unit_work, figure, 7, rank) == OCEAN_NO_MEMORY);
	allocations_left = -1;
	drop_pieces();

	/* 41 years and one, of 14,975 days. */
	CHECK(near(ocean_heatwave_return_years(14975, 1), 14975 / 365.25 + 1, 1e-15));
	CHECK(near(ocean_heatwave_return_years(14975, 6), (14975 / 365.25 + 1) / 6, 1e-15));
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean years: sums and means of events", years },
		{ "ocean ranks: largest first", ranks },
	};

	return UNIT_RUN(groups);
}
