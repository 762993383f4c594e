/*
 * import.c
 *	  Back-fills movements with timestamps of their own.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "storage/lockdefs.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/call.h"
#include "inventory/escrow.h"
#include "inventory/import.h"

PG_FUNCTION_INFO_V1(th_inventory_import);

/* As in sql/tidehold_inventory/50_movement.sql. */
enum ImportArgument
{
	IMPORT_SOURCE,
	IMPORT_KEEP_GOOD,
	IMPORT_TENANT_ID
};

static void
require_arguments(FunctionCallInfo fcinfo)
{
	static const char *const names[] = { "source", "keep_good", "tenant_id" };
	ThOutcome outcome = { 0 };

	for (int i = 0; i <= IMPORT_TENANT_ID; i++)
	{
		if (!PG_ARGISNULL(i))
			continue;
		th_refuse(&outcome, TH_INVALID_ARGUMENT, "\"%s\" is missing", names[i]);
		th_raise(&outcome);
	}
}

/* Why settling refused the row; the palloc'd text is the caller's. */
static text *
settled_message(const ImportRow *row, ThCode verdict)
{
	StockItem item = { .item_id = row->item_id };
	const Location *source = th_location_by_id(row->source_id);

	if (verdict == TH_SERIAL_IN_STOCK)
		return cstring_to_text(psprintf("serial number \"%s\" of item \"%s\" would be in stock twice",
										th_lot_name(row->item_id, row->lot_id),
										th_item_name(&item)));
	return cstring_to_text(psprintf("insufficient stock of item \"%s\" at \"%s\"",
									th_item_name(&item), source ? source->code : "?"));
}

static void
return_refused(ReturnSetInfo *result, int64 number, const ImportRow *row, ThCode verdict)
{
	Datum values[3];
	bool nulls[3] = { false, false, false };

	values[0] = Int64GetDatum(number);
	values[1] = CStringGetTextDatum(th_code_name(verdict));
	values[2] = PointerGetDatum(row->message ? row->message : settled_message(row, verdict));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
write_row(Ledger *ledger, int64 number, const ImportRow *row)
{
	ledger->line_no = (int32) number;
	ledger->item_id = row->item_id;
	ledger->occurred_at = row->occurred_at;
	ledger->reference = row->reference;
	ledger->reason = row->reason;
	th_ledger_write_movement(ledger, row->source_id, row->destination_id, row->lot_id,
							 row->quantity);
}

/* Goes through the rows: writes the good ones where wanted, returns the others. */
static void
finish_rows(Import *import, bool write, ReturnSetInfo *result)
{
	ImportRow row;

	th_import_spool_rewind(import);
	for (int64 number = 1; th_import_spool_next(import, &row); number++)
	{
		ThCode verdict = import->verdicts[number - 1];
		MemoryContext caller = MemoryContextSwitchTo(import->row_context);

		if (verdict != TH_OK)
			return_refused(result, number, &row, verdict);
		else if (write)
			write_row(&import->ledger, number, &row);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(import->row_context);
	}
}

static void
write_key(Ledger *ledger, const ImportKey *key)
{
	int64 net = key->inflow - key->outflow;

	if (net == 0)
		return;
	ledger->item_id = key->item_id;
	if (!th_ledger_knows(ledger, key->location_id, key->lot_id))
		th_escrow_key_added(key->item_id);
	if (net > 0)
		th_escrow_give(key->item_id, key->location_id, key->lot_id, net);
	th_ledger_write_balance(ledger, key->location_id, key->lot_id, net);
}

static void
write_keys(Import *import)
{
	HASH_SEQ_STATUS walk;
	ImportKey *key;

	hash_seq_init(&walk, import->keys);
	while ((key = hash_seq_search(&walk)) != NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(import->row_context);

		if (key->location_id != ALL_LOCATIONS)
			write_key(&import->ledger, key);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(import->row_context);
	}
}

static void
run(Import *import, Oid source, bool keep_good, ReturnSetInfo *result)
{
	bool write;

	th_import_read(import, source);
	do
	{
		th_import_settle(import);
		write = keep_good || import->bad_count == 0;
	} while (write && !th_import_take(import));
	finish_rows(import, write, result);
	if (write)
		write_keys(import);
}

Datum
th_inventory_import(PG_FUNCTION_ARGS)
{
	Import import = { 0 };

	th_require_writable("inventory.import()");
	require_arguments(fcinfo);
	InitMaterializedSRF(fcinfo, 0);
	import.tenant_id = PG_GETARG_INT32(IMPORT_TENANT_ID);
	import.context = CurrentMemoryContext;
	import.row_context = AllocSetContextCreate(CurrentMemoryContext, "tidehold import row",
											   ALLOCSET_DEFAULT_SIZES);
	th_ledger_open(&import.ledger, "import");
	th_escrow_lock_rows(RowExclusiveLock);
	th_import_spool_open(&import);
	th_import_keys_open(&import);
	run(&import, PG_GETARG_OID(IMPORT_SOURCE), PG_GETARG_BOOL(IMPORT_KEEP_GOOD),
		(ReturnSetInfo *) fcinfo->resultinfo);
	ExecDropSingleTupleTableSlot(import.spool_slot);
	tuplestore_end(import.spool);
	th_ledger_close(&import.ledger);
	return (Datum) 0;
}
