/*
 * detect.c
 *	  Seasonal periods of a series of which nothing is known.
 *
 * For every period the trend is taken out by the centred moving average over it, and the
 * variance between the places of the period is set against that within them (the periodogram
 * of Buys Ballot 1847; Enright 1965, Journal of Theoretical Biology 8, 426, for any period).
 * Neighbouring values are alike, so that there are fewer independent ones than places: the
 * degrees of freedom are divided by 1 + 2 sum of r(i)^2 (Bartlett 1946, Supplement to the
 * Journal of the Royal Statistical Society 8, 27), and a random walk has no season.
 *
 * The period with most of the variance is found, and the shortest taken that has nearly as
 * much: a multiple of a period explains what the period does, and a little more.  Its season is
 * removed and the next period looked for, until none passes.
 */
#include "core/forecast/detect.h"

#include <float.h>
#include <math.h>

#include "core/forecast/season.h"
#include "core/forecast/series.h"

/* The least times that a period must be seen. */
#define CYCLES_MIN 3

/* A season below this share of the variance is of no use, however sure it is. */
#define STRENGTH_MIN 0.1

/*
 * A season that changes slowly leaves something at all multiples of its period alike.  One of
 * them is a season of its own where it is stronger by this than the multiples beside it.
 */
#define MULTIPLE_GAIN 0.05

/* Of the variance of another season, what a shorter one must have to be no mere harmonic. */
#define HARMONIC_SHARE 0.6

/* Of what is left once a season is out, the least that is looked at, as a share. */
#define REST_SHARE 0.05

#define STEPS_MAX 200

typedef struct Search
{
	const ForecastWork *work;
	int n;
	int longest;
	double significance;
	double floor; /* squares below which there is no season to find */
	double *rest; /* the series without the seasons found */
	double *detrended;
	double *place;	  /* means by place in the period */
	double *strength; /* of each period, in rest */
	double *variance; /* of the season of each period, in rest */
	double *at_first; /* the same in the series */
} Search;

/* ---- the F distribution ---- */

/* DLMF 8.17.22, by the method of Lentz (1976), Applied Optics 15, 668. */
static double
beta_fraction(double a, double b, double x)
{
	double c = 1;
	double d = 1 - (a + b) * x / (a + 1);
	double product;

	d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
	product = d;
	for (int m = 1; m <= STEPS_MAX; m++)
	{
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		for (int half = 0; half < 2; half++)
		{
			double term = half == 0 ? even : odd;

			d = 1 + term * d;
			d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
			c = 1 + term / c;
			c = fabs(c) < DBL_MIN ? DBL_MIN : c;
			product *= c * d;
		}
		if (fabs(c * d - 1) < 1e-12)
			break;
	}
	return product;
}

