/*
 * table_read.c
 *	  Many rows of an index scan, in the index's order, at less cost for each.
 *
 * A scan row by row pins, locks and unlocks the row's page for each row, though a stream's
 * days lie beside each other as a rule.  So places are taken from the index some hundred at
 * a time, while nothing is locked, and then each run of places on one page is read under one
 * lock.  Visibility, and the conflicts of serializable transactions, are the heap's own to
 * judge, as in any index scan.
 *
 * The page is locked (shared) while a row is given on: that must be short, must not read
 * another table, and may raise an error, which releases all.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"

#include "base/table_scan.h"

#define PLACES 256
#define AHEAD 8 /* rows */

typedef struct Reading
{
	Relation table;
	Snapshot snapshot;
	ThRowCallback each;
	void *context;
	ItemPointerData place[PLACES];
	int count;
	bool ended; /* a scan that is asked after its end begins anew */
} Reading;

static void
take_places(Reading *reading, IndexScanDesc scan)
{
	for (reading->count = 0; reading->count < PLACES; reading->count++)
	{
		ItemPointer place = index_getnext_tid(scan, ForwardScanDirection);

		reading->ended = place == NULL;
		if (reading->ended)
			return;
		reading->place[reading->count] = *place;
	}
}

/*
 * As the heap's own scan of a page does: nobody need be asked about a row of a page whose
 * rows all see.  A row that came to a place after the snapshot keeps its page from being one.
 */
static bool
all_see(const Reading *reading, Page page)
{
	return PageIsAllVisible(page) && IsMVCCSnapshot(reading->snapshot) &&
		   !reading->snapshot->takenDuringRecovery && !IsolationIsSerializable();
}

/*
 * False: the row moved on its page, or its place is gone.  The places of a row that is dead to
 * all may be taken back, and cut off the page, between the look at the index and this one.
 */
static bool
point_at(const Reading *reading, Page page, ItemPointerData place, HeapTuple row)
{
	OffsetNumber offset = ItemPointerGetOffsetNumber(&place);
	ItemId item;

	if (offset > PageGetMaxOffsetNumber(page))
		return false;
	item = PageGetItemId(page, offset);
	if (!ItemIdIsNormal(item))
		return false;
	row->t_data = (HeapTupleHeader) PageGetItem(page, item);
	row->t_len = ItemIdGetLength(item);
	row->t_tableOid = RelationGetRelid(reading->table);
	row->t_self = place;
	return true;
}

static void
read_row(const Reading *reading, Buffer buffer, ItemPointerData place, bool seen)
{
	HeapTupleData row;

	if ((seen && point_at(reading, BufferGetPage(buffer), place, &row)) ||
		heap_hot_search_buffer(&place, reading->table, buffer, reading->snapshot, &row, NULL, true))
		reading->each(&row, RelationGetDescr(reading->table), reading->context);
}

/* Rows of a page that is not in the processor's cache are asked for before they are read. */
static void
look_ahead(const Reading *reading, Page page, BlockNumber block, int at)
{
	HeapTupleData row;

	if (at >= reading->count || ItemPointerGetBlockNumber(&reading->place[at]) != block)
		return;
	if (point_at(reading, page, reading->place[at], &row))
		__builtin_prefetch(row.t_data);
}

/* Those from first on that are on its page; returns how many. */
static int
read_page(const Reading *reading, int first)
{
	BlockNumber block = ItemPointerGetBlockNumber(&reading->place[first]);
	Buffer buffer = ReadBuffer(reading->table, block);
	int at = first;
	bool seen;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	seen = all_see(reading, BufferGetPage(buffer));
	for (; at < reading->count && ItemPointerGetBlockNumber(&reading->place[at]) == block; at++)
	{
		look_ahead(reading, BufferGetPage(buffer), block, at + AHEAD);
		read_row(reading, buffer, reading->place[at], seen);
	}
	UnlockReleaseBuffer(buffer);
	return at - first;
}

static void
read_slots(ThScan *scan, Relation table, ThRowCallback each, void *context)
{
	while (th_scan_next(scan))
	{
		bool should_free;
		HeapTuple row = ExecFetchSlotHeapTuple(scan->slot, false, &should_free);

		each(row, RelationGetDescr(table), context);
		if (should_free)
			heap_freetuple(row);
		CHECK_FOR_INTERRUPTS();
	}
}

void
th_scan_each(ThScan *scan, Relation table, ThRowCallback each, void *context)
{
	Reading reading = {
		.table = table,
		.snapshot = scan->scan->xs_snapshot,
		.each = each,
		.context = context,
	};

	if (table->rd_tableam != GetHeapamTableAmRoutine())
	{
		read_slots(scan, table, each, context);
		return;
	}
	while (!reading.ended)
	{
		take_places(&reading, scan->scan);
		for (int at = 0; at < reading.count;)
			at += read_page(&reading, at);
		CHECK_FOR_INTERRUPTS();
	}
}
