/*
 * forecast_intermittent_test.c
 *	  Croston and its relatives, ADIDA, and the distribution of lead-time demand.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/adida.h"
#include "core/forecast/demand.h"
#include "core/forecast/intermittent.h"

#include "forecast_unit.h"

static double
rate(const double *value, int n, ForecastIntermittentKind kind, double alpha, double beta,
	 bool start_first)
{
	const ForecastIntermittentOptions options = { kind, alpha, beta, start_first };
	const ForecastSeries series = { .value = value, .n = n };
	ForecastIntermittent model;
	double mean[3], of_mean[3];

	if (forecast_intermittent_fit(&unit_work, &series, &options, &model, NULL) != FORECAST_OK ||
		forecast_intermittent_predict(&model, 3, mean, of_mean) != FORECAST_OK)
		return NAN;
	CHECK(mean[0] == mean[2] && mean[0] == forecast_intermittent_rate(&model));
	return mean[0];
}

static ForecastDemandPattern
pattern_of(const double *value, int n)
{
	const ForecastSeries series = { .value = value, .n = n };
	ForecastDemandPattern pattern;

	CHECK(forecast_demand_pattern(&series, &pattern) == FORECAST_OK);
	return pattern;
}

static void
classes(void)
{
	static const double lumpy[] = { 0, 1, 0, 0, 9, NAN, 0, 2 };
	ForecastDemandPattern pattern = pattern_of(lumpy, 8);

	/* 7 known periods, demands 1, 9, 2: mean 4, squares 9 + 25 + 4 over 2. */
	CHECK(pattern.periods == 7 && pattern.demands == 3 && near(pattern.size, 4, 1e-12));
	CHECK(near(pattern.adi, 7 / 3.0, 1e-12) && near(pattern.cv2, 19 / 16.0, 1e-12));
	CHECK(pattern.class == FORECAST_DEMAND_LUMPY);
	CHECK(pattern_of((double[]){ 3, 4, 5, 4 }, 4).class == FORECAST_DEMAND_SMOOTH);
	CHECK(pattern_of((double[]){ 1, 9, 1, 2 }, 4).class == FORECAST_DEMAND_ERRATIC);
	CHECK(pattern_of((double[]){ 0, 3, 0, 4 }, 4).class == FORECAST_DEMAND_INTERMITTENT);
	CHECK(pattern_of((double[]){ 0, 0 }, 2).class == FORECAST_DEMAND_NONE);
	CHECK(pattern_of(NULL, 0).class == FORECAST_DEMAND_NONE);
}

static void
croston_by_hand(void)
{
	static const double value[] = { 0, 4, 0, 0, 6, 0 };

	/* From the first: size 4 then 4 + .2 * 2, interval 2 then 2 + .1 * 1. */
	CHECK(near(rate(value, 6, FORECAST_CROSTON, 0.2, 0.1, true), 4.4 / 2.1, 1e-12));
	CHECK(near(rate(value, 6, FORECAST_SBA, 0.2, 0.1, true), 0.95 * 4.4 / 2.1, 1e-12));
	/* From means 5 and 3: sizes 4.8 and 5.04, intervals 2.9 and 2.91. */
	CHECK(near(rate(value, 6, FORECAST_CROSTON, 0.2, 0.1, false), 5.04 / 2.91, 1e-12));
	/* An end without demand is not seen by Croston. */
	CHECK(rate(value, 5, FORECAST_CROSTON, 0.2, 0.1, true) ==
		  rate(value, 6, FORECAST_CROSTON, 0.2, 0.1, true));
}

static void
tsb_by_hand(void)
{
	static const double value[] = { 0, 4, NAN, 0, 6, 0 };
	double p = 2 / 5.0;

	for (int t = 0; t < 6; t++)
	{
		if (t != 2)
			p += 0.1 * ((value[t] > 0) - p);
	}
	CHECK(near(rate(value, 6, FORECAST_TSB, 0.2, 0.1, false), 5.04 * p, 1e-12));
	/* The same end is: the probability goes down. */
	CHECK(near(rate(value, 5, FORECAST_TSB, 0.2, 0.1, true) * 0.9,
			   rate(value, 6, FORECAST_TSB, 0.2, 0.1, true), 1e-12));
	CHECK(rate((double[]){ 0, 0, 0 }, 3, FORECAST_TSB, 0.2, 0.1, false) == 0);
	CHECK(rate((double[]){ 0, 0, 0 }, 3, FORECAST_CROSTON, 0.2, 0.1, true) == 0);
}