/* Regularised incomplete beta function; DLMF 8.17.4 where the fraction converges slowly. */
static double
incomplete_beta(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* Probability that F of the given degrees of freedom is above f (DLMF 8.17, F distribution). */
static double
f_tail(double f, double between, double within)
{
	return incomplete_beta(within / 2, between / 2, within / (within + between * f));
}

/* ---- one period ---- */

/* rest without its moving average over the period; gives how many values there are. */
static int
detrend(const Search *search, int period)
{
	const double *x = search->rest;
	int half = period / 2;
	int count = 0;
	double sum = 0;

	for (int t = 0; t < 2 * half; t++)
		sum += x[t];
	for (int t = half; t + half < search->n; t++)
	{
		double last = x[t + half];
		double first = x[t - half];

		/* sum is of 2 half values from the first on: an even period halves both ends. */
		search->detrended[count++] =
			x[t] - (period % 2 == 0 ? sum + (last - first) / 2 : sum + last) / period;
		sum += last - first;
	}
	return count;
}

/* F of the places of the period, and the squares of all in *squares. */
static double
f_of_places(const Search *search, int count, int period, double *squares)
{
	double between = 0;
	double mean = 0;

	*squares = 0;
	for (int t = 0; t < count; t++)
	{
		mean += search->detrended[t] / count;
		*squares += search->detrended[t] * search->detrended[t];
	}
	*squares -= mean * mean * count;
	for (int i = 0; i < period; i++)
	{
		double sum = 0;
		int cycles = 0;

		for (int t = i; t < count; t += period, cycles++)
			sum += search->detrended[t] - mean;
		between += cycles > 0 ? sum * sum / cycles : 0;
	}
	/* Of a pattern that repeats to the last digit nothing is left but rounding. */
	return (between / (period - 1)) /
		   (fmax(*squares - between, *squares * 1e-9) / (count - period));
}

/* Intraclass correlation (Fisher 1925): what the places share of the variance. */
static double
strength_of(double f, double cycles)
{
	return (f - 1) / (f - 1 + cycles);
}

static void
measure_period(Search *search, int period)
{
	int count = detrend(search, period);
	double squares;
	double f;

	search->strength[period] = search->variance[period] = 0;
	if (count <= period)
		return;
	f = f_of_places(search, count, period, &squares);
	if (squares > search->floor)
		search->strength[period] = strength_of(f, (double) count / period);
	search->variance[period] = search->strength[period] * squares / count;
}

/* Over how many values one counts, as neighbours are alike. */
static double
inflation(const Search *search, int count, int period, double squares)
{
	double sum = 0;

	for (int lag = 1; lag <= period / 2; lag++)
	{
		double product = 0;

		for (int t = lag; t < count; t++)
			product += search->detrended[t] * search->detrended[t - lag];
		sum += product / squares * (product / squares);
		/* The caller asks again, and leaves. */
		if (forecast_is_interrupted(search->work))
			break;
	}
	return 1 + 2 * sum;
}

static double
p_value_at(const Search *search, int period)
{
	int count = detrend(search, period);
	double squares;
	double f = f_of_places(search, count, period, &squares);
	double fewer = inflation(search, count, period, squares);
	double p = f_tail(f, fmax((period - 1) / fewer, 1), fmax((count - period) / fewer, 1));

	/* Bonferroni: as many periods were tried. */
	return fmin(p * (search->longest - 1), 1);
}

/* ---- all periods ---- */

static bool
lend(Search *search)
{
	size_t n = (size_t) search->n;

	search->detrended = forecast_numbers(search->work, n);
	search->rest = forecast_numbers(search->work, n);
	search->place = forecast_numbers(search->work, n);
	search->strength = forecast_numbers(search->work, n);
	search->variance = forecast_numbers(search->work, n);
	search->at_first = forecast_numbers(search->work, n);
	return search->detrended != NULL && search->rest != NULL && search->place != NULL &&
		   search->strength != NULL && search->variance != NULL && search->at_first != NULL;
}

static bool
measure(Search *search)
{
	for (int period = 2; period <= search->longest + 1; period++)
	{
		measure_period(search, period);
		if (forecast_is_interrupted(search->work))
			return false;
	}
	return true;
}

/* Whether a period is but a multiple of one that was found. */
static bool
explained(const Search *search, const ForecastPeriods *periods, int period)
{
	for (int i = 0; i < periods->count; i++)
	{
		int found = periods->period[i];
		double below = period - found > found ? search->strength[period - found] : 0;
		double above = period + found <= search->longest ? search->strength[period + found] : 0;

		if (period % found == 0 && search->strength[period] < fmax(below, above) + MULTIPLE_GAIN)
			return true;
	}
	return false;
}

/* A peak among its neighbours that nothing found explains. */
static bool
candidate(const Search *search, const ForecastPeriods *periods, int period)
{
	double here = search->strength[period];

	return here >= STRENGTH_MIN && here >= search->strength[period - 1] &&
		   here >= search->strength[period + 1] && !explained(search, periods, period);
}

/* The candidate with most of the variance, 0 where there is none. */
static int
strongest(const Search *search, const ForecastPeriods *periods, const bool *refused)
{
	int best = 0;

	for (int period = 2; period <= search->longest; period++)
	{
		if (!refused[period] && candidate(search, periods, period) &&
			(best == 0 || search->variance[period] > search->variance[best]))
			best = period;
	}
	return best;
}

/* The period to take next, 0 where none passes. */
static ForecastStatus
next_period(const Search *search, const ForecastPeriods *periods, int *found, double *p_value)
{
	bool *refused = search->work->allocate(search->work->context, (size_t) search->n);
	double most = 0;

	if (refused == NULL)
		return FORECAST_NO_MEMORY;
	*found = 0;
	for (int period = strongest(search, periods, refused); period != 0;
		 period = strongest(search, periods, refused))
	{
		double p;

		if (search->variance[period] < HARMONIC_SHARE * most)
			break;
		refused[period] = true;
		p = p_value_at(search, period);
		if (p <= search->significance && (*found == 0 || period < *found))
		{
			*found = period;
			*p_value = p;
			most = fmax(most, search->variance[period]);
		}
		if (forecast_is_interrupted(search->work))
			return FORECAST_INTERRUPTED;
	}
	return FORECAST_OK;
}

/* Means by place of what the moving average leaves, as in classical decomposition. */
static ForecastStatus
remove_season(const Search *search, int period)
{
	ForecastStatus status = forecast_classical_decompose(search->work, search->rest, search->n,
														 period, FORECAST_SEASON_ADDITIVE,
														 search->detrended, search->place);

	for (int t = 0; status == FORECAST_OK && t < search->n; t++)
		search->rest[t] -= search->place[t % period];
	return status;
}

static void
drop_harmonics(const Search *search, ForecastPeriods *periods)
{
	ForecastPeriods all = *periods;

	periods->count = 0;
	for (int i = 0; i < all.count; i++)
	{
		bool harmonic = false;

		for (int k = i + 1; k < all.count; k++)
			harmonic |= all.period[k] % all.period[i] == 0 &&
						search->at_first[all.period[i]] <
							HARMONIC_SHARE * search->at_first[all.period[k]];
		if (harmonic)
			continue;
		periods->period[periods->count] = all.period[i];
		periods->strength[periods->count] = all.strength[i];
		periods->p_value[periods->count++] = all.p_value[i];
	}
}

static void
sort_in(ForecastPeriods *periods, int period, double strength, double p_value)
{
	int place = periods->count++;

	for (; place > 0 && periods->period[place - 1] > period; place--)
	{
		periods->period[place] = periods->period[place - 1];
		periods->strength[place] = periods->strength[place - 1];
		periods->p_value[place] = periods->p_value[place - 1];
	}
	periods->period[place] = period;
	periods->strength[place] = strength;
	periods->p_value[place] = p_value;
}

static ForecastStatus
find_all(Search *search, ForecastPeriods *periods)
{
	while (periods->count < FORECAST_PERIODS_MAX)
	{
		double p_value;
		double squares;
		int period;
		ForecastStatus status;

		if (!measure(search))
			return FORECAST_INTERRUPTED;
		for (int i = 2; periods->count == 0 && i <= search->longest + 1; i++)
			search->at_first[i] = search->variance[i];
		status = next_period(search, periods, &period, &p_value);
		if (status != FORECAST_OK || period == 0)
			return status;
		f_of_places(search, detrend(search, period), period, &squares);
		search->floor = fmax(search->floor, REST_SHARE * squares);
		sort_in(periods, period, search->strength[period], p_value);
		status = remove_season(search, period);
		if (status != FORECAST_OK)
			return status;
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_detect_periods(const ForecastWork *work, const ForecastSeries *series, int longest,
						double significance, ForecastPeriods *periods)
{
	Search search = { .work = work, .n = series->n, .significance = significance };
	ForecastStatus status = forecast_series_check(series);
	double *scaled;
	int exponent;

	*periods = (ForecastPeriods){ 0 };
	if (status != FORECAST_OK || longest < 0 || !(significance > 0 && significance < 1))
		return status != FORECAST_OK ? status : FORECAST_BAD_ARGUMENT;
	search.longest = series->n / CYCLES_MIN < longest ? series->n / CYCLES_MIN : longest;
	if (search.longest > FORECAST_PERIOD_LIMIT)
		search.longest = FORECAST_PERIOD_LIMIT;
	if (search.longest < 2)
		return FORECAST_OK;
	if (!lend(&search))
		return FORECAST_NO_MEMORY;
	status = forecast_series_scaled(work, series, &scaled, &exponent);
	if (status != FORECAST_OK)
		return status;
	forecast_interpolate(scaled, series->n, search.rest);
	/* The values are below 1: squares of their rounding. */
	search.floor = series->n * 1e-24;
	status = find_all(&search, periods);
	if (status == FORECAST_OK)
		drop_harmonics(&search, periods);
	return status;
}
