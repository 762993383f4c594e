/*
 * option.c
 *	  What may be said of a feed and of its server, and which values are right.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/nearest.h"
#include "base/settings.h"
#include "core/feed/template.h"
#include "feed/option.h"

#define KB INT64CONST(1024)
#define MB (1024 * KB)
#define GB (1024 * MB)
#define DAY_MS INT64CONST(86400000)
#define DAYS_MAX 36500

#define FEED FEED_ON_FEED
#define SERVER FEED_ON_SERVER
#define USER FEED_ON_MAPPING

/* name, type, where, default for Kafka, for Redis (NULL: not there), range, choices */
static const FeedOption options[] = {
	{ "batch_bytes", FEED_OPTION_SIZE, FEED, "64MB", "8MB", KB, GB, NULL },
	{ "batch_interval", FEED_OPTION_DURATION, FEED, "300", "100", 0, 60000, NULL },
	{ "create_topics", FEED_OPTION_BOOL, FEED | SERVER, "true", NULL, 0, 0, NULL },
	{ "destination", FEED_OPTION_TEMPLATE, FEED, "{$schema}.{$table}", "{$table}:{$key}", 0, 0, NULL },
	{ "emit", FEED_OPTION_BOOL, FEED, "true", "false", 0, 0, NULL },
	{ "envelope", FEED_OPTION_CHOICE, FEED, "debezium", "flat", 0, 0, "debezium flat cloudevents" },
	{ "guard_ttl", FEED_OPTION_DURATION, FEED, NULL, "1 day", 1000, DAYS_MAX *DAY_MS, NULL },
	{ "hold_back", FEED_OPTION_DURATION, FEED, NULL, "1000", 0, DAY_MS, NULL },
	{ "mode", FEED_OPTION_CHOICE, FEED, "transactional", NULL, 0, 0, "transactional idempotent" },
	{ "on_refusal", FEED_OPTION_CHOICE, FEED, "block_key", "block_key", 0, 0, "block_key go_on stop" },
	{ "on_slot_loss", FEED_OPTION_CHOICE, FEED, "park", "park", 0, 0, "park republish resnapshot" },
	{ "on_wal_budget", FEED_OPTION_CHOICE, FEED, "warn", "warn", 0, 0, "warn park drop" },
	{ "position_topic", FEED_OPTION_TOPIC, FEED, "tidehold.position", NULL, 1, 249, NULL },
	{ "schema_topic", FEED_OPTION_TOPIC, FEED, "tidehold.schema", NULL, 0, 249, NULL },
	{ "snapshot", FEED_OPTION_CHOICE, FEED, "initial", "initial", 0, 0, "initial none" },
	{ "stream_max_length", FEED_OPTION_INT, FEED, NULL, "0", 0, PG_INT64_MAX, NULL },
	{ "tombstones", FEED_OPTION_BOOL, FEED, "true", NULL, 0, 0, NULL },
	{ "topic_partitions", FEED_OPTION_INT, FEED | SERVER, "", NULL, 1, 100000, NULL },
	{ "topic_replication", FEED_OPTION_INT, FEED | SERVER, "", NULL, 1, PG_INT16_MAX, NULL },
	{ "topic_retention", FEED_OPTION_DURATION, FEED | SERVER, "", NULL, 1, DAYS_MAX *DAY_MS, NULL },
	{ "transaction_bytes", FEED_OPTION_SIZE, FEED, "64MB", "64MB", 64 * KB, GB, NULL },
	{ "ttl", FEED_OPTION_DURATION, FEED, NULL, "", 1, DAYS_MAX *DAY_MS, NULL },
	{ "value", FEED_OPTION_CHOICE, FEED, NULL, "hash", 0, 0, "hash json stream publish" },
	{ "wal_budget", FEED_OPTION_SIZE, FEED, "16GB", "16GB", 64 * MB, PG_INT64_MAX, NULL },

	{ "cluster", FEED_OPTION_BOOL, SERVER, NULL, "false", 0, 0, NULL },
	{ "connect_timeout", FEED_OPTION_DURATION, SERVER, NULL, "", 1, 600000, NULL },
	{ "database", FEED_OPTION_INT, SERVER, NULL, "0", 0, PG_INT16_MAX, NULL },
	{ "host", FEED_OPTION_TEXT, SERVER, NULL, "", 1, 255, NULL },
	{ "port", FEED_OPTION_INT, SERVER, NULL, "6379", 1, PG_UINT16_MAX, NULL },
	{ "sentinel_master", FEED_OPTION_TEXT, SERVER, NULL, "", 1, 255, NULL },
	{ "sentinels", FEED_OPTION_HOSTS, SERVER, NULL, "", 0, 0, NULL },
	{ "tls", FEED_OPTION_BOOL, SERVER, NULL, "false", 0, 0, NULL },
	{ "tls_ca", FEED_OPTION_TEXT, SERVER | FEED_READS_FILE, NULL, "", 1, MAXPGPATH - 1, NULL },
	{ "tls_cert", FEED_OPTION_TEXT, SERVER | FEED_READS_FILE, NULL, "", 1, MAXPGPATH - 1, NULL },
	{ "tls_key", FEED_OPTION_TEXT, SERVER | FEED_READS_FILE, NULL, "", 1, MAXPGPATH - 1, NULL },
	{ "tls_server_name", FEED_OPTION_TEXT, SERVER, NULL, "", 1, 255, NULL },

	{ "password", FEED_OPTION_TEXT, USER, NULL, "", 0, 4096, NULL },
	{ "password_file", FEED_OPTION_TEXT, USER | FEED_READS_FILE, "", "", 1, MAXPGPATH - 1, NULL },
	{ "sentinel_password", FEED_OPTION_TEXT, USER, NULL, "", 0, 4096, NULL },
	{ "sentinel_username", FEED_OPTION_TEXT, USER, NULL, "", 0, 255, NULL },
	{ "username", FEED_OPTION_TEXT, USER, NULL, "", 0, 255, NULL },
};

