/*
 * forecast_method_test.c
 *	  Every method by one way, against the direct call of each.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/method.h"

#include <math.h>
#include <string.h>

#include "forecast_unit.h"

#define STEPS 8

/* ---- at the limits ---- */

static ForecastMethod limit_method;

static bool
stands_the_limits(const ForecastSeries *series)
{
	ForecastOptions options;
	ForecastModel model;
	double residuals[40], mean[STEPS], variance[STEPS], quantile[2 * STEPS];
	const double level[] = { 0.05, 0.95 };
	ForecastStatus status;

	/* Each method has its own test of every length. */
	if (series->n > 6 && series->n % 9 != 0)
		return true;
	forecast_options_default(limit_method, &options);
	options.horizon = STEPS;
	options.intervals = (ForecastIntervals) (series->n % 3);
	options.climatology.period = 12;
	status = forecast_fit(&unit_work, series, &options, &model, residuals);
	if (status != FORECAST_OK)
		return status == FORECAST_TOO_SHORT && model.known == 0;
	for (int i = 0; i < 3; i++)
	{
		status = forecast_predict(&unit_work, &model, STEPS, mean, variance, NULL);
		if (status != FORECAST_OK || !sound(status, STEPS, mean, variance))
			return false;
		status = forecast_quantiles(&unit_work, &model, STEPS, mean, variance, level, 2, quantile);
		for (int k = 0; k < STEPS && status == FORECAST_OK; k++)
		{
			if (!isnan(variance[k]) && !(quantile[k] <= quantile[STEPS + k]))
				return false;
		}
		if (status != FORECAST_OK)
			return false;
		forecast_update(&model, i == 1 ? NAN : 3);
	}
	return true;
}

static void
limits(void)
{
	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		limit_method = (ForecastMethod) i;
		at_the_limits(stands_the_limits);
	}
}

/* ---- against the direct calls ---- */

#define VALUES 60

static double demand_values[VALUES];
static double season_values[VALUES];
static const ForecastSeries seasonal = {
	.value = season_values,
	.n = VALUES,
	.period = { 12 },
	.period_count = 1,
};
static const ForecastSeries plain = { .value = season_values, .n = VALUES };
static const ForecastSeries demand = { .value = demand_values, .n = VALUES };

static void
make_series(void)
{
	for (int t = 0; t < VALUES; t++)
	{
		season_values[t] = 50 + 0.3 * t + 10 * (t % 12 < 5) +
						   (double) unit_random_in(-1000, 1000) / 400;
		demand_values[t] = unit_random_in(0, 3) == 0 ? (double) unit_random_in(1, 9) : 0;
	}
}

typedef struct Direct
{
	double mean[STEPS];
	double variance[STEPS];
	double residuals[VALUES];
} Direct;

/* Whether the dispatcher says the same to the last bit, at first and after an update. */
static bool
same_as(ForecastMethod method, const ForecastSeries *series, ForecastIntervals intervals,
		const Direct *direct)
{
	ForecastOptions options;
	ForecastModel model;
	Direct own = { 0 };

	forecast_options_default(method, &options);
	options.horizon = STEPS;
	options.climatology.period = 12;
	options.intervals = intervals;
	if (forecast_fit(&unit_work, series, &options, &model, own.residuals) != FORECAST_OK ||
		forecast_predict(&unit_work, &model, STEPS, own.mean, own.variance, NULL) != FORECAST_OK ||
		model.method != method || model.reason != FORECAST_OK)
		return false;
	for (int t = 0; t < VALUES; t++)
	{
		if (own.residuals[t] != direct->residuals[t] &&
			!(isnan(own.residuals[t]) && isnan(direct->residuals[t])))
			return false;
	}
	return memcmp(own.mean, direct->mean, sizeof(own.mean)) == 0 &&
		   memcmp(own.variance, direct->variance, sizeof(own.variance)) == 0;
}

static void
direct_naive(void)
{
	static const struct
	{
		ForecastMethod method;
		ForecastNaiveOptions options;
	} cases[] = {
		{ FORECAST_METHOD_NAIVE, { FORECAST_NAIVE, 0 } },
		{ FORECAST_METHOD_SEASONAL_NAIVE, { FORECAST_SEASONAL_NAIVE, 0 } },
		{ FORECAST_METHOD_DRIFT, { FORECAST_DRIFT, 0 } },
		{ FORECAST_METHOD_WINDOW_MEAN, { FORECAST_WINDOW_MEAN, 4 } },
	};
	ForecastNaive model;
	ForecastNaive2 naive2;
	Direct direct;

	for (int i = 0; i < 4; i++)
	{
		forecast_naive_fit(&unit_work, &seasonal, &cases[i].options, &model, direct.residuals);
		forecast_naive_predict(&model, STEPS, direct.mean, direct.variance);
		CHECK(same_as(cases[i].method, &seasonal, FORECAST_INTERVALS_OWN, &direct));
	}
	forecast_naive2_fit(&unit_work, &seasonal, &naive2, direct.residuals);
	forecast_naive2_predict(&naive2, STEPS, direct.mean, direct.variance);
	CHECK(same_as(FORECAST_METHOD_NAIVE2, &seasonal, FORECAST_INTERVALS_OWN, &direct));
	drop_pieces();
}

