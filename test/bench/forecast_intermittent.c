/*
 * forecast_intermittent.c
 *	  Demand of a whole lead time on the public series of spare parts, by method: error and
 *	  bias of its mean, pinball losses of its quantiles, all over the demand that came.
 *
 *	  forecast_intermittent STRIDE [METHOD...]
 *
 * With a stride above 1 only each so many-th series is taken.
 * WAPE is sum |y - f| / sum y, bias (sum y - sum f) / sum y; measures of one period are not
 * printed, as they praise the forecast of zero.
 */
#define _POSIX_C_SOURCE 200809L

#include <time.h>

#include "core/forecast/adida.h"
#include "core/forecast/demand.h"
#include "core/forecast/intermittent.h"

#include "shared_data.h"

#define ARENA_BYTES ((size_t) 16 << 20)
#define LEVELS 3

static const double level[LEVELS] = { 0.5, 0.75, 0.95 };

typedef struct LeadTime
{
	double mean;
	double quantile[LEVELS];
} LeadTime;

typedef bool (*Forecaster)(const ForecastWork *work, const SharedCase *one, LeadTime *lead);

/* ---- methods ---- */

static double
sample_variance(const SharedCase *one)
{
	double mean = 0, squares = 0;

	for (int t = 0; t < one->n; t++)
	{
		double from_mean = one->train[t] - mean;

		mean += from_mean / (t + 1);
		squares += from_mean * (one->train[t] - mean);
	}
	return one->n > 1 ? squares / (one->n - 1) : 0;
}

/* Quantiles of the negative binomial distribution with the variance of the sample. */
static void
negative_binomial(const SharedCase *one, double rate, LeadTime *lead)
{
	lead->mean = one->h * rate;
	for (int i = 0; i < LEVELS; i++)
		lead->quantile[i] = forecast_negative_binomial_quantile(
			lead->mean, one->h * sample_variance(one), level[i]);
}

static bool
of_kind(const ForecastWork *work, const SharedCase *one, ForecastIntermittentKind kind,
		LeadTime *lead)
{
	const ForecastIntermittentOptions options = { kind, 0.1, 0.1, false };
	const ForecastSeries series = { .value = one->train, .n = one->n };
	ForecastIntermittent model;

	if (forecast_intermittent_fit(work, &series, &options, &model, NULL) != FORECAST_OK)
		return false;
	negative_binomial(one, forecast_intermittent_rate(&model), lead);
	return true;
}

static bool
croston(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return of_kind(work, one, FORECAST_CROSTON, lead);
}

static bool
sba(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return of_kind(work, one, FORECAST_SBA, lead);
}

static bool
tsb(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return of_kind(work, one, FORECAST_TSB, lead);
}

static bool
adida_of(const ForecastWork *work, const SharedCase *one, int bucket, LeadTime *lead)
{
	const ForecastAdidaOptions options = { .bucket = bucket, .alpha = 0.1 };
	const ForecastSeries series = { .value = one->train, .n = one->n };
	double mean[1], variance[1];
	ForecastAdida model;

	if (forecast_adida_fit(work, &series, &options, &model, NULL) != FORECAST_OK ||
		forecast_adida_predict(&model, 1, mean, variance) != FORECAST_OK)
		return false;
	negative_binomial(one, mean[0], lead);
	return true;
}

static bool
adida(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return adida_of(work, one, 0, lead);
}

/* Simple exponential smoothing from the mean is ADIDA with buckets of one period. */
static bool
ses(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return adida_of(work, one, 1, lead);
}

static bool
demand_of(const ForecastWork *work, const SharedCase *one, bool may_end, LeadTime *lead)
{
	const ForecastDemandOptions options = { may_end };
	const ForecastSeries series = { .value = one->train, .n = one->n };
	double mean[SHARED_STEPS_MAX], variance[SHARED_STEPS_MAX];
	ForecastDemand model;

	if (forecast_demand_fit(work, &series, &options, &model) != FORECAST_OK ||
		forecast_demand_predict(&model, one->h, mean, variance) != FORECAST_OK)
		return false;
	lead->mean = 0;
	for (int i = 0; i < one->h; i++)
		lead->mean += mean[i];
	return forecast_demand_lead_time(work, &model, one->h, level, LEVELS, lead->quantile) ==
		   FORECAST_OK;
}

