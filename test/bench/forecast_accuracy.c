/*
 * forecast_accuracy.c
 *	  Accuracy and time of the forecasting methods on the public series.
 *
 *	  forecast_accuracy METHOD [GROUP[/STRIDE]...]
 *
 * One line a group: sMAPE, MASE and OWA of the means, coverage and MSIS of the 95 %
 * intervals, milliseconds a series, and the series that the method did not forecast (the
 * naive method then stands in).  With a stride only each so many-th series is taken.  A
 * method is one row of methods[].
 */
#define _POSIX_C_SOURCE 200809L

#include <time.h>

#include "core/forecast/accuracy.h"
#include "core/forecast/arima.h"
#include "core/forecast/auto.h"
#include "core/forecast/ets.h"
#include "core/forecast/naive2.h"
#include "core/forecast/theta.h"

#include "shared_data.h"

#define ARENA_BYTES ((size_t) 256 << 20)
#define LEVEL 0.95
#define LEVEL_Z 1.959963984540054

typedef struct Prediction
{
	double mean[SHARED_STEPS_MAX];
	double variance[SHARED_STEPS_MAX];
	double lower[SHARED_STEPS_MAX];
	double upper[SHARED_STEPS_MAX];
} Prediction;

typedef ForecastStatus (*Forecaster)(const ForecastWork *work, const ForecastSeries *series,
									 int h, Prediction *prediction);

typedef struct Method
{
	const char *name;
	Forecaster forecast;
	bool intervals_given; /* else they are normal, of the variance */
} Method;

typedef struct Group
{
	const char *name;
	const char *file; /* before _train.csv.gz */
	int period[FORECAST_PERIODS_MAX];
} Group;

static const Group groups[] = {
	{ "m3_yearly", "m3/yearly", { 0 } },
	{ "m3_quarterly", "m3/quarterly", { 4 } },
	{ "m3_monthly", "m3/monthly", { 12 } },
	{ "m3_other", "m3/other", { 0 } },
	{ "m4_hourly", "m4/hourly", { 24, 168 } },
	{ "m4_weekly", "m4/weekly", { 52 } },
	{ "nn5", "nn5/daily", { 7 } },
	{ "hospital", "hospital/hospital", { 12 } },
	{ "m1_yearly", "m1/yearly", { 0 } },
	{ "m1_quarterly", "m1/quarterly", { 4 } },
	{ "m1_monthly", "m1/monthly", { 12 } },
};

/* ---- methods ---- */

/* The series with its first period alone, as methods of one season take it. */
static ForecastSeries
of_one_period(const ForecastSeries *series)
{
	ForecastSeries one = *series;

	one.period_count = one.period_count > 0 ? 1 : 0;
	return one;
}

/* The benchmarks take weekly series for series without season. */
static ForecastSeries
as_benchmark(const ForecastSeries *series)
{
	ForecastSeries one = of_one_period(series);

	if (one.period_count > 0 && one.period[0] == 52)
		one.period_count = 0;
	return one;
}

static ForecastStatus
naive_of_kind(const ForecastWork *work, const ForecastSeries *series, ForecastNaiveKind kind,
			  int h, Prediction *prediction)
{
	const ForecastNaiveOptions options = { .kind = kind, .window = 8 };
	ForecastSeries one = as_benchmark(series);
	ForecastNaive model;
	ForecastStatus status = forecast_naive_fit(work, &one, &options, &model, NULL);

	if (status != FORECAST_OK)
		return status;
	return forecast_naive_predict(&model, h, prediction->mean, prediction->variance);
}

static ForecastStatus
naive(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return naive_of_kind(work, series, FORECAST_NAIVE, h, prediction);
}

static ForecastStatus
snaive(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return naive_of_kind(work, series, FORECAST_SEASONAL_NAIVE, h, prediction);
}

static ForecastStatus
drift(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return naive_of_kind(work, series, FORECAST_DRIFT, h, prediction);
}

static ForecastStatus
window(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return naive_of_kind(work, series, FORECAST_WINDOW_MEAN, h, prediction);
}

static ForecastStatus
naive2(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	ForecastSeries one = as_benchmark(series);
	ForecastNaive2 model;
	ForecastStatus status = forecast_naive2_fit(work, &one, &model, NULL);

	if (status != FORECAST_OK)
		return status;
	return forecast_naive2_predict(&model, h, prediction->mean, prediction->variance);
}

