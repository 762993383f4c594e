/*
 * forecast_season_test.c
 *	  Classical decomposition, STL and MSTL, and the periods found in a series.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/detect.h"
#include "core/forecast/mstl.h"
#include "core/forecast/series.h"
#include "core/forecast/stl.h"

#include "forecast_unit.h"

#define PI 3.14159265358979323846

static double
noise(void)
{
	return (double) unit_random_in(-1000, 1000) / 1000;
}

/* ---- classical ---- */

static void
autocorrelation(void)
{
	/* Around 3: -2, -1, 1, 2; squares 10, products 2 - 1 + 2 and -2 - 2. */
	static const double value[] = { 1, 2, 4, 5 };
	double acf[2];

	CHECK(forecast_autocorrelations(&unit_work, value, 4, 2, acf) == FORECAST_OK);
	CHECK(near(acf[0], 0.3, 1e-12) && near(acf[1], -0.4, 1e-12));
}

/* Period 3 over a line: the average of a period is the line, and the figures stand out. */
static void
classical(void)
{
	static const double by_place[] = { -2, -1, 3 };
	static const double factor[] = { 0.5, 1.5, 0.75, 1.25 };
	double value[16], trend[16], figure[4];

	for (int t = 0; t < 12; t++)
		value[t] = 10 + 2 * t + by_place[t % 3];
	CHECK(forecast_classical_decompose(&unit_work, value, 12, 3, FORECAST_SEASON_ADDITIVE, trend,
									   figure) == FORECAST_OK);
	CHECK(isnan(trend[0]) && isnan(trend[11]) && near(trend[5], 20, 1e-12));
	for (int i = 0; i < 3; i++)
		CHECK(fabs(figure[i] - by_place[i]) < 1e-12);

	/* An even period: half of both ends. */
	for (int t = 0; t < 16; t++)
		value[t] = 40 * factor[t % 4];
	CHECK(forecast_classical_decompose(&unit_work, value, 16, 4, FORECAST_SEASON_MULTIPLICATIVE,
									   trend, figure) == FORECAST_OK);
	CHECK(isnan(trend[1]) && near(trend[2], 40, 1e-12) && near(trend[13], 40, 1e-12));
	for (int i = 0; i < 4; i++)
		CHECK(near(figure[i], factor[i], 1e-12));
	CHECK(forecast_classical_decompose(&unit_work, value, 7, 4, FORECAST_SEASON_ADDITIVE, trend,
									   figure) == FORECAST_TOO_SHORT);
	drop_pieces();
}

static void
interpolated(void)
{
	static const double value[] = { NAN, 4, NAN, NAN, 10, 11, NAN };
	static const double filled[] = { 4, 4, 6, 8, 10, 11, 11 };
	double out[7];

	forecast_interpolate(value, 7, out);
	for (int t = 0; t < 7; t++)
		CHECK(near(out[t], filled[t], 1e-12));
}

/* A season is put back as it was taken out, additive where values are below zero. */
static void
adjusted(void)
{
	double value[48], plain[48], mean[6] = { 0 }, variance[6] = { 0 };
	ForecastSeason season;

	for (int t = 0; t < 48; t++)
		value[t] = 30 + 10 * sin(t * PI / 2) + 0.3 * noise();
	for (int shift = 0; shift < 2; shift++)
	{
		CHECK(forecast_season_adjust(&unit_work, value, 46, 4, 9, &season, plain) == FORECAST_OK);
		CHECK(season.form ==
			  (shift == 0 ? FORECAST_SEASON_MULTIPLICATIVE : FORECAST_SEASON_ADDITIVE));
		for (int i = 0; i < 6; i++)
			mean[i] = shift == 0 ? 30 : 30 - 35, variance[i] = 1;
		forecast_season_apply(&season, 2, mean, variance);
		CHECK(fabs(mean[0] - value[46]) < 1 && fabs(mean[1] - value[47]) < 1);
		CHECK(near(variance[1], shift == 0 ? mean[1] / 30 * mean[1] / 30 : 1, 1e-12));
		for (int t = 0; t < 46; t++)
			CHECK(fabs(plain[t] - (shift == 0 ? 30 : -5)) < 1);
		for (int t = 0; t < 48; t++)
			value[t] -= 35;
	}
	drop_pieces();
}

/* ---- STL ---- */

