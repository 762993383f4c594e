/*
 * ets_variance.c
 *	  Means and variances of forecasts by exponential smoothing, exact for all three classes
 *	  of forms, given the parameters: HKOS chapter 6, first in R. J. Hyndman, A. B. Koehler,
 *	  J. K. Ord & R. D. Snyder, Prediction intervals for exponential smoothing using two new
 *	  classes of state space models, Journal of Forecasting 24 (2005).
 */
#include <math.h>

#include "core/forecast/ets.h"
#include "core/forecast/series.h"

/* Steps between two questions whether to stop; of class 2, whose steps are long, every one. */
#define STEPS_UNASKED 1024

static bool
stops(const ForecastWork *work, int step)
{
	return step % STEPS_UNASKED == STEPS_UNASKED - 1 && forecast_is_interrupted(work);
}

static double
season_at(const ForecastEts *model, int step)
{
	return model->season[(model->position + step) % model->period];
}

/* Means where they are linear in the states: HKOS chapter 6.  False where it was stopped. */
static bool
linear_means(const ForecastWork *work, const ForecastEts *model, int h, double *mean)
{
	double power = 1;
	double level = model->level;

	for (int i = 0; i < h; i++)
	{
		power *= model->phi;
		level += power * model->trend;
		mean[i] = level;
		if (model->form.season == FORECAST_SEASON_ADDITIVE)
			mean[i] += season_at(model, i);
		if (stops(work, i))
			return false;
	}
	return true;
}

/* How an error moves the mean j steps later, c_j of HKOS chapter 6; j runs from 1. */
typedef struct EtsWeight
{
	int j;
	double power;
	double value; /* without the season */
} EtsWeight;

static double
next_weight(const ForecastEts *model, EtsWeight *weight)
{
	weight->j++;
	weight->power *= model->phi;
	weight->value += model->beta * weight->power;
	if (model->period > 0 && weight->j % model->period == 0)
		return weight->value + model->gamma;
	return weight->value;
}

static EtsWeight
first_weight(const ForecastEts *model)
{
	return (EtsWeight){ .power = 1, .value = model->alpha };
}

/* Class 1, additive errors: v_h = sigma2 (1 + sum of c_j^2, j < h). */
static bool
class_1(const ForecastWork *work, const ForecastEts *model, int h, double *variance)
{
	EtsWeight weight = first_weight(model);
	double sum = 1;

	for (int i = 0; i < h; i++)
	{
		double c;

		variance[i] = model->sigma2 * sum;
		c = next_weight(model, &weight);
		sum += c * c;
		if (stops(work, i))
			return false;
	}
	return true;
}

/*
 * Class 2, multiplicative errors on additive states: v_h = (1 + sigma2) theta_h - mu_h^2,
 * theta_h = mu_h^2 + sigma2 sum of c_j^2 theta_{h-j}.  What theta has above mu^2 is kept
 * where the variances will be: their difference would lose its digits where sigma2 is small.
 */
static bool
class_2(const ForecastWork *work, const ForecastEts *model, int h, const double *mean,
		double *variance)
{
	double v = model->sigma2;

	for (int i = 0; i < h; i++)
	{
		EtsWeight weight = first_weight(model);
		double sum = 0;

		for (int j = 1; j <= i; j++)
		{
			double c = next_weight(model, &weight);

			sum += c * c * (mean[i - j] * mean[i - j] + variance[i - j]);
		}
		variance[i] = v * sum;
		if (i >= STEPS_UNASKED && forecast_is_interrupted(work))
			return false;
	}
	for (int i = 0; i < h; i++)
		variance[i] = variance[i] * (1 + v) + v * mean[i] * mean[i];
	return true;
}

/*
 * Level and trend times the factors 1 + gamma e that their own errors e have put on one
 * season: means, and the mean products of the same (with the factors squared) above the
 * products of the means.
 */
typedef struct EtsMoments
{
	double level;
	double trend;
	double level_level;
	double level_trend;
	double trend_trend;
} EtsMoments;

/*
 * One step.  With q = level + phi trend and d = phi trend the states become q (1 + alpha e)
 * and d + beta q e, and the season's factor grows by g = 1 + gamma e, gamma being 0 where
 * the step is of another season.  e is normal, so e^2 and e^4 have the means v and 3 v^2.
 * The first terms are products above those of the means that were there, with the mean of
 * g^2 (1 + alpha e)^2 and so on; the second ones come from the means themselves.
 */
