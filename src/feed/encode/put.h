/*
 * put.h
 *	  Appends to a StringInfo without formatting; the text is not ended by a NUL.
 */
#ifndef TIDEHOLD_FEED_ENCODE_PUT_H
#define TIDEHOLD_FEED_ENCODE_PUT_H

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "feed/encode/message.h"

static inline void
th_put(StringInfo out, const char *data, int length)
{
	if (out->len + length >= out->maxlen)
		enlargeStringInfo(out, length);
	memcpy(out->data + out->len, data, length);
	out->len += length;
}

#define TH_PUT(out, literal) th_put((out), (literal), (int) sizeof(literal) - 1)

static inline void
th_put_bytes(StringInfo out, FeedBytes bytes)
{
	th_put(out, bytes.data, bytes.len);
}

static inline void
th_put_char(StringInfo out, char byte)
{
	th_put(out, &byte, 1);
}

static inline void
th_put_int64(StringInfo out, int64 number)
{
	char digits[MAXINT8LEN + 1];

	th_put(out, digits, pg_lltoa(number, digits));
}

static inline void
th_put_uint64(StringInfo out, uint64 number)
{
	char digits[MAXINT8LEN + 1];

	th_put(out, digits, pg_ulltoa_n(number, digits));
}

/* Sixteen hexadecimal digits. */
static inline void
th_put_hex(StringInfo out, uint64 number)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[16];

	for (int i = 15; i >= 0; i--, number >>= 4)
		text[i] = digits[number & 15];
	th_put(out, text, sizeof(text));
}

/* A JSON string with its quotes. */
extern void th_put_string(StringInfo out, const char *text, size_t length);

static inline FeedBytes
th_bytes(const char *text)
{
	return (FeedBytes){ text, (int) strlen(text) };
}

/* What was put so far. */
static inline FeedBytes
th_bytes_of(StringInfo buffer)
{
	return (FeedBytes){ buffer->data, buffer->len };
}

#endif /* TIDEHOLD_FEED_ENCODE_PUT_H */
