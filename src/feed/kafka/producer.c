/*
 * producer.c
 *	  Configuration of the clients from the options of the server and the user mapping.
 *
 * Every property of the library passes through; what exactly-once, memory and the exit
 * path rest on is set after them.  Names were checked when the server was made, values
 * only the library can judge, so they are judged here.  A secret stands in no message.
 */
#include "postgres.h"

#include <malloc.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/fd.h"

#include "feed/kafka/kafka.h"

/*
 * A message in the queue costs this beside its bytes; the library counts bytes alone, so
 * the number of messages is what bounds memory where they are small.
 */
#define MESSAGE_COST 512
#define MESSAGES_MIN 1024
#define MESSAGES_MAX 1000000

/* The rest of the memory is for what messages cost. */
#define LOANS(memory) ((memory) / 4 * 3)

/* The client's threads free requests of a megabyte as fast as they ask for them. */
#define FROM_THE_SYSTEM (8 * 1024 * 1024)
#define KEPT_FREE (16 * 1024 * 1024)

#define PASSWORD_LEN 1024
#define ERROR_LEN 512

/* Options of ours beside the library's. */
static const char *const own_options[] = {
	"create_topics", "password_file", "topic_partitions", "topic_replication", "topic_retention"
};

/* What keyed messages are spread by; keyless ones always go where the client likes. */
static const struct
{
	const char *name;
	KafkaPartitioner function;
} partitioners[] = {
	{ "murmur2_random", rd_kafka_msg_partitioner_murmur2 },
	{ "murmur2", rd_kafka_msg_partitioner_murmur2 },
	{ "consistent_random", rd_kafka_msg_partitioner_consistent },
	{ "consistent", rd_kafka_msg_partitioner_consistent },
	{ "fnv1a_random", rd_kafka_msg_partitioner_fnv1a },
	{ "fnv1a", rd_kafka_msg_partitioner_fnv1a },
};

static bool
is_own(const char *name)
{
	for (int i = 0; i < (int) lengthof(own_options); i++)
		if (strcmp(name, own_options[i]) == 0)
			return true;
	return false;
}

static bool
is_secret(const char *name)
{
	static const char *const marks[] = {
		"password", "passphrase", "secret", "key.pem", "oauthbearer.config"
	};

	for (int i = 0; i < (int) lengthof(marks); i++)
		if (strstr(name, marks[i]) != NULL)
			return true;
	return false;
}

char *
th_kafka_server_option(const char *name)
{
	ListCell *cell;

	foreach(cell, th_kafka.server_options)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, name) == 0)
			return defGetString(option);
	}
	return NULL;
}

/* What is sent in text to the log says who, never with what. */
static char *
describe_principal(void)
{
	char *user = th_kafka_server_option("sasl.username");
	char *mechanism = th_kafka_server_option("sasl.mechanism");
	char *certificate = th_kafka_server_option("ssl.certificate.location");

	if (mechanism == NULL)
		mechanism = th_kafka_server_option("sasl.mechanisms");
	if (user != NULL)
		return psprintf("\"%s\" by %s", user, mechanism != NULL ? mechanism : "SASL");
	if (certificate != NULL)
		return psprintf("the owner of certificate \"%s\"", certificate);
	return pstrdup("anonymous");
}

/* The library's own text shows the value too, so of a secret neither is told. */
TH_NORETURN static void
raise_wrong_value(const char *name, const char *value, const char *said)
{
	if (is_secret(name))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("the Kafka client refuses the value of option \"%s\" of server \"%s\"",
						name, th_kafka.row->server)));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("the Kafka client refuses the value of option \"%s\" of server \"%s\": \"%s\"",
					name, th_kafka.row->server, value),
			 errdetail_internal("%s.", said)));
}

static void
set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char said[ERROR_LEN];

	if (rd_kafka_conf_set(conf, name, value, said, sizeof(said)) != RD_KAFKA_CONF_OK)
	{
		rd_kafka_conf_destroy(conf);
		raise_wrong_value(name, value, said);
	}
}

static void
set_int(rd_kafka_conf_t *conf, const char *name, int64 value)
{
	char text[32];

	snprintf(text, sizeof(text), INT64_FORMAT, value);
	set(conf, name, text);
}

static int64
get_int(const rd_kafka_conf_t *conf, const char *name)
{
	char text[64] = "";
	size_t size = sizeof(text);

	(void) rd_kafka_conf_get(conf, name, text, &size);
	return strtoll(text, NULL, 10);
}

/* First line of the file; it never stands in a catalog, a dump or a statement log. */
static bool
read_password(const char *path, char *line, int size)
{
	FILE *file = AllocateFile(path, "r");
	bool done;

	if (file == NULL)
		return false;
	errno = 0;
	done = fgets(line, size, file) != NULL;
	FreeFile(file);
	line[strcspn(line, "\r\n")] = '\0';
	return done;
}

static void
set_password_from(rd_kafka_conf_t *conf, const char *path)
{
	char line[PASSWORD_LEN] = "";

	if (!read_password(path, line, sizeof(line)))
	{
		int saved = errno;

		rd_kafka_conf_destroy(conf);
		errno = saved;
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read a password from file \"%s\": %s", path,
						saved != 0 ? strerror(saved) : "it is empty"),
				 errhint("Option \"password_file\" of server \"%s\" names it.",
						 th_kafka.row->server)));
	}
	set(conf, "sasl.password", line);
	explicit_bzero(line, sizeof(line));
}

static void
set_from_server(rd_kafka_conf_t *conf)
{
	ListCell *cell;
	char *path = th_kafka_server_option("password_file");

	foreach(cell, th_kafka.server_options)
	{
		DefElem *option = lfirst(cell);

		if (!is_own(option->defname))
			set(conf, option->defname, defGetString(option));
	}
	if (path != NULL)
		set_password_from(conf, path);
}

