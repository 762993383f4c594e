/*
 * forecast_ets_reference_test.c
 *	  Exponential smoothing against values of R's package forecast 8.20 for 52 public series:
 *	  the recursion from given states, smoothing with given parameters, and estimation.
 *
 * The values are not part of the project (see shared_data.h); without them this says so.
 */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <string.h>

#include "../lib/shared_data.h"
#include "core/forecast/ets.h"
#include "unit.h"

#define VALUES_MAX 4000
#define HORIZON_MAX 64

/* Of the normal distribution, 97.5 %. */
#define Z_95 1.959963984540054

static char block[8 << 20];
static SharedArena arena = { block, sizeof(block), 0 };
static const ForecastWork work = { shared_allocate, NULL, &arena };

/* A row of the reference with the values of its series. */
typedef struct Row
{
	const char *method;
	char *parameters;
	ForecastSeries series;
	double value[VALUES_MAX];
	double aicc;
	double sigma2;
	int h;
	double mean[HORIZON_MAX];
	double upper[HORIZON_MAX];
} Row;

/* The number after "name=", NaN where there is none. */
static double
parameter(const Row *row, const char *name)
{
	size_t length = strlen(name);
	const char *at = row->parameters;

	while (at != NULL && *at != '\0')
	{
		if (strncmp(at, name, length) == 0 && at[length] == '=')
			return strtod(at + length + 1, NULL);
		at = strchr(at, ';');
		at = at != NULL ? at + 1 : NULL;
	}
	return NAN;
}

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fmax(fabs(b), 1e-300);
}

static bool
read_series(const char *set, const char *file, const char *id, Row *row)
{
	char below[256];
	SharedFile train;
	bool found = false;

	snprintf(below, sizeof(below), "data/forecast/%s/%s_train.csv.gz", set, file);
	if (!shared_open(&train, below))
		return false;
	while (!found && shared_next(&train))
	{
		if (strcmp(train.field[0], id) != 0)
			continue;
		found = true;
		row->series.n = shared_numbers(train.field[4], row->value, VALUES_MAX);
		row->series.value = row->value;
	}
	shared_close(&train);
	return found;
}

static void
fill_row(const SharedFile *file, Row *row)
{
	int period = (int) strtol(file->field[3], NULL, 10);

	row->method = file->field[5];
	row->parameters = file->field[6];
	row->aicc = strtod(file->field[7], NULL);
	row->sigma2 = strtod(file->field[8], NULL);
	row->h = shared_numbers(file->field[10], row->mean, HORIZON_MAX);
	shared_numbers(file->field[12], row->upper, HORIZON_MAX);
	row->series.period_count = period > 1;
	row->series.period[0] = period;
}

/* Shows every row whose method begins with prefix to check. */
static void
each_row(const char *prefix, void (*check)(const Row *row, void *context), void *context)
{
	static Row row;
	static char last[64];
	SharedFile file;

	last[0] = '\0';
	if (!shared_open(&file, "data/forecast/reference_r.csv.gz"))
	{
		unit_skip("no ../shared/data/forecast/reference_r.csv.gz");
		return;
	}
	while (shared_next(&file))
	{
		if (strncmp(file.field[5], prefix, strlen(prefix)) != 0)
			continue;
		if (strcmp(last, file.field[2]) != 0 &&
			!CHECK(read_series(file.field[0], file.field[1], file.field[2], &row)))
			continue;
		snprintf(last, sizeof(last), "%s", file.field[2]);
		fill_row(&file, &row);
		arena.used = 0;
		check(&row, context);
	}
	shared_close(&file);
}

/* R's seasons are the newest first, the one left out being that of the first value. */
static void
set_seasons(const Row *row, ForecastEts *model, double *season)
{
	int period = row->series.period[0];
	bool factor = model->form.season == FORECAST_SEASON_MULTIPLICATIVE;

	model->period = period;
	model->season = season;
	season[0] = factor ? period : 0;
	for (int i = 1; i < period; i++)
	{
		char name[16];

		snprintf(name, sizeof(name), "s%d", period - 1 - i);
		season[i] = parameter(row, name);
		season[0] -= season[i];
	}
}

