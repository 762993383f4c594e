/*
 * reader.c
 *	  Reads the WAL from the feed's slot, one record after the other.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogreader.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "replication/decode.h"
#include "replication/slot.h"
#include "storage/spin.h"
#include "storage/standby.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "base/clock.h"
#include "feed/decode/deliver.h"
#include "feed/decode/reader.h"
#include "feed/decode/suspect.h"
#include "feed/decode/xids.h"

#define SPILL_LOOK_MS 1000

FeedReader th_reader;

static XLogRecPtr confirmed_lsn = InvalidXLogRecPtr;
static int64 spill_looked_at = 0; /* monotonic ms */
static int64 spilled_before = 0;  /* what the server counted up to the last look */

static void
make_contexts(void)
{
	th_reader.context = AllocSetContextCreate(TopMemoryContext, "tidehold feed decoding",
											  ALLOCSET_DEFAULT_SIZES);
	th_reader.record_context = AllocSetContextCreate(th_reader.context, "tidehold feed record",
													 ALLOCSET_DEFAULT_SIZES);
	th_reader.change_context = AllocSetContextCreate(th_reader.context, "tidehold feed change",
													 ALLOCSET_DEFAULT_SIZES);
}

/* The server keeps the figure; the reorder buffer's own is reset whenever it reports. */
static int64
spilled_bytes(void)
{
	PgStat_StatReplSlotEntry *entry = pgstat_fetch_replslot(MyReplicationSlot->data.name);
	int64 bytes = entry != NULL ? entry->spill_bytes : 0;

	pgstat_clear_snapshot();
	return bytes;
}

/*
 * The record of running transactions that is written here tells which of those at the
 * slot's restart_lsn had ended before it (see xids.c).
 */
void
th_decode_start(const FeedRow *row, FeedState *state, const FeedResume *resume,
				const FeedConsumer *consumer)
{
	MemoryContext old;

	make_contexts();
	old = MemoryContextSwitchTo(th_reader.context);
	th_reader.row = row;
	th_reader.state = state;
	th_reader.consumer = consumer;
	th_suspect_start(state);
	th_deliver_start(resume->partial_commit_lsn, resume->partial_index);
	th_table_start();
	th_xids_start(resume->xids);
	th_context_make(resume->lsn);
	spilled_before = spilled_bytes();
	/* The caches hold the present, and decoding begins in the past. */
	InvalidateSystemCaches();
	(void) LogStandbySnapshot();
	MemoryContextSwitchTo(old);
}

XLogRecPtr
th_decode_lsn(void)
{
	if (th_reader.decoding == NULL)
		return InvalidXLogRecPtr;
	return Max(th_reader.done_lsn, th_reader.start_lsn);
}

/*
 * The reorder buffer replays a transaction in one of its own, or in a subtransaction where
 * there is a transaction already, which costs half of that.  So one is kept around many
 * records, with no snapshot and no id, until the caller has something else to do.
 */
static void
enter_transaction(void)
{
	if (!IsTransactionState())
		StartTransactionCommand();
}

void
th_decode_leave(void)
{
	MemoryContext old = CurrentMemoryContext;

	if (IsTransactionState())
		AbortCurrentTransaction();
	MemoryContextSwitchTo(old);
}

/* An error ends the process; before it does, the change at fault is remembered. */
static void
process_record(void)
{
	enter_transaction();
	MemoryContextSwitchTo(th_reader.record_context);
	PG_TRY();
	{
		LogicalDecodingProcessRecord(th_reader.decoding, th_reader.decoding->reader);
	}
	PG_CATCH();
	{
		th_suspect_failed();
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextReset(th_reader.record_context);
}

static void
require_end_of_wal(XLogReaderState *wal)
{
	if (!th_reader.wal->end_of_wal)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("could not read the WAL at %X/%X", LSN_FORMAT_ARGS(wal->EndRecPtr))));
	th_reader.wal->end_of_wal = false;
}

/*
 * A reader that is asked at the end of the WAL closes its file, and opens it again for the
 * next record, which here comes a moment later.
 */
static bool
is_at_end_of_wal(const XLogReaderState *wal)
{
	static XLogRecPtr flushed_lsn = InvalidXLogRecPtr; /* seen last */

	if (wal->NextRecPtr < flushed_lsn)
		return false;
	flushed_lsn = GetFlushRecPtr(NULL);
	return wal->NextRecPtr >= flushed_lsn;
}

/*
 * Reading allocates what lives as long as the reader; decoding may leave any context
 * behind as the current one.
 */
bool
th_decode_next(void)
{
	XLogReaderState *wal = th_reader.decoding->reader;
	MemoryContext old;
	char *problem = NULL;
	XLogRecord *record;

	CHECK_FOR_INTERRUPTS();
	if (is_at_end_of_wal(wal))
		return false;
	old = MemoryContextSwitchTo(th_reader.context);
	record = XLogReadRecord(wal, &problem);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("could not read the WAL at %X/%X: %s", LSN_FORMAT_ARGS(wal->EndRecPtr), problem)));
	if (record == NULL)
		require_end_of_wal(wal);
	else
	{
		th_gate_pass(wal);
		process_record();
		th_xids_note(wal);
		th_reader.done_lsn = wal->EndRecPtr;
	}
	MemoryContextSwitchTo(old);
	return record != NULL;
}

static void
show_slot(void)
{
	FeedState *state = th_reader.state;
	int64 now = th_monotonic_ms();
	int64 bytes = spilled_before;

	if (now >= spill_looked_at + SPILL_LOOK_MS)
	{
		bytes = spilled_bytes();
		spill_looked_at = now;
	}
	SpinLockAcquire(&state->mutex);
	state->restart_lsn = MyReplicationSlot->data.restart_lsn;
	state->counters.spilled_bytes += Max(bytes - spilled_before, 0);
	SpinLockRelease(&state->mutex);
	spilled_before = bytes;
}

/*
 * The server writes the slot when what it keeps moves; confirmed_flush alone goes to disk
 * at the next checkpoint, and an older one after a crash does no harm: the sink's
 * position decides.
 */
void
th_decode_confirm(XLogRecPtr lsn)
{
	if (lsn > confirmed_lsn)
	{
		LogicalConfirmReceivedLocation(lsn);
		ReplicationSlotMarkDirty();
		th_suspect_confirmed(lsn);
		confirmed_lsn = lsn;
	}
	show_slot();
}
