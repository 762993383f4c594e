/*
 * plan_receipt.c
 *	  inventory.settle_expected: what arrived is no longer on order.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"

#include "base/call.h"
#include "base/query.h"
#include "inventory/catalog.h"

PG_FUNCTION_INFO_V1(th_inventory_settle_expected);

typedef struct Left
{
	bool found;
	int64 quantity;
} Left;

static void
take_left(HeapTuple row, TupleDesc shape, void *context)
{
	Left *left = context;
	bool is_null;

	left->quantity = DatumGetInt64(heap_getattr(row, 1, shape, &is_null));
	left->found = !is_null;
}

/* The quantity comes from the ledger, so whoever may call this cannot make one up. */
Datum
th_inventory_settle_expected(PG_FUNCTION_ARGS)
{
	static const char *command =
		"UPDATE inventory.expected_receipt AS r "
		"SET received = r.received + m.quantity, movements = r.movements || $3, "
		"closed_at = CASE WHEN $4 OR r.received + m.quantity >= r.quantity THEN coalesce(r.closed_at, now()) END "
		"FROM (SELECT sum(v.quantity)::bigint AS quantity FROM inventory.movement AS v "
		"WHERE v.item_id = $1 AND v.movement_no = $3 AND v.kind IN ('receipt', 'transfer')) AS m "
		"WHERE r.item_id = $1 AND r.receipt_no = $2 AND m.quantity > 0 AND $3 <> ALL (r.movements) "
		"RETURNING greatest(r.quantity - r.received, 0)";
	static const Oid types[] = { INT8OID, INT8OID, INT8OID, BOOLOID };
	Datum values[lengthof(types)];
	Left left = { 0 };

	th_require_writable("inventory.settle_expected()");
	for (int i = 0; i < (int) lengthof(types); i++)
		values[i] = PG_GETARG_DATUM(i);
	th_query_as_owner(th_catalog()->movement, command, lengthof(types), types, values, NULL,
					  take_left, &left);
	if (!left.found)
		PG_RETURN_NULL();
	PG_RETURN_INT64(left.quantity);
}
