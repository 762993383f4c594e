/*
 * forecast_model_test.c
 *	  Models as bytes: back to the last bit, and no harm from bytes of others.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/model_pack.h"

#include <math.h>
#include <string.h>

#include "forecast_unit.h"

#define VALUES 72
#define STEPS 14
#define BYTES_MAX 20000

static double
of_demand(int t)
{
	return t % 3 == 0 || t % 7 == 0 ? 2 + t % 5 : 0;
}

/* A season of 12 with noise, and demand with zeros for the methods that count. */
static void
fit_some(ForecastMethod method, bool periods, ForecastModel *model)
{
	static double value[VALUES];
	ForecastSeries series = { .value = value, .n = VALUES };
	ForecastOptions options;

	forecast_options_default(method, &options);
	if ((method >= FORECAST_METHOD_CROSTON && method <= FORECAST_METHOD_ADIDA) ||
		method == FORECAST_METHOD_DEMAND)
		fill(value, VALUES, of_demand);
	else
		fill(value, VALUES, of_season);
	for (int t = 0; t < VALUES && value[0] > 40; t++)
		value[t] += (double) unit_random_in(-1000, 1000) / 500 + 8 * (t % 12 < 4);
	if (periods)
	{
		series.period_count = 2;
		series.period[0] = 4;
		series.period[1] = 12;
	}
	options.horizon = STEPS;
	options.climatology.period = 12;
	options.intervals = FORECAST_INTERVALS_CALIBRATED;
	CHECK(forecast_fit(&unit_work, &series, &options, model, NULL) == FORECAST_OK);
}

static size_t
pack(const ForecastModel *model, unsigned char *bytes)
{
	size_t size = forecast_model_pack(model, NULL);

	CHECK(size <= BYTES_MAX);
	CHECK(forecast_model_pack(model, bytes) == size);
	return size;
}

static ForecastStatus
unpack(const unsigned char *bytes, size_t size, ForecastModel *model)
{
	/* Of its exact size, so that the sanitizer sees a step beyond it. */
	unsigned char *exact = memcpy(piece_allocate(NULL, size > 0 ? size : 1), bytes, size);
	ForecastUnpacked unpacked;

	return forecast_model_unpack(&unit_work, exact, size, model, &unpacked);
}

static bool
same_forecast(const ForecastModel *one, const ForecastModel *other)
{
	double mean[2][STEPS], variance[2][STEPS], quantile[2][STEPS];

	for (int i = 0; i < 2; i++)
	{
		const ForecastModel *model = i == 0 ? one : other;

		if (forecast_predict(&unit_work, model, STEPS, mean[i], variance[i], NULL) != FORECAST_OK ||
			forecast_quantile(&unit_work, model, STEPS, 0.9, quantile[i]) != FORECAST_OK)
			return false;
	}
	return memcmp(mean[0], mean[1], sizeof(mean[0])) == 0 &&
		   memcmp(variance[0], variance[1], sizeof(variance[0])) == 0 &&
		   memcmp(quantile[0], quantile[1], sizeof(quantile[0])) == 0;
}

static void
round_trip_of(ForecastMethod method, bool periods)
{
	static unsigned char bytes[2][BYTES_MAX];
	static const double next[] = { 60, NAN, 3, 0, 71 };
	ForecastModel model, back;
	size_t size;

	fit_some(method, periods, &model);
	size = pack(&model, bytes[0]);
	if (!CHECK(unpack(bytes[0], size, &back) == FORECAST_OK))
		fprintf(stderr, "  method %s\n", forecast_method_name(method));
	for (int i = 0; i < 5; i++)
	{
		CHECK(same_forecast(&model, &back));
		CHECK(pack(&back, bytes[1]) == size && memcmp(bytes[0], bytes[1], size) == 0);
		forecast_update(&model, next[i]);
		forecast_update(&back, next[i]);
		size = pack(&model, bytes[0]);
	}
	drop_pieces();
}

static void
round_trip(void)
{
	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		round_trip_of((ForecastMethod) i, true);
		round_trip_of((ForecastMethod) i, false);
	}
}

static void
truncated(void)
{
	static unsigned char bytes[BYTES_MAX];

	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		ForecastModel model, back;
		size_t size;

		fit_some((ForecastMethod) i, true, &model);
		size = pack(&model, bytes);
		for (size_t cut = 0; cut < size; cut += 1 + cut / 50)
			CHECK(unpack(bytes, cut, &back) == FORECAST_BAD_ARGUMENT);
		bytes[size] = 0;
		CHECK(unpack(bytes, size + 1, &back) == FORECAST_BAD_ARGUMENT);
		bytes[0]++;
		CHECK(unpack(bytes, size, &back) == FORECAST_BAD_ARGUMENT);
		drop_pieces();
	}
}