static void
direct_ets(void)
{
	static const struct
	{
		ForecastMethod method;
		const char *form;
	} cases[] = {
		{ FORECAST_METHOD_SES, "ANN" },
		{ FORECAST_METHOD_HOLT, "AAN" },
		{ FORECAST_METHOD_DAMPED, "AAdN" },
		{ FORECAST_METHOD_HOLT_WINTERS, "AAA" },
		{ FORECAST_METHOD_HOLT_WINTERS_M, "MAM" },
		{ FORECAST_METHOD_ETS, NULL },
	};

	for (int i = 0; i < 6; i++)
	{
		ForecastEtsOptions options = { .automatic = cases[i].form == NULL };
		ForecastEts model;
		Direct direct;

		if (cases[i].form != NULL)
			CHECK(forecast_ets_parse(cases[i].form, &options.form));
		forecast_ets_fit(&unit_work, &seasonal, &options, &model, direct.residuals);
		forecast_ets_predict(&unit_work, &model, STEPS, direct.mean, direct.variance);
		CHECK(same_as(cases[i].method, &seasonal, FORECAST_INTERVALS_OWN, &direct));
		drop_pieces();
	}
}

static void
direct_theta(void)
{
	static const struct
	{
		ForecastMethod method;
		ForecastThetaOptions options;
	} cases[] = {
		{ FORECAST_METHOD_THETA, { FORECAST_THETA_STANDARD, FORECAST_ADJUST_TESTED } },
		{ FORECAST_METHOD_OPTIMISED_THETA, { FORECAST_THETA_OPTIMISED, FORECAST_ADJUST_TESTED } },
		{ FORECAST_METHOD_DYNAMIC_THETA, { FORECAST_THETA_DYNAMIC, FORECAST_ADJUST_TESTED } },
		{ FORECAST_METHOD_MSTL, { FORECAST_THETA_DYNAMIC, FORECAST_ADJUST_MSTL } },
	};

	for (int i = 0; i < 4; i++)
	{
		ForecastTheta model;
		Direct direct;

		forecast_theta_fit(&unit_work, &seasonal, &cases[i].options, &model, direct.residuals);
		forecast_theta_predict(&model, STEPS, direct.mean, direct.variance);
		CHECK(same_as(cases[i].method, &seasonal, FORECAST_INTERVALS_OWN, &direct));
		drop_pieces();
	}
}

static void
direct_counts(void)
{
	ForecastIntermittentOptions options = { .alpha = 0.1, .beta = 0.1 };
	const ForecastAdidaOptions of_adida = { 0, 0.1 };
	const ForecastDemandOptions of_demand = { false };
	ForecastIntermittent model;
	ForecastAdida adida;
	ForecastDemand distribution;
	Direct direct;

	for (int i = FORECAST_CROSTON; i <= FORECAST_TSB; i++)
	{
		options.kind = (ForecastIntermittentKind) i;
		forecast_intermittent_fit(&unit_work, &demand, &options, &model, direct.residuals);
		forecast_intermittent_predict(&model, STEPS, direct.mean, direct.variance);
		CHECK(same_as((ForecastMethod) (FORECAST_METHOD_CROSTON + i), &demand,
					  FORECAST_INTERVALS_CALIBRATED, &direct));
	}
	forecast_adida_fit(&unit_work, &demand, &of_adida, &adida, direct.residuals);
	forecast_adida_predict(&adida, STEPS, direct.mean, direct.variance);
	CHECK(same_as(FORECAST_METHOD_ADIDA, &demand, FORECAST_INTERVALS_OWN, &direct));
	forecast_demand_fit(&unit_work, &demand, &of_demand, &distribution);
	forecast_demand_predict(&distribution, STEPS, direct.mean, direct.variance);
	for (int t = 0; t < VALUES; t++)
		direct.residuals[t] = NAN;
	CHECK(same_as(FORECAST_METHOD_DEMAND, &demand, FORECAST_INTERVALS_OWN, &direct));
	drop_pieces();
}

