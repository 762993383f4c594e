/*
 * auto_backtest.c
 *	  Weights and scores from rolling origins (Tashman 2000, International Journal of
 *	  Forecasting 16, 437): at each origin all members are estimated anew.
 */
#include "core/forecast/auto_backtest.h"

#include <math.h>

#include "core/forecast/origin.h"
#include "core/forecast/series.h"

/* No error is taken for less than this part of the mean one: a weight stays a number. */
#define ERROR_FLOOR 1e-3

#define EXPLOSION 10

/* Errors and standard errors of one member at one origin; none where it was not fitted. */
typedef struct Trial
{
	bool done;
	double *mean;
	double *variance;
} Trial;

typedef struct Backtest
{
	const ForecastWork *work;
	const ForecastSeries *series;
	int origins;
	ForecastOrigin origin[FORECAST_ORIGINS_MAX];
	Trial trial[FORECAST_ORIGINS_MAX][FORECAST_MEMBERS];
} Backtest;

bool
forecast_exploded(double mean, double low, double high)
{
	double room = EXPLOSION * (high - low) + ERROR_FLOOR * fmax(fabs(low), fabs(high));

	return !(mean >= low - room && mean <= high + room);
}

static bool
all_within(const double *mean, int h, const ForecastSeries *series)
{
	double low, high;

	forecast_series_range(series, &low, &high);
	for (int i = 0; i < h; i++)
	{
		if (forecast_exploded(mean[i], low, high))
			return false;
	}
	return true;
}

static ForecastStatus
try_member(Backtest *backtest, int origin, const ForecastMember *like, Trial *trial)
{
	ForecastSeries before = *backtest->series;
	int h = backtest->origin[origin].steps;
	ForecastMember member;
	ForecastStatus status;

	before.n = backtest->origin[origin].length;
	trial->mean = forecast_numbers(backtest->work, (size_t) h);
	trial->variance = forecast_numbers(backtest->work, (size_t) h);
	if (trial->mean == NULL || trial->variance == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_member_fit(backtest->work, &before, like->kind, like, &member, NULL);
	if (status == FORECAST_OK)
		status = forecast_member_predict(backtest->work, &member, h, trial->mean, trial->variance);
	trial->done = status == FORECAST_OK && all_within(trial->mean, h, &before);
	return status == FORECAST_INTERRUPTED || status == FORECAST_NO_MEMORY ? status : FORECAST_OK;
}

static ForecastStatus
try_all(Backtest *backtest, const ForecastMember *member)
{
	for (int o = 0; o < backtest->origins; o++)
	{
		for (int k = 0; k < FORECAST_MEMBERS; k++)
		{
			ForecastStatus status = FORECAST_OK;

			if (member[k].weight > 0)
				status = try_member(backtest, o, &member[k], &backtest->trial[o][k]);
			if (status != FORECAST_OK)
				return status;
		}
	}
	return FORECAST_OK;
}

static bool
any_done(const Trial *trial)
{
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		if (trial[k].done)
			return true;
	}
	return false;
}

/* Mean size of the errors of a member: NaN without any, infinite where others alone had one. */
static double
mean_error(const Backtest *backtest, int k)
{
	double mean = NAN;
	int count = 0;

	for (int o = 0; o < backtest->origins; o++)
	{
		const Trial *trial = &backtest->trial[o][k];
		const double *actual = backtest->series->value + backtest->origin[o].length;

		if (!trial->done && any_done(backtest->trial[o]))
			return INFINITY;
		for (int i = 0; i < backtest->origin[o].steps && trial->done; i++)
		{
			double error = fabs(actual[i] - trial->mean[i]);

			if (!isnan(error))
				mean = ++count == 1 ? error : mean + (error - mean) / count;
		}
	}
	return mean;
}

