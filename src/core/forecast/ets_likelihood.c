/*
 * ets_likelihood.c
 *	  The likelihood of exponential smoothing and its exact slopes, for all forms.
 *
 * The states move alike whatever the error is: with e the error, q = level + phi trend and
 * s the season, HKOS tables 2.2 and 2.3 give
 *	   level = q + alpha e / d,  trend = phi trend + beta e / d,  season = s + gamma e / c,
 * d = c = 1 with an additive season or none, d = s and c = q with a multiplicative one.
 * A missing value has the error 0 (its weight).
 *
 * The slopes of the states by every unknown follow the same recursion differentiated, one
 * row per state, so that a step costs a few operations per unknown.  Walks are written once
 * and compiled per form: trend, season and error are constants where they are called.
 */
#include "core/forecast/ets_likelihood.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

#define INLINE static inline __attribute__((always_inline))

/* A relative error needs means above this; values are below 1 in size. */
#define MEAN_MIN 1e-150

/* A product of means is taken to its logarithm before it leaves the range of doubles. */
#define PRODUCT_LOW 1e-100
#define PRODUCT_HIGH 1e100

/*
 * Every so many steps the caller may want to stop, and slopes below FADED are set to 0: they
 * change nothing, and processors are slow where they or their squares leave the range.
 */
#define STEPS_UNINTERRUPTED 128
#define FADED 1e-100

/* Rows of slopes that are added to the products at once. */
#define ROWS 8

/* Two doubles that are reckoned with at once, as every 64-bit machine can. */
typedef double Pair __attribute__((vector_size(2 * sizeof(double)), aligned(8), may_alias));

INLINE Pair *
pair(double *first)
{
	return (Pair *) first;
}

typedef struct EtsWalk
{
	double level;
	double trend;
	int position;
	double squares;	   /* of errors, or of relative errors */
	double product;	   /* of the means since the last logarithm */
	double logarithms; /* of the means */
	double mean_least;
} EtsWalk;

typedef struct EtsSlopeWalk
{
	double level[ETS_STRIDE_MAX];
	double trend[ETS_STRIDE_MAX];
	double relative[ETS_STRIDE_MAX]; /* sum of slopes of the mean over the mean */
	double row[ROWS][ETS_STRIDE_MAX];
	double product[ETS_STRIDE_MAX][ETS_STRIDE_MAX];
	int rows;
} EtsSlopeWalk;

typedef struct EtsStep
{
	double trend; /* before the step */
	double q;
	double season;
	double mean;
	double error;
	double relative;
} EtsStep;

void
forecast_ets_layout(EtsProblem *problem, ForecastEtsForm form)
{
	EtsLayout *layout = &problem->layout;
	bool trend = form.trend != FORECAST_TREND_NONE;
	bool season = form.season != FORECAST_SEASON_NONE;
	int count = 1;

	problem->form = form;
	layout->beta_share = trend ? count++ : -1;
	layout->gamma_share = season ? count++ : -1;
	layout->phi = form.trend == FORECAST_TREND_DAMPED ? count++ : -1;
	layout->level = count++;
	layout->trend = trend ? count++ : -1;
	layout->season = season && problem->season_estimated ? count : -1;
	layout->count = count + (layout->season >= 0 ? problem->period - 1 : 0);
	layout->stride = (layout->count + 1 + ETS_LANES - 1) / ETS_LANES * ETS_LANES;
}

/* The last first season makes their sum 0, or their mean 1. */
static void
unpack_season(const EtsProblem *problem, const double *x, double *season)
{
	int period = problem->period;
	double rest = problem->form.season == FORECAST_SEASON_ADDITIVE ? 0 : period;

	if (problem->layout.season < 0)
	{
		memcpy(season, problem->first_season[problem->form.season],
			   sizeof(double) * (size_t) period);
		return;
	}
	for (int i = 0; i < period - 1; i++)
	{
		season[i] = x[problem->layout.season + i];
		rest -= season[i];
	}
	season[period - 1] = rest;
}

