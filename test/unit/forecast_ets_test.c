/*
 * forecast_ets_test.c
 *	  Exponential smoothing: small cases by hand, and what must hold for every form.
 */
#include "core/forecast/ets_fit.h"
#include "forecast_ets_help.h"

static void
names_lead_back(void)
{
	ForecastEtsForm form;
	char name[FORECAST_ETS_NAME_MAX];

	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		forecast_ets_name(forecast_ets_form(i), name);
		CHECK(forecast_ets_parse(name, &form) && forecast_ets_form_valid(form));
		CHECK(form.error == forecast_ets_form(i).error);
		CHECK(form.trend == forecast_ets_form(i).trend);
		CHECK(form.season == forecast_ets_form(i).season);
	}
	CHECK(forecast_ets_parse("MAdM", &form) && form.trend == FORECAST_TREND_DAMPED);
	CHECK(!forecast_ets_parse("AAM", &form) && !forecast_ets_parse("", &form));
	CHECK(!forecast_ets_parse("MAdMM", &form));
}

/* Holt by hand: 10, 13, 11 from level 9 and trend 1, alpha 0.5, beta 0.25. */
static void
by_hand(void)
{
	ForecastEts model = { .alpha = 0.5, .beta = 0.25, .phi = 1, .parameters = 1 };
	double mean[3];
	double variance[3];

	model.form.trend = FORECAST_TREND_ADDITIVE;
	model.level = 9;
	model.trend = 1;
	CHECK(forecast_ets_update(&model, 10) == 0);
	CHECK(model.level == 10 && model.trend == 1);
	CHECK(forecast_ets_update(&model, 13) == 2);
	CHECK(model.level == 12 && model.trend == 1.5);
	CHECK(isnan(forecast_ets_update(&model, NAN)));
	CHECK(model.level == 13.5 && model.trend == 1.5);
	CHECK(forecast_ets_update(&model, 11) == -4);
	CHECK(model.level == 13 && model.trend == 0.5 && model.known == 3);
	CHECK(near(model.sigma2, (0.0 + 4 + 16) / 3, 1e-15));
	model.sigma2 = 1;
	CHECK(forecast_ets_predict(&work, &model, 3, mean, variance) == FORECAST_OK);
	CHECK(mean[0] == 13.5 && mean[1] == 14 && mean[2] == 14.5);
	/* 1, 1 + .75^2, 1 + .75^2 + 1^2 */
	CHECK(variance[0] == 1 && variance[1] == 1.5625 && variance[2] == 2.5625);
}

/* M,N,M with period 2 by hand: one step is class 3 without a moment, the third has one. */
static void
multiplicative_by_hand(void)
{
	double season[2] = { 0.5, 1.5 };
	ForecastEts model = { .alpha = 0.5, .gamma = 0.2, .phi = 1, .level = 10, .sigma2 = 0.01 };
	double mean[3];
	double variance[3];

	model.period = 2;
	model.season = season;
	model.form.error = FORECAST_ERROR_MULTIPLICATIVE;
	model.form.season = FORECAST_SEASON_MULTIPLICATIVE;
	CHECK(forecast_ets_predict(&work, &model, 3, mean, variance) == FORECAST_OK);
	CHECK(near(mean[0], 5, 1e-15) && near(variance[0], 25 * 0.01, 1e-12));
	CHECK(near(mean[1], 15, 1e-15));
	/* E (1 + .5 e)^2 (1 + e)^2 = 1.0025 * 1.01 with independent e of variance .01 */
	CHECK(near(variance[1], 225 * (1.0025 * 1.01 - 1), 1e-12));
	/* The first error moves both level and season: E (1 + .5 e)(1 + .2 e) = 1 + .1 * .01 */
	CHECK(near(mean[2], 5 * 1.001, 1e-14));
	CHECK(forecast_ets_update(&model, 6) == 1);
	CHECK(near(model.level, 11, 1e-15) && near(season[0], 0.52, 1e-15));
	CHECK(model.position == 1);
}

/* Slopes of the objective against differences, in every form and with missing values. */
static void
check_slopes(EtsProblem *problem, ForecastEtsForm form)
{
	static ForecastSlopes slopes;
	double x[ETS_UNKNOWNS_MAX] = { 0.35, 0.4, 0.3, 0.9 };
	const EtsLayout *layout = &problem->layout;
	double objective;

	forecast_ets_layout(problem, form);
	x[layout->level] = 0.4;
	if (layout->phi >= 0)
		x[layout->phi] = 0.9;
	if (layout->trend >= 0)
		x[layout->trend] = 0.003;
	for (int i = 0; layout->season >= 0 && i < problem->period - 1; i++)
		x[layout->season + i] = problem->first_season[form.season][i];
	CHECK(forecast_ets_evaluate(problem, x, &objective, &slopes) == FORECAST_OK);
	CHECK(isfinite(objective));
	for (int i = 0; i < layout->count; i++)
	{
		double kept = x[i];
		double above;
		double below;

		x[i] = kept + 1e-6;
		CHECK(forecast_ets_evaluate(problem, x, &above, NULL) == FORECAST_OK);
		x[i] = kept - 1e-6;
		CHECK(forecast_ets_evaluate(problem, x, &below, NULL) == FORECAST_OK);
		x[i] = kept;
		CHECK(fabs((above - below) / 2e-6 - 2 * slopes.gradient[i]) <
			  1e-5 * (objective + fabs(slopes.gradient[i])));
	}
}

