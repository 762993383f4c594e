/*
 * snapshot.c
 *	  Snapshots of tables: one chunk at a time, between transactions of the stream.
 *
 *	 IDLE   read the next chunk of the oldest request, write down its place
 *	 HELD   decoding has to pass the place in the WAL at which it was read
 *	 SENT   its rows were given out; the position that carries its number is not durable
 *	 WHOLE  it was the last one, and what else the sink has of the table has to go
 *	 SWEPT  that was sent; the position that carries its number is not durable
 *
 * A row of the chunk shows what every transaction did that committed before the chunk's
 * place.  Rows whose key the stream has brought since are dropped; the others are then
 * as the stream left them, and newer than all that it has brought of them.
 *
 * Every row that is there has been sent, or is on its way in the stream, with a version
 * later than the place up to which was decoded when a chunk was read.  So what the sink
 * has of the table from before the lowest of these places was deleted in a time that the
 * stream does not cover.
 *
 * Memory alone, but for the place in tidehold.feed_snapshot: a process that ends begins
 * again with the chunk whose number the sink does not have.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/spin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "feed/decode/decode.h"
#include "feed/encode/encode.h"
#include "feed/worker/number.h"
#include "feed/worker/snapshot_own.h"

#define ROWS_MIN 100
#define ROWS_START 1000
#define ROWS_MAX 10000
#define BYTES_WANTED (4 * 1024 * 1024)

/* A chunk of hot rows is not read for ever. */
#define ATTEMPTS_MAX 5

/* Real changes of a position count from 0. */
#define INDEX_BASE 0x80000000

#define ROWS_IN_TRANSACTION 100

typedef enum SnapshotPhase
{
	SNAPSHOT_IDLE,
	SNAPSHOT_HELD,
	SNAPSHOT_SENT,
	SNAPSHOT_WHOLE,
	SNAPSHOT_SWEPT
} SnapshotPhase;

static struct
{
	MemoryContext request_context;
	MemoryContext scratch;
	const FeedRow *row;
	FeedState *state;
	int64 sent;	 /* number of the last chunk that is in the sink */
	bool wanted; /* there may be a request */
	SnapshotPhase phase;
	SnapshotRequest *request; /* NULL: look for the next one */
	SnapshotChunk *chunk;	  /* NULL: none */
	int64 rows_given;		  /* of the chunk */
	int64 limit;			  /* rows of the next chunk */
	XLogRecPtr index_lsn;	  /* position of the rows that were given last */
	uint32 index;			  /* of the next row there */
} book;

/* ---- start ---- */

static void
drop_chunk(void)
{
	SnapshotChunk *chunk = book.chunk;

	book.phase = SNAPSHOT_IDLE;
	book.chunk = NULL;
	if (chunk == NULL)
		return;
	if (chunk->rows != NULL)
		tuplestore_end(chunk->rows);
	MemoryContextDelete(chunk->context);
}

static void
forget_request(void)
{
	book.request = NULL;
	MemoryContextReset(book.request_context);
}

void
th_snapshot_start(const FeedRow *row, FeedState *state, int64 sent)
{
	if (book.request_context == NULL)
	{
		book.request_context = AllocSetContextCreate(TopMemoryContext, "tidehold snapshot request",
													 ALLOCSET_SMALL_SIZES);
		book.scratch = AllocSetContextCreate(TopMemoryContext, "tidehold snapshot row",
											 ALLOCSET_DEFAULT_SIZES);
	}
	book.row = row;
	book.state = state;
	book.sent = sent;
	book.limit = ROWS_START;
	th_feed_transaction_begin();
	th_number_pass(sent);
	th_snapshot_know_routes(row);
	th_feed_transaction_end();
	th_snapshot_reload();
}

/* A chunk that was given out stays: its number is on its way into the sink. */
void
th_snapshot_reload(void)
{
	book.wanted = true;
	if (book.phase == SNAPSHOT_SENT || book.phase == SNAPSHOT_SWEPT)
		return;
	drop_chunk();
	forget_request();
}

