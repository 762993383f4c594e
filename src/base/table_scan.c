/*
 * table_scan.c
 *	  Index scans over our tables from C.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/tableam.h"
#include "catalog/pg_collation_d.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/table_scan.h"

Snapshot
th_snapshot_latest(void)
{
	/*
	 * Without a transaction snapshot GetLatestSnapshot would make one, and
	 * callers of REPEATABLE READ would later work in ours.
	 */
	Assert(FirstSnapshotSet);
	return RegisterSnapshot(GetLatestSnapshot());
}

Snapshot
th_snapshot_others(void)
{
	Snapshot snapshot = th_snapshot_latest();

	/*
	 * RegisterSnapshot made this copy for us.  Commands of this transaction
	 * are numbered from FirstCommandId, so none of them is before it.
	 */
	snapshot->curcid = FirstCommandId;
	return snapshot;
}

void
th_scan_init(ThScan *scan)
{
	memset(scan, 0, sizeof(*scan));
}

static ScanKey
next_key(ThScan *scan)
{
	Assert(scan->key_count < TH_SCAN_KEYS_MAX);
	return &scan->keys[scan->key_count++];
}

void
th_scan_key_int8(ThScan *scan, int64 value)
{
	ScanKey key = next_key(scan);

	ScanKeyInit(key, scan->key_count, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(value));
}

void
th_scan_key_int8_after(ThScan *scan, int64 value)
{
	ScanKey key = next_key(scan);

	ScanKeyInit(key, scan->key_count, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(value));
}

void
th_scan_key_int4(ThScan *scan, int32 value)
{
	ScanKey key = next_key(scan);

	ScanKeyInit(key, scan->key_count, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(value));
}

void
th_scan_key_text(ThScan *scan, Datum value)
{
	ScanKey key = next_key(scan);

	ScanKeyInit(key, scan->key_count, BTEqualStrategyNumber, F_TEXTEQ, value);
	key->sk_collation = C_COLLATION_OID;
}

void
th_scan_key_timestamp_until(ThScan *scan, int64 value)
{
	ScanKey key = next_key(scan);

	ScanKeyInit(key, scan->key_count, BTLessEqualStrategyNumber, F_TIMESTAMPTZ_LE,
				TimestampTzGetDatum(value));
}

void
th_scan_key_timestamp_after(ThScan *scan, int64 value)
{
	ScanKey key = next_key(scan);

	ScanKeyInit(key, scan->key_count, BTGreaterStrategyNumber, F_TIMESTAMPTZ_GT,
				TimestampTzGetDatum(value));
}

void
th_scan_begin(ThScan *scan, Relation table, Oid index, Snapshot snapshot)
{
	scan->index = index_open(index, AccessShareLock);
	scan->slot = table_slot_create(table, NULL);
	scan->scan = th_index_beginscan(table, scan->index, snapshot, scan->key_count);
	index_rescan(scan->scan, scan->keys, scan->key_count, NULL, 0);
}

bool
th_scan_next(ThScan *scan)
{
	return index_getnext_slot(scan->scan, ForwardScanDirection, scan->slot);
}

bool
th_scan_back(ThScan *scan)
{
	return index_getnext_slot(scan->scan, BackwardScanDirection, scan->slot);
}

void
th_scan_end(ThScan *scan)
{
	index_endscan(scan->scan);
	ExecDropSingleTupleTableSlot(scan->slot);
	index_close(scan->index, AccessShareLock);
}
