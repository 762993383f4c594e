/*
 * conformal.c
 *	  Calibration of standard errors on backtests.
 *
 * A quantile of the scores themselves would want some 40 independent origins for a level of
 * .95, and most series have less history than that.  So the shape is normal and the scores
 * tell the scale alone: by the median over the origins of their mean size, which a break in
 * the history does not move as long as most origins lie on one side of it.  The scale is
 * drawn to a prior: few origins say little.
 */
#include "core/forecast/conformal.h"

#include <math.h>

#define SQRT_HALF 0.70710678118654752440
#define SQRT_2_PI 2.50662827463100050242

/* The tail's own logarithm is still a number here. */
#define TAIL_MIN 1e-300
#define STEPS_MAX 60

/* Mean size of a standard normal score. */
#define MEAN_SIZE 0.79788456080286535588

/* Origins that the prior counts as, being all that a backtest has. */
#define PRIOR_ORIGINS 8

/*
 * Theory takes estimated parameters for known ones.  An error of theirs is of the order of
 * 1 / sqrt(n), but a slope goes on with it for h steps; and of short series backtests are few
 * and overlap.  Together the standard error lacks this many n-ths of itself.
 */
#define ESTIMATION_COST 12

#define LEAST_SHARE 0.1

double
forecast_scores_least(double deviation)
{
	return isfinite(deviation) ? LEAST_SHARE * deviation : 0;
}

void
forecast_scores_add(ForecastScores *scores, double error, double deviation)
{
	double size = fabs(error) / (deviation < scores->least ? scores->least : deviation);
	int place = scores->origins;

	if (place < FORECAST_ORIGINS_MAX && isfinite(size))
		scores->mean[place] += (size - scores->mean[place]) / ++scores->count[place];
}

/* The mean sizes of origins that have any, ascending; how many these are. */
static int
sorted_sizes(const ForecastScores *scores, double size[FORECAST_ORIGINS_MAX])
{
	int count = 0;

	for (int i = 0; i < scores->origins && i < FORECAST_ORIGINS_MAX; i++)
	{
		int at = count;

		if (scores->count[i] == 0)
			continue;
		for (; at > 0 && size[at - 1] > scores->mean[i]; at--)
			size[at] = size[at - 1];
		size[at] = scores->mean[i];
		count++;
	}
	return count;
}

double
forecast_scores_stretch(const ForecastScores *scores, double prior, int known)
{
	double size[FORECAST_ORIGINS_MAX];
	int origins = sorted_sizes(scores, size);
	double scale = prior;

	if (origins > 0)
		scale = (size[(origins - 1) / 2] + size[origins / 2]) / 2 / MEAN_SIZE;
	scale = (PRIOR_ORIGINS * prior + origins * scale) / (PRIOR_ORIGINS + origins);
	return scale * (1 + (double) ESTIMATION_COST / (known > 1 ? known : 1));
}

/*
 * Newton's method on the logarithm of the tail, which is concave: from the left, where the
 * bound exp(-z^2 / 2) / 2 of the tail has its quantile, no step leads beyond it.
 */
double
forecast_normal_quantile(double level)
{
	double tail = fmin(level, 1 - level);
	double z;

	if (!(tail > 0))
		return NAN;
	/* The median of whatever is normal is its mean, to the last bit on any machine. */
	if (tail >= 0.5)
		return 0;
	tail = fmax(tail, TAIL_MIN);
	z = -sqrt(-2 * log(tail));
	for (int i = 0; i < STEPS_MAX; i++)
	{
		double reached = erfc(-z * SQRT_HALF) / 2;
		double slope = exp(-z * z / 2) / SQRT_2_PI;
		double step = reached / slope * log(reached / tail);

		z -= step;
		if (fabs(step) <= 1e-15 * fabs(z))
			break;
	}
	return level < 0.5 ? z : -z;
}
