/*
 * lost_sale.c
 *	  Counts what is refused for want of stock, and writes it to inventory.lost_sale.
 *
 * The flush copies the sums, writes them, and takes them off the shared table when its
 * transaction has committed.  So neither an abort nor a crash counts anything twice.
 * What was subtracted is what the committed rows gained, whatever was added meanwhile.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/claim.h"
#include "base/hooks.h"
#include "base/query.h"
#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/lost_sale.h"
#include "inventory/lost_sale_table.h"

/* Sums written in one transaction. */
#define FLUSH_BATCH 1000

PG_FUNCTION_INFO_V1(th_inventory_flush_lost_sales);
PG_FUNCTION_INFO_V1(th_inventory_stat_lost_sale);

/* What this transaction has written and takes off when it commits. */
static LostSaleSum *written = NULL; /* in TopTransactionContext */
static int written_count = 0;
static int written_level = 0; /* nest level that it lasts or falls with */

static uint64
hash_request(const LostSaleKey *key, int32 tenant_id, text *request_id)
{
	uint64 hash;

	if (request_id == NULL || VARSIZE_ANY_EXHDR(request_id) == 0)
		return 0;
	hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(request_id),
							   VARSIZE_ANY_EXHDR(request_id), (uint32) tenant_id);
	hash = hash_bytes_extended((const unsigned char *) key, offsetof(LostSaleKey, hour), hash);
	return hash != 0 ? hash : 1;
}

void
th_lost_sale_count(const PickRequest *request, int64 missing, int32 tenant_id, text *request_id)
{
	TimestampTz now = GetCurrentTimestamp();
	LostSaleSum change = {
		.key = {
			.database = MyDatabaseId,
			.table = th_catalog()->lost_sale,
			.item_id = request->item.item_id,
			.location_id = request->node ? request->node->location_id : 0,
			.hour = now - now % USECS_PER_HOUR,
		},
		.requests = 1,
		.requested = request->quantity,
		.missing = missing,
	};

	if (th_setting_lost_sale_entries == 0)
		return;
	th_lost_sale_add(&change, hash_request(&change.key, tenant_id, request_id));
}

static Datum
column_array(const LostSaleSum *sums, int count, size_t offset, Oid type)
{
	Datum *values = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
		values[i] = Int64GetDatum(*(const int64 *) ((const char *) &sums[i] + offset));
	return PointerGetDatum(construct_array(values, count, type, sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/* Keys in one order: who adds to rows of the table by hand cannot deadlock with us. */
static void
write_sums(const LostSaleSum *sums, int count)
{
	static const char *command =
		"INSERT INTO inventory.lost_sale AS l (item_id, location_id, hour, requests, requested, missing) "
		"SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS c (item_id, location_id, hour, n, q, m) "
		"ORDER BY item_id, location_id, hour "
		"ON CONFLICT (item_id, location_id, hour) DO UPDATE "
		"SET requests = l.requests + excluded.requests, requested = l.requested + excluded.requested, "
		"missing = l.missing + excluded.missing";
	static const Oid types[] = { INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID,
								 INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID };
	static const struct
	{
		size_t offset;
		Oid type;
	} columns[] = {
		{ offsetof(LostSaleSum, key.item_id), INT8OID },
		{ offsetof(LostSaleSum, key.location_id), INT8OID },
		{ offsetof(LostSaleSum, key.hour), TIMESTAMPTZOID },
		{ offsetof(LostSaleSum, requests), INT8OID },
		{ offsetof(LostSaleSum, requested), INT8OID },
		{ offsetof(LostSaleSum, missing), INT8OID },
	};
	Datum values[lengthof(columns)];

	for (int i = 0; i < (int) lengthof(columns); i++)
		values[i] = column_array(sums, count, columns[i].offset, columns[i].type);
	th_query_as_owner(th_catalog()->lost_sale, command, lengthof(columns), types, values, NULL,
					  NULL, NULL);
}

int
th_lost_sale_flush(bool *again)
{
	Oid table = th_catalog()->lost_sale;
	LostSaleSum *sums;
	ThClaim claim;
	int count;

	*again = false;
	/* What this transaction has written is still in the shared table. */
	if (written_count > 0)
		return 0;
	sums = MemoryContextAlloc(TopTransactionContext, FLUSH_BATCH * sizeof(LostSaleSum));
	th_claim(&claim, TH_CLAIM_LOST_SALE, table, NULL);
	count = th_lost_sale_read(MyDatabaseId, table, sums, FLUSH_BATCH);
	if (count == 0)
		return 0;
	write_sums(sums, count);
	written = sums;
	written_level = GetCurrentTransactionNestLevel();
	written_count = count;
	*again = count == FLUSH_BATCH;
	return count;
}

/* The claim is given back after this. */
static void
on_transaction_end(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	for (int i = 0; event == XACT_EVENT_COMMIT && i < written_count; i++)
		th_lost_sale_subtract(&written[i]);
	written = NULL;
	written_count = 0;
}

/* Nobody would tell us that it was committed, and take off what it wrote. */
static void
on_prepare(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_PREPARE && written_count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that has written lost sales")));
}

static void
on_subtransaction_end(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	int level = GetCurrentTransactionNestLevel();

	if (written_count == 0 || level > written_level)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		written_count = 0;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		written_level = level - 1;
}

static bool
is_our_table(Oid relid)
{
	char *name = get_rel_name(relid);
	Oid extension;

	if (name == NULL || strcmp(name, "lost_sale") != 0)
		return false;
	extension = getExtensionOfObject(RelationRelationId, relid);
	name = OidIsValid(extension) ? get_extension_name(extension) : NULL;
	return name != NULL && strcmp(name, "tidehold_inventory") == 0;
}

static void
forget_table(Oid relid)
{
	if (is_our_table(relid))
		th_lost_sale_purge(MyDatabaseId, relid);
}

static void
forget_database(Oid database, bool dropped)
{
	if (dropped)
		th_lost_sale_purge(database, InvalidOid);
}

void
th_lost_sale_init(void)
{
	RegisterXactCallback(on_transaction_end, NULL);
	RegisterXactCallback(on_prepare, NULL);
	RegisterSubXactCallback(on_subtransaction_end, NULL);
	th_hook_on_drop_relation(forget_table);
	th_hook_on_drop_database_end(forget_database);
}

Datum
th_inventory_flush_lost_sales(PG_FUNCTION_ARGS)
{
	bool again;

	th_require_writable("inventory.flush_lost_sales()");
	PG_RETURN_INT64(th_lost_sale_flush(&again));
}

Datum
th_inventory_stat_lost_sale(PG_FUNCTION_ARGS)
{
	LostSaleState state;
	TupleDesc shape;
	Datum values[6];
	bool nulls[6] = { false };

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	th_lost_sale_state(&state);
	values[0] = Int64GetDatum(state.entries);
	values[1] = Int64GetDatum(state.used);
	values[2] = Int64GetDatum(state.pending);
	values[3] = Int64GetDatum(state.dropped_requests);
	values[4] = Int64GetDatum(state.dropped_missing);
	values[5] = Int64GetDatum(state.repeated);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls)));
}
