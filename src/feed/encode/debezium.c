/*
 * debezium.c
 *	  The envelope that consumers of Debezium's PostgreSQL connector parse, as Kafka
 *	  Connect's JSON converter writes it without schemas.
 *
 * Differences, all in meaning and none in form: source.version names Tidehold;
 * source.sequence is [commit LSN, LSN], which grows as Debezium's pair does and is the
 * same in a replay; source.id is the id of the event and source.idx its index in the
 * transaction; transaction is null, for source.txId and source.idx tell it.  before
 * without REPLICA IDENTITY FULL holds the columns of the identity alone.
 */
#include "postgres.h"

#include <time.h>

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "feed/encode/event.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

static void
put_row(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	if (values == NULL)
		TH_PUT(out, "null");
	else
		th_json_row_debezium(out, shape, values);
}

/* ts_us and ts_ns; ts_ms stands before them, elsewhere. */
static void
put_fine_times(StringInfo out, int64 microseconds)
{
	TH_PUT(out, ",\"ts_us\":");
	th_put_int64(out, microseconds);
	TH_PUT(out, ",\"ts_ns\":");
	th_put_int64(out, microseconds);
	TH_PUT(out, "000");
}

/*
 * What the events of a transaction say alike of their source, written once for as long as
 * they come from one table: head ends where the LSN of a change goes into the sequence,
 * middle where it stands alone.
 */
typedef struct SourceTexts
{
	const FeedRoute *route; /* NULL: nothing was written yet */
	XLogRecPtr commit_lsn;
	TimestampTz commit_time;
	TransactionId xid;
	bool is_snapshot;
	StringInfoData head;
	StringInfoData middle;
} SourceTexts;

static SourceTexts texts;

static void
write_head(const FeedTxn *txn)
{
	StringInfo out = &texts.head;

	resetStringInfo(out);
	th_put_bytes(out, th_source_texts.debezium_head);
	th_put_int64(out, th_unix_microseconds(txn->commit_time) / 1000);
	if (texts.is_snapshot)
		TH_PUT(out, ",\"snapshot\":\"true\"");
	else
		TH_PUT(out, ",\"snapshot\":\"false\"");
	th_put_bytes(out, th_source_texts.debezium_database);
	th_put_uint64(out, txn->commit_lsn);
	TH_PUT(out, "\\\",\\\"");
}

static void
write_middle(const FeedTxn *txn)
{
	StringInfo out = &texts.middle;

	resetStringInfo(out);
	TH_PUT(out, "\\\"]\"");
	put_fine_times(out, th_unix_microseconds(txn->commit_time));
	th_put_char(out, ',');
	th_put_bytes(out, texts.route->json_table);
	TH_PUT(out, ",\"txId\":");
	th_put_uint64(out, txn->xid);
	TH_PUT(out, ",\"lsn\":");
}

static bool
texts_are_of(const FeedChange *change)
{
	const FeedTxn *txn = change->txn;

	return texts.route == change->shape->route && texts.commit_lsn == txn->commit_lsn &&
		   texts.commit_time == txn->commit_time && texts.xid == txn->xid &&
		   texts.is_snapshot == (change->op == FEED_OP_READ);
}

static void
make_buffers(void)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

	initStringInfo(&texts.head);
	initStringInfo(&texts.middle);
	MemoryContextSwitchTo(before);
}

static void
write_texts(const FeedChange *change)
{
	if (texts.head.data == NULL)
		make_buffers();
	texts.route = change->shape->route;
	texts.commit_lsn = change->txn->commit_lsn;
	texts.commit_time = change->txn->commit_time;
	texts.xid = change->txn->xid;
	texts.is_snapshot = change->op == FEED_OP_READ;
	write_head(change->txn);
	write_middle(change->txn);
}

static void
put_source(StringInfo out, const FeedEvent *event)
{
	const FeedChange *change = event->change;
	char lsn[MAXINT8LEN + 1];
	int lsn_len = pg_ulltoa_n(change->lsn, lsn);

	th_put_bytes(out, th_bytes_of(&texts.head));
	th_put(out, lsn, lsn_len);
	th_put_bytes(out, th_bytes_of(&texts.middle));
	th_put(out, lsn, lsn_len);
	TH_PUT(out, ",\"xmin\":null,\"id\":\"");
	th_put_bytes(out, event->id);
	TH_PUT(out, "\",\"idx\":");
	th_put_uint64(out, change->index);
	th_put_char(out, '}');
}

/*
 * When the event was made: looked up and written anew for each transaction, and whenever
 * the clock that the kernel keeps for nothing has gone on, which is every few milliseconds.
 */
static void
put_now(StringInfo out, bool anew)
{
	static char text[128];
	static int length = 0;
	static struct timespec tick;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (anew || length == 0 || now.tv_nsec != tick.tv_nsec || now.tv_sec != tick.tv_sec)
	{
		StringInfoData made = { .data = text, .maxlen = sizeof(text) };
		int64 microseconds = th_unix_microseconds(GetCurrentTimestamp());

		TH_PUT(&made, "\",\"ts_ms\":");
		th_put_int64(&made, microseconds / 1000);
		put_fine_times(&made, microseconds);
		length = made.len;
		tick = now;
	}
	th_put(out, text, length);
}

static bool
put_value(StringInfo out, const FeedEvent *event)
{
	const FeedShape *shape = event->change->shape;
	bool anew = !texts_are_of(event->change);

	if (anew)
		write_texts(event->change);
	TH_PUT(out, "{\"before\":");
	put_row(out, shape, event->before);
	TH_PUT(out, ",\"after\":");
	put_row(out, shape, event->after);
	th_put_char(out, ',');
	put_source(out, event);
	TH_PUT(out, ",\"transaction\":null,\"op\":\"");
	th_put_char(out, (char) event->op);
	put_now(out, anew);
	th_put_char(out, '}');
	return true;
}

const FeedEnvelope th_envelope_debezium = {
	.name = "debezium",
	.value = put_value,
	.names_event = true,
};
