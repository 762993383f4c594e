/*
 * theta.c
 *	  The Theta method, by one recursion for its three forms.
 *
 * Fiorucci et al. (2016) write the one-step expectation of their models as level +
 * (1 - 1/theta) line, where line = (1-alpha)^(t-1) A + (1 - (1-alpha)^t) / alpha B.  Of a
 * line that stays, the part of A is a multiple of what the first level adds, so without
 * loss line starts from 0 and follows line = (1-alpha) line + B; theta = 2 then is simple
 * exponential smoothing with half the slope as drift, which is the result of Hyndman &
 * Billah (2003).
 *
 * With alpha given the errors are linear in the first level and in weight = 1 - 1/theta:
 * both are a regression of two columns, and only alpha is searched for.
 *
 * A missing value is taken as expected; what it does to the level is linear too.
 */
#include "core/forecast/theta.h"

#include <math.h>

#include "core/forecast/series.h"

/* Below .1 a level that hardly moves would let the line of the optimised forms do its work. */
#define ALPHA_MIN 1e-4
#define ALPHA_MIN_OPTIMISED 0.1
#define ALPHA_MAX 0.9999
#define ALPHA_TOLERANCE 1e-5
#define STANDARD_WEIGHT 0.5

/* What is left of a first state is nothing from here on: the least numbers are slow. */
#define FADED 1e-100

/* Values between two questions whether to stop. */
#define STRIDE 16384
#define GOLDEN 0.61803398874989485

/* What is estimated from: values from the first known one on, around their center. */
typedef struct Data
{
	const ForecastWork *work;
	ForecastThetaKind kind;
	const double *value;
	int n;
	int known;
	double slope;	   /* of the straight line through all */
	double *intercept; /* of the lines through the first t values; NULL where one stays */
	double *slopes;
} Data;

/* The regression of the errors on the first level and on the weight. */
typedef struct Fit
{
	double level;
	double weight;
	double squares;
} Fit;

/* Sums of products: r is the value without the parts of level l and of weight w. */
typedef struct Sums
{
	double rr, rl, rw, ll, lw, ww;
} Sums;

static double
squares_at(const Sums *sums, double level, double weight)
{
	double squares = sums->rr - 2 * (level * sums->rl + weight * sums->rw) +
					 level * level * sums->ll + 2 * level * weight * sums->lw +
					 weight * weight * sums->ww;

	return fmax(squares, 0);
}

static Fit
fit_with_weight(const Sums *sums, double weight)
{
	double level = sums->ll > 0 ? (sums->rl - weight * sums->lw) / sums->ll : 0;

	return (Fit){ level, weight, squares_at(sums, level, weight) };
}

/* theta >= 1 is weight from 0 to 1. */
static Fit
fit_both(const Sums *sums)
{
	double determinant = sums->ll * sums->ww - sums->lw * sums->lw;
	double weight = (sums->ll * sums->rw - sums->lw * sums->rl) / determinant;

	/* Where both columns are one, the drift has nothing of its own to say. */
	if (!(determinant > 1e-12 * sums->ll * sums->ww))
		weight = 0;
	return fit_with_weight(sums, fmin(fmax(weight, 0), 1));
}

static double
line_of(double alpha, double decay, double intercept, double slope)
{
	return decay * intercept + (1 - decay * (1 - alpha)) / alpha * slope;
}

/* A line through less than two values is none: the dynamic form begins at the third. */
static bool
estimates_from(const Data *data, int t)
{
	return data->kind != FORECAST_THETA_DYNAMIC || t >= 2;
}

static double
faded(double part)
{
	return fabs(part) < FADED ? 0 : part;
}

/* The level before each value is base + level * first + weight * shift. */
static Sums
sums_at(const Data *data, double alpha)
{
	Sums sums = { 0 };
	double base = 0;
	double first = 1;
	double shift = 0;
	double decay = 1;
	double line = 0;

	for (int t = 0; t < data->n; t++)
	{
		double value = data->value[t];
		double rest = value - base;
		double column = 0;

		if (data->intercept != NULL)
			line = line_of(alpha, decay, data->intercept[t], data->slopes[t]);
		column = shift + line;
		if (!isnan(value) && estimates_from(data, t))
		{
			sums.rr += rest * rest;
			sums.rl += rest * first;
			sums.rw += rest * column;
			sums.ll += first * first;
			sums.lw += first * column;
			sums.ww += column * column;
		}
		if (!isnan(value))
		{
			base += alpha * rest;
			first = faded(first * (1 - alpha));
			shift = faded(shift * (1 - alpha));
		}
		else
			shift += alpha * line;
		line = (1 - alpha) * line + data->slope;
		decay = faded(decay * (1 - alpha));
	}
	return sums;
}

/* The standard form takes alpha from smoothing without the line. */
static Fit
fit_at(const Data *data, double alpha)
{
	Sums sums = sums_at(data, alpha);

	return data->kind == FORECAST_THETA_STANDARD ? fit_with_weight(&sums, 0) : fit_both(&sums);
}

