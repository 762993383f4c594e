/*
 * model_text.c
 *	  Models as JSON text: each field by its name, so that a dump can be read.
 *
 * Numbers that JSON has no number for, NaN, infinity and -0, are strings.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "forecast/model.h"
#include "forecast/number.h"

/* "member3": elements of one name are told apart by their number, from 1. */
static char *
key_of(const ForecastField *field, int index)
{
	return index < 0 ? pstrdup(field->name) : psprintf("%s%d", field->name, index + 1);
}

/* ---- writing ---- */

static void
write_key(StringInfo text, const ForecastField *field, int index)
{
	if (text->data[text->len - 1] != '{')
		appendStringInfoString(text, ", ");
	appendStringInfo(text, "\"%s\": ", key_of(field, index));
}

static void
write_number(StringInfo text, double number)
{
	if (isnan(number))
		appendStringInfoString(text, "\"NaN\"");
	else if (isinf(number))
		appendStringInfoString(text, number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
	else if (number == 0 && signbit(number))
		appendStringInfoString(text, "\"-0\"");
	else
		appendStringInfoString(text, th_number_text(number));
}

static void
write_element(StringInfo text, const ForecastField *field, const void *value, int i)
{
	switch (field->type)
	{
		case FORECAST_FIELD_COUNT:
			appendStringInfo(text, "%d", ((const int *) value)[i]);
			break;
		case FORECAST_FIELD_NAME:
			appendStringInfo(text, "\"%s\"", field->labels[((const int *) value)[i]]);
			break;
		case FORECAST_FIELD_FLAG:
			appendStringInfoString(text, ((const bool *) value)[i] ? "true" : "false");
			break;
		case FORECAST_FIELD_NUMBER:
			write_number(text, ((const double *) value)[i]);
			break;
		case FORECAST_FIELD_PART:
			break;
	}
}

static bool
write_field(void *context, const ForecastPart *part, const void *object,
			const ForecastField *field, int index, void *value, int count)
{
	StringInfo text = context;
	bool many = field->count > 1 || field->pointed;

	write_key(text, field, index);
	if (many)
		appendStringInfoChar(text, '[');
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		write_element(text, field, value, i);
	}
	if (many)
		appendStringInfoChar(text, ']');
	return true;
}

static bool
write_enter(void *context, const ForecastField *field, int index)
{
	write_key(context, field, index);
	appendStringInfoChar(context, '{');
	return true;
}

static bool
write_leave(void *context, const ForecastField *field)
{
	appendStringInfoChar(context, '}');
	return true;
}

void
th_model_write(const ForecastModel *model, StringInfo text)
{
	const ForecastVisitor writer = {
		.context = text, .enter = write_enter, .leave = write_leave, .visit = write_field
	};
	ForecastModel copy = *model;
	const ForecastField *wrong;

	appendStringInfo(text, "{\"version\": %d", FORECAST_MODEL_VERSION);
	forecast_model_walk(&writer, &copy, &wrong);
	appendStringInfoChar(text, '}');
}

/* ---- reading ---- */

#define DEPTH_MAX 8

/* An object that is being read; each of its keys has to be a field. */
typedef struct Object
{
	JsonbContainer *container;
	uint32 used;
} Object;

typedef struct Reading
{
	Object object[DEPTH_MAX];
	int depth;
	bool surplus; /* the object that was left last has keys that are no fields */
} Reading;

static JsonbValue *
take_key(Reading *reading, const char *key)
{
	Object *object = &reading->object[reading->depth];
	JsonbValue *value =
		getKeyJsonValueFromContainer(object->container, key, strlen(key), NULL);

	if (value != NULL)
		object->used++;
	return value;
}

/* Other numbers are refused where a count is out of its range. */
static bool
read_count(const JsonbValue *value, int *count)
{
	double number;

	if (value->type != jbvNumeric)
		return false;
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	if (!(number >= PG_INT32_MIN && number <= PG_INT32_MAX) || number != floor(number))
		return false;
	*count = (int) number;
	return true;
}

static bool
is_string(const JsonbValue *value, const char *string)
{
	return value->type == jbvString && value->val.string.len == (int) strlen(string) &&
		   memcmp(value->val.string.val, string, value->val.string.len) == 0;
}

