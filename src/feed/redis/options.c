/*
 * options.c
 *	  Server, user mapping and feed options of the sink.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "feed/option.h"
#include "feed/redis/redis.h"

#define DEFAULT_PORT 6379
#define DEFAULT_TIMEOUT_MS 5000
#define PASSWORD_MAX 4096

static const FeedSinkStart *given;

/* NULL where it is not set. */
static char *
text_of(const char *name)
{
	ListCell *cell;

	foreach(cell, given->server_options)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, name) == 0)
			return pstrdup(strVal(option->arg));
	}
	return NULL;
}

static int64
number_of(const char *name, int64 otherwise)
{
	const FeedOption *option = th_option_find(FEED_REDIS, FEED_ON_SERVER, name);
	char *text = text_of(name);
	const char *expected;
	int64 value;

	if (text == NULL || option == NULL)
		return otherwise;
	if (!th_option_parse(option, text, &value, &expected))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid value of option \"%s\": \"%s\"", name, text),
				 errdetail("Expected: %s.", expected)));
	return value;
}

int
th_redis_port(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	return *end == '\0' && port > 0 && port <= PG_UINT16_MAX ? (int) port : 0;
}

static RedisAddress *
make_address(const char *text, int len)
{
	RedisAddress *address = palloc(sizeof(RedisAddress));
	char *host = pnstrdup(text, len);
	char *colon = strrchr(host, ':');

	address->port = colon != NULL ? th_redis_port(colon + 1) : 0;
	if (colon != NULL)
		*colon = '\0';
	if (address->port == 0 || host[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("invalid address of a sentinel: \"%s\"", pnstrdup(text, len)),
				 errdetail("Expected: host:port.")));
	address->host = host;
	return address;
}

static List *
split_addresses(const char *text)
{
	List *addresses = NIL;

	while (text != NULL && *text != '\0')
	{
		int len;

		text += strspn(text, ", ");
		len = (int) strcspn(text, ", ");
		if (len > 0)
			addresses = lappend(addresses, make_address(text, len));
		text += len;
	}
	return addresses;
}

/* The first line of a file that the server's operating system user can read. */
static char *
read_password(const char *path)
{
	char line[PASSWORD_MAX + 2] = "";
	FILE *file = AllocateFile(path, "r");

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not open password file \"%s\": %m", path)));
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	FreeFile(file);
	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR), errmsg("password file \"%s\" is empty", path)));
	return pstrdup(line);
}

static void
read_login(RedisOptions *options)
{
	char *file = text_of("password_file");

	options->username = text_of("username");
	options->password = file != NULL ? read_password(file) : text_of("password");
	options->sentinel_username = text_of("sentinel_username");
	options->sentinel_password = text_of("sentinel_password");
}

static void
read_tls(RedisOptions *options)
{
	options->tls = number_of("tls", 0) != 0;
	options->tls_ca = text_of("tls_ca");
	options->tls_cert = text_of("tls_cert");
	options->tls_key = text_of("tls_key");
	options->tls_server_name = text_of("tls_server_name");
}

static void
read_server(RedisOptions *options)
{
	options->server.host = text_of("host");
	options->server.port = (int) number_of("port", DEFAULT_PORT);
	options->database = (int) number_of("database", 0);
	options->cluster = number_of("cluster", 0) != 0;
	options->sentinels = split_addresses(text_of("sentinels"));
	options->sentinel_master = text_of("sentinel_master");
	options->timeout_ms = number_of("connect_timeout", DEFAULT_TIMEOUT_MS);
	if (options->server.host == NULL && options->sentinels == NIL)
		options->server.host = pstrdup("localhost");
	if (options->sentinels != NIL && options->sentinel_master == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("option \"sentinels\" needs option \"sentinel_master\"")));
}

static void
read_feed(RedisOptions *options, const FeedRow *row)
{
	char *id = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&row->id)));

	options->hold_back_ms = th_feed_option_int(row, "hold_back");
	options->guard_ms = th_feed_option_int(row, "guard_ttl");
	options->stream_max_length = th_feed_option_int(row, "stream_max_length");
	options->client_name = psprintf("tidehold:%s", row->name);
	strlcpy(options->feed_id, id, sizeof(options->feed_id));
}

void
th_redis_read_options(RedisOptions *options, const FeedSinkStart *start)
{
	MemoryContext before = MemoryContextSwitchTo(th_redis.context);

	memset(options, 0, sizeof(*options));
	given = start;
	read_server(options);
	read_login(options);
	read_tls(options);
	read_feed(options, start->row);
	given = NULL;
	MemoryContextSwitchTo(before);
}
