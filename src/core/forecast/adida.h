/*
 * adida.h
 *	  Aggregate-disaggregate intermittent demand approach: Nikolopoulos, Syntetos, Boylan,
 *	  Petropoulos & Assimakopoulos (2011), Journal of the Operational Research Society 62, 544.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ADIDA_H
#define TIDEHOLD_CORE_FORECAST_ADIDA_H

#include "core/forecast/forecast.h"

typedef struct ForecastAdidaOptions
{
	int bucket;	  /* periods added up; 0 is the mean interval between demands */
	double alpha; /* of simple exponential smoothing of the buckets */
} ForecastAdidaOptions;

typedef struct ForecastAdida
{
	int bucket;
	double alpha;
	double level; /* of a bucket */
	double sum;	  /* of the bucket that fills, a missing period as the level has it */
	int filled;	  /* periods in it */
	double sigma2;
	int errors; /* of buckets, that sigma2 is the mean of */
} ForecastAdida;

/* FORECAST_TOO_SHORT below one full bucket. */
ForecastStatus forecast_adida_fit(const ForecastWork *work, const ForecastSeries *series,
								  const ForecastAdidaOptions *options, ForecastAdida *model,
								  double *residuals);
double forecast_adida_update(ForecastAdida *model, double value);

/* The bucket's level in equal parts; variance is the bucket's in equal parts. */
ForecastStatus forecast_adida_predict(const ForecastAdida *model, int h, double *mean,
									  double *variance);

#endif
