/*
 * admin.c
 *	  What kcat cannot do for the tests.
 *
 *	admin BROKERS create TOPIC PARTITIONS REPLICATION [NAME=VALUE...]
 *	admin BROKERS delete TOPIC
 *	admin BROKERS partitions TOPIC TOTAL
 *	admin BROKERS configure TOPIC NAME=VALUE...
 *	admin BROKERS fence TRANSACTIONAL_ID			fences whoever uses it, and ends
 *	admin BROKERS hang TRANSACTIONAL_ID TOPIC		prints "open" with a transaction open, and stays
 *
 * Properties of librdkafka for all of them: environment ADMIN_PROPERTIES, a line
 * NAME=VALUE for each.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#define TIMEOUT_MS 30000

static rd_kafka_t *handle;

static void
leave(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static void
leave_on(rd_kafka_error_t *error)
{
	if (error != NULL)
		leave("%s: %s", rd_kafka_error_name(error), rd_kafka_error_string(error));
}

/* Cuts NAME=VALUE in two. */
static char *
value_of(char *pair)
{
	char *sign = strchr(pair, '=');

	if (sign == NULL)
		leave("no value in \"%s\"", pair);
	*sign = '\0';
	return sign + 1;
}

static void
set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char error[512];

	if (rd_kafka_conf_set(conf, name, value, error, sizeof(error)) != RD_KAFKA_CONF_OK)
		leave("%s", error);
}

static void
set_from_environment(rd_kafka_conf_t *conf)
{
	const char *given = getenv("ADMIN_PROPERTIES");
	char *lines = strdup(given != NULL ? given : "");
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
	{
		const char *value = value_of(line);

		set(conf, line, value);
	}
	free(lines);
}

static void
start(const char *brokers, const char *transactional_id)
{
	char error[512];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	set(conf, "bootstrap.servers", brokers);
	if (transactional_id != NULL)
		set(conf, "transactional.id", transactional_id);
	set_from_environment(conf);
	handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
	if (handle == NULL)
		leave("%s", error);
}

/* Results of the three calls about topics have one form. */
static const rd_kafka_topic_result_t **
topic_results(rd_kafka_event_t *event, size_t *count)
{
	switch (rd_kafka_event_type(event))
	{
		case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
			return rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event),
													   count);
		case RD_KAFKA_EVENT_DELETETOPICS_RESULT:
			return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event),
													   count);
		case RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT:
			return rd_kafka_CreatePartitions_result_topics(
				rd_kafka_event_CreatePartitions_result(event), count);
		default:
			*count = 0;
			return NULL;
	}
}

static void
finish(rd_kafka_queue_t *queue)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
	size_t count = 0;
	const rd_kafka_topic_result_t **results;

	if (event == NULL)
		leave("no answer");
	if (rd_kafka_event_error(event))
		leave("%s", rd_kafka_event_error_string(event));
	results = topic_results(event, &count);
	for (size_t i = 0; i < count; i++)
		if (rd_kafka_topic_result_error(results[i]))
			leave("%s: %s", rd_kafka_topic_result_name(results[i]), rd_kafka_err2name(rd_kafka_topic_result_error(results[i])));
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
}

static void
create(int argc, char **argv)
{
	char error[512];
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	rd_kafka_NewTopic_t *topic;

	if (argc < 3)
		leave("create TOPIC PARTITIONS REPLICATION [NAME=VALUE...]");
	topic = rd_kafka_NewTopic_new(argv[0], (int) strtol(argv[1], NULL, 10),
								  (int) strtol(argv[2], NULL, 10), error, sizeof(error));
	if (topic == NULL)
		leave("%s", error);
	for (int i = 3; i < argc; i++)
	{
		const char *value = value_of(argv[i]);

		rd_kafka_NewTopic_set_config(topic, argv[i], value);
	}
	rd_kafka_CreateTopics(handle, &topic, 1, NULL, queue);
	finish(queue);
	rd_kafka_NewTopic_destroy(topic);
}

static void delete (char **argv)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(argv[0]);

	rd_kafka_DeleteTopics(handle, &topic, 1, NULL, queue);
	finish(queue);
	rd_kafka_DeleteTopic_destroy(topic);
}

static void
add_partitions(char **argv)
{
	char error[512];
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	rd_kafka_NewPartitions_t *more =
		rd_kafka_NewPartitions_new(argv[0], strtoul(argv[1], NULL, 10), error, sizeof(error));

	if (more == NULL)
		leave("%s", error);
	rd_kafka_CreatePartitions(handle, &more, 1, NULL, queue);
	finish(queue);
	rd_kafka_NewPartitions_destroy(more);
}

/* Settings that are not named go back to their defaults. */
static void
configure(int argc, char **argv)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	rd_kafka_ConfigResource_t *topic =
		rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, argv[0]);

	for (int i = 1; i < argc; i++)
	{
		const char *value = value_of(argv[i]);

		rd_kafka_ConfigResource_set_config(topic, argv[i], value);
	}
	rd_kafka_AlterConfigs(handle, &topic, 1, NULL, queue);
	finish(queue);
	rd_kafka_ConfigResource_destroy(topic);
}

static void
hang(const char *topic)
{
	leave_on(rd_kafka_init_transactions(handle, TIMEOUT_MS));
	leave_on(rd_kafka_begin_transaction(handle));
	if (rd_kafka_producev(handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_VALUE("hanging", 7),
						  RD_KAFKA_V_END))
		leave("could not produce to \"%s\"", topic);
	if (rd_kafka_flush(handle, TIMEOUT_MS))
		leave("could not flush");
	puts("open");
	fflush(stdout);
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	const char *command = argc > 3 ? argv[2] : "";
	int transactional = strcmp(command, "fence") == 0 || strcmp(command, "hang") == 0;

	if (argc < 4)
		leave("admin BROKERS COMMAND NAME ...");
	start(argv[1], transactional ? argv[3] : NULL);
	if (strcmp(command, "create") == 0)
		create(argc - 3, argv + 3);
	else if (strcmp(command, "delete") == 0)
		delete (argv + 3);
	else if (strcmp(command, "partitions") == 0 && argc == 5)
		add_partitions(argv + 3);
	else if (strcmp(command, "configure") == 0)
		configure(argc - 3, argv + 3);
	else if (strcmp(command, "fence") == 0)
		leave_on(rd_kafka_init_transactions(handle, TIMEOUT_MS));
	else if (strcmp(command, "hang") == 0 && argc == 5)
		hang(argv[4]);
	else
		leave("no command \"%s\"", command);
	rd_kafka_destroy(handle);
	return 0;
}
