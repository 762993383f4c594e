/*
 * escrow_load.c
 *	  Counts the rows of an entry.
 */
#include "postgres.h"

#include "access/table.h"
#include "common/int.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/escrow_load.h"
#include "inventory/escrow_log.h"

void
th_escrow_lock_rows(LOCKMODE mode)
{
	LockRelationOid(th_catalog()->balance, mode);
	LockRelationOid(th_catalog()->reservation, mode);
}

static int64
sum_rows(Oid table_oid, Oid index, int attribute, const EscrowKey *key, Snapshot snapshot,
		 int32 *rows)
{
	/* NoLock: a wait for a lock here could be a deadlock that nobody detects. */
	Relation table = table_open(table_oid, NoLock);
	int64 sum = 0;
	ThScan scan;

	*rows = 0;
	th_scan_init(&scan);
	th_scan_key_int8(&scan, key->item_id);
	th_scan_key_int8(&scan, key->location_id);
	th_scan_key_int8(&scan, key->lot_id);
	th_scan_begin(&scan, table, index, snapshot);
	while (th_scan_next(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (pg_add_s64_overflow(sum, th_slot_int8(scan.slot, attribute), &sum))
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_QUANTITY_OVERFLOW)),
					 errmsg("stock of item " INT64_FORMAT " at location " INT64_FORMAT " does not fit in 64 bits",
							key->item_id, key->location_id)));
		(*rows)++;
	}
	th_scan_end(&scan);
	table_close(table, NoLock);
	return sum;
}

void
th_escrow_count_rows(const EscrowKey *key, Snapshot snapshot, EscrowCount *count)
{
	const InventoryCatalog *catalog = th_catalog();
	int32 reservation_rows;

	count->on_hand = sum_rows(catalog->balance, catalog->balance_pkey, BALANCE_QUANTITY,
							  key, snapshot, &count->balance_rows);
	count->reserved = sum_rows(catalog->reservation, catalog->reservation_entry_idx,
							   RESERVATION_QUANTITY, key, snapshot, &reservation_rows);
}

/*
 * What this transaction has done is in its ops and not in the count, in whichever order
 * row and op came.  In exclusive mode there are no other users, and the ops do not
 * tell all, so the rows do.
 */
static int64
count_value(const EscrowEntry *entry, EscrowCount *count)
{
	bool exclusive = th_escrow_log_exclusive();
	Snapshot snapshot = exclusive ? th_snapshot_latest() : th_snapshot_others();
	int64 value;

	th_escrow_count_rows(&entry->key, snapshot, count);
	UnregisterSnapshot(snapshot);
	value = count->on_hand - count->reserved;
	return exclusive ? value : value - th_escrow_log_own_taken(entry);
}

static void
load(int op_index)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	EscrowCount count;
	int64 value = count_value(entry, &count);

	SpinLockAcquire(&entry->mutex);
	entry->available = value;
	entry->changes++;
	entry->appended = Min(count.balance_rows, PG_UINT16_MAX);
	entry->state = ESCROW_VALID;
	SpinLockRelease(&entry->mutex);
	th_escrow_log_op(op_index)->loading = false;
	if (count.balance_rows >= ESCROW_FOLD_THRESHOLD)
		pg_atomic_fetch_add_u32(&th_escrow_control->fold_wanted, 1);
	pg_atomic_fetch_add_u64(&th_escrow_control->loads, 1);
	th_escrow_wake(entry);
}

/* True where this backend is now the one that counts. */
static bool
claim_load(int op_index, EscrowState *state)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	bool mine = false;

	SpinLockAcquire(&entry->mutex);
	if (entry->state == ESCROW_EMPTY)
	{
		entry->state = ESCROW_LOADING;
		mine = true;
	}
	*state = entry->state;
	SpinLockRelease(&entry->mutex);
	/* Before anything can fail: the abort callback gives the entry free again. */
	if (mine)
		th_escrow_log_op(op_index)->loading = true;
	return mine;
}

static void
wait_for_load(EscrowEntry *entry)
{
	int partition = th_escrow_partition_of(entry);
	ConditionVariable *changed = &th_escrow_control->changed[partition];
	EscrowState state;

	/* A backend that ends here leaves the number too high, which only costs a broadcast. */
	pg_atomic_fetch_add_u32(&th_escrow_control->waiters[partition], 1);
	PG_TRY();
	{
		ConditionVariablePrepareToSleep(changed);
		for (;;)
		{
			SpinLockAcquire(&entry->mutex);
			state = entry->state;
			SpinLockRelease(&entry->mutex);
			if (state != ESCROW_LOADING)
				break;
			ConditionVariableSleep(changed, TH_WAIT_EVENT("TideholdEscrowLoad"));
		}
		ConditionVariableCancelSleep();
	}
	PG_FINALLY();
	{
		pg_atomic_fetch_sub_u32(&th_escrow_control->waiters[partition], 1);
	}
	PG_END_TRY();
}

void
th_escrow_ensure_loaded(int op_index)
{
	EscrowState state;

	for (;;)
	{
		if (claim_load(op_index, &state))
			load(op_index);
		else if (state == ESCROW_LOADING)
			wait_for_load(th_escrow_log_op(op_index)->entry);
		else
			return;
	}
}
