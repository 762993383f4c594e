/*
 * intermittent.h
 *	  Demand with periods of none: its classes, and methods that follow how often and how
 *	  much apart.
 *
 * Values are demand of one period, not below 0; a missing one is a period nobody watched.
 */
#ifndef TIDEHOLD_CORE_FORECAST_INTERMITTENT_H
#define TIDEHOLD_CORE_FORECAST_INTERMITTENT_H

#include "core/forecast/forecast.h"

/* Syntetos, Boylan & Croston (2005), Journal of the Operational Research Society 56, 495. */
typedef enum ForecastDemandClass
{
	FORECAST_DEMAND_NONE, /* no demand at all */
	FORECAST_DEMAND_SMOOTH,
	FORECAST_DEMAND_INTERMITTENT,
	FORECAST_DEMAND_ERRATIC,
	FORECAST_DEMAND_LUMPY
} ForecastDemandClass;

typedef struct ForecastDemandPattern
{
	int periods; /* known */
	int demands; /* of them with demand */
	double size; /* mean of the demands */
	double adi;	 /* average demand interval: periods a demand */
	double cv2;	 /* squared coefficient of variation of the demands */
	ForecastDemandClass class;
} ForecastDemandPattern;

ForecastStatus forecast_demand_pattern(const ForecastSeries *series,
									   ForecastDemandPattern *pattern);

typedef enum ForecastIntermittentKind
{
	FORECAST_CROSTON, /* Croston (1972), Operational Research Quarterly 23, 289 */
	FORECAST_SBA,	  /* Syntetos & Boylan (2005), International Journal of Forecasting 21, 303 */
	FORECAST_TSB	  /* Teunter, Syntetos & Babai (2011), EJOR 214, 606 */
} ForecastIntermittentKind;

typedef struct ForecastIntermittentOptions
{
	ForecastIntermittentKind kind;
	double alpha; /* of sizes, above 0 and at most 1 */
	double beta;  /* of intervals (Croston, SBA) or of the probability (TSB) */
	/*
	 * Starts from the first demand and the periods before it, as Croston wrote.  Else from
	 * the means of the series: where all series begin with a demand, the first interval
	 * makes every forecast too high for years.
	 */
	bool start_first;
} ForecastIntermittentOptions;

typedef struct ForecastIntermittent
{
	ForecastIntermittentKind kind;
	double alpha;
	double beta;
	double size;
	double square;		/* of sizes, for the variance */
	double interval;	/* Croston, SBA */
	double probability; /* TSB */
	double waited;		/* periods since the last demand, this one included */
	bool begun;			/* false before the first demand of start_first */
} ForecastIntermittent;

/* FORECAST_TOO_SHORT without a known value, FORECAST_BAD_ARGUMENT for one below 0. */
ForecastStatus forecast_intermittent_fit(const ForecastWork *work, const ForecastSeries *series,
										 const ForecastIntermittentOptions *options,
										 ForecastIntermittent *model, double *residuals);
double forecast_intermittent_update(ForecastIntermittent *model, double value);

/* Demand of one period on average; the same at every horizon. */
double forecast_intermittent_rate(const ForecastIntermittent *model);

/* Probability of a demand in a period. */
double forecast_intermittent_probability(const ForecastIntermittent *model);

/* The variance is that of one period's demand: of a size with the probability, else of 0. */
ForecastStatus forecast_intermittent_predict(const ForecastIntermittent *model, int h,
											 double *mean, double *variance);

#endif
