/*
 * auto_backtest.h
 *	  Forecasts of the end of a series from what came before it.
 */
#ifndef TIDEHOLD_CORE_FORECAST_AUTO_BACKTEST_H
#define TIDEHOLD_CORE_FORECAST_AUTO_BACKTEST_H

#include "core/forecast/auto_member.h"
#include "core/forecast/conformal.h"

/*
 * A mean further than this many widths of the range of the values is an explosion: no
 * series doubles its whole history ten times over within a horizon that is worth telling.
 */
bool forecast_exploded(double mean, double low, double high);

/* Sets the weights of the fitted members from backtests of horizon steps, and the scores. */
ForecastStatus forecast_backtest(const ForecastWork *work, const ForecastSeries *series,
								 int horizon, ForecastMember *member, ForecastScores *scores);

/* The weighted mean of the members, and of their standard errors as far as they have one. */
void forecast_combine(const ForecastMember *member, int h, double *const *means,
					  double *const *variances, double *mean, double *deviation);

#endif
