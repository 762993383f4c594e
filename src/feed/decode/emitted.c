/*
 * emitted.c
 *	  Logical messages: what tidehold.emit() wrote, and the trace context of a transaction.
 */
#include "postgres.h"

#include "core/feed/emitted.h"
#include "core/feed/traceparent.h"
#include "feed/decode/deliver.h"
#include "feed/decode/emitted.h"

bool
th_emitted_is_known(const char *prefix)
{
	return strcmp(prefix, FEED_EMITTED_PREFIX) == 0 || strcmp(prefix, FEED_TRACE_PREFIX) == 0;
}

static void
take_emitted(const char *encoded, Size len, XLogRecPtr lsn)
{
	FeedEmittedBody body;
	FeedEmitted emitted = { 0 };

	if (!feed_emitted_decode(encoded, len, &body))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("logical message \"%s\" at %X/%X was not written by tidehold.emit()",
						FEED_EMITTED_PREFIX, LSN_FORMAT_ARGS(lsn))));
	emitted.feed = body.feed;
	emitted.topic = body.topic;
	emitted.key = body.key;
	emitted.payload = body.payload;
	emitted.payload_len = body.payload != NULL ? (int) body.payload_len : -1;
	emitted.header_count = body.header_count;
	emitted.headers = palloc(sizeof(char *) * 2 * Max(body.header_count, 1));
	feed_emitted_headers(&body, emitted.headers);
	emitted.expires_at = body.expires_at;
	emitted.lsn = lsn;
	th_deliver_emitted(&emitted);
}

void
th_emitted_take(const char *prefix, const char *body, Size len, XLogRecPtr lsn)
{
	if (strcmp(prefix, FEED_TRACE_PREFIX) == 0)
		th_deliver_traceparent(body, len);
	else
		take_emitted(body, len, lsn);
}
