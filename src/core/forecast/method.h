/*
 * method.h
 *	  Every method of forecasting behind one face: by name, with options that have defaults,
 *	  and a simpler method where the wanted one cannot be fitted.
 */
#ifndef TIDEHOLD_CORE_FORECAST_METHOD_H
#define TIDEHOLD_CORE_FORECAST_METHOD_H

#include "core/forecast/adida.h"
#include "core/forecast/arima.h"
#include "core/forecast/auto.h"
#include "core/forecast/climatology.h"
#include "core/forecast/intermittent.h"
#include "core/forecast/naive2.h"

/* The values are part of stored models: new ones go to the end. */
typedef enum ForecastMethod
{
	FORECAST_METHOD_AUTO,
	FORECAST_METHOD_NAIVE,
	FORECAST_METHOD_SEASONAL_NAIVE,
	FORECAST_METHOD_DRIFT,
	FORECAST_METHOD_WINDOW_MEAN,
	FORECAST_METHOD_SES,			/* exponential smoothing A,N,N */
	FORECAST_METHOD_HOLT,			/* A,A,N */
	FORECAST_METHOD_DAMPED,			/* A,Ad,N */
	FORECAST_METHOD_HOLT_WINTERS,	/* A,A,A */
	FORECAST_METHOD_HOLT_WINTERS_M, /* M,A,M */
	FORECAST_METHOD_ETS,			/* the form of the options, or that of lowest AICc */
	FORECAST_METHOD_THETA,
	FORECAST_METHOD_OPTIMISED_THETA,
	FORECAST_METHOD_DYNAMIC_THETA,
	FORECAST_METHOD_ARIMA, /* the order of the options, or that of lowest AICc */
	FORECAST_METHOD_CROSTON,
	FORECAST_METHOD_SBA,
	FORECAST_METHOD_TSB,
	FORECAST_METHOD_ADIDA,
	FORECAST_METHOD_MSTL, /* dynamic Theta of the series without all its seasons */
	FORECAST_METHOD_CLIMATOLOGY,
	FORECAST_METHOD_DEMAND,
	FORECAST_METHOD_NAIVE2
} ForecastMethod;

#define FORECAST_METHODS (FORECAST_METHOD_NAIVE2 + 1)

typedef enum ForecastIntervals
{
	FORECAST_INTERVALS_OWN,		 /* calibrated of auto, else analytic */
	FORECAST_INTERVALS_ANALYTIC, /* standard errors by the theory of the model */
	FORECAST_INTERVALS_CALIBRATED
} ForecastIntervals;

#define FORECAST_HORIZON_MAX 100000

typedef struct ForecastOptions
{
	ForecastMethod method;
	int horizon; /* that auto, calibration and the guard against explosion look ahead */
	bool nonnegative;
	ForecastIntervals intervals;
	bool may_end;	  /* auto, demand */
	int window;		  /* window_mean */
	double alpha;	  /* croston, sba, tsb, adida */
	double beta;	  /* croston, sba, tsb */
	bool start_first; /* croston, sba, tsb */
	int bucket;		  /* adida */
	bool periodic;	  /* mstl: each season like the others */
	ForecastEtsOptions ets;
	ForecastArimaOptions arima;
	ForecastClimatologyOptions climatology;
} ForecastOptions;

typedef struct ForecastModel
{
	ForecastMethod method;
	ForecastMethod wanted; /* other than method where that could not be fitted, */
	ForecastStatus reason; /* because of this, else FORECAST_OK */
	bool nonnegative;
	bool calibrated;
	double stretch; /* of standard errors */
	int known;		/* values that are not missing */
	double low;		/* range of them */
	double high;
	ForecastNaive last;	   /* what is left where the method explodes */
	ForecastDemand demand; /* of count methods: what their quantiles are of */
	union ForecastModelOf
	{
		ForecastAuto automatic;
		ForecastNaive naive;
		ForecastNaive2 naive2;
		ForecastEts ets;
		ForecastTheta theta;
		ForecastArima arima;
		ForecastIntermittent intermittent;
		ForecastAdida adida;
		ForecastClimatology climatology;
	} of;
} ForecastModel;

/* ---- names ---- */

/* "holt_winters_multiplicative" and the like. */
const char *forecast_method_name(ForecastMethod method);
bool forecast_method_parse(const char *name, ForecastMethod *method);

/* What a status says of a series, to put after "method x:". */
const char *forecast_status_text(ForecastStatus status);

/* ---- models ---- */

void forecast_options_default(ForecastMethod method, ForecastOptions *options);

/* Each option within its range, also those that the method does not know. */
bool forecast_options_valid(const ForecastOptions *options);

/*
 * Where the wanted method cannot be fitted, or its forecast explodes within the horizon, the
 * next simpler one is, down to the last value: FORECAST_TOO_SHORT is a series without any
 * known value.  residuals as in forecast.h; demand has none.
 */
ForecastStatus forecast_fit(const ForecastWork *work, const ForecastSeries *series,
							const ForecastOptions *options, ForecastModel *model,
							double *residuals);

/* True of count methods: values below 0 are none of theirs. */
bool forecast_counts_demand(const ForecastModel *model);

/* O(1) in the length of the series; value may be NaN.  Gives the error one step ahead. */
double forecast_update(ForecastModel *model, double value);

/*
 * At most FORECAST_HORIZON_MAX steps.  Means that explode, as after many updates or far
 * beyond the horizon of the fit, are replaced by the last value; answered (or NULL) is the
 * method of the model, or then naive.
 */
ForecastStatus forecast_predict(const ForecastWork *work, const ForecastModel *model, int h,
								double *mean, double *variance, ForecastMethod *answered);

/*
 * Quantiles at count levels between 0 and 1, of step i at level k in quantile[k * h + i]:
 * normal ones around the forecast of forecast_predict, of count methods those of the demand
 * of one period.  NaN where the variance is.
 */
ForecastStatus forecast_quantiles(const ForecastWork *work, const ForecastModel *model, int h,
								  const double *mean, const double *variance,
								  const double *level, int count, double *quantile);

/* The same of one level for who wants no means. */
ForecastStatus forecast_quantile(const ForecastWork *work, const ForecastModel *model, int h,
								 double level, double *quantile);

#endif
