/*
 * batch.c
 *	  A batch: what was sent since the last position, and the position that ends it.
 *
 * Order at the end of a batch: dead letters are written, computed values are sent, then
 * the position goes out with the batch (in the same Kafka transaction), and only when it
 * is durable the slot is confirmed.  A crash at any point sends again what the position
 * does not cover, and nothing else.
 *
 * Where more comes at once a batch is closed instead: the next one is read while the sink
 * acknowledges it, one at a time.  th_run.position is then ahead of what is durable, which
 * is the sink's to tell; nothing that must not be done twice hangs on a closed batch.
 */
#include "postgres.h"

#include "storage/spin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/worker.h"
#include "core/feed/histogram.h"
#include "feed/worker/batch.h"
#include "feed/worker/compute.h"
#include "feed/worker/letter.h"
#include "feed/worker/run.h"
#include "feed/worker/snapshot.h"

#define HEARTBEAT_MS 10000

/*
 * Computing takes a fifth of the time at most: the query of a hot key may be expensive,
 * and its cores are those of the clients.  Cheap ones are not held up.
 */
#define SPENT_MIN_MS 5
#define REST_RATIO 4
#define REST_MAX_MS 1000

/* Commit times of one batch; beyond that the latencies are a sample of its beginning. */
#define COMMITS_NOTED 1024

typedef struct Commits
{
	TimestampTz times[COMMITS_NOTED];
	int count;
} Commits;

typedef struct Batch
{
	int64 started_at; /* monotonic ms; 0: nothing was sent since the last position */
	Commits commits;
	XLogRecPtr whole_lsn; /* end of the last transaction sent as a whole */
	int64 chunk;		  /* snapshot chunk and dead letter that were sent */
	int64 letter;
	FeedCounters counted; /* not yet in shared memory */
} Batch;

static Batch batch;
static Commits closed; /* of the batch before, until the sink acknowledges it */
static bool is_closed = false;
/* Monotonic ms. */
static int64 position_at = 0;
static int64 rest_until = 0;

void
th_batch_begin(void)
{
	if (batch.started_at == 0)
		batch.started_at = th_monotonic_ms();
}

bool
th_batch_is_open(void)
{
	return batch.started_at != 0;
}

FeedCounters *
th_batch_counters(void)
{
	return &batch.counted;
}

void
th_batch_carry_chunk(int64 chunk)
{
	batch.chunk = chunk;
	th_batch_begin();
}

void
th_batch_carry_letter(int64 letter)
{
	batch.letter = letter;
	th_batch_begin();
}

void
th_batch_note_commit(const FeedTxn *txn)
{
	batch.whole_lsn = txn->end_lsn;
	if (txn->changes == 0)
		return;
	batch.counted.transactions++;
	if (batch.commits.count < COMMITS_NOTED)
		batch.commits.times[batch.commits.count++] = txn->commit_time;
}

bool
th_batch_is_large(void)
{
	return batch.started_at != 0 && th_run.sink->pending() >= th_run.batch_bytes;
}

bool
th_batch_is_due(void)
{
	if (batch.started_at == 0)
		return false;
	return th_batch_is_large() ||
		   th_monotonic_ms() >= batch.started_at + th_run.batch_interval_ms;
}

bool
th_batch_heartbeat_due(void)
{
	return th_monotonic_ms() >= position_at + HEARTBEAT_MS &&
		   th_decode_safe_lsn() > th_run.position.lsn;
}

/* The caller holds the spinlock. */
static void
add_counters(FeedCounters *to)
{
	to->transactions += batch.counted.transactions;
	to->changes += batch.counted.changes;
	to->messages += batch.counted.messages;
	to->bytes += batch.counted.bytes;
	to->expired += batch.counted.expired;
	memset(&batch.counted, 0, sizeof(batch.counted));
}

static TimestampTz
oldest_unacknowledged(void)
{
	const Commits *oldest = closed.count > 0 ? &closed : &batch.commits;

	return oldest->count > 0 ? oldest->times[0] : 0;
}

/* Of the batch that is open; the sink keeps in_flight itself. */
void
th_batch_publish_state(void)
{
	FeedState *state = th_run.state;

	SpinLockAcquire(&state->mutex);
	add_counters(&state->counters);
	if (batch.whole_lsn > state->sent_lsn)
		state->sent_lsn = batch.whole_lsn;
	state->oldest_unacknowledged = oldest_unacknowledged();
	SpinLockRelease(&state->mutex);
}

static void
record_latencies(FeedState *state, TimestampTz now)
{
	for (int i = 0; i < closed.count; i++)
		feed_histogram_add(state->latency, Max(now - closed.times[i], 0));
}

/* Its position is durable. */
static void
acknowledge(void)
{
	FeedState *state = th_run.state;
	TimestampTz now = GetCurrentTimestamp();

	SpinLockAcquire(&state->mutex);
	record_latencies(state, now);
	closed.count = 0;
	state->oldest_unacknowledged = oldest_unacknowledged();
	SpinLockRelease(&state->mutex);
	is_closed = false;
	th_slot_progress();
}

/* True when a batch that was closed has become durable since. */
bool
th_batch_acknowledged(void)
{
	if (!is_closed || !th_run.sink->settled())
		return false;
	acknowledge();
	return true;
}

