/*
 * xids.c
 *	  Which transactions were given to the consumer, as a pg_snapshot.
 *
 * Visible in it are the transactions whose commit lies before the place that was read up
 * to; so after a loss of the slot, rows of append-only tables that it does not show are
 * those that the sink lacks.  Kept from the WAL alone:
 *
 *	 next	  follows the highest xid that is known to have been assigned
 *	 running  those before next whose end was not read
 *
 * An xid is running from the moment that next passes it, whether or not it has written
 * anything yet; it ends with its commit or abort, or with that of its parent.  A record of
 * running transactions is exact under wal_level = logical (it is written under the lock
 * that ends transactions): what is not in it has ended before it.  It may name some that
 * have ended, their commit being in the WAL already; where reading begins, these are told
 * by the snapshot that the sink's position carries, else by the next such record.
 *
 * A server that is promoted may lack the end of this WAL and assign the xids in it anew.
 * So the snapshot ends at settled: next as it was at a place that every such server has,
 * which a commit that others see is.
 */
#include "postgres.h"

#include "access/rmgr.h"
#include "access/transam.h"
#include "access/xact.h"
#include "lib/stringinfo.h"
#include "storage/standbydefs.h"
#include "utils/memutils.h"

#include "feed/decode/decode.h"
#include "feed/decode/reader.h"
#include "feed/decode/xids.h"

/*
 * A position must stay small.  Beyond so many running ones, all that follow the last
 * listed count as not given: rows would be sent twice by recover_feed(), none is lost.
 */
#define LISTED_MAX 4096

#define ENDED UINT64CONST(0x8000000000000000)
#define FIRST_CAPACITY 1024

typedef struct XidSet
{
	uint64 *xids; /* ascending; with ENDED set: not a member any more */
	int first;	  /* all before it have ended */
	int count;
	int capacity;
	int members;
} XidSet;

static XidSet running;
static uint64 next = 0; /* 0: no record of running transactions was read yet */
static uint64 settled = 0;
static char *known = NULL;

void
th_xids_start(const char *known_text)
{
	running.capacity = FIRST_CAPACITY;
	running.xids = palloc(sizeof(uint64) * running.capacity);
	known = known_text != NULL ? pstrdup(known_text) : NULL;
}

/* Of two xids that are less than 2^31 apart. */
static uint64
widen(TransactionId xid, uint64 near)
{
	return near + (int64) (int32) (xid - (TransactionId) near);
}

/* Drops those that have ended; each is moved once for every time the array doubles. */
static void
make_room(void)
{
	int kept = 0;

	for (int i = running.first; i < running.count; i++)
		if ((running.xids[i] & ENDED) == 0)
			running.xids[kept++] = running.xids[i];
	running.first = 0;
	running.count = kept;
	if (kept <= running.capacity / 2)
		return;
	running.capacity *= 2;
	running.xids = repalloc_huge(running.xids, sizeof(uint64) * running.capacity);
}

static void
add(uint64 xid)
{
	if (!TransactionIdIsNormal((TransactionId) xid))
		return;
	if (running.count == running.capacity)
		make_room();
	running.xids[running.count++] = xid;
	running.members++;
}

static void
end_at(int place)
{
	if (running.xids[place] & ENDED)
		return;
	running.xids[place] |= ENDED;
	running.members--;
	while (running.first < running.count && (running.xids[running.first] & ENDED))
		running.first++;
}

static void
end_xid(TransactionId short_xid)
{
	uint64 xid = widen(short_xid, next);
	int low = running.first;
	int high = running.count;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if ((running.xids[middle] & ~ENDED) < xid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < running.count && (running.xids[low] & ~ENDED) == xid)
		end_at(low);
}

static void
end_xids(TransactionId xid, int count, const TransactionId *children)
{
	end_xid(xid);
	for (int i = 0; i < count; i++)
		end_xid(children[i]);
}

static void
advance(uint64 to)
{
	while (next < to)
		add(next++);
}

/* What begin..end, ascending, does not name has ended, but for what is at or after limit. */
static void
end_all_but(const uint64 *named, int count, uint64 limit)
{
	int at = 0;

	for (int i = running.first; i < running.count; i++)
	{
		uint64 xid = running.xids[i] & ~ENDED;

		if (xid >= limit)
			return;
		while (at < count && named[at] < xid)
			at++;
		if (at == count || named[at] != xid)
			end_at(i);
	}
}

static int
compare(const void *left, const void *right)
{
	uint64 a = *(const uint64 *) left;
	uint64 b = *(const uint64 *) right;

	return a < b ? -1 : a > b;
}

