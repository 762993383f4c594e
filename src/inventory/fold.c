/*
 * fold.c
 *	  Replaces the appended balance rows of a key by one row with their sum.
 *
 * No sum changes, so no entry is touched.  Rows appended meanwhile stay as they are.
 */
#include "postgres.h"

#include "access/table.h"
#include "common/int.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/snapmgr.h"

#include "base/settings.h"
#include "base/table_scan.h"
#include "base/table_write.h"
#include "inventory/catalog.h"
#include "inventory/escrow_table.h"
#include "inventory/maintenance.h"

/* Rows of one key in one transaction. */
#define FOLD_ROWS_MAX 20000

static bool
take_wanted(EscrowEntry *entry, EscrowKey *key)
{
	bool wanted;

	SpinLockAcquire(&entry->mutex);
	*key = entry->key;
	wanted = entry->state != ESCROW_FREE && entry->appended >= ESCROW_FOLD_THRESHOLD;
	if (wanted && key->database == MyDatabaseId)
		entry->appended = 0;
	SpinLockRelease(&entry->mutex);
	return wanted;
}

/* Collects up to limit keys of this database that have many rows. */
static int
collect_keys(EscrowKey *keys, int limit)
{
	EscrowControl *control = th_escrow_control;
	bool more = false;
	int count = 0;

	if (pg_atomic_exchange_u32(&control->fold_wanted, 0) == 0)
		return 0;
	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		if (count == limit)
		{
			more = true;
			break;
		}
		if (!take_wanted(&th_escrow_entries[i], &keys[count]))
			continue;
		if (keys[count].database == MyDatabaseId && keys[count].kind == th_catalog()->balance)
			count++;
		else
			more = true;
	}
	if (more)
		pg_atomic_write_u32(&control->fold_wanted, 1);
	return count;
}

typedef struct Fold
{
	int rows;
	int64 sum;
	int64 movement_no; /* newest */
} Fold;

static bool
fits(const Fold *fold, TupleTableSlot *slot)
{
	int64 sum;

	return !pg_add_s64_overflow(fold->sum, th_slot_int8(slot, BALANCE_QUANTITY), &sum);
}

static void
add_row(Fold *fold, TupleTableSlot *slot)
{
	fold->sum += th_slot_int8(slot, BALANCE_QUANTITY);
	fold->movement_no = Max(fold->movement_no, th_slot_int8(slot, BALANCE_MOVEMENT_NO));
	fold->rows++;
}

static void
insert_sum(ThTable *balance, const EscrowKey *key, const Fold *fold)
{
	Datum values[BALANCE_COLUMNS];
	bool nulls[BALANCE_COLUMNS] = { false };

	values[BALANCE_ITEM_ID - 1] = Int64GetDatum(key->item_id);
	values[BALANCE_LOCATION_ID - 1] = Int64GetDatum(key->location_id);
	values[BALANCE_LOT_ID - 1] = Int64GetDatum(key->lot_id);
	values[BALANCE_MOVEMENT_NO - 1] = Int64GetDatum(fold->movement_no);
	values[BALANCE_QUANTITY - 1] = Int64GetDatum(fold->sum);
	th_table_insert(balance, values, nulls);
}

static int
fold_key(ThTable *balance, const EscrowKey *key)
{
	Snapshot snapshot = th_snapshot_latest();
	Fold fold = { .movement_no = PG_INT64_MIN };
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, key->item_id);
	th_scan_key_int8(&scan, key->location_id);
	th_scan_key_int8(&scan, key->lot_id);
	th_scan_begin(&scan, balance->rel, th_catalog()->balance_pkey, snapshot);
	while (fold.rows < FOLD_ROWS_MAX && th_scan_next(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (!fits(&fold, scan.slot))
			break;
		if (th_table_delete_free(balance, scan.slot, snapshot))
			add_row(&fold, scan.slot);
	}
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	if (fold.sum != 0)
		insert_sum(balance, key, &fold);
	return fold.rows;
}

int
th_fold_balances(int key_limit)
{
	EscrowKey *keys = palloc(key_limit * sizeof(EscrowKey));
	int count = collect_keys(keys, key_limit);
	int folded = 0;
	ThTable balance;

	if (count == 0)
		return 0;
	th_table_open(&balance, th_catalog()->balance);
	for (int i = 0; i < count; i++)
		folded += fold_key(&balance, &keys[i]);
	th_table_close(&balance);
	return folded;
}
