/*
 * demand.c
 *	  The distribution of what is asked for in a stretch of time.
 *
 * Tables are built once, so that whatever searches them for a best quantity pays no sum for
 * each try.
 */
#include "core/plan/demand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/forecast/conformal.h"
#include "core/forecast/series.h"

#define SQRT_HALF 0.70710678118654752440
#define SQRT_2_PI 2.50662827463100050242

/* Probability that is cut off of either tail. */
#define TAIL 1e-14

/* Terms between two questions whether to go on. */
#define PATIENCE 4096

/* ---- the standard normal distribution ---- */

/* P(Z > z) */
static double
normal_tail(double z)
{
	return erfc(z * SQRT_HALF) / 2;
}

static double
normal_density(double z)
{
	return exp(-z * z / 2) / SQRT_2_PI;
}

/* Far above, the difference of two like numbers has lost its digits and is as good as 0. */
double
plan_normal_loss(double z)
{
	return fmax(normal_density(z) - z * normal_tail(z), 0);
}

double
plan_normal_loss2(double z)
{
	return fmax(((z * z + 1) * normal_tail(z) - z * normal_density(z)) / 2, 0);
}

PlanStatus
plan_demand_normal(double mean, double deviation, PlanDemand *demand)
{
	if (!plan_is_amount(mean) || !plan_is_amount(deviation))
		return PLAN_BAD_ARGUMENT;
	*demand = (PlanDemand){ .shape = PLAN_NORMAL, .mean = mean, .deviation = deviation };
	return PLAN_OK;
}

/* ---- counts ---- */

/* Logarithms of probabilities of a Poisson or negative binomial distribution. */
typedef struct Counts
{
	double mean;
	double variance;
	bool poisson;
	double shape; /* of the negative binomial */
} Counts;

static Counts
counts_of(double mean, double variance)
{
	Counts counts = { .mean = mean, .variance = variance };

	/* A variance that is hardly above the mean has a shape beyond what lgamma tells apart. */
	counts.poisson = !(variance - mean > 1e-6 * mean);
	if (!counts.poisson)
		counts.shape = mean * mean / (variance - mean);
	else
		counts.variance = mean;
	return counts;
}

static double
log_probability(const Counts *counts, double k)
{
	double r = counts->shape;

	if (counts->poisson)
		return k * log(counts->mean) - counts->mean - lgamma(k + 1);
	return lgamma(k + r) - lgamma(r) - lgamma(k + 1) + r * log(counts->mean / counts->variance) +
		   k * log1p(-counts->mean / counts->variance);
}

/* Probability of k + 1 over that of k. */
static double
ratio(const Counts *counts, double k)
{
	if (counts->poisson)
		return counts->mean / (k + 1);
	return (k + counts->shape) / (k + 1) * (1 - counts->mean / counts->variance);
}

/*
 * Where the terms from the mode on become too small to count: below it the first, above it
 * the last.  Above the mode the ratio falls towards its limit, so the tail beyond a term is
 * at most that of the geometric series with the ratio there.
 */
static bool
find_range(const Counts *counts, double mode, double *first, double *last)
{
	double peak = log_probability(counts, mode);
	double term = 1;
	double k = mode;

	while (k > 0 && term * exp(peak) * (k + 1) > TAIL && mode - k < PLAN_COUNTS_MAX)
	{
		term /= ratio(counts, k - 1);
		k--;
	}
	*first = k;
	term = 1;
	for (k = mode; k - *first < PLAN_COUNTS_MAX; k++)
	{
		double next = ratio(counts, k);

		if (next < 1 && term * exp(peak) * next / (1 - next) < TAIL)
			break;
		term *= next;
	}
	*last = k;
	return *last - *first < PLAN_COUNTS_MAX;
}

static bool
allocate_tables(const ForecastWork *work, PlanDemand *demand)
{
	size_t count = (size_t) demand->count;

	demand->value = forecast_numbers(work, count);
	demand->below = forecast_numbers(work, count + 1);
	if (demand->shape == PLAN_COUNTS)
	{
		demand->loss = forecast_numbers(work, count);
		demand->loss2 = forecast_numbers(work, count);
	}
	return demand->value != NULL && demand->below != NULL &&
		   (demand->shape == PLAN_SAMPLE || (demand->loss != NULL && demand->loss2 != NULL));
}

/*
 * Sums of a table that holds probabilities up to a factor.  Losses are summed from the far
 * end, small terms first: loss(x) = loss(x + 1) + P(D > x), loss2(x) = loss2(x + 1) +
 * loss(x + 1).  mean and deviation follow from the table, so that all of it agrees.
 */
