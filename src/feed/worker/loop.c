/*
 * loop.c
 *	  Decodes, sends, and keeps the slot behind what is durable in the sink.
 */
#include "postgres.h"

#include "access/transam.h"
#include "miscadmin.h"
#include "storage/procarray.h"
#include "storage/spin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/settings.h"
#include "feed/encode/encode.h"
#include "feed/worker/arm.h"
#include "feed/worker/batch.h"
#include "feed/worker/compute.h"
#include "feed/worker/letter.h"
#include "feed/worker/run.h"
#include "feed/worker/snapshot.h"
#include "feed/worker/transaction.h"

/* Without a wake-up: commits that are not ours to see, as COMMIT PREPARED and asynchronous ones. */
#define NAP_MIN_MS 10
#define NAP_MAX_MS 200

/* Signals are served, and the clock is read, every so many WAL records. */
#define RECORDS_BETWEEN_LOOKS 256

static StringInfoData why;

static void
refuse(const FeedMessage *message, int sqlstate, const char *reason, bool no_route)
{
	if (th_run.stops_on_refusal)
		ereport(ERROR,
				(errcode(sqlstate),
				 errmsg("feed \"%s\" stops at a message that its sink refuses", th_run.row->name),
				 errdetail("%s", reason)));
	th_letter_note(message, sqlstate, reason, no_route);
}

/* What a sink refuses after it took it. */
void
th_run_take_refusals(void)
{
	FeedRefusal refusal;

	if (th_run.sink->refused == NULL)
		return;
	while (th_run.sink->refused(&refusal))
		refuse(&refusal.message, refusal.sqlstate, refusal.reason, false);
}

static void
deliver(const FeedMessage *message)
{
	FeedCounters *counters = th_batch_counters();
	int64 since = 0;

	for (;;)
	{
		resetStringInfo(&why);
		switch (th_run.sink->send(message, &why))
		{
			case FEED_SENT:
				counters->messages++;
				counters->bytes += message->key.len + message->value.len;
				return;
			case FEED_FULL:
				since = since != 0 ? since : th_monotonic_ms();
				th_run_wait_for_sink(since);
				break;
			case FEED_REFUSED:
				refuse(message, ERRCODE_PROGRAM_LIMIT_EXCEEDED, why.data, false);
				return;
			case FEED_NO_ROUTE:
				refuse(message, ERRCODE_UNDEFINED_OBJECT, why.data, true);
				return;
		}
	}
}

/* What goes wrong with the sink is never the fault of the row that is being sent. */
void
th_run_send(const FeedMessage *message)
{
	bool blamed = th_decode_blame(false);
	const char *blocked;

	th_batch_begin();
	blocked = th_letter_blocked(message);
	if (blocked != NULL)
		th_letter_note(message, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, blocked, false);
	else
		deliver(message);
	th_decode_blame(blamed);
}

/*
 * Which keys a TRUNCATE takes away is not known, so no value is computed: what lies there
 * of the table is removed as its rows would be.
 */
static bool
is_computed(const FeedChange *change)
{
	const FeedRoute *route = change->shape->route;
	bool is_state = route->form == FEED_FORM_HASH || route->form == FEED_FORM_JSON;

	return route->query != NULL && !(is_state && change->op == FEED_OP_TRUNCATE);
}

static void
publish(const FeedChange *change)
{
	FeedRoute *route = change->shape->route;

	if (route == NULL)
		return;
	th_batch_begin();
	th_batch_counters()->changes++;
	if (change->op == FEED_OP_TRUNCATE && th_route_is_swept(route))
		th_letter_note_emptied(change);
	if (is_computed(change))
		th_compute_note(change);
	else
		th_encode_change(change, th_run_send);
}

/* Kafka alone: readers wait for the end of a transaction, and the broker has a limit. */
static void
cut_large_transaction(const FeedTxn *txn, uint32 next_index)
{
	bool blamed;

	if (th_run.transaction_bytes == 0 || th_run.sink->pending() < th_run.transaction_bytes ||
		th_letter_noted())
		return;
	blamed = th_decode_blame(false);
	th_batch_cut(txn, next_index);
	th_decode_blame(blamed);
}

static void
on_begin(FeedTxn *txn)
{
}

static void
on_change(const FeedChange *change)
{
	th_snapshot_change(change);
	publish(change);
	cut_large_transaction(change->txn, change->index + 1);
}

static bool
is_for_us(const FeedEmitted *emitted)
{
	if (emitted->feed != NULL)
		return strcmp(emitted->feed, th_run.row->name) == 0;
	return th_run.takes_emitted;
}

static void
on_emitted(const FeedEmitted *emitted)
{
	if (!is_for_us(emitted))
		return;
	th_batch_begin();
	if (emitted->expires_at != 0 && emitted->expires_at <= GetCurrentTimestamp())
	{
		th_batch_counters()->expired++;
		return;
	}
	th_batch_counters()->changes++;
	th_encode_emitted(emitted, th_run_send);
	cut_large_transaction(emitted->txn, emitted->index + 1);
}

static void
on_commit(FeedTxn *txn)
{
	th_batch_note_commit(txn);
}

static void
on_undecodable(const FeedTxn *txn, uint32 index, const char *schema_name, const char *table_name,
			   const FeedSuspect *suspect)
{
	th_batch_begin();
	th_letter_note_undecodable(txn, index, schema_name, table_name, suspect->reason,
							   suspect->sqlstate);
}

