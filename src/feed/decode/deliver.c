/*
 * deliver.c
 *	  Numbers what is published of a transaction and gives it to the consumer.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/feed/traceparent.h"
#include "feed/decode/deliver.h"
#include "feed/decode/reader.h"

static FeedTxn txn;
static char traceparent[FEED_TRACEPARENT_LEN + 1];

static XLogRecPtr partial_commit_lsn;
static uint32 partial_index;
static uint32 first_wanted; /* of this transaction */

void
th_deliver_start(XLogRecPtr commit_lsn, uint32 index)
{
	partial_commit_lsn = commit_lsn;
	partial_index = index;
}

void
th_deliver_begin(const ReorderBufferTXN *decoded)
{
	memset(&txn, 0, sizeof(txn));
	txn.xid = decoded->xid;
	txn.commit_lsn = decoded->final_lsn;
	txn.end_lsn = decoded->end_lsn;
	txn.commit_time = decoded->xact_time.commit_time;
	txn.timeline = th_decode_timeline_of(txn.commit_lsn);
	first_wanted = txn.commit_lsn == partial_commit_lsn ? partial_index : 0;
	th_reader.consumer->begin(&txn);
}

void
th_deliver_commit(void)
{
	th_reader.consumer->commit(&txn);
}

const FeedTxn *
th_deliver_txn(void)
{
	return &txn;
}

void
th_deliver_change(FeedOp op, const FeedTable *table, XLogRecPtr lsn, bool has_before,
				  bool key_changed)
{
	FeedChange change;

	change.index = txn.changes++;
	if (change.index < first_wanted || table->shape->route == NULL)
		return;
	change.op = op;
	change.shape = table->shape;
	change.before = has_before ? table->before : NULL;
	change.after = op == FEED_OP_DELETE || op == FEED_OP_TRUNCATE ? NULL : table->after;
	change.key_changed = key_changed;
	change.txn = &txn;
	change.lsn = lsn;
	th_reader.consumer->change(&change);
}

void
th_deliver_emitted(FeedEmitted *emitted)
{
	emitted->index = txn.changes++;
	if (emitted->index < first_wanted)
		return;
	emitted->txn = &txn;
	th_reader.consumer->emitted(emitted);
}

/*
 * The later one of a transaction is for the changes after it.  Anybody may write such a
 * message, so one that is no trace context is left out.
 */
void
th_deliver_traceparent(const char *text, Size len)
{
	txn.traceparent = NULL;
	if (len != FEED_TRACEPARENT_LEN)
		return;
	memcpy(traceparent, text, len);
	traceparent[len] = '\0';
	if (feed_traceparent_is_valid(traceparent))
		txn.traceparent = traceparent;
}

void
th_deliver_undecodable(uint32 index, const char *schema_name, const char *table_name,
					   const FeedSuspect *suspect)
{
	txn.changes = index + 1;
	if (index >= first_wanted)
		th_reader.consumer->undecodable(&txn, index, schema_name, table_name, suspect);
}
