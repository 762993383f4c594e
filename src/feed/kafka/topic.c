/*
 * topic.c
 *	  Topics: whether they are there, making them, and their partitions.
 *
 * Keys are spread over the partitions that a topic had when it was asked last.  A topic
 * is asked again only when nothing is in flight, so what was sent by the old number is
 * durable before the first message by the new one.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "feed/kafka/kafka.h"

#define ASK_MISSING_MS 10000
#define ASK_PRESENT_MS 30000
#define NEW_TOPIC_MS 15000 /* so long brokers may not know a topic that was just made */
#define CREATE_MS 10000
#define ERROR_LEN 256

static HTAB *topics = NULL;

/* ---- options: the feed's win over the server's ---- */

static bool
feed_says(const char *name)
{
	JsonbValue value;

	return getKeyJsonValueFromContainer(&th_kafka.row->options->root, name, strlen(name),
										&value) != NULL;
}

static bool
may_create(void)
{
	char *text = th_kafka_server_option("create_topics");
	bool value;

	if (!feed_says("create_topics") && text != NULL && parse_bool(text, &value))
		return value;
	return th_feed_option_bool(th_kafka.row, "create_topics");
}

/* -1: the broker's default. */
static int
number_option(const char *name)
{
	char *text = th_kafka_server_option(name);
	int64 value = -1;

	if (feed_says(name))
		value = th_feed_option_int(th_kafka.row, name);
	else if (text != NULL)
		value = strtoll(text, NULL, 10);
	return value > 0 ? (int) value : -1;
}

static int64
interval_ms(const char *text)
{
	Interval *value = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
															ObjectIdGetDatum(InvalidOid),
															Int32GetDatum(-1)));

	return value->time / 1000 +
		   (value->day + (int64) value->month * DAYS_PER_MONTH) * SECS_PER_DAY * 1000;
}

static int64
retention_ms(void)
{
	char *text = th_kafka_server_option("topic_retention");

	if (feed_says("topic_retention"))
		return th_feed_option_int(th_kafka.row, "topic_retention");
	return text != NULL ? interval_ms(text) : -1;
}

static bool
is_option(const KafkaTopic *topic, const char *name)
{
	char *value = th_feed_option_text(th_kafka.row, name);

	return value != NULL && strcmp(value, topic->name) == 0;
}

/* ---- the table ---- */

static bool
is_topic_name(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] != '\0' && name[strspn(name, allowed)] == '\0' && strcmp(name, ".") != 0 &&
		   strcmp(name, "..") != 0;
}

static void
create_table(void)
{
	HASHCTL control = { 0 };

	control.keysize = KAFKA_TOPIC_LEN + 1;
	control.entrysize = sizeof(KafkaTopic);
	control.hcxt = TopMemoryContext;
	topics = hash_create("kafka topics", 64, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

KafkaTopic *
th_kafka_topic(const char *name, int len)
{
	char key[KAFKA_TOPIC_LEN + 1] = "";
	KafkaTopic *topic;
	bool found;

	if (len > KAFKA_TOPIC_LEN)
		return NULL;
	memcpy(key, name, len);
	if (strlen(key) != (size_t) len || !is_topic_name(key))
		return NULL;
	if (topics == NULL)
		create_table();
	topic = hash_search(topics, key, HASH_ENTER, &found);
	if (found)
		return topic;
	memset((char *) topic + sizeof(topic->name), 0, sizeof(KafkaTopic) - sizeof(topic->name));
	topic->next = th_kafka.topics;
	th_kafka.topics = topic;
	topic->handle = rd_kafka_topic_new(th_kafka.producer, topic->name, NULL);
	return topic;
}

void
th_kafka_topics_destroy(void)
{
	for (KafkaTopic *topic = th_kafka.topics; topic != NULL; topic = topic->next)
		if (topic->handle != NULL)
			rd_kafka_topic_destroy(topic->handle);
	th_kafka.topics = NULL;
	topics = NULL;
}

/* ---- making one ---- */

static void
miss(KafkaTopic *topic, rd_kafka_resp_err_t code, const char *reason)
{
	topic->state = KAFKA_TOPIC_MISSING;
	topic->code = code;
	topic->ask_at = th_monotonic_ms() + ASK_MISSING_MS;
	strlcpy(topic->reason, reason, sizeof(topic->reason));
}

static void
set_topic(rd_kafka_NewTopic_t *wanted, const char *name, int64 value)
{
	char text[32];

	snprintf(text, sizeof(text), INT64_FORMAT, value);
	(void) rd_kafka_NewTopic_set_config(wanted, name, text);
}

/* The position is read back at each start: kept short, whatever the broker's defaults. */
static void
configure(rd_kafka_NewTopic_t *wanted, bool is_position, bool is_compacted, int64 retention)
{
	if (is_compacted)
		(void) rd_kafka_NewTopic_set_config(wanted, "cleanup.policy", "compact");
	else if (retention > 0)
		set_topic(wanted, "retention.ms", retention);
	if (!is_position)
		return;
	set_topic(wanted, "segment.bytes", 16 * 1024 * 1024);
	set_topic(wanted, "segment.ms", 3600 * 1000);
	(void) rd_kafka_NewTopic_set_config(wanted, "min.cleanable.dirty.ratio", "0.1");
}

static void
request(KafkaTopic *topic, rd_kafka_NewTopic_t *wanted)
{
	char said[ERROR_LEN];
	rd_kafka_AdminOptions_t *options =
		rd_kafka_AdminOptions_new(th_kafka.producer, RD_KAFKA_ADMIN_OP_CREATETOPICS);

	(void) rd_kafka_AdminOptions_set_request_timeout(options, CREATE_MS, said, sizeof(said));
	rd_kafka_AdminOptions_set_opaque(options, topic);
	rd_kafka_CreateTopics(th_kafka.producer, &wanted, 1, options, th_kafka.events);
	rd_kafka_AdminOptions_destroy(options);
	topic->state = KAFKA_TOPIC_CREATING;
}

/* Options are read before the library gives us anything that an error would leak. */
static void
create(KafkaTopic *topic)
{
	bool is_position = is_option(topic, "position_topic");
	bool is_compacted = is_position || is_option(topic, "schema_topic");
	int partitions = is_compacted ? 1 : number_option("topic_partitions");
	int replication = number_option("topic_replication");
	int64 retention = retention_ms();
	char said[ERROR_LEN];
	rd_kafka_NewTopic_t *wanted =
		rd_kafka_NewTopic_new(topic->name, partitions, replication, said, sizeof(said));

	if (wanted == NULL)
	{
		miss(topic, RD_KAFKA_RESP_ERR__INVALID_ARG, said);
		return;
	}
	configure(wanted, is_position, is_compacted, retention);
	request(topic, wanted);
	rd_kafka_NewTopic_destroy(wanted);
}

/* Runs while its event exists: raises nothing. */
void
th_kafka_topic_created(KafkaTopic *topic, rd_kafka_resp_err_t code, const char *text)
{
	char reason[sizeof(topic->reason)];

	switch (code)
	{
		case RD_KAFKA_RESP_ERR_NO_ERROR:
		case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
			topic->made_at = th_monotonic_ms();
			topic->state = KAFKA_TOPIC_ASKING;
			return;
		case RD_KAFKA_RESP_ERR__TIMED_OUT:
		case RD_KAFKA_RESP_ERR__TRANSPORT:
		case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
		case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
			topic->state = KAFKA_TOPIC_ASKING;
			return;
		default:
			snprintf(reason, sizeof(reason), "could not create topic \"%s\" as %s: %s",
					 topic->name, th_kafka.principal,
					 text != NULL ? text : rd_kafka_err2str(code));
			miss(topic, code, reason);
	}
}

/* ---- asking the brokers ---- */

static void
miss_or_create(KafkaTopic *topic)
{
	char reason[sizeof(topic->reason)];

	if (topic->made_at != 0 && th_monotonic_ms() < topic->made_at + NEW_TOPIC_MS)
		topic->state = KAFKA_TOPIC_ASKING;
	else if (may_create())
		create(topic);
	else
	{
		snprintf(reason, sizeof(reason), "topic \"%s\" does not exist and may not be created",
				 topic->name);
		miss(topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, reason);
	}
}

static void
warn_of_partitions(const KafkaTopic *topic, int32 now)
{
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("topic \"%s\" has %d partitions instead of %d", topic->name, now,
					topic->partitions),
			 errdetail("What was sent before is durable; from now on keys may go to another "
					   "partition."),
			 errhint("Readers that rely on the order of a key must read the old partitions to "
					 "their end first.")));
}