static void
slopes_are_differences(void)
{
	static double value[VALUES_MAX];
	ForecastSeries series = wavy(value, 70, 6);
	EtsProblem problem;

	value[0] = value[13] = value[14] = value[40] = NAN;
	used = 0;
	CHECK(forecast_ets_prepare(&work, &series, &problem) == FORECAST_OK);
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
		check_slopes(&problem, forecast_ets_form(i));
}

/* A factor below 0 is not allowed, though no value of its season may tell. */
static void
factors_above_zero(void)
{
	static double value[VALUES_MAX];
	ForecastSeries series = wavy(value, 30, 3);
	EtsProblem problem;
	double x[ETS_UNKNOWNS_MAX] = { 0.3, 0.2, 0.4, 1.4, 1.4 };
	double objective;

	for (int t = 2; t < 30; t += 3)
		value[t] = NAN;
	used = 0;
	CHECK(forecast_ets_prepare(&work, &series, &problem) == FORECAST_OK);
	forecast_ets_layout(&problem, form_options("MNM").form);
	CHECK(forecast_ets_evaluate(&problem, x, &objective, NULL) == FORECAST_OK);
	CHECK(isfinite(objective));
	x[4] = 1.7;
	CHECK(forecast_ets_evaluate(&problem, x, &objective, NULL) == FORECAST_OK);
	CHECK(isnan(objective));
}

/* The walks of the search and the steps of the model know one likelihood. */
static void
likelihoods_agree(void)
{
	static double value[VALUES_MAX];
	ForecastSeries series = wavy(value, 60, 4);
	EtsProblem problem;

	value[7] = value[30] = NAN;
	used = 0;
	CHECK(forecast_ets_prepare(&work, &series, &problem) == FORECAST_OK);
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		static double residuals[VALUES_MAX];
		EtsFit found;
		ForecastEts model;
		double season[4];

		CHECK(forecast_ets_fit_form(&problem, forecast_ets_form(i), NULL, 0, INFINITY,
									&found) == FORECAST_OK);
		forecast_ets_unpack(&problem, found.x, &model, season);
		model.parameters = forecast_ets_parameters(&problem, forecast_ets_form(i));
		CHECK(forecast_ets_run(&series, &model, residuals) == FORECAST_OK);
		CHECK(near(model.log_likelihood, found.log_likelihood, 1e-10));
		CHECK(near(model.aicc, found.aicc, 1e-10));
		CHECK(isnan(residuals[7]) && isnan(residuals[30]) && !isnan(residuals[8]));
	}
}

/* Far from admissible parameters forget nothing: an error's trace grows. */
static bool
forgets(const ForecastEts *model)
{
	double season[24] = { 0 };
	ForecastEts own = *model;
	double size = 0;

	own.season = season;
	own.level = 1;
	own.trend = own.form.trend != FORECAST_TREND_NONE ? 0.5 : 0;
	season[0] = -0.3;
	for (int t = 0; t < 6000; t++)
		forecast_ets_update(&own, 0);
	size = fabs(own.level) + fabs(own.trend);
	for (int i = 0; i < own.period; i++)
		size += fabs(season[i]);
	return size < 100;
}

static void
admissible(void)
{
	int inside = 0;
	int outside = 0;

	for (int i = 0; i < 3000; i++)
	{
		ForecastEts model = { .alpha = 2.2 * uniform(), .phi = 0.8 + 0.2 * uniform() };

		model.form = forecast_ets_form((int) unit_random_in(0, FORECAST_ETS_FORMS - 1));
		model.form.error = FORECAST_ERROR_ADDITIVE;
		if (model.form.season != FORECAST_SEASON_NONE)
		{
			model.form.season = FORECAST_SEASON_ADDITIVE;
			model.period = (int) unit_random_in(2, 12);
			model.gamma = 1.5 * uniform();
		}
		if (model.form.trend != FORECAST_TREND_DAMPED)
			model.phi = 1;
		if (model.form.trend != FORECAST_TREND_NONE)
			model.beta = (i % 2 == 0 ? 4 : 1) * uniform();
		if (forecast_ets_admissible(&model))
			inside++;
		else
			outside++;
		/* At the very edge a trace neither grows nor vanishes in these steps. */
		if (forecast_ets_admissible(&model) != forgets(&model))
		{
			model.beta *= 1.005;
			model.gamma *= 1.005;
			model.alpha *= 1.005;
			CHECK(!forecast_ets_admissible(&model));
		}
	}
	CHECK(inside > 500 && outside > 500);
}

