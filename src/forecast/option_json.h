/*
 * option_json.h
 *	  One option between a JSON value, a C field and an argument of SQL.
 */
#ifndef TIDEHOLD_FORECAST_OPTION_JSON_H
#define TIDEHOLD_FORECAST_OPTION_JSON_H

#include "utils/jsonb.h"

typedef enum ThOptionKind
{
	TH_OPTION_METHOD, /* name of a method */
	TH_OPTION_NAME,	  /* one of names; its place in them */
	TH_OPTION_FORM,	  /* of exponential smoothing, "AAdN" and the like */
	TH_OPTION_TEXT,
	TH_OPTION_FLAG,
	TH_OPTION_COUNT,  /* int */
	TH_OPTION_NUMBER, /* double */
	TH_OPTION_COUNTS, /* arrays, which th_option_numbers reads */
	TH_OPTION_NUMBERS
} ThOptionKind;

typedef struct ThOption
{
	const char *name;
	ThOptionKind kind;
	size_t offset; /* of the field */
	double low;
	double high;
	bool open_low; /* low itself is out of range */
	bool open_high;
	const char *const *names; /* the last one is NULL */
	uint32 of;				  /* methods that know it, by the bit of each */
} ThOption;

/* Checks the value and writes the field at offset; JSON's null is no value. */
extern void th_option_read(const ThOption *option, const JsonbValue *value, void *fields);

/* Elements of an array, each within the range; their number. */
extern int th_option_numbers(const ThOption *option, const JsonbValue *value, double *number,
							 int number_max);

/* An argument that is not null, as key and value. */
extern void th_option_push(const ThOption *option, Datum argument, JsonbParseState **state);

#endif /* TIDEHOLD_FORECAST_OPTION_JSON_H */
