/*
 * explain.c
 *	  tidehold.explain: what a model is, in the terms of its method.
 *
 * The same description of the fields that a model is written by says which of them are its
 * form, parameters, states and statistics.  Here numbers are in the unit of the values.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "forecast/model.h"
#include "forecast/number.h"

PG_FUNCTION_INFO_V1(th_explain);

/* A part of a model on its way into JSON. */
typedef struct Part
{
	const ForecastPart *part;
	const char *object;
	int exponent;
} Part;

static void push_part(JsonbParseState **state, const Part *part);

/* ---- values ---- */

static void
push_key(JsonbParseState **state, const char *key)
{
	JsonbValue value = { .type = jbvString };

	value.val.string.val = unconstify(char *, key);
	value.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
}

static void
push_string(JsonbParseState **state, JsonbIteratorToken token, const char *string)
{
	JsonbValue value = { .type = jbvString };

	value.val.string.val = unconstify(char *, string);
	value.val.string.len = strlen(string);
	pushJsonbValue(state, token, &value);
}

static void
push_number(JsonbParseState **state, JsonbIteratorToken token, double number)
{
	JsonbValue value = { .type = jbvNull };

	if (isfinite(number))
	{
		value.type = jbvNumeric;
		value.val.numeric = th_number_numeric(number);
	}
	pushJsonbValue(state, token, &value);
}

static void
push_flag(JsonbParseState **state, JsonbIteratorToken token, bool flag)
{
	JsonbValue value = { .type = jbvBool };

	value.val.boolean = flag;
	pushJsonbValue(state, token, &value);
}

static int
int_at(const Part *part, size_t offset)
{
	return *(const int *) (part->object + offset);
}

/* In the unit of the values, but where the number is relative. */
static double
in_units(const Part *part, const ForecastField *field, double number)
{
	if (field->relative > 0 && int_at(part, field->relative) == field->relative_value)
		return number;
	return ldexp(number, field->scale * part->exponent);
}

/* Variances are told as standard deviations. */
static bool
is_variance(const ForecastField *field)
{
	return strcmp(field->name, "sigma2") == 0;
}

static void
push_element(JsonbParseState **state, JsonbIteratorToken token, const Part *part,
			 const ForecastField *field, const void *value, int i)
{
	double number;

	switch (field->type)
	{
		case FORECAST_FIELD_COUNT:
			push_number(state, token, ((const int *) value)[i]);
			break;
		case FORECAST_FIELD_NAME:
			push_string(state, token, field->labels[((const int *) value)[i]]);
			break;
		case FORECAST_FIELD_FLAG:
			push_flag(state, token, ((const bool *) value)[i]);
			break;
		case FORECAST_FIELD_NUMBER:
			number = in_units(part, field, ((const double *) value)[i]);
			push_number(state, token, is_variance(field) ? sqrt(number) : number);
			break;
		case FORECAST_FIELD_PART:
			break;
	}
}

static void
push_array(JsonbParseState **state, const Part *part, const ForecastField *field,
		   const void *value, int count)
{
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < count; i++)
		push_element(state, WJB_ELEM, part, field, value, i);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* ---- fields ---- */

static void
push_field(JsonbParseState **state, const Part *part, const ForecastField *field)
{
	const char *value = part->object + field->offset;
	int used = forecast_field_used(part->object, field);

	for (int k = 0; field->pointed && k < used; k++)
	{
		push_key(state, field->count == 1 ? field->name : psprintf("%s%d", field->name, k + 1));
		push_array(state, part, field, ((double *const *) value)[k],
				   forecast_field_length(part->object, field, k));
	}
	if (field->pointed)
		return;
	push_key(state, is_variance(field) ? "sigma" : field->name);
	if (field->count > 1)
		push_array(state, part, field, value, used);
	else
		push_element(state, WJB_VALUE, part, field, value, 0);
}

static bool
is_told(const Part *part, const ForecastField *field, ForecastFieldRole role)
{
	return field->role == role && field->type != FORECAST_FIELD_PART &&
		   forecast_field_is_there(part->object, field);
}

/* Fields of a role in an object of their own; of none there is no object. */
static void
push_group(JsonbParseState **state, const Part *part, ForecastFieldRole role, const char *key)
{
	int told = 0;

	for (int i = 0; i < part->part->fields; i++)
	{
		const ForecastField *field = &part->part->field[i];

		if (!is_told(part, field, role))
			continue;
		if (told++ == 0)
		{
			push_key(state, key);
			pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		}
		push_field(state, part, field);
	}
	if (told > 0)
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* The form of exponential smoothing has a name. */
static bool
push_form(JsonbParseState **state, const Part *part)
{
	char *name = palloc(FORECAST_ETS_NAME_MAX);

	if (part->part->size != sizeof(ForecastEtsForm))
		return false;
	forecast_ets_name(*(const ForecastEtsForm *) part->object, name);
	push_string(state, WJB_VALUE, name);
	return true;
}

/* A member without weight, or a season that there is none of, is not told. */
static bool
is_idle(const Part *part)
{
	if (part->part->size == sizeof(ForecastMember))
		return !(((const ForecastMember *) part->object)->weight > 0);
	if (part->part->size == sizeof(ForecastSeason))
		return ((const ForecastSeason *) part->object)->count == 0;
	return false;
}

static void
push_parts(JsonbParseState **state, const Part *around, const ForecastField *field)
{
	for (int k = 0; k < field->count; k++)
	{
		Part part = { field->part, around->object + field->offset + k * field->part->size,
					  around->exponent };

		if (field->part->exponent >= 0)
			part.exponent = int_at(&part, field->part->exponent);
		if (is_idle(&part))
			continue;
		push_key(state, field->count == 1 ? field->name : psprintf("%s%d", field->name, k + 1));
		if (push_form(state, &part))
			continue;
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		push_part(state, &part);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
}

static void
push_part(JsonbParseState **state, const Part *part)
{
	for (int i = 0; i < part->part->fields; i++)
	{
		const ForecastField *field = &part->part->field[i];

		if (is_told(part, field, FORECAST_ROLE_FORM))
			push_field(state, part, field);
		if (field->type == FORECAST_FIELD_PART && field->role != FORECAST_ROLE_INNER &&
			forecast_field_is_there(part->object, field))
			push_parts(state, part, field);
	}
	push_group(state, part, FORECAST_ROLE_PARAMETER, "parameters");
	push_group(state, part, FORECAST_ROLE_STATE, "states");
	push_group(state, part, FORECAST_ROLE_STATISTIC, "statistics");
}

Datum
th_explain(PG_FUNCTION_ARGS)
{
	Part part = { .part = &forecast_model_part };
	JsonbParseState *state = NULL;
	ForecastModel *model = palloc(sizeof(*model));
	Jsonb *result;
	ThWork work;

	th_work_init(&work, CurrentMemoryContext);
	th_model_unpack(&work, PG_GETARG_DATUM(0), model);
	part.object = (const char *) model;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_part(&state, &part);
	result = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
	MemoryContextDelete(work.memory);
	PG_RETURN_JSONB_P(result);
}
