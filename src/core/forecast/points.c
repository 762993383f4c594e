/*
 * points.c
 *	  Sorting, merging and filling of points.
 */
#include "core/forecast/points.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

/* ---- sort ---- */

typedef bool (*Before)(const ForecastPoint *a, const ForecastPoint *b);

static bool
earlier(const ForecastPoint *a, const ForecastPoint *b)
{
	return a->at < b->at;
}

/* Missing values come last, and -0 before 0: equal means the same bits. */
static bool
smaller(const ForecastPoint *a, const ForecastPoint *b)
{
	if (isnan(a->value) || isnan(b->value))
		return !isnan(a->value);
	if (a->value == b->value)
		return signbit(a->value) && !signbit(b->value);
	return a->value < b->value;
}

static bool
is_sorted(const ForecastPoint *point, size_t n, Before before)
{
	for (size_t i = 1; i < n; i++)
	{
		if (before(&point[i], &point[i - 1]))
			return false;
	}
	return true;
}

/* Two sorted runs, [0, middle) and [middle, n), into one. */
static void
merge_runs(const ForecastPoint *from, size_t middle, size_t n, ForecastPoint *into, Before before)
{
	size_t left = 0;
	size_t right = middle;

	for (size_t i = 0; i < n; i++)
	{
		if (left < middle && (right >= n || !before(&from[right], &from[left])))
			into[i] = from[left++];
		else
			into[i] = from[right++];
	}
}

static size_t
at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merge sort from the bottom up (Knuth 1998, The Art of Computer Programming 3, 5.2.4). */
static void
sort_stable(ForecastPoint *point, ForecastPoint *scratch, size_t n, Before before)
{
	if (is_sorted(point, n, before))
		return;
	for (size_t run = 1; run < n; run *= 2)
	{
		for (size_t start = 0; start < n; start += 2 * run)
			merge_runs(point + start, at_most(run, n - start), at_most(2 * run, n - start),
					   scratch + start, before);
		memcpy(point, scratch, n * sizeof(*point));
	}
}

void
forecast_points_sort(ForecastPoint *point, ForecastPoint *scratch, size_t n)
{
	sort_stable(point, scratch, n, earlier);
}

/* ---- merge ---- */

static double
first_known(const ForecastPoint *point, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (!isnan(point[i].value))
			return point[i].value;
	}
	return NAN;
}

static double
last_known(const ForecastPoint *point, size_t n)
{
	while (n > 0 && isnan(point[n - 1].value))
		n--;
	return n > 0 ? point[n - 1].value : NAN;
}

/* Of values in ascending order; *known of them are not missing. */
static double
sum_known(const ForecastPoint *point, size_t n, size_t *known)
{
	double sum = 0;

	for (*known = 0; *known < n && !isnan(point[*known].value); (*known)++)
		sum += point[*known].value;
	return *known > 0 ? sum : NAN;
}

double
forecast_points_merge(ForecastPoint *point, ForecastPoint *scratch, size_t n,
					  ForecastDuplicates duplicates)
{
	size_t known;
	double sum;

	if (duplicates == FORECAST_DUPLICATES_FIRST)
		return first_known(point, n);
	if (duplicates == FORECAST_DUPLICATES_LAST)
		return last_known(point, n);
	sort_stable(point, scratch, n, smaller);
	sum = sum_known(point, n, &known);
	return duplicates == FORECAST_DUPLICATES_MEAN && known > 0 ? sum / (double) known : sum;
}

/* ---- gaps ---- */

static void
fill_previous(double *value, const bool *is_gap, int n)
{
	double known = NAN;

	for (int t = 0; t < n; t++)
	{
		if (is_gap[t])
			value[t] = known;
		else if (!isnan(value[t]))
			known = value[t];
	}
}

static ForecastStatus
fill_linear(const ForecastWork *work, double *value, const bool *is_gap, int n)
{
	double *filled = forecast_numbers(work, (size_t) n);

	if (filled == NULL)
		return FORECAST_NO_MEMORY;
	if (n == 0 || forecast_series_known(&(ForecastSeries){ .value = value, .n = n }) == 0)
		return FORECAST_OK;
	forecast_interpolate(value, n, filled);
	for (int t = 0; t < n; t++)
	{
		if (is_gap[t])
			value[t] = filled[t];
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_gaps_fill(const ForecastWork *work, double *value, const bool *is_gap, int n,
				   ForecastGaps gaps)
{
	if (gaps == FORECAST_GAPS_LINEAR)
		return fill_linear(work, value, is_gap, n);
	if (gaps == FORECAST_GAPS_PREVIOUS)
		fill_previous(value, is_gap, n);
	for (int t = 0; gaps == FORECAST_GAPS_ZERO && t < n; t++)
	{
		if (is_gap[t])
			value[t] = 0;
	}
	return FORECAST_OK;
}
