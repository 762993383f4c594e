/*
 * ets.h
 *	  Exponential smoothing as innovations state space models: R. J. Hyndman, A. B. Koehler,
 *	  J. K. Ord & R. D. Snyder, Forecasting with Exponential Smoothing (2008), called HKOS
 *	  below.
 *
 * A form is the kind of error, trend and season.  Simple exponential smoothing is A,N,N,
 * Holt's method A,A,N, the damped trend A,Ad,N, Holt-Winters A,A,A and M,A,M.  The forms
 * are those whose forecast variance is finite and known: no multiplicative trend, and a
 * multiplicative season only with a multiplicative error.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ETS_H
#define TIDEHOLD_CORE_FORECAST_ETS_H

#include "core/forecast/forecast.h"
#include "core/forecast/season.h"

typedef enum ForecastEtsError
{
	FORECAST_ERROR_ADDITIVE,
	FORECAST_ERROR_MULTIPLICATIVE
} ForecastEtsError;

typedef enum ForecastEtsTrend
{
	FORECAST_TREND_NONE,
	FORECAST_TREND_ADDITIVE,
	FORECAST_TREND_DAMPED
} ForecastEtsTrend;

typedef struct ForecastEtsForm
{
	ForecastEtsError error;
	ForecastEtsTrend trend;
	ForecastSeasonForm season;
} ForecastEtsForm;

#define FORECAST_ETS_FORMS 15

/* With the final 0. */
#define FORECAST_ETS_NAME_MAX 5

/* A period above this has heuristic first seasons; the other first states are estimated. */
#define FORECAST_ETS_PERIOD_ESTIMATED 24

typedef struct ForecastEtsOptions
{
	bool automatic; /* the form of lowest AICc, and form does not count */
	ForecastEtsForm form;
} ForecastEtsOptions;

/*
 * Level, trend, additive seasons and the sigma of an additive error are in units of
 * 2^exponent.  beta and gamma are those of HKOS table 2.2 and 2.3, where trend and season
 * move by beta and gamma times the error.
 */
typedef struct ForecastEts
{
	ForecastEtsForm form;
	double alpha;
	double beta;
	double gamma;
	double phi; /* 1 where the trend is not damped */
	int exponent;
	double level;
	double trend;
	int period;	  /* 0 without season */
	int position; /* the season of the next step */
	double *season;
	double sigma2; /* of the error; relative to the mean where that is multiplicative */
	double log_likelihood;
	double aicc;
	int parameters; /* estimated ones: smoothing, first states and sigma */
	int known;		/* values behind the states */
} ForecastEts;

/* The forms in the order of their number of parameters; index from 0. */
ForecastEtsForm forecast_ets_form(int index);
bool forecast_ets_form_valid(ForecastEtsForm form);

/* "AAdN" and the like. */
void forecast_ets_name(ForecastEtsForm form, char name[FORECAST_ETS_NAME_MAX]);
bool forecast_ets_parse(const char *name, ForecastEtsForm *form);

/*
 * True where the forecast forgets the distant past: the discounted transition has no
 * eigenvalue outside the unit circle.  HKOS chapter 10.
 */
bool forecast_ets_admissible(const ForecastEts *model);

/*
 * A seasonal form uses the first period of the series.  FORECAST_TOO_SHORT where AICc is
 * not defined (known values <= parameters + 1) or the values span less than two periods.
 */
ForecastStatus forecast_ets_fit(const ForecastWork *work, const ForecastSeries *series,
								const ForecastEtsOptions *options, ForecastEts *model,
								double *residuals);

/*
 * Runs a model whose form, parameters and first states are set over the whole series: last
 * states, sigma2, likelihood and AICc come out.  residuals are values less their means.
 */
ForecastStatus forecast_ets_run(const ForecastSeries *series, ForecastEts *model,
								double *residuals);

/* Gives the error one step ahead, NaN where the value is. */
double forecast_ets_update(ForecastEts *model, double value);

ForecastStatus forecast_ets_predict(const ForecastWork *work, const ForecastEts *model, int h,
									double *mean, double *variance);

#endif
