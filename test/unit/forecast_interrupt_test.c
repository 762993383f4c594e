/*
 * forecast_interrupt_test.c
 *	  Every method asks often whether to stop while it goes over a very long series.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/method.h"

#include "forecast_unit.h"

#define VALUES 100000

/* The quickest methods take 3 ms for such a series, and ask every 1024 values. */
#define QUESTIONS_LEAST 90

static double value[VALUES];

/* A level that walks, a season, and one value in fifty that is missing. */
static void
fill_long(void)
{
	double level = 100;

	for (int t = 0; t < VALUES; t++)
	{
		level = fmax(20, level + (double) unit_random_in(-500, 500) / 500);
		value[t] = level * (1 + 0.2 * sin(t * 0.2617993)) + (double) unit_random_in(0, 100) / 20;
		if (unit_random_in(0, 49) == 0)
			value[t] = NAN;
	}
}

/* A fit that is stopped at that question has asked so often. */
static void
asks(ForecastMethod method)
{
	static ForecastModel model;
	ForecastSeries series = { .value = value, .n = VALUES, .period = { 24 }, .period_count = 1 };
	ForecastOptions options;
	ForecastStatus status;

	forecast_options_default(method, &options);
	options.horizon = 28;
	interruptions_left = QUESTIONS_LEAST;
	status = forecast_fit(&unit_work, &series, &options, &model, NULL);
	if (!CHECK(status == FORECAST_INTERRUPTED))
		fprintf(stderr, "  %s asked %d times less\n", forecast_method_name(method),
				interruptions_left);
	interruptions_left = -1;
	drop_pieces();
}

static void
long_series(void)
{
	fill_long();
	for (int i = 0; i < FORECAST_METHODS; i++)
		asks((ForecastMethod) i);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: long series can be stopped", long_series },
	};

	return UNIT_RUN(groups);
}
