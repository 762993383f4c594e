/*
 * stl.c
 *	  Seasonal-trend decomposition by loess; steps and loops are named as in Cleveland et al.
 *	  (1990).
 *
 * Loess is computed at every tenth of its window and straight between, as they propose for
 * long series.  Missing values have no weight, so that nothing is filled in.
 */
#include "core/forecast/stl.h"

#include <math.h>
#include <stdlib.h>

#include "core/forecast/series.h"

/*
 * Passes of the inner loop, which converges fast, and of the outer, robust one.  Means over
 * all seasons take what the trend has not yet, and need some passes more.
 */
#define INNER_PASSES 2
#define INNER_PASSES_PERIODIC 6
#define INNER_PASSES_ROBUST 1
#define OUTER_PASSES_ROBUST 15

/* A window of w is computed at each w/10-th place. */
#define JUMPS_PER_WINDOW 10

/* Places computed between two questions whether to stop. */
#define STRIDE 64

typedef struct Points
{
	const double *value;
	const double *weight; /* NULL: all alike */
	int n;
} Points;

/* What a loess works on, and the buffers of one decomposition. */
typedef struct Stl
{
	const ForecastWork *work;
	const double *value;
	int n;
	int period;
	int seasonal_window;
	int trend_window;
	int low_pass_window;
	bool periodic;
	double *weight; /* of robustness, NULL in the first pass */
	double *rest;	/* n: the value without one component */
	double *cycle;	/* n + 2 periods: smoothed cycle-subseries */
	double *moved;	/* n + 2 periods: its moving averages */
	double *subset; /* one subseries */
	double *subset_weight;
	double *subset_smooth;
} Stl;

static double
tricube(double distance, double reach)
{
	double share = distance / reach;
	double rest = 1 - share * share * share;

	return share < 1 ? rest * rest * rest : 0;
}

/* A line through the neighbours by tricube weights; NaN where none is known. */
static double
loess_at(const Points *points, int place, int window)
{
	int n = points->n;
	int width = window < n ? window : n;
	int left = place - width / 2;
	double reach, sum = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0;

	left = left < 0 ? 0 : left > n - width ? n - width :
											 left;
	reach = fmax(fmax(place - left, left + width - 1 - place), 1);
	if (window > n)
		reach *= (double) window / n;
	for (int i = left; i < left + width; i++)
	{
		double weight = tricube(fabs((double) (i - place)), reach);
		double x = i - place;
		double from_x = x - mean_x;
		double from_y = points->value[i] - mean_y;

		if (points->weight != NULL)
			weight *= points->weight[i];
		if (isnan(from_y) || weight <= 0)
			continue;
		sum += weight;
		mean_x += from_x * weight / sum;
		mean_y += from_y * weight / sum;
		xx += weight * from_x * (x - mean_x);
		xy += weight * from_x * (points->value[i] - mean_y);
	}
	if (sum <= 0)
		return NAN;
	/* Where all weight lies at one place there is no slope to speak of. */
	return xx > 1e-6 * sum ? mean_y - mean_x * xy / xx : mean_y;
}

/* What no window reaches, between long gaps, is straight between what one does. */
static void
bridge(double *smooth, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (isnan(smooth[i]))
		{
			forecast_interpolate(smooth, n, smooth);
			return;
		}
	}
}

/* Places first to last, which may lie outside the points; smooth[0] is of the first. */
static bool
loess(const ForecastWork *work, const Points *points, int first, int last, int window,
	  double *smooth)
{
	int jump = (window + JUMPS_PER_WINDOW - 1) / JUMPS_PER_WINDOW;
	int computed = 0;

	smooth[0] = loess_at(points, first, window);
	for (int from = first; from < last;)
	{
		int to = from + jump < last ? from + jump : last;
		double low = smooth[from - first];
		double high = loess_at(points, to, window);

		for (int i = from + 1; i < to; i++)
			smooth[i - first] = low + (high - low) * (i - from) / (to - from);
		smooth[to - first] = high;
		from = to;
		if (++computed % STRIDE == 0 && forecast_is_interrupted(work))
			return false;
	}
	bridge(smooth, last - first + 1);
	return true;
}