void
forecast_ets_unpack(const EtsProblem *problem, const double *x, ForecastEts *model, double *season)
{
	const EtsLayout *layout = &problem->layout;
	double alpha = x[0];

	*model = (ForecastEts){ .form = problem->form, .alpha = alpha, .phi = 1 };
	model->exponent = problem->exponent;
	model->level = x[layout->level];
	if (layout->trend >= 0)
	{
		model->beta = ETS_ALPHA_MIN + x[layout->beta_share] * (alpha - ETS_ALPHA_MIN);
		model->trend = x[layout->trend];
	}
	if (layout->phi >= 0)
		model->phi = x[layout->phi];
	if (layout->gamma_share < 0)
		return;
	model->gamma = ETS_ALPHA_MIN + x[layout->gamma_share] * (ETS_ALPHA_MAX - alpha);
	model->period = problem->period;
	model->season = season;
	unpack_season(problem, x, season);
}

INLINE void
multiply(EtsWalk *walk, double mean)
{
	walk->product *= mean;
	if (walk->product < PRODUCT_LOW || walk->product > PRODUCT_HIGH)
	{
		walk->logarithms += log(walk->product);
		walk->product = 1;
	}
}

/* One step of the states; what the slopes need of it is returned. */
INLINE EtsStep
advance(EtsWalk *walk, double *season, const ForecastEts *model, double value, double weight,
		ForecastEtsError error, bool trend, ForecastSeasonForm kind)
{
	double damped = trend ? model->phi * walk->trend : 0;
	EtsStep step = { .trend = walk->trend, .q = walk->level + damped };
	double part;

	step.mean = step.q;
	if (kind != FORECAST_SEASON_NONE)
		step.season = season[walk->position];
	if (kind == FORECAST_SEASON_ADDITIVE)
		step.mean = step.q + step.season;
	if (kind == FORECAST_SEASON_MULTIPLICATIVE)
		step.mean = step.q * step.season;
	step.error = weight * (value - step.mean);
	part = kind == FORECAST_SEASON_MULTIPLICATIVE ? step.error / step.season : step.error;
	walk->level = step.q + model->alpha * part;
	if (trend)
		walk->trend = damped + model->beta * part;
	if (kind == FORECAST_SEASON_ADDITIVE)
		season[walk->position] = step.season + model->gamma * step.error;
	if (kind == FORECAST_SEASON_MULTIPLICATIVE)
		season[walk->position] = step.season + model->gamma * step.error / step.q;
	if (kind != FORECAST_SEASON_NONE)
		walk->position = walk->position + 1 == model->period ? 0 : walk->position + 1;
	if (error == FORECAST_ERROR_ADDITIVE)
	{
		walk->squares += step.error * step.error;
		return step;
	}
	/* The mean of a missing value is no part of the likelihood. */
	part = weight > 0 ? step.mean : 1;
	step.relative = step.error / part;
	walk->squares += step.relative * step.relative;
	walk->mean_least = part < walk->mean_least ? part : walk->mean_least;
	multiply(walk, part);
	return step;
}

/* Adds the rows' products with themselves: the lower triangle, in whole lanes. */
static void
add_products(EtsSlopeWalk *slopes, int columns)
{
	for (int i = 0; i < columns; i++)
	{
		for (int j = 0; j <= i; j += ETS_LANES)
		{
			Pair low = *pair(slopes->product[i] + j);
			Pair high = *pair(slopes->product[i] + j + 2);

			for (int r = 0; r < ROWS; r++)
			{
				double factor = slopes->row[r][i];

				low += factor * *pair(slopes->row[r] + j);
				high += factor * *pair(slopes->row[r] + j + 2);
			}
			*pair(slopes->product[i] + j) = low;
			*pair(slopes->product[i] + j + 2) = high;
		}
	}
	slopes->rows = 0;
}

/* What multiplies the slopes of q and of the season in those of the next states. */
typedef struct EtsSlopeFactors
{
	double level_q, level_season;
	double trend_q, trend_season;
	double season_q, season_season;
	double mean_q, mean_season;
	double row;		 /* the mean's slope in the residual's */
	double relative; /* and in that of its logarithm */
} EtsSlopeFactors;