/* What is a line and a season of that period is told apart without rest. */
static void
stl_exact(void)
{
	double value[120], seasonal[120], trend[120];

	for (int window = 0; window <= 11; window += 11)
	{
		for (int robust = 0; robust < 2; robust++)
		{
			const ForecastStlOptions options = { .seasonal_window = window, .robust = robust };

			for (int t = 0; t < 120; t++)
				value[t] = 5 + 0.5 * t + 10 * sin(2 * PI * t / 12);
			CHECK(forecast_stl(&unit_work, value, 120, 12, &options, seasonal, trend) ==
				  FORECAST_OK);
			for (int t = 0; t < 120; t++)
			{
				CHECK(fabs(seasonal[t] - 10 * sin(2 * PI * t / 12)) < 0.02);
				CHECK(fabs(trend[t] - 5 - 0.5 * t) < 0.02);
			}
		}
	}
	drop_pieces();
}

/* Neither gaps nor, robustly, outliers are seen in the season. */
static void
stl_spoiled(void)
{
	const ForecastStlOptions robust = { .seasonal_window = 11, .robust = true };
	double value[120], seasonal[120], trend[120];

	for (int t = 0; t < 120; t++)
		value[t] = t % 7 == 3 ? NAN : 5 + 0.5 * t + 10 * sin(2 * PI * t / 12) + 0.1 * noise();
	value[40] = 1000;
	value[77] = -500;
	CHECK(forecast_stl(&unit_work, value, 120, 12, &robust, seasonal, trend) == FORECAST_OK);
	for (int t = 0; t < 120; t++)
	{
		CHECK(fabs(seasonal[t] - 10 * sin(2 * PI * t / 12)) < 0.5);
		CHECK(fabs(trend[t] - 5 - 0.5 * t) < 0.5);
	}
	drop_pieces();
}

/* Windows this small are not jumped in: past and future are alike to the last digits. */
static void
stl_reversed(void)
{
	const ForecastStlOptions options = { .seasonal_window = 9, .trend_window = 9 };
	double value[121], back[121], seasonal[121], trend[121], of_back[121], trend_back[121];

	for (int t = 0; t < 121; t++)
		value[t] = back[120 - t] = 0.01 * t * t + (1 + t / 60.0) * 10 * sin(2 * PI * t / 12);
	CHECK(forecast_stl(&unit_work, value, 121, 12, &options, seasonal, trend) == FORECAST_OK);
	CHECK(forecast_stl(&unit_work, back, 121, 12, &options, of_back, trend_back) == FORECAST_OK);
	for (int t = 0; t < 121; t++)
	{
		CHECK(fabs(seasonal[t] - of_back[120 - t]) < 1e-9);
		CHECK(fabs(trend[t] - trend_back[120 - t]) < 1e-9);
	}
	drop_pieces();
}

/* Loess of degree 1 keeps a line, of any window, and is the tricube mean of a flat middle. */
static void
loess(void)
{
	static const double value[] = { 0, 0, 0, 1, 0, 0, 0 };
	/* Window 5: distances 0, 1, 2 of reach 2 weigh 1, (7/8)^3 and 0. */
	double side = 0.875 * 0.875 * 0.875;
	double line[30], smooth[30];

	CHECK(forecast_loess(&unit_work, value, NULL, 7, 5, smooth) == FORECAST_OK);
	CHECK(near(smooth[3], 1 / (1 + 2 * side), 1e-12));
	CHECK(near(smooth[2], side / (1 + 2 * side), 1e-12));
	fill(line, 30, of_line);
	for (int window = 3; window < 60; window += 8)
	{
		CHECK(forecast_loess(&unit_work, line, NULL, 30, window, smooth) == FORECAST_OK);
		for (int t = 0; t < 30; t++)
			CHECK(fabs(smooth[t] - line[t]) < 1e-9);
	}
	drop_pieces();
}

/* ---- MSTL ---- */

