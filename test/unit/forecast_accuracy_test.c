/*
 * forecast_accuracy_test.c
 *	  Measures of accuracy, by hand.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/accuracy.h"

#include "forecast_unit.h"

static const double actual[] = { 10, 20, NAN, 0 };
static const double forecast[] = { 8, 25, 7, 0 };

static void
means(void)
{
	/* 200 * 2/18, 200 * 5/45 and the zero that was foreseen. */
	CHECK(near(forecast_smape(actual, forecast, 4), (400 / 18.0 + 1000 / 45.0) / 3, 1e-12));
	CHECK(near(forecast_smape(actual, (double[]){ -10, -20 }, 2), 200, 1e-12));
	CHECK(near(forecast_mase(actual, forecast, 4, 2), 7 / 3.0 / 2, 1e-12));
	CHECK(near(forecast_rmsse(actual, forecast, 4, 4), sqrt(29 / 3.0 / 4), 1e-12));
	CHECK(near(forecast_bias(actual, forecast, 4), (30.0 - 33) / 30, 1e-12));
	CHECK(near(forecast_owa(10, 1, 20, 4), (0.5 + 0.25) / 2, 1e-12));
}

static void
scales(void)
{
	static const double train[] = { 0, 0, 3, 5, NAN, 1, 2 };

	CHECK(near(forecast_mase_scale(train, 7, 1), (0 + 3 + 2 + 1) / 4.0, 1e-12));
	CHECK(near(forecast_mase_scale(train, 7, 2), (3 + 5 + 4) / 3.0, 1e-12));
	/* From the first demand on: 2 and 1. */
	CHECK(near(forecast_rmsse_scale(train, 7), (4 + 1) / 2.0, 1e-12));
	CHECK(isnan(forecast_mase_scale(train, 7, 7)));
	CHECK(isnan(forecast_rmsse_scale(train, 2)));
	CHECK(isnan(forecast_mase(actual, forecast, 4, 0)));
}

static void
intervals(void)
{
	static const double lower[] = { 9, 10, 0, 1 };
	static const double upper[] = { 12, 15, 9, 4 };

	/* Widths 3, 5, 3; 20 is 5 above and 0 is 1 below: 2 / .05 is 40. */
	CHECK(near(forecast_msis(actual, lower, upper, 4, 0.95, 2), (11 + 40 * 6.0) / 3 / 2, 1e-12));
	CHECK(near(forecast_coverage(actual, lower, upper, 4), 1 / 3.0, 1e-12));
	CHECK(forecast_coverage((double[]){ 9 }, lower, upper, 1) == 1);
	CHECK(forecast_coverage((double[]){ 12 }, lower, upper, 1) == 1);
	CHECK(isnan(forecast_msis(actual, lower, upper, 4, 1, 2)));
	CHECK(isnan(forecast_msis(actual, lower, upper, 4, 0.95, 0)));
}

static void
quantiles(void)
{
	CHECK(near(forecast_pinball(actual, forecast, 4, 0.9), (0.9 * 2 + 0.1 * 5) / 3, 1e-12));
	CHECK(near(forecast_pinball(actual, forecast, 4, 0.5), 7 / 3.0 / 2, 1e-12));
}

static void
nothing(void)
{
	static const double none[] = { NAN };

	CHECK(isnan(forecast_smape(actual, forecast, 0)) && isnan(forecast_smape(none, forecast, 1)));
	CHECK(isnan(forecast_mase(none, forecast, 1, 1)));
	CHECK(isnan(forecast_rmsse(none, forecast, 1, 1)));
	CHECK(isnan(forecast_coverage(none, forecast, forecast, 1)));
	CHECK(isnan(forecast_pinball(none, forecast, 1, 0.5)));
	CHECK(isnan(forecast_bias((double[]){ 0 }, forecast, 1)));
}

static void
huge(void)
{
	CHECK(near(forecast_smape((double[]){ 1.7e308 }, (double[]){ -1.7e308 }, 1), 200, 1e-12));
	CHECK(near(forecast_smape((double[]){ 5e-324 }, (double[]){ 5e-324 }, 1), 0, 1e-12));
	CHECK(near(forecast_mase((double[]){ 1e308, 1e308 }, (double[]){ 0, 0 }, 2, 1), 1e308, 1e-12));
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: accuracy of means", means },
		{ "forecast: scales of errors", scales },
		{ "forecast: accuracy of intervals", intervals },
		{ "forecast: accuracy of quantiles", quantiles },
		{ "forecast: accuracy of nothing", nothing },
		{ "forecast: accuracy of huge values", huge },
	};

	return UNIT_RUN(groups);
}
