/*
 * wait.c
 *	  tidehold.wait_feed: waits until a feed runs and the sink has what was committed.
 *
 * Holds no lock and no transaction of its own while it waits; of the feed it knows what
 * shared memory says, and it looks at the row now and then in case the feed is dropped.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/table_scan.h"
#include "feed/feed.h"
#include "feed/stat.h"

#define NAP_MIN_MS 1
#define NAP_MAX_MS 10
#define LOOK_AT_ROW_MS 1000

/* Columns of tidehold.feed_snapshot, as 40_feed.sql creates them. */
#define SNAPSHOT_FEED_ID 2
#define SNAPSHOT_STATE 8

static uint32 wait_event = 0;

PG_FUNCTION_INFO_V1(th_wait_feed);

static void
find_feed(const char *name, pg_uuid_t *id)
{
	FeedRow *row = th_feed_row_named(name);

	if (row == NULL)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_NOT_FOUND)),
				 errmsg("feed \"%s\" does not exist", name)));
	*id = row->id;
}

static void
refuse_own_change(const pg_uuid_t *id, const char *name)
{
	if (!th_feed_rows_changed_here(id))
		return;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_FEED_NOT_READY)),
			 errmsg("cannot wait for feed \"%s\" in the transaction that makes or changes it", name),
			 errhint("Commit first: its worker sees nothing of this transaction before.")));
}

/*
 * Where a record would begin next lies behind the header of a page that has none yet;
 * the end of the last record, which readers report, is before it.
 */
static XLogRecPtr
without_page_header(XLogRecPtr lsn)
{
	uint64 in_page = lsn % XLOG_BLCKSZ;
	uint64 in_segment = XLogSegmentOffset(lsn, wal_segment_size);

	if (in_segment == SizeOfXLogLongPHD || (in_segment != in_page && in_page == SizeOfXLogShortPHD))
		return lsn - in_page;
	return lsn;
}

/*
 * Everything committed before this call lies before the end of the WAL.  It is flushed,
 * for the worker reads no further: a commit may be asynchronous, and the last page is
 * written by nobody when there is no commit after it.
 */
static XLogRecPtr
flushed_end_of_wal(void)
{
	XLogRecPtr end = without_page_header(GetXLogInsertRecPtr());

	XLogFlush(end);
	th_feed_wake_sleepers();
	return end;
}

typedef struct OpenSnapshots
{
	const pg_uuid_t *feed;
	int count;
} OpenSnapshots;

static void
count_open_snapshot(TupleTableSlot *slot, void *context)
{
	OpenSnapshots *open = context;
	char *state;

	if (memcmp(DatumGetUUIDP(th_slot_datum(slot, SNAPSHOT_FEED_ID)), open->feed, UUID_LEN) != 0)
		return;
	state = TextDatumGetCString(th_slot_datum(slot, SNAPSHOT_STATE));
	if (strcmp(state, "waiting") == 0 || strcmp(state, "running") == 0)
		open->count++;
}

/* Rows that were committed before there was a feed, and are to be sent. */
static bool
has_sent_snapshots(const pg_uuid_t *id)
{
	OpenSnapshots open = { id, 0 };

	th_feed_read_table("feed_snapshot", count_open_snapshot, &open);
	return open.count == 0;
}

static bool
has_reached(const FeedView *view, XLogRecPtr target)
{
	const FeedState *state = &view->state;

	if (!th_feed_is_running(view))
		return false;
	if (state->confirmed_lsn >= target)
		return true;
	return state->read_lsn >= target && state->in_flight == 0 && state->oldest_unacknowledged == 0;
}

static void
refuse_parked(const FeedView *view, const char *name)
{
	if (!th_feed_is_parked(view))
		return;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_FEED_PARKED)), errmsg("feed \"%s\" is parked", name),
			 errdetail("%s", view->state.last_error),
			 errhint("Call tidehold.recover_feed('%s').", name)));
}

/* The making of a slot waits for every transaction that has written, this one too. */
static void
refuse_waiting_for_us(const FeedView *view, const char *name)
{
	if (!TransactionIdIsValid(GetTopTransactionIdIfAny()) || !view->has_state ||
		view->state.phase != FEED_PHASE_CREATING)
		return;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_FEED_NOT_READY)),
			 errmsg("feed \"%s\" waits for this transaction to end", name),
			 errdetail("Its replication slot can be made when all transactions that have written are over."),
			 errhint("Call wait_feed in a transaction of its own.")));
}

static void
nap(long ms)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms,
					 TH_WAIT_EVENT("TideholdWaitFeed"));
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* At least one look, whatever the time; false when the time is over. */
static bool
wait_until_reached(const char *name, const pg_uuid_t *id, XLogRecPtr target, int64 give_up)
{
	int64 look_at = th_monotonic_ms() + LOOK_AT_ROW_MS;
	long ms = NAP_MIN_MS;

	for (;;)
	{
		FeedView view;
		int64 now;

		th_feed_look(id, &view);
		if (has_reached(&view, target) && has_sent_snapshots(id))
			return true;
		refuse_parked(&view, name);
		refuse_waiting_for_us(&view, name);
		now = th_monotonic_ms();
		if (now >= give_up)
			return false;
		if (now >= look_at)
		{
			pg_uuid_t found;

			find_feed(name, &found);
			look_at = now + LOOK_AT_ROW_MS;
		}
		nap((long) Min(ms, give_up - now));
		ms = Min(ms * 2, NAP_MAX_MS);
	}
}

/* A month is as long as the calendar has it now; the clock may be set meanwhile. */
static int64
end_of_time(Interval *timeout)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz end = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
															  TimestampTzGetDatum(now),
															  IntervalPGetDatum(timeout)));

	return end > now ? th_monotonic_ms() + (end - now) / 1000 : 0;
}

static void
refuse_in_recovery(void)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("recovery is in progress"),
				 errdetail("Feeds run on the primary server.")));
}

Datum
th_wait_feed(PG_FUNCTION_ARGS)
{
	char *name = NULL;
	pg_uuid_t id;
	XLogRecPtr target;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	refuse_in_recovery();
	if (wait_event == 0)
		wait_event = TH_WAIT_EVENT("TideholdWaitFeed");
	find_feed(name, &id);
	refuse_own_change(&id, name);
	target = flushed_end_of_wal();
	if (!PG_ARGISNULL(2))
		target = without_page_header(PG_GETARG_LSN(2));
	PG_RETURN_BOOL(wait_until_reached(name, &id, target, end_of_time(PG_GETARG_INTERVAL_P(1))));
}