/* Whatever is believed can be asked and moved on. */
static void
use(ForecastModel *model)
{
	static const double next[] = { 1, NAN, 1e300, 0 };
	double mean[STEPS], variance[STEPS], quantile[STEPS];

	for (int i = 0; i < 4; i++)
	{
		ForecastStatus status = forecast_predict(&unit_work, model, STEPS, mean, variance, NULL);

		for (int k = 0; k < STEPS && status == FORECAST_OK; k++)
			CHECK(isfinite(mean[k]) && !isinf(variance[k]));
		forecast_quantile(&unit_work, model, STEPS, 0.9, quantile);
		forecast_update(model, next[i]);
	}
}

/* One to four bytes wrong; the first ones are those with forms and counts. */
static void
spoil(unsigned char *bytes, size_t size)
{
	for (int k = (int) unit_random_in(1, 4); k > 0; k--)
	{
		int64_t reach = unit_random_in(0, 1) == 0 && size > 120 ? 120 : (int64_t) size;

		bytes[unit_random_in(1, reach - 1)] = (unsigned char) unit_random();
	}
}

static void
corrupt(void)
{
	static unsigned char bytes[BYTES_MAX], wrong[BYTES_MAX];
	int believed = 0;
	int refused = 0;

	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		ForecastModel model;
		size_t size;

		fit_some((ForecastMethod) i, true, &model);
		size = pack(&model, bytes);
		drop_pieces();
		for (int k = 0; k < 400; k++)
		{
			ForecastStatus status;

			memcpy(wrong, bytes, size);
			spoil(wrong, size);
			status = unpack(wrong, size, &model);
			CHECK(status == FORECAST_OK || status == FORECAST_BAD_ARGUMENT);
			believed += status == FORECAST_OK;
			refused += status != FORECAST_OK;
			if (status == FORECAST_OK)
				use(&model);
			drop_pieces();
		}
	}
	CHECK(believed > 1000 && refused > 1000);
}

/* Each byte of each part is described, but for what aligns the next field. */
static void
described(const ForecastPart *part, bool is_union)
{
	size_t end = 0;

	for (int i = 0; i < part->fields; i++)
	{
		const ForecastField *field = &part->field[i];
		size_t element = field->type == FORECAST_FIELD_NUMBER ? sizeof(double) : sizeof(int);

		if (field->type == FORECAST_FIELD_PART)
		{
			described(field->part, false);
			element = field->part->size;
		}
		else if (field->type == FORECAST_FIELD_FLAG)
			element = sizeof(bool);
		if (field->pointed)
			element = sizeof(double *);
		if (is_union && i > 0 && field->offset == part->field[i - 1].offset)
			continue;
		if (!CHECK(field->offset >= end && field->offset - end < sizeof(double)))
			fprintf(stderr, "  before field %s\n", field->name);
		end = field->offset + (size_t) field->count * element;
	}
	CHECK(is_union || (end <= part->size && part->size - end < sizeof(double)));
}

static void
description(void)
{
	described(&forecast_model_part, true);
}

/* The format of a version does not change: a level of 2 under the naive method. */
static void
format(void)
{
	static const unsigned char head[] = { 1, 1, 1, 0, 1, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0,
										  0, 0, 0, 3, 0x3f, 0xf0 };
	double value[] = { 1, 3, 2 };
	const ForecastSeries series = { .value = value, .n = 3 };
	static unsigned char bytes[BYTES_MAX];
	ForecastOptions options;
	ForecastModel model;

	forecast_options_default(FORECAST_METHOD_NAIVE, &options);
	options.nonnegative = true;
	CHECK(forecast_fit(&unit_work, &series, &options, &model, NULL) == FORECAST_OK);
	CHECK(pack(&model, bytes) == 156);
	CHECK(memcmp(bytes, head, sizeof(head)) == 0);
	drop_pieces();
}

int
main(void)
{
	const UnitGroup groups[] = {
		{ "the description is whole", description },
		{ "models come back to the last bit", round_trip },
		{ "bytes of version 1", format },
		{ "truncated models are refused", truncated },
		{ "corrupt models do no harm", corrupt },
	};

	return UNIT_RUN(groups);
}