static bool
stands_there(const FeedOption *option, FeedKind kind, int place)
{
	const char *own = kind == FEED_KAFKA ? option->kafka : option->redis;

	return (option->flags & place) != 0 && own != NULL;
}

const FeedOption *
th_option_find(FeedKind kind, int place, const char *name)
{
	for (size_t i = 0; i < lengthof(options); i++)
		if (stands_there(&options[i], kind, place) && strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

/* Asked for an option of the other kind, it answers with that kind's default. */
static const FeedOption *
find_of_feed(const char *name)
{
	for (size_t i = 0; i < lengthof(options); i++)
		if ((options[i].flags & FEED) != 0 && strcmp(options[i].name, name) == 0)
			return &options[i];
	elog(ERROR, "there is no feed option \"%s\"", name);
}

const char *
th_option_default(FeedKind kind, const char *name)
{
	const FeedOption *option = find_of_feed(name);
	const char *own = kind == FEED_KAFKA ? option->kafka : option->redis;

	if (own != NULL)
		return own;
	return kind == FEED_KAFKA ? option->redis : option->kafka;
}

const char *
th_option_nearest(FeedKind kind, int place, const char *name)
{
	ThNearest nearest;

	th_nearest_start(&nearest, name);
	for (size_t i = 0; i < lengthof(options); i++)
		if (stands_there(&options[i], kind, place))
			th_nearest_try(&nearest, options[i].name);
	if (kind == FEED_KAFKA && place != FEED_ON_FEED)
		th_property_nearest(&nearest, place);
	return nearest.name;
}

/* ---- values ---- */

int64
th_interval_ms(const Interval *span)
{
	int64 days = (int64) span->month * DAYS_PER_MONTH + span->day;

	return days * DAY_MS + span->time / 1000;
}

static bool
is_digits(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

static int64
parse_duration(const char *text)
{
	Datum span;

	if (is_digits(text))
		return pg_strtoint64(text);
	span = DirectFunctionCall3(interval_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
	return th_interval_ms(DatumGetIntervalP(span));
}

static int64
parse_number(const FeedOption *option, const char *text)
{
	switch (option->type)
	{
		case FEED_OPTION_SIZE:
			return DatumGetInt64(DirectFunctionCall1(pg_size_bytes, CStringGetTextDatum(text)));
		case FEED_OPTION_DURATION:
			return parse_duration(text);
		default:
			return pg_strtoint64(text);
	}
}

static bool
number_is_right(const FeedOption *option, const char *text, int64 *value, const char **expected)
{
	*value = parse_number(option, text);
	if (*value >= option->min && *value <= option->max)
		return true;
	*expected = option->max == PG_INT64_MAX ?
					psprintf("at least " INT64_FORMAT, option->min) :
					psprintf("from " INT64_FORMAT " to " INT64_FORMAT, option->min, option->max);
	if (option->type != FEED_OPTION_INT)
		*expected = psprintf("%s %s", *expected,
							 option->type == FEED_OPTION_SIZE ? "bytes" : "milliseconds");
	return false;
}

static bool
text_is_right(const FeedOption *option, const char *text, const char **expected)
{
	int64 len = strlen(text);

	if (len >= option->min && len <= option->max)
		return true;
	*expected = psprintf("a text of " INT64_FORMAT " to " INT64_FORMAT " bytes", option->min,
						 option->max);
	return false;
}

/* As brokers check it. */
static bool
topic_is_right(const FeedOption *option, const char *text, const char **expected)
{
	if (!text_is_right(option, text, expected))
		return false;
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0' &&
		strcmp(text, ".") != 0 && strcmp(text, "..") != 0)
		return true;
	*expected = "the name of a topic: letters, digits, dots, underscores and dashes";
	return false;
}

static bool
choice_is_right(const FeedOption *option, const char *text, const char **expected)
{
	size_t len = strlen(text);

	for (const char *choice = option->choices; *choice != '\0';)
	{
		size_t choice_len = strcspn(choice, " ");

		if (choice_len == len && strncmp(choice, text, len) == 0)
			return true;
		choice += choice_len;
		choice += strspn(choice, " ");
	}
	*expected = psprintf("one of: %s", option->choices);
	return false;
}

static bool
is_host_and_port(const char *text, size_t len)
{
	char *copy = pnstrdup(text, len);
	char *colon = strrchr(copy, ':');
	int port;

	if (colon == NULL || colon == copy || !is_digits(colon + 1) || strlen(colon + 1) > 5)
		return false;
	port = pg_strtoint32(colon + 1);
	return port >= 1 && port <= PG_UINT16_MAX;
}

static bool
hosts_are_right(const char *text, const char **expected)
{
	*expected = "a list host:port,host:port";
	for (;;)
	{
		size_t len = strcspn(text, ",");

		if (!is_host_and_port(text, len))
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

static bool
template_is_right(const char *text, const char **expected)
{
	FeedTemplateError error;

	if (feed_template_parse(text, strlen(text), NULL, 0, &error) > 0)
		return true;
	*expected = text[0] == '\0' ? "a template that is not empty" :
								  psprintf("a template: %s (byte %zu)", error.problem, error.at + 1);
	return false;
}

bool
th_option_parse(const FeedOption *option, const char *text, int64 *value, const char **expected)
{
	bool on;

	*value = 0;
	switch (option->type)
	{
		case FEED_OPTION_BOOL:
			*expected = "true or false";
			if (!parse_bool(text, &on))
				return false;
			*value = on;
			return true;
		case FEED_OPTION_TEXT:
			return text_is_right(option, text, expected);
		case FEED_OPTION_TOPIC:
			return topic_is_right(option, text, expected);
		case FEED_OPTION_CHOICE:
			return choice_is_right(option, text, expected);
		case FEED_OPTION_HOSTS:
			return hosts_are_right(text, expected);
		case FEED_OPTION_TEMPLATE:
			return template_is_right(text, expected);
		default:
			return number_is_right(option, text, value, expected);
	}
}

/* The type's own input functions do not know whose value they read. */
static void
name_the_option(void *arg)
{
	const FeedOption *option = arg;

	errcontext("option \"%s\"", option->name);
}

void
th_option_check(const FeedOption *option, const char *text)
{
	ErrorContextCallback context = { error_context_stack, name_the_option,
									 unconstify(FeedOption *, option) };
	const char *expected;
	int64 value;

	error_context_stack = &context;
	if (!th_option_parse(option, text, &value, &expected))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("invalid value for option \"%s\": \"%s\"", option->name, text),
				 errdetail("The value must be %s.", expected)));
	error_context_stack = context.previous;
}

/* ---- the options of a feed ---- */

char *
th_option_scalar(const JsonbValue *value, const char *name)
{
	switch (value->type)
	{
		case jbvNull:
			return NULL;
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
					 errmsg("value of \"%s\" is an array or an object", name)));
	}
}

char *
th_option_in(Jsonb *options_given, const char *name)
{
	JsonbContainer *root = &options_given->root;
	JsonbValue *value = getKeyJsonValueFromContainer(root, name, strlen(name), NULL);

	return value == NULL ? NULL : th_option_scalar(value, name);
}

static void
check_option_of_feed(FeedKind kind, const char *name, const char *text)
{
	const FeedOption *option = th_option_find(kind, FEED, name);
	const char *nearest;

	if (option == NULL)
	{
		nearest = th_option_nearest(kind, FEED, name);
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("a feed to %s has no option \"%s\"", kind == FEED_KAFKA ? "Kafka" : "Redis", name),
				 nearest ? errhint("Perhaps you meant the option \"%s\".", nearest) : 0));
	}
	if (text != NULL)
		th_option_check(option, text);
}

