/*
 * flat.c
 *	  Envelopes whose value is the row itself: flat, and CloudEvents in binary mode.
 *
 * Flat: a delete is a null value, so a compacted topic is the table; what happened is in
 * the header tidehold-op.  CloudEvents: the Kafka protocol binding of version 1.0; a
 * delete carries what is known of the old row.
 */
#include "postgres.h"

#include "core/feed/iso_time.h"
#include "feed/encode/event.h"
#include "feed/encode/put.h"

static bool
put_after(StringInfo out, const FeedEvent *event)
{
	if (event->after == NULL)
		return false;
	th_json_row(out, event->change->shape, event->after);
	return true;
}

static FeedBytes
text_of_op(FeedOp op)
{
	static const char letters[] = "cudrt";
	const char *letter = strchr(letters, op);

	return (FeedBytes){ letter, 1 };
}

static void
add_op(FeedHeaders *headers, const FeedEvent *event)
{
	th_header(headers, "tidehold-op", text_of_op(event->op));
}

const FeedEnvelope th_envelope_flat = {
	.name = "flat",
	.value = put_after,
	.headers = add_op,
};

static bool
put_row(StringInfo out, const FeedEvent *event)
{
	const FeedValue *row = event->after ? event->after : event->before;

	if (row == NULL)
		TH_PUT(out, "{}");
	else
		th_json_row(out, event->change->shape, row);
	return true;
}

static const char *
type_of_op(FeedOp op)
{
	switch (op)
	{
		case FEED_OP_INSERT:
			return "tidehold.row.created";
		case FEED_OP_UPDATE:
			return "tidehold.row.updated";
		case FEED_OP_DELETE:
			return "tidehold.row.deleted";
		case FEED_OP_READ:
			return "tidehold.row.read";
		case FEED_OP_TRUNCATE:
			return "tidehold.table.truncated";
	}
	return NULL;
}

static void
add_attributes(FeedHeaders *headers, const FeedEvent *event)
{
	static char time[FEED_ISO_ROOM];
	const FeedChange *change = event->change;
	int length = feed_iso_timestamp(time, change->txn->commit_time, true);

	th_header(headers, "ce_specversion", th_bytes("1.0"));
	th_header(headers, "ce_id", event->id);
	th_header(headers, "ce_source", th_source_texts.cloudevents_source);
	th_header(headers, "ce_type", th_bytes(type_of_op(event->op)));
	th_header(headers, "ce_subject", change->shape->route->subject);
	th_header(headers, "ce_time", (FeedBytes){ time, length });
	th_header(headers, "content-type", th_bytes("application/json"));
}

const FeedEnvelope th_envelope_cloudevents = {
	.name = "cloudevents",
	.value = put_row,
	.headers = add_attributes,
	.names_event = true,
};
