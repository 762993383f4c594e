/*
 * produce.c
 *	  Messages as the client takes them: one, or many in a call.
 */
#include "postgres.h"

#include "feed/kafka/kafka.h"

/*
 * The partition is chosen here and not by the client, which would go over to a new number
 * of partitions in the middle of a batch.
 */
static int32
partition_of(const KafkaTopic *topic, const FeedBytes *key)
{
	if (key->data == NULL || key->len == 0 || th_kafka.partitioner == NULL)
		return RD_KAFKA_PARTITION_UA;
	return th_kafka.partitioner(topic->handle, key->data, key->len, topic->partitions, NULL, NULL);
}

static rd_kafka_headers_t *
headers_of(const FeedMessage *message)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(message->header_count);

	for (int i = 0; i < message->header_count; i++)
	{
		const FeedField *header = &message->headers[i];

		(void) rd_kafka_header_add(headers, header->name.data, header->name.len,
								   header->value.data, header->value.len);
	}
	return headers;
}

KafkaMessage
th_kafka_message(KafkaTopic *topic, const FeedMessage *message)
{
	return (KafkaMessage){
		.topic = topic,
		.flight = {
			.commit_lsn = message->txn != NULL ? message->txn->commit_lsn : InvalidXLogRecPtr,
			.index = message->index,
			.part = message->part,
		},
		.key = message->key,
		.value = message->value,
		.headers = message->header_count > 0 ? headers_of(message) : NULL,
	};
}

TH_NORETURN static void
raise_not_sent(const KafkaMessage *message, rd_kafka_resp_err_t code)
{
	if (code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__FATAL)
		th_kafka_give_up();
	th_kafka_raise(code, "send",
				   psprintf("topic \"%s\": %s", message->topic->name, rd_kafka_err2str(code)));
}

static rd_kafka_message_t
depart(const KafkaMessage *message)
{
	rd_kafka_message_t lent = {
		.partition = partition_of(message->topic, &message->key),
		.payload = (void *) message->value.data,
		.len = message->value.len,
		.key = (void *) message->key.data,
		.key_len = message->key.len,
		._private = th_kafka_opaque(message->flight),
	};

	th_kafka_depart(message->key.len + message->value.len);
	return lent;
}

rd_kafka_resp_err_t
th_kafka_produce_one(const KafkaMessage *message)
{
	int flags = message->loan == NULL ? RD_KAFKA_MSG_F_COPY : 0;
	rd_kafka_resp_err_t code;

	code = rd_kafka_producev(th_kafka.producer, RD_KAFKA_V_RKT(message->topic->handle),
							 RD_KAFKA_V_PARTITION(partition_of(message->topic, &message->key)),
							 RD_KAFKA_V_MSGFLAGS(flags),
							 RD_KAFKA_V_VALUE((void *) message->value.data, message->value.len),
							 RD_KAFKA_V_KEY(message->key.data, message->key.len),
							 RD_KAFKA_V_HEADERS(message->headers),
							 RD_KAFKA_V_OPAQUE(th_kafka_opaque(message->flight)), RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		th_kafka_depart(message->key.len + message->value.len);
	else if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL && code != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
		raise_not_sent(message, code);
	return code;
}

bool
th_kafka_go_together(const KafkaMessage *one, const KafkaMessage *other)
{
	return one->topic == other->topic && one->headers == NULL && other->headers == NULL;
}

/* The queue is full from the first on that is not taken, so what is taken is in order. */
static int
produce_many(const KafkaMessage *messages, int n)
{
	rd_kafka_message_t lot[KAFKA_LOT];
	int commits = th_kafka.commit_count;
	int taken = 0;

	for (int i = 0; i < n; i++)
		lot[i] = depart(&messages[i]);
	(void) rd_kafka_produce_batch(messages[0].topic->handle, RD_KAFKA_PARTITION_UA,
								  RD_KAFKA_MSG_F_PARTITION, lot, n);
	while (taken < n && lot[taken].err == RD_KAFKA_RESP_ERR_NO_ERROR)
		taken++;
	if (taken < n && lot[taken].err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
		raise_not_sent(&messages[taken], lot[taken].err);
	if (taken < n)
		th_kafka_come_back(lot, taken, n, commits);
	return taken;
}

int
th_kafka_produce(const KafkaMessage *messages, int n)
{
	if (messages[0].headers == NULL)
		return produce_many(messages, n);
	return th_kafka_produce_one(messages) == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
}
