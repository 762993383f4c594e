/*
 * model_pack.h
 *	  Models as bytes that are the same on every machine: the version of the format, then the
 *	  fields in the order of their description.  Counts have four bytes, numbers the eight of
 *	  IEEE 754, both with the highest byte first; names and flags have one.
 */
#ifndef TIDEHOLD_CORE_FORECAST_MODEL_PACK_H
#define TIDEHOLD_CORE_FORECAST_MODEL_PACK_H

#include "core/forecast/model_field.h"

/* How many bytes it takes; written where bytes is not NULL. */
size_t forecast_model_pack(const ForecastModel *model, unsigned char *bytes);

typedef struct ForecastUnpacked
{
	int version;				/* that the bytes are of */
	const ForecastField *wrong; /* field that broke the reading, NULL where there is none */
} ForecastUnpacked;

/*
 * Bytes from anywhere: what comes out with FORECAST_OK is a model that can be updated and
 * asked, FORECAST_BAD_ARGUMENT all else.
 */
ForecastStatus forecast_model_unpack(const ForecastWork *work, const unsigned char *bytes,
									 size_t size, ForecastModel *model,
									 ForecastUnpacked *unpacked);

#endif