static ForecastEts
model_of(const Row *row, const char *name, double *season)
{
	ForecastEts model = { .phi = 1 };

	CHECK(forecast_ets_parse(name, &model.form));
	model.alpha = parameter(row, "alpha");
	model.level = parameter(row, "l");
	model.parameters = 3;
	if (model.form.trend != FORECAST_TREND_NONE)
	{
		model.beta = parameter(row, "beta");
		model.trend = parameter(row, "b");
		model.parameters += 2;
	}
	if (model.form.trend == FORECAST_TREND_DAMPED)
	{
		model.phi = parameter(row, "phi");
		model.parameters++;
	}
	if (model.form.season != FORECAST_SEASON_NONE)
	{
		model.gamma = parameter(row, "gamma");
		set_seasons(row, &model, season);
		model.parameters += model.period;
	}
	return model;
}

static const char *
form_name(const Row *row)
{
	static char name[16];

	if (strcmp(row->method, "ets_auto") != 0)
		return row->method + strlen("ets_");
	snprintf(name, sizeof(name), "%.*s", (int) strcspn(row->parameters + 6, ";"),
			 row->parameters + 6);
	return name;
}

typedef struct Tolerance
{
	double mean;
	double upper;
} Tolerance;

/*
 * Two oddities of R are left out, by a wider tolerance.  For M,Ad,M it enters the damped
 * trend's first step undamped, against HKOS table 2.3 and its own recursion (the caller
 * undoes that here, but not in the variance).  With an additive season and no trend it
 * counts the season's error one step early, in the variance of the horizon of one period,
 * against HKOS chapter 6; with additive errors that ends with the step.
 */
static Tolerance
tolerance_of(ForecastEtsForm form, int step, int period)
{
	bool additive = form.error == FORECAST_ERROR_ADDITIVE;

	if (form.season == FORECAST_SEASON_MULTIPLICATIVE && form.trend == FORECAST_TREND_DAMPED)
		return (Tolerance){ 1e-4, 2e-2 };
	if (form.season != FORECAST_SEASON_ADDITIVE || form.trend != FORECAST_TREND_NONE)
		return (Tolerance){ 1e-8, 1e-8 };
	if (additive && (step + 1) % period != 0)
		return (Tolerance){ 1e-8, 1e-8 };
	return (Tolerance){ 1e-8, additive ? 5e-2 : 1e-5 };
}

static void
check_forecast(const Row *row, ForecastEts *model)
{
	double mean[HORIZON_MAX];
	double variance[HORIZON_MAX];

	if (model->form.season == FORECAST_SEASON_MULTIPLICATIVE)
		model->trend /= model->phi;
	CHECK(forecast_ets_predict(&work, model, row->h, mean, variance) == FORECAST_OK);
	for (int i = 0; i < row->h; i++)
	{
		Tolerance tolerance = tolerance_of(model->form, i, row->series.period[0]);

		CHECK(near(mean[i], row->mean[i], tolerance.mean));
		CHECK(near(mean[i] + Z_95 * sqrt(variance[i]), row->upper[i], tolerance.upper));
	}
}

static void
check_recursion(const Row *row, void *context)
{
	static double residuals[VALUES_MAX];
	double season[32];
	ForecastEts model = model_of(row, form_name(row), season);
	double likelihood = parameter(row, "lik");

	(void) context;
	CHECK(forecast_ets_run(&row->series, &model, residuals) == FORECAST_OK);
	CHECK(isnan(likelihood) || near(model.log_likelihood, likelihood, 1e-9));
	CHECK(near(model.aicc, row->aicc, 1e-8));
	CHECK(near(model.sigma2, row->sigma2, 1e-8));
	check_forecast(row, &model);
}

static void
recursion(void)
{
	each_row("ets_", check_recursion, NULL);
}

/* The limits of smoothing with given parameters use another variance: means alone. */
static void
check_fixed_means(const Row *row, ForecastEts *model)
{
	static double residuals[VALUES_MAX];
	double mean[HORIZON_MAX];
	double variance[HORIZON_MAX];

	CHECK(forecast_ets_run(&row->series, model, residuals) == FORECAST_OK);
	if (model->form.season == FORECAST_SEASON_MULTIPLICATIVE)
	{
		/*
		 * The means beyond a period depend on sigma and beta (HKOS chapter 6): R's sigma
		 * is in its limits, and for beta it takes the trend's share of the level's move.
		 */
		double relative = (row->upper[0] / row->mean[0] - 1) / Z_95;

		model->sigma2 = relative * relative;
		model->beta = 0.1;
	}
	CHECK(forecast_ets_predict(&work, model, row->h, mean, variance) == FORECAST_OK);
	for (int i = 0; i < row->h; i++)
		CHECK(near(mean[i], row->mean[i], 1e-9));
}