/* A size of 2 or none, each with the probability 1/2 that never moves far. */
static void
of_one_period(void)
{
	static const double value[] = { 2, 0 };
	const ForecastIntermittentOptions options = { FORECAST_TSB, 0.1, 1e-9, false };
	const ForecastSeries series = { .value = value, .n = 2 };
	ForecastIntermittent model;
	double mean[1], of_mean[1];

	CHECK(forecast_intermittent_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(forecast_intermittent_predict(&model, 1, mean, of_mean) == FORECAST_OK);
	CHECK(near(mean[0], 1, 1e-8) && near(of_mean[0], 1, 1e-8));
}

static void
compare_croston(const ReferenceRow *row)
{
	double value = rate(row->value, row->series.n, FORECAST_CROSTON, 0.1, 0.1, true);

	for (int i = 0; i < row->h; i++)
		CHECK(near(value, row->mean[i], 1e-9));
}

static void
reference(void)
{
	each_reference("croston_r_0.1", compare_croston);
}

static void
adida(void)
{
	/* The first value is left out; buckets of 2 hold 3, 5 and 1, their mean is that of all. */
	static const double value[] = { 7, 3, 0, 0, 5, 1, 0 };
	const ForecastSeries series = { .value = value, .n = 7 };
	const ForecastAdidaOptions options = { .bucket = 2, .alpha = 0.5 };
	const ForecastAdidaOptions chosen = { .bucket = 0, .alpha = 0.5 };
	ForecastAdida model;
	double mean[2], of_mean[2], error[7];
	double level = 2 * 16 / 7.0;

	for (int i = 0; i < 3; i++)
		level += 0.5 * ((double[]){ 3, 5, 1 }[i] - level);
	CHECK(forecast_adida_fit(&unit_work, &series, &options, &model, error) == FORECAST_OK);
	CHECK(isnan(error[0]) && near(error[1], 3 - 16 / 7.0, 1e-12));
	CHECK(forecast_adida_predict(&model, 2, mean, of_mean) == FORECAST_OK);
	CHECK(near(mean[0], level / 2, 1e-12) && mean[0] == mean[1]);
	/* 4 demands in 7 periods: round(1.75). */
	CHECK(forecast_adida_fit(&unit_work, &series, &chosen, &model, NULL) == FORECAST_OK);
	CHECK(model.bucket == 2);
}

/* ---- lead time ---- */

static void
negative_binomial(void)
{
	/* Poisson of 2: .1353, .4060, .6767, .8571, .9473, .9834. */
	CHECK(forecast_negative_binomial_quantile(2, 2, 0.13) == 0);
	CHECK(forecast_negative_binomial_quantile(2, 1, 0.5) == 2);
	CHECK(forecast_negative_binomial_quantile(2, 2, 0.95) == 5);
	/* Shape 1, mean 1, variance 2: geometric, 1 - 2^-(k+1). */
	CHECK(forecast_negative_binomial_quantile(1, 2, 0.49) == 0);
	CHECK(forecast_negative_binomial_quantile(1, 2, 0.51) == 1);
	CHECK(forecast_negative_binomial_quantile(1, 2, 0.99) == 6);
	CHECK(forecast_negative_binomial_quantile(0, 0, 0.5) == 0);
	CHECK(fabs(forecast_negative_binomial_quantile(1e9, 1e10, 0.5) - 1e9) < 1e6);
	CHECK(isnan(forecast_negative_binomial_quantile(-1, 2, 0.5)));
}

static ForecastDemand
demand_of(const double *value, int n, bool may_end)
{
	const ForecastDemandOptions options = { may_end };
	const ForecastSeries series = { .value = value, .n = n };
	ForecastDemand model;

	CHECK(forecast_demand_fit(&unit_work, &series, &options, &model) == FORECAST_OK);
	return model;
}

static bool
quantiles(const ForecastDemand *model, int periods, const double *level, int count,
		  double *quantile)
{
	return forecast_demand_lead_time(&unit_work, model, periods, level, count, quantile) ==
		   FORECAST_OK;
}

/* The same coin each period: the lead time is near to binomial, and never beyond it. */
static void
lead_time_of_a_coin(void)
{
	static const double level[] = { 0.05, 0.5, 0.95, 0.999 };
	static double value[2000];
	double quantile[4], mean[10], of_mean[10];
	ForecastDemand model;

	for (int t = 0; t < 2000; t++)
		value[t] = 3 * (double) unit_random_in(0, 1);
	model = demand_of(value, 2000, false);
	CHECK(forecast_demand_predict(&model, 10, mean, of_mean) == FORECAST_OK);
	CHECK(fabs(mean[9] - 1.5) < 0.3 && fabs(of_mean[9] - 2.25) < 0.1);
	CHECK(quantiles(&model, 10, level, 4, quantile));
	/* Binomial of 10 and 1/2: 2, 5 and 8; a little wider, as the coin is not known. */
	CHECK(fabs(quantile[0] - 6) <= 3 && fabs(quantile[1] - 15) <= 3);
	CHECK(fabs(quantile[2] - 24) <= 3 && quantile[3] <= 30);
	drop_pieces();
}

static void
lead_time_grows(void)
{
	static const double level[] = { 0.1, 0.5, 0.75, 0.95, 0.99 };
	static const double value[] = { 0, 2, 0, 0, 5, 0, 1, 0, 0, 0, 3, 0, 0, 1, 1, 0, 0, 0, 4, 0 };
	double before[5] = { 0 }, quantile[5], again[5], mean[1000], variance_of[1000];

	for (int may_end = 0; may_end < 2; may_end++)
	{
		ForecastDemand model = demand_of(value, 20, may_end);

		for (int periods = 1; periods <= FORECAST_LEAD_TIME_MAX; periods = periods * 3 + 1)
		{
			CHECK(quantiles(&model, periods, level, 5, quantile));
			CHECK(quantiles(&model, periods, level, 5, again));
			CHECK(memcmp(quantile, again, sizeof(again)) == 0);
			for (int i = 0; i < 5; i++)
			{
				CHECK(i == 0 || quantile[i] >= quantile[i - 1]);
				CHECK(quantile[i] >= before[i] && quantile[i] == floor(quantile[i]));
				before[i] = quantile[i];
			}
		}
		/* An item that may end is wanted less, the more so the further ahead. */
		CHECK(forecast_demand_predict(&model, 1000, mean, variance_of) == FORECAST_OK);
		CHECK(may_end ? mean[999] < 0.1 * mean[0] : mean[999] == mean[0]);
		memset(before, 0, sizeof(before));
		drop_pieces();
	}
	CHECK(!quantiles(&(ForecastDemand){ 0 }, FORECAST_LEAD_TIME_MAX + 1, level, 1, quantile));
	CHECK(!quantiles(&(ForecastDemand){ 0 }, 1, (double[]){ 1 }, 1, quantile));
}

/* The sum over a lead time has the mean of its periods. */
static void
lead_time_mean(void)
{
	static const double value[] = { 0, 2, 0, 0, 5, 0, 1, 0, 0, 0, 3, 0, 0, 1, 1, 0, 0, 0, 4, 0 };
	double level[999], quantile[999], mean[12], variance_of[12];

	for (int i = 0; i < 999; i++)
		level[i] = (i + 1) / 1000.0;
	for (int may_end = 0; may_end < 2; may_end++)
	{
		ForecastDemand model = demand_of(value, 20, may_end);
		double sum = 0, all = 0;

		CHECK(forecast_demand_predict(&model, 12, mean, variance_of) == FORECAST_OK);
		CHECK(quantiles(&model, 12, level, 999, quantile));
		for (int i = 0; i < 12; i++)
			sum += mean[i];
		for (int i = 0; i < 999; i++)
			all += quantile[i] / 999;
		CHECK(near(all, sum, 0.05));
		drop_pieces();
	}
}

static bool
all_sound(const ForecastSeries *series)
{
	static const double level[] = { 0.5, 0.99 };
	const ForecastDemandOptions options = { true };
	const ForecastAdidaOptions adida_options = { 0, 0.1 };
	double mean[20], of_mean[20], quantile[2];
	ForecastDemand demand;
	ForecastAdida of_buckets;
	ForecastStatus status = forecast_demand_fit(&unit_work, series, &options, &demand);

	if (status == FORECAST_OK)
		status = forecast_demand_lead_time(&unit_work, &demand, 12, level, 2, quantile);
	if (status == FORECAST_OK && !(isfinite(quantile[0]) && isfinite(quantile[1])))
		return false;
	if (status == FORECAST_OK)
		status = forecast_demand_predict(&demand, 20, mean, of_mean);
	if (!sound(status, 20, mean, of_mean))
		return false;
	status = forecast_adida_fit(&unit_work, series, &adida_options, &of_buckets, NULL);
	if (status == FORECAST_OK)
		status = forecast_adida_predict(&of_buckets, 20, mean, of_mean);
	if (!sound(status, 20, mean, of_mean))
		return false;
	for (int kind = 0; kind < 6; kind++)
	{
		const ForecastIntermittentOptions of_kind = {
			(ForecastIntermittentKind) (kind / 2), 0.1, 0.1, kind % 2
		};
		ForecastIntermittent model;
		double error[40];

		status = forecast_intermittent_fit(&unit_work, series, &of_kind, &model, error);
		if (status == FORECAST_OK)
			status = forecast_intermittent_predict(&model, 20, mean, of_mean);
		if (!sound(status, 20, mean, of_mean))
			return false;
	}
	return true;
}

static void
limits(void)
{
	at_the_limits(all_sound);
}

static ForecastStatus
fit_tsb(const double *value, int n, double beta)
{
	const ForecastIntermittentOptions options = { FORECAST_TSB, 0.1, beta, false };
	const ForecastSeries series = { .value = value, .n = n };
	ForecastIntermittent model;

	return forecast_intermittent_fit(&unit_work, &series, &options, &model, NULL);
}

static ForecastStatus
fit_demand(const double *value, int n)
{
	const ForecastDemandOptions options = { false };
	const ForecastSeries series = { .value = value, .n = n };
	ForecastDemand model;

	return forecast_demand_fit(&unit_work, &series, &options, &model);
}

static void
refused(void)
{
	static const double value[] = { 1, -1 };

	CHECK(fit_tsb(value, 1, 0.1) == FORECAST_OK);
	CHECK(fit_tsb(value, 2, 0.1) == FORECAST_BAD_ARGUMENT);
	CHECK(fit_tsb(value, 1, 1.1) == FORECAST_BAD_ARGUMENT);
	CHECK(fit_tsb(NULL, 0, 0.1) == FORECAST_TOO_SHORT);
	CHECK(fit_demand(value, 1) == FORECAST_OK);
	CHECK(fit_demand(value, 2) == FORECAST_BAD_ARGUMENT);
	CHECK(fit_demand(NULL, 0) == FORECAST_TOO_SHORT);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: classes of demand", classes },
		{ "forecast: Croston and SBA by hand", croston_by_hand },
		{ "forecast: TSB by hand", tsb_by_hand },
		{ "forecast: variance of intermittent demand", of_one_period },
		{ "forecast: Croston against R", reference },
		{ "forecast: ADIDA by hand", adida },
		{ "forecast: quantiles of negative binomial demand", negative_binomial },
		{ "forecast: lead-time demand of a coin", lead_time_of_a_coin },
		{ "forecast: lead-time demand grows, and is the same twice", lead_time_grows },
		{ "forecast: lead-time demand has the mean of its periods", lead_time_mean },
		{ "forecast: intermittent demand at the limits", limits },
		{ "forecast: intermittent demand refuses what is none", refused },
	};

	return UNIT_RUN(groups);
}
