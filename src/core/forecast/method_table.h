/*
 * method_table.h
 *	  Which code is behind each method.
 */
#ifndef TIDEHOLD_CORE_FORECAST_METHOD_TABLE_H
#define TIDEHOLD_CORE_FORECAST_METHOD_TABLE_H

#include "core/forecast/method.h"

/* One a member of the union of ForecastModel, and demand, which stands beside it. */
typedef enum ForecastFamily
{
	FORECAST_FAMILY_AUTO,
	FORECAST_FAMILY_NAIVE,
	FORECAST_FAMILY_NAIVE2,
	FORECAST_FAMILY_ETS,
	FORECAST_FAMILY_THETA,
	FORECAST_FAMILY_ARIMA,
	FORECAST_FAMILY_INTERMITTENT,
	FORECAST_FAMILY_ADIDA,
	FORECAST_FAMILY_CLIMATOLOGY,
	FORECAST_FAMILY_DEMAND
} ForecastFamily;

typedef struct ForecastMethodRow
{
	ForecastFamily family;
	int kind;				/* within the family, where it has kinds */
	ForecastMethod simpler; /* itself where there is none */
	const char *form;		/* of exponential smoothing, where the method is one form */
} ForecastMethodRow;

extern const char *const forecast_method_names[FORECAST_METHODS];
extern const char *const forecast_status_texts[FORECAST_EXPLODED + 1];

const ForecastMethodRow *forecast_method_row(ForecastMethod method);

/* The one method, or why not; the parts of the model that all methods share stay. */
ForecastStatus forecast_fit_only(const ForecastWork *work, const ForecastSeries *series,
								 const ForecastOptions *options, ForecastModel *model,
								 double *residuals);

/* Without stretch and truncation; FORECAST_EXPLODED where it does, but gave_way of auto. */
ForecastStatus forecast_predict_only(const ForecastWork *work, const ForecastModel *model, int h,
									 double *mean, double *variance, bool *gave_way);

#endif
