/*
 * option_kafka.c
 *	  librdkafka's properties by their own names, as options of a Kafka server.
 *
 * Values are checked by the library, in the worker.  Here it is decided which of them
 * would break the feed, which are secrets, and which would let somebody who may make a
 * server read files or run programs as the user that PostgreSQL runs as.
 */
#include "postgres.h"

#include "base/nearest.h"
#include "feed/option.h"

static const FeedProperty properties[] = {
#define FEED_PROPERTY(name, scope) { name, scope },
#include "client_facts.inc"
#undef FEED_PROPERTY
};

typedef struct NameRule
{
	const char *pattern; /* a name; with * at one of its ends the rest of a name */
	const char *reason;
	int flags;
} NameRule;

#define EXACTLY_ONCE "the feed sets it, so that nothing is lost or sent twice"
#define BOUNDED "tidehold.feed_memory bounds the memory of a feed"
#define INTERNAL "it can be set by programs that use the client library only"

static const NameRule reserved[] = {
	{ "transactional.id", "the feed makes it, so that a second worker of the same feed is fenced off", 0 },
	{ "enable.idempotence", EXACTLY_ONCE, 0 },
	{ "enable.gapless.guarantee", EXACTLY_ONCE, 0 },
	{ "acks", EXACTLY_ONCE, 0 },
	{ "request.required.acks", EXACTLY_ONCE, 0 },
	{ "message.timeout.ms", "a message that times out would be a gap", 0 },
	{ "delivery.timeout.ms", "a message that times out would be a gap", 0 },
	{ "queue.buffering.max.kbytes", BOUNDED, 0 },
	{ "queue.buffering.max.messages", BOUNDED, 0 },
	{ "delivery.report.only.error", "the feed waits for the report of every message", 0 },
	{ "internal.termination.signal", "the server's signals are its own", 0 },
	{ "log.queue", INTERNAL, 0 },
	{ "log.thread.name", INTERNAL, 0 },
	{ "enabled_events", INTERNAL, 0 },
	{ "opaque", INTERNAL, 0 },
	{ "interceptors", INTERNAL, 0 },
	{ "default_topic_conf", INTERNAL, 0 },
	{ "builtin.features", INTERNAL, 0 },
	{ "ssl_engine_callback_data", INTERNAL, 0 },
	{ "*_cb", INTERNAL, 0 },
};

/* In this order: the first that fits says it. */
static const NameRule placed[] = {
	/* The Kerberos properties become part of a shell command. */
	{ "sasl.kerberos.*", NULL, FEED_ON_SERVER | FEED_RUNS_PROGRAM },
	{ "plugin.library.paths", NULL, FEED_ON_SERVER | FEED_RUNS_PROGRAM },
	{ "ssl.engine.*", NULL, FEED_ON_SERVER | FEED_RUNS_PROGRAM },
	{ "ssl.providers", NULL, FEED_ON_SERVER | FEED_RUNS_PROGRAM },
	{ "sasl.username", NULL, FEED_ON_MAPPING },
	{ "sasl.oauthbearer.config", NULL, FEED_ON_MAPPING },
	{ "ssl.key.location", NULL, FEED_ON_MAPPING | FEED_READS_FILE },
	{ "ssl.keystore.location", NULL, FEED_ON_MAPPING | FEED_READS_FILE },
	{ "ssl.key.*", NULL, FEED_ON_MAPPING },
	{ "*password", NULL, FEED_ON_MAPPING },
	{ "*secret", NULL, FEED_ON_MAPPING },
	{ "*.passphrase", NULL, FEED_ON_MAPPING },
	{ "*.private.key.pem", NULL, FEED_ON_MAPPING },
	{ "*.file", NULL, FEED_ON_SERVER | FEED_READS_FILE },
	{ "*.location", NULL, FEED_ON_SERVER | FEED_READS_FILE },
};

static bool
fits(const char *pattern, const char *name)
{
	size_t pattern_len = strlen(pattern);
	size_t len = strlen(name);

	if (pattern[0] == '*')
		return len >= pattern_len - 1 && strcmp(name + len - (pattern_len - 1), pattern + 1) == 0;
	if (pattern[pattern_len - 1] == '*')
		return strncmp(name, pattern, pattern_len - 1) == 0;
	return strcmp(name, pattern) == 0;
}

static const NameRule *
find_rule(const NameRule *rules, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (fits(rules[i].pattern, name))
			return &rules[i];
	return NULL;
}

const FeedProperty *
th_property_find(const char *name)
{
	for (size_t i = 0; i < lengthof(properties); i++)
		if (strcmp(properties[i].name, name) == 0)
			return &properties[i];
	return NULL;
}

const char *
th_property_reserved(const FeedProperty *property)
{
	const NameRule *rule = find_rule(reserved, lengthof(reserved), property->name);

	if (rule != NULL)
		return rule->reason;
	return property->scope == 'C' ? "it is for consumers, and a feed produces" : NULL;
}

int
th_property_flags(const FeedProperty *property)
{
	const NameRule *rule = find_rule(placed, lengthof(placed), property->name);

	return rule != NULL ? rule->flags : FEED_ON_SERVER;
}

void
th_property_nearest(ThNearest *nearest, int place)
{
	for (size_t i = 0; i < lengthof(properties); i++)
		if (th_property_reserved(&properties[i]) == NULL &&
			(th_property_flags(&properties[i]) & place) != 0)
			th_nearest_try(nearest, properties[i].name);
}

bool
th_redis_has_tls(void)
{
	return FEED_HIREDIS_MAJOR >= 1;
}
