/*
 * values.c
 *	  Series that come as arrays.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "utils/array.h"

#include "base/errors.h"
#include "forecast/values.h"

/* As many as counters of models can count, and room to go on. */
#define VALUES_MAX 10000000

static void
refuse_value(double value, int element)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 element > 0 ? errmsg("element %d of the series is %s", element,
								  isnan(value) ? "NaN" : "infinite") :
						   errmsg("value of the series is %s", isnan(value) ? "NaN" : "infinite"),
			 errhint("A value that is missing is NULL.")));
}

void
th_check_value(double value)
{
	if (!isfinite(value))
		refuse_value(value, 0);
}

void
th_values_series(ThWork *work, ArrayType *array, const ThForecastOptions *options,
				 ForecastSeries *series)
{
	Datum *elements;
	bool *nulls;
	double *value;
	int count;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a series has one dimension, this array has %d", ARR_NDIM(array))));
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (count > VALUES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("series has %d values, more than %d", count, VALUES_MAX)));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, &count);
	value = th_work_allocate(work, Max(count, 1) * sizeof(double));
	for (int i = 0; i < count; i++)
	{
		value[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !isfinite(value[i]))
			refuse_value(value[i], i + 1);
	}
	*series = (ForecastSeries){ .value = value, .n = count };
	series->period_count = Max(options->period_count, 0);
	memcpy(series->period, options->period, sizeof(series->period));
}
