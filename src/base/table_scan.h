/*
 * table_scan.h
 *	  Index scans over our tables from C: no SQL, no planner, no search_path.
 */
#ifndef TIDEHOLD_BASE_TABLE_SCAN_H
#define TIDEHOLD_BASE_TABLE_SCAN_H

#include "access/genam.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#define TH_SCAN_KEYS_MAX 4

typedef struct ThScan
{
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot; /* the current row, of the table's shape */
	int key_count;
	ScanKeyData keys[TH_SCAN_KEYS_MAX];
} ThScan;

/*
 * A snapshot of what is committed at this instant, and of what this transaction has
 * done, whatever the isolation level: what may be promised is not a matter of
 * snapshots.  Registered; give it back with UnregisterSnapshot.
 */
extern Snapshot th_snapshot_latest(void);

/*
 * The same without anything this transaction has done: rows it inserted are not
 * seen, rows it deleted are.
 */
extern Snapshot th_snapshot_others(void);

/*
 * Scans index (an index of table) for rows whose leading columns equal the keys
 * given so far with th_scan_key_*.  The caller holds a lock on table and keeps the
 * snapshot registered until th_scan_end.
 *
 *	   th_scan_init(&scan);
 *	   th_scan_key_int8(&scan, item_id);
 *	   th_scan_begin(&scan, table, index_oid, snapshot);
 *	   while (th_scan_next(&scan)) ... th_slot_int8(scan.slot, attribute) ...
 *	   th_scan_end(&scan);
 */
extern void th_scan_init(ThScan *scan);
extern void th_scan_key_int8(ThScan *scan, int64 value);
extern void th_scan_key_int8_after(ThScan *scan, int64 value); /* column > value */
extern void th_scan_key_int4(ThScan *scan, int32 value);
extern void th_scan_key_text(ThScan *scan, Datum value);			/* collation "C" */
extern void th_scan_key_timestamp_until(ThScan *scan, int64 value); /* column <= value */
extern void th_scan_key_timestamp_after(ThScan *scan, int64 value); /* column > value */
extern void th_scan_begin(ThScan *scan, Relation table, Oid index, Snapshot snapshot);
extern bool th_scan_next(ThScan *scan);
extern bool th_scan_back(ThScan *scan); /* from the end; never mixed with th_scan_next */
extern void th_scan_end(ThScan *scan);

/* A row is only there during the call. */
typedef void (*ThRowCallback)(HeapTuple row, TupleDesc shape, void *context);

/*
 * All rows that are left, in the index's order, instead of th_scan_next(): for scans of
 * many.  Calls happen under the lock of the row's page.
 */
extern void th_scan_each(ThScan *scan, Relation table, ThRowCallback each, void *context);

/* Value of a NOT NULL column (attributes count from 1). */
static inline Datum
th_slot_datum(TupleTableSlot *slot, int attribute)
{
	bool is_null;
	Datum value = slot_getattr(slot, attribute, &is_null);

	Assert(!is_null);
	return value;
}

static inline int64
th_slot_int8(TupleTableSlot *slot, int attribute)
{
	return DatumGetInt64(th_slot_datum(slot, attribute));
}

#endif /* TIDEHOLD_BASE_TABLE_SCAN_H */
