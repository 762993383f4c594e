/*
 * sink.c
 *	  The Kafka sink as the worker sees it: start, connect, send.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "feed/kafka/kafka.h"

/* Delivery reports are taken at least once in so many messages. */
#define SENDS_PER_POLL 1024

Kafka th_kafka = { .event_fd = -1 };

static bool fenced = false; /* the predecessor is */

static void
start(const FeedSinkStart *how)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

	th_kafka.row = how->row;
	th_kafka.server_options = how->server_options;
	th_kafka.state = how->state;
	th_kafka.id = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&how->row->id)));
	th_kafka.transactional = strcmp(th_feed_option_text(how->row, "mode"), "idempotent") != 0;
	th_kafka.careful = how->state->careful_until != InvalidXLogRecPtr;
	th_kafka_exit_prepare();
	th_kafka_producer_create(how);
	th_kafka_run_waiter();
	MemoryContextSwitchTo(before);
}

/* The primary message is what stat_feed shows: it says which topic, and who was refused. */
TH_NORETURN static void
raise_no_position_topic(const KafkaTopic *topic)
{
	int sqlstate = th_kafka_sqlstate(topic->code);

	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("feed \"%s\" has nowhere to keep its position: %s", th_kafka.row->name,
					topic->reason),
			 errdetail("It came to server \"%s\" as %s.", th_kafka.row->server,
					   th_kafka.principal),
			 sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ?
				 errhint("Let it describe, read and write the topic, and create it where it is missing.") :
				 errhint("Create the topic with cleanup.policy=compact, or let the feed create topics.")));
}

static bool
position_topic_is_there(void)
{
	KafkaTopic *topic = th_kafka_position_topic();

	if (th_kafka_topic_ask(topic) == KAFKA_TOPIC_MISSING)
		raise_no_position_topic(topic);
	return topic->state == KAFKA_TOPIC_PRESENT;
}

/* The order matters: a position that is read before the predecessor is fenced may grow. */
static bool
connect_and_read(FeedPosition *position)
{
	th_kafka_poll();
	if (th_kafka.connected)
		return true;
	if (!position_topic_is_there())
		return false;
	if (!fenced && th_kafka.transactional &&
		!th_kafka_done(rd_kafka_init_transactions(th_kafka.producer, KAFKA_SLICE_MS), "connect"))
		return false;
	fenced = true;
	if (!th_kafka_position_read(position))
		return false;
	th_kafka.safe = position->lsn;
	th_kafka.connected = true;
	return true;
}

static bool
is_named(const KafkaTopic *topic, const FeedBytes *name)
{
	return strlen(topic->name) == (size_t) name->len &&
		   memcmp(topic->name, name->data, name->len) == 0;
}

/* A topic that is the same for all rows of a table is looked up once. */
static KafkaTopic *
topic_of(const FeedMessage *message)
{
	FeedRoute *route = message->route;
	bool constant = route != NULL && route->destination_is_constant;
	KafkaTopic *topic = constant ? route->sink_data : NULL;

	if (topic != NULL && is_named(topic, &message->destination))
		return topic;
	topic = th_kafka_topic(message->destination.data, message->destination.len);
	if (constant)
		route->sink_data = topic;
	return topic;
}

static FeedSent
refuse_size(const FeedMessage *message, StringInfo why)
{
	char limit[32] = "";
	size_t size = sizeof(limit);

	(void) rd_kafka_conf_get(rd_kafka_conf(th_kafka.producer), "message.max.bytes", limit, &size);
	appendStringInfo(why,
					 "message of %d bytes is larger than message.max.bytes (%s) of server \"%s\"",
					 message->key.len + message->value.len, limit, th_kafka.row->server);
	return FEED_REFUSED;
}

static void
note_sent(const FeedMessage *message)
{
	th_kafka.pending += message->key.len + message->value.len;
	if (message->txn != NULL)
		th_kafka.newest = Max(th_kafka.newest, message->txn->commit_lsn);
}

/* What the client may refuse for its size goes behind all others. */
static FeedSent
send_alone(KafkaTopic *topic, const FeedMessage *message, StringInfo why)
{
	KafkaMessage ready;
	rd_kafka_resp_err_t code;

	if (!th_kafka_is_open() || !th_kafka_release())
		return FEED_FULL;
	th_kafka_transaction_begin();
	ready = th_kafka_message(topic, message);
	code = th_kafka_produce_one(&ready);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return FEED_SENT;
	if (ready.headers != NULL)
		rd_kafka_headers_destroy(ready.headers);
	return code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? FEED_FULL : refuse_size(message, why);
}

static FeedSent
send_held(KafkaTopic *topic, const FeedMessage *message)
{
	if (!th_kafka_hold(topic, message))
		return FEED_FULL;
	if (th_kafka_is_open() && th_kafka_hold_is_due())
		(void) th_kafka_release();
	return FEED_SENT;
}

/* True when it found something. */
static bool
serve(void)
{
	bool busy = th_kafka_poll();

	if (th_kafka_settle())
		(void) th_kafka_release();
	return busy;
}

static FeedSent
send_message(const FeedMessage *message, StringInfo why)
{
	static int sends = 0;
	const char *refused = th_kafka_refused_before(message);
	KafkaTopic *topic = topic_of(message);
	FeedSent sent;

	if (topic == NULL)
	{
		appendStringInfo(why, "\"%.*s\" is no name of a Kafka topic",
						 message->destination.len, message->destination.data);
		return FEED_REFUSED;
	}
	if (refused != NULL)
	{
		appendStringInfo(why, "topic \"%s\" refused it: %s", topic->name, refused);
		return FEED_REFUSED;
	}
	if (topic->state != KAFKA_TOPIC_PRESENT && th_kafka_topic_ask(topic) != KAFKA_TOPIC_PRESENT)
	{
		if (topic->state != KAFKA_TOPIC_MISSING)
			return FEED_FULL;
		appendStringInfoString(why, topic->reason);
		return FEED_NO_ROUTE;
	}
	if (++sends % SENDS_PER_POLL == 0)
		(void) serve();
	sent = th_kafka_can_hold(message) ? send_held(topic, message) :
										send_alone(topic, message, why);
	if (sent == FEED_SENT)
		note_sent(message);
	return sent;
}

static XLogRecPtr
safe(void)
{
	return th_kafka.safe;
}

static int64
pending(void)
{
	return th_kafka_commits_are_many() ? PG_INT64_MAX : th_kafka.pending;
}

static int
descriptor(void)
{
	return th_kafka.event_fd;
}

const FeedSink th_sink_kafka = {
	.name = "kafka",
	.start = start,
	.connect = connect_and_read,
	.send = send_message,
	.poll = serve,
	.gather_ms = th_kafka_gather_ms,
	.flush = th_kafka_flush,
	.close = th_kafka_close,
	.settled = th_kafka_is_open,
	.safe = safe,
	.pending = pending,
	.descriptor = descriptor,
	.stop = th_kafka_stop,
};
