/*
 * heatwave_summary.c
 *	  Years, ranks and return periods.
 */
#include "core/ocean/heatwave_summary.h"

#include <math.h>

#define YEAR_MAX 7000

#define DAYS_PER_YEAR 365.25

/* ---- years ---- */

static void
begin_year(OceanHeatwaveYear *year, int number)
{
	*year = (OceanHeatwaveYear){
		.year = number,
		.intensity_strongest = NAN,
		.value_mean = NAN,
		.value_least = NAN,
		.value_greatest = NAN,
	};
}

static void
add_intensity(OceanIntensity *sum, const OceanIntensity *event)
{
	sum->max += event->max;
	sum->mean += event->mean;
	sum->deviation += event->deviation;
	sum->cumulative += event->cumulative;
}

static void
add_event(OceanHeatwaveYear *year, const OceanEvent *event, bool cold)
{
	double strongest = event->anomaly.max;

	year->events++;
	year->duration += event->duration;
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		year->category_days[i] += event->category_days[i];
	if (!(cold ? year->intensity_strongest < strongest : year->intensity_strongest > strongest))
		year->intensity_strongest = strongest;
	year->total_cumulative += event->anomaly.cumulative;
	add_intensity(&year->anomaly, &event->anomaly);
	add_intensity(&year->relative, &event->relative);
	add_intensity(&year->absolute, &event->absolute);
}

static void
divide_intensity(OceanIntensity *sum, double count)
{
	sum->max /= count;
	sum->mean /= count;
	sum->deviation /= count;
	sum->cumulative /= count;
}

/* Of no event all of it is 0 / 0. */
static void
finish_year(OceanHeatwaveYear *year)
{
	double events = year->events > 0 ? year->events : NAN;

	year->duration /= events;
	divide_intensity(&year->anomaly, events);
	divide_intensity(&year->relative, events);
	divide_intensity(&year->absolute, events);
}

/* Days of an event from start to before end. */
static int32_t
days_within(const OceanEvent *event, int32_t start, int32_t end)
{
	int32_t first = event->start_day > start ? event->start_day : start;
	int32_t last = event->end_day < end - 1 ? event->end_day : end - 1;

	return last >= first ? last - first + 1 : 0;
}

/* The mean of a figure over those that have it. */
typedef struct Mean
{
	double value;
	int32_t count;
} Mean;

static void
add_to_mean(Mean *mean, double value)
{
	if (!isnan(value))
		mean->value += (value - mean->value) / ++mean->count;
}

static double
mean_or_none(const Mean *mean)
{
	return mean->count > 0 ? mean->value : NAN;
}

/* None of the events ends before the year. */
static void
sum_events(const OceanEvent *event, int events, bool cold, int32_t start, int32_t end,
		   OceanHeatwaveYear *year)
{
	Mean onset = { 0, 0 };
	Mean decline = { 0, 0 };

	for (int i = 0; i < events && event[i].start_day < end; i++)
	{
		year->days += days_within(&event[i], start, end);
		if (event[i].start_day < start)
			continue;
		add_event(year, &event[i], cold);
		add_to_mean(&onset, event[i].rate_onset);
		add_to_mean(&decline, event[i].rate_decline);
	}
	year->rate_onset = mean_or_none(&onset);
	year->rate_decline = mean_or_none(&decline);
	finish_year(year);
}

static void
sum_values(const OceanSeries *series, int32_t start, int32_t end, OceanHeatwaveYear *year)
{
	int first = start > series->first_day ? start - series->first_day : 0;
	int stop = end - series->first_day < series->n ? end - series->first_day : series->n;
	Mean mean = { 0, 0 };

	for (int i = first; i < stop; i++)
	{
		add_to_mean(&mean, series->value[i]);
		year->value_least = fmin(year->value_least, series->value[i]);
		year->value_greatest = fmax(year->value_greatest, series->value[i]);
	}
	year->values = mean.count;
	year->value_mean = mean_or_none(&mean);
}

OceanStatus
ocean_heatwave_years(const OceanSeries *series, const OceanEvent *event, int events, bool cold,
					 int first_year, int count, OceanHeatwaveYear *year)
{
	OceanStatus status = ocean_series_check(series);
	int over = 0; /* events that end before the year */

	if (status != OCEAN_OK)
		return status;
	if (count < 1 || count > OCEAN_HEATWAVE_YEARS_MAX || first_year < -YEAR_MAX ||
		first_year > YEAR_MAX || events < 0)
		return OCEAN_BAD_ARGUMENT;
	for (int i = 0; i < count; i++)
	{
		int32_t start = ocean_year_start(first_year + i);
		int32_t end = ocean_year_start(first_year + i + 1);

		while (over < events && event[over].end_day < start)
			over++;
		begin_year(&year[i], first_year + i);
		sum_events(event + over, events - over, cold, start, end, &year[i]);
		sum_values(series, start, end, &year[i]);
	}
	return OCEAN_OK;
}

/* ---- ranks ---- */

/* Of equal figures the later one is the larger; NaN is below all. */
static bool
is_below(const double *figure, int32_t one, int32_t other)
{
	if (isnan(figure[one]) != isnan(figure[other]))
		return isnan(figure[one]);
	if (figure[one] != figure[other] && !isnan(figure[one]))
		return figure[one] < figure[other];
	return one < other;
}

static void
merge(const double *figure, const int32_t *left, int lefts, const int32_t *right, int rights,
	  int32_t *merged)
{
	while (lefts > 0 && rights > 0)
	{
		if (is_below(figure, *right, *left))
		{
			*merged++ = *right++;
			rights--;
		}
		else
		{
			*merged++ = *left++;
			lefts--;
		}
	}
	for (; lefts > 0; lefts--)
		*merged++ = *left++;
	for (; rights > 0; rights--)
		*merged++ = *right++;
}

/* Runs of width are in order; gives the array in which those of twice the width are. */
static void
merge_runs(const double *figure, int count, int width, const int32_t *from, int32_t *to)
{
	for (int at = 0; at < count; at += 2 * width)
	{
		int lefts = count - at < width ? count - at : width;
		int rights = count - at - lefts < width ? count - at - lefts : width;

		merge(figure, from + at, lefts, from + at + lefts, rights, to + at);
	}
}

OceanStatus
ocean_heatwave_ranks(const ForecastWork *work, const double *figure, int count, int32_t *rank)
{
	int32_t *from, *to;

	if (count < 0 || count > OCEAN_DAYS_MAX)
		return OCEAN_BAD_ARGUMENT;
	from = work->allocate(work->context, ((size_t) count + 1) * sizeof(int32_t));
	to = work->allocate(work->context, ((size_t) count + 1) * sizeof(int32_t));
	if (from == NULL || to == NULL)
		return OCEAN_NO_MEMORY;
	for (int i = 0; i < count; i++)
		from[i] = i;
	for (int width = 1; width < count; width *= 2)
	{
		int32_t *merged = to;

		merge_runs(figure, count, width, from, to);
		to = from;
		from = merged;
	}
	for (int i = 0; i < count; i++)
		rank[from[i]] = count - i;
	return OCEAN_OK;
}

double
ocean_heatwave_return_years(int32_t days, int32_t rank)
{
	return (days / DAYS_PER_YEAR + 1) / rank;
}