INLINE EtsSlopeFactors
slope_factors(const ForecastEts *model, const EtsStep *step, double value, double weight,
			  ForecastEtsError error, ForecastSeasonForm kind)
{
	double of_season = 1;
	double of_q = 1;
	EtsSlopeFactors factors = { .mean_q = 1, .mean_season = 1, .row = -weight };

	if (kind == FORECAST_SEASON_MULTIPLICATIVE)
	{
		of_season = value / (step->season * step->season);
		of_q = value / (step->q * step->q);
		factors.mean_q = step->season;
		factors.mean_season = step->q;
	}
	factors.level_q = 1 - weight * model->alpha;
	factors.level_season = -weight * model->alpha * of_season;
	factors.trend_q = -weight * model->beta;
	factors.trend_season = -weight * model->beta * of_season;
	factors.season_q = -weight * model->gamma * of_q;
	factors.season_season = 1 - weight * model->gamma;
	if (error == FORECAST_ERROR_MULTIPLICATIVE)
	{
		factors.relative = weight / step->mean;
		factors.row = -factors.relative * (1 + step->relative);
	}
	return factors;
}

/* All slopes one step on, but for the smoothing parameters' direct influence. */
INLINE void
advance_rows(EtsSlopeWalk *slopes, double *season, int stride, double phi,
			 const EtsSlopeFactors *factors, ForecastEtsError error, bool trend,
			 ForecastSeasonForm kind)
{
	const EtsSlopeFactors f = *factors;

	for (int j = 0; j < stride; j += 2)
	{
		Pair q = *pair(slopes->level + j);
		Pair damped = { 0, 0 };
		Pair s = { 0, 0 };
		Pair mean;

		if (trend)
		{
			damped = phi * *pair(slopes->trend + j);
			q += damped;
		}
		mean = f.mean_q * q;
		if (kind != FORECAST_SEASON_NONE)
		{
			s = *pair(season + j);
			mean += f.mean_season * s;
			*pair(season + j) = f.season_q * q + f.season_season * s;
		}
		*pair(slopes->level + j) = f.level_q * q + f.level_season * s;
		if (trend)
			*pair(slopes->trend + j) = damped + f.trend_q * q + f.trend_season * s;
		*pair(slopes->row[slopes->rows] + j) = f.row * mean;
		if (error == FORECAST_ERROR_MULTIPLICATIVE)
			*pair(slopes->relative + j) += f.relative * mean;
	}
}

/* What the smoothing parameters do to the states in this step itself. */
INLINE void
add_direct(EtsSlopeWalk *slopes, double *season, const EtsLayout *layout,
		   const double *x, const EtsStep *step, bool trend, ForecastSeasonForm kind)
{
	bool ratio = kind == FORECAST_SEASON_MULTIPLICATIVE;
	double part = ratio ? step->error / step->season : step->error;

	slopes->level[0] += part;
	if (trend)
	{
		slopes->trend[0] += x[layout->beta_share] * part;
		slopes->trend[layout->beta_share] += (x[0] - ETS_ALPHA_MIN) * part;
		if (layout->phi >= 0)
			slopes->trend[layout->phi] += step->trend;
	}
	if (kind == FORECAST_SEASON_NONE)
		return;
	part = ratio ? step->error / step->q : step->error;
	season[0] -= x[layout->gamma_share] * part;
	season[layout->gamma_share] += (ETS_ALPHA_MAX - x[0]) * part;
}

/* A stretch of the series: one evaluation of the likelihood, interruptible between them. */
typedef struct EtsStretch
{
	const EtsProblem *problem;
	const ForecastEts *model;
	const double *x;
	int from;
	int to;
} EtsStretch;

INLINE void
walk_stretch(const EtsStretch *stretch, EtsWalk *walk, ForecastEtsError error, bool trend,
			 ForecastSeasonForm kind)
{
	const EtsProblem *problem = stretch->problem;
	/* Copies, which no store can change behind the compiler's back. */
	ForecastEts model = *stretch->model;
	EtsWalk own = *walk;

	for (int t = stretch->from; t < stretch->to; t++)
		advance(&own, problem->season, &model, problem->value[t], problem->weight[t], error,
				trend, kind);
	*walk = own;
}