static void
direct_others(void)
{
	const ForecastArimaOptions automatic = { .automatic = true };
	const ForecastClimatologyOptions yearly = { 12, 3, true };
	const ForecastAutoOptions of_auto = { .horizon = STEPS };
	ForecastArima arima;
	ForecastClimatology climatology;
	ForecastAuto choice;
	Direct direct;

	forecast_arima_fit(&unit_work, &plain, &automatic, &arima, direct.residuals);
	forecast_arima_predict(&unit_work, &arima, STEPS, direct.mean, direct.variance);
	CHECK(same_as(FORECAST_METHOD_ARIMA, &plain, FORECAST_INTERVALS_OWN, &direct));
	forecast_climatology_fit(&unit_work, &plain, &yearly, &climatology, direct.residuals);
	forecast_climatology_predict(&unit_work, &climatology, STEPS, direct.mean, direct.variance);
	CHECK(same_as(FORECAST_METHOD_CLIMATOLOGY, &plain, FORECAST_INTERVALS_ANALYTIC, &direct));
	forecast_auto_fit(&unit_work, &seasonal, &of_auto, &choice, direct.residuals);
	forecast_auto_predict(&unit_work, &choice, STEPS, direct.mean, direct.variance, NULL);
	CHECK(same_as(FORECAST_METHOD_AUTO, &seasonal, FORECAST_INTERVALS_OWN, &direct));
	drop_pieces();
}

/* ---- what the dispatcher adds ---- */

static ForecastStatus
fit(ForecastMethod method, const ForecastSeries *series, ForecastModel *model)
{
	ForecastOptions options;

	forecast_options_default(method, &options);
	options.horizon = STEPS;
	return forecast_fit(&unit_work, series, &options, model, NULL);
}