/* Golden section between low and high (Kiefer 1953). */
static double
narrow(const Data *data, double low, double high)
{
	double left = high - GOLDEN * (high - low);
	double right = low + GOLDEN * (high - low);
	double at_left = fit_at(data, left).squares;
	double at_right = fit_at(data, right).squares;

	while (high - low > ALPHA_TOLERANCE)
	{
		if (at_left <= at_right)
		{
			high = right;
			right = left;
			at_right = at_left;
			left = high - GOLDEN * (high - low);
			at_left = fit_at(data, left).squares;
		}
		else
		{
			low = left;
			left = right;
			at_left = at_right;
			right = low + GOLDEN * (high - low);
			at_right = fit_at(data, right).squares;
		}
		if (forecast_is_interrupted(data->work))
			break;
	}
	return (low + high) / 2;
}

/* The squares can have several valleys: a grid finds the deepest, ends included. */
static ForecastStatus
best_alpha(const Data *data, double *alpha)
{
	static const double grid[] = { ALPHA_MIN, .02, .05, .1, .15, .2, .3, .4, .5,
								   .6, .7, .8, .9, .97, ALPHA_MAX };
	const int last = (int) (sizeof(grid) / sizeof(grid[0])) - 1;
	double least = INFINITY;
	int first = 0;
	int best = 0;

	while (data->kind != FORECAST_THETA_STANDARD && grid[first] < ALPHA_MIN_OPTIMISED)
		first++;
	for (int i = first; i <= last; i++)
	{
		double squares = fit_at(data, grid[i]).squares;

		if (squares < least)
		{
			least = squares;
			best = i;
		}
		if (forecast_is_interrupted(data->work))
			return FORECAST_INTERRUPTED;
	}
	*alpha = narrow(data, grid[best > first ? best - 1 : first],
					grid[best < last ? best + 1 : last]);
	if (fit_at(data, *alpha).squares > least)
		*alpha = grid[best];
	return forecast_is_interrupted(data->work) ? FORECAST_INTERRUPTED : FORECAST_OK;
}

/* Least squares over the known values. */
static double
slope_through(const double *value, int n)
{
	double count = 0;
	double mean_t = 0;
	double mean = 0;
	double tt = 0;
	double ty = 0;

	for (int t = 0; t < n; t++)
	{
		double from_mean = t - mean_t;

		if (isnan(value[t]))
			continue;
		count++;
		mean_t += from_mean / count;
		mean += (value[t] - mean) / count;
		tt += from_mean * (t - mean_t);
		ty += from_mean * (value[t] - mean);
	}
	return tt > 0 ? ty / tt : 0;
}

/* The recursions of A, B and the mean in the dynamic models of Fiorucci et al. (2016). */
static void
line_add(int t, double value, double *mean, double *intercept, double *slope)
{
	double from_mean = value - *mean;

	*slope = t < 2 ? 0 : ((t - 2) * *slope + 6.0 / t * from_mean) / (t + 1);
	*mean += from_mean / t;
	*intercept = *mean - (t + 1) / 2.0 * *slope;
}

static ForecastStatus
lines_so_far(Data *data)
{
	double mean = 0;
	double *filled = forecast_numbers(data->work, (size_t) data->n);

	data->intercept = forecast_numbers(data->work, (size_t) data->n + 1);
	data->slopes = forecast_numbers(data->work, (size_t) data->n + 1);
	if (filled == NULL || data->intercept == NULL || data->slopes == NULL)
		return FORECAST_NO_MEMORY;
	forecast_interpolate(data->value, data->n, filled);
	for (int t = 1; t <= data->n; t++)
	{
		data->slopes[t] = data->slopes[t - 1];
		line_add(t, filled[t - 1], &mean, &data->intercept[t], &data->slopes[t]);
	}
	return FORECAST_OK;
}

/* One step of a model, value being inside: scaled, without season, from the center on. */
static void
absorb(ForecastTheta *model, double value)
{
	model->level += model->alpha * (value - model->level);
	model->steps++;
	model->decay = faded(model->decay * (1 - model->alpha));
	if (model->kind == FORECAST_THETA_DYNAMIC)
	{
		line_add(model->steps, value, &model->mean, &model->intercept, &model->slope);
		model->line = line_of(model->alpha, model->decay, model->intercept, model->slope);
	}
	else
		model->line = faded((1 - model->alpha) * model->line + model->slope);
}

static double
expected(const ForecastTheta *model)
{
	return model->level + model->weight * model->line;
}

double
forecast_theta_update(ForecastTheta *model, double value)
{
	double factor = forecast_season_factor(&model->season, 0);
	double inside = forecast_season_remove(&model->season, ldexp(value, -model->exponent)) -
					model->center;
	double error = inside - expected(model);

	forecast_season_advance(&model->season);
	model->gap = isnan(error) ? model->gap + 1 : 0;
	absorb(model, isnan(error) ? expected(model) : inside);
	if (!isnan(error))
		model->sigma2 += (error * error - model->sigma2) / ++model->errors;
	return ldexp(error * factor, model->exponent);
}