/* ---- reading ---- */

static SnapshotChunk *
new_chunk(void)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "tidehold snapshot chunk",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	SnapshotChunk *chunk = palloc0(sizeof(SnapshotChunk));

	chunk->context = context;
	chunk->changed = th_key_set_make("tidehold keys of the stream");
	chunk->unchanged = th_key_set_make("tidehold keys to read again");
	MemoryContextSwitchTo(old);
	return chunk;
}

/*
 * Rows that row security hides are rows of the stream all the same: better no snapshot
 * than one with holes.
 */
static void
read_as_owner(void)
{
	th_feed_become_owner(book.row->owner);
	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
}

static bool
read_chunk(FeedFailure *failure)
{
	SnapshotRead read = {
		.row = book.row,
		.request = book.request,
		.chunk = book.chunk,
		.limit = book.limit,
	};

	if (!th_feed_try(th_snapshot_prepare, &read, failure))
		return false;
	read_as_owner();
	return th_feed_try(th_snapshot_read, &read, failure);
}

static bool
find_request(void)
{
	if (book.request == NULL)
		book.request = th_snapshot_next_request(&book.row->id, book.sent, book.request_context);
	return book.request != NULL;
}

static void
end_request(const char *reason)
{
	th_feed_transaction_begin();
	th_snapshot_finish(book.request, reason);
	th_feed_transaction_end();
	drop_chunk();
	forget_request();
}

/*
 * The place is written before any row of the chunk is sent.  That transaction also makes
 * the WAL go past the chunk, and the next chunk have another place than this one.
 */
static void
hold_chunk(void)
{
	bool there;

	th_feed_transaction_begin();
	book.chunk->number = th_number_next();
	there = th_snapshot_write_progress(book.request, book.chunk);
	th_feed_transaction_end();
	if (there)
	{
		book.phase = SNAPSHOT_HELD;
		return;
	}
	drop_chunk();
	forget_request();
}

/* As many rows as make a chunk of the wanted size. */
static void
adjust_limit(const SnapshotChunk *chunk)
{
	int64 rows = BYTES_WANTED / Max(chunk->bytes / Max(chunk->row_count, 1), 1);

	book.limit = Min(Max(rows, ROWS_MIN), ROWS_MAX);
}

/* With a filter there is no place; of events none is taken back. */
static void
end_of_rows(void)
{
	if (book.request->sweep != InvalidXLogRecPtr && th_route_is_swept(book.chunk->shape->route))
		book.phase = SNAPSHOT_WHOLE;
	else
		end_request(NULL);
}

static void
take_chunk(void)
{
	if (book.chunk->row_count == 0)
	{
		end_of_rows();
		return;
	}
	adjust_limit(book.chunk);
	hold_chunk();
}

static bool
read_next(XLogRecPtr decoded)
{
	FeedFailure failure;
	bool ok = false;

	th_feed_transaction_begin();
	book.wanted = find_request();
	if (book.wanted)
	{
		book.chunk = new_chunk();
		ok = read_chunk(&failure);
	}
	th_feed_transaction_end();
	if (!book.wanted)
		return false;
	if (!ok)
	{
		ereport(LOG,
				(errmsg("feed \"%s\" cannot read the rows of table \"%s.%s\"", book.row->name,
						book.request->schema_name, book.request->table_name),
				 errdetail("%s", failure.reason)));
		end_request(failure.reason);
	}
	else
	{
		book.request->sweep = Min(book.request->sweep, decoded);
		take_chunk();
	}
	return true;
}

/* ---- the stream meanwhile ---- */

