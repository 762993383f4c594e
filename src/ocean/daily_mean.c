/*
 * daily_mean.c
 *	  Means that do not depend on the order of their values, and the call that takes them.
 *
 * The work is SQL (sql/tidehold_ocean/26_daily_mean.sql) and runs as the owner.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/lsyscache.h"

#include "base/call.h"
#include "base/query.h"
#include "core/forecast/exact_sum.h"

typedef struct MeanState
{
	ForecastExactSum sum;
	int64 count;
} MeanState;

PG_FUNCTION_INFO_V1(th_ocean_mean_add);
PG_FUNCTION_INFO_V1(th_ocean_mean_end);
PG_FUNCTION_INFO_V1(th_ocean_refresh_daily_means);

Datum
th_ocean_mean_add(PG_FUNCTION_ARGS)
{
	MemoryContext group;
	MeanState *state;

	if (!AggCheckCallContext(fcinfo, &group))
		elog(ERROR, "called outside an aggregate");
	if (PG_ARGISNULL(0))
		state = MemoryContextAllocZero(group, sizeof(MeanState));
	else
		state = (MeanState *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1) && isfinite(PG_GETARG_FLOAT8(1)))
	{
		forecast_exact_add(&state->sum, PG_GETARG_FLOAT8(1));
		state->count++;
	}
	PG_RETURN_POINTER(state);
}

Datum
th_ocean_mean_end(PG_FUNCTION_ARGS)
{
	MeanState *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (MeanState *) PG_GETARG_POINTER(0);
	if (state->count == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(forecast_exact_mean(&state->sum, state->count));
}

static void
take_changed(HeapTuple row, TupleDesc shape, void *context)
{
	bool is_null;

	*(int64 *) context = DatumGetInt64(heap_getattr(row, 1, shape, &is_null));
}

Datum
th_ocean_refresh_daily_means(PG_FUNCTION_ARGS)
{
	Oid table = get_relname_relid("daily_mean", get_namespace_oid("ocean", false));
	Oid types[3] = { INT8ARRAYOID, DATEOID, DATEOID };
	Datum values[3] = { 0 };
	char nulls[3];
	int64 changed = 0;

	th_require_writable("ocean.refresh_daily_means()");
	for (int i = 0; i < 3; i++)
	{
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
		if (!PG_ARGISNULL(i))
			values[i] = PG_GETARG_DATUM(i);
	}
	th_query_as_owner(table, "SELECT ocean.take_daily_means($1, $2, $3)", 3, types, values, nulls,
					  take_changed, &changed);
	PG_RETURN_INT64(changed);
}
