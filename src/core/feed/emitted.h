/*
 * emitted.h
 *	  Body of the logical message that tidehold.emit() writes.
 *
 * Pure C11: written in a backend, read in a feed's worker.  Layout, integers in network
 * order: version, flags, count of headers (2 bytes), moment of expiry (8 bytes), then
 * the texts feed, topic, key, payload (where flagged) and name and value of each
 * header, every one as a length of 4 bytes, its bytes and a NUL.
 */
#ifndef TIDEHOLD_CORE_FEED_EMITTED_H
#define TIDEHOLD_CORE_FEED_EMITTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_EMITTED_PREFIX "tidehold.emit"
#define FEED_EMITTED_HEADERS_MAX UINT16_MAX

typedef struct FeedEmittedBody
{
	const char *feed; /* NULL: every feed that takes emitted messages */
	const char *topic;
	const char *key;	 /* NULL: none */
	const char *payload; /* NULL: a tombstone; may hold NULs */
	size_t payload_len;
	int64_t expires_at; /* as a TimestampTz; 0: never */
	int header_count;
	const char *encoded_headers; /* of a decoded body */
	size_t encoded_headers_len;
} FeedEmittedBody;

/* headers: name, value, name, value ..  The buffer has room for feed_emitted_size. */
size_t feed_emitted_size(const FeedEmittedBody *body, const char *const *headers);
void feed_emitted_encode(const FeedEmittedBody *body, const char *const *headers, char *buffer);

/*
 * Texts point into the encoded bytes, each followed by a NUL.  False where the bytes are
 * damaged or of a version that this library does not know.
 */
bool feed_emitted_decode(const char *encoded, size_t len, FeedEmittedBody *body);

/* Fills 2 * header_count pointers: name, value, name, value .. */
void feed_emitted_headers(const FeedEmittedBody *body, const char **headers);

#endif /* TIDEHOLD_CORE_FEED_EMITTED_H */
