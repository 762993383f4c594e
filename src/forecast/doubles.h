/*
 * doubles.h
 *	  Arrays of SQL as doubles, and back.
 */
#ifndef TIDEHOLD_FORECAST_DOUBLES_H
#define TIDEHOLD_FORECAST_DOUBLES_H

#include "fmgr.h"
#include "utils/array.h"

#include "core/forecast/forecast.h"

/*
 * An array of one dimension as n values, palloc'd: NULL is NaN, missing.  name is that of
 * the argument, for messages.
 */
extern double *th_doubles(ArrayType *array, const char *name, int *n);

/* The same, and infinite values are refused. */
extern double *th_finite_doubles(ArrayType *array, const char *name, int *n);

/* Raises the error of a status that says nothing of the series: a caller's mistake, or memory. */
extern void th_forecast_check(ForecastStatus status);

/* NULL for NaN. */
extern void th_float_or_null(double value, Datum *datum, bool *is_null);

#endif /* TIDEHOLD_FORECAST_DOUBLES_H */
