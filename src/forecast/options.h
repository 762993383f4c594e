/*
 * options.h
 *	  Options of a forecast as SQL writes them: a value of tidehold.forecast_option_set, which is
 *	  a JSON object with some of the names in options.c.
 */
#ifndef TIDEHOLD_FORECAST_OPTIONS_H
#define TIDEHOLD_FORECAST_OPTIONS_H

#include "core/forecast/method.h"
#include "core/forecast/points.h"

#define TH_QUANTILES_MAX 64

typedef struct ThForecastOptions
{
	ForecastOptions core; /* its horizon is 0 where none is given */
	int period[FORECAST_PERIODS_MAX];
	int period_count; /* -1: none are given, the step tells them */
	double level;	  /* of the interval from lower to upper */
	int quantile_count;
	double quantile[TH_QUANTILES_MAX];
	ForecastGaps gaps;
	ForecastDuplicates duplicates;
	const char *series; /* name for messages, or NULL; in the current memory context */
} ThForecastOptions;

/* options may be NULL.  Raises the error of the first option that is wrong. */
extern void th_forecast_options_read(const struct varlena *options, ThForecastOptions *parsed);

/* Steps that a model without a wish of its own looks ahead: its shortest period, or 10. */
extern int th_forecast_options_horizon(const ThForecastOptions *options);

#endif /* TIDEHOLD_FORECAST_OPTIONS_H */
