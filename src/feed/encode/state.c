/*
 * state.c
 *	  Changes as the state they leave behind: Redis hashes and strings.
 *
 * Fields that are NULL are removed from a hash, and fields that the WAL does not hold are
 * left alone.  Where all are known the hash is made anew, so that dropped columns go.  A
 * string is always written anew: columns that are not known are named in "__unchanged".
 */
#include "postgres.h"

#include "feed/encode/event.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

static const FeedBytes present = { "", 0 };

/* Of a value that is put at the end of the buffer, which may move while it grows. */
static int
put_value(const FeedColumn *column, const FeedValue *value)
{
	int start = th_buffers.value.len;

	th_text_value(&th_buffers.value, column, value);
	return th_buffers.value.len - start;
}

static void
fill_hash(FeedMessage *message, const FeedShape *shape, const FeedValue *values)
{
	FeedField *fields = palloc(sizeof(FeedField) * Max(shape->column_count, 1));
	const char *text;
	int count = 0;

	for (int i = 0; i < shape->column_count; i++)
	{
		if (!th_value_is_known(&values[i]))
			continue;
		fields[count].name = th_utf8_text(shape->columns[i].name);
		fields[count].value = (FeedBytes){ NULL, 0 };
		if (values[i].kind != FEED_VALUE_NULL)
			fields[count].value = (FeedBytes){ "", put_value(&shape->columns[i], &values[i]) };
		count++;
	}

	text = th_buffers.value.data;
	for (int i = 0; i < count; i++)
	{
		int length = fields[i].value.len;

		if (fields[i].value.data != NULL)
			fields[i].value = th_utf8_bytes(text, length);
		text += length;
	}
	message->fields = fields;
	message->field_count = count;
	message->value = present;
	message->whole = count == shape->column_count;
}

static void
send_write(const FeedChange *change, FeedMessagePart part, FeedBytes destination, FeedSend send)
{
	FeedMessage message = th_message_of(change, part);

	message.destination = destination;
	if (message.form == FEED_FORM_HASH)
		fill_hash(&message, change->shape, change->after);
	else
	{
		th_json_row(&th_buffers.value, change->shape, change->after);
		message.value = th_utf8(&th_buffers.value);
	}
	send(&message);
}

static void
send_delete(const FeedChange *change, FeedBytes destination, FeedSend send)
{
	FeedMessage message = th_message_of(change, FEED_MESSAGE_RECORD);

	message.destination = destination;
	message.ttl_ms = 0;
	send(&message);
}

/*
 * Keys are not in the WAL: what there is of them in Redis is looked for there.  Those of
 * computed values are made of columns of a query's result.
 */
static void
send_sweep(const FeedChange *change, FeedSend send)
{
	FeedMessage message = th_message_of(change, FEED_MESSAGE_SWEEP);

	th_destination_pattern(&th_buffers.destination, message.route,
						   message.route->query == NULL ? change->shape : NULL);
	message.destination = th_utf8(&th_buffers.destination);
	message.fields = th_route_others(message.route, message.destination, &message.field_count);
	message.ttl_ms = 0;
	send(&message);
}

static FeedBytes
put_destination(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	th_destination(out, shape, values);
	return th_utf8(out);
}

/* Where the row lay before, where that is known and was elsewhere. */
static bool
moved_from(const FeedChange *change, FeedBytes destination, FeedBytes *old)
{
	const FeedShape *shape = change->shape;

	if (change->op != FEED_OP_UPDATE || change->before == NULL ||
		!th_destination_is_known(shape, change->before))
		return false;
	*old = put_destination(&th_buffers.old_destination, shape, change->before);
	return old->len != destination.len || memcmp(old->data, destination.data, old->len) != 0;
}

static void
send_row(const FeedChange *change, FeedSend send)
{
	FeedBytes destination = put_destination(&th_buffers.destination, change->shape, change->after);
	FeedBytes old;

	if (!moved_from(change, destination, &old))
	{
		send_write(change, FEED_MESSAGE_RECORD, destination, send);
		return;
	}
	send_delete(change, old, send);
	send_write(change, FEED_MESSAGE_CREATE, destination, send);
}

void
th_send_state(const FeedChange *change, FeedSend send)
{
	switch (change->op)
	{
		case FEED_OP_TRUNCATE:
			send_sweep(change, send);
			break;
		case FEED_OP_DELETE:
			send_delete(change,
						put_destination(&th_buffers.destination, change->shape, change->before),
						send);
			break;
		default:
			send_row(change, send);
			break;
	}
}