INLINE void
slope_stretch(const EtsStretch *stretch, EtsWalk *walk, EtsSlopeWalk *slopes,
			  ForecastEtsError error, bool trend, ForecastSeasonForm kind)
{
	const EtsProblem *problem = stretch->problem;
	EtsLayout layout = problem->layout;
	ForecastEts model = *stretch->model;

	for (int t = stretch->from; t < stretch->to; t++)
	{
		double value = problem->value[t];
		double weight = problem->weight[t];
		double *season = kind == FORECAST_SEASON_NONE ?
							 NULL :
							 problem->season_slope + (size_t) walk->position * layout.stride;
		EtsStep step = advance(walk, problem->season, &model, value, weight, error, trend, kind);
		EtsSlopeFactors factors = slope_factors(&model, &step, value, weight, error, kind);

		if (trend && layout.phi >= 0)
			slopes->level[layout.phi] += step.trend;
		advance_rows(slopes, season, layout.stride, model.phi, &factors, error, trend, kind);
		add_direct(slopes, season, &layout, stretch->x, &step, trend, kind);
		slopes->row[slopes->rows][layout.count] =
			error == FORECAST_ERROR_ADDITIVE ? step.error : step.relative;
		if (++slopes->rows == ROWS)
			add_products(slopes, layout.count + 1);
	}
}

#define FOR_EACH_WALK(X) \
	X(ann, ADDITIVE, false, NONE) \
	X(aan, ADDITIVE, true, NONE) \
	X(ana, ADDITIVE, false, ADDITIVE) \
	X(aaa, ADDITIVE, true, ADDITIVE) \
	X(mnn, MULTIPLICATIVE, false, NONE) \
	X(man, MULTIPLICATIVE, true, NONE) \
	X(mna, MULTIPLICATIVE, false, ADDITIVE) \
	X(maa, MULTIPLICATIVE, true, ADDITIVE) \
	X(mnm, MULTIPLICATIVE, false, MULTIPLICATIVE) \
	X(mam, MULTIPLICATIVE, true, MULTIPLICATIVE)