static ForecastStatus
theta_of_kind(const ForecastWork *work, const ForecastSeries *series, ForecastThetaKind kind,
			  ForecastAdjust adjust, int h, Prediction *prediction)
{
	const ForecastThetaOptions options = { .kind = kind, .adjust = adjust };
	ForecastTheta model;
	ForecastStatus status = forecast_theta_fit(work, series, &options, &model, NULL);

	if (status != FORECAST_OK)
		return status;
	return forecast_theta_predict(&model, h, prediction->mean, prediction->variance);
}

static ForecastStatus
theta(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	ForecastSeries one = as_benchmark(series);

	return theta_of_kind(work, &one, FORECAST_THETA_STANDARD, FORECAST_ADJUST_TESTED, h,
						 prediction);
}

static ForecastStatus
theta_optimised(const ForecastWork *work, const ForecastSeries *series, int h,
				Prediction *prediction)
{
	ForecastSeries one = as_benchmark(series);

	return theta_of_kind(work, &one, FORECAST_THETA_OPTIMISED, FORECAST_ADJUST_TESTED, h,
						 prediction);
}

static ForecastStatus
theta_dynamic(const ForecastWork *work, const ForecastSeries *series, int h,
			  Prediction *prediction)
{
	ForecastSeries one = as_benchmark(series);

	return theta_of_kind(work, &one, FORECAST_THETA_DYNAMIC, FORECAST_ADJUST_TESTED, h, prediction);
}

/* Seasons of all periods by MSTL, then the dynamic form. */
static ForecastStatus
theta_mstl(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return theta_of_kind(work, series, FORECAST_THETA_DYNAMIC, FORECAST_ADJUST_MSTL, h, prediction);
}

static ForecastStatus
theta_periodic(const ForecastWork *work, const ForecastSeries *series, int h,
			   Prediction *prediction)
{
	return theta_of_kind(work, series, FORECAST_THETA_DYNAMIC, FORECAST_ADJUST_PERIODIC, h,
						 prediction);
}

/* A form by its name, NULL for the choice among all. */
static ForecastStatus
ets_of_form(const ForecastWork *work, const ForecastSeries *series, const char *form, int h,
			Prediction *prediction)
{
	static double residuals[SHARED_VALUES_MAX];
	ForecastEtsOptions options = { .automatic = form == NULL };
	ForecastSeries one = as_benchmark(series);
	ForecastEts model;
	ForecastStatus status;

	if (form != NULL && !forecast_ets_parse(form, &options.form))
		return FORECAST_BAD_ARGUMENT;
	status = forecast_ets_fit(work, &one, &options, &model, residuals);
	if (status != FORECAST_OK)
		return status;
	return forecast_ets_predict(work, &model, h, prediction->mean, prediction->variance);
}

static ForecastStatus
ets(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return ets_of_form(work, series, NULL, h, prediction);
}

static ForecastStatus
ets_damped(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	return ets_of_form(work, series, "AAdN", h, prediction);
}

static ForecastStatus
automatic(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	const ForecastAutoOptions options = { .horizon = h };
	ForecastAuto model;
	ForecastStatus status = forecast_auto_fit(work, series, &options, &model, NULL);

	/* No member could be fitted: that is a fallback, and counted as one. */
	if (status == FORECAST_OK && model.kind == FORECAST_AUTO_NAIVE)
		return FORECAST_NOT_FITTED;
	if (status == FORECAST_OK)
		status = forecast_auto_predict(work, &model, h, prediction->mean, prediction->variance,
									   NULL);
	if (status == FORECAST_OK)
		status = forecast_auto_quantile(work, &model, h, (1 - LEVEL) / 2, prediction->lower);
	if (status == FORECAST_OK)
		status = forecast_auto_quantile(work, &model, h, (1 + LEVEL) / 2, prediction->upper);
	return status;
}

static ForecastStatus
arima(const ForecastWork *work, const ForecastSeries *series, int h, Prediction *prediction)
{
	const ForecastArimaOptions options = { .automatic = true };
	ForecastSeries one = as_benchmark(series);
	ForecastArima model;
	ForecastStatus status = forecast_arima_fit(work, &one, &options, &model, NULL);

	if (status != FORECAST_OK)
		return status;
	return forecast_arima_predict(work, &model, h, prediction->mean, prediction->variance);
}

static const Method methods[] = {
	{ "naive", naive, false },
	{ "snaive", snaive, false },
	{ "drift", drift, false },
	{ "window", window, false },
	{ "naive2", naive2, false },
	{ "theta", theta, false },
	{ "theta_optimised", theta_optimised, false },
	{ "theta_dynamic", theta_dynamic, false },
	{ "theta_mstl", theta_mstl, false },
	{ "theta_periodic", theta_periodic, false },
	{ "ets", ets, false },
	{ "ets_damped", ets_damped, false },
	{ "arima", arima, false },
	{ "auto", automatic, true },
};

