/*
 * degree_heating.h
 *	  Heat stress of corals: HotSpot, Degree Heating Weeks and bleaching alert levels of NOAA
 *	  Coral Reef Watch, version 3.1 (Liu et al. 2014, Remote Sensing 6, 11579-11606; Skirving
 *	  et al. 2020, Remote Sensing 12, 3856).
 */
#ifndef TIDEHOLD_CORE_OCEAN_DEGREE_HEATING_H
#define TIDEHOLD_CORE_OCEAN_DEGREE_HEATING_H

#include "core/ocean/calendar.h"
#include "core/ocean/series.h"

#define OCEAN_HEATING_DAYS 84
#define OCEAN_HEATING_YEARS_MAX 200

/* The centre of 1985 to 1990 and 1993, to which Coral Reef Watch turns its climatology. */
#define OCEAN_HEATING_CENTRE 1988.2857

typedef struct OceanMonthlyOptions
{
	int first_year; /* 1985 and 2012 at Coral Reef Watch; at most OCEAN_HEATING_YEARS_MAX */
	int last_year;
	bool recentred; /* a month's mean is its regression on the year, at the centre */
	double centre;
} OceanMonthlyOptions;

typedef struct OceanMonthlyMeans
{
	double mean[OCEAN_MONTHS]; /* NaN of months without values */
	int32_t years[OCEAN_MONTHS];
	double maximum;	   /* the maximum monthly mean, MMM; NaN where a month has no mean */
	int maximum_month; /* 0 to 11 */
} OceanMonthlyMeans;

/*
 * A month is the mean over the years of its means; of those years that have values on half
 * of its days.  OCEAN_EMPTY where there are none; a month of one year is not recentred.
 */
OceanStatus ocean_monthly_means(const OceanSeries *series, const OceanMonthlyOptions *options,
								OceanMonthlyMeans *means);

/* Bleaching alert levels: levels 3 to 5 are those of December 2023. */
typedef enum OceanBleaching
{
	OCEAN_BLEACHING_NONE = 0, /* HotSpot 0 or below */
	OCEAN_BLEACHING_WATCH,	  /* HotSpot below 1 */
	OCEAN_BLEACHING_WARNING,  /* HotSpot 1 or more, and below 4 degree heating weeks */
	OCEAN_BLEACHING_LEVEL_1,  /* from 4 on */
	OCEAN_BLEACHING_LEVEL_2,  /* 8 */
	OCEAN_BLEACHING_LEVEL_3,  /* 12 */
	OCEAN_BLEACHING_LEVEL_4,  /* 16 */
	OCEAN_BLEACHING_LEVEL_5	  /* 20 */
} OceanBleaching;

typedef struct OceanHeating
{
	double hotspot;		 /* Kelvin above the maximum monthly mean; NaN of a missing day */
	double weeks;		 /* degree Celsius weeks; NaN of fewer days, or of no value */
	int32_t missing;	 /* of the days that weeks sums: the sum is then a lower bound */
	OceanBleaching day;	 /* level of the day; NONE where HotSpot or weeks is not known */
	OceanBleaching area; /* highest of the last 7 days, as the products show it */
} OceanHeating;

/* One for each day of the series. */
OceanStatus ocean_degree_heating(const OceanSeries *series, double maximum_monthly_mean,
								 OceanHeating *heating);

OceanBleaching ocean_bleaching_level(double hotspot, double weeks);

#endif /* TIDEHOLD_CORE_OCEAN_DEGREE_HEATING_H */
