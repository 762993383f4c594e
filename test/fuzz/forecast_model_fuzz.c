/*
 * forecast_model_fuzz.c
 *	  Bytes that pass for a model: what is believed can be asked and moved on, and leads back
 *	  to the same bytes.
 */
#include <math.h>

#include "core/forecast/model_pack.h"

#include "fuzz.h"

#define STEPS 20
#define UPDATES 3
#define PIECES_MAX 10000

#include "lender.h"

/* Names and flags have one way to be written, and all that is not a number is one. */
static void
same_bytes(const ForecastModel *model, const uint8_t *data, size_t size)
{
	size_t packed = forecast_model_pack(model, NULL);
	unsigned char *first = lend(&lender, packed);
	unsigned char *second = lend(&lender, packed);
	ForecastUnpacked unpacked;
	ForecastModel back;

	HOLDS(packed == size && data[0] == FORECAST_MODEL_VERSION);
	forecast_model_pack(model, first);
	HOLDS(forecast_model_unpack(&work, first, packed, &back, &unpacked) == FORECAST_OK);
	forecast_model_pack(&back, second);
	HOLDS(memcmp(first, second, packed) == 0);
}

static void
use(ForecastModel *model)
{
	static const double next[UPDATES] = { 3, NAN, 1e300 };
	double mean[STEPS], variance[STEPS], quantile[STEPS];

	for (int i = 0; i < UPDATES; i++)
	{
		ForecastStatus status = forecast_predict(&work, model, STEPS, mean, variance, NULL);

		for (int k = 0; k < STEPS && status == FORECAST_OK; k++)
			HOLDS(isfinite(mean[k]) && !isinf(variance[k]));
		forecast_quantile(&work, model, STEPS, 0.9, quantile);
		forecast_update(model, next[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ForecastUnpacked unpacked;
	ForecastModel model;

	take_back();
	if (size > 0 &&
		forecast_model_unpack(&work, data, size, &model, &unpacked) == FORECAST_OK)
	{
		same_bytes(&model, data, size);
		use(&model);
	}
	take_back();
	return 0;
}