static void
finish_counts(PlanDemand *demand)
{
	double sum = 0;
	double beyond = 0;
	double variance = 0;

	for (int i = 0; i < demand->count; i++)
		sum += demand->value[i];
	for (int i = 0; i < demand->count; i++)
	{
		demand->value[i] /= sum;
		demand->below[i + 1] = demand->below[i] + demand->value[i];
	}
	for (int i = demand->count - 2; i >= 0; i--)
	{
		beyond += demand->value[i + 1];
		demand->loss[i] = demand->loss[i + 1] + beyond;
		demand->loss2[i] = demand->loss2[i + 1] + demand->loss[i + 1];
	}
	demand->mean = (double) demand->first + demand->loss[0];
	for (int i = 0; i < demand->count; i++)
	{
		double from_mean = (double) (demand->first + i) - demand->mean;

		variance += demand->value[i] * from_mean * from_mean;
	}
	demand->deviation = sqrt(variance);
}

/* Terms from the mode outwards, relative to it: what is far too small becomes 0. */
static PlanStatus
fill_counts(const ForecastWork *work, const Counts *counts, int mode, PlanDemand *demand)
{
	demand->value[mode] = 1;
	for (int i = mode; i > 0; i--)
	{
		demand->value[i - 1] =
			demand->value[i] / ratio(counts, (double) (demand->first + i - 1));
		if (i % PATIENCE == 0 && forecast_is_interrupted(work))
			return PLAN_INTERRUPTED;
	}
	for (int i = mode; i < demand->count - 1; i++)
	{
		demand->value[i + 1] = demand->value[i] * ratio(counts, (double) (demand->first + i));
		if (i % PATIENCE == 0 && forecast_is_interrupted(work))
			return PLAN_INTERRUPTED;
	}
	finish_counts(demand);
	return PLAN_OK;
}

PlanStatus
plan_demand_counts(const ForecastWork *work, double mean, double variance, PlanDemand *demand)
{
	PlanDemand table = { .shape = PLAN_COUNTS, .count = 1 };
	Counts counts = counts_of(mean, variance);
	double mode = 0;
	double first = 0;
	double last = 0;

	if (!plan_is_amount(mean) || !plan_is_amount(variance))
		return PLAN_BAD_ARGUMENT;
	if (mean > 0)
	{
		/* Of the negative binomial (r - 1) (variance / mean - 1), and 0 where r is below 1. */
		mode = counts.poisson ? floor(mean) : fmax(floor(mean - counts.variance / mean + 1), 0);
		if (!(mode < (double) PLAN_WHOLE_MAX) || !find_range(&counts, mode, &first, &last))
			return PLAN_TOO_LARGE;
		table.first = (int64_t) first;
		table.count = (int) (last - first) + 1;
	}
	if (!allocate_tables(work, &table))
		return PLAN_NO_MEMORY;
	if (mean > 0)
	{
		PlanStatus status = fill_counts(work, &counts, (int) (mode - first), &table);

		if (status != PLAN_OK)
			return status;
	}
	else
	{
		table.value[0] = 1;
		finish_counts(&table);
	}
	*demand = table;
	return PLAN_OK;
}

PlanStatus
plan_demand_table(const ForecastWork *work, const double *probability, int count,
				  PlanDemand *demand)
{
	PlanDemand table = { .shape = PLAN_COUNTS, .count = count };
	double sum = 0;

	if (count < 1)
		return PLAN_BAD_ARGUMENT;
	if (count > PLAN_COUNTS_MAX)
		return PLAN_TOO_LARGE;
	for (int i = 0; i < count; i++)
	{
		if (!plan_is_amount(probability[i]))
			return PLAN_BAD_ARGUMENT;
		sum += probability[i];
	}
	if (!(sum > 0 && isfinite(sum)))
		return PLAN_BAD_ARGUMENT;
	if (!allocate_tables(work, &table))
		return PLAN_NO_MEMORY;
	memcpy(table.value, probability, (size_t) count * sizeof(double));
	finish_counts(&table);
	*demand = table;
	return PLAN_OK;
}

/* ---- samples ---- */

PlanStatus
plan_demand_sample(const ForecastWork *work, const double *value, int count, PlanDemand *demand)
{
	PlanDemand sample = { .shape = PLAN_SAMPLE, .count = count };
	double squares = 0;

	if (count < 1)
		return PLAN_BAD_ARGUMENT;
	if (count > PLAN_COUNTS_MAX)
		return PLAN_TOO_LARGE;
	for (int i = 0; i < count; i++)
	{
		if (!plan_is_amount(value[i]))
			return PLAN_BAD_ARGUMENT;
	}
	if (!allocate_tables(work, &sample))
		return PLAN_NO_MEMORY;
	memcpy(sample.value, value, (size_t) count * sizeof(double));
	qsort(sample.value, (size_t) count, sizeof(double), plan_compare_numbers);
	for (int i = 0; i < count; i++)
	{
		double from_mean = sample.value[i] - sample.mean;

		sample.below[i + 1] = sample.below[i] + sample.value[i];
		sample.mean += from_mean / (i + 1);
		squares += from_mean * (sample.value[i] - sample.mean);
	}
	sample.deviation = sqrt(squares / count);
	if (!isfinite(sample.below[count]) || !isfinite(sample.deviation))
		return PLAN_OVERFLOW;
	*demand = sample;
	return PLAN_OK;
}

