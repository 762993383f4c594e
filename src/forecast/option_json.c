/*
 * option_json.c
 *	  One option between a JSON value, a C field and an argument of SQL.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "base/nearest.h"
#include "core/forecast/method.h"
#include "forecast/number.h"
#include "forecast/option_json.h"

/* ---- from JSON ---- */

static void
refuse_kind(const ThOption *option, const char *wanted)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("forecast option \"%s\" wants %s", option->name, wanted)));
}

static char *
string_of(const ThOption *option, const JsonbValue *value)
{
	if (value->type != jbvString)
		refuse_kind(option, "a text");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static void
refuse_range(const ThOption *option, double number)
{
	char *low = th_number_text(option->low);
	char *high = th_number_text(option->high);

	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("%s %s is out of range", option->name, th_number_text(number)),
			 errdetail("It is %s %s %s %s.", option->open_low ? "above" : "at least", low,
					   option->open_high ? "and below" : "and at most", high)));
}

static double
number_of(const ThOption *option, const JsonbValue *value)
{
	bool whole = option->kind == TH_OPTION_COUNT || option->kind == TH_OPTION_COUNTS;
	double number;

	if (value->type != jbvNumeric)
		refuse_kind(option, whole ? "a whole number" : "a number");
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8,
												NumericGetDatum(value->val.numeric)));
	if (!(number >= option->low) || !(number <= option->high) ||
		(option->open_low && number == option->low) ||
		(option->open_high && number == option->high))
		refuse_range(option, number);
	if (whole && number != floor(number))
		refuse_kind(option, "a whole number");
	return number;
}

static int
method_of(const char *name)
{
	ForecastMethod method;
	ThNearest nearest;

	if (forecast_method_parse(name, &method))
		return method;
	th_nearest_start(&nearest, name);
	for (int i = 0; i < FORECAST_METHODS; i++)
		th_nearest_try(&nearest, forecast_method_name((ForecastMethod) i));
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("unknown forecasting method \"%s\"", name),
			 nearest.name ? errhint("Perhaps you meant \"%s\".", nearest.name) :
							errhint("doc/forecast.md lists the methods.")));
}

static int
place_of(const ThOption *option, const char *name)
{
	ThNearest nearest;

	th_nearest_start(&nearest, name);
	for (int i = 0; option->names[i] != NULL; i++)
	{
		if (strcmp(option->names[i], name) == 0)
			return i;
		th_nearest_try(&nearest, option->names[i]);
	}
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("unknown value \"%s\" of forecast option \"%s\"", name, option->name),
			 nearest.name ? errhint("Perhaps you meant \"%s\".", nearest.name) : 0));
}

static ForecastEtsOptions
form_of(const char *name)
{
	ForecastEtsOptions ets = { .automatic = false };

	if (!forecast_ets_parse(name, &ets.form))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("unknown form of exponential smoothing \"%s\"", name),
				 errdetail("A form is error (A, M), trend (N, A, Ad) and season (N, A, M), as in AAdN; a multiplicative season wants a multiplicative error.")));
	return ets;
}

void
th_option_read(const ThOption *option, const JsonbValue *value, void *fields)
{
	char *field = (char *) fields + option->offset;

	switch (option->kind)
	{
		case TH_OPTION_METHOD:
			*(int *) field = method_of(string_of(option, value));
			break;
		case TH_OPTION_NAME:
			*(int *) field = place_of(option, string_of(option, value));
			break;
		case TH_OPTION_FORM:
			*(ForecastEtsOptions *) field = form_of(string_of(option, value));
			break;
		case TH_OPTION_TEXT:
			*(char **) field = string_of(option, value);
			break;
		case TH_OPTION_FLAG:
			if (value->type != jbvBool)
				refuse_kind(option, "true or false");
			*(bool *) field = value->val.boolean;
			break;
		case TH_OPTION_COUNT:
			*(int *) field = (int) number_of(option, value);
			break;
		case TH_OPTION_NUMBER:
			*(double *) field = number_of(option, value);
			break;
		case TH_OPTION_COUNTS:
		case TH_OPTION_NUMBERS:
			elog(ERROR, "option \"%s\" has many values", option->name);
	}
}

int
th_option_numbers(const ThOption *option, const JsonbValue *value, double *number,
				  int number_max)
{
	int count = 0;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue element;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		refuse_kind(option, "an array");
	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (count == number_max)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("%s has more than %d elements", option->name, number_max)));
		number[count++] = number_of(option, &element);
	}
	return count;
}

/* ---- to JSON ---- */

static void
push_number(const ThOption *option, double number, JsonbIteratorToken token,
			JsonbParseState **state)
{
	JsonbValue value = { .type = jbvNumeric };

	if (!isfinite(number))
		refuse_range(option, number);
	value.val.numeric = th_number_numeric(number);
	pushJsonbValue(state, token, &value);
}

static void
push_array(const ThOption *option, Datum argument, JsonbParseState **state)
{
	ArrayType *array = DatumGetArrayTypeP(argument);
	bool whole = option->kind == TH_OPTION_COUNTS;
	Datum *elements;
	bool *nulls;
	int count;

	if (ARR_NDIM(array) > 1)
		refuse_kind(option, "an array of one dimension");
	deconstruct_array(array, whole ? INT4OID : FLOAT8OID, whole ? sizeof(int32) : sizeof(float8),
					  whole ? true : FLOAT8PASSBYVAL, whole ? TYPALIGN_INT : TYPALIGN_DOUBLE,
					  &elements, &nulls, &count);
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("%s must not hold null", option->name)));
		push_number(option,
					whole ? DatumGetInt32(elements[i]) : DatumGetFloat8(elements[i]), WJB_ELEM,
					state);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
push_text(Datum argument, JsonbIteratorToken token, JsonbParseState **state)
{
	JsonbValue value = { .type = jbvString };

	value.val.string.val = TextDatumGetCString(argument);
	value.val.string.len = strlen(value.val.string.val);
	pushJsonbValue(state, token, &value);
}

void
th_option_push(const ThOption *option, Datum argument, JsonbParseState **state)
{
	JsonbValue value = { .type = jbvString };

	value.val.string.val = unconstify(char *, option->name);
	value.val.string.len = strlen(option->name);
	pushJsonbValue(state, WJB_KEY, &value);
	switch (option->kind)
	{
		case TH_OPTION_METHOD:
		case TH_OPTION_NAME:
		case TH_OPTION_FORM:
		case TH_OPTION_TEXT:
			push_text(argument, WJB_VALUE, state);
			break;
		case TH_OPTION_FLAG:
			value.type = jbvBool;
			value.val.boolean = DatumGetBool(argument);
			pushJsonbValue(state, WJB_VALUE, &value);
			break;
		case TH_OPTION_COUNT:
			push_number(option, DatumGetInt32(argument), WJB_VALUE, state);
			break;
		case TH_OPTION_NUMBER:
			push_number(option, DatumGetFloat8(argument), WJB_VALUE, state);
			break;
		case TH_OPTION_COUNTS:
		case TH_OPTION_NUMBERS:
			push_array(option, argument, state);
			break;
	}
}