/* A copy of the cluster, which has the same feeds, would repair them too. */
static void
require_token(Jsonb *options_given)
{
	char *policy = th_option_in(options_given, "on_slot_loss");

	if (policy == NULL || strcmp(policy, "park") == 0)
		return;
	if (th_setting_cluster_token != NULL && th_setting_cluster_token[0] != '\0')
		return;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
			 errmsg("option \"on_slot_loss\" is \"%s\", but tidehold.cluster_token is not set", policy),
			 errhint("Set tidehold.cluster_token outside the data directory, so that a copy of this cluster does not publish.")));
}

void
th_feed_check_options(FeedKind kind, Jsonb *options_given)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue item;

	if (!JB_ROOT_IS_OBJECT(options_given))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("options of a feed are not a JSON object")));
	iterator = JsonbIteratorInit(&options_given->root);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		char *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(item.val.string.val, item.val.string.len);
		(void) JsonbIteratorNext(&iterator, &item, true);
		check_option_of_feed(kind, name, th_option_scalar(&item, name));
	}
	require_token(options_given);
}

/* ---- accessors ---- */

char *
th_feed_option_text(const FeedRow *row, const char *name)
{
	char *text = th_option_in(row->options, name);

	if (text == NULL)
		text = pstrdup(th_option_default(row->kind, name));
	/* Of the texts only a topic may be empty, and that says something. */
	if (text[0] == '\0' && find_of_feed(name)->type != FEED_OPTION_TOPIC)
		return NULL;
	return text;
}

int64
th_feed_option_int(const FeedRow *row, const char *name)
{
	char *text = th_feed_option_text(row, name);
	const char *expected;
	int64 value;

	if (text == NULL)
		return 0;
	if (!th_option_parse(find_of_feed(name), text, &value, &expected))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("invalid value for option \"%s\" of feed \"%s\": \"%s\"", name, row->name, text),
				 errdetail("The value must be %s.", expected)));
	return value;
}

bool
th_feed_option_bool(const FeedRow *row, const char *name)
{
	return th_feed_option_int(row, name) != 0;
}
