/*
 * command.c
 *	  From a message to what the script in the server is given for it.
 *
 * Key and guard lie in the same hash slot, so that one script may use both:
 *	  key with a tag, "stock:{17}"		guard "stock:{17}:v"
 *	  key without, "stock:17"			guard "{stock:17}:v"
 *	  key that cannot stand in braces	guard "{NUMBER}:KEY:v", NUMBER leads to its slot
 */
#include "postgres.h"

#include "access/xlog.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/feed/hash_slot.h"
#include "feed/redis/redis.h"

/* The script hands all of a message's arguments to one command; its stack holds 8,000. */
#define ARGUMENTS_MAX 7000

/* The server's proto-max-bulk-len; beyond it the connection is lost without a word. */
#define BULK_MAX (512 * 1024 * 1024)

/* What is put for others to hear may wait in our memory up to here. */
#define PUBLISH_WAITING_MAX (1024 * 1024)

static const FeedBytes no_bytes = { NULL, 0 };

static StringInfoData keys;
static StringInfoData arguments;
static int key_count;
static int argument_count;

static void
reset_parts(void)
{
	MemoryContext before = MemoryContextSwitchTo(th_redis.context);

	if (keys.data == NULL)
	{
		initStringInfo(&keys);
		initStringInfo(&arguments);
	}
	resetStringInfo(&keys);
	resetStringInfo(&arguments);
	key_count = argument_count = 0;
	MemoryContextSwitchTo(before);
}

static void
add_key(const char *data, int len)
{
	th_redis_bulk(&keys, data, len);
	key_count++;
}

static void
add_argument(const char *data, int len)
{
	th_redis_bulk(&arguments, data, len);
	argument_count++;
}

static void
add_text(const char *text)
{
	add_argument(text, (int) strlen(text));
}

static void
add_bytes(const FeedBytes *bytes)
{
	add_argument(bytes->data != NULL ? bytes->data : "", bytes->data != NULL ? bytes->len : 0);
}

static void
add_number(int64 number)
{
	th_redis_bulk_number(&arguments, number);
	argument_count++;
}

static void
add_head(char kind, int size)
{
	add_argument(&kind, 1);
	add_number(size);
}

/* ---- versions ---- */

static char *
put_hex(char *out, uint64 number, int digits)
{
	for (int i = digits - 1; i >= 0; i--)
	{
		out[i] = "0123456789abcdef"[number & 15];
		number >>= 4;
	}
	return out + digits;
}

/* A cluster that was made anew from a dump has the feeds of the old one and lower LSNs. */
static uint32
mark_of_feed(void)
{
	uint64 system = GetSystemIdentifier();
	unsigned char who[UUID_LEN + sizeof(system)];

	memcpy(who, th_redis.row->id.data, UUID_LEN);
	memcpy(who + UUID_LEN, &system, sizeof(system));
	return hash_bytes(who, sizeof(who));
}

static void
add_version(const FeedMessage *message)
{
	char version[REDIS_VERSION_LEN];
	char *end = put_hex(version, mark_of_feed(), REDIS_MARK_DIGITS);

	end = put_hex(end, (uint64) th_redis.row->epoch, 3);
	end = put_hex(end, message->txn->end_lsn, 16);
	end = put_hex(end, message->index, 8);
	put_hex(end, message->part, 1);
	add_argument(version, REDIS_VERSION_LEN);
}

/* First number of an entry's id. */
uint64
th_redis_stream_place(XLogRecPtr lsn)
{
	return ((uint64) th_redis.row->epoch << 52) | lsn;
}

/* Grows with the version; a server refuses what is not above the stream's last one. */
static void
add_stream_id(const FeedMessage *message)
{
	char id[2 * MAXINT8LEN + 2];
	int len = pg_ulltoa_n(th_redis_stream_place(message->txn->end_lsn), id);

	id[len++] = '-';
	len += pg_ulltoa_n((uint64) message->index * 4 + message->part, id + len);
	add_argument(id, len);
}

/* ---- keys ---- */

uint32
th_redis_slot_tag(int slot)
{
	static uint32 *tags = NULL;

	if (tags == NULL)
	{
		tags = MemoryContextAlloc(th_redis.context, sizeof(uint32) * FEED_HASH_SLOTS);
		feed_hash_slot_tags(tags);
	}
	return tags[slot];
}

static void
add_numbered_guard(const FeedBytes *key, int slot)
{
	char *guard = palloc(key->len + 32);

	snprintf(guard, 32, "{%u}:", th_redis_slot_tag(slot));
	memcpy(guard + strlen(guard), key->data, key->len);
	memcpy(guard + strcspn(guard, "}") + 2 + key->len, ":v", 2);
	add_key(guard, (int) strcspn(guard, "}") + 2 + key->len + 2);
	pfree(guard);
}

