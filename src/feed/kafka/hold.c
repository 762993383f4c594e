/*
 * hold.c
 *	  Messages on their way to the client, in their order.
 *
 * The client takes many in one call for a good deal less than one by one: it looks at the
 * clock, takes the topic's lock and asks for its own state once.  So they gather here until
 * there are enough for a call.  While the transaction of the batch before is being
 * committed they stay, for the client takes none then, and what it took before the commit
 * began would be in that transaction.
 *
 * Only the process itself touches the list; when it ends they are lost, and its successor
 * reads them from the WAL again, for no position covers them: none is sent before they are.
 *
 * What the client may refuse by its size is not taken: that is sent by itself, so that the
 * refusal comes when it is sent.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "feed/kafka/kafka.h"

/* At most what the client adds to a message, and to each of its headers. */
#define MESSAGE_OVERHEAD 256
#define HEADER_OVERHEAD 32

static KafkaMessage *held = NULL; /* the first of them were sent already */
static int held_room = 0;
static int first = 0;
static int end = 0;
static int64 bytes = 0;
static int64 largest = 0;

void
th_kafka_hold_create(int messages)
{
	char text[32] = "";
	size_t size = sizeof(text);

	held = MemoryContextAllocHuge(TopMemoryContext, sizeof(KafkaMessage) * messages);
	held_room = messages;
	(void) rd_kafka_conf_get(rd_kafka_conf(th_kafka.producer), "message.max.bytes", text, &size);
	largest = strtoll(text, NULL, 10);
}

int
th_kafka_held(void)
{
	return end - first;
}

int64
th_kafka_held_bytes(void)
{
	return bytes;
}

static int64
wire_size(const FeedMessage *message)
{
	int64 size = (int64) message->key.len + message->value.len + MESSAGE_OVERHEAD;

	for (int i = 0; i < message->header_count; i++)
		size += message->headers[i].name.len + message->headers[i].value.len + HEADER_OVERHEAD;
	return size;
}

bool
th_kafka_can_hold(const FeedMessage *message)
{
	return wire_size(message) <= Min(largest, KAFKA_CHUNK);
}

static void
put(FeedBytes *part, char *place)
{
	if (part->data == NULL)
		return;
	memcpy(place, part->data, part->len);
	part->data = place;
}

/* The value comes first: by its place the report says which loan has ended. */
bool
th_kafka_hold(KafkaTopic *topic, const FeedMessage *message)
{
	char *place = end < held_room ? th_kafka_lend(message->key.len + message->value.len) : NULL;
	KafkaMessage *ready = &held[end];

	if (place == NULL)
		return false;
	*ready = th_kafka_message(topic, message);
	ready->loan = place;
	put(&ready->value, place);
	put(&ready->key, place + message->value.len);
	bytes += message->key.len + message->value.len;
	end++;
	return true;
}

/*
 * The first of a transaction wait too: the client asks the coordinator at once for the
 * partitions it knows of, and for those of later messages only after the answer.
 */
bool
th_kafka_hold_is_due(void)
{
	return end - first >= KAFKA_LOT;
}

/* How many go in one call from the first on. */
static int
first_lot(void)
{
	int n = 1;

	while (first + n < end && n < KAFKA_LOT && th_kafka_go_together(&held[first], &held[first + n]))
		n++;
	return n;
}

/* The client has its own copy of a key; without a value it reads nothing of ours. */
static void
forget(int taken)
{
	for (const KafkaMessage *sent = &held[first]; sent < &held[first + taken]; sent++)
	{
		bytes -= sent->key.len + sent->value.len;
		if (sent->value.data == NULL)
			th_kafka_take_back(sent->loan);
	}
	first += taken;
}

/* False: the client has no room for all of them yet. */
bool
th_kafka_release(void)
{
	while (first < end)
	{
		int n = first_lot();
		int taken;

		th_kafka_transaction_begin();
		taken = th_kafka_produce(&held[first], n);
		forget(taken);
		if (taken < n)
			return false;
	}
	first = end = 0;
	return true;
}
