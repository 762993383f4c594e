/*
 * predict.h
 *	  What SQL is told of a model's steps ahead.
 */
#ifndef TIDEHOLD_FORECAST_PREDICT_H
#define TIDEHOLD_FORECAST_PREDICT_H

#include "forecast/options.h"
#include "forecast/rows.h"
#include "forecast/work.h"

/*
 * The forecast of rows->horizon steps, its interval and quantiles as the options have them,
 * in the memory of the work; what rows has of dates stays.
 */
extern ForecastStatus th_predict(ThWork *work, const ThForecastOptions *options,
								 const ForecastModel *model, ThForecastRows *rows);

/* Raises an error where it is none that a forecast can have. */
extern void th_check_horizon(int horizon);

#endif /* TIDEHOLD_FORECAST_PREDICT_H */