static ForecastStatus
estimate(const Data *data, ForecastTheta *model)
{
	Fit fit;
	ForecastStatus status = best_alpha(data, &model->alpha);

	if (status != FORECAST_OK)
		return status;
	fit = fit_at(data, model->alpha);
	model->level = fit.level;
	model->weight = data->kind == FORECAST_THETA_STANDARD ? STANDARD_WEIGHT : fit.weight;
	model->decay = 1;
	if (data->kind != FORECAST_THETA_DYNAMIC)
		model->slope = data->slope;
	return FORECAST_OK;
}

/* Runs the model over what it was estimated from; the residuals are of the series. */
static ForecastStatus
run(const Data *data, ForecastTheta *model, double *residuals)
{
	const int parameters = data->kind == FORECAST_THETA_STANDARD ? 2 : 3;
	double squares = 0;
	int errors = 0;

	for (int t = 0; t < data->n; t++)
	{
		double error = data->value[t] - expected(model);

		model->gap = isnan(error) ? model->gap + 1 : 0;
		absorb(model, isnan(error) ? expected(model) : data->value[t]);
		if (!estimates_from(data, t))
			error = NAN;
		if (!isnan(error))
			squares += error * error;
		errors += !isnan(error);
		if (residuals != NULL)
			residuals[t] = error;
		if (t % STRIDE == STRIDE - 1 && forecast_is_interrupted(data->work))
			return FORECAST_INTERRUPTED;
	}
	model->errors = errors > parameters ? errors - parameters : 1;
	model->sigma2 = squares / model->errors;
	return FORECAST_OK;
}

/* Moves the values to their center, and leaves missing ones out that come first. */
static ForecastStatus
prepare(double *values, int n, Data *data, ForecastTheta *model)
{
	int first = 0;

	while (first < n && isnan(values[first]))
		first++;
	data->value = values + first;
	data->n = n - first;
	for (int t = first; t < n; t++)
	{
		if (!isnan(values[t]))
			model->center += (values[t] - model->center) / ++data->known;
	}
	if (data->known < (data->kind == FORECAST_THETA_STANDARD ? 3 : 4))
		return FORECAST_TOO_SHORT;
	for (int t = first; t < n; t++)
		values[t] -= model->center;
	data->slope = slope_through(data->value, data->n);
	return data->kind == FORECAST_THETA_DYNAMIC ? lines_so_far(data) : FORECAST_OK;
}

ForecastStatus
forecast_theta_fit(const ForecastWork *work, const ForecastSeries *series,
				   const ForecastThetaOptions *options, ForecastTheta *model, double *residuals)
{
	Data data = { .work = work, .kind = options->kind };
	ForecastStatus status = forecast_series_check(series);
	double *values = forecast_numbers(work, (size_t) (series->n > 0 ? series->n : 0));

	*model = (ForecastTheta){ .kind = options->kind };
	if (status != FORECAST_OK || values == NULL)
		return status != FORECAST_OK ? status : FORECAST_NO_MEMORY;
	status = forecast_adjust(work, series, options->adjust, &model->exponent, &model->season,
							 values);
	if (status == FORECAST_OK)
		status = prepare(values, series->n, &data, model);
	if (status == FORECAST_OK)
		status = estimate(&data, model);
	if (status != FORECAST_OK)
		return status;

	for (int t = 0; residuals != NULL && t < series->n - data.n; t++)
		residuals[t] = NAN;
	status = run(&data, model, residuals == NULL ? NULL : residuals + (series->n - data.n));
	if (status == FORECAST_OK && residuals != NULL)
		forecast_season_errors(&model->season, series->n, model->exponent, residuals);
	return status;
}

/*
 * Hyndman & Billah (2003): 1 + (i - 1) alpha^2 at step i.  Of the dynamic form the line
 * bends with each error; what an error does to step i is followed through the recursion of
 * a model that has seen nothing else.  A later error does less, as the line lies on more.
 */
static void
variances(const ForecastTheta *model, int h, double *variance)
{
	ForecastTheta pulse = *model;
	double sum = 1;

	pulse.level = pulse.mean = pulse.intercept = pulse.slope = pulse.line = 0;
	absorb(&pulse, 1);
	for (int i = -model->gap; i < h; i++)
	{
		double response = expected(&pulse);

		if (i >= 0)
			variance[i] = model->sigma2 * sum;
		sum += response * response;
		absorb(&pulse, response);
	}
}

ForecastStatus
forecast_theta_predict(const ForecastTheta *model, int h, double *mean, double *variance)
{
	ForecastTheta ahead = *model;

	if (h < 1)
		return FORECAST_BAD_ARGUMENT;
	variances(model, h, variance);
	for (int i = 0; i < h; i++)
	{
		mean[i] = model->center + expected(&ahead);
		absorb(&ahead, expected(&ahead));
	}
	forecast_season_apply(&model->season, h, mean, variance);
	return forecast_finish_scaled(h, model->exponent, mean, variance);
}
