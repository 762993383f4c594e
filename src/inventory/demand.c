/*
 * demand.c
 *	  Keeps inventory.demand_day.
 *
 * The work is SQL (sql/tidehold_inventory/82_demand.sql).  It runs as the owner, who sees
 * the transactions of everybody, and one run at a time.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/claim.h"
#include "base/clock.h"
#include "base/query.h"
#include "inventory/catalog.h"
#include "inventory/demand.h"

/* Of today's movements of an item all are read again, so not at every turn. */
#define UPDATE_INTERVAL_MS 60000
#define REST_FACTOR 20

PG_FUNCTION_INFO_V1(th_inventory_update_demand);

static void
take_count(HeapTuple row, TupleDesc shape, void *context)
{
	bool is_null;
	Datum value = heap_getattr(row, 1, shape, &is_null);

	*(int64 *) context = is_null ? 0 : DatumGetInt64(value);
}

int64
th_demand_update(void)
{
	Oid table = th_catalog()->demand_day;
	int64 rows = 0;
	ThClaim claim;

	th_claim(&claim, TH_CLAIM_DEMAND, table, NULL);
	th_query_as_owner(table, "SELECT inventory.sum_up_demand()", 0, NULL, NULL, NULL,
					  take_count, &rows);
	return rows;
}

int
th_demand_maintain(bool *again, TimestampTz *next_due)
{
	static TimestampTz run_at = 0;
	int64 began = th_monotonic_ms();
	int64 rows;

	if (GetCurrentTimestamp() < run_at)
		return 0;
	rows = th_demand_update();
	run_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
										 Max(UPDATE_INTERVAL_MS,
											 REST_FACTOR * (th_monotonic_ms() - began)));
	return (int) Min(rows, PG_INT32_MAX);
}

Datum
th_inventory_update_demand(PG_FUNCTION_ARGS)
{
	th_require_writable("inventory.update_demand()");
	PG_RETURN_INT64(th_demand_update());
}