static void
add_guarded_key(const FeedBytes *key, int slot)
{
	const char *tag;
	size_t tag_len;
	bool tagged = feed_hash_tag(key->data, key->len, &tag, &tag_len);
	StringInfoData guard;

	add_key(key->data, key->len);
	if (!tagged && (key->len == 0 || memchr(key->data, '}', key->len) != NULL))
	{
		add_numbered_guard(key, slot);
		return;
	}
	initStringInfo(&guard);
	if (!tagged)
		appendStringInfoChar(&guard, '{');
	appendBinaryStringInfo(&guard, key->data, key->len);
	appendStringInfoString(&guard, tagged ? ":v" : "}:v");
	add_key(guard.data, guard.len);
	pfree(guard.data);
}

/* ---- forms ---- */

static int
count_set(const FeedMessage *message)
{
	int count = 0;

	for (int i = 0; i < message->field_count; i++)
		count += message->fields[i].value.data != NULL;
	return count;
}

static void
add_set_fields(const FeedMessage *message)
{
	for (int i = 0; i < message->field_count; i++)
	{
		if (message->fields[i].value.data == NULL)
			continue;
		add_bytes(&message->fields[i].name);
		add_bytes(&message->fields[i].value);
	}
}

static void
encode_hash(const FeedMessage *message)
{
	int set = count_set(message);

	add_head(REDIS_KIND_HASH, 4 + message->field_count + set);
	add_version(message);
	add_number(message->ttl_ms);
	add_number(message->whole ? 1 : 0);
	add_number(set);
	add_set_fields(message);
	for (int i = 0; i < message->field_count; i++)
	{
		if (message->fields[i].value.data == NULL)
			add_bytes(&message->fields[i].name);
	}
}

static void
encode_json(const FeedMessage *message)
{
	add_head(REDIS_KIND_JSON, 3);
	add_version(message);
	add_number(message->ttl_ms);
	add_bytes(&message->value);
}

static void
encode_delete(const FeedMessage *message)
{
	add_head(REDIS_KIND_DELETE, 1);
	add_version(message);
}

static void
encode_stream(const FeedMessage *message)
{
	int64 limit = th_redis.options.stream_max_length;
	int set = count_set(message);

	add_head(REDIS_KIND_STREAM, (limit > 0 ? 3 : 0) + 1 + 2 * Max(set, 1));
	if (limit > 0)
	{
		add_text("MAXLEN");
		add_text("~");
		add_number(limit);
	}
	add_stream_id(message);
	if (set > 0)
	{
		add_set_fields(message);
		return;
	}
	add_text("value");
	add_bytes(&message->value);
}

static const char *
type_of(FeedForm form)
{
	return form == FEED_FORM_HASH ? "hash" : "string";
}

/* The patterns of others are no business of the server: they come back with a refusal. */
static void
encode_sweep(const FeedMessage *message)
{
	add_head(REDIS_KIND_SWEEP, 2 + message->field_count);
	add_version(message);
	add_text(type_of(message->form));
	for (int i = 0; i < message->field_count; i++)
		add_bytes(&message->fields[i].name);
}

static bool
is_delete(const FeedMessage *message)
{
	return message->form != FEED_FORM_STREAM && message->value.data == NULL &&
		   message->field_count == 0;
}

static char
encode_parts(const FeedMessage *message, int slot)
{
	if (message->form == FEED_FORM_STREAM)
	{
		add_key(message->destination.data, message->destination.len);
		encode_stream(message);
		return REDIS_KIND_STREAM;
	}
	if (message->part == FEED_MESSAGE_SWEEP)
	{
		add_key(message->destination.data, message->destination.len);
		encode_sweep(message);
		return REDIS_KIND_SWEEP;
	}
	add_guarded_key(&message->destination, slot);
	if (is_delete(message))
	{
		encode_delete(message);
		return REDIS_KIND_DELETE;
	}
	if (message->form == FEED_FORM_JSON)
	{
		encode_json(message);
		return REDIS_KIND_JSON;
	}
	encode_hash(message);
	return REDIS_KIND_HASH;
}

static RedisMessage *
make_message(char kind, int slot, FeedBytes computed)
{
	int size = offsetof(RedisMessage, data) + keys.len + arguments.len + computed.len;
	RedisMessage *message = MemoryContextAllocHuge(th_redis.context, size);

	memset(message, 0, offsetof(RedisMessage, data));
	message->kind = kind;
	message->slot = slot;
	message->size = size;
	message->key_count = key_count;
	message->keys_len = keys.len;
	message->argument_count = argument_count;
	message->arguments_len = arguments.len;
	memcpy(message->data, keys.data, keys.len);
	memcpy(message->data + keys.len, arguments.data, arguments.len);
	message->computed_len = computed.len;
	if (computed.len > 0)
		memcpy(message->data + keys.len + arguments.len, computed.data, computed.len);
	return message;
}

