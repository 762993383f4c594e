/*
 * forecast_ets_hard_test.c
 *	  Exponential smoothing of series and values that are hard: none, few, constant, huge,
 *	  impossible; and without memory or time.
 */
#include "forecast_ets_help.h"

static int allowed_questions;

static bool
interrupted(void *context)
{
	(void) context;
	return allowed_questions-- <= 0;
}

/* Means are finite, and variances above 0 or unknown, whatever the series was. */
static void
check_sane(const ForecastSeries *series, const char *name)
{
	ForecastEts model;
	double mean[HORIZON];
	double variance[HORIZON];

	if (fit(series, name, &model) != FORECAST_OK)
		return;
	if (forecast_ets_predict(&work, &model, HORIZON, mean, variance) != FORECAST_OK)
		return;
	CHECK(isfinite(model.aicc) && isfinite(model.log_likelihood));
	for (int i = 0; i < HORIZON; i++)
	{
		CHECK(isfinite(mean[i]));
		CHECK(isnan(variance[i]) || (variance[i] >= 0 && isfinite(variance[i])));
	}
}

static void
check_sane_all(const ForecastSeries *series)
{
	check_sane(series, NULL);
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		char name[FORECAST_ETS_NAME_MAX];

		forecast_ets_name(forecast_ets_form(i), name);
		check_sane(series, name);
	}
}

/* A value that would carry a state out of the doubles is as good as missing. */
static void
overflowing_update(void)
{
	double season[2] = { 1e-3, 2 };
	ForecastEts model = { .alpha = 0.5, .gamma = 0.1, .phi = 1, .level = 10 };

	model.period = 2;
	model.season = season;
	model.form.error = FORECAST_ERROR_MULTIPLICATIVE;
	model.form.season = FORECAST_SEASON_MULTIPLICATIVE;
	CHECK(isnan(forecast_ets_update(&model, 1.7e308)));
	CHECK(model.level == 10 && season[0] == 1e-3 && model.position == 1 && model.known == 0);
}

/* A model that has met impossible values still forecasts. */
static void
wild_updates(void)
{
	static const double wild[] = { 0, -5, 1e300, -1e300, 1e-300, NAN, INFINITY, 1, -INFINITY,
								   1.7e308, -1.7e308 };
	static double value[VALUES_MAX];

	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		ForecastSeries series = wavy(value, 48, 4);
		ForecastEts model;
		char name[FORECAST_ETS_NAME_MAX];
		double mean[HORIZON];
		double variance[HORIZON];

		forecast_ets_name(forecast_ets_form(i), name);
		CHECK(fit(&series, name, &model) == FORECAST_OK);
		for (int t = 0; t < 400; t++)
			forecast_ets_update(&model, wild[unit_random_in(0, 10)]);
		CHECK(isfinite(model.level) && isfinite(model.trend) && isfinite(model.sigma2));
		for (int s = 0; s < model.period; s++)
		{
			CHECK(isfinite(model.season[s]));
			CHECK(model.form.season == FORECAST_SEASON_ADDITIVE || model.season[s] > 0);
		}
		if (forecast_ets_predict(&work, &model, HORIZON, mean, variance) != FORECAST_OK)
			continue;
		for (int s = 0; s < HORIZON; s++)
			CHECK(isfinite(mean[s]) && !isinf(variance[s]));
	}
}

/* What a constant, a line and a pure season go on as is beyond doubt. */
static void
exact(void)
{
	static double value[48];
	ForecastSeries series = { .value = value, .n = 48, .period = { 4 }, .period_count = 1 };
	ForecastEts model;
	double mean[4];
	double variance[4];

	for (int t = 0; t < 48; t++)
		value[t] = 7;
	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	CHECK(model.form.trend == FORECAST_TREND_NONE && model.form.season == FORECAST_SEASON_NONE);
	CHECK(forecast_ets_predict(&work, &model, 4, mean, variance) == FORECAST_OK);
	CHECK(near(mean[3], 7, 1e-9) && variance[3] < 1e-15);
	for (int t = 0; t < 48; t++)
		value[t] = 5 - 2 * t;
	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	CHECK(forecast_ets_predict(&work, &model, 4, mean, variance) == FORECAST_OK);
	CHECK(near(mean[3], 5 - 2 * 51, 1e-6));
	for (int t = 0; t < 48; t++)
		value[t] = 10 + (t % 4) * (t % 4);
	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	CHECK(forecast_ets_predict(&work, &model, 4, mean, variance) == FORECAST_OK);
	CHECK(near(mean[0], 10, 1e-6) && near(mean[3], 19, 1e-6));
}

