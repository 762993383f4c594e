/*
 * model.h
 *	  Models as values of tidehold.forecast_model: the bytes of model_pack.h in a varlena.
 */
#ifndef TIDEHOLD_FORECAST_MODEL_H
#define TIDEHOLD_FORECAST_MODEL_H

#include "lib/stringinfo.h"

#include "core/forecast/model_pack.h"
#include "forecast/work.h"

/* palloc'd */
extern Datum th_model_pack(const ForecastModel *model);

/* Its arrays are in the memory of the work.  Raises an error of bytes that are no model. */
extern void th_model_unpack(ThWork *work, Datum value, ForecastModel *model);

/* The same of bytes that came by another way than a value. */
extern void th_model_unpack_bytes(ThWork *work, const void *bytes, size_t size,
								  ForecastModel *model);

/* JSON, with all fields; th_model_read raises the error of a text that is no model. */
extern void th_model_write(const ForecastModel *model, StringInfo text);
extern void th_model_read(ThWork *work, const char *text, ForecastModel *model);

#endif /* TIDEHOLD_FORECAST_MODEL_H */
