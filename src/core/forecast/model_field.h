/*
 * model_field.h
 *	  One description of what a model holds: it is written, read and explained by this.
 *
 * The order of the fields is that of the binary format.  Whoever changes a field of a model
 * changes its description in model_field.c, and raises FORECAST_MODEL_VERSION.
 */
#ifndef TIDEHOLD_CORE_FORECAST_MODEL_FIELD_H
#define TIDEHOLD_CORE_FORECAST_MODEL_FIELD_H

#include "core/forecast/method.h"

#define FORECAST_MODEL_VERSION 1

typedef enum ForecastFieldType
{
	FORECAST_FIELD_COUNT,  /* int from low to high */
	FORECAST_FIELD_NAME,   /* enum, its labels being names of the values */
	FORECAST_FIELD_FLAG,   /* bool */
	FORECAST_FIELD_NUMBER, /* double, which may be NaN or infinite */
	FORECAST_FIELD_PART	   /* a structure of its own */
} ForecastFieldType;

/* What a field is to who reads an explanation. */
typedef enum ForecastFieldRole
{
	FORECAST_ROLE_INNER, /* nothing */
	FORECAST_ROLE_FORM,
	FORECAST_ROLE_PARAMETER,
	FORECAST_ROLE_STATE,
	FORECAST_ROLE_STATISTIC
} ForecastFieldRole;

typedef struct ForecastField
{
	const char *name;
	ForecastFieldType type;
	ForecastFieldRole role;
	size_t offset;
	int count;	   /* elements in place, or pointers to arrays */
	size_t live;   /* offset of the int that says how many of them are used; 0: all are */
	bool pointed;  /* arrays of numbers, those that are not used being NULL */
	size_t length; /* offset of the int that says how long, or of one for each array */
	int low;
	int high;
	const char *const *labels;
	const struct ForecastPart *part;

	/* The field is there where the enum at this offset has its bit here. */
	size_t when;
	uint32_t values;

	/* A number is in units of 2^(scale * exponent), unless the enum here has this value. */
	int scale;
	size_t relative;
	int relative_value;
} ForecastField;

typedef struct ForecastPart
{
	size_t size;
	const ForecastField *field;
	int fields;
	int exponent;					 /* offset; -1: that of the part around it */
	bool (*sound)(const void *part); /* of what the ranges do not say; or NULL */
} ForecastPart;

extern const ForecastPart forecast_model_part;

#define FORECAST_EVER UINT32_MAX

/* object is the part that the field is of. */
bool forecast_field_is_there(const void *object, const ForecastField *field);
int forecast_field_used(const void *object, const ForecastField *field);
int forecast_field_length(const void *object, const ForecastField *field, int array);

/*
 * What is done to each field.  Functions return false to stop.  value is the first of count
 * elements of the field's type.  index tells elements of one name apart, -1 where there is
 * but one.
 */
typedef struct ForecastVisitor
{
	void *context;
	const ForecastWork *work; /* to read: arrays are lent before they are visited; else NULL */
	bool (*enter)(void *context, const ForecastField *field, int index);
	bool (*leave)(void *context, const ForecastField *field);
	bool (*visit)(void *context, const ForecastPart *part, const void *object,
				  const ForecastField *field, int index, void *value, int count);
} ForecastVisitor;

/*
 * Of a model that is read each value is checked: FORECAST_BAD_ARGUMENT, and wrong is the
 * field; also where the visitor stopped.  A model that is not read is not changed.
 */
ForecastStatus forecast_model_walk(const ForecastVisitor *visitor, ForecastModel *model,
								   const ForecastField **wrong);

#endif
