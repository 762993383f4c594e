/*
 * values.h
 *	  What the functions of forecasting over arrays share: values from SQL, and the memory
 *	  and the interruption that src/core/forecast asks for.
 */
#ifndef TIDEHOLD_FORECAST_VALUES_H
#define TIDEHOLD_FORECAST_VALUES_H

#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/array.h"

#include "core/forecast/forecast.h"

/*
 * An array of one dimension as n values, palloc'd: NULL is NaN, missing.  name is that of
 * the argument, for messages.
 */
extern double *th_values(ArrayType *array, const char *name, int *n);

/* The same, and infinite values are refused. */
extern double *th_finite_values(ArrayType *array, const char *name, int *n);

/* Memory of the current context; a cancel leaves by longjmp. */
extern const ForecastWork th_forecast_work;

/* Raises the error for a status that no row can tell: of a caller's mistake, or of memory. */
extern void th_forecast_check(ForecastStatus status);

/* NULL for NaN. */
extern void th_float_or_null(double value, Datum *datum, bool *is_null);

#endif /* TIDEHOLD_FORECAST_VALUES_H */
