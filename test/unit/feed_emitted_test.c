/*
 * feed_emitted_test.c
 *	  The body of an emitted message, and what is a trace context.
 */
#include <stdlib.h>
#include <string.h>

#include "core/feed/emitted.h"
#include "core/feed/traceparent.h"

#include "unit.h"

static const char *const two_headers[] = { "h", "value", "empty", "" };

/* Exactly as long as it says, so that the sanitizer sees a byte too many. */
static char *
encoded(const FeedEmittedBody *body, const char *const *headers, size_t *size)
{
	char *bytes;

	*size = feed_emitted_size(body, headers);
	bytes = malloc(*size);
	if (bytes == NULL)
		abort();
	feed_emitted_encode(body, headers, bytes);
	return bytes;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_round_trip(const FeedEmittedBody *body, const char *const *headers)
{
	const char *found[8];
	FeedEmittedBody read;
	size_t size;
	char *bytes = encoded(body, headers, &size);

	if (CHECK(feed_emitted_decode(bytes, size, &read)))
	{
		CHECK(same_text(read.feed, body->feed));
		CHECK(same_text(read.topic, body->topic));
		CHECK(same_text(read.key, body->key));
		CHECK((read.payload == NULL) == (body->payload == NULL));
		CHECK(read.payload_len == body->payload_len);
		CHECK(body->payload == NULL || memcmp(read.payload, body->payload, body->payload_len) == 0);
		CHECK(read.expires_at == body->expires_at);
		CHECK(read.header_count == body->header_count);
		feed_emitted_headers(&read, found);
		for (int i = 0; i < 2 * read.header_count; i++)
			CHECK(same_text(found[i], headers[i]));
	}
	free(bytes);
}

static void
round_trip(void)
{
	check_round_trip(&(FeedEmittedBody){ .topic = "t" }, NULL);
	check_round_trip(&(FeedEmittedBody){ .topic = "t", .key = "", .payload = "", .feed = "f" }, NULL);
	check_round_trip(&(FeedEmittedBody){ .topic = "t", .payload = "a\0b", .payload_len = 3, .expires_at = INT64_MAX, .header_count = 2 },
					 two_headers);
	check_round_trip(&(FeedEmittedBody){ .topic = "t", .key = "k", .expires_at = -1 }, NULL);
}

/* Whatever is cut off or added, it is seen, and nothing is read beyond the end. */
static void
damaged(void)
{
	FeedEmittedBody body = {
		.feed = "feed",
		.topic = "topic",
		.key = "key",
		.payload = "p",
		.payload_len = 1,
		.header_count = 2,
	};
	FeedEmittedBody read;
	size_t size;
	char *bytes = encoded(&body, two_headers, &size);
	char *longer;

	CHECK(feed_emitted_decode(bytes, size, &read));
	for (size_t len = 0; len < size; len++)
	{
		char *part = malloc(len > 0 ? len : 1);

		if (part == NULL)
			abort();
		memcpy(part, bytes, len);
		CHECK(!feed_emitted_decode(part, len, &read));
		free(part);
	}
	bytes[0] = 2;
	CHECK(!feed_emitted_decode(bytes, size, &read));
	free(bytes);

	longer = malloc(size + 1);
	if (longer == NULL)
		abort();
	feed_emitted_encode(&body, two_headers, longer);
	longer[size] = 0;
	CHECK(!feed_emitted_decode(longer, size + 1, &read));
	free(longer);
}

/* Any change of one byte is refused or gives texts that end inside. */
static void
changed_byte(void)
{
	FeedEmittedBody body = { .topic = "topic", .key = "key", .header_count = 2 };
	size_t size;
	char *bytes = encoded(&body, two_headers, &size);
	int accepted = 0;

	for (size_t at = 0; at < size; at++)
		for (int value = 0; value < 256; value++)
		{
			char kept = bytes[at];
			FeedEmittedBody read;

			bytes[at] = (char) value;
			if (feed_emitted_decode(bytes, size, &read))
			{
				accepted++;
				CHECK(strlen(read.topic) < size);
			}
			bytes[at] = kept;
		}
	/* Letters of the texts and the moment of expiry may change. */
	CHECK(accepted > (int) size);
	free(bytes);
}

static void
traceparent(void)
{
	CHECK(feed_traceparent_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
	CHECK(!feed_traceparent_is_valid(""));
	CHECK(!feed_traceparent_is_valid("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
	CHECK(!feed_traceparent_is_valid("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
	CHECK(!feed_traceparent_is_valid("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
	CHECK(!feed_traceparent_is_valid("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
	CHECK(!feed_traceparent_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"));
	CHECK(!feed_traceparent_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"));
	CHECK(!feed_traceparent_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-"));
	CHECK(!feed_traceparent_is_valid("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"));
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "feed: an emitted message is read as it was written", round_trip },
		{ "feed: a damaged emitted message is refused", damaged },
		{ "feed: a changed byte of an emitted message does no harm", changed_byte },
		{ "feed: trace contexts", traceparent },
	};

	return UNIT_RUN(groups);
}