static void
check_simple(const Row *row, void *context)
{
	bool holt = strcmp(row->method, "holt_fixed_simple") == 0;
	ForecastEts model = { .alpha = 0.3, .phi = 1, .level = row->value[0] };

	(void) context;
	if (holt)
	{
		model.form.trend = FORECAST_TREND_ADDITIVE;
		model.trend = row->value[1] - row->value[0];
		/* R's beta is the trend's share of the level's move. */
		model.beta = 0.3 * 0.1;
	}
	check_fixed_means(row, &model);
}

static void
simple(void)
{
	each_row("ses_fixed_simple", check_simple, NULL);
	each_row("holt_fixed_simple", check_simple, NULL);
}

/* P. R. Winters (1960): the first period's mean, the step to the second's, the first's rest. */
static void
check_winters(const Row *row, void *context)
{
	int period = row->series.period[0];
	static double season[32];
	double second = 0;
	ForecastEts model = { .alpha = 0.3, .beta = 0.3 * 0.1, .gamma = 0.2, .phi = 1 };

	(void) context;
	model.period = period;
	model.season = season;
	model.form.trend = FORECAST_TREND_ADDITIVE;
	if (strstr(row->method, "additive") == NULL)
		model.form.error = FORECAST_ERROR_MULTIPLICATIVE;
	model.form.season = strstr(row->method, "additive") != NULL ?
							FORECAST_SEASON_ADDITIVE :
							FORECAST_SEASON_MULTIPLICATIVE;
	for (int i = 0; i < period; i++)
	{
		model.level += row->value[i] / period;
		second += row->value[period + i] / period;
	}
	model.trend = (second - model.level) / period;
	for (int i = 0; i < period; i++)
		season[i] = model.form.season == FORECAST_SEASON_ADDITIVE ?
						row->value[i] - model.level :
						row->value[i] / model.level;
	check_fixed_means(row, &model);
}

static void
winters(void)
{
	each_row("hw_fixed_simple", check_winters, NULL);
}

/* Straight line through the centred means of the first two periods, its place 0 before them. */
static void
line_through_trend(const double *trend, int n, ForecastEts *model)
{
	double count = 0, place = 0, mean = 0, squares = 0, products = 0;

	for (int t = 0; t < n; t++)
	{
		if (isnan(trend[t]))
			continue;
		count++;
		place += count;
		mean += trend[t];
	}
	place /= count;
	mean /= count;
	count = 0;
	for (int t = 0; t < n; t++)
	{
		if (isnan(trend[t]))
			continue;
		count++;
		squares += (count - place) * (count - place);
		products += (count - place) * (trend[t] - mean);
	}
	model->trend = products / squares;
	model->level = mean - place * model->trend;
}

/*
 * HoltWinters() of R's stats: level and trend by a line through the trend of the first two
 * periods, decomposed classically, and run from the second period on.  Gives the values that
 * the model is to run over.
 */
static ForecastSeries
start_stats(const Row *row, ForecastSeasonForm season_form, double *season, ForecastEts *model)
{
	int period = row->series.period[0];
	static double trend[64];
	ForecastSeries rest = row->series;

	*model = (ForecastEts){ .alpha = 0.3, .beta = 0.3 * 0.1, .phi = 1, .period = period };
	model->form.trend = FORECAST_TREND_ADDITIVE;
	model->form.season = season_form;
	model->season = season;
	CHECK(forecast_classical_decompose(&work, row->value, 2 * period, period, season_form, trend,
									   season) == FORECAST_OK);
	line_through_trend(trend, 2 * period, model);
	rest.value += period;
	rest.n -= period;
	return rest;
}

static void
check_stats_end(const Row *row, double squares, const ForecastEts *model)
{
	double mean[HORIZON_MAX], variance[HORIZON_MAX];

	CHECK(near(squares, parameter(row, "SSE"), 1e-9));
	CHECK(near(model->trend, parameter(row, "b"), 1e-9));
	for (int i = 0; i < model->period; i++)
	{
		char name[16];

		snprintf(name, sizeof(name), "s%d", i + 1);
		CHECK(near(model->season[(model->position + i) % model->period], parameter(row, name),
				   1e-9));
	}
	CHECK(forecast_ets_predict(&work, model, row->h, mean, variance) == FORECAST_OK);
	for (int i = 0; i < row->h; i++)
		CHECK(near(mean[i], row->mean[i], 1e-9));
}

