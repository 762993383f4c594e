/*
 * demand.c
 *	  The distribution of what is asked for during a lead time.
 *
 * Occurrence.  Each pace is the probability of Teunter, Syntetos & Babai (2011), equation 1,
 * with a constant of its own.  Which constant suits is not known and few values tell, so the
 * paces are weighed by the likelihood of what came (Raftery, Madigan & Hoeting 1997, Journal
 * of the American Statistical Association 92, 179).  The probability is uncertain as after
 * as many periods as the pace remembers: demands in a lead time are beta-binomial.
 *
 * Size.  Resampled from the newest demands with the weights of simple exponential smoothing
 * (after Willemain, Smart & Schwarz 2004, IJF 20, 375, whose jitter of each size would raise
 * the mean of small ones).  Few demands do not tell their mean: each draw has its own level
 * of sizes, by the standard error of that mean.
 *
 * End.  An item seen to sell for n periods goes on for i more with the probability n/(n+i):
 * the posterior of a constant risk to end of which nothing was known (Fader, Hardie & Shang
 * 2010, Marketing Science 29, 1086, have the dropout of their model so).  Without it every
 * method that ends with a level is too high on stocks of spare parts.
 */
#include "core/forecast/demand.h"

#include <math.h>
#include <stdlib.h>

#include "core/forecast/series.h"

static const double pace[FORECAST_DEMAND_PACES] = { .02, .05, .1, .15, .25 };

/* No pace is ever certain: one surprise would end it. */
#define PROBABILITY_MIN 0.005

#define SIZE_ALPHA 0.07

/* Periods that count as seen before the first demand, that a new item is not written off. */
#define AGE_PRIOR 8

/* Of sizes that vary more than this tells, the sample holds the variety itself. */
#define LEVEL_ERROR_MAX 0.1

/* So many that chance moves the loss of a quantile by less than methods differ in it. */
#define DRAWS 8192

#define UPDATES_UNASKED 1024

/* ---- the model ---- */

static double
bounded(double probability)
{
	return fmin(fmax(probability, PROBABILITY_MIN), 1 - PROBABILITY_MIN);
}

void
forecast_demand_update(ForecastDemand *model, double value)
{
	bool demand = value > 0;

	if (isnan(value))
		return;
	for (int i = 0; i < FORECAST_DEMAND_PACES; i++)
	{
		double foreseen = bounded(model->probability[i]);

		model->log_weight[i] += log(demand ? foreseen : 1 - foreseen);
		model->probability[i] += pace[i] * (demand - model->probability[i]);
	}
	if (demand)
	{
		model->size[model->next] = value;
		model->next = (model->next + 1) % FORECAST_DEMAND_SIZES;
		if (model->sizes < FORECAST_DEMAND_SIZES)
			model->sizes++;
		model->whole = model->whole && value == floor(value);
	}
	if (model->sizes > 0)
		model->age++;
}

/* All paces start from the share of periods with demand, half a demand either way added. */
ForecastStatus
forecast_demand_fit(const ForecastWork *work, const ForecastSeries *series,
					const ForecastDemandOptions *options, ForecastDemand *model)
{
	ForecastStatus status = forecast_series_check(series);
	int known = 0;
	int demands = 0;

	*model = (ForecastDemand){ .may_end = options->may_end, .whole = true };
	if (status != FORECAST_OK)
		return status;
	for (int t = 0; t < series->n; t++)
	{
		if (series->value[t] < 0)
			return FORECAST_BAD_ARGUMENT;
		known += !isnan(series->value[t]);
		demands += series->value[t] > 0;
	}
	if (known == 0)
		return FORECAST_TOO_SHORT;
	for (int i = 0; i < FORECAST_DEMAND_PACES; i++)
		model->probability[i] = demands > 0 ? (demands + 0.5) / (known + 1) : 0;
	for (int t = 0; t < series->n; t++)
	{
		forecast_demand_update(model, series->value[t]);
		if (t % UPDATES_UNASKED == UPDATES_UNASKED - 1 && forecast_is_interrupted(work))
			return FORECAST_INTERRUPTED;
	}
	return FORECAST_OK;
}

static void
weights(const ForecastDemand *model, double *weight)
{
	double best = model->log_weight[0];
	double sum = 0;

	for (int i = 1; i < FORECAST_DEMAND_PACES; i++)
		best = fmax(best, model->log_weight[i]);
	for (int i = 0; i < FORECAST_DEMAND_PACES; i++)
		sum += weight[i] = exp(model->log_weight[i] - best);
	for (int i = 0; i < FORECAST_DEMAND_PACES; i++)
		weight[i] /= sum;
}