static void
moments_step(EtsMoments *moments, const ForecastEts *model, double gamma)
{
	double alpha = model->alpha;
	double beta = model->beta;
	double phi = model->phi;
	double v = model->sigma2;
	double w = v * v * gamma * gamma;
	double d = phi * moments->trend;
	double q = moments->level + d;
	double dd = phi * phi * moments->trend_trend;
	double qd = phi * moments->level_trend + dd;
	double qq = moments->level_level + 2 * phi * moments->level_trend + dd;

	moments->level_level =
		qq * (1 + v * (alpha * alpha + gamma * gamma + 4 * alpha * gamma) +
			  3 * w * alpha * alpha) +
		q * q * (v * (alpha + gamma) * (alpha + gamma) + 2 * w * alpha * alpha);
	moments->level_trend = qd * (1 + v * (gamma * gamma + 2 * alpha * gamma)) +
						   qq * beta * (v * (2 * gamma + alpha) + 3 * w * alpha) +
						   q * d * v * gamma * (gamma + alpha) +
						   q * q * beta * (v * (gamma + alpha) + 2 * w * alpha);
	moments->trend_trend = dd * (1 + v * gamma * gamma) + qd * 4 * beta * gamma * v +
						   qq * beta * beta * (v + 3 * w) + d * d * v * gamma * gamma +
						   q * d * 2 * beta * gamma * v + q * q * beta * beta * (v + 2 * w);
	moments->level = q * (1 + alpha * gamma * v);
	moments->trend = d + beta * gamma * v * q;
}

/* The moments of the next step, its seasonal factor being season. */
static void
moments_ahead(const EtsMoments *m, const ForecastEts *model, double season, double *mean,
			  double *variance)
{
	double phi = model->phi;
	double v = model->sigma2;
	double above = m->level_level + 2 * phi * m->level_trend + phi * phi * m->trend_trend;

	*mean = season * (m->level + phi * m->trend);
	*variance = season * season * above * (1 + v) + v * *mean * *mean;
}

/* Class 2 without a season: the same moments, in as many steps as are to be forecast. */
static bool
class_2_plain(const ForecastWork *work, const ForecastEts *model, int h, double *mean,
			  double *variance)
{
	EtsMoments m = { .level = model->level, .trend = model->trend };

	for (int i = 0; i < h; i++)
	{
		moments_ahead(&m, model, 1, &mean[i], &variance[i]);
		moments_step(&m, model, 0);
		if (stops(work, i))
			return false;
	}
	return true;
}

/*
 * Class 3, multiplicative season.  HKOS chapter 6 gets means and variances from the
 * moments of the product of two state vectors; the season of one step meets errors only in
 * the steps of its own place in the period, so that per place the moments of level and
 * trend suffice, exactly.
 */
static bool
class_3(const ForecastWork *work, const ForecastEts *model, int h, double *mean,
		double *variance)
{
	for (int place = 0; place < model->period && place < h; place++)
	{
		double season = season_at(model, place);
		EtsMoments m = { .level = model->level, .trend = model->trend };

		for (int i = 0; i < h; i++)
		{
			bool own = i % model->period == place;

			if (own)
				moments_ahead(&m, model, season, &mean[i], &variance[i]);
			moments_step(&m, model, own ? model->gamma : 0);
			if (stops(work, i))
				return false;
		}
	}
	return true;
}

static bool
predict_class(const ForecastWork *work, const ForecastEts *model, int h, double *mean,
			  double *variance)
{
	if (model->form.season == FORECAST_SEASON_MULTIPLICATIVE)
		return class_3(work, model, h, mean, variance);
	if (model->form.error == FORECAST_ERROR_ADDITIVE)
		return linear_means(work, model, h, mean) && class_1(work, model, h, variance);
	if (model->form.season == FORECAST_SEASON_NONE)
		return class_2_plain(work, model, h, mean, variance);
	return linear_means(work, model, h, mean) && class_2(work, model, h, mean, variance);
}

ForecastStatus
forecast_ets_predict(const ForecastWork *work, const ForecastEts *model, int h, double *mean,
					 double *variance)
{
	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	if (!predict_class(work, model, h, mean, variance))
		return FORECAST_INTERRUPTED;
	return forecast_finish_scaled(h, model->exponent, mean, variance);
}