/* ---- a group ---- */

typedef struct Score
{
	double smape;
	double mase;
	double msis;
	double coverage;
	double ms;
	int steps; /* with an interval */
	int failed;
} Score;

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
add_intervals(const Method *method, int h, Prediction *prediction)
{
	for (int i = 0; i < h && !method->intervals_given; i++)
	{
		double reach = LEVEL_Z * sqrt(prediction->variance[i]);

		prediction->lower[i] = prediction->mean[i] - reach;
		prediction->upper[i] = prediction->mean[i] + reach;
	}
}

static void
run_case(const Method *method, const ForecastSeries *series, const SharedCase *one,
		 SharedArena *arena, Score *score)
{
	const ForecastWork work = { shared_allocate, shared_never, arena };
	double scale = forecast_mase_scale(one->train, one->n, one->mase_period);
	Prediction prediction;
	double start = now_ms();
	ForecastStatus status = method->forecast(&work, series, one->h, &prediction);

	score->ms += now_ms() - start;
	if (status != FORECAST_OK)
	{
		score->failed++;
		naive(&work, series, one->h, &prediction);
	}
	arena->used = 0;
	add_intervals(method, one->h, &prediction);
	score->smape += forecast_smape(one->test, prediction.mean, one->h);
	score->mase += forecast_mase(one->test, prediction.mean, one->h, scale);
	score->msis += forecast_msis(one->test, prediction.lower, prediction.upper, one->h, LEVEL,
								 scale);
	score->coverage += forecast_coverage(one->test, prediction.lower, prediction.upper, one->h);
}

static void
print_line(const Group *group, const Method *method, int count, const Score *score,
		   const Score *benchmark)
{
	printf("%-13s %-16s %5d %8.3f %7.3f %6.3f %6.3f %8.2f %8.3f %4d\n", group->name,
		   method->name, count, score->smape / count, score->mase / count,
		   forecast_owa(score->smape, score->mase, benchmark->smape, benchmark->mase),
		   score->coverage / count, score->msis / count, score->ms / count, score->failed);
	fflush(stdout);
}

static bool
run_group(const Group *group, const Method *method, int stride, SharedArena *arena)
{
	static SharedCase one;
	static const Method benchmark = { "naive2", naive2, false };
	SharedSet files;
	Score score = { 0 }, of_benchmark = { 0 };
	int count = 0;

	if (!shared_set_open(&files, group->file))
		return false;
	for (int i = 0; shared_set_next(&files, &one); i++)
	{
		ForecastSeries series = { .value = one.train, .n = one.n };

		if (i % stride != stride / 2)
			continue;
		count++;
		for (int k = 0; k < FORECAST_PERIODS_MAX && group->period[k] > 0; k++)
			series.period[series.period_count++] = group->period[k];
		run_case(&benchmark, &series, &one, arena, &of_benchmark);
		run_case(method, &series, &one, arena, &score);
	}
	shared_set_close(&files);
	print_line(group, method, count, &score, &of_benchmark);
	return true;
}

static const Method *
method_called(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
	{
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	}
	return NULL;
}

/* Of the group among the arguments; 0 where it is not wanted. */
static int
stride_wanted(const char *name, int argc, char **argv)
{
	size_t length = strlen(name);

	for (int i = 2; i < argc; i++)
	{
		if (strncmp(argv[i], name, length) != 0)
			continue;
		if (argv[i][length] == '/')
			return (int) strtol(argv[i] + length + 1, NULL, 10);
		if (argv[i][length] == '\0')
			return 1;
	}
	return argc < 3;
}

int
main(int argc, char **argv)
{
	SharedArena arena = { malloc(ARENA_BYTES), ARENA_BYTES, 0 };
	const Method *method = argc > 1 ? method_called(argv[1]) : NULL;

	if (method == NULL || arena.block == NULL)
	{
		fprintf(stderr, "usage: forecast_accuracy METHOD [GROUP...], METHOD being one of\n");
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
			fprintf(stderr, "  %s\n", methods[i].name);
		return 2;
	}
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
	{
		int stride = stride_wanted(groups[i].name, argc, argv);

		if (stride > 0 && !run_group(&groups[i], method, stride, &arena))
		{
			fprintf(stderr, "the series of %s are not there: set TIDEHOLD_SHARED\n", groups[i].name);
			return 1;
		}
	}
	free(arena.block);
	return 0;
}
