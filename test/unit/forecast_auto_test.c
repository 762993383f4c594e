/*
 * forecast_auto_test.c
 *	  The automatic choice: its combination, intervals, recognition of intermittent demand.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/auto.h"

#include "core/forecast/adida.h"
#include "core/forecast/auto_backtest.h"
#include "core/forecast/intermittent.h"
#include "core/forecast/naive2.h"
#include "forecast_unit.h"

#define STEPS 8

static const ForecastAutoOptions plain = { .horizon = STEPS };

static ForecastStatus
fit(const ForecastSeries *series, ForecastAuto *model, double *residuals)
{
	return forecast_auto_fit(&unit_work, series, &plain, model, residuals);
}

/* From -1 to 1, nearly normal in the sum of a few. */
static double
noise(void)
{
	double sum = 0;

	for (int i = 0; i < 6; i++)
		sum += (double) unit_random_in(-1000000, 1000000) / 1e6;
	return sum / 1.4142135623730951;
}

/* For values that series point to: cppcheck does not see them read. */
static void
set(double *value, int t, double to)
{
	value[t] = to;
}

/* ---- calibration ---- */

static void
normal_quantiles(void)
{
	CHECK(near(forecast_normal_quantile(0.975), 1.959963984540054, 1e-13));
	CHECK(near(forecast_normal_quantile(0.025), -1.959963984540054, 1e-13));
	CHECK(near(forecast_normal_quantile(0.001), -3.090232306167813, 1e-13));
	CHECK(near(forecast_normal_quantile(1e-300), -37.0471, 1e-4));
	CHECK(forecast_normal_quantile(0.5) == 0);
	CHECK(isnan(forecast_normal_quantile(0)) && isnan(forecast_normal_quantile(1)));
	CHECK(isnan(forecast_normal_quantile(NAN)) && isnan(forecast_normal_quantile(-1)));
}

/* One origin of scores 3/2 and 1/2 has the mean 1; scores that are no numbers count for none. */
static void
add_origin(ForecastScores *scores, double times)
{
	forecast_scores_add(scores, -3 * times, 2);
	forecast_scores_add(scores, times, 2);
	forecast_scores_add(scores, 1, 0);
	forecast_scores_add(scores, NAN, 2);
	forecast_scores_add(scores, 1, NAN);
	scores->origins++;
}

/* Eight origins weigh as the prior; twelve values double what the scores say. */
static void
stretch_by_hand(void)
{
	const double normal = 0.79788456080286536;
	ForecastScores scores = { 0 };
	ForecastScores two = { 0 };

	CHECK(near(forecast_scores_stretch(&scores, 0.9, 12), 1.8, 1e-15));
	for (int i = 0; i < 8; i++)
		add_origin(&scores, i < 4 ? 1 : i < 5 ? 3 :
												1e6);
	CHECK(scores.count[0] == 2 && near(scores.mean[0], 1, 1e-15));
	CHECK(near(forecast_scores_stretch(&scores, 0.9, 12), 0.9 + 2 / normal, 1e-12));
	CHECK(isfinite(forecast_scores_stretch(&scores, 0.9, 0)));
	add_origin(&scores, 1e300);
	CHECK(near(forecast_scores_stretch(&scores, 0.9, 12), 0.9 + 2 / normal, 1e-12));

	/* Origins without a score are as if they were not. */
	two.origins = 3;
	add_origin(&two, 1);
	add_origin(&two, 3);
	add_origin(&two, 2);
	CHECK(near(forecast_scores_stretch(&two, 0.9, 12), 2 * (8 * 0.9 + 3 * 2 / normal) / 11, 1e-12));
}

/* Random walks, and a level under noise: what is promised at .95 and .5 comes true. */
static void
coverage_of(bool walk)
{
	int inside[2] = { 0, 0 };
	int count = 0;

	for (int i = 0; i < 120; i++)
	{
		static const double level[] = { 0.025, 0.975, 0.25, 0.75 };
		double value[60 + STEPS], limit[4][STEPS];
		ForecastSeries series = { .value = value, .n = 60 };
		ForecastAuto model;

		for (int t = 0; t < 60 + STEPS; t++)
			value[t] = noise() + (walk && t > 0 ? value[t - 1] : 100);
		CHECK(fit(&series, &model, NULL) == FORECAST_OK);
		for (int k = 0; k < 4; k++)
			CHECK(forecast_auto_quantile(&unit_work, &model, STEPS, level[k], limit[k]) ==
				  FORECAST_OK);
		for (int j = 0; j < STEPS; j++, count++)
		{
			inside[0] += value[60 + j] >= limit[0][j] && value[60 + j] <= limit[1][j];
			inside[1] += value[60 + j] >= limit[2][j] && value[60 + j] <= limit[3][j];
		}
		drop_pieces();
	}
	CHECK(inside[0] > 0.91 * count && inside[0] < 0.985 * count);
	CHECK(inside[1] > 0.42 * count && inside[1] < 0.62 * count);
}

