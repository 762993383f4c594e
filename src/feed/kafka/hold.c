/*
 * hold.c
 *	  Messages of the next batch, while the transaction of the last one is being committed.
 *
 * The client takes none then, and what was taken before the commit began would be in that
 * transaction.  So they are kept here, in their order, until the next one is begun.  Only
 * the process itself touches the memory; when it ends they are lost, and its successor
 * reads them from the WAL again, for no position covers them.
 *
 * What the client may refuse by its size is not taken: it waits for the commit, so that
 * its refusal comes when it is sent.
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

bool
th_kafka_hold(KafkaTopic *topic, const FeedMessage *message)
{
	int64 size = MAXALIGN(sizeof(Held) + message->key.len + message->value.len);
	Held *held = (Held *) (memory + end);

	if (end + size > room || wire_size(message) > largest)
		return false;
	held->message = th_kafka_message(topic, message);
	held->size = (int) size;
	(void) keep(&held->message.value, keep(&held->message.key, (char *) (held + 1)));
	end += size;
	count++;
	return true;
}

/* False: the client has no room for all of them yet. */
bool
th_kafka_release(void)
{
	while (first < end)
	{
		Held *held = (Held *) (memory + first);

		th_kafka_transaction_begin();
		if (!th_kafka_produce(&held->message))
			return false;
		first += held->size;
		count--;
	}
	first = end = 0;
	return true;
}