static void
statuses(void)
{
	static double value[VALUES_MAX];
	ForecastSeries series = wavy(value, 24, 12);
	ForecastEts model;

	CHECK(fit(&series, "AAdA", &model) == FORECAST_OK);
	series.n = 23;
	CHECK(fit(&series, "ANA", &model) == FORECAST_TOO_SHORT);
	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	series.n = 5;
	CHECK(fit(&series, "ANN", &model) == FORECAST_OK);
	CHECK(fit(&series, "AAN", &model) == FORECAST_TOO_SHORT);
	for (series.n = 0; series.n < 5; series.n++)
		CHECK(fit(&series, NULL, &model) == FORECAST_TOO_SHORT);
	series.n = 20;
	value[3] = 0;
	CHECK(fit(&series, "MNN", &model) == FORECAST_NOT_POSITIVE);
	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	CHECK(model.form.error == FORECAST_ERROR_ADDITIVE);
	value[3] = INFINITY;
	CHECK(fit(&series, NULL, &model) == FORECAST_BAD_ARGUMENT);
	value[3] = 1;
	CHECK(forecast_ets_predict(&work, &model, 0, value, value) == FORECAST_BAD_ARGUMENT);
}

/* Wherever memory ends or the caller stops, that is what comes back. */
static void
stops(void)
{
	static double value[VALUES_MAX];
	static double residuals[VALUES_MAX];
	ForecastSeries series = wavy(value, 40, 4);
	ForecastWork stopping = { allocate, interrupted, NULL };
	ForecastEtsOptions options = { .automatic = true };
	ForecastEts model;
	size_t needed;

	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	needed = used;
	for (size_t spare = 0; spare < needed; spare += 16)
	{
		used = sizeof(block) - spare;
		CHECK(forecast_ets_fit(&work, &series, &options, &model, residuals) ==
			  FORECAST_NO_MEMORY);
	}
	for (int questions = 0; questions < 200; questions += 7)
	{
		used = 0;
		allowed_questions = questions;
		CHECK(forecast_ets_fit(&stopping, &series, &options, &model, residuals) ==
			  FORECAST_INTERRUPTED);
	}
}

static void
fill(double *value, int n, int kind)
{
	static const double sizes[] = { 1e300, 1e-300, 5e-324, 1.7e308 };

	for (int t = 0; t < n; t++)
	{
		double noise = uniform();

		value[t] = kind == 0 ? 0 : kind == 1 ? 42 :
							   kind == 2	 ? (t == n / 2) * 1e6 :
							   kind == 3	 ? noise - 0.5 :
							   kind == 4	 ? exp(60 * noise) :
							   kind == 5	 ? exp(t) :
							   kind == 6	 ? exp(-t) :
							   kind == 7	 ? (noise < 0.8 ? 0 : 3) :
							   kind == 8	 ? 1e9 + 1e-7 * noise :
							   kind == 9	 ? t * t * t :
											   sizes[kind - 10] * (0.5 + 0.5 * noise);
		if (kind % 2 == 1 && noise < 0.1)
			value[t] = NAN;
	}
}

static void
hard_series(void)
{
	static const int lengths[] = { 0, 1, 2, 3, 4, 5, 6, 9, 13, 24, 26, 61 };
	static double value[VALUES_MAX];

	for (int kind = 0; kind < 14; kind++)
	{
		for (int i = 0; i < 12; i++)
		{
			ForecastSeries series = { .value = value, .n = lengths[i], .period = { 1 } };

			fill(value, series.n, kind);
			check_sane_all(&series);
			series.period_count = 1;
			series.period[0] = 2 + 5 * (i % 3);
			check_sane_all(&series);
		}
	}
}

/* A forecast that would run away is not given; the choice falls on one that stays. */
static void
explosions(void)
{
	static double value[40];
	ForecastSeries series = { .value = value, .n = 40 };
	ForecastEts model;
	double mean[40];
	double variance[40];

	/* Powers of two: a trend that doubles is the best description, and hopeless. */
	for (int t = 0; t < 40; t++)
		value[t] = ldexp(1, t);
	CHECK(fit(&series, "AAN", &model) == FORECAST_NOT_FITTED);
	CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	CHECK(forecast_ets_predict(&work, &model, 40, mean, variance) == FORECAST_OK);
	for (int i = 0; i < 40; i++)
		CHECK(mean[i] > -10 * value[39] && mean[i] < 11 * value[39]);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ets: overflowing update", overflowing_update },
		{ "ets: updates with wild values", wild_updates },
		{ "ets: exact series", exact },
		{ "ets: statuses", statuses },
		{ "ets: interrupts and memory", stops },
		{ "ets: hard series", hard_series },
		{ "ets: explosions", explosions },
	};

	return UNIT_RUN(groups);
}