static void
coverage(void)
{
	coverage_of(true);
	coverage_of(false);
}

/* ---- the combination ---- */

/* The member that foresees the backtests leads, and weights add up. */
static void
weights(void)
{
	double value[240], mean[STEPS], variance[STEPS];
	ForecastSeries series = { .value = value, .n = 240, .period = { 4, 20 }, .period_count = 2 };
	ForecastAuto model;
	double sum = 0;

	for (int t = 0; t < 240; t++)
		set(value, t, 100 + 5 * (t % 4) + 30 * (t % 20 < 7) + 0.1 * noise());
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	CHECK(model.kind == FORECAST_AUTO_COMBINATION);
	for (int k = 0; k < FORECAST_MEMBERS; k++)
		sum += model.member[k].weight;
	CHECK(near(sum, 1, 1e-12));
	CHECK(model.member[FORECAST_MEMBER_THETA_PERIODIC].weight +
			  model.member[FORECAST_MEMBER_THETA_CHANGING].weight >
		  0.95);
	CHECK(forecast_auto_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
	for (int i = 0; i < STEPS; i++)
		CHECK(fabs(mean[i] - (100 + 5 * (i % 4) + 30 * (i < 7))) < 2);
	drop_pieces();
}

static double
votes_of(ForecastMemberKind kind, double *value, int n, int period)
{
	ForecastSeries series = { .value = value, .n = n, .period_count = period > 0 };

	series.period[0] = period;
	return forecast_member_votes(kind, &series);
}

/* Without a season Theta is one method, and is trusted the more the fewer values there are. */
static void
votes(void)
{
	static double value[5000];

	CHECK(votes_of(FORECAST_MEMBER_THETA, value, 20, 0) == 3);
	CHECK(votes_of(FORECAST_MEMBER_THETA, value, 60, 0) == 1);
	CHECK(votes_of(FORECAST_MEMBER_THETA, value, 5000, 0) == 1);
	CHECK(votes_of(FORECAST_MEMBER_THETA_PERIODIC, value, 20, 0) == 0);
	CHECK(votes_of(FORECAST_MEMBER_THETA_CHANGING, value, 20, 0) == 0);
	for (int k = 0; k < FORECAST_MEMBERS; k++)
		CHECK(votes_of((ForecastMemberKind) k, value, 20, 2) == 1);
	/* The search for an order would last too long. */
	CHECK(votes_of(FORECAST_MEMBER_ARIMA, value, 5000, 2) == 0);
	set(value, 3, NAN);
	CHECK(votes_of(FORECAST_MEMBER_THETA, value, 21, 0) == 3);
}

/* A power of two changes the exponent of each result and no bit more. */
static void
scale(void)
{
	double value[48], larger[48], mean[2][STEPS], variance[2][STEPS];
	ForecastSeries series = { .value = value, .n = 48, .period = { 12 }, .period_count = 1 };
	ForecastAuto model;

	fill(value, 48, of_season);
	for (int t = 0; t < 48; t++)
		larger[t] = ldexp(value[t] += noise(), 70);
	for (int i = 0; i < 2; i++)
	{
		series.value = i == 0 ? value : larger;
		CHECK(fit(&series, &model, NULL) == FORECAST_OK);
		CHECK(forecast_auto_predict(&unit_work, &model, STEPS, mean[i], variance[i], NULL) ==
			  FORECAST_OK);
	}
	for (int i = 0; i < STEPS; i++)
	{
		CHECK(mean[1][i] == ldexp(mean[0][i], 70));
		CHECK(variance[1][i] == ldexp(variance[0][i], 140));
	}
	drop_pieces();
}

static void
explosion_guard(void)
{
	double value[30], mean[STEPS], variance[STEPS];
	ForecastSeries series = { .value = value, .n = 30 };
	ForecastAuto model;

	CHECK(!forecast_exploded(0, 0, 0) && !forecast_exploded(10.9, 0, 1));
	CHECK(!forecast_exploded(-9.9, 0, 1) && forecast_exploded(-10.1, 0, 1));
	CHECK(forecast_exploded(11.1, 0, 1) && forecast_exploded(NAN, 0, 1));
	fill(value, 30, of_growth);
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	/* Logarithms go on to e^7 times the largest, which loses them their weight. */
	CHECK(forecast_auto_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
	for (int i = 0; i < STEPS; i++)
		CHECK(mean[i] < 12 * value[29] && mean[i] > 0);
	drop_pieces();
}

/* A horizon beyond what the backtests saw: the members that run away there are left out. */
static void
far_beyond(void)
{
	const ForecastAutoOptions near_options = { .horizon = 1 };
	double value[30], mean[60], variance[60];
	ForecastSeries series = { .value = value, .n = 30 };
	ForecastAuto model;
	bool gave_way = false;

	for (int t = 0; t < 30; t++)
		value[t] = exp(0.4 * t + 0.01 * noise());
	CHECK(forecast_auto_fit(&unit_work, &series, &near_options, &model, NULL) == FORECAST_OK);
	CHECK(model.member[FORECAST_MEMBER_DAMPED_LOG].weight > 0.1);
	CHECK(forecast_auto_predict(&unit_work, &model, 60, mean, variance, &gave_way) == FORECAST_OK);
	CHECK(!gave_way);
	for (int i = 0; i < 60; i++)
		CHECK(mean[i] > 0 && mean[i] < 12 * value[29]);
	/* Where all of them do, the last value answers, and it is said. */
	model.low = model.high = -1;
	CHECK(forecast_auto_predict(&unit_work, &model, 60, mean, variance, &gave_way) == FORECAST_OK);
	CHECK(gave_way);
	for (int i = 0; i < 60; i++)
		CHECK(mean[i] == value[29]);
	drop_pieces();
}

/* A value without a logarithm takes the member of logarithms out. */
static void
not_positive(void)
{
	double value[40];
	ForecastSeries series = { .value = value, .n = 40 };
	ForecastAuto model;

	for (int t = 0; t < 40; t++)
		value[t] = 10 + t % 3;
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	CHECK(model.member[FORECAST_MEMBER_DAMPED_LOG].fitted);
	set(value, 7, -1);
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	CHECK(!model.member[FORECAST_MEMBER_DAMPED_LOG].fitted);
	CHECK(model.member[FORECAST_MEMBER_DAMPED_LOG].weight == 0);
	drop_pieces();
}

static void
nonnegative(void)
{
	const ForecastAutoOptions options = { .horizon = STEPS, .nonnegative = true };
	double value[40], mean[STEPS], variance[STEPS], lower[STEPS];
	ForecastSeries series = { .value = value, .n = 40 };
	ForecastAuto model;

	for (int t = 0; t < 40; t++)
		set(value, t, 41 - t + 0.3 * noise());
	CHECK(forecast_auto_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(forecast_auto_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
	CHECK(forecast_auto_quantile(&unit_work, &model, STEPS, 0.025, lower) == FORECAST_OK);
	for (int i = 0; i < STEPS; i++)
		CHECK(mean[i] >= 0 && lower[i] >= 0 && lower[i] <= mean[i]);
	CHECK(mean[STEPS - 1] == 0 && lower[STEPS - 1] == 0);
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	CHECK(forecast_auto_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
	CHECK(mean[STEPS - 1] < 0);
	drop_pieces();
}

/* The error of an update is the value less the mean of one step; so is a residual. */
static void
updates(void)
{
	double value[50], error[50], mean, variance;
	ForecastSeries series = { .value = value, .n = 50, .period = { 4 }, .period_count = 1 };
	ForecastAuto model;

	fill(value, 50, of_season);
	for (int t = 0; t < 50; t++)
		set(value, t, value[t] + noise());
	CHECK(fit(&series, &model, error) == FORECAST_OK);
	for (int t = 20; t < 50; t++)
		CHECK(fabs(error[t]) < 10);
	for (int i = 0; i < 12; i++)
	{
		double next = i == 5 ? NAN : of_season(50 + i);

		CHECK(forecast_auto_predict(&unit_work, &model, 1, &mean, &variance, NULL) == FORECAST_OK);
		error[i] = forecast_auto_update(&model, next);
		CHECK(i == 5 ? isnan(error[i]) : near(error[i], next - mean, 1e-9));
	}
	CHECK(forecast_auto_predict(&unit_work, &model, 1, &mean, &variance, NULL) == FORECAST_OK);
	CHECK(fabs(mean - of_season(62)) < 4);
	drop_pieces();
}

/* ---- intermittent demand ---- */

static void
recognition(void)
{
	double value[84];
	ForecastSeries series = { .value = value, .n = 84, .period = { 7 }, .period_count = 1 };

	for (int t = 0; t < 84; t++)
		value[t] = t * 37 % 11 < 4 ? 1 + t % 3 : 0;
	CHECK(forecast_auto_intermittent(&series));
	value[83] = -1;
	CHECK(!forecast_auto_intermittent(&series));
	/* A shop that is closed at the weekend. */
	for (int t = 0; t < 84; t++)
		value[t] = t % 7 < 5 ? 20 + t % 3 : 0;
	CHECK(!forecast_auto_intermittent(&series));
	series.period_count = 0;
	CHECK(forecast_auto_intermittent(&series));
	/* Not sold at first, then every day. */
	for (int t = 0; t < 84; t++)
		value[t] = t < 60 ? 0 : 5 + t % 3;
	CHECK(!forecast_auto_intermittent(&series));
	fill(value, 84, of_zero);
	CHECK(forecast_auto_intermittent(&series));
	fill(value, 84, of_nothing);
	CHECK(!forecast_auto_intermittent(&series));
}

static void
intermittent(void)
{
	double value[60], mean[STEPS], variance[STEPS], lower[STEPS], upper[STEPS];
	ForecastSeries series = { .value = value, .n = 60 };
	ForecastAuto model;

	for (int t = 0; t < 60; t++)
		value[t] = unit_random_in(0, 3) == 0 ? (double) unit_random_in(1, 4) : 0;
	set(value, 59, NAN);
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	CHECK(model.kind == FORECAST_AUTO_INTERMITTENT);
	CHECK(forecast_auto_predict(&unit_work, &model, STEPS, mean, variance, NULL) == FORECAST_OK);
	CHECK(forecast_auto_quantile(&unit_work, &model, STEPS, 0.05, lower) == FORECAST_OK);
	CHECK(forecast_auto_quantile(&unit_work, &model, STEPS, 0.95, upper) == FORECAST_OK);
	for (int i = 0; i < STEPS; i++)
		CHECK(mean[i] > 0.2 && mean[i] < 1.5 && lower[i] == 0 && upper[i] >= 2 && upper[i] <= 4);
	CHECK(near(forecast_auto_update(&model, 2), 2 - mean[0], 1e-12));
	drop_pieces();
}

/* ---- edges ---- */

static bool
edge(const ForecastSeries *series)
{
	double error[40], mean[STEPS], variance[STEPS], low[STEPS], high[STEPS];
	ForecastAuto model;
	ForecastStatus status = fit(series, &model, series->n % 2 == 0 ? error : NULL);
	bool known = false;

	for (int t = 0; t < series->n; t++)
		known = known || !isnan(series->value[t]);
	if (!known)
		return status == FORECAST_TOO_SHORT;
	for (int i = 0; i < 3 && status == FORECAST_OK; i++)
	{
		if (forecast_auto_predict(&unit_work, &model, STEPS, mean, variance, NULL) != FORECAST_OK ||
			!sound(FORECAST_OK, STEPS, mean, variance) ||
			forecast_auto_quantile(&unit_work, &model, STEPS, 0.1, low) != FORECAST_OK ||
			forecast_auto_quantile(&unit_work, &model, STEPS, 0.9, high) != FORECAST_OK)
			return false;
		for (int j = 0; j < STEPS; j++)
		{
			if (isinf(low[j]) || isinf(high[j]) || low[j] > high[j])
				return false;
		}
		forecast_auto_update(&model, i == 0 ? NAN : -1e300);
	}
	return status == FORECAST_OK;
}

static void
edges(void)
{
	at_the_limits(edge);
}

static void
bad_arguments(void)
{
	const ForecastAutoOptions none = { .horizon = 0 };
	const ForecastAutoOptions far = { .horizon = INT32_MAX };
	double value[] = { 3, 5, 4, 6, 7, 5, 8 }, number[1];
	ForecastSeries series = { .value = value, .n = 7 };
	ForecastAuto model;

	CHECK(forecast_auto_fit(&unit_work, &series, &none, &model, NULL) == FORECAST_BAD_ARGUMENT);
	CHECK(forecast_auto_fit(&unit_work, &series, &far, &model, NULL) == FORECAST_OK);
	CHECK(forecast_auto_predict(&unit_work, &model, 0, number, number, NULL) ==
		  FORECAST_BAD_ARGUMENT);
	CHECK(forecast_auto_quantile(&unit_work, &model, 1, 1, number) == FORECAST_BAD_ARGUMENT);
	CHECK(forecast_auto_quantile(&unit_work, &model, 0, 0.5, number) == FORECAST_BAD_ARGUMENT);
	set(value, 3, INFINITY);
	CHECK(fit(&series, &model, NULL) == FORECAST_BAD_ARGUMENT);
	drop_pieces();
}

/* Stopped at any point, or out of memory at any, it says so. */
static void
stops(void)
{
	double value[40];
	ForecastSeries series = { .value = value, .n = 40, .period = { 4 }, .period_count = 1 };
	ForecastAuto model;
	ForecastStatus status = FORECAST_INTERRUPTED;
	int i;

	fill(value, 40, of_season);
	for (i = 0; i < 4000 && status == FORECAST_INTERRUPTED; i += 1 + i / 8)
	{
		interruptions_left = i + 1;
		status = fit(&series, &model, NULL);
		interruptions_left = -1;
		drop_pieces();
	}
	CHECK(status == FORECAST_OK && i > 20);
	status = FORECAST_NO_MEMORY;
	for (i = 0; i < 4000 && status == FORECAST_NO_MEMORY; i += 1 + i / 16)
	{
		allocations_left = i;
		status = fit(&series, &model, NULL);
		allocations_left = -1;
		drop_pieces();
	}
	CHECK(status == FORECAST_OK && i > 20);
}

/* No fit wants its residuals to be wanted. */
static void
without_residuals(void)
{
	const ForecastNaiveOptions last = { .kind = FORECAST_NAIVE };
	const ForecastThetaOptions dynamic = { .kind = FORECAST_THETA_DYNAMIC };
	const ForecastEtsOptions best = { .automatic = true };
	const ForecastIntermittentOptions tsb = { .kind = FORECAST_TSB, .alpha = 0.1, .beta = 0.1 };
	const ForecastAdidaOptions adida = { .bucket = 2, .alpha = 0.1 };
	double value[40];
	ForecastSeries series = { .value = value, .n = 40, .period = { 4 }, .period_count = 1 };
	ForecastAuto model;
	ForecastNaive2 naive2;
	ForecastAdida by_bucket;
	ForecastIntermittent by_size;

	fill(value, 40, of_season);
	CHECK(forecast_naive_fit(&unit_work, &series, &last, &model.naive, NULL) == FORECAST_OK);
	CHECK(forecast_naive2_fit(&unit_work, &series, &naive2, NULL) == FORECAST_OK);
	CHECK(forecast_theta_fit(&unit_work, &series, &dynamic, &model.member[0].theta, NULL) ==
		  FORECAST_OK);
	CHECK(forecast_ets_fit(&unit_work, &series, &best, &model.member[0].ets, NULL) ==
		  FORECAST_OK);
	CHECK(forecast_intermittent_fit(&unit_work, &series, &tsb, &by_size, NULL) == FORECAST_OK);
	CHECK(forecast_adida_fit(&unit_work, &series, &adida, &by_bucket, NULL) == FORECAST_OK);
	CHECK(fit(&series, &model, NULL) == FORECAST_OK);
	drop_pieces();
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "auto: quantiles of the normal distribution", normal_quantiles },
		{ "auto: calibration by hand", stretch_by_hand },
		{ "auto: coverage of simulated series", coverage },
		{ "auto: weights", weights },
		{ "auto: votes", votes },
		{ "auto: powers of two", scale },
		{ "auto: explosions", explosion_guard },
		{ "auto: horizons beyond the backtests", far_beyond },
		{ "auto: logarithms", not_positive },
		{ "auto: not below 0", nonnegative },
		{ "auto: updates", updates },
		{ "auto: intermittent demand recognised", recognition },
		{ "auto: intermittent demand", intermittent },
		{ "auto: series at the limits", edges },
		{ "auto: arguments", bad_arguments },
		{ "auto: interrupts and memory", stops },
		{ "forecast: residuals may be NULL", without_residuals },
	};

	return UNIT_RUN(groups);
}
