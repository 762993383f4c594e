/*
 * doubles.c
 *	  Arrays of SQL as doubles, and back.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "forecast/doubles.h"
#include "forecast/work.h"

double *
th_doubles(ArrayType *array, const char *name, int *n)
{
	Datum *elements;
	bool *nulls;
	double *value;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d dimensions", name, ARR_NDIM(array)),
				 errdetail("It takes an array of one dimension, oldest value first.")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, n);
	value = palloc_extended(Max(*n, 1) * sizeof(double), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *n; i++)
		value[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
	pfree(elements);
	pfree(nulls);
	return value;
}

double *
th_finite_doubles(ArrayType *array, const char *name, int *n)
{
	double *value = th_doubles(array, name, n);

	for (int i = 0; i < *n; i++)
	{
		if (isinf(value[i]))
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("%s[%d] is infinite", name, i + 1),
					 errhint("Give NULL for a value that is not known.")));
	}
	return value;
}

void
th_forecast_check(ForecastStatus status)
{
	if (status == FORECAST_NO_MEMORY)
		th_work_no_memory();
	if (status == FORECAST_BAD_ARGUMENT)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the series or an option of its forecast is not valid")));
	if (status == FORECAST_INTERRUPTED)
		elog(ERROR, "forecasting was interrupted without a reason");
}

void
th_float_or_null(double value, Datum *datum, bool *is_null)
{
	*is_null = isnan(value);
	*datum = Float8GetDatum(value);
}
