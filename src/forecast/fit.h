/*
 * fit.h
 *	  A model of a series, with errors for what is no fault of the series.
 */
#ifndef TIDEHOLD_FORECAST_FIT_H
#define TIDEHOLD_FORECAST_FIT_H

#include "forecast/options.h"
#include "forecast/work.h"

/*
 * FORECAST_OK, or what the series is not good for: a status that forecast_status_text has
 * words for.  The model's arrays are in the memory of the work.
 */
extern ForecastStatus th_fit(ThWork *work, const ForecastSeries *series,
							 const ThForecastOptions *options, int horizon,
							 ForecastModel *model);

#endif /* TIDEHOLD_FORECAST_FIT_H */
