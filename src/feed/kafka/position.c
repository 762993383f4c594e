/*
 * position.c
 *	  Reads back the position that this process's predecessor left.
 *
 * Positions are records of a compacted topic, one key per feed, all in partition 0: it
 * stays there however many partitions the topic has.  Read only after the predecessor is
 * fenced, up to the high watermark of that moment.  A reader of committed records stops
 * at the first open transaction, which may be another feed's with ours behind it; then
 * it waits for that one to end.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/clock.h"
#include "feed/kafka/kafka.h"

/* The position is near the end, unless the feed was idle among busy ones. */
#define TAIL_FIRST 2048
#define TAIL_GROWTH 64
#define BATCH 256

static KafkaReader reader;
static KafkaTopic *position_topic = NULL; /* as the producer knows it */

static struct
{
	int64 low;
	int64 start;
	int64 target; /* high watermark when reading began; -1: not known yet */
	int64 tail;
	bool found;
	FeedPosition latest;
} seen;

KafkaTopic *
th_kafka_position_topic(void)
{
	if (position_topic == NULL)
	{
		char *name = th_feed_option_text(th_kafka.row, "position_topic");

		position_topic = th_kafka_topic(name, strlen(name));
		if (position_topic == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("position_topic is no name of a Kafka topic: \"%s\"", name)));
	}
	return position_topic;
}

/* Its end may wait for a broker, so nobody here waits for it. */
void
th_kafka_position_stop(void)
{
	if (reader.consumer == NULL)
		return;
	th_kafka_retire_reader(&reader);
	memset(&reader, 0, sizeof(reader));
}

static void
open_reader(void)
{
	reader.consumer = th_kafka_consumer_create();
	reader.topic = rd_kafka_topic_new(reader.consumer, th_kafka_position_topic()->name, NULL);
	seen.tail = TAIL_FIRST;
}

static bool
start_reading(void)
{
	int64_t low;
	int64_t stable;
	rd_kafka_resp_err_t code =
		rd_kafka_query_watermark_offsets(reader.consumer, position_topic->name, 0, &low, &stable,
										 KAFKA_SLICE_MS);

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		if (th_kafka_sqlstate(code) == ERRCODE_INSUFFICIENT_PRIVILEGE)
			th_kafka_raise(code, "read the position", rd_kafka_err2str(code));
		th_kafka_note(code, rd_kafka_err2str(code));
		return false;
	}
	seen.low = low;
	seen.start = Max(low, stable - seen.tail);
	seen.target = -1;
	if (rd_kafka_consume_start(reader.topic, 0, seen.start) != 0)
		th_kafka_raise(rd_kafka_last_error(), "read the position",
					   rd_kafka_err2str(rd_kafka_last_error()));
	reader.reading = true;
	return true;
}

static bool
is_ours(const rd_kafka_message_t *message)
{
	return message->payload != NULL && message->key_len == strlen(th_kafka.id) &&
		   memcmp(message->key, th_kafka.id, message->key_len) == 0;
}

static void
remember(const rd_kafka_message_t *message)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
	FeedPosition position;

	if (th_position_parse(message->payload, (int) message->len, &position))
	{
		seen.latest = position;
		seen.found = true;
	}
	MemoryContextSwitchTo(before);
}

/* The end of what is committed; beyond it others may have open transactions. */
static bool
is_at_end(const rd_kafka_message_t *message)
{
	int64_t low;
	int64_t high;

	if (seen.target < 0 &&
		rd_kafka_get_watermark_offsets(reader.consumer, position_topic->name, 0, &low, &high) ==
			RD_KAFKA_RESP_ERR_NO_ERROR)
		seen.target = high;
	if (seen.target < 0 || message->offset < seen.target)
	{
		th_kafka_note(RD_KAFKA_RESP_ERR__WAIT_COORD,
					  "waiting for the end of another feed's transaction in the position topic");
		return false;
	}
	return true;
}

/* True at the end. */
static bool
take(const rd_kafka_message_t *message)
{
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		return is_at_end(message);
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		th_kafka_note(message->err, rd_kafka_err2str(message->err));
	else if (is_ours(message))
		remember(message);
	return false;
}

/* For at most a slice; true at the end. */
static bool
read_on(void)
{
	rd_kafka_message_t *messages[BATCH];
	ssize_t count = rd_kafka_consume_batch(reader.topic, 0, KAFKA_SLICE_MS / 2, messages, BATCH);
	bool end = false;

	for (ssize_t i = 0; i < count; i++)
	{
		end = take(messages[i]) || end;
		rd_kafka_message_destroy(messages[i]);
	}
	return end;
}

static bool
read_for_a_slice(void)
{
	int64 end = th_monotonic_ms() + KAFKA_SLICE_MS / 2;

	do
	{
		if (read_on())
			return true;
	} while (th_monotonic_ms() < end);
	return false;
}

bool
th_kafka_position_read(FeedPosition *position)
{
	if (reader.consumer == NULL)
		open_reader();
	if (!reader.reading && !start_reading())
		return false;
	if (!read_for_a_slice())
		return false;
	if (!seen.found && seen.start > seen.low)
	{
		(void) rd_kafka_consume_stop(reader.topic, 0);
		reader.reading = false;
		seen.tail *= TAIL_GROWTH;
		return false;
	}
	*position = seen.latest;
	th_kafka_position_stop();
	return true;
}
