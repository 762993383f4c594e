/*
 * heatwave_stretch.c
 *	  Sums over days on end that can be joined.
 */
#include "core/ocean/heatwave_stretch.h"

#include <math.h>

void
ocean_stretch_begin(OceanStretch *stretch, int32_t first_day, double before)
{
	*stretch = (OceanStretch){
		.first_day = first_day,
		.peak_day = first_day,
		.category_day = first_day,
		.category_excess = -INFINITY,
		.peak_anomaly = -INFINITY,
		.before = before,
	};
}

static void
add_moment(OceanMoments *moments, double value, double share)
{
	double delta = value - moments->mean;

	moments->mean += delta * share;
	moments->squares += delta * (value - moments->mean);
	moments->sum += value;
}

static void
append_moments(OceanMoments *moments, int32_t days, const OceanMoments *next, int32_t next_days)
{
	double delta = next->mean - moments->mean;
	double share = (double) next_days / (days + next_days);

	moments->mean += delta * share;
	moments->squares += next->squares + delta * delta * share * days;
	moments->sum += next->sum;
}

int
ocean_category_of(double excess)
{
	if (!(excess >= 0))
		return 0;
	return excess >= OCEAN_CATEGORIES - 1 ? OCEAN_CATEGORIES : (int) floor(1 + excess);
}

/*
 * Multiple of the distance, above the threshold; -infinity of none.  A guarded day has no
 * distance of which it could be a multiple.
 */
static double
excess_of(const OceanJudged *judged)
{
	if (judged->distance > 0)
		return judged->relative / judged->distance;
	return judged->exceeds ? 0 : -INFINITY;
}

void
ocean_stretch_add(OceanStretch *stretch, const OceanJudged *judged)
{
	double excess = excess_of(judged);
	int category = ocean_category_of(excess);
	double share = 1.0 / ++stretch->days;

	stretch->missing_days += judged->missing;
	if (category > 0)
		stretch->category_days[category - 1]++;
	if (excess > stretch->category_excess)
	{
		stretch->category_excess = excess;
		stretch->category_day = judged->day;
	}
	if (judged->anomaly > stretch->peak_anomaly)
	{
		stretch->peak_day = judged->day;
		stretch->peak_anomaly = judged->anomaly;
		stretch->peak_relative = judged->relative;
		stretch->peak_absolute = judged->value;
	}
	if (stretch->days == 1)
		stretch->first = judged->anomaly;
	stretch->last = judged->anomaly;
	add_moment(&stretch->anomaly, judged->anomaly, share);
	add_moment(&stretch->relative, judged->relative, share);
	add_moment(&stretch->absolute, judged->value, share);
}

void
ocean_stretch_append(OceanStretch *stretch, const OceanStretch *next)
{
	if (next->days == 0)
		return;
	append_moments(&stretch->anomaly, stretch->days, &next->anomaly, next->days);
	append_moments(&stretch->relative, stretch->days, &next->relative, next->days);
	append_moments(&stretch->absolute, stretch->days, &next->absolute, next->days);
	stretch->days += next->days;
	stretch->missing_days += next->missing_days;
	for (int i = 0; i < OCEAN_CATEGORIES; i++)
		stretch->category_days[i] += next->category_days[i];
	if (next->category_excess > stretch->category_excess)
	{
		stretch->category_excess = next->category_excess;
		stretch->category_day = next->category_day;
	}
	if (next->peak_anomaly > stretch->peak_anomaly)
	{
		stretch->peak_day = next->peak_day;
		stretch->peak_anomaly = next->peak_anomaly;
		stretch->peak_relative = next->peak_relative;
		stretch->peak_absolute = next->peak_absolute;
	}
	stretch->last = next->last;
}
