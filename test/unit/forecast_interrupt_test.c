/*
 * forecast_interrupt_test.c
 *	  Every method asks often whether to stop while it goes over a very long series, or far
 *	  ahead.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/method.h"

#include "forecast_unit.h"

#define VALUES 100000

/* The quickest methods take 3 ms for such a series, and ask every 1024 values. */
#define QUESTIONS_LEAST 90

#define SHORT_VALUES 400

static double value[VALUES];
static double far_mean[FORECAST_HORIZON_MAX];
static double far_variance[FORECAST_HORIZON_MAX];

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

/* A season, a trend and noise, in which every method finds something. */
static void
fill_short(void)
{
	for (int t = 0; t < SHORT_VALUES; t++)
		value[t] = (100 + 0.1 * t) * (1 + 0.3 * sin(t * 0.2617993)) +
				   (double) unit_random_in(0, 100) / 10;
}

static void
far_ahead(ForecastMethod method, const char *form)
{
	static ForecastModel model;
	ForecastSeries series = { .value = value, .n = SHORT_VALUES, .period = { 24 } };
	ForecastOptions options;

	series.period_count = 1;
	forecast_options_default(method, &options);
	options.horizon = 28;
	if (form != NULL)
	{
		options.ets.automatic = false;
		CHECK(forecast_ets_parse(form, &options.ets.form));
	}
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(model.method == method);
	interruptions_left = QUESTIONS_LEAST;
	if (!CHECK(forecast_predict(&unit_work, &model, FORECAST_HORIZON_MAX, far_mean,
								far_variance, NULL) == FORECAST_INTERRUPTED))
		fprintf(stderr, "  %s %s asked %d times less\n", forecast_method_name(method),
				form != NULL ? form : "", interruptions_left);
	interruptions_left = -1;
	drop_pieces();
}

/* Methods not named here take less than 10 ms for all the steps that may be asked for. */
static void
long_horizon(void)
{
	fill_short();
	far_ahead(FORECAST_METHOD_DAMPED, NULL);
	far_ahead(FORECAST_METHOD_HOLT_WINTERS_M, NULL);
	far_ahead(FORECAST_METHOD_ETS, "MAdN");
	far_ahead(FORECAST_METHOD_ETS, "MNA");
	far_ahead(FORECAST_METHOD_ARIMA, NULL);
	far_ahead(FORECAST_METHOD_CLIMATOLOGY, NULL);
	far_ahead(FORECAST_METHOD_AUTO, NULL);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: long series can be stopped", long_series },
		{ "forecast: long horizons can be stopped", long_horizon },
	};

	return UNIT_RUN(groups);
}