void
th_snapshot_change(const FeedChange *change)
{
	SnapshotChunk *chunk = book.chunk;
	MemoryContext old;

	if (book.phase != SNAPSHOT_HELD || change->shape->relid != chunk->shape->relid)
		return;
	if (change->op == FEED_OP_TRUNCATE)
	{
		chunk->emptied = true;
		return;
	}
	old = MemoryContextSwitchTo(book.scratch);
	if (!th_snapshot_note(chunk, change))
		chunk->unclear = true;
	MemoryContextSwitchTo(old);
	MemoryContextReset(book.scratch);
}

/* ---- giving out ---- */

typedef struct Giving
{
	FeedSnapshotRow change;
	TupleTableSlot *slot;
	FeedTxn txn;
	bool looks_only; /* for rows that have to be read again */
	bool again;
} Giving;

static FeedValue *
values_of(const SnapshotChunk *chunk, TupleTableSlot *slot)
{
	FeedValue *values = palloc0(sizeof(FeedValue) * chunk->shape->column_count);

	slot_getallattrs(slot);
	for (int i = 0; i < chunk->shape->column_count; i++)
	{
		values[i].kind = slot->tts_isnull[i] ? FEED_VALUE_NULL : FEED_VALUE_DATUM;
		values[i].u.datum = slot->tts_values[i];
	}
	return values;
}

static bool
stream_has(const SnapshotChunk *chunk, const FeedValue *values, Giving *giving)
{
	uint64 hash;

	if (hash_get_num_entries(chunk->changed) == 0)
		return false;
	if (!th_snapshot_hash(chunk->shape, chunk->key, chunk->key_count, values, NULL, &hash))
		return false;
	giving->again |= th_key_set_has(chunk->unchanged, hash);
	if (chunk->keyed || giving->looks_only)
		return th_key_set_has(chunk->changed, hash);
	return th_key_set_take(chunk->changed, hash);
}

static void
give_row(Giving *giving)
{
	const SnapshotChunk *chunk = book.chunk;
	FeedValue *values = values_of(chunk, giving->slot);
	FeedChange change = { .op = FEED_OP_READ };

	if (stream_has(chunk, values, giving) || giving->looks_only)
		return;
	change.shape = chunk->shape;
	change.after = values;
	change.txn = &giving->txn;
	change.index = book.index++;
	change.lsn = giving->txn.end_lsn;
	giving->change(&change);
	book.rows_given++;
}

/* False at the end of the rows.  Without a snapshot: a sink may take its time. */
static bool
give_some(Giving *giving)
{
	bool more = true;

	th_feed_transaction_begin();
	PopActiveSnapshot();
	for (int i = 0; i < ROWS_IN_TRANSACTION && more; i++)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(book.chunk->context);
		more = tuplestore_gettupleslot(book.chunk->rows, true, false, giving->slot);
		MemoryContextSwitchTo(book.scratch);
		if (more)
			give_row(giving);
		MemoryContextReset(book.scratch);
	}
	th_feed_transaction_end();
	return more;
}

static void
show_rows(int64 rows)
{
	SpinLockAcquire(&book.state->mutex);
	book.state->snapshot_rows += rows;
	SpinLockRelease(&book.state->mutex);
}

static void
give(Giving *giving)
{
	tuplestore_rescan(book.chunk->rows);
	book.rows_given = 0;
	while (give_some(giving))
		;
}

/*
 * The rows are as the stream left them at this place, so they have its position.  Two
 * chunks may have the same on an idle server: then the second goes on counting.
 */
static Giving
begin_giving(FeedSnapshotRow change, XLogRecPtr decoded)
{
	const SnapshotChunk *chunk = book.chunk;
	Giving giving = { .change = change };
	MemoryContext old = MemoryContextSwitchTo(chunk->context);

	giving.slot = MakeSingleTupleTableSlot(chunk->row_type, &TTSOpsMinimalTuple);
	giving.txn.commit_lsn = giving.txn.end_lsn = decoded;
	giving.txn.commit_time = chunk->read_at;
	giving.txn.timeline = th_decode_timeline_of(decoded);
	if (book.index_lsn != decoded)
		book.index = INDEX_BASE;
	book.index_lsn = decoded;
	MemoryContextSwitchTo(old);
	return giving;
}