static void
found(KafkaTopic *topic, int32 partitions)
{
	int32 before = topic->partitions;

	topic->state = KAFKA_TOPIC_PRESENT;
	topic->ask_at = th_monotonic_ms() + ASK_PRESENT_MS;
	topic->made_at = 0;
	if (before != 0 && before != partitions)
		warn_of_partitions(topic, partitions);
	topic->partitions = partitions;
}

/* What the brokers say; an error of the question itself changes nothing. */
static rd_kafka_resp_err_t
question(const KafkaTopic *topic, int32 *partitions)
{
	const struct rd_kafka_metadata *answer;
	rd_kafka_resp_err_t code =
		rd_kafka_metadata(th_kafka.producer, 0, topic->handle, &answer, KAFKA_SLICE_MS);

	*partitions = 0;
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return RD_KAFKA_RESP_ERR__TIMED_OUT;
	code = answer->topic_cnt == 1 ? answer->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	*partitions = answer->topic_cnt == 1 ? answer->topics[0].partition_cnt : 0;
	rd_kafka_metadata_destroy(answer);
	return code;
}

static void
ask(KafkaTopic *topic)
{
	int32 partitions;
	rd_kafka_resp_err_t code = question(topic, &partitions);
	char reason[sizeof(topic->reason)];

	switch (code)
	{
		case RD_KAFKA_RESP_ERR__TIMED_OUT:
		case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
			return;
		case RD_KAFKA_RESP_ERR_NO_ERROR:
			if (partitions > 0)
				found(topic, partitions);
			return;
		case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
			miss_or_create(topic);
			return;
		default:
			snprintf(reason, sizeof(reason), "topic \"%s\" cannot be used as %s: %s",
					 topic->name, th_kafka.principal, rd_kafka_err2str(code));
			miss(topic, code, reason);
	}
}

KafkaTopicState
th_kafka_topic_ask(KafkaTopic *topic)
{
	if (topic->state == KAFKA_TOPIC_ASKING ||
		(topic->state == KAFKA_TOPIC_MISSING && topic->ask_at <= th_monotonic_ms()))
		ask(topic);
	return topic->state;
}

/* One at a time: a flush must not wait for hundreds of answers. */
void
th_kafka_topics_recheck(void)
{
	int64 now = th_monotonic_ms();

	Assert(th_kafka.in_flight == 0);
	for (KafkaTopic *topic = th_kafka.topics; topic != NULL; topic = topic->next)
		if (topic->state == KAFKA_TOPIC_PRESENT && topic->ask_at <= now)
		{
			topic->ask_at = now + ASK_PRESENT_MS;
			ask(topic);
			return;
		}
}