static double
mixed_probability(const ForecastDemand *model)
{
	double weight[FORECAST_DEMAND_PACES];
	double probability = 0;

	weights(model, weight);
	for (int i = 0; i < FORECAST_DEMAND_PACES; i++)
		probability += weight[i] * model->probability[i];
	return probability;
}

/* Probability that the item still sells i periods from now. */
static double
survival(const ForecastDemand *model, int i)
{
	double seen = model->age + AGE_PRIOR;

	return model->may_end ? seen / (seen + i) : 1;
}

/* The i-th newest size, 0 being the newest. */
static double
size_at(const ForecastDemand *model, int i)
{
	return model->size[(model->next + 2 * FORECAST_DEMAND_SIZES - 1 - i) % FORECAST_DEMAND_SIZES];
}

/* Weighted moments of the sizes, and as how many values their mean counts (Kish 1965). */
typedef struct Sizes
{
	double mean;
	double variance;
	double effective;
} Sizes;

static Sizes
sizes_of(const ForecastDemand *model)
{
	Sizes sizes = { 0 };
	double weight = 1;
	double sum = 0;
	double squares = 0;

	for (int i = 0; i < model->sizes; i++, weight *= 1 - SIZE_ALPHA)
	{
		double from_mean = size_at(model, i) - sizes.mean;

		sum += weight;
		squares += weight * weight;
		sizes.mean += from_mean * weight / sum;
		sizes.variance +=
			weight / sum * (from_mean * (size_at(model, i) - sizes.mean) - sizes.variance);
	}
	if (model->sizes > 0)
		sizes.effective = sum * sum / squares;
	return sizes;
}

ForecastStatus
forecast_demand_predict(const ForecastDemand *model, int h, double *mean, double *variance)
{
	double probability = mixed_probability(model);
	Sizes sizes = sizes_of(model);

	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	for (int i = 0; i < h; i++)
	{
		double chance = probability * survival(model, i + 1);

		mean[i] = chance * sizes.mean;
		variance[i] = chance * (sizes.variance + (1 - chance) * sizes.mean * sizes.mean);
	}
	return forecast_finish(h, mean, variance);
}

/* ---- how many periods have demand ---- */

/* Adds to pmf[0..n] the beta-binomial of n periods, times weight. */
static void
add_beta_binomial(int n, double a, double b, double weight, double *pmf)
{
	double log_term = lgamma(n + b) - lgamma(n + a + b) - lgamma(b) + lgamma(a + b);

	for (int k = 0; k <= n; k++)
	{
		pmf[k] += weight * exp(log_term);
		if (k < n)
			log_term += log((n - k) * (k + a) / ((k + 1) * (n - k - 1 + b)));
	}
}

/* A pace p remembers (2 - p) / p periods: the variance of its mean is as of so many. */
static void
add_paces(const ForecastDemand *model, int periods, double weight, double *pmf)
{
	double of_pace[FORECAST_DEMAND_PACES];

	weights(model, of_pace);
	for (int i = 0; i < FORECAST_DEMAND_PACES; i++)
	{
		double memory = fmin((2 - pace[i]) / pace[i], model->age + 1);
		double probability = bounded(model->probability[i]);

		add_beta_binomial(periods, probability * memory, (1 - probability) * memory,
						  weight * of_pace[i], pmf);
	}
}

/* The end, if it comes, is taken at a few points: a shorter time in between is alike. */
static bool
count_distribution(const ForecastWork *work, const ForecastDemand *model, int periods,
				   double *pmf)
{
	int step = (periods + 15) / 16;

	for (int end = periods; end > 0; end -= step)
	{
		int start = end > step ? end - step : 0;
		double stays = end == periods ? survival(model, end) : 0;
		double ends = survival(model, start) - survival(model, end);

		if (stays > 0)
			add_paces(model, end, stays, pmf);
		if (ends > 0)
			add_paces(model, (start + end) / 2, ends, pmf);
		if (forecast_is_interrupted(work))
			return false;
	}
	return true;
}

/* ---- how much ---- */

/* xorshift64* (Vigna 2016, ACM Transactions on Mathematical Software 42, 30): 0 to below 1. */
static double
uniform(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (double) ((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 11) / 9007199254740992.0;
}

/* Sum of twelve: near enough to a normal deviate, and without its tails. */
static double
deviate(uint64_t *state)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform(state);
	return sum;
}

