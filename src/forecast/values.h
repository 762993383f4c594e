/*
 * values.h
 *	  Series that come as arrays.
 */
#ifndef TIDEHOLD_FORECAST_VALUES_H
#define TIDEHOLD_FORECAST_VALUES_H

#include "utils/array.h"

#include "core/forecast/forecast.h"
#include "forecast/options.h"
#include "forecast/work.h"

/*
 * Elements that are null are missing values; NaN and infinity are refused.  The values are in
 * the memory of the work; the periods are those of the options, none where they have none.
 */
extern void th_values_series(ThWork *work, ArrayType *array, const ThForecastOptions *options,
							 ForecastSeries *series);

/* Raises an error where a value is no number that a series can have. */
extern void th_check_value(double value);

#endif /* TIDEHOLD_FORECAST_VALUES_H */
