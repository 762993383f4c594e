/*
 * rows.c
 *	  Rows of a forecast.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "forecast/rows.h"

typedef enum Column
{
	COLUMN_STEP,
	COLUMN_AT,
	COLUMN_MEAN,
	COLUMN_LOWER,
	COLUMN_UPPER,
	COLUMN_QUANTILES,
	COLUMN_METHOD,
	COLUMN_STATUS,
	COLUMNS
} Column;

void
th_row_shape(FunctionCallInfo fcinfo, ThRowShape *shape)
{
	MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

	shape->type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	shape->desc = lookup_rowtype_tupdesc_copy(shape->type, -1);
	get_typlenbyvalalign(shape->type, &shape->length, &shape->by_value, &shape->alignment);
	MemoryContextSwitchTo(caller);
	if (shape->desc->natts != COLUMNS)
		elog(ERROR, "type %s has %d columns instead of %d", format_type_be(shape->type),
			 shape->desc->natts, COLUMNS);
}

static void
put_number(Datum *values, bool *nulls, Column column, double value)
{
	nulls[column] = isnan(value);
	values[column] = Float8GetDatum(value);
}

Datum
th_row_quantiles(const ThForecastRows *rows, int i)
{
	Datum *values = palloc(rows->quantile_count * sizeof(Datum));
	bool *nulls = palloc(rows->quantile_count * sizeof(bool));
	int count = rows->quantile_count;
	int lower_bound = 1;

	for (int k = 0; k < count; k++)
	{
		double quantile = rows->quantile[k * rows->horizon + i];

		values[k] = Float8GetDatum(quantile);
		nulls[k] = isnan(quantile);
	}
	return PointerGetDatum(construct_md_array(values, nulls, 1, &count, &lower_bound, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
array_of(const ThRowShape *shape, Datum *elements, int count)
{
	return PointerGetDatum(construct_array(elements, count, shape->type, shape->length,
										   shape->by_value, shape->alignment));
}

bool
th_rows(const ThRowShape *shape, const ThForecastRows *rows, Datum *result)
{
	Datum *elements = palloc(rows->horizon * sizeof(Datum));
	Datum values[COLUMNS];
	bool nulls[COLUMNS] = { false };

	values[COLUMN_METHOD] = CStringGetTextDatum(rows->method);
	values[COLUMN_STATUS] = CStringGetTextDatum("ok");
	nulls[COLUMN_QUANTILES] = rows->quantile_count == 0;
	for (int i = 0; i < rows->horizon; i++)
	{
		int64 at;

		if (!th_axis_at(rows->axis, rows->last + 1 + i, &at))
			return false;
		values[COLUMN_STEP] = Int32GetDatum(i + 1);
		values[COLUMN_AT] = th_axis_to_datum(rows->axis->step.type, at);
		put_number(values, nulls, COLUMN_MEAN, rows->mean[i]);
		put_number(values, nulls, COLUMN_LOWER, rows->lower[i]);
		put_number(values, nulls, COLUMN_UPPER, rows->upper[i]);
		if (rows->quantile_count > 0)
			values[COLUMN_QUANTILES] = th_row_quantiles(rows, i);
		elements[i] = HeapTupleGetDatum(heap_form_tuple(shape->desc, values, nulls));
	}
	*result = array_of(shape, elements, rows->horizon);
	return true;
}

Datum
th_status_row(const ThRowShape *shape, const char *status)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS];
	Datum element;

	memset(nulls, true, sizeof(nulls));
	nulls[COLUMN_STATUS] = false;
	values[COLUMN_STATUS] = CStringGetTextDatum(status);
	element = HeapTupleGetDatum(heap_form_tuple(shape->desc, values, nulls));
	return array_of(shape, &element, 1);
}
