/*
 * events.c
 *	  Changes as events: Kafka records, entries of a Redis stream, publications.
 *
 * A change of the key is a delete of the old and a create of the new key, as Debezium
 * does, with the other key in a header.  In Kafka a tombstone follows each delete, so
 * that compaction forgets the key; where the envelope's own delete is null already, it
 * is the tombstone.
 */
#include "postgres.h"

#include "feed/encode/event.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

#define STREAM_FIELDS 4
static const FeedBytes no_bytes = { NULL, 0 };

static FeedHeaders headers;
static char id[FEED_EVENT_ID_ROOM];

static void
add_id_and_trace(const FeedTxn *txn, FeedBytes event_id, bool named)
{
	if (!named)
		th_header(&headers, "tidehold-id", event_id);
	if (txn->traceparent != NULL)
		th_header(&headers, "traceparent", th_bytes(txn->traceparent));
}

static void
add_field(FeedField *fields, int *count, const char *name, FeedBytes value)
{
	fields[*count].name = th_bytes(name);
	fields[*count].value = value;
	(*count)++;
}

/* An entry of a stream has no headers: they are fields behind those of the event. */
static void
send_stream_entry(FeedMessage *message, const FeedEvent *event, FeedSend send)
{
	FeedField fields[STREAM_FIELDS + FEED_HEADERS_MAX];
	char op = (char) event->op;
	int count = 0;

	add_field(fields, &count, "id", event->id);
	add_field(fields, &count, "op", (FeedBytes){ &op, 1 });
	add_field(fields, &count, "key", message->key);
	add_field(fields, &count, "value", message->value);
	for (int i = 0; i < message->header_count; i++)
		fields[count++] = message->headers[i];
	message->fields = fields;
	message->field_count = count;
	message->header_count = 0;
	message->value = no_bytes;
	send(message);
}

static void
send_message(FeedMessage *message, const FeedEvent *event, FeedSend send)
{
	message->headers = headers.fields;
	message->header_count = headers.count;
	if (message->form == FEED_FORM_STREAM)
		send_stream_entry(message, event, send);
	else
		send(message);
}

/* Value and headers; false where the value is null. */
static bool
fill(FeedMessage *message, FeedEvent *event)
{
	const FeedEnvelope *envelope = message->route->envelope;
	bool has_value;

	event->id = th_event_id_of(id, message->txn, message->index, event->change->op, message->part);
	resetStringInfo(&th_buffers.value);
	has_value = envelope->value(&th_buffers.value, event);
	if (has_value)
		message->value = th_utf8(&th_buffers.value);
	if (message->form == FEED_FORM_PUBLISH)
		return has_value;
	if (envelope->headers != NULL && message->form == FEED_FORM_RECORD)
		envelope->headers(&headers, event);
	add_id_and_trace(message->txn, event->id,
					 envelope->names_event || message->form == FEED_FORM_STREAM);
	return has_value;
}

/* Returns whether it had a value. */
static bool
send_event(FeedEvent *event, FeedMessagePart part, FeedBytes key, FeedBytes destination,
		   FeedSend send)
{
	FeedMessage message = th_message_of(event->change, part);
	bool has_value;

	message.key = key;
	message.destination = destination;
	has_value = fill(&message, event);
	send_message(&message, event, send);
	headers.count = 0;
	return has_value;
}

static void
send_tombstone(const FeedChange *change, FeedBytes key, FeedBytes destination, FeedSend send)
{
	FeedMessage message = th_message_of(change, FEED_MESSAGE_TOMBSTONE);

	message.key = key;
	message.destination = destination;
	add_id_and_trace(change->txn,
					 th_event_id_of(id, change->txn, change->index, change->op,
									FEED_MESSAGE_TOMBSTONE),
					 false);
	message.headers = headers.fields;
	message.header_count = headers.count;
	send(&message);
	headers.count = 0;
}

static void
send_delete(const FeedChange *change, FeedBytes key, FeedBytes destination, FeedSend send)
{
	FeedEvent event = {
		.change = change,
		.op = FEED_OP_DELETE,
		.before = change->before,
	};
	bool has_value = send_event(&event, FEED_MESSAGE_RECORD, key, destination, send);

	if (has_value && change->shape->route->tombstones && key.data != NULL)
		send_tombstone(change, key, destination, send);
}

static FeedBytes
put_key(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	if (shape->key_count == 0)
		return no_bytes;
	th_json_key(out, shape, values);
	return th_utf8(out);
}

static FeedBytes
put_destination(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	if (shape->route->destination_is_constant)
		return shape->route->constant;
	th_destination(out, shape, values);
	return th_utf8(out);
}

static bool
same(FeedBytes a, FeedBytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The key of the row before, where the update changed it. */
static bool
old_key(const FeedChange *change, FeedBytes new_key, FeedBytes *key)
{
	const FeedShape *shape = change->shape;

	if (change->op != FEED_OP_UPDATE || change->before == NULL || shape->key_count == 0 ||
		!th_key_is_known(shape, change->before))
		return false;
	*key = put_key(&th_buffers.old_key, shape, change->before);
	return !same(*key, new_key);
}

static void
send_key_change(const FeedChange *change, FeedBytes old, FeedBytes new, FeedBytes destination,
				FeedSend send)
{
	const FeedShape *shape = change->shape;
	FeedBytes old_destination = put_destination(&th_buffers.old_destination, shape, change->before);
	FeedEvent create = {
		.change = change,
		.op = FEED_OP_INSERT,
		.after = change->after,
	};

	th_header(&headers, "__debezium.newkey", new);
	send_delete(change, old, old_destination, send);
	th_header(&headers, "__debezium.oldkey", old);
	send_event(&create, FEED_MESSAGE_CREATE, new, destination, send);
}

static void
send_row(const FeedChange *change, FeedSend send)
{
	const FeedShape *shape = change->shape;
	FeedEvent event = {
		.change = change,
		.op = change->op,
		.before = change->before,
		.after = change->after,
	};
	FeedBytes key = put_key(&th_buffers.key, shape, change->after);
	FeedBytes destination = put_destination(&th_buffers.destination, shape, change->after);
	FeedBytes old;

	if (old_key(change, key, &old))
		send_key_change(change, old, key, destination, send);
	else
		send_event(&event, FEED_MESSAGE_RECORD, key, destination, send);
}

static void
send_truncate(const FeedChange *change, FeedSend send)
{
	FeedEvent event = {
		.change = change,
		.op = FEED_OP_TRUNCATE,
	};

	if (change->shape->route->destination_is_constant)
		send_event(&event, FEED_MESSAGE_RECORD, no_bytes, change->shape->route->constant, send);
}

void
th_send_events(const FeedChange *change, FeedSend send)
{
	const FeedShape *shape = change->shape;

	headers.count = 0;
	switch (change->op)
	{
		case FEED_OP_TRUNCATE:
			send_truncate(change, send);
			break;
		case FEED_OP_DELETE:
			send_delete(change, put_key(&th_buffers.key, shape, change->before),
						put_destination(&th_buffers.destination, shape, change->before), send);
			break;
		default:
			send_row(change, send);
			break;
	}
}