static void
two_seasons(void)
{
	static double value[700];
	ForecastSeries series = {
		.value = value, .n = 700, .period = { 24, 168, 600 }, .period_count = 3
	};
	ForecastDecomposition parts;
	double day = 0, week = 0, rest = 0;

	for (int t = 0; t < 700; t++)
		value[t] = 100 + 0.1 * t + 10 * sin(2 * PI * t / 24) + 6 * cos(2 * PI * t / 168) + noise();
	CHECK(forecast_mstl(&unit_work, &series, &(ForecastMstlOptions){ false, false }, &parts) ==
		  FORECAST_OK);
	CHECK(parts.count == 2);
	for (int t = 0; t < 700; t++)
	{
		double sum = parts.seasonal[0][t] + parts.seasonal[1][t] + parts.trend[t] +
					 parts.remainder[t];

		CHECK(near(sum, value[t], 1e-12));
		day += pow(parts.seasonal[0][t] - 10 * sin(2 * PI * t / 24), 2) / 700;
		week += pow(parts.seasonal[1][t] - 6 * cos(2 * PI * t / 168), 2) / 700;
		rest += pow(parts.remainder[t], 2) / 700;
	}
	CHECK(day < 0.1 && week < 0.5 && rest < 0.34);
	CHECK(forecast_seasonal_strength(&parts, 700, 0) > 0.98);
	CHECK(forecast_seasonal_strength(&parts, 700, 1) > 0.95);
	drop_pieces();
}

static bool
parts_sound(const ForecastSeries *series)
{
	const ForecastMstlOptions options = { series->n % 3 == 0, series->n % 2 == 0 };
	ForecastDecomposition parts;
	ForecastPeriods periods;
	ForecastStatus status = forecast_mstl(&unit_work, series, &options, &parts);

	for (int t = 0; t < series->n && status == FORECAST_OK; t++)
	{
		if (fabs(series->value[t]) < 1e300 && !isfinite(parts.trend[t]))
			return false;
	}
	status = forecast_detect_periods(&unit_work, series, 1000, 0.01, &periods);
	return status == FORECAST_OK;
}

static void
limits(void)
{
	at_the_limits(parts_sound);
}

/* ---- periods ---- */

static int
first_period(const double *value, int n, ForecastPeriods *periods)
{
	const ForecastSeries series = { .value = value, .n = n };

	CHECK(forecast_detect_periods(&unit_work, &series, 400, 0.01, periods) == FORECAST_OK);
	drop_pieces();
	return periods->count > 0 ? periods->period[0] : 0;
}

static void
periods_found(void)
{
	static double value[1200];
	ForecastPeriods periods;

	for (int period = 2; period <= 60; period++)
	{
		for (int t = 0; t < 600; t++)
			value[t] = 0.05 * t + (t % period == 0 ? 4 : 0) - (t % period == 1 ? 3 : 0) +
					   0.5 * noise();
		CHECK(first_period(value, 600, &periods) == period && periods.count == 1);
	}
	for (int t = 0; t < 1200; t++)
		value[t] = 10 * sin(2 * PI * t / 24) + 6 * cos(2 * PI * t / 168) + noise();
	CHECK(first_period(value, 1200, &periods) == 24);
	CHECK(periods.count == 2 && periods.period[1] == 168);
	CHECK(periods.p_value[1] < 1e-3 && periods.strength[0] > 0.5);
	for (int t = 100; t < 1200; t += 11)
		value[t] = NAN;
	CHECK(first_period(value, 1200, &periods) == 24 && periods.count == 2);
}

/* At the level of one in a hundred, and some for what the test leaves out. */
static void
no_period(void)
{
	static double value[200];
	ForecastPeriods periods;
	int found[3] = { 0 };

	for (int i = 0; i < 600; i++)
	{
		for (int t = 0; t < 200; t++)
		{
			double before = t > 0 ? value[t - 1] : 0;

			value[t] = (i % 3) * 0.5 * before + noise() + noise() + noise();
		}
		found[i % 3] += first_period(value, 200, &periods) != 0;
	}
	for (int kind = 0; kind < 3; kind++)
		CHECK(found[kind] <= 10);
	fill(value, 200, of_constant);
	CHECK(first_period(value, 200, &periods) == 0);
	fill(value, 200, of_line);
	CHECK(first_period(value, 200, &periods) == 0);
	fill(value, 200, of_spike);
	CHECK(first_period(value, 200, &periods) == 0);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: autocorrelation by hand", autocorrelation },
		{ "forecast: classical decomposition", classical },
		{ "forecast: missing values between their neighbours", interpolated },
		{ "forecast: a season is put back as it was taken out", adjusted },
		{ "forecast: loess", loess },
		{ "forecast: STL of a line and a season", stl_exact },
		{ "forecast: STL backwards", stl_reversed },
		{ "forecast: STL with gaps and outliers", stl_spoiled },
		{ "forecast: MSTL of two seasons", two_seasons },
		{ "forecast: decomposition and detection at the limits", limits },
		{ "forecast: periods that are there", periods_found },
		{ "forecast: periods that are not there", no_period },
	};

	return UNIT_RUN(groups);
}
