/*
 * season.h
 *	  Whether a series is seasonal, its seasonal figures by classical decomposition, and
 *	  seasons that are taken out before a method without seasons and put back after it.
 */
#ifndef TIDEHOLD_CORE_FORECAST_SEASON_H
#define TIDEHOLD_CORE_FORECAST_SEASON_H

#include "core/forecast/forecast.h"

typedef enum ForecastSeasonForm
{
	FORECAST_SEASON_NONE,
	FORECAST_SEASON_ADDITIVE,
	FORECAST_SEASON_MULTIPLICATIVE
} ForecastSeasonForm;

/* Seasonal figures by which a series goes on; of several periods they add or multiply. */
typedef struct ForecastSeason
{
	ForecastSeasonForm form;
	int count;
	int period[FORECAST_PERIODS_MAX];
	int position[FORECAST_PERIODS_MAX]; /* of the next value */
	double *figure[FORECAST_PERIODS_MAX];
} ForecastSeason;

/*
 * Autocorrelations of lags 1 to lags in acf[0..lags-1]: around the mean, divided by the
 * count of known values (Box & Jenkins 1976, equation 2.1.11).  Zero of a constant.  As all
 * here it wants values whose squares do not overflow: see forecast_series_scaled.
 */
ForecastStatus forecast_autocorrelations(const ForecastWork *work, const double *value, int n,
										 int lags, double *acf);

/*
 * Whether the autocorrelation at the period is beyond z of Bartlett's standard errors:
 * |r(m)| > z sqrt((1 + 2 sum of r(i)^2, i < m) / n); the test of the M4 benchmarks
 * (Makridakis, Spiliotis & Assimakopoulos 2020, appendix A).
 */
ForecastStatus forecast_seasonality_test(const ForecastWork *work, const double *value, int n,
										 int period, double z, bool *seasonal);

/*
 * Classical decomposition (Hyndman & Athanasopoulos 2021, section 3.4): the trend is the
 * centred moving average over a period, NaN at both ends; the figures are the means of what
 * is left by their place in the period, made to have the mean 0 or 1.  figure[i] is of
 * values t with t % period == i.  FORECAST_TOO_SHORT below two periods.
 */
ForecastStatus forecast_classical_decompose(const ForecastWork *work, const double *value,
											int n, int period, ForecastSeasonForm form,
											double *trend, double *figure);

/*
 * Takes the season of the one period out where the test finds one, multiplicatively where
 * the values allow it, and tells how to put it back.  A series of fewer than least values
 * is left as it is.
 */
ForecastStatus forecast_season_adjust(const ForecastWork *work, const double *value, int n,
									  int period, int least, ForecastSeason *season,
									  double *adjusted);

/* What the season does to the value i steps ahead, 0 being the next one. */
double forecast_season_at(const ForecastSeason *season, int i);

/* What an error of the adjusted value i steps ahead is multiplied by: 1 of an additive season. */
double forecast_season_factor(const ForecastSeason *season, int i);

/*
 * Errors of the n adjusted values that came before the next one, as errors of the series:
 * with their season, and multiplied by 2^exponent.
 */
void forecast_season_errors(const ForecastSeason *season, int n, int exponent, double *error);

double forecast_season_remove(const ForecastSeason *season, double value);
void forecast_season_advance(ForecastSeason *season);
void forecast_season_apply(const ForecastSeason *season, int h, double *mean, double *variance);

#endif
