/*
 * rows.h
 *	  Forecasts as SQL sees them: an array of one composite for each step.
 */
#ifndef TIDEHOLD_FORECAST_ROWS_H
#define TIDEHOLD_FORECAST_ROWS_H

#include "access/tupdesc.h"
#include "fmgr.h"

#include "forecast/axis.h"

/* What a call site needs to know of its result; lives as long as the call site. */
typedef struct ThRowShape
{
	Oid type;
	int16 length;
	bool by_value;
	char alignment;
	TupleDesc desc;
} ThRowShape;

typedef struct ThForecastRows
{
	int horizon;
	const ThAxis *axis;
	int64 last; /* step of the axis before the first row */
	const double *mean;
	const double *lower; /* NaN where nothing is known of it */
	const double *upper;
	int quantile_count;
	const double *quantile; /* of row i at level k in [k * horizon + i] */
	const char *method;
} ThForecastRows;

/* Of the function that is called, which returns an array. */
extern void th_row_shape(FunctionCallInfo fcinfo, ThRowShape *shape);

/* False where the axis ends before the horizon. */
extern bool th_rows(const ThRowShape *shape, const ThForecastRows *rows, Datum *result);

/* The array of quantiles of row i. */
extern Datum th_row_quantiles(const ThForecastRows *rows, int i);

/* One row that says why there is no forecast. */
extern Datum th_status_row(const ThRowShape *shape, const char *status);

#endif /* TIDEHOLD_FORECAST_ROWS_H */