#define DEFINE_WALK(name, error, trend, season) \
	static void walk_##name(const EtsStretch *stretch, EtsWalk *walk) \
	{ \
		walk_stretch(stretch, walk, FORECAST_ERROR_##error, trend, FORECAST_SEASON_##season); \
	} \
	static void slope_##name(const EtsStretch *stretch, EtsWalk *walk, EtsSlopeWalk *slopes) \
	{ \
		slope_stretch(stretch, walk, slopes, FORECAST_ERROR_##error, trend, \
					  FORECAST_SEASON_##season); \
	}
FOR_EACH_WALK(DEFINE_WALK)

typedef struct EtsWalker
{
	void (*walk)(const EtsStretch *stretch, EtsWalk *walk);
	void (*slope)(const EtsStretch *stretch, EtsWalk *walk, EtsSlopeWalk *slopes);
} EtsWalker;

#define LIST_WALK(name, error, trend, season) \
	[FORECAST_ERROR_##error][trend][FORECAST_SEASON_##season] = { walk_##name, slope_##name },

static const EtsWalker walkers[2][2][3] = { FOR_EACH_WALK(LIST_WALK) };

/* Slopes of the first states by themselves. */
static void
begin_slopes(const EtsProblem *problem, EtsSlopeWalk *slopes)
{
	const EtsLayout *layout = &problem->layout;

	memset(slopes, 0, sizeof(*slopes));
	slopes->level[layout->level] = 1;
	if (layout->trend >= 0)
		slopes->trend[layout->trend] = 1;
	if (layout->gamma_share < 0)
		return;
	memset(problem->season_slope, 0,
		   sizeof(double) * (size_t) problem->period * (size_t) layout->stride);
	for (int i = 0; layout->season >= 0 && i < problem->period - 1; i++)
	{
		int column = layout->season + i;

		problem->season_slope[(size_t) i * layout->stride + column] = 1;
		problem->season_slope[(size_t) (problem->period - 1) * layout->stride + column] = -1;
	}
}

/* The first states fade from the slopes; those of seasons move too slowly to matter. */
static void
drop_faded(EtsSlopeWalk *slopes, int stride)
{
	for (int j = 0; j < stride; j++)
	{
		if (fabs(slopes->level[j]) < FADED)
			slopes->level[j] = 0;
		if (fabs(slopes->trend[j]) < FADED)
			slopes->trend[j] = 0;
	}
}

/*
 * With a the slopes of the relative errors e and u those of the means' logarithms, mean m
 * over the series, the residuals g e have the slopes g (a + e m), g being exp(log mean).
 */
static void
finish_slopes(const EtsProblem *problem, EtsSlopeWalk *slopes, double scale, double squares,
			  ForecastSlopes *result)
{
	int count = problem->layout.count;

	memset(slopes->row[slopes->rows], 0,
		   sizeof(slopes->row[0]) * (size_t) (ROWS - slopes->rows));
	add_products(slopes, count + 1);
	for (int i = 0; i < count; i++)
	{
		const double *error = slopes->product[count];
		double mean = slopes->relative[i] / problem->known;

		for (int j = 0; j <= i; j++)
		{
			double other = slopes->relative[j] / problem->known;

			result->product[i][j] = scale * (slopes->product[i][j] + error[i] * other +
											 mean * error[j] + squares * mean * other);
		}
		result->gradient[i] = scale * (error[i] + squares * mean);
	}
}

/* Seasons that are factors must be above 0; the last one is only known now. */
static bool
seasons_allowed(const EtsProblem *problem)
{
	return problem->form.season != FORECAST_SEASON_MULTIPLICATIVE ||
		   problem->season[problem->period - 1] > 0;
}

/* g squared of finish_slopes; 1 for additive errors, whose walk collects no means. */
static double
likelihood_scale(const EtsProblem *problem, const EtsWalk *walk)
{
	double logarithm = walk->logarithms + log(walk->product);

	if (problem->form.error == FORECAST_ERROR_ADDITIVE)
		return 1;
	if (!(walk->mean_least > MEAN_MIN))
		return NAN;
	return exp(2 * (logarithm / problem->known - problem->log_mean));
}

ForecastStatus
forecast_ets_evaluate(void *context, const double *x, double *objective, ForecastSlopes *slopes)
{
	const EtsProblem *problem = context;
	ForecastEtsForm form = problem->form;
	const EtsWalker *walker =
		&walkers[form.error][form.trend != FORECAST_TREND_NONE][form.season];
	ForecastEts model;
	EtsStretch stretch = { .problem = problem, .model = &model, .x = x };
	EtsSlopeWalk slope_walk;
	EtsWalk walk = { .product = 1, .mean_least = 1 };
	double scale;

	*objective = NAN;
	forecast_ets_unpack(problem, x, &model, problem->season);
	if (!seasons_allowed(problem) || !forecast_ets_admissible(&model))
		return FORECAST_OK;
	walk.level = model.level;
	walk.trend = model.trend;
	if (slopes != NULL)
		begin_slopes(problem, &slope_walk);
	for (; stretch.from < problem->n; stretch.from = stretch.to)
	{
		stretch.to = stretch.from + STEPS_UNINTERRUPTED < problem->n ?
						 stretch.from + STEPS_UNINTERRUPTED :
						 problem->n;
		if (forecast_is_interrupted(problem->work))
			return FORECAST_INTERRUPTED;
		if (slopes == NULL)
			walker->walk(&stretch, &walk);
		else
		{
			walker->slope(&stretch, &walk, &slope_walk);
			drop_faded(&slope_walk, problem->layout.stride);
		}
	}
	scale = likelihood_scale(problem, &walk);
	*objective = scale * walk.squares;
	if (slopes != NULL)
		finish_slopes(problem, &slope_walk, scale, walk.squares, slopes);
	return FORECAST_OK;
}