/* How many values of a sample are at most x. */
static int
sample_reach(const PlanDemand *demand, double x)
{
	int low = 0;
	int high = demand->count;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (demand->value[middle] <= x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- questions ---- */

double
plan_demand_reach(const PlanDemand *demand, double x)
{
	double place = floor(x) - (double) demand->first;

	switch (demand->shape)
	{
		case PLAN_NORMAL:
			if (demand->deviation <= 0)
				return x >= demand->mean;
			return 1 - normal_tail((x - demand->mean) / demand->deviation);
		case PLAN_SAMPLE:
			return (double) sample_reach(demand, x) / demand->count;
		case PLAN_COUNTS:
			break;
	}
	if (place < 0)
		return 0;
	if (place >= demand->count - 1)
		return 1;
	return demand->below[(int) place + 1];
}

/* The least i for which below[i + 1] is level or more, rounding forgiven. */
static int
count_reaching(const PlanDemand *demand, double level)
{
	int low = 0;
	int high = demand->count - 1;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (demand->below[middle + 1] >= level - 1e-13)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

double
plan_demand_quantile(const PlanDemand *demand, double level)
{
	double place = ceil(level * demand->count - 1e-9) - 1;

	switch (demand->shape)
	{
		case PLAN_NORMAL:
			if (demand->deviation <= 0)
				return demand->mean;
			return demand->mean + forecast_normal_quantile(level) * demand->deviation;
		case PLAN_SAMPLE:
			return demand->value[(int) fmin(fmax(place, 0), demand->count - 1)];
		case PLAN_COUNTS:
			break;
	}
	return (double) (demand->first + count_reaching(demand, level));
}

static double
square(double x)
{
	return x * x;
}

/*
 * So many standard deviations from the mean demand is as good as known, and z may be too
 * large for its square.  A deviation of 0 is always so far, but for the mean itself.
 */
static bool
is_far(const PlanDemand *demand, double x)
{
	return !(fabs(x - demand->mean) <= 40 * demand->deviation) || demand->deviation <= 0;
}

static double
normal_loss(const PlanDemand *demand, double x)
{
	if (is_far(demand, x))
		return fmax(demand->mean - x, 0);
	return demand->deviation * plan_normal_loss((x - demand->mean) / demand->deviation);
}

static double
normal_loss2(const PlanDemand *demand, double x)
{
	if (is_far(demand, x))
		return x < demand->mean ? (square(demand->mean - x) + square(demand->deviation)) / 2 : 0;
	return square(demand->deviation) * plan_normal_loss2((x - demand->mean) / demand->deviation);
}

static double
sample_loss(const PlanDemand *demand, double x)
{
	int reach = sample_reach(demand, x);
	double above = demand->below[demand->count] - demand->below[reach];

	return fmax((above - (demand->count - reach) * x) / demand->count, 0);
}

/* Between whole numbers the loss is on the straight line between its values there. */
static double
counts_loss(const PlanDemand *demand, double x)
{
	double place = x - (double) demand->first;
	double part = place - floor(place);
	int i;

	if (place <= 0)
		return demand->mean - x;
	if (place >= demand->count - 1)
		return 0;
	i = (int) place;
	return demand->loss[i] + part * (demand->loss[i + 1] - demand->loss[i]);
}

double
plan_demand_loss(const PlanDemand *demand, double x)
{
	switch (demand->shape)
	{
		case PLAN_NORMAL:
			return normal_loss(demand, x);
		case PLAN_SAMPLE:
			return sample_loss(demand, x);
		case PLAN_COUNTS:
			break;
	}
	return counts_loss(demand, x);
}

/* A value v above x is missed by v - x - 1, v - x - 2 and so on down to 0. */
static double
sample_loss2(const PlanDemand *demand, double x)
{
	double sum = 0;

	for (int i = sample_reach(demand, x); i < demand->count; i++)
	{
		double above = demand->value[i] - x;
		double terms = ceil(above) - 1;

		sum += terms * above - terms * (terms + 1) / 2;
	}
	return sum / demand->count;
}

/* Below the table the loss is mean - x, summed over whole numbers. */
static double
counts_loss2(const PlanDemand *demand, double x)
{
	double place = floor(x) - (double) demand->first;

	if (place >= demand->count - 1)
		return 0;
	if (place >= 0)
		return demand->loss2[(int) place];
	return demand->loss2[0] - place * (demand->loss[0] + (-place - 1) / 2);
}

double
plan_demand_loss2(const PlanDemand *demand, double x)
{
	switch (demand->shape)
	{
		case PLAN_NORMAL:
			return normal_loss2(demand, x);
		case PLAN_SAMPLE:
			return sample_loss2(demand, x);
		case PLAN_COUNTS:
			break;
	}
	return counts_loss2(demand, x);
}