static void
close_batch(void)
{
	FeedState *state = th_run.state;
	TimestampTz now = GetCurrentTimestamp();

	SpinLockAcquire(&state->mutex);
	add_counters(&state->counters);
	state->last_sent = batch.started_at != 0 ? now : state->last_sent;
	state->sent_lsn = Max(state->sent_lsn, th_run.position.lsn);
	SpinLockRelease(&state->mutex);
	closed = batch.commits;
	is_closed = true;
	batch.commits.count = 0;
	batch.started_at = 0;
	position_at = th_monotonic_ms();
}

static void
take_over(const FeedPosition *position)
{
	char *before = th_run.position.xids;
	char *xids = position->xids;

	th_run.position = *position;
	if (xids != NULL && xids != before)
		th_run.position.xids = MemoryContextStrdup(th_run.context, xids);
	if (before != NULL && xids != before)
		pfree(before);
}

/* By the sink's flush() or close(): with either, the batch before is durable. */
static void
send_position(bool (*send)(const FeedPosition *), const FeedPosition *position)
{
	int64 since = th_monotonic_ms();

	while (!send(position))
	{
		th_run_wait_for_sink(since);
		th_run_take_refusals();
		if (th_letter_noted())
			th_letter_write();
	}
	if (is_closed)
		acknowledge();
	take_over(position);
	close_batch();
}

/* Also before decoding has begun. */
void
th_batch_flush_position(const FeedPosition *position)
{
	send_position(th_run.sink->flush, position);
	acknowledge();
}

void
th_batch_settle(void)
{
	int64 since = th_monotonic_ms();

	while (is_closed && !th_batch_acknowledged())
		th_run_wait_for_sink(since);
}

static FeedPosition
next_position(void)
{
	FeedPosition next = th_run.position;

	next.system = th_run.system;
	next.timeline = th_run.timeline;
	next.epoch = th_run.row->epoch;
	next.snapshot_chunk = Max(next.snapshot_chunk, batch.chunk);
	next.letter = Max(next.letter, batch.letter);
	return next;
}

/* Of a transaction that was cut, a part counts until the whole of it does. */
static void
move_position(FeedPosition *next, XLogRecPtr lsn)
{
	next->lsn = Max(next->lsn, lsn);
	if (next->partial_commit_lsn >= next->lsn)
		return;
	next->partial_commit_lsn = InvalidXLogRecPtr;
	next->partial_index = 0;
}

/* Of a query that takes long: a hot key's next values gather meanwhile. */
static void
rest_after(int64 started)
{
	int64 now = th_monotonic_ms();
	int64 spent_ms = now - started;

	if (spent_ms >= SPENT_MIN_MS)
		rest_until = now + Min(spent_ms * REST_RATIO, REST_MAX_MS);
}

long
th_batch_rest_ms(void)
{
	if (rest_until == 0 || !th_compute_pending())
		return 0;
	return (long) Max(rest_until - th_monotonic_ms(), 0);
}

/* What was computed has the version of this place in the WAL. */
static void
send_computed(void)
{
	FeedTxn at = { 0 };
	int64 started;

	if (!th_compute_pending())
		return;
	started = th_monotonic_ms();
	at.commit_lsn = at.end_lsn = th_decode_lsn();
	at.timeline = th_run.timeline;
	at.commit_time = batch.commits.count > 0 ? batch.commits.times[0] : GetCurrentTimestamp();
	th_compute_send(&at, th_run_send);
	rest_after(started);
}

/* To be freed: its xids. */
static FeedPosition
position_between_transactions(void)
{
	FeedPosition next = next_position();

	move_position(&next, th_decode_safe_lsn());
	next.xids = th_decode_xids();
	return next;
}

/* Between two transactions. */
void
th_batch_flush(void)
{
	int64 chunk = batch.chunk;
	int64 letter = batch.letter;
	FeedPosition next;

	send_computed();
	th_letter_write();
	next = position_between_transactions();
	th_batch_flush_position(&next);
	th_letter_forget_emptied();
	pfree(next.xids);
	if (chunk != 0)
		th_snapshot_done(chunk);
	if (letter != 0)
		th_letter_done(letter);
	batch.chunk = batch.letter = 0;
}

/* What is written to tables must not come before what it speaks of is durable. */
static bool
must_be_flushed(void)
{
	return th_run.sink->close == NULL || batch.chunk != 0 || batch.letter != 0 ||
		   th_compute_pending() || th_letter_noted();
}

/* Between two transactions, and more comes. */
void
th_batch_close(void)
{
	FeedPosition next;

	if (must_be_flushed())
	{
		th_batch_flush();
		return;
	}
	next = position_between_transactions();
	send_position(th_run.sink->close, &next);
	pfree(next.xids);
}

/*
 * In the middle of a transaction that is larger than the limit: its changes before
 * next_index are in the sink with this position.
 */
void
th_batch_cut(const FeedTxn *txn, uint32 next_index)
{
	FeedPosition next = next_position();

	next.lsn = Max(next.lsn, batch.whole_lsn);
	next.partial_commit_lsn = txn->commit_lsn;
	next.partial_index = next_index;
	if (must_be_flushed())
		th_batch_flush_position(&next);
	else
		send_position(th_run.sink->close, &next);
	th_batch_begin();
}
