/*
 * heatwave_summary.h
 *	  Events by year, their ranks and return periods.
 */
#ifndef TIDEHOLD_CORE_OCEAN_HEATWAVE_SUMMARY_H
#define TIDEHOLD_CORE_OCEAN_HEATWAVE_SUMMARY_H

#include "core/ocean/heatwave.h"

/*
 * A year.  Events count in the year in which they start, their days in the year in which
 * they lie.  Means are those over the events, NaN of none.
 */
typedef struct OceanHeatwaveYear
{
	int year;
	int32_t events;
	int32_t days;							 /* of events, as they lie in the year */
	int32_t category_days[OCEAN_CATEGORIES]; /* of the events that start in it */
	double duration;
	double intensity_strongest; /* the max of the strongest: of cold spells the lowest */
	double total_cumulative;	/* sum over the events; 0 of none */
	OceanIntensity anomaly;		/* each a mean over the events */
	OceanIntensity relative;
	OceanIntensity absolute;
	double rate_onset; /* over the events that have one */
	double rate_decline;
	int32_t values; /* of the series, known, in the year */
	double value_mean;
	double value_least;
	double value_greatest;
} OceanHeatwaveYear;

/* As many as a series can have. */
#define OCEAN_HEATWAVE_YEARS_MAX 1100

/*
 * Years from first_year on, count of them; the events ascend and do not overlap.  Values of
 * the series are as they were measured; the means of the years by themselves, so that a
 * year is to be judged by its values too.
 */
OceanStatus ocean_heatwave_years(const OceanSeries *series, const OceanEvent *event, int events,
								 bool cold, int first_year, int count, OceanHeatwaveYear *year);

/*
 * Rank 1 is the largest figure; of equal ones the later comes first, and NaN last.  Figures
 * of cold spells are to be turned before.
 */
OceanStatus ocean_heatwave_ranks(const ForecastWork *work, const double *figure, int count,
								 int32_t *rank);

/* Years between events of a rank in a series of so many days (Weibull plotting position). */
double ocean_heatwave_return_years(int32_t days, int32_t rank);

#endif /* TIDEHOLD_CORE_OCEAN_HEATWAVE_SUMMARY_H */
