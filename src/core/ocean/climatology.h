/*
 * climatology.h
 *	  What each day of the year is usually like, and from where on it is extreme: the
 *	  climatology of Hobday et al. (2016), Progress in Oceanography 141, 227-238, to the
 *	  digits of the field's reference implementation (marineHeatWaves, commit d7292bf).
 *
 * The sample of a day of the year is all that was measured on it, and up to so many days
 * before and after it, in the years of the baseline; days beyond the baseline's ends that
 * are near enough belong to it.  Its mean is the climatology, its percentile (type 7 of
 * Hyndman & Fan 1996) the threshold; 29 February has the mean of its neighbours' figures.
 * Both curves are smoothed by a running mean around the year.  It has nothing in common
 * with the harmonics that core/forecast/climatology.h fits for forecasts.
 */
#ifndef TIDEHOLD_CORE_OCEAN_CLIMATOLOGY_H
#define TIDEHOLD_CORE_OCEAN_CLIMATOLOGY_H

#include "core/ocean/calendar.h"
#include "core/ocean/series.h"

/* Windows of successive years must not overlap. */
#define OCEAN_WINDOW_MAX 182
#define OCEAN_CURVES_MAX 8

typedef struct OceanClimatologyOptions
{
	int first_year; /* baseline, both included */
	int last_year;
	int window_half_width; /* days, 0 to OCEAN_WINDOW_MAX; 5 is usual */
	int smoothing_width;   /* days, odd, 1 to 365; 31 is usual, 1 smooths nothing */
	int pad_days;		   /* see ocean_series_pad */
	int min_years;		   /* policy: years of the baseline with values; 0 wants none */
	bool cold;			   /* of cold spells: the threshold is as far from the other end */
	int curves;			   /* 1 to OCEAN_CURVES_MAX */
	/* Of each curve a percentile for each month, above 0 and below 100; 90 also of cold. */
	double percentile[OCEAN_CURVES_MAX][OCEAN_MONTHS];
} OceanClimatologyOptions;

/* Defaults of the field: window 5, smoothing 31, one curve of percentile 90. */
void ocean_climatology_defaults(OceanClimatologyOptions *options);

/* One percentile for all months of a curve. */
void ocean_climatology_percentile(OceanClimatologyOptions *options, int curve, double percentile);

/*
 * One curve.  Figures are at day of the year less one, and NaN where the sample is empty or,
 * smoothed, where that of any day within the smoothing is.
 */
typedef struct OceanClimatology
{
	double mean[OCEAN_YEAR_DAYS];
	double threshold[OCEAN_YEAR_DAYS];
	int32_t samples[OCEAN_YEAR_DAYS]; /* values that the mean is of, before smoothing */
	int32_t years;					  /* of the baseline, with values on half of their days */
	int32_t values;					  /* in the baseline */
	int32_t guarded;				  /* days of the year on which the threshold is not beyond */
} OceanClimatology;

/*
 * Gives options->curves climatologies, which differ in threshold and guarded alone.  A day
 * of the year of which the series has a day counts, whether its value is missing or not;
 * of 29 February samples is the smaller of its neighbours'.
 *
 * OCEAN_BASELINE_OUTSIDE where the series has no day in the first or in the last year,
 * OCEAN_TOO_FEW_YEARS below min_years, OCEAN_EMPTY where no value is in the baseline.
 */
OceanStatus ocean_climatology_build(const ForecastWork *work, const OceanSeries *series,
									const OceanClimatologyOptions *options,
									OceanClimatology *climatology);

/*
 * What a value of a day of the year, 1 to 366, must be beyond to be extreme: the threshold,
 * but where that lies inside of the climatology the climatology.  NaN where there is none.
 */
double ocean_climatology_limit(const OceanClimatology *climatology, int day_of_year, bool cold);

/* How well a climatology that may be borrowed fits a series: values less means. */
typedef struct OceanClimatologyFit
{
	int32_t values; /* on days with a mean */
	double bias;	/* mean difference, NaN of none */
	double rmse;
	double rmse_less_bias;
} OceanClimatologyFit;

OceanStatus ocean_climatology_fit(const OceanSeries *series, const OceanClimatology *climatology,
								  OceanClimatologyFit *fit);

#endif /* TIDEHOLD_CORE_OCEAN_CLIMATOLOGY_H */