/* ---- the names of a table, for a message that becomes a dead letter ---- */

/*
 * Routes come and go with the shapes of tables; ours live as long as the process, one
 * for each table that was ever seen.
 */
static FeedRoute *
own_route(FeedRoute *route)
{
	static List *routes = NIL;
	MemoryContext before;
	ListCell *cell;
	FeedRoute *own;

	if (route == NULL || route->sink_data != NULL)
		return route == NULL ? NULL : route->sink_data;
	foreach(cell, routes)
	{
		own = lfirst(cell);
		if (strcmp(own->schema_name, route->schema_name) == 0 &&
			strcmp(own->table_name, route->table_name) == 0)
			return route->sink_data = own;
	}
	before = MemoryContextSwitchTo(th_redis.context);
	own = palloc0(sizeof(FeedRoute));
	own->schema_name = pstrdup(route->schema_name);
	own->table_name = pstrdup(route->table_name);
	own->form = route->form;
	own->sink_data = own;
	routes = lappend(routes, own);
	MemoryContextSwitchTo(before);
	return route->sink_data = own;
}

static bool
fits(const FeedMessage *message, StringInfo why)
{
	int64 bytes = (int64) message->destination.len + message->value.len;

	for (int i = 0; i < message->field_count; i++)
		bytes += (int64) message->fields[i].name.len + message->fields[i].value.len;
	if (message->field_count * 2 > ARGUMENTS_MAX)
		appendStringInfo(why, "%d fields are more than the %d that one command takes",
						 message->field_count, ARGUMENTS_MAX / 2);
	else if (bytes >= BULK_MAX)
		appendStringInfo(why, INT64_FORMAT " bytes are more than the %d that Redis takes", bytes,
						 BULK_MAX);
	else
		return true;
	return false;
}

static RedisMessage *
make_placed(char kind, int slot, const FeedMessage *message)
{
	bool computed = message->part == FEED_MESSAGE_COMPUTED && message->key.data != NULL;
	RedisMessage *encoded = make_message(kind, slot, computed ? message->key : no_bytes);

	encoded->form = message->form;
	encoded->part = message->part;
	encoded->index = message->index;
	encoded->route = own_route(message->route);
	encoded->txn = *message->txn;
	encoded->txn.traceparent = NULL;
	return encoded;
}

RedisMessage *
th_redis_encode(const FeedMessage *message, StringInfo why)
{
	int slot = feed_hash_slot(message->destination.data, message->destination.len);

	if (!fits(message, why))
		return NULL;
	reset_parts();
	return make_placed(encode_parts(message, slot), slot, message);
}

RedisMessage *
th_redis_encode_swept(const FeedMessage *sweep, const char *key, int len)
{
	FeedMessage message = *sweep;
	int slot = feed_hash_slot(key, len);

	message.destination = (FeedBytes){ key, len };
	message.field_count = 0;
	reset_parts();
	add_guarded_key(&message.destination, slot);
	encode_sweep(&message);
	return make_placed(REDIS_KIND_SWEEP, slot, &message);
}

RedisMessage *
th_redis_encode_position(char kind, int slot, const char *key, const char *expected,
						 const char *version, const char *value)
{
	reset_parts();
	add_key(key, (int) strlen(key));
	if (kind == REDIS_KIND_READ)
		add_head(kind, 0);
	else
	{
		add_head(kind, 3);
		add_text(expected);
		add_text(version);
		add_text(value);
	}
	return make_message(kind, slot, no_bytes);
}

/* ---- at most once ---- */

static void
put_publish(RedisNode *node, const FeedMessage *message)
{
	reset_parts();
	appendStringInfoString(&arguments, "*3\r\n");
	add_text("PUBLISH");
	add_bytes(&message->destination);
	add_bytes(&message->value);
	th_redis_put(node, arguments.data, arguments.len, NULL, NULL);
}

static bool
was_published(const FeedMessage *message)
{
	return th_redis.known.epoch == th_redis.row->epoch &&
		   message->txn->end_lsn <= th_redis.known.lsn;
}

/*
 * Who listens hears it now or never: it is dropped where there is no connection, and it
 * is not said again after a restart.  It does not wait for state that was sent before.
 */
void
th_redis_publish(const FeedMessage *message)
{
	RedisNode *node =
		th_redis_owner(feed_hash_slot(message->destination.data, message->destination.len));

	if (was_published(message) || !th_redis_node_is_ready(node) ||
		sdslen(node->connection->obuf) > PUBLISH_WAITING_MAX)
		return;
	put_publish(node, message);
}
