/*
 * encode.c
 *	  Entry to the encoder: what is the same for all messages, and which way a change
 *	  goes.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/feed/iso_time.h"
#include "feed/encode/event.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

/* A buffer that one large value made larger than this is given back after it. */
#define BUFFER_KEPT (256 * 1024)

FeedSourceTexts th_source_texts;
FeedBuffers th_buffers;

static FeedSource source;
static MemoryContext scratch; /* of one change: what output functions print */

static void
init_buffers(void)
{
	initStringInfo(&th_buffers.key);
	initStringInfo(&th_buffers.old_key);
	initStringInfo(&th_buffers.value);
	initStringInfo(&th_buffers.destination);
	initStringInfo(&th_buffers.old_destination);
}

static void
make_debezium_texts(void)
{
	StringInfoData text;

	initStringInfo(&text);
	TH_PUT(&text, "\"source\":{\"version\":\"tidehold-" TIDEHOLD_VERSION "\",\"connector\":\"postgresql\",\"name\":");
	th_put_string(&text, source.feed_name, strlen(source.feed_name));
	TH_PUT(&text, ",\"ts_ms\":");
	th_source_texts.debezium_head = th_bytes_of(&text);

	initStringInfo(&text);
	TH_PUT(&text, ",\"db\":");
	th_put_string(&text, source.database, strlen(source.database));
	TH_PUT(&text, ",\"sequence\":\"[\\\"");
	th_source_texts.debezium_database = th_bytes_of(&text);
}

/* A path of a URI: what is no letter, digit or one of -._~ is written as %XX. */
static void
put_uri_part(StringInfo out, const char *text)
{
	for (; *text != '\0'; text++)
	{
		unsigned char byte = (unsigned char) *text;

		if (isalnum(byte) && byte < 0x80)
			th_put_char(out, byte);
		else if (strchr("-._~", byte) != NULL)
			th_put_char(out, byte);
		else
			appendStringInfo(out, "%%%02X", byte);
	}
}

static void
make_cloudevents_source(void)
{
	StringInfoData text;

	initStringInfo(&text);
	TH_PUT(&text, "/tidehold/");
	th_put_uint64(&text, source.system);
	th_put_char(&text, '/');
	put_uri_part(&text, source.database);
	th_put_char(&text, '/');
	put_uri_part(&text, source.feed_name);
	th_source_texts.cloudevents_source = th_bytes_of(&text);
}

void
th_encode_init(const FeedSource *given)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

	source = *given;
	source.feed_name = pstrdup(given->feed_name);
	source.database = pstrdup(given->database);
	init_buffers();
	make_debezium_texts();
	make_cloudevents_source();
	MemoryContextSwitchTo(before);
	if (scratch == NULL)
		scratch = AllocSetContextCreate(TopMemoryContext, "tidehold encoder", ALLOCSET_DEFAULT_SIZES);
}

const FeedEnvelope *
th_envelope_find(const char *name)
{
	static const FeedEnvelope *const envelopes[] = {
		&th_envelope_debezium,
		&th_envelope_flat,
		&th_envelope_cloudevents,
	};

	for (int i = 0; i < (int) lengthof(envelopes); i++)
		if (strcmp(envelopes[i]->name, name) == 0)
			return envelopes[i];
	return NULL;
}

int64
th_unix_microseconds(TimestampTz time)
{
	return time + FEED_UNIX_EPOCH_MICROSECONDS;
}

/* ---- ids ---- */

/* The part that all events of a transaction have in common. */
static FeedBytes
id_of_transaction(const FeedTxn *txn)
{
	static char text[FEED_EVENT_ID_ROOM];
	static int length;
	static XLogRecPtr commit_lsn;
	static uint32 timeline;
	StringInfoData out;

	if (length > 0 && commit_lsn == txn->commit_lsn && timeline == txn->timeline)
		return (FeedBytes){ text, length };
	out = (StringInfoData){ .data = text, .maxlen = sizeof(text) };
	th_put_uint64(&out, source.system);
	th_put_char(&out, '-');
	th_put_uint64(&out, txn->timeline);
	th_put_char(&out, '-');
	th_put_hex(&out, txn->commit_lsn);
	th_put_char(&out, '-');
	length = out.len;
	commit_lsn = txn->commit_lsn;
	timeline = txn->timeline;
	return (FeedBytes){ text, length };
}

FeedBytes
th_event_id_of(char *text, const FeedTxn *txn, uint32 index, FeedOp op, uint8 part)
{
	StringInfoData out = { .data = text, .maxlen = FEED_EVENT_ID_ROOM };

	th_put_bytes(&out, id_of_transaction(txn));
	if (op == FEED_OP_READ)
		th_put_char(&out, 'r');
	th_put_uint64(&out, index);
	if (part != FEED_MESSAGE_RECORD)
	{
		th_put_char(&out, '.');
		th_put_uint64(&out, part);
	}
	return th_bytes_of(&out);
}

