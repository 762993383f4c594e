/*
 * model_walk.c
 *	  Visits the fields of a model, and checks those that are read.
 */
#include "core/forecast/model_field.h"

#include "core/forecast/series.h"

/* Parts are nested no deeper than model, auto, member, Theta, season. */
#define DEPTH_MAX 6

typedef struct Level
{
	const ForecastPart *part;
	const ForecastField *inside; /* the field that the part is of; NULL of the model */
	char *object;
	int field;
	int element;
} Level;

typedef struct Walk
{
	const ForecastVisitor *visitor;
	const ForecastField *wrong;
	Level level[DEPTH_MAX];
	int depth;
} Walk;

static int
int_at(const void *object, size_t offset)
{
	return *(const int *) (const void *) ((const char *) object + offset);
}

bool
forecast_field_is_there(const void *object, const ForecastField *field)
{
	uint32_t value;

	if (field->values == FORECAST_EVER)
		return true;
	value = (uint32_t) int_at(object, field->when);
	return (field->values >> value & 1) != 0;
}

int
forecast_field_used(const void *object, const ForecastField *field)
{
	return field->live > 0 ? int_at(object, field->live) : field->count;
}

int
forecast_field_length(const void *object, const ForecastField *field, int array)
{
	return int_at(object, field->length + (size_t) array * sizeof(int));
}

static bool
in_range(const ForecastField *field, const void *value, int count)
{
	const int *counts = value;
	const unsigned char *flags = value;

	for (int i = 0; i < count; i++)
	{
		if (field->type == FORECAST_FIELD_FLAG && flags[i] > 1)
			return false;
		if ((field->type == FORECAST_FIELD_COUNT || field->type == FORECAST_FIELD_NAME) &&
			(counts[i] < field->low || counts[i] > field->high))
			return false;
	}
	return true;
}

static ForecastStatus
visit_in_place(Walk *walk, const Level *level, const ForecastField *field)
{
	const ForecastVisitor *visitor = walk->visitor;
	void *value = level->object + field->offset;

	if (!visitor->visit(visitor->context, level->part, level->object, field, -1, value,
						field->count) ||
		(visitor->work != NULL && !in_range(field, value, field->count)))
		return FORECAST_BAD_ARGUMENT;
	return FORECAST_OK;
}

/* Lengths were read, and checked, before the arrays. */
static ForecastStatus
visit_arrays(Walk *walk, const Level *level, const ForecastField *field)
{
	const ForecastVisitor *visitor = walk->visitor;
	double **array = (double **) (void *) (level->object + field->offset);
	int used = forecast_field_used(level->object, field);

	for (int k = 0; k < used; k++)
	{
		int length = forecast_field_length(level->object, field, k);

		if (visitor->work != NULL)
		{
			array[k] = forecast_numbers(visitor->work, (size_t) length);
			if (array[k] == NULL)
				return FORECAST_NO_MEMORY;
		}
		if (!visitor->visit(visitor->context, level->part, level->object, field,
							field->count > 1 ? k : -1, array[k], length))
			return FORECAST_BAD_ARGUMENT;
	}
	return FORECAST_OK;
}

/* Goes down into an element of the current field. */
static ForecastStatus
enter(Walk *walk, const ForecastField *field)
{
	Level *above = &walk->level[walk->depth];
	int index = above->element;

	if (walk->depth + 1 == DEPTH_MAX ||
		!walk->visitor->enter(walk->visitor->context, field, field->count > 1 ? index : -1))
		return FORECAST_BAD_ARGUMENT;
	walk->level[++walk->depth] = (Level){
		.part = field->part,
		.inside = field,
		.object = above->object + field->offset + (size_t) index * field->part->size,
	};
	return FORECAST_OK;
}

/* A part is done: the next element of its field, or the next field, is to come. */
static ForecastStatus
leave(Walk *walk)
{
	Level *level = &walk->level[walk->depth];
	Level *above;

	if (walk->visitor->work != NULL && level->part->sound != NULL &&
		!level->part->sound(level->object))
		return FORECAST_BAD_ARGUMENT;
	if (walk->depth-- == 0)
		return FORECAST_OK;
	if (!walk->visitor->leave(walk->visitor->context, level->inside))
		return FORECAST_BAD_ARGUMENT;
	above = &walk->level[walk->depth];
	if (++above->element == level->inside->count)
	{
		above->element = 0;
		above->field++;
	}
	return FORECAST_OK;
}

static ForecastStatus
step(Walk *walk)
{
	Level *level = &walk->level[walk->depth];
	const ForecastField *field;
	ForecastStatus status = FORECAST_OK;

	if (level->field == level->part->fields)
	{
		walk->wrong = level->inside;
		return leave(walk);
	}
	field = walk->wrong = &level->part->field[level->field];
	if (!forecast_field_is_there(level->object, field))
		level->field++;
	else if (field->type == FORECAST_FIELD_PART)
		return enter(walk, field);
	else
	{
		level->field++;
		status = field->pointed ? visit_arrays(walk, level, field) :
								  visit_in_place(walk, level, field);
	}
	return status;
}

ForecastStatus
forecast_model_walk(const ForecastVisitor *visitor, ForecastModel *model,
					const ForecastField **wrong)
{
	Walk walk = { .visitor = visitor };
	ForecastStatus status = FORECAST_OK;

	if (visitor->work != NULL)
		*model = (ForecastModel){ .method = FORECAST_METHOD_AUTO };
	walk.level[0] = (Level){ .part = &forecast_model_part, .object = (char *) model };
	while (status == FORECAST_OK && walk.depth >= 0)
		status = step(&walk);
	*wrong = walk.wrong;
	return status;
}