/* R's gamma is of the value less the new level, which is 1 - alpha of ours. */
static void
check_stats_additive(const Row *row, void *context)
{
	static double season[32];
	double residual[VALUES_MAX];
	double squares = 0;
	ForecastEts model;
	ForecastSeries rest = start_stats(row, FORECAST_SEASON_ADDITIVE, season, &model);

	(void) context;
	model.gamma = 0.2 * (1 - 0.3);
	CHECK(forecast_ets_run(&rest, &model, residual) == FORECAST_OK);
	for (int t = 0; t < rest.n; t++)
		squares += residual[t] * residual[t];
	check_stats_end(row, squares, &model);
}

/*
 * R divides the value by the new level l, where HKOS table 2.3 divides the error by the
 * expected one q: no form of HKOS with one gamma is its method.  But its step is theirs with
 * gamma (1 - alpha) q / l, so each value is given the gamma that belongs to it.  R's means are
 * those of no noise.
 */
static void
check_stats_multiplicative(const Row *row, void *context)
{
	static double season[32];
	double squares = 0;
	ForecastEts model;
	ForecastSeries rest = start_stats(row, FORECAST_SEASON_MULTIPLICATIVE, season, &model);

	(void) context;
	model.form.error = FORECAST_ERROR_MULTIPLICATIVE;
	for (int t = 0; t < rest.n; t++)
	{
		double q = model.level + model.trend;
		double factor = season[model.position];
		double level = q + model.alpha * (rest.value[t] - q * factor) / factor;
		double residual;

		model.gamma = 0.2 * (1 - model.alpha) * q / level;
		residual = forecast_ets_update(&model, rest.value[t]);
		squares += residual * residual;
		CHECK(near(model.level, level, 1e-12));
	}
	CHECK(near(model.level, parameter(row, "final:a"), 1e-9));
	model.sigma2 = 0;
	check_stats_end(row, squares, &model);
}

static void
stats(void)
{
	each_row("stats_HoltWinters_fixed_additive", check_stats_additive, NULL);
	each_row("stats_HoltWinters_fixed_multiplicative", check_stats_multiplicative, NULL);
}

typedef struct Count
{
	int rows;
	int low;
} Count;

static void
check_estimate(const Row *row, void *context)
{
	static double residuals[VALUES_MAX];
	Count *count = context;
	ForecastEts model;
	ForecastEtsOptions options = { 0 };
	ForecastStatus status;

	if (strcmp(row->method, "ets_auto") == 0)
		return;
	CHECK(forecast_ets_parse(form_name(row), &options.form));
	status = forecast_ets_fit(&work, &row->series, &options, &model, residuals);
	count->rows++;
	if (status != FORECAST_OK || model.log_likelihood < parameter(row, "lik") - 0.05)
		count->low++;
}

static void
estimates(void)
{
	Count count = { 0 };

	each_row("ets_", check_estimate, &count);
	if (count.rows > 0)
		printf("# likelihood below R's by more than 0.05: %d of %d\n", count.low, count.rows);
	CHECK(count.low * 100 <= count.rows);
}

static void
check_choice(const Row *row, void *context)
{
	static double residuals[VALUES_MAX];
	Count *count = context;
	ForecastEts model;
	ForecastEtsOptions options = { .automatic = true };
	char name[FORECAST_ETS_NAME_MAX];

	if (!CHECK(forecast_ets_fit(&work, &row->series, &options, &model, residuals) ==
			   FORECAST_OK))
		return;
	CHECK(model.aicc <= row->aicc + 0.5);
	forecast_ets_name(model.form, name);
	count->rows++;
	count->low += strcmp(name, form_name(row)) != 0;
}

static void
choice(void)
{
	Count count = { 0 };

	each_row("ets_auto", check_choice, &count);
	if (count.rows > 0)
		printf("# another form than R, of no higher AICc + 0.5: %d of %d\n", count.low,
			   count.rows);
	CHECK(count.low * 2 <= count.rows);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ets: recursion from R's states", recursion },
		{ "ets: SES and Holt with given parameters", simple },
		{ "ets: Holt-Winters with given parameters", winters },
		{ "ets: Holt-Winters of R's stats", stats },
		{ "ets: likelihood of estimates", estimates },
		{ "ets: AICc of the chosen form", choice },
	};

	return UNIT_RUN(groups);
}