static bool
read_number(const JsonbValue *value, double *number)
{
	if (value->type == jbvNumeric)
		*number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
													 NumericGetDatum(value->val.numeric)));
	else if (is_string(value, "NaN"))
		*number = get_float8_nan();
	else if (is_string(value, "Infinity"))
		*number = get_float8_infinity();
	else if (is_string(value, "-Infinity"))
		*number = -get_float8_infinity();
	else if (is_string(value, "-0"))
		*number = -0.0;
	else
		return false;
	return true;
}

static bool
read_name(const ForecastField *field, const JsonbValue *value, int *place)
{
	for (int i = 0; i <= field->high; i++)
	{
		if (!is_string(value, field->labels[i]))
			continue;
		*place = i;
		return true;
	}
	return false;
}

static bool
read_element(const ForecastField *field, const JsonbValue *value, void *to, int i)
{
	switch (field->type)
	{
		case FORECAST_FIELD_COUNT:
			return read_count(value, (int *) to + i);
		case FORECAST_FIELD_NAME:
			return read_name(field, value, (int *) to + i);
		case FORECAST_FIELD_FLAG:
			if (value->type != jbvBool)
				return false;
			((bool *) to)[i] = value->val.boolean;
			return true;
		case FORECAST_FIELD_NUMBER:
			return read_number(value, (double *) to + i);
		case FORECAST_FIELD_PART:
			break;
	}
	return false;
}

static bool
read_array(const ForecastField *field, const JsonbValue *value, void *to, int count)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;
	int i = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerSize(value->val.binary.data) != (uint32) count)
		return false;
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM && !read_element(field, &element, to, i++))
			return false;
	}
	return true;
}

static bool
read_field(void *context, const ForecastPart *part, const void *object,
		   const ForecastField *field, int index, void *value, int count)
{
	JsonbValue *found = take_key(context, key_of(field, index));

	if (found == NULL)
		return false;
	if (field->count > 1 || field->pointed)
		return read_array(field, found, value, count);
	return read_element(field, found, value, 0);
}

static bool
read_enter(void *context, const ForecastField *field, int index)
{
	Reading *reading = context;
	JsonbValue *found = take_key(reading, key_of(field, index));

	if (found == NULL || found->type != jbvBinary ||
		!JsonContainerIsObject(found->val.binary.data) || reading->depth + 1 == DEPTH_MAX)
		return false;
	reading->object[++reading->depth] = (Object){ .container = found->val.binary.data };
	return true;
}

static bool
read_leave(void *context, const ForecastField *field)
{
	Reading *reading = context;
	Object *object = &reading->object[reading->depth--];

	reading->surplus = object->used < JsonContainerSize(object->container);
	return !reading->surplus;
}

static void
check_version(Reading *reading)
{
	JsonbValue *value = take_key(reading, "version");
	int version;

	if (value == NULL || !read_count(value, &version))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid text of a forecast model"),
				 errdetail("Field \"version\" is missing or no whole number.")));
	if (version != FORECAST_MODEL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("forecast model has the unknown format version %d", version),
				 errdetail("This version of the library reads version %d.",
						   FORECAST_MODEL_VERSION)));
}

void
th_model_read(ThWork *work, const char *text, ForecastModel *model)
{
	Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	Reading reading = { .object[0].container = &json->root };
	const ForecastVisitor reader = {
		.context = &reading,
		.work = &work->lent,
		.enter = read_enter,
		.leave = read_leave,
		.visit = read_field,
	};
	const ForecastField *wrong = NULL;
	ForecastStatus status;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid text of a forecast model"), errdetail("It is no JSON object.")));
	check_version(&reading);
	status = forecast_model_walk(&reader, model, &wrong);
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (status != FORECAST_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid text of a forecast model"),
				 reading.surplus ? errdetail("Field \"%s\" holds more than its own fields.",
											 wrong->name) :
								   errdetail("Field \"%s\" is missing or out of range.",
											 wrong->name)));
	if (reading.object[0].used != JsonContainerSize(&json->root))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid text of a forecast model"),
				 errdetail("It has %u fields instead of %u.", JsonContainerSize(&json->root),
						   reading.object[0].used)));
}