static void
show_progress(void)
{
	FeedState *state = th_run.state;
	XLogRecPtr safe = th_run.sink->safe();

	th_decode_confirm(safe);
	th_batch_publish_state();
	SpinLockAcquire(&state->mutex);
	state->read_lsn = th_decode_lsn();
	state->confirmed_lsn = safe;
	SpinLockRelease(&state->mutex);
}

/*
 * A transaction that others do not see yet, and may not for long where a synchronous
 * standby is away: what came before it does not wait with it.
 */
static void
on_gate(TransactionId xid)
{
	th_run_serve();
	if (th_run_row_changed())
		th_run_apply_row();
	if (th_batch_is_due() || th_batch_heartbeat_due())
	{
		th_batch_flush();
		show_progress();
	}
	th_feed_sleep_prepare(th_run.state);
	/* Its commit may have come before there was anybody to wake up. */
	if (!TransactionIdIsValid(xid) || TransactionIdIsInProgress(xid))
		th_run_wait(NAP_MIN_MS);
	th_feed_sleep_done(th_run.state);
}

static const FeedConsumer consumer = {
	.begin = on_begin,
	.change = on_change,
	.emitted = on_emitted,
	.commit = on_commit,
	.undecodable = on_undecodable,
	.wait = on_gate,
};

/* True when there is more to do at once. */
static bool
send_rows_and_letters(void)
{
	int64 chunk = 0;
	int64 letter = 0;
	bool busy = th_snapshot_work(th_decode_lsn(), publish, &chunk);

	if (chunk != 0)
		th_batch_carry_chunk(chunk);
	if (th_letter_replay(th_run.sink, &letter) > 0)
	{
		th_batch_carry_letter(letter);
		busy = true;
	}
	if (th_batch_is_open())
		th_batch_flush();
	return busy;
}

/* A token that a running server is given is this cluster's. */
static void
take_over_token(void)
{
	th_run.token = MemoryContextStrdup(th_run.context, th_setting_cluster_token);
	th_feed_transaction_begin();
	MemoryContextSwitchTo(th_run.context);
	th_run.identity = th_arm_identity();
	th_row_arm(th_run.row->epoch, false);
	th_feed_transaction_end();
}

/* Between two transactions.  What changes the feed waits until everything is durable. */
static bool
between_batches(void)
{
	bool new_token = strcmp(th_run.token, th_setting_cluster_token) != 0;
	bool busy;

	th_run_serve();
	if (new_token || th_run_row_changed())
		th_batch_settle();
	if (new_token)
		take_over_token();
	if (th_run_row_changed())
		th_run_apply_row();
	busy = send_rows_and_letters();
	show_progress();
	return busy;
}

/*
 * Reads until the batch is due or the WAL ends; true: there is more.  WAL of which
 * nothing is published may have no end for long, and keeps neither slot nor row waiting.
 */
static bool
read_batch(void)
{
	int records = 0;

	while (th_decode_next())
	{
		if (th_batch_is_large())
			return true;
		if (++records % RECORDS_BETWEEN_LOOKS != 0)
			continue;
		th_decode_leave();
		th_run_serve();
		if (th_batch_acknowledged())
			show_progress();
		if (th_batch_is_due() || th_run_row_changed() || th_batch_heartbeat_due())
			return true;
	}
	return false;
}

static bool
fill_batch(void)
{
	bool more = read_batch();

	th_decode_leave();
	return more;
}

/* A worker that is told to sleep looks at the WAL once more: a commit may have come between. */
static void
sleep_until_commit(long *nap_ms)
{
	bool found;

	th_feed_sleep_prepare(th_run.state);
	found = th_decode_next();
	th_decode_leave();
	if (found)
		*nap_ms = NAP_MIN_MS;
	else
	{
		th_feed_state_set_caught_up(th_run.state);
		th_run_wait(*nap_ms);
		*nap_ms = Min(*nap_ms * 2, NAP_MAX_MS);
	}
	th_feed_sleep_done(th_run.state);
}

/* Where there is no backlog: commits wait in the WAL, which costs nothing. */
static void
gather(void)
{
	long ms = th_run.sink->gather_ms != NULL ? th_run.sink->gather_ms() : 0;

	if (ms > 0)
		th_run_wait(ms);
}

/* False: there was none to end. */
static bool
end_batch(bool more)
{
	if (!th_batch_is_open() && !th_batch_heartbeat_due())
	{
		if (!more)
			th_batch_settle();
		return false;
	}
	if (more)
		th_batch_close();
	else
		th_batch_flush();
	return true;
}

void
th_run_loop(const FeedResume *resume)
{
	long nap_ms = NAP_MIN_MS;

	initStringInfo(&why);
	th_decode_start(th_run.row, th_run.state, resume, &consumer);
	if (th_run.row->wish == FEED_WISH_PAUSE)
		th_run_apply_row();
	th_feed_state_set_phase(th_run.state, FEED_PHASE_RUNNING);
	ereport(LOG, (errmsg("feed \"%s\" runs from %X/%X", th_run.row->name,
						 LSN_FORMAT_ARGS(th_decode_lsn()))));
	for (;;)
	{
		bool more = fill_batch();
		long rest_ms = th_batch_rest_ms();

		if (rest_ms > 0)
		{
			th_run_wait(Min(rest_ms, NAP_MAX_MS));
			continue;
		}
		if (end_batch(more))
			nap_ms = NAP_MIN_MS;
		if (between_batches() || more)
			continue;
		gather();
		sleep_until_commit(&nap_ms);
	}
}