static bool
demand(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return demand_of(work, one, true, lead);
}

static bool
demand_endless(const ForecastWork *work, const SharedCase *one, LeadTime *lead)
{
	return demand_of(work, one, false, lead);
}

static const struct
{
	const char *name;
	Forecaster forecast;
} methods[] = {
	{ "ses", ses },
	{ "croston", croston },
	{ "sba", sba },
	{ "tsb", tsb },
	{ "adida", adida },
	{ "demand_endless", demand_endless },
	{ "demand", demand },
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

/* ---- a set ---- */

typedef struct Score
{
	double demand;
	double error;
	double absolute;
	double pinball[LEVELS];
	double ms;
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
run_case(size_t method, const SharedCase *one, SharedArena *arena, Score *score)
{
	const ForecastWork work = { shared_allocate, shared_never, arena };
	LeadTime lead = { 0 };
	double start = now_ms();
	double sum = 0;

	score->failed += !methods[method].forecast(&work, one, &lead);
	score->ms += now_ms() - start;
	arena->used = 0;
	for (int i = 0; i < one->h; i++)
		sum += one->test[i];
	score->demand += sum;
	score->error += sum - lead.mean;
	score->absolute += fabs(sum - lead.mean);
	for (int i = 0; i < LEVELS; i++)
	{
		double beyond = sum - lead.quantile[i];

		score->pinball[i] += beyond >= 0 ? level[i] * beyond : (level[i] - 1) * beyond;
	}
}

static bool
run_set(const char *set, int stride, const bool *wanted, SharedArena *arena)
{
	static SharedCase one;
	Score score[METHODS] = { 0 };
	SharedSet files;
	char path[64];
	int count = 0;

	snprintf(path, sizeof(path), "intermittent/%s", set);
	if (!shared_set_open(&files, path))
		return false;
	for (int i = 0; shared_set_next(&files, &one); i++)
	{
		if (i % stride != stride / 2)
			continue;
		count++;
		for (size_t method = 0; method < METHODS; method++)
		{
			if (wanted[method])
				run_case(method, &one, arena, &score[method]);
		}
	}
	shared_set_close(&files);
	for (size_t i = 0; i < METHODS; i++)
	{
		const Score *of = &score[i];

		if (wanted[i])
			printf("%-13s %-16s %5d %8.3f %+7.3f %8.4f %8.4f %8.4f %8.3f %4d\n", set,
				   methods[i].name, count, of->absolute / of->demand, of->error / of->demand,
				   of->pinball[0] / of->demand, of->pinball[1] / of->demand,
				   of->pinball[2] / of->demand, of->ms / count, of->failed);
	}
	return true;
}

int
main(int argc, char **argv)
{
	static const char *const sets[] = { "raf", "carparts", "auto" };
	SharedArena arena = { malloc(ARENA_BYTES), ARENA_BYTES, 0 };
	int stride = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 1;
	bool wanted[METHODS];

	if (stride < 1)
	{
		fprintf(stderr, "usage: forecast_intermittent STRIDE [METHOD...]\n");
		return 2;
	}
	if (arena.block == NULL)
		return 1;
	for (size_t i = 0; i < METHODS; i++)
	{
		wanted[i] = argc < 3;
		for (int k = 2; k < argc; k++)
			wanted[i] |= strcmp(argv[k], methods[i].name) == 0;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
	{
		if (!run_set(sets[i], stride, wanted, &arena))
		{
			fprintf(stderr, "the series of %s are not there: set TIDEHOLD_SHARED\n", sets[i]);
			return 1;
		}
	}
	free(arena.block);
	return 0;
}
