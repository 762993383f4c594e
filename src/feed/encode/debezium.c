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

static void
put_source(StringInfo out, const FeedEvent *event)
{
	const FeedChange *change = event->change;
	const FeedTxn *txn = change->txn;
	int64 time = th_unix_microseconds(txn->commit_time);

	th_put_bytes(out, th_source_texts.debezium_head);
	th_put_int64(out, time / 1000);
	if (change->op == FEED_OP_READ)
		TH_PUT(out, ",\"snapshot\":\"true\"");
	else
		TH_PUT(out, ",\"snapshot\":\"false\"");
	th_put_bytes(out, th_source_texts.debezium_database);
	th_put_uint64(out, txn->commit_lsn);
	TH_PUT(out, "\\\",\\\"");
	th_put_uint64(out, change->lsn);
	TH_PUT(out, "\\\"]\"");
	put_fine_times(out, time);
	th_put_char(out, ',');
	th_put_bytes(out, change->shape->route->json_table);
	TH_PUT(out, ",\"txId\":");
	th_put_uint64(out, txn->xid);
	TH_PUT(out, ",\"lsn\":");
	th_put_uint64(out, change->lsn);
	TH_PUT(out, ",\"xmin\":null,\"id\":\"");
	th_put_bytes(out, event->id);
	TH_PUT(out, "\",\"idx\":");
	th_put_uint64(out, change->index);
	th_put_char(out, '}');
}

static bool
put_value(StringInfo out, const FeedEvent *event)
{
	const FeedShape *shape = event->change->shape;
	int64 now = th_unix_microseconds(GetCurrentTimestamp());

	TH_PUT(out, "{\"before\":");
	put_row(out, shape, event->before);
	TH_PUT(out, ",\"after\":");
	put_row(out, shape, event->after);
	th_put_char(out, ',');
	put_source(out, event);
	TH_PUT(out, ",\"transaction\":null,\"op\":\"");
	th_put_char(out, (char) event->op);
	TH_PUT(out, "\",\"ts_ms\":");
	th_put_int64(out, now / 1000);
	put_fine_times(out, now);
	th_put_char(out, '}');
	return true;
}

const FeedEnvelope th_envelope_debezium = {
	.name = "debezium",
	.value = put_value,
	.names_event = true,
};
