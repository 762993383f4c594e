/*
 * decode.c
 *	  What the script is given for a message, back to the message: it was refused.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

static const char *
take_bulk(const char *at, FeedBytes *bytes)
{
	const char *end = strchr(at, '\n');

	bytes->len = (int) strtol(at + 1, NULL, 10);
	bytes->data = end + 1;
	return bytes->data + bytes->len + 2;
}

static const char *
skip_bulks(const char *at, int count)
{
	FeedBytes skipped;

	for (int i = 0; i < count; i++)
		at = take_bulk(at, &skipped);
	return at;
}

static int64
bulk_number(const FeedBytes *bytes)
{
	return strtoll(bytes->data, NULL, 10);
}

static void
decode_fields(const char *at, int set, int unset, FeedMessage *out)
{
	FeedField *fields = palloc0(sizeof(FeedField) * Max(set + unset, 1));

	out->field_count = set + unset;
	out->fields = fields;
	for (int i = 0; i < set; i++)
	{
		at = take_bulk(at, &fields[i].name);
		at = take_bulk(at, &fields[i].value);
	}
	for (int i = set; i < set + unset; i++)
		at = take_bulk(at, &fields[i].name);
}

static void
decode_hash(const char *at, int size, FeedMessage *out)
{
	FeedBytes life;
	FeedBytes whole;
	FeedBytes set;

	at = take_bulk(at, &life);
	at = take_bulk(at, &whole);
	at = take_bulk(at, &set);
	out->ttl_ms = bulk_number(&life);
	out->whole = bulk_number(&whole) != 0;
	decode_fields(at, (int) bulk_number(&set), size - 4 - 2 * (int) bulk_number(&set), out);
}

static void
decode_stream(const char *at, int size, FeedMessage *out)
{
	FeedBytes first;
	const char *behind = take_bulk(at, &first);
	int skipped = 1;

	if (first.len == 6 && memcmp(first.data, "MAXLEN", 6) == 0)
	{
		behind = skip_bulks(at, 4);
		skipped = 4;
	}
	decode_fields(behind, (size - skipped) / 2, 0, out);
}

void
th_redis_decode(const RedisMessage *message, FeedMessage *out)
{
	const char *at = message->data + message->keys_len;
	FeedBytes kind;
	FeedBytes size;
	FeedBytes life;

	memset(out, 0, sizeof(*out));
	out->form = message->form;
	out->route = message->route;
	out->txn = &message->txn;
	out->index = message->index;
	out->part = message->part;
	if (message->computed_len > 0)
		out->key = (FeedBytes){ at + message->arguments_len, message->computed_len };
	take_bulk(message->data, &out->destination);
	at = take_bulk(at, &kind);
	at = take_bulk(at, &size);
	if (message->kind == REDIS_KIND_STREAM)
	{
		decode_stream(at, (int) bulk_number(&size), out);
		return;
	}
	at = skip_bulks(at, 1);
	if (message->kind == REDIS_KIND_SWEEP)
		decode_fields(skip_bulks(at, 1), 0, (int) bulk_number(&size) - 2, out);
	else if (message->kind == REDIS_KIND_HASH)
		decode_hash(at, (int) bulk_number(&size), out);
	else if (message->kind == REDIS_KIND_JSON)
	{
		at = take_bulk(at, &life);
		out->ttl_ms = bulk_number(&life);
		take_bulk(at, &out->value);
	}
}