static void
warn_of_kinit(const rd_kafka_conf_t *conf)
{
	char protocol[64] = "";
	char mechanism[64] = "";
	size_t size = sizeof(protocol);

	(void) rd_kafka_conf_get(conf, "security.protocol", protocol, &size);
	size = sizeof(mechanism);
	(void) rd_kafka_conf_get(conf, "sasl.mechanisms", mechanism, &size);
	if (pg_strncasecmp(protocol, "sasl", 4) == 0 && pg_strcasecmp(mechanism, "GSSAPI") == 0)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("server \"%s\" uses GSSAPI, for which the client runs a command in a shell",
						th_kafka.row->server),
				 errhint("Set \"sasl.kerberos.kinit.cmd\" to \"true\" and renew the ticket outside.")));
}

static KafkaPartitioner
partitioner_of_keys(void)
{
	char *name = th_kafka_server_option("partitioner");

	if (name == NULL)
		return rd_kafka_msg_partitioner_murmur2;
	for (int i = 0; i < (int) lengthof(partitioners); i++)
		if (strcmp(name, partitioners[i].name) == 0)
			return partitioners[i].function;
	return NULL;
}

/*
 * A transaction has an end, and a message that cannot be delivered within it is an error
 * of the transaction.  Without transactions a message that gives up would be a gap, so
 * there none ever does.
 */
static void
set_guarantees(rd_kafka_conf_t *conf)
{
	int64 end = get_int(conf, "transaction.timeout.ms");

	set(conf, "enable.idempotence", "true");
	set(conf, "acks", "all");
	if (!th_kafka.transactional)
	{
		set(conf, "message.timeout.ms", "0");
		return;
	}
	set(conf, "transactional.id", psprintf("tidehold-%s", th_kafka.id));
	set_int(conf, "message.timeout.ms", Max(end - end / 10, 1));
}

static int
messages_at_most(int64 memory)
{
	return (int) Min(Max(memory / MESSAGE_COST, MESSAGES_MIN), MESSAGES_MAX);
}

static void
set_limits(rd_kafka_conf_t *conf, int64 memory)
{
	int64 largest = get_int(conf, "message.max.bytes");

	set_int(conf, "queue.buffering.max.kbytes", Max(memory, largest) / 1024 + 1);
	set_int(conf, "queue.buffering.max.messages", messages_at_most(memory));
	if (th_kafka.careful)
		set(conf, "batch.num.messages", "1");
}

/* Its threads inherit the mask: a signal is this process's own to take. */
static rd_kafka_t *
create(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char said[ERROR_LEN];
	sigset_t all;
	sigset_t before;
	rd_kafka_t *client;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	client = rd_kafka_new(type, conf, said, sizeof(said));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (client != NULL)
		return client;
	rd_kafka_conf_destroy(conf);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("the options of server \"%s\" make no Kafka client", th_kafka.row->server),
			 errdetail_internal("%s.", said)));
}

static void
watch_events(void)
{
	static const uint64 one = 1;

	th_kafka.events = rd_kafka_queue_get_main(th_kafka.producer);
	(void) rd_kafka_set_log_queue(th_kafka.producer, th_kafka.events);
	rd_kafka_queue_io_event_enable(th_kafka.events, th_kafka.event_fd, &one, sizeof(one));
}

/*
 * Memory that goes back to the system at every free is paid for page by page when it is asked
 * for again: that was a page for every four kilobytes sent.
 */
static void
keep_free_memory(void)
{
	(void) mallopt(M_MMAP_THRESHOLD, FROM_THE_SYSTEM);
	(void) mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
}

void
th_kafka_producer_create(const FeedSinkStart *start)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	th_kafka.principal = describe_principal();
	th_kafka.partitioner = partitioner_of_keys();
	set(conf, "client.id", "tidehold");
	set(conf, "reconnect.backoff.max.ms", "1000");
	set(conf, "partitioner", "murmur2_random");
	/* Nobody sees a message before its transaction ends, and a flush does not wait for it. */
	if (th_kafka.transactional)
		set(conf, "linger.ms", "20");
	set_from_server(conf);
	set_guarantees(conf);
	set_limits(conf, LOANS(start->memory));
	/* Or a broker that makes topics by itself would make ours, with its own numbers. */
	set(conf, "allow.auto.create.topics", "false");
	set(conf, "log.queue", "true");
	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
	warn_of_kinit(conf);
	th_kafka_commits_create();
	th_kafka.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (th_kafka.event_fd < 0)
	{
		rd_kafka_conf_destroy(conf);
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("could not create an event descriptor: %m")));
	}
	keep_free_memory();
	th_kafka.producer = create(RD_KAFKA_PRODUCER, conf);
	th_kafka_loan_create(LOANS(start->memory));
	th_kafka_hold_create(messages_at_most(LOANS(start->memory)));
	watch_events();
}

/* Reads the position back; the producer reports errors, so this one is silent. */
rd_kafka_t *
th_kafka_consumer_create(void)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	set(conf, "client.id", "tidehold");
	set_from_server(conf);
	set(conf, "isolation.level", "read_committed");
	set(conf, "enable.partition.eof", "true");
	set(conf, "enable.auto.commit", "false");
	set(conf, "auto.offset.reset", "earliest");
	set(conf, "allow.auto.create.topics", "false");
	set(conf, "fetch.wait.max.ms", "10");
	set(conf, "fetch.error.backoff.ms", "50");
	rd_kafka_conf_set_log_cb(conf, NULL);
	return create(RD_KAFKA_CONSUMER, conf);
}