/*
 * A change of a row whose unchanged values are not in the WAL, and its row not yet in the
 * sink: somebody has to send them, so the chunk is read again.
 */
static bool
must_read_again(Giving *giving)
{
	const SnapshotChunk *chunk = book.chunk;

	if (book.request->attempts >= ATTEMPTS_MAX)
		return false;
	if (chunk->unclear)
		return true;
	if (hash_get_num_entries(chunk->unchanged) == 0)
		return false;
	giving->looks_only = true;
	give(giving);
	giving->looks_only = false;
	return giving->again;
}

static void
give_chunk(XLogRecPtr decoded, FeedSnapshotRow change, int64 *number)
{
	Giving giving = begin_giving(change, decoded);

	if (!book.chunk->emptied && must_read_again(&giving))
	{
		book.request->attempts++;
		ExecDropSingleTupleTableSlot(giving.slot);
		drop_chunk();
		return;
	}
	book.rows_given = 0;
	if (!book.chunk->emptied)
		give(&giving);
	ExecDropSingleTupleTableSlot(giving.slot);
	show_rows(book.rows_given);
	book.phase = SNAPSHOT_SENT;
	*number = book.chunk->number;
}

/*
 * As a TRUNCATE of that place.  It has a number for the position, so that the request does
 * not end before it is done.
 */
static void
sweep(FeedSnapshotRow change, int64 *number)
{
	SnapshotChunk *chunk = book.chunk;
	FeedTxn txn = { .commit_lsn = book.request->sweep, .end_lsn = book.request->sweep };
	FeedChange all = { .op = FEED_OP_TRUNCATE, .shape = chunk->shape, .txn = &txn };

	txn.commit_time = chunk->read_at;
	txn.timeline = th_decode_timeline_of(txn.end_lsn);
	all.index = (uint32) (book.request->id % INDEX_BASE);
	all.lsn = txn.end_lsn;
	th_feed_transaction_begin();
	chunk->number = *number = th_number_next();
	PopActiveSnapshot();
	change(&all);
	th_feed_transaction_end();
	book.phase = SNAPSHOT_SWEPT;
}

bool
th_snapshot_work(XLogRecPtr decoded, FeedSnapshotRow change, int64 *chunk)
{
	switch (book.phase)
	{
		case SNAPSHOT_IDLE:
			return book.wanted && read_next(decoded);
		case SNAPSHOT_HELD:
			if (decoded < book.chunk->lsn)
				return false;
			give_chunk(decoded, change, chunk);
			return true;
		case SNAPSHOT_WHOLE:
			sweep(change, chunk);
			return true;
		case SNAPSHOT_SENT:
		case SNAPSHOT_SWEPT:
			break;
	}
	return false;
}

/* ---- durable ---- */

static void
advance_request(void)
{
	SnapshotRequest *request = book.request;
	MemoryContext old = MemoryContextSwitchTo(book.request_context);
	List *upto = NIL;
	ListCell *cell;

	foreach(cell, book.chunk->upto)
		upto = lappend(upto, pstrdup(lfirst(cell)));
	list_free_deep(request->upto);
	request->upto = upto;
	request->rows_sent += book.rows_given;
	request->attempts = 0;
	MemoryContextSwitchTo(old);
}

void
th_snapshot_done(int64 chunk)
{
	SnapshotPhase phase = book.phase;

	if ((phase != SNAPSHOT_SENT && phase != SNAPSHOT_SWEPT) || chunk != book.chunk->number)
		return;
	book.sent = chunk;
	if (phase == SNAPSHOT_SWEPT)
	{
		end_request(NULL);
		return;
	}
	advance_request();
	if (book.chunk->last)
		end_of_rows();
	else
		drop_chunk();
}
