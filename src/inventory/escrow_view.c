/*
 * escrow_view.c
 *	  Shows the entries and who holds what, and compares entries with rows.
 */
#include "postgres.h"

#include "access/table.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "base/settings.h"
#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/escrow_holder.h"
#include "inventory/escrow_load.h"
#include "inventory/escrow_log.h"

PG_FUNCTION_INFO_V1(th_escrow_entries_view);
PG_FUNCTION_INFO_V1(th_escrow_holders);
PG_FUNCTION_INFO_V1(th_escrow_verify);

static const char *const state_names[] = {
	[ESCROW_FREE] = "free",
	[ESCROW_EMPTY] = "empty",
	[ESCROW_LOADING] = "loading",
	[ESCROW_VALID] = "valid",
};

static EscrowEntry
read_entry(int index)
{
	EscrowEntry *entry = &th_escrow_entries[index];
	EscrowEntry copy;

	SpinLockAcquire(&entry->mutex);
	copy = *entry;
	SpinLockRelease(&entry->mutex);
	return copy;
}

Datum
th_escrow_entries_view(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		EscrowEntry entry = read_entry(i);
		Datum values[7];
		bool nulls[7] = { false };

		CHECK_FOR_INTERRUPTS();
		if (entry.state == ESCROW_FREE || entry.key.database != MyDatabaseId)
			continue;
		values[0] = Int64GetDatum(entry.key.item_id);
		values[1] = Int64GetDatum(entry.key.location_id);
		values[2] = Int64GetDatum(entry.key.lot_id);
		values[3] = Int64GetDatum(entry.available);
		nulls[3] = entry.state != ESCROW_VALID;
		values[4] = Int32GetDatum(entry.pins);
		values[5] = CStringGetTextDatum(state_names[entry.state]);
		values[6] = Int32GetDatum(entry.committing);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	PG_RETURN_NULL();
}

static void
put_holder(const EscrowHolder *holder, ReturnSetInfo *result)
{
	int shown = Min(holder->count, ESCROW_HOLDINGS_SHOWN);

	for (int i = 0; i < shown; i++)
	{
		const EscrowHolding *holding = &holder->shown[i];
		Datum values[7];
		bool nulls[7] = { false };

		if (holding->key.database != MyDatabaseId)
			continue;
		values[0] = Int32GetDatum(holder->pid);
		values[1] = Int64GetDatum(holding->key.item_id);
		values[2] = Int64GetDatum(holding->key.location_id);
		values[3] = Int64GetDatum(holding->key.lot_id);
		values[4] = Int64GetDatum(holding->taken);
		values[5] = Int64GetDatum(holding->give);
		values[6] = Int32GetDatum(holder->count - shown);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

Datum
th_escrow_holders(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < th_escrow_holder_count(); i++)
	{
		EscrowHolder holder;

		th_escrow_holder_read(i, &holder);
		if (holder.pid != 0)
			put_holder(&holder, result);
	}
	PG_RETURN_NULL();
}

/*
 * Compares an entry with its rows.  Only while nobody else has a pin: then all who
 * changed the rows have left, and a new snapshot sees what they did.  False where the
 * entry was in use every time we looked.
 */
static bool
compare_entry(int op_index, int64 *expected, int64 *actual)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;

	for (int attempt = 0; attempt < 3; attempt++)
	{
		EscrowEntry before = read_entry((int) (entry - th_escrow_entries));
		EscrowEntry after;
		EscrowCount count;
		Snapshot snapshot;

		if (before.pins != 1 || before.state != ESCROW_VALID)
			continue;
		snapshot = th_snapshot_latest();
		th_escrow_count_rows(&entry->key, snapshot, &count);
		UnregisterSnapshot(snapshot);
		after = read_entry((int) (entry - th_escrow_entries));
		if (after.pins != 1 || after.changes != before.changes)
			continue;
		*expected = count.on_hand - count.reserved;
		*actual = before.available;
		return true;
	}
	return false;
}

static void
verify_entry(const EscrowKey *key, ReturnSetInfo *result)
{
	int mark = th_escrow_log_mark();
	int op_index = th_escrow_log_touch(key);
	int64 expected;
	int64 actual;

	if (compare_entry(op_index, &expected, &actual) && expected != actual)
	{
		Datum values[5];
		bool nulls[5] = { false };

		values[0] = Int64GetDatum(key->item_id);
		values[1] = Int64GetDatum(key->location_id);
		values[2] = Int64GetDatum(key->lot_id);
		values[3] = Int64GetDatum(expected);
		values[4] = Int64GetDatum(actual);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	th_escrow_log_drop_unused(mark);
}

Datum
th_escrow_verify(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	th_escrow_lock_rows(AccessShareLock);
	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		EscrowEntry entry = read_entry(i);

		CHECK_FOR_INTERRUPTS();
		if (entry.key.database == MyDatabaseId && entry.key.kind == th_catalog()->balance &&
			entry.state == ESCROW_VALID && entry.pins == 0)
			verify_entry(&entry.key, result);
	}
	PG_RETURN_NULL();
}
