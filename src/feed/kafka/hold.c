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
 * Only the process itself touches the memory; when it ends they are lost, and its successor
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

typedef struct Held
{
	KafkaMessage message; /* its key and value point behind it */
	int size;			  /* with what is behind it; aligned */
} Held;

static char *memory = NULL;
static int64 room = 0;
static int64 first = 0; /* of what is not sent yet */
static int64 end = 0;
static int count = 0;
static int64 largest = 0;

void
th_kafka_hold_create(int64 bytes)
{
	char text[32] = "";
	size_t size = sizeof(text);

	memory = MemoryContextAllocHuge(TopMemoryContext, bytes);
	room = bytes;
	(void) rd_kafka_conf_get(rd_kafka_conf(th_kafka.producer), "message.max.bytes", text, &size);
	largest = strtoll(text, NULL, 10);
}

int
th_kafka_held(void)
{
	return count;
}

int64
th_kafka_held_bytes(void)
{
	return end - first;
}

static int64
wire_size(const FeedMessage *message)
{
	int64 size = (int64) message->key.len + message->value.len + MESSAGE_OVERHEAD;

	for (int i = 0; i < message->header_count; i++)
		size += message->headers[i].name.len + message->headers[i].value.len + HEADER_OVERHEAD;
	return size;
}

static char *
keep(FeedBytes *bytes, char *to)
{
	if (bytes->data == NULL)
		return to;
	memcpy(to, bytes->data, bytes->len);
	bytes->data = to;
	return to + bytes->len;
}

static int64
held_size(const FeedMessage *message)
{
	return MAXALIGN(sizeof(Held) + message->key.len + message->value.len);
}

bool
th_kafka_can_hold(const FeedMessage *message)
{
	return wire_size(message) <= largest && held_size(message) <= room;
}

bool
th_kafka_hold(KafkaTopic *topic, const FeedMessage *message)
{
	int64 size = held_size(message);
	Held *held = (Held *) (memory + end);

	if (end + size > room)
		return false;
	held->message = th_kafka_message(topic, message);
	held->size = (int) size;
	(void) keep(&held->message.value, keep(&held->message.key, (char *) (held + 1)));
	end += size;
	count++;
	return true;
}

/* The first of a transaction goes at once, so that the coordinator learns of it early. */
bool
th_kafka_hold_is_due(void)
{
	return count >= KAFKA_LOT || (th_kafka.transactional && !th_kafka.in_transaction);
}

static Held *
held_at(int64 offset)
{
	return (Held *) (memory + offset);
}

/* The first, and those behind it that go with it in one call. */
static int
first_lot(const KafkaMessage **lot)
{
	int n = 0;

	for (int64 at = first; at < end && n < KAFKA_LOT; at += held_at(at)->size)
	{
		lot[n] = &held_at(at)->message;
		if (n > 0 && !th_kafka_go_together(lot[0], lot[n]))
			break;
		n++;
	}
	return n;
}

/* False: the client has no room for all of them yet. */
bool
th_kafka_release(void)
{
	const KafkaMessage *lot[KAFKA_LOT];

	while (first < end)
	{
		int n = first_lot(lot);
		int taken;

		th_kafka_transaction_begin();
		taken = th_kafka_produce(lot, n);
		for (int i = 0; i < taken; i++)
			first += held_at(first)->size;
		count -= taken;
		if (taken < n)
			return false;
	}
	first = end = 0;
	return true;
}
