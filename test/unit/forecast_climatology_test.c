/*
 * forecast_climatology_test.c
 *	  Harmonics of the year and damped anomalies, on series made for it and on the daily
 *	  temperature of two seas.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/climatology.h"

#include "../lib/sea_score.h"
#include "forecast_unit.h"

#define DAYS_MAX SEA_DAYS_MAX

static double value[DAYS_MAX], residuals[DAYS_MAX];

static double
of_year(double t)
{
	double angle = 2 * acos(-1) * t / FORECAST_YEAR_DAYS;

	return 15 + 0.001 * t + 4 * cos(angle) - 2 * sin(angle) + 0.5 * cos(3 * angle);
}

/* What is harmonic is found whole, with gaps too; nothing is left as anomaly. */
static void
harmonic(void)
{
	ForecastSeries series = { .value = value, .n = 2000 };
	ForecastClimatology model;
	double mean[400], variance[400];

	for (int t = 0; t < 2000; t++)
		value[t] = t % 7 == 3 || (t > 900 && t < 1100) ? NAN : of_year(t);
	CHECK(forecast_climatology_fit(&unit_work, &series, &sea_yearly, &model, NULL) == FORECAST_OK);
	CHECK(forecast_climatology_predict(&unit_work, &model, 400, mean, variance) == FORECAST_OK);
	for (int i = 0; i < 400; i++)
	{
		CHECK(near(mean[i], of_year(2000 + i), 1e-9));
		CHECK(near(forecast_climatology_at(&model, i), of_year(2000 + i), 1e-9));
		CHECK(variance[i] < 1e-15);
	}
	CHECK(near(ldexp(model.trend, model.exponent), 0.001, 1e-7));
	drop_pieces();
}

/* Without harmonics and trend it is an autoregression around the mean, which is done by hand. */
static void
by_hand(void)
{
	static const double few[] = { 4, 2, 2, 4, 3, 3 };
	static const ForecastClimatologyOptions flat = { 2, 0, false };
	ForecastSeries series = { .value = few, .n = 6 };
	ForecastClimatology model;
	double mean[3], variance[3], error[6];

	/* Anomalies 1 -1 -1 1 0 0: products -1 1 -1 0 0, squares before 1 1 1 1 0. */
	CHECK(forecast_climatology_fit(&unit_work, &series, &flat, &model, error) == FORECAST_OK);
	CHECK(model.phi == 0 && near(error[3], 1, 1e-12) && fabs(error[5]) < 1e-12);
	CHECK(near(ldexp(model.sigma2, 2 * model.exponent), 3.0 / 5, 1e-12));

	model.phi = 0.5;
	CHECK(near(forecast_climatology_update(&model, 7), 4, 1e-12));
	CHECK(near(ldexp(model.sigma2, 2 * model.exponent), 19.0 / 6, 1e-12));
	CHECK(isnan(forecast_climatology_update(&model, NAN)));
	CHECK(forecast_climatology_predict(&unit_work, &model, 3, mean, variance) == FORECAST_OK);
	CHECK(near(mean[0], 4, 1e-12) && near(mean[1], 3.5, 1e-12) && near(mean[2], 3.25, 1e-12));
	CHECK(near(variance[0], 19.0 / 6 * 1.25, 1e-12));
	CHECK(near(variance[1], 19.0 / 6 * 1.3125, 1e-12));
	CHECK(near(forecast_climatology_update(&model, 5), 1, 1e-12));
	CHECK(near(ldexp(model.sigma2, 2 * model.exponent), 19.0 / 6, 1e-12));
	drop_pieces();
}

/* An autoregression that is simulated is found, and its intervals hold. */
static void
damped(void)
{
	ForecastSeries series = { .value = value, .n = 8000 };
	ForecastClimatology model;
	double anomaly = 0, mean[30], variance[30];
	int inside = 0;

	for (int t = 0; t < 12000; t++)
	{
		double noise = -6;

		for (int i = 0; i < 12; i++)
			noise += (double) (unit_random() >> 11) / 9007199254740992.0;
		anomaly = 0.95 * anomaly + 0.2 * noise;
		value[t] = of_year(t) + anomaly;
	}
	CHECK(forecast_climatology_fit(&unit_work, &series, &sea_yearly, &model, residuals) ==
		  FORECAST_OK);
	CHECK(fabs(model.phi - 0.95) < 0.015);
	CHECK(fabs(ldexp(model.sigma2, 2 * model.exponent) - 0.04) < 0.003);
	for (int t = 8000; t < 11900; t++)
	{
		CHECK(forecast_climatology_predict(&unit_work, &model, 30, mean, variance) == FORECAST_OK);
		inside += fabs(value[t + 29] - mean[29]) < 1.96 * sqrt(variance[29]);
		CHECK(fabs(forecast_climatology_update(&model, value[t]) - value[t] + mean[0]) < 1e-9);
	}
	CHECK(inside > 0.91 * 3900 && inside < 0.985 * 3900);
	drop_pieces();
}