ForecastStatus
forecast_loess(const ForecastWork *work, const double *value, const double *weight, int n,
			   int window, double *smooth)
{
	const Points points = { value, weight, n };

	if (n < 1 || window < 1)
		return FORECAST_BAD_ARGUMENT;
	return loess(work, &points, 0, n - 1, window, smooth) ? FORECAST_OK : FORECAST_INTERRUPTED;
}

static double
mean_of_known(const Points *points)
{
	double sum = 0;
	double mean = NAN;

	for (int i = 0; i < points->n; i++)
	{
		double weight = points->weight != NULL ? points->weight[i] : 1;

		if (isnan(points->value[i]) || weight <= 0)
			continue;
		sum += weight;
		mean = isnan(mean) ? points->value[i] : mean + (points->value[i] - mean) * weight / sum;
	}
	return mean;
}

/* Step 2 of the inner loop, of the values t with t % period == place. */
static bool
smooth_subseries(Stl *stl, int place)
{
	int count = (stl->n - place + stl->period - 1) / stl->period;
	Points points = { stl->subset, stl->weight != NULL ? stl->subset_weight : NULL, count };

	for (int i = 0; i < count; i++)
	{
		stl->subset[i] = stl->rest[place + i * stl->period];
		if (stl->weight != NULL)
			stl->subset_weight[i] = stl->weight[place + i * stl->period];
	}
	if (stl->periodic)
	{
		double mean = mean_of_known(&points);

		for (int i = 0; i < count + 2; i++)
			stl->subset_smooth[i] = isnan(mean) ? 0 : mean;
	}
	else if (!loess(stl->work, &points, -1, count, stl->seasonal_window, stl->subset_smooth))
		return false;
	for (int i = 0; i < count + 2; i++)
		stl->cycle[place + i * stl->period] = stl->subset_smooth[i];
	return true;
}

/* In place: element i becomes the mean of the length elements from i on. */
static void
moving_average(double *value, int n, int length)
{
	double sum = 0;

	for (int i = 0; i < length; i++)
		sum += value[i];
	for (int i = 0; i + length <= n; i++)
	{
		double oldest = value[i];

		value[i] = sum / length;
		if (i + length < n)
			sum += value[i + length] - oldest;
	}
}

/* Steps 3 and 4 of the inner loop: seasonal is the cycle without its low frequencies. */
static bool
remove_low_pass(Stl *stl, double *seasonal)
{
	int length = stl->n + 2 * stl->period;
	Points points = { stl->moved, NULL, stl->n };

	for (int i = 0; i < length; i++)
		stl->moved[i] = stl->cycle[i];
	moving_average(stl->moved, length, stl->period);
	moving_average(stl->moved, length - stl->period + 1, stl->period);
	moving_average(stl->moved, stl->n + 2, 3);
	if (!loess(stl->work, &points, 0, stl->n - 1, stl->low_pass_window, seasonal))
		return false;
	for (int t = 0; t < stl->n; t++)
		seasonal[t] = stl->cycle[stl->period + t] - seasonal[t];
	return true;
}

/* Step 1 takes the trend away, steps 5 and 6 smooth what the season leaves. */
static bool
inner_loop(Stl *stl, int passes, double *seasonal, double *trend)
{
	Points points = { stl->rest, stl->weight, stl->n };

	for (int pass = 0; pass < passes; pass++)
	{
		for (int t = 0; t < stl->n; t++)
			stl->rest[t] = stl->value[t] - trend[t];
		for (int place = 0; place < stl->period; place++)
		{
			if (!smooth_subseries(stl, place))
				return false;
		}
		if (!remove_low_pass(stl, seasonal))
			return false;
		for (int t = 0; t < stl->n; t++)
			stl->rest[t] = stl->value[t] - seasonal[t];
		if (!loess(stl->work, &points, 0, stl->n - 1, stl->trend_window, trend))
			return false;
	}
	return true;
}