static uint64 *
named_in(const xl_running_xacts *record, int *count)
{
	uint64 *named;

	*count = record->xcnt + record->subxcnt;
	named = palloc(sizeof(uint64) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		named[i] = widen(record->xids[i], next);
	qsort(named, *count, sizeof(uint64), compare);
	return named;
}

/* A pg_snapshot's text: xmin:xmax:xid,xid,.. */
static void
apply_known(void)
{
	char *at = known;
	uint64 limit;
	uint64 *named = palloc(sizeof(uint64) * (strlen(known) + 1));
	int count = 0;

	(void) strtoull(at, &at, 10);
	limit = *at == ':' ? strtoull(at + 1, &at, 10) : 0;
	while (*at == ':' || *at == ',')
	{
		if (at[1] == '\0')
			break;
		named[count++] = strtoull(at + 1, &at, 10);
	}
	end_all_but(named, count, limit);
	pfree(named);
}

static void
begin_with(const xl_running_xacts *record)
{
	uint64 newest = U64FromFullTransactionId(ReadNextFullTransactionId());
	uint64 to = widen(record->nextXid, newest);

	next = widen(record->oldestRunningXid, newest);
	advance(to);
}

/* Where subtransactions are left out, only what is older than all is sure to have ended. */
static void
note_running(const xl_running_xacts *record)
{
	bool begins = next == 0;
	uint64 *named;
	int count;

	if (begins)
		begin_with(record);
	advance(widen(record->nextXid, next));
	named = named_in(record, &count);
	if (record->subxid_overflow)
		end_all_but(NULL, 0, widen(record->oldestRunningXid, next));
	else
		end_all_but(named, count, widen(record->nextXid, next));
	pfree(named);
	if (begins && known != NULL)
		apply_known();
}

void
th_xids_settle(void)
{
	settled = next;
}

static void
note_end(XLogReaderState *wal)
{
	xl_xact_parsed_commit commit;
	xl_xact_parsed_abort abort;
	TransactionId xid = XLogRecGetXid(wal);

	switch (XLogRecGetInfo(wal) & XLOG_XACT_OPMASK)
	{
		case XLOG_XACT_COMMIT:
		case XLOG_XACT_COMMIT_PREPARED:
			ParseCommitRecord(XLogRecGetInfo(wal), (xl_xact_commit *) XLogRecGetData(wal), &commit);
			xid = TransactionIdIsValid(commit.twophase_xid) ? commit.twophase_xid : xid;
			end_xids(xid, commit.nsubxacts, commit.subxacts);
			th_xids_settle();
			return;
		case XLOG_XACT_ABORT:
		case XLOG_XACT_ABORT_PREPARED:
			ParseAbortRecord(XLogRecGetInfo(wal), (xl_xact_abort *) XLogRecGetData(wal), &abort);
			xid = TransactionIdIsValid(abort.twophase_xid) ? abort.twophase_xid : xid;
			end_xids(xid, abort.nsubxacts, abort.subxacts);
	}
}

static bool
is_running_xacts(XLogReaderState *wal)
{
	return XLogRecGetRmid(wal) == RM_STANDBY_ID &&
		   (XLogRecGetInfo(wal) & ~XLR_INFO_MASK) == XLOG_RUNNING_XACTS;
}

void
th_xids_note(XLogReaderState *wal)
{
	TransactionId xid = XLogRecGetXid(wal);
	MemoryContext old;

	if (is_running_xacts(wal))
	{
		old = MemoryContextSwitchTo(th_reader.context);
		note_running((const xl_running_xacts *) XLogRecGetData(wal));
		MemoryContextSwitchTo(old);
		return;
	}
	if (next == 0)
		return;
	if (TransactionIdIsNormal(xid) && widen(xid, next) >= next)
		advance(widen(xid, next) + 1);
	if (XLogRecGetRmid(wal) == RM_XACT_ID)
		note_end(wal);
}

/* How many may be listed; *limit is the snapshot's xmax. */
static int
listed(uint64 *limit)
{
	int count = 0;

	*limit = settled;
	for (int i = running.first; i < running.count; i++)
	{
		if (running.xids[i] & ENDED)
			continue;
		if (running.xids[i] >= settled)
			break;
		if (count == LISTED_MAX)
		{
			*limit = running.xids[i];
			break;
		}
		count++;
	}
	return count;
}

/* Before anything was read: what the sink said, else that nothing was given. */
static char *
xids_at_start(void)
{
	return known != NULL ? pstrdup(known) :
						   psprintf("%u:%u:", FirstNormalTransactionId, FirstNormalTransactionId);
}

char *
th_decode_xids(void)
{
	StringInfoData text;
	uint64 limit;
	int count;
	int place = running.first;

	if (settled == 0)
		return xids_at_start();
	count = listed(&limit);
	initStringInfo(&text);
	appendStringInfo(&text, UINT64_FORMAT ":" UINT64_FORMAT ":",
					 count > 0 ? running.xids[running.first] : limit, limit);
	for (int i = 0; i < count; place++)
	{
		if (running.xids[place] & ENDED)
			continue;
		appendStringInfo(&text, i++ == 0 ? UINT64_FORMAT : "," UINT64_FORMAT, running.xids[place]);
	}
	return text.data;
}
