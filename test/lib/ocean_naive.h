/*
 * ocean_naive.h
 *	  Heatwaves as their definition reads, with whole arrays and sums over each event anew:
 *	  what the walk is held against.
 */
#ifndef TIDEHOLD_TEST_OCEAN_NAIVE_H
#define TIDEHOLD_TEST_OCEAN_NAIVE_H

#include <math.h>
#include <string.h>

#include "core/ocean/heatwave.h"

#define NAIVE_DAYS_MAX 20000

typedef struct NaiveSea
{
	int32_t first_day;
	int n;
	bool cold;
	double value[NAIVE_DAYS_MAX]; /* missing ones filled; of cold spells turned, as all here */
	double mean[NAIVE_DAYS_MAX];
	double threshold[NAIVE_DAYS_MAX];
	bool missing[NAIVE_DAYS_MAX];
	bool exceeds[NAIVE_DAYS_MAX];
} NaiveSea;

/* Runs of missing values that are short enough, on the line or at the nearest value. */
static inline void
naive_pad(double *value, int n, int pad_days)
{
	for (int i = 0, end; i < n; i = end + 1)
	{
		for (end = i; end < n && isnan(value[end]); end++)
			;
		for (int k = i; end - i <= pad_days && end - i < n && k < end; k++)
		{
			double left = value[i > 0 ? i - 1 : end];
			double right = value[end < n ? end : i - 1];

			value[k] = left + (right - left) * (k - i + 1) / (end - i + 1);
		}
	}
}

static inline void
naive_sea(NaiveSea *sea, const OceanSeries *series, const OceanHeatwaveRule *rule,
		  const OceanClimatology *climatology)
{
	double turn = rule->cold ? -1 : 1;

	sea->first_day = series->first_day;
	sea->n = series->n;
	sea->cold = rule->cold;
	memcpy(sea->value, series->value, (size_t) series->n * sizeof(double));
	naive_pad(sea->value, sea->n, rule->pad_days);
	for (int i = 0; i < sea->n; i++)
	{
		int of_year = ocean_day_of_year(series->first_day + i);

		sea->mean[i] = turn * climatology->mean[of_year - 1];
		sea->threshold[i] = turn * climatology->threshold[of_year - 1];
		sea->missing[i] = isnan(sea->value[i]);
		sea->value[i] = sea->missing[i] ? sea->mean[i] : turn * sea->value[i];
		sea->exceeds[i] = !sea->missing[i] && sea->value[i] > sea->threshold[i] &&
						  sea->value[i] > sea->mean[i];
	}
}

/* 0 of a day that has none. */
static inline int
naive_category(const NaiveSea *sea, int i)
{
	double distance = sea->threshold[i] - sea->mean[i];

	if (!(distance > 0))
		return sea->exceeds[i];
	return (int) fmax(0, fmin(4, floor(1 + (sea->value[i] - sea->threshold[i]) / distance)));
}

static inline OceanIntensity
naive_intensity(const double *value, const double *from, int start, int end, int peak, bool cold)
{
	OceanIntensity found = { 0 };
	double turn = cold ? -1 : 1;
	double squares = 0;

	for (int i = start; i <= end; i++)
		found.cumulative += value[i] - (from != NULL ? from[i] : 0);
	found.mean = found.cumulative / (end - start + 1);
	for (int i = start; i <= end; i++)
	{
		double off = value[i] - (from != NULL ? from[i] : 0) - found.mean;

		squares += off * off;
	}
	found.deviation = sqrt(squares / (end - start + 1));
	found.max = turn * (value[peak] - (from != NULL ? from[peak] : 0));
	found.mean *= turn;
	found.cumulative *= turn;
	return found;
}

static inline double
naive_anomaly(const NaiveSea *sea, int i)
{
	return sea->value[i] - sea->mean[i];
}

static inline void
naive_rates(const NaiveSea *sea, int start, int end, int peak, OceanEvent *event)
{
	double top = naive_anomaly(sea, peak);
	double first = naive_anomaly(sea, start);
	double last = naive_anomaly(sea, end);

	if (start > 0)
		event->rate_onset = (top - (first + naive_anomaly(sea, start - 1)) / 2) /
							(peak - start + 0.5);
	else
		event->rate_onset = (top - first) / (peak > start ? peak - start : 1);
	if (end < sea->n - 1)
		event->rate_decline = (top - (last + naive_anomaly(sea, end + 1)) / 2) /
							  (end - peak + 0.5);
	else
		event->rate_decline = end > peak ? (top - last) / (end - peak) : NAN;
}

static inline void
naive_event(const NaiveSea *sea, int start, int end, OceanEvent *event)
{
	int peak = start;

	memset(event, 0, sizeof(*event));
	for (int i = start; i <= end; i++)
	{
		int category = naive_category(sea, i);

		if (naive_anomaly(sea, i) > naive_anomaly(sea, peak))
			peak = i;
		if (category > 0)
			event->category_days[category - 1]++;
		event->category = category > event->category ? category : event->category;
		event->missing_days += sea->missing[i];
	}
	event->start_day = sea->first_day + start;
	event->peak_day = sea->first_day + peak;
	event->end_day = sea->first_day + end;
	event->duration = end - start + 1;
	event->anomaly = naive_intensity(sea->value, sea->mean, start, end, peak, sea->cold);
	event->relative = naive_intensity(sea->value, sea->threshold, start, end, peak, sea->cold);
	event->absolute = naive_intensity(sea->value, NULL, start, end, peak, sea->cold);
	naive_rates(sea, start, end, peak, event);
}

/* At most room of them; the phase of an event is not told. */
static inline int
naive_events(const NaiveSea *sea, const OceanHeatwaveRule *rule, OceanEvent *event, int room)
{
	int events = 0;
	int start = 0, end = -1; /* of the event that the next run may join */

	for (int i = 0, run; i <= sea->n; i += run + 1)
	{
		for (run = 0; i + run < sea->n && sea->exceeds[i + run]; run++)
			;
		if (run < rule->min_duration_days)
			continue;
		if (end < 0 || i - end - 1 > rule->max_gap_days)
		{
			if (end >= 0 && events < room)
				naive_event(sea, start, end, &event[events++]);
			start = i;
		}
		end = i + run - 1;
	}
	if (end >= 0 && events < room)
		naive_event(sea, start, end, &event[events++]);
	return events;
}

#endif /* TIDEHOLD_TEST_OCEAN_NAIVE_H */
