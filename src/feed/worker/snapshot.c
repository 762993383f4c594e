/*
 * snapshot.c
 *	  Snapshots of tables: one chunk at a time, between transactions of the stream.
 *
 *	 IDLE   read the next chunk of the oldest request, write down its place
 *	 HELD   decoding has to pass the place in the WAL at which it was read
 *	 SENT   its rows were given out; the position that carries its number is not durable
 *
 * A row of the chunk shows what every transaction did that committed before the chunk's
 * place.  Rows whose key the stream has brought since are dropped; the others are then
 * as the stream left them, and newer than all that it has brought of them.
 *
 * Memory alone, but for the place in tidehold.feed_snapshot: a process that ends begins
 * again with the chunk whose number the sink does not have.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/spin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "feed/decode/decode.h"
#include "feed/worker/number.h"
#include "feed/worker/row_key.h"
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

#define SEED_KEY 1

typedef enum SnapshotPhase
{
	SNAPSHOT_IDLE,
	SNAPSHOT_HELD,
	SNAPSHOT_SENT
} SnapshotPhase;

static struct
{
	MemoryContext request_context;
	MemoryContext scratch;
	const FeedRow *row;
	FeedState *state;
	int64 sent; /* number of the last chunk that is in the sink */
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
		book.request_context = AllocSetContextCreate(TopMemoryContext, "tidehold snapshot request", ALLOCSET_SMALL_SIZES);
		book.scratch = AllocSetContextCreate(TopMemoryContext, "tidehold snapshot row", ALLOCSET_DEFAULT_SIZES);
	}
	book.row = row;
	book.state = state;
	book.sent = sent;
	book.limit = ROWS_START;
	th_feed_transaction_begin();
	th_number_pass(sent);
	th_feed_transaction_end();
	th_snapshot_reload();
}

/* A chunk that was given out stays: its number is on its way into the sink. */
void
th_snapshot_reload(void)
{
	book.wanted = true;
	if (book.phase == SNAPSHOT_SENT)
		return;
	drop_chunk();
	forget_request();
}

/* ---- reading ---- */

static SnapshotChunk *
new_chunk(void)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "tidehold snapshot chunk", ALLOCSET_DEFAULT_SIZES);
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
	SnapshotRead read = { .row = book.row, .request = book.request, .chunk = book.chunk, .limit = book.limit };

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
	if (chunk->row_count > 0)
		book.limit = Min(Max(BYTES_WANTED / Max(chunk->bytes / chunk->row_count, 1), ROWS_MIN), ROWS_MAX);
}

static bool
read_next(void)
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
	else if (book.chunk->row_count == 0)
		end_request(NULL);
	else
	{
		adjust_limit(book.chunk);
		hold_chunk();
	}
	return true;
}

/* ---- the stream meanwhile ---- */

/* Places of the chunk's key in the shape of the change. */
static const int *
key_in(SnapshotChunk *chunk, const FeedShape *shape)
{
	if (chunk->seen == shape && chunk->seen_fingerprint == shape->fingerprint)
		return chunk->seen_key;
	if (chunk->seen_key == NULL)
		chunk->seen_key = MemoryContextAlloc(chunk->context, sizeof(int) * chunk->key_count);
	for (int i = 0; i < chunk->key_count; i++)
	{
		int place = shape->column_count - 1;

		while (place >= 0 && strcmp(shape->columns[place].name, chunk->shape->columns[chunk->key[i]].name) != 0)
			place--;
		if (place < 0)
			return NULL;
		chunk->seen_key[i] = place;
	}
	chunk->seen = shape;
	chunk->seen_fingerprint = shape->fingerprint;
	return chunk->seen_key;
}

static bool
lacks_unchanged(const FeedChange *change)
{
	if (change->after == NULL)
		return false;
	for (int i = 0; i < change->shape->column_count; i++)
		if (change->after[i].kind == FEED_VALUE_UNCHANGED &&
			(change->before == NULL || change->before[i].kind == FEED_VALUE_ABSENT ||
			 change->before[i].kind == FEED_VALUE_UNCHANGED))
			return true;
	return false;
}

static bool
hash_of(const FeedShape *shape, const int *key, int count, const FeedValue *row,
		const FeedValue *before, uint64 *hash)
{
	StringInfoData text;

	initStringInfo(&text);
	if (!th_row_key(&text, shape, key, count, row, before))
		return false;
	*hash = th_key_hash(text.data, text.len, SEED_KEY);
	return true;
}

static bool
add_key(HTAB *set, const SnapshotChunk *chunk, const FeedChange *change, const int *key,
		const FeedValue *row, const FeedValue *before)
{
	uint64 hash;

	if (!hash_of(change->shape, key, chunk->key_count, row, before, &hash))
		return false;
	th_key_set_add(set, hash);
	return true;
}

/* An update has the old key in the WAL where it changed. */
static bool
note_key(SnapshotChunk *chunk, const FeedChange *change, const int *key)
{
	bool known = change->before != NULL &&
				 add_key(chunk->changed, chunk, change, key, change->before, NULL);

	if (change->after == NULL)
		return known;
	if (lacks_unchanged(change))
		(void) add_key(chunk->unchanged, chunk, change, key, change->after, change->before);
	return add_key(chunk->changed, chunk, change, key, change->after, change->before);
}

static bool
is_shown(const SnapshotChunk *chunk, TransactionId xid)
{
	if (TransactionIdFollowsOrEquals(xid, chunk->xmax))
		return false;
	for (int i = 0; i < chunk->running_count; i++)
		if (chunk->running[i] == xid)
			return false;
	return true;
}

/*
 * Rows without a key are told by all they have, and counted: the chunk has the new one
 * of a change that it shows, the old one of another.  Of rows that are alike in
 * everything nobody can tell which was updated or deleted.
 */
static bool
note_row(SnapshotChunk *chunk, const FeedChange *change, const int *key)
{
	const FeedValue *row = is_shown(chunk, change->txn->xid) ? change->after : change->before;

	return row == NULL || add_key(chunk->changed, chunk, change, key, row, change->before);
}

void
th_snapshot_change(const FeedChange *change)
{
	SnapshotChunk *chunk = book.chunk;
	MemoryContext old;
	const int *key;

	if (book.phase != SNAPSHOT_HELD || change->shape->relid != chunk->shape->relid)
		return;
	if (change->op == FEED_OP_TRUNCATE)
	{
		chunk->emptied = true;
		return;
	}
	old = MemoryContextSwitchTo(book.scratch);
	key = key_in(chunk, change->shape);
	if (key == NULL || !(chunk->keyed ? note_key : note_row)(chunk, change, key))
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
	if (!hash_of(chunk->shape, chunk->key, chunk->key_count, values, NULL, &hash))
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

bool
th_snapshot_work(XLogRecPtr decoded, FeedSnapshotRow change, int64 *chunk)
{
	switch (book.phase)
	{
		case SNAPSHOT_IDLE:
			return book.wanted && read_next();
		case SNAPSHOT_HELD:
			if (decoded < book.chunk->lsn)
				return false;
			give_chunk(decoded, change, chunk);
			return true;
		case SNAPSHOT_SENT:
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

	foreach (cell, book.chunk->upto)
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
	bool last;

	if (book.phase != SNAPSHOT_SENT || chunk != book.chunk->number)
		return;
	book.sent = chunk;
	advance_request();
	last = book.chunk->last;
	drop_chunk();
	if (last)
		end_request(NULL);
}
