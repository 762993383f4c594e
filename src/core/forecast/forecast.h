/*
 * forecast.h
 *	  Forecasting of one series by statistical methods.  Pure C11: no PostgreSQL, no clock,
 *	  no state between calls; the same input gives the same bits.
 *
 * A series is n values at equal steps, oldest first; NaN is a value that is missing.
 * Infinite values are refused by whoever builds a series.  Memory comes from the caller and
 * is never given back piece by piece: he drops all of it when the series is done.
 */
#ifndef TIDEHOLD_CORE_FORECAST_H
#define TIDEHOLD_CORE_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ForecastStatus
{
	FORECAST_OK = 0,
	FORECAST_TOO_SHORT,	   /* fewer values than the method needs */
	FORECAST_NOT_POSITIVE, /* a multiplicative form of values that are not above zero */
	FORECAST_NOT_FITTED,   /* no parameters were found */
	FORECAST_INTERRUPTED,  /* the caller said so */
	FORECAST_NO_MEMORY,
	FORECAST_BAD_ARGUMENT,
	FORECAST_NEGATIVE,	/* demand below zero */
	FORECAST_NO_SEASON, /* a seasonal method of a series without period */
	FORECAST_EXPLODED	/* a forecast far outside of all that was */
} ForecastStatus;

/*
 * What the caller lends.  allocate gives size bytes, zeroed, aligned for any type, or NULL.
 * interrupted is asked at least every 10 ms of work; it may also leave by longjmp, since
 * nothing here needs cleaning up.
 */
typedef struct ForecastWork
{
	void *(*allocate)(void *context, size_t size);
	bool (*interrupted)(void *context);
	void *context;
} ForecastWork;

#define FORECAST_PERIODS_MAX 4
#define FORECAST_PERIOD_LIMIT 10000

typedef struct ForecastSeries
{
	const double *value;
	int n;
	int period[FORECAST_PERIODS_MAX]; /* seasonal periods in steps, ascending, each above 1 */
	int period_count;
} ForecastSeries;

/*
 * A forecast of h steps.  mean and variance are the caller's arrays of h; variance is that of
 * the forecast error by the model's own theory, NaN where it has none.
 *
 * Of each method file, for METHOD:
 *	 forecast_METHOD_fit(work, series, options, &model)	estimates; also gives residuals
 *	 forecast_METHOD_update(&model, value)				O(1), value may be NaN
 *	 forecast_METHOD_predict(&model, h, mean, variance)
 * A model is a plain struct without pointers but for its own seasonal arrays, so that it can
 * be written out.  residuals (n values, NaN where there is none) are errors one step ahead;
 * NULL of whoever does not want them.
 */

#endif