static int
compare_numbers(const void *a, const void *b)
{
	double left = *(const double *) a;
	double right = *(const double *) b;

	return (left > right) - (left < right);
}

/* The outer loop: bisquare of what remains, six of its median being the end. */
static void
weigh(Stl *stl, double *weight, const double *seasonal, const double *trend)
{
	int known = 0;
	double reach;

	for (int t = 0; t < stl->n; t++)
	{
		weight[t] = fabs(stl->value[t] - seasonal[t] - trend[t]);
		if (!isnan(weight[t]))
			stl->rest[known++] = weight[t];
	}
	qsort(stl->rest, (size_t) known, sizeof(double), compare_numbers);
	reach = 3 * (stl->rest[(known - 1) / 2] + stl->rest[known / 2]);
	for (int t = 0; t < stl->n; t++)
	{
		double share = reach > 0 ? weight[t] / reach : 0;

		weight[t] = share < 1 ? (1 - share * share) * (1 - share * share) : 0;
	}
	stl->weight = weight;
}

static int
next_odd(double length)
{
	int whole = (int) ceil(length);

	return whole % 2 == 0 ? whole + 1 : whole;
}

/* The windows they recommend: the low-pass filter a period, the trend above 1.5 of them. */
static void
choose_windows(Stl *stl, const ForecastStlOptions *options)
{
	double seasonal = options->seasonal_window;

	stl->periodic = options->seasonal_window == 0;
	stl->seasonal_window = options->seasonal_window;
	stl->low_pass_window = next_odd(stl->period);
	stl->trend_window = options->trend_window;
	if (options->trend_window == 0)
		stl->trend_window = next_odd(1.5 * stl->period / (stl->periodic ? 1 : 1 - 1.5 / seasonal));
}

static bool
lend_buffers(Stl *stl)
{
	size_t length = (size_t) stl->n + 2 * (size_t) stl->period;
	size_t subset = (size_t) (stl->n / stl->period) + 3;

	stl->rest = forecast_numbers(stl->work, (size_t) stl->n);
	stl->cycle = forecast_numbers(stl->work, length);
	stl->moved = forecast_numbers(stl->work, length);
	stl->subset = forecast_numbers(stl->work, subset);
	stl->subset_weight = forecast_numbers(stl->work, subset);
	stl->subset_smooth = forecast_numbers(stl->work, subset);
	return stl->rest != NULL && stl->cycle != NULL && stl->moved != NULL &&
		   stl->subset != NULL && stl->subset_weight != NULL && stl->subset_smooth != NULL;
}

ForecastStatus
forecast_stl(const ForecastWork *work, const double *value, int n, int period,
			 const ForecastStlOptions *options, double *seasonal, double *trend)
{
	const ForecastSeries series = { .value = value, .n = n };
	Stl stl = { .work = work, .value = value, .n = n, .period = period };
	int inner = options->seasonal_window == 0 ? INNER_PASSES_PERIODIC : INNER_PASSES;
	int outer = options->robust ? OUTER_PASSES_ROBUST : 0;
	double *weight;

	if (period < 2 || period > FORECAST_PERIOD_LIMIT || options->trend_window < 0 ||
		(options->seasonal_window != 0 && options->seasonal_window < 3))
		return FORECAST_BAD_ARGUMENT;
	if (n / 2 < period || forecast_series_known(&series) == 0)
		return FORECAST_TOO_SHORT;
	if (options->robust)
		inner = INNER_PASSES_ROBUST;
	choose_windows(&stl, options);
	weight = forecast_numbers(work, (size_t) n);
	if (weight == NULL || !lend_buffers(&stl))
		return FORECAST_NO_MEMORY;

	for (int t = 0; t < n; t++)
		trend[t] = 0;
	if (!inner_loop(&stl, inner, seasonal, trend))
		return FORECAST_INTERRUPTED;
	for (int pass = 0; pass < outer; pass++)
	{
		weigh(&stl, weight, seasonal, trend);
		if (!inner_loop(&stl, inner, seasonal, trend))
			return FORECAST_INTERRUPTED;
	}
	return FORECAST_OK;
}