/* ---- seas ---- */

/* limit is what climatology with an autoregression had in the measurements for the project. */
static void
sea(const char *name, const double *limit)
{
	SeaScore score[SEA_HORIZONS] = { { 0 } };
	int n = sea_read(name, value);

	if (n == 0)
	{
		unit_skip("no ../shared/data/ocean/sst_*.csv");
		return;
	}
	for (int origin = n - SEA_ORIGINS_YEARS * 365; origin + SEA_AHEAD <= n;
		 origin += SEA_ORIGINS_STEP)
	{
		CHECK(sea_score(&unit_work, value, origin, score));
		drop_pieces();
	}
	for (int k = 0; k < SEA_HORIZONS; k++)
	{
		printf("# %s, %d days: damped %.3f, anomaly stays %.3f\n", name, sea_horizon[k],
			   score[k].damped, score[k].stays);
		CHECK(k == 0 || score[k].damped < score[k].stays);
		CHECK(score[k].damped < limit[k] + 0.005);
	}
}

static void
seas(void)
{
	static const double west[] = { 0.144, 0.376, 0.615, 0.758 };
	static const double mediterranean[] = { 0.208, 0.507, 0.793, 1.026 };

	sea("sst_WA.csv", west);
	sea("sst_Med.csv", mediterranean);
}

/* ---- limits ---- */

static bool
sound_fit(const ForecastSeries *series)
{
	static const ForecastClimatologyOptions options[] = {
		{ 4, 1, true }, { 2, 10, false }, { 3.5, 0, true }, { 12, 5, true }
	};

	for (int i = 0; i < 4; i++)
	{
		ForecastClimatology model;
		double mean[20], variance[20];
		ForecastStatus status = forecast_climatology_fit(&unit_work, series, &options[i], &model,
														 residuals);

		if (status == FORECAST_OK)
			status = forecast_climatology_predict(&unit_work, &model, 20, mean, variance);
		else if (status != FORECAST_TOO_SHORT)
			return false;
		else
			continue;
		if (!sound(status, 20, mean, variance))
			return false;
		forecast_climatology_update(&model, 3);
		forecast_climatology_update(&model, 1.7e308);
		status = forecast_climatology_predict(&unit_work, &model, 20, mean, variance);
		if (!sound(status, 20, mean, variance))
			return false;
	}
	return true;
}

static void
limits(void)
{
	static const double bad[] = { 1, 0, -3, NAN, INFINITY };
	ForecastSeries series = { .value = value, .n = 2000 };
	ForecastClimatologyOptions options = sea_yearly;
	ForecastClimatology model;
	double mean, variance;

	at_the_limits(sound_fit);
	for (int i = 0; i < 5; i++)
	{
		options.period = bad[i];
		CHECK(forecast_climatology_fit(&unit_work, &series, &options, &model, NULL) ==
			  FORECAST_BAD_ARGUMENT);
	}
	options = (ForecastClimatologyOptions){ 12, FORECAST_HARMONICS_MAX + 1, false };
	CHECK(forecast_climatology_fit(&unit_work, &series, &options, &model, NULL) ==
		  FORECAST_BAD_ARGUMENT);
	interruptions_left = 1;
	CHECK(forecast_climatology_fit(&unit_work, &series, &sea_yearly, &model, NULL) ==
		  FORECAST_INTERRUPTED);
	interruptions_left = -1;
	allocations_left = 0;
	CHECK(forecast_climatology_fit(&unit_work, &series, &sea_yearly, &model, NULL) ==
		  FORECAST_NO_MEMORY);
	allocations_left = -1;
	CHECK(forecast_climatology_fit(&unit_work, &series, &sea_yearly, &model, NULL) == FORECAST_OK);
	CHECK(forecast_climatology_predict(&unit_work, &model, 0, &mean, &variance) ==
		  FORECAST_BAD_ARGUMENT);
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "harmonics are found", harmonic },
		{ "damped anomaly by hand", by_hand },
		{ "damped anomaly that is simulated", damped },
		{ "temperature of the sea", seas },
		{ "climatology of series at the limits", limits },
	};

	return UNIT_RUN(groups);
}
