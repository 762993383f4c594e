/*
 * model_pack.c
 *	  Models as bytes.
 */
#include "core/forecast/model_pack.h"

#include <math.h>
#include <string.h>

#define COUNT_BYTES 4
#define NUMBER_BYTES 8

/* All that is not a number is written as one. */
#define NAN_BITS UINT64_C(0x7ff8000000000000)

static bool
enter_part(void *context, const ForecastField *field, int index)
{
	(void) context;
	(void) field;
	(void) index;
	return true;
}

static bool
leave_part(void *context, const ForecastField *field)
{
	(void) context;
	(void) field;
	return true;
}

static size_t
bytes_of(ForecastFieldType type)
{
	if (type == FORECAST_FIELD_NUMBER)
		return NUMBER_BYTES;
	return type == FORECAST_FIELD_COUNT ? COUNT_BYTES : 1;
}

/* ---- writing ---- */

typedef struct Writing
{
	unsigned char *bytes; /* or NULL */
	size_t size;
} Writing;

/* The element as an unsigned number of as many bytes as it takes. */
static uint64_t
bits_of(ForecastFieldType type, const void *value, int i)
{
	double number;
	uint64_t bits;

	if (type == FORECAST_FIELD_FLAG)
		return ((const bool *) value)[i];
	if (type != FORECAST_FIELD_NUMBER)
		return (uint32_t) ((const int *) value)[i];
	number = ((const double *) value)[i];
	if (isnan(number))
		return NAN_BITS;
	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

static bool
write_field(void *context, const ForecastPart *part, const void *object,
			const ForecastField *field, int index, void *value, int count)
{
	Writing *writing = context;
	size_t width = bytes_of(field->type);

	(void) part;
	(void) object;
	(void) index;
	for (int i = 0; i < count && writing->bytes != NULL; i++)
	{
		uint64_t bits = bits_of(field->type, value, i);
		unsigned char *to = writing->bytes + writing->size + (size_t) i * width;

		for (size_t k = 0; k < width; k++)
			to[k] = (unsigned char) (bits >> 8 * (width - 1 - k));
	}
	writing->size += (size_t) count * width;
	return true;
}

size_t
forecast_model_pack(const ForecastModel *model, unsigned char *bytes)
{
	Writing writing = { bytes, 1 };
	const ForecastVisitor writer = {
		.context = &writing, .enter = enter_part, .leave = leave_part, .visit = write_field
	};
	ForecastModel copy = *model;
	const ForecastField *wrong;

	if (bytes != NULL)
		bytes[0] = FORECAST_MODEL_VERSION;
	forecast_model_walk(&writer, &copy, &wrong);
	return writing.size;
}

/* ---- reading ---- */

typedef struct Reading
{
	const unsigned char *bytes;
	size_t left;
} Reading;

static void
take_bits(ForecastFieldType type, uint64_t bits, void *value, int i)
{
	if (type == FORECAST_FIELD_NUMBER)
		memcpy((double *) value + i, &bits, sizeof(bits));
	else if (type == FORECAST_FIELD_FLAG)
		((unsigned char *) value)[i] = (unsigned char) bits;
	else
		/* Above INT_MAX it is below 0: no conversion by chance. */
		((int *) value)[i] =
			bits <= INT32_MAX ? (int) bits : -(int) (UINT32_MAX - (uint32_t) bits) - 1;
}

static bool
read_field(void *context, const ForecastPart *part, const void *object,
		   const ForecastField *field, int index, void *value, int count)
{
	Reading *reading = context;
	size_t width = bytes_of(field->type);

	(void) part;
	(void) object;
	(void) index;
	if (reading->left / width < (size_t) count)
		return false;
	for (int i = 0; i < count; i++)
	{
		uint64_t bits = 0;

		for (size_t k = 0; k < width; k++)
			bits = bits << 8 | *reading->bytes++;
		take_bits(field->type, bits, value, i);
	}
	reading->left -= (size_t) count * width;
	return true;
}

ForecastStatus
forecast_model_unpack(const ForecastWork *work, const unsigned char *bytes, size_t size,
					  ForecastModel *model, ForecastUnpacked *unpacked)
{
	Reading reading = { bytes + 1, size - 1 };
	const ForecastVisitor reader = {
		.context = &reading,
		.work = work,
		.enter = enter_part,
		.leave = leave_part,
		.visit = read_field,
	};
	ForecastStatus status;

	*unpacked = (ForecastUnpacked){ .version = size > 0 ? bytes[0] : 0 };
	if (unpacked->version != FORECAST_MODEL_VERSION)
		return FORECAST_BAD_ARGUMENT;
	status = forecast_model_walk(&reader, model, &unpacked->wrong);
	if (status != FORECAST_OK)
		return status;
	unpacked->wrong = NULL;
	return reading.left == 0 ? FORECAST_OK : FORECAST_BAD_ARGUMENT;
}