/* Votes so far become weights.  Without a single error of anyone they stay what they were. */
static void
set_weights(const Backtest *backtest, ForecastMember *member)
{
	double error[FORECAST_MEMBERS];
	double mean = 0;
	double sum = 0;
	int count = 0;

	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		error[k] = member[k].weight > 0 ? mean_error(backtest, k) : NAN;
		if (isfinite(error[k]))
			mean += (error[k] - mean) / ++count;
	}
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		double relative = mean > 0 ? error[k] / mean + ERROR_FLOOR : 1;

		if (count > 0 && member[k].weight > 0)
			member[k].weight = isfinite(error[k]) ? member[k].weight / (relative * relative) : 0;
		sum += member[k].weight;
	}
	for (int k = 0; k < FORECAST_MEMBERS; k++)
		member[k].weight /= sum;
}

void
forecast_combine(const ForecastMember *member, int h, double *const *means,
				 double *const *variances, double *mean, double *deviation)
{
	for (int i = 0; i < h; i++)
	{
		double share = 0;

		mean[i] = 0;
		deviation[i] = 0;
		for (int k = 0; k < FORECAST_MEMBERS; k++)
		{
			if (!(member[k].weight > 0))
				continue;
			mean[i] += member[k].weight * means[k][i];
			if (isnan(variances[k][i]))
				continue;
			share += member[k].weight;
			deviation[i] += member[k].weight * sqrt(variances[k][i]);
		}
		deviation[i] = share > 0 ? deviation[i] / share : NAN;
	}
}

/* The standard error of the next step by all values. */
static double
next_deviation(const ForecastWork *work, const ForecastMember *member)
{
	double sum = 0;

	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		double mean, variance;

		if (member[k].weight > 0 &&
			forecast_member_predict(work, &member[k], 1, &mean, &variance) == FORECAST_OK &&
			variance > 0)
			sum += member[k].weight * sqrt(variance);
	}
	return sum;
}

/* Scores of the combination at an origin where all that have a weight were fitted. */
static ForecastStatus
score_origin(const Backtest *backtest, int o, const ForecastMember *member,
			 ForecastScores *scores)
{
	const double *actual = backtest->series->value + backtest->origin[o].length;
	int h = backtest->origin[o].steps;
	double *mean = forecast_numbers(backtest->work, (size_t) h);
	double *deviation = forecast_numbers(backtest->work, (size_t) h);
	double *means[FORECAST_MEMBERS];
	double *variances[FORECAST_MEMBERS];

	if (mean == NULL || deviation == NULL)
		return FORECAST_NO_MEMORY;
	for (int k = 0; k < FORECAST_MEMBERS; k++)
	{
		if (member[k].weight > 0 && !backtest->trial[o][k].done)
			return FORECAST_OK;
		means[k] = backtest->trial[o][k].mean;
		variances[k] = backtest->trial[o][k].variance;
	}
	forecast_combine(member, h, means, variances, mean, deviation);
	for (int i = 0; i < h; i++)
		forecast_scores_add(scores, actual[i] - mean[i], deviation[i]);
	scores->origins++;
	return FORECAST_OK;
}

ForecastStatus
forecast_backtest(const ForecastWork *work, const ForecastSeries *series, int horizon,
				  ForecastMember *member, ForecastScores *scores)
{
	Backtest *backtest = work->allocate(work->context, sizeof(*backtest));
	ForecastStatus status;

	*scores = (ForecastScores){ 0 };
	if (backtest == NULL)
		return FORECAST_NO_MEMORY;
	backtest->work = work;
	backtest->series = series;
	backtest->origins = forecast_origins(series->n, horizon, backtest->origin);
	status = try_all(backtest, member);
	if (status != FORECAST_OK)
		return status;
	set_weights(backtest, member);
	scores->least = forecast_scores_least(next_deviation(work, member));
	for (int o = 0; o < backtest->origins && status == FORECAST_OK; o++)
		status = score_origin(backtest, o, member, scores);
	return status;
}