void
th_event_id(StringInfo out, const FeedTxn *txn, uint32 index)
{
	char text[FEED_EVENT_ID_ROOM];
	FeedBytes id = th_event_id_of(text, txn, index, FEED_OP_INSERT, FEED_MESSAGE_RECORD);

	appendBinaryStringInfo(out, id.data, id.len);
}

/* ---- messages ---- */

void
th_header(FeedHeaders *headers, const char *name, FeedBytes value)
{
	Assert(headers->count < FEED_HEADERS_MAX);
	headers->fields[headers->count].name = th_bytes(name);
	headers->fields[headers->count].value = value;
	headers->count++;
}

FeedMessage
th_message_of(const FeedChange *change, FeedMessagePart part)
{
	return (FeedMessage){
		.form = change->shape->route->form,
		.route = change->shape->route,
		.ttl_ms = change->shape->route->ttl_ms,
		.txn = change->txn,
		.index = change->index,
		.part = part,
	};
}

static void
empty(StringInfo buffer)
{
	if (buffer->maxlen > BUFFER_KEPT)
	{
		MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

		pfree(buffer->data);
		initStringInfo(buffer);
		MemoryContextSwitchTo(before);
	}
	buffer->len = 0;
}

static MemoryContext
begin(void)
{
	empty(&th_buffers.key);
	empty(&th_buffers.old_key);
	empty(&th_buffers.value);
	empty(&th_buffers.destination);
	empty(&th_buffers.old_destination);
	MemoryContextReset(scratch); /* where the change before met an error */
	return MemoryContextSwitchTo(scratch);
}

static void
end(MemoryContext before)
{
	MemoryContextSwitchTo(before);
	MemoryContextReset(scratch);
}

/* With the old row whole, what an update left alone is known from there. */
static void
fill_unchanged(const FeedChange *change)
{
	if (change->before == NULL || change->after == NULL)
		return;
	for (int i = 0; i < change->shape->column_count; i++)
		if (change->after[i].kind == FEED_VALUE_UNCHANGED && th_value_is_known(&change->before[i]))
			change->after[i] = change->before[i];
}

void
th_encode_change(const FeedChange *change, FeedSend send)
{
	const FeedRoute *route = change->shape->route;
	MemoryContext before;

	if (route == NULL)
		return;
	if (change->op == FEED_OP_DELETE && change->before == NULL)
		elog(ERROR, "a row of table \"%s.%s\" was deleted without a replica identity",
			 change->shape->schema_name, change->shape->table_name);
	before = begin();
	fill_unchanged(change);
	th_send_shape(change, send);
	if (route->form == FEED_FORM_HASH || route->form == FEED_FORM_JSON)
		th_send_state(change, send);
	else
		th_send_events(change, send);
	end(before);
}

/* ---- emitted messages ---- */

static const char *
iso_time(TimestampTz time)
{
	char *text = palloc(FEED_ISO_ROOM + 1);

	text[feed_iso_timestamp(text, time, true)] = '\0';
	return text;
}

static int
add_field(FeedField *fields, int count, const char *name, const char *value)
{
	fields[count].name = th_utf8_text(name);
	fields[count].value = value ? th_utf8_text(value) : (FeedBytes){ NULL, 0 };
	return count + 1;
}

/* Those of the caller, then ours; a stream has its key and payload among them. */
static void
fill_emitted(FeedMessage *message, const FeedEmitted *emitted)
{
	FeedField *fields = palloc(sizeof(FeedField) * (emitted->header_count + 5));
	StringInfoData id;
	int count = 0;

	initStringInfo(&id);
	th_event_id(&id, emitted->txn, emitted->index);
	for (int i = 0; i < emitted->header_count; i++)
		count = add_field(fields, count, emitted->headers[2 * i], emitted->headers[2 * i + 1]);
	count = add_field(fields, count, "tidehold-id", id.data);
	if (emitted->expires_at != 0)
		count = add_field(fields, count, "expires_at", iso_time(emitted->expires_at));
	if (emitted->txn->traceparent != NULL)
		count = add_field(fields, count, "traceparent", emitted->txn->traceparent);
	if (message->form == FEED_FORM_RECORD)
	{
		message->headers = fields;
		message->header_count = count;
		return;
	}
	fields[count++] = (FeedField){ th_bytes("key"), message->key };
	fields[count++] = (FeedField){ th_bytes("value"), message->value };
	message->value = (FeedBytes){ NULL, 0 };
	message->fields = fields;
	message->field_count = count;
}

void
th_encode_emitted(const FeedEmitted *emitted, FeedSend send)
{
	MemoryContext before = begin();
	FeedMessage message = {
		.form = source.kind == FEED_KAFKA ? FEED_FORM_RECORD : FEED_FORM_STREAM,
		.destination = th_utf8_text(emitted->topic),
		.txn = emitted->txn,
		.index = emitted->index,
	};

	if (emitted->key != NULL)
		message.key = th_utf8_text(emitted->key);
	if (emitted->payload_len >= 0)
		message.value = (FeedBytes){ emitted->payload, emitted->payload_len };
	fill_emitted(&message, emitted);
	send(&message);
	end(before);
}