static void
simpler_methods(void)
{
	static double value[] = { 5, 7, 6, -2, 8, 6, 7, 5, 6 };
	static const struct
	{
		ForecastMethod wanted;
		int n;
		int period;
		ForecastMethod got;
		ForecastStatus reason;
	} cases[] = {
		{ FORECAST_METHOD_SEASONAL_NAIVE, 9, 0, FORECAST_METHOD_NAIVE, FORECAST_NO_SEASON },
		{ FORECAST_METHOD_HOLT_WINTERS, 9, 0, FORECAST_METHOD_DAMPED, FORECAST_NO_SEASON },
		{ FORECAST_METHOD_HOLT_WINTERS, 9, 12, FORECAST_METHOD_DAMPED, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_HOLT_WINTERS, 3, 2, FORECAST_METHOD_NAIVE, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_DAMPED, 6, 0, FORECAST_METHOD_SES, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_ETS, 4, 0, FORECAST_METHOD_NAIVE, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_DYNAMIC_THETA, 3, 0, FORECAST_METHOD_THETA, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_MSTL, 9, 5, FORECAST_METHOD_DYNAMIC_THETA, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_TSB, 9, 0, FORECAST_METHOD_SES, FORECAST_NEGATIVE },
		{ FORECAST_METHOD_CLIMATOLOGY, 9, 0, FORECAST_METHOD_SES, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_ARIMA, 2, 0, FORECAST_METHOD_NAIVE, FORECAST_TOO_SHORT },
		{ FORECAST_METHOD_DRIFT, 1, 0, FORECAST_METHOD_NAIVE, FORECAST_TOO_SHORT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const ForecastSeries series = {
			.value = value,
			.n = cases[i].n,
			.period = { cases[i].period },
			.period_count = cases[i].period > 0,
		};
		ForecastModel model;

		if (!CHECK(fit(cases[i].wanted, &series, &model) == FORECAST_OK &&
				   model.wanted == cases[i].wanted && model.method == cases[i].got &&
				   model.reason == cases[i].reason))
			fprintf(stderr, "  case %d: %s, %s\n", (int) i, forecast_method_name(model.method),
					forecast_status_text(model.reason));
	}
	drop_pieces();
}

/* A form of no use gives way to the best form, and the method stays. */
static void
simpler_form(void)
{
	static double value[] = { 5, 7, 6, -2, 8, 6, 7, 5, 6, 7, 7, 4, 6 };
	const ForecastSeries series = { .value = value, .n = 13 };
	ForecastOptions options;
	ForecastModel model;

	forecast_options_default(FORECAST_METHOD_ETS, &options);
	options.ets.automatic = !forecast_ets_parse("MAN", &options.ets.form);
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(model.method == FORECAST_METHOD_ETS && model.reason == FORECAST_NOT_POSITIVE);
	CHECK(model.of.ets.form.error == FORECAST_ERROR_ADDITIVE);
	forecast_options_default(FORECAST_METHOD_ARIMA, &options);
	options.arima = (ForecastArimaOptions){ .order = { .p = 1, .seasonal_p = 1 } };
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(model.method == FORECAST_METHOD_ARIMA && model.reason == FORECAST_NO_SEASON);
	drop_pieces();
}

static void
not_below_zero(void)
{
	static double value[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1.5, 0.8 };
	const ForecastSeries series = { .value = value, .n = 10 };
	const double level[] = { 0.01, 0.99 };
	double mean[STEPS], variance[STEPS], quantile[2 * STEPS];
	ForecastOptions options;
	ForecastModel model;

	forecast_options_default(FORECAST_METHOD_HOLT, &options);
	for (int i = 0; i < 2; i++)
	{
		options.nonnegative = i == 1;
		CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
		CHECK(forecast_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
		CHECK(forecast_quantiles(&unit_work, &model, STEPS, mean, variance, level, 2, quantile) ==
			  FORECAST_OK);
		CHECK((mean[STEPS - 1] < 0) == (i == 0) && (quantile[STEPS - 1] < 0) == (i == 0));
		CHECK(i == 0 || (mean[STEPS - 1] == 0 && quantile[STEPS - 1] == 0));
	}
	drop_pieces();
}

/* Levels in one call are those of a call each, and normal around the mean. */
static void
quantiles(void)
{
	const double level[] = { 0.5, 0.9 };
	double mean[STEPS], variance[STEPS], both[2 * STEPS], one[STEPS];
	ForecastModel model;

	CHECK(fit(FORECAST_METHOD_DAMPED, &plain, &model) == FORECAST_OK);
	CHECK(forecast_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
	CHECK(forecast_quantiles(&unit_work, &model, STEPS, mean, variance, level, 2, both) ==
		  FORECAST_OK);
	CHECK(forecast_quantile(&unit_work, &model, STEPS, 0.9, one) == FORECAST_OK);
	CHECK(memcmp(both + STEPS, one, sizeof(one)) == 0);
	for (int i = 0; i < STEPS; i++)
	{
		CHECK(near(both[i], mean[i], 1e-12));
		CHECK(near(one[i], mean[i] + 1.2815515655446004 * sqrt(variance[i]), 1e-12));
	}
	CHECK(forecast_quantile(&unit_work, &model, STEPS, 1, one) == FORECAST_BAD_ARGUMENT);
	CHECK(forecast_quantile(&unit_work, &model, 0, 0.5, one) == FORECAST_BAD_ARGUMENT);
	drop_pieces();
}

/* Of counts they are values that were, zero among them. */
static void
count_quantiles(void)
{
	double quantile[STEPS];
	ForecastModel model;

	CHECK(fit(FORECAST_METHOD_SBA, &demand, &model) == FORECAST_OK);
	CHECK(forecast_counts_demand(&model));
	CHECK(forecast_quantile(&unit_work, &model, STEPS, 0.3, quantile) == FORECAST_OK);
	CHECK(quantile[0] == 0 && quantile[STEPS - 1] == 0);
	CHECK(forecast_quantile(&unit_work, &model, STEPS, 0.99, quantile) == FORECAST_OK);
	CHECK(quantile[0] >= 5 && quantile[0] <= 10 && quantile[0] == floor(quantile[0]));
	CHECK(fit(FORECAST_METHOD_SES, &demand, &model) == FORECAST_OK);
	CHECK(!forecast_counts_demand(&model));
	drop_pieces();
}

/* Values that jump after each origin want wider intervals than their own past says. */
static void
calibration(void)
{
	static double value[VALUES];
	const ForecastSeries series = { .value = value, .n = VALUES };
	ForecastOptions options;
	ForecastModel model;

	for (int t = 0; t < VALUES; t++)
		value[t] = (double) unit_random_in(-100, 100) / 100 * (t < 44 ? 1 : 5);
	forecast_options_default(FORECAST_METHOD_SES, &options);
	options.horizon = STEPS;
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(!model.calibrated && model.stretch == 1);
	options.intervals = FORECAST_INTERVALS_CALIBRATED;
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(model.calibrated && model.stretch > 1.5 && model.stretch < 10);

	/* After a straight line an error is no million of standard errors. */
	for (int t = 0; t < VALUES; t++)
		value[t] = t + 4 * (t >= 57);
	options.method = FORECAST_METHOD_HOLT;
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(model.calibrated && model.stretch < 100);
	options.method = FORECAST_METHOD_AUTO;
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(model.calibrated && model.of.automatic.stretch < 100);
	drop_pieces();
}

/* Coefficients that run away give way to the last value. */
static void
explosion(void)
{
	double mean[STEPS], variance[STEPS];
	ForecastMethod answered;
	ForecastModel model;

	CHECK(fit(FORECAST_METHOD_HOLT, &plain, &model) == FORECAST_OK);
	CHECK(forecast_predict(&unit_work, &model, STEPS, mean, variance, &answered) == FORECAST_OK);
	CHECK(answered == FORECAST_METHOD_HOLT);
	CHECK(mean[STEPS - 1] != season_values[VALUES - 1]);
	model.of.ets.trend = 1e3;
	CHECK(forecast_predict(&unit_work, &model, STEPS, mean, variance, &answered) == FORECAST_OK);
	CHECK(answered == FORECAST_METHOD_NAIVE);
	for (int i = 0; i < STEPS; i++)
		CHECK(mean[i] == season_values[VALUES - 1]);
	/* A line may go on as far as the values did. */
	CHECK(fit(FORECAST_METHOD_DRIFT, &(ForecastSeries){ .value = season_values, .n = 2 }, &model) ==
		  FORECAST_OK);
	CHECK(model.method == FORECAST_METHOD_DRIFT);
	drop_pieces();
}

static void
arguments(void)
{
	ForecastOptions options;
	ForecastModel model;
	ForecastMethod method;
	double value[STEPS];

	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		CHECK(forecast_method_parse(forecast_method_name((ForecastMethod) i), &method));
		CHECK(method == (ForecastMethod) i);
		forecast_options_default(method, &options);
		CHECK(forecast_options_valid(&options));
	}
	CHECK(!forecast_method_parse("thetta", &method) && !forecast_method_parse("", &method));
	options.alpha = 0;
	CHECK(!forecast_options_valid(&options));
	CHECK(forecast_fit(&unit_work, &plain, &options, &model, NULL) == FORECAST_BAD_ARGUMENT);
	forecast_options_default(FORECAST_METHOD_ARIMA, &options);
	options.arima = (ForecastArimaOptions){ .order = { .d = 2, .constant = true } };
	CHECK(!forecast_options_valid(&options));
	CHECK(fit(FORECAST_METHOD_NAIVE, &plain, &model) == FORECAST_OK);
	CHECK(forecast_predict(&unit_work, &model, 0, value, value, NULL) == FORECAST_BAD_ARGUMENT);
	CHECK(forecast_predict(&unit_work, &model, FORECAST_HORIZON_MAX + 1, value, value, NULL) ==
		  FORECAST_BAD_ARGUMENT);
	drop_pieces();
}

/* Asked to stop at the i-th question or left without the i-th piece; how many there are. */
static int
stopped(int *left, ForecastStatus expected)
{
	ForecastOptions options;
	ForecastModel model;
	ForecastStatus status = expected;
	int i = 0;

	forecast_options_default(FORECAST_METHOD_HOLT_WINTERS, &options);
	options.intervals = FORECAST_INTERVALS_CALIBRATED;
	while (status == expected)
	{
		*left = ++i;
		status = forecast_fit(&unit_work, &seasonal, &options, &model, NULL);
		drop_pieces();
	}
	*left = -1;
	CHECK(status == FORECAST_OK && model.method == FORECAST_METHOD_HOLT_WINTERS);
	return i;
}

/* No memory and no time are no reason for a simpler method. */
static void
stops(void)
{
	CHECK(stopped(&interruptions_left, FORECAST_INTERRUPTED) > 20);
	CHECK(stopped(&allocations_left, FORECAST_NO_MEMORY) > 20);
}

int
main(void)
{
	const UnitGroup groups[] = {
		{ "method: the naive ones", direct_naive },
		{ "method: exponential smoothing", direct_ets },
		{ "method: Theta", direct_theta },
		{ "method: intermittent demand", direct_counts },
		{ "method: ARIMA, climatology, auto", direct_others },
		{ "method: simpler ones", simpler_methods },
		{ "method: simpler forms", simpler_form },
		{ "method: not below 0", not_below_zero },
		{ "method: quantiles", quantiles },
		{ "method: quantiles of counts", count_quantiles },
		{ "method: calibration", calibration },
		{ "method: explosions", explosion },
		{ "method: arguments", arguments },
		{ "method: interrupts and memory", stops },
		{ "method: series at the limits", limits },
	};

	make_series();
	return UNIT_RUN(groups);
}