/* A value at a time leads where the whole series leads. */
static void
updates(void)
{
	static double value[VALUES_MAX];
	static const char *const names[] = { "ANN", "MAdN", "AAA", "MAM" };

	for (int i = 0; i < 4; i++)
	{
		ForecastSeries series = wavy(value, 72, 12);
		ForecastEts model;
		double level;
		double season;

		value[50] = NAN;
		CHECK(fit(&series, names[i], &model) == FORECAST_OK);
		level = model.level;
		season = model.period > 0 ? model.season[5] : 0;
		series.n = 60;
		CHECK(fit(&series, names[i], &model) == FORECAST_OK);
		for (int t = 60; t < 72; t++)
		{
			double mean;
			double variance;
			double error;

			CHECK(forecast_ets_predict(&work, &model, 1, &mean, &variance) == FORECAST_OK);
			error = forecast_ets_update(&model, value[t]);
			CHECK(near(value[t] - mean, error, 1e-12));
		}
		CHECK(model.known == 71);
		/* Other parameters, but the same series: near each other. */
		CHECK(near(model.level, level, 0.05));
		CHECK(model.period == 0 || near(model.season[5], season, 0.05));
	}
}

/* Missing values neither change what the others say, nor stop a form. */
static void
missing(void)
{
	static double value[VALUES_MAX];
	double dense[60];
	ForecastSeries series = wavy(value, 60, 12);
	ForecastSeries packed = { .value = dense };
	ForecastEts model;
	ForecastEts other;

	for (int t = 0; t < 60; t++)
	{
		if (t % 7 == 3 || t < 2)
			value[t] = NAN;
		else
			dense[packed.n++] = value[t];
	}
	CHECK(fit(&series, "ANN", &model) == FORECAST_OK);
	CHECK(fit(&packed, "ANN", &other) == FORECAST_OK);
	CHECK(near(model.level, other.level, 1e-9) && near(model.aicc, other.aicc, 1e-9));
	for (int i = 0; i < FORECAST_ETS_FORMS; i++)
	{
		char name[FORECAST_ETS_NAME_MAX];

		forecast_ets_name(forecast_ets_form(i), name);
		CHECK(fit(&series, name, &model) == FORECAST_OK);
		CHECK(model.known == packed.n);
	}
}

static void
long_periods(void)
{
	static const int periods[] = { 24, 25, 52, 168, 365 };
	static double value[VALUES_MAX];

	for (int i = 0; i < 5; i++)
	{
		int period = periods[i];
		ForecastSeries series = wavy(value, period * 3 + 20, period);
		ForecastEts model;
		double mean[HORIZON];
		double variance[HORIZON];

		value[period] = NAN;
		CHECK(fit(&series, "AAA", &model) == FORECAST_OK);
		CHECK(model.parameters == 5 + period);
		CHECK(forecast_ets_predict(&work, &model, HORIZON, mean, variance) == FORECAST_OK);
		for (int s = 0; s < HORIZON; s++)
		{
			double t = series.n + s;
			double truth = (100 + 0.3 * t) * (1 + 0.2 * sin(6.283185307179586 * t / period));

			CHECK(fabs(mean[s] / truth - 1) < 0.15);
		}
		CHECK(fit(&series, NULL, &model) == FORECAST_OK);
	}
}

static void
deterministic(void)
{
	static double value[VALUES_MAX];
	ForecastSeries series = wavy(value, 115, 12);
	ForecastEts first;
	ForecastEts second;

	CHECK(fit(&series, NULL, &first) == FORECAST_OK);
	memset(block, 0xff, sizeof(block));
	CHECK(fit(&series, NULL, &second) == FORECAST_OK);
	CHECK(first.alpha == second.alpha && first.level == second.level);
	CHECK(first.aicc == second.aicc && first.sigma2 == second.sigma2);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ets: names", names_lead_back },
		{ "ets: Holt by hand", by_hand },
		{ "ets: multiplicative season by hand", multiplicative_by_hand },
		{ "ets: slopes are differences", slopes_are_differences },
		{ "ets: seasonal factors above 0", factors_above_zero },
		{ "ets: walk and model agree", likelihoods_agree },
		{ "ets: admissible parameters forget", admissible },
		{ "ets: updates", updates },
		{ "ets: missing values", missing },
		{ "ets: long periods", long_periods },
		{ "ets: deterministic", deterministic },
	};

	return UNIT_RUN(groups);
}