/* One size, cumulative holding the weights. */
static double
draw_size(const ForecastDemand *model, const double *cumulative, uint64_t *state)
{
	double place = uniform(state) * cumulative[model->sizes - 1];
	int i = 0;

	while (i < model->sizes - 1 && cumulative[i] < place)
		i++;
	return size_at(model, i);
}

static int
compare_numbers(const void *a, const void *b)
{
	double left = *(const double *) a;
	double right = *(const double *) b;

	return (left > right) - (left < right);
}

/* Relative standard error of the mean size, as far as it is believed. */
static double
level_error(const Sizes *sizes)
{
	if (!(sizes->mean > 0))
		return 0;
	return fmin(sqrt(sizes->variance / sizes->effective) / sizes->mean, LEVEL_ERROR_MAX);
}

/* The counts are taken evenly from their distribution, the sizes by chance. */
static bool
simulate(const ForecastWork *work, const ForecastDemand *model, const double *pmf, int periods,
		 double *total)
{
	double cumulative[FORECAST_DEMAND_SIZES];
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	Sizes sizes = sizes_of(model);
	double error = level_error(&sizes);
	double weight = 1;
	double reached = pmf[0];
	int demands = 0;
	int zeros = 0;

	for (int i = 0; i < model->sizes; i++, weight *= 1 - SIZE_ALPHA)
		cumulative[i] = (i > 0 ? cumulative[i - 1] : 0) + weight;
	for (int draw = 0; draw < DRAWS; draw++)
	{
		double level;

		if (draw % 64 == 63 && forecast_is_interrupted(work))
			return false;
		while (demands < periods && reached < (draw + 0.5) / DRAWS)
			reached += pmf[++demands];
		total[draw] = 0;
		zeros += demands == 0;
		if (demands == 0)
			continue;
		level = 1 + error * deviate(&state);
		for (int i = 0; i < demands; i++)
			total[draw] += level * draw_size(model, cumulative, &state);
		if (model->whole)
			total[draw] = round(total[draw]);
	}
	/* The counts ascend: draws without demand are the first and the least. */
	qsort(total + zeros, (size_t) (DRAWS - zeros), sizeof(double), compare_numbers);
	return true;
}

ForecastStatus
forecast_demand_lead_time(const ForecastWork *work, const ForecastDemand *model, int periods,
						  const double *level, int count, double *quantile)
{
	double *pmf;
	double *total;

	if (periods < 1 || periods > FORECAST_LEAD_TIME_MAX)
		return FORECAST_BAD_ARGUMENT;
	for (int i = 0; i < count; i++)
	{
		if (!(level[i] > 0 && level[i] < 1))
			return FORECAST_BAD_ARGUMENT;
	}
	pmf = forecast_numbers(work, (size_t) periods + 1);
	total = forecast_numbers(work, DRAWS);
	if (pmf == NULL || total == NULL)
		return FORECAST_NO_MEMORY;
	/* Of an item that was never asked for all draws are the zeros that total holds. */
	if (model->sizes > 0)
	{
		if (!count_distribution(work, model, periods, pmf) ||
			!simulate(work, model, pmf, periods, total))
			return FORECAST_INTERRUPTED;
	}
	for (int i = 0; i < count; i++)
	{
		quantile[i] = total[(int) ceil(level[i] * DRAWS) - 1];
		if (!isfinite(quantile[i]))
			return FORECAST_NOT_FITTED;
	}
	return FORECAST_OK;
}

/* ---- a distribution by its moments ---- */

/* Terms are summed up to here; beyond, the count is large and the normal quantile serves. */
#define TERMS_MAX 100000

/* Bowling et al. (2009), Journal of Industrial Engineering and Management 2, 114. */
static double
normal_quantile(double level)
{
	return (log(level) - log1p(-level)) / 1.702;
}

double
forecast_negative_binomial_quantile(double mean, double variance, double level)
{
	bool poisson = !(variance > mean * (1 + 1e-9));
	double shape = poisson ? 0 : mean * mean / (variance - mean);
	double log_term = poisson ? -mean : shape * log(mean / variance);
	double log_ratio = poisson ? log(mean) : log1p(-mean / variance);
	double reached = 0;

	if (!(mean > 0) || !(level > 0 && level < 1) || !isfinite(mean))
		return mean == 0 ? 0 : NAN;
	for (int k = 0; k < TERMS_MAX; k++)
	{
		reached += exp(log_term);
		if (reached >= level)
			return k;
		log_term += log_ratio + (poisson ? 0 : log(shape + k)) - log1p(k);
	}
	return fmax(mean + normal_quantile(level) * sqrt(fmax(variance, mean)), 0);
}
