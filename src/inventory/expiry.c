/*
 * expiry.c
 *	  Ends reservations whose time has come.
 */
#include "postgres.h"

#include "access/table.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/expiry.h"
#include "inventory/maintenance.h"
#include "inventory/reservation_row.h"

typedef struct ExpiryRun
{
	ThTable reservation;
	ThTable reservation_end;
	TimestampTz now;
	Snapshot snapshot;
} ExpiryRun;

static void
open_run(ExpiryRun *run)
{
	const InventoryCatalog *catalog = th_catalog();

	th_table_open(&run->reservation, catalog->reservation);
	th_table_open(&run->reservation_end, catalog->reservation_end);
	run->now = GetCurrentTimestamp();
	run->snapshot = th_snapshot_latest();
}

static void
close_run(ExpiryRun *run)
{
	UnregisterSnapshot(run->snapshot);
	th_table_close(&run->reservation_end);
	th_table_close(&run->reservation);
}

/* False where another transaction has or had the row. */
static bool
expire_row(ExpiryRun *run, TupleTableSlot *slot, HeldRow *row)
{
	th_held_row_read(slot, row);
	Assert(th_held_row_expired(row, run->now));
	if (!th_table_delete_free(&run->reservation, slot, run->snapshot))
		return false;
	th_escrow_give(row->item_id, row->location_id, row->lot_id, row->quantity);
	th_held_row_record_end(&run->reservation_end, slot, row, ENDED_EXPIRED, run->now, NULL);
	return true;
}

static void
scan_due_of_key(ThScan *scan, Relation table, Snapshot snapshot, TimestampTz now,
				int64 item_id, int64 location_id, int64 lot_id)
{
	th_scan_init(scan);
	th_scan_key_int8(scan, item_id);
	th_scan_key_int8(scan, location_id);
	th_scan_key_int8(scan, lot_id);
	th_scan_key_timestamp_until(scan, now);
	th_scan_begin(scan, table, th_catalog()->reservation_entry_idx, snapshot);
}

int64
th_expire_key(int64 item_id, int64 location_id, int64 lot_id, int64 wanted, bool *others)
{
	ExpiryRun run;
	ThScan scan;
	HeldRow row;
	int64 freed = 0;

	open_run(&run);
	scan_due_of_key(&scan, run.reservation.rel, run.snapshot, run.now,
					item_id, location_id, lot_id);
	while (freed < wanted && th_scan_next(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (expire_row(&run, scan.slot, &row))
			freed += row.quantity;
		else
			*others = true;
	}
	th_scan_end(&scan);
	close_run(&run);
	return freed;
}

int64
th_due_quantity(int64 item_id, int64 location_id, int64 lot_id)
{
	Relation table = table_open(th_catalog()->reservation, AccessShareLock);
	Snapshot snapshot = th_snapshot_latest();
	int64 due = 0;
	ThScan scan;

	scan_due_of_key(&scan, table, snapshot, GetCurrentTimestamp(), item_id, location_id, lot_id);
	while (th_scan_next(&scan))
		due += th_slot_int8(scan.slot, RESERVATION_QUANTITY);
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return due;
}

/* When the first reservation that is not due now falls due. */
static TimestampTz
first_after(TimestampTz now)
{
	Relation table = table_open(th_catalog()->reservation, AccessShareLock);
	Snapshot snapshot = th_snapshot_latest();
	TimestampTz first = DT_NOEND;
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_timestamp_after(&scan, now);
	th_scan_begin(&scan, table, th_catalog()->reservation_expires_at_idx, snapshot);
	if (th_scan_next(&scan))
		first = DatumGetTimestampTz(th_slot_datum(scan.slot, RESERVATION_EXPIRES_AT));
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return first;
}

int
th_expire_due(int limit, TimestampTz *next_due)
{
	ExpiryRun run;
	ThScan scan;
	HeldRow row;
	int expired = 0;

	th_escrow_lock_rows(RowExclusiveLock);
	open_run(&run);
	th_scan_init(&scan);
	th_scan_key_timestamp_until(&scan, run.now);
	th_scan_begin(&scan, run.reservation.rel, th_catalog()->reservation_expires_at_idx,
				  run.snapshot);
	while (expired < limit && th_scan_next(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (expire_row(&run, scan.slot, &row))
			expired++;
	}
	th_scan_end(&scan);
	*next_due = first_after(run.now);
	close_run(&run);
	return expired;
}
