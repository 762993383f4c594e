/*
 * heatwave_chance.h
 *	  The chance that an event starts, or goes on, in the days of a forecast.
 *
 * Errors of the forecast are normal with the given deviation on each day, and follow each
 * other as a Markov chain: a Gaussian copula whose correlations between successive days are
 * given, such as those of an autoregression.  The chances are integrals over all paths, by
 * Gauss-Legendre quadrature on both sides of each day's threshold, and not a simulation:
 * the same input gives the same bits.
 */
#ifndef TIDEHOLD_CORE_OCEAN_HEATWAVE_CHANCE_H
#define TIDEHOLD_CORE_OCEAN_HEATWAVE_CHANCE_H

#include "core/ocean/heatwave.h"

#define OCEAN_CHANCE_DAYS_MAX 366
#define OCEAN_CHANCE_RULE_MAX 31 /* days of duration, and of gaps */
#define OCEAN_CHANCE_CORRELATION_MAX 0.99

/* Of one day ahead. */
typedef struct OceanOutlook
{
	double mean;
	double deviation; /* 0 or more */
	double limit;	  /* see ocean_climatology_limit; NaN is never exceeded */
	/* With the error of the day before, to both sides of 0; 0 on the first day. */
	double correlation;
} OceanOutlook;

typedef struct OceanChance
{
	double exceeds; /* the day is beyond the threshold */
	double active;	/* an event is declared, and the day belongs to it */
	double open;	/* active or pending: an event is not over */
	double started; /* an event was declared, on this day or before it in the forecast */
	double lasting; /* the event that is open now is not over on this day */
} OceanChance;

/*
 * The state is that of the day before the first of the outlook.  Correlations beyond
 * OCEAN_CHANCE_CORRELATION_MAX are taken for that.
 */
OceanStatus ocean_heatwave_chance(const ForecastWork *work, const OceanHeatwaveRule *rule,
								  const OceanHeatwaveState *state, const OceanOutlook *outlook,
								  int days, OceanChance *chance);

/*
 * Correlation of the errors of an autoregression of order 1, from the deviations of two
 * successive days: phi * before / after; 0 where after is.
 */
double ocean_outlook_correlation(double phi, double before, double after);

#endif /* TIDEHOLD_CORE_OCEAN_HEATWAVE_CHANCE_H */
