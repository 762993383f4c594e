/*
 * emitted.c
 *	  Body of the logical message that tidehold.emit() writes.
 */
#include "core/feed/emitted.h"

#include <string.h>

#define VERSION 1
#define FIXED_LEN 12 /* version, flags, count of headers, moment of expiry */
#define FRAME_LEN 5	 /* of a text: its length and the NUL */

enum
{
	HAS_FEED = 1,
	HAS_KEY = 2,
	HAS_PAYLOAD = 4,
	KNOWN_FLAGS = 7
};

typedef struct Cursor
{
	const unsigned char *at;
	const unsigned char *end;
	bool damaged;
} Cursor;

static size_t
framed(const char *text)
{
	return text == NULL ? 0 : strlen(text) + FRAME_LEN;
}

size_t
feed_emitted_size(const FeedEmittedBody *body, const char *const *headers)
{
	size_t size = FIXED_LEN + framed(body->feed) + framed(body->topic) + framed(body->key);

	if (body->payload != NULL)
		size += body->payload_len + FRAME_LEN;
	for (int i = 0; i < 2 * body->header_count; i++)
		size += framed(headers[i]);
	return size;
}

static unsigned char *
put_integer(unsigned char *at, uint64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		*at++ = (unsigned char) (value >> (8 * i));
	return at;
}

static unsigned char *
put_bytes(unsigned char *at, const char *bytes, size_t len)
{
	if (bytes == NULL)
		return at;
	at = put_integer(at, len, 4);
	memcpy(at, bytes, len);
	at[len] = '\0';
	return at + len + 1;
}

static unsigned char *
put_text(unsigned char *at, const char *text)
{
	return put_bytes(at, text, text == NULL ? 0 : strlen(text));
}

void
feed_emitted_encode(const FeedEmittedBody *body, const char *const *headers, char *buffer)
{
	unsigned char *at = (unsigned char *) buffer;
	int flags = (body->feed != NULL ? HAS_FEED : 0) | (body->key != NULL ? HAS_KEY : 0) |
				(body->payload != NULL ? HAS_PAYLOAD : 0);

	at = put_integer(at, VERSION, 1);
	at = put_integer(at, (uint64_t) flags, 1);
	at = put_integer(at, (uint64_t) body->header_count, 2);
	at = put_integer(at, (uint64_t) body->expires_at, 8);
	at = put_text(at, body->feed);
	at = put_text(at, body->topic);
	at = put_text(at, body->key);
	at = put_bytes(at, body->payload, body->payload_len);
	for (int i = 0; i < 2 * body->header_count; i++)
		at = put_text(at, headers[i]);
}

static uint64_t
get_integer(Cursor *cursor, size_t bytes)
{
	uint64_t value = 0;

	if ((size_t) (cursor->end - cursor->at) < bytes)
	{
		cursor->damaged = true;
		cursor->at = cursor->end;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | *cursor->at++;
	return value;
}

static const char *
get_bytes(Cursor *cursor, size_t *len)
{
	const char *bytes;

	*len = (size_t) get_integer(cursor, 4);
	if ((size_t) (cursor->end - cursor->at) <= *len || cursor->at[*len] != '\0')
	{
		cursor->damaged = true;
		cursor->at = cursor->end;
		*len = 0;
		return "";
	}
	bytes = (const char *) cursor->at;
	cursor->at += *len + 1;
	return bytes;
}

/* A text with a NUL in it would be cut silently by whoever reads it. */
static const char *
get_text(Cursor *cursor)
{
	size_t len;
	const char *text = get_bytes(cursor, &len);

	if (strlen(text) != len)
		cursor->damaged = true;
	return text;
}

bool
feed_emitted_decode(const char *encoded, size_t len, FeedEmittedBody *body)
{
	const unsigned char *start = (const unsigned char *) encoded;
	Cursor cursor = { start, start + len, false };
	uint64_t version = get_integer(&cursor, 1);
	uint64_t flags = get_integer(&cursor, 1);

	memset(body, 0, sizeof(*body));
	if (version != VERSION || (flags & ~(uint64_t) KNOWN_FLAGS) != 0)
		return false;
	body->header_count = (int) get_integer(&cursor, 2);
	body->expires_at = (int64_t) get_integer(&cursor, 8);
	body->feed = flags & HAS_FEED ? get_text(&cursor) : NULL;
	body->topic = get_text(&cursor);
	body->key = flags & HAS_KEY ? get_text(&cursor) : NULL;
	body->payload = flags & HAS_PAYLOAD ? get_bytes(&cursor, &body->payload_len) : NULL;
	body->encoded_headers = (const char *) cursor.at;
	body->encoded_headers_len = (size_t) (cursor.end - cursor.at);
	for (int i = 0; i < 2 * body->header_count && !cursor.damaged; i++)
		get_text(&cursor);
	return !cursor.damaged && cursor.at == cursor.end;
}

void
feed_emitted_headers(const FeedEmittedBody *body, const char **headers)
{
	const unsigned char *start = (const unsigned char *) body->encoded_headers;
	Cursor cursor = { start, start + body->encoded_headers_len, false };

	for (int i = 0; i < 2 * body->header_count; i++)
		headers[i] = get_text(&cursor);
}
