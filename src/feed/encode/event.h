/*
 * event.h
 *	  Ids, headers and buffers of messages; internal to src/feed/encode.
 */
#ifndef TIDEHOLD_FEED_ENCODE_EVENT_H
#define TIDEHOLD_FEED_ENCODE_EVENT_H

#include "feed/encode/encode.h"

/* What th_encode_init() was told, and what follows from it for every message. */
typedef struct FeedSourceTexts
{
	FeedBytes debezium_head;	 /* "source":{"version": .. "ts_ms": */
	FeedBytes debezium_database; /* "db":"..","sequence":"[\" */
	FeedBytes cloudevents_source;
} FeedSourceTexts;

extern FeedSourceTexts th_source_texts;

/* Longest: 20 + 1 + 10 + 1 + 16 + 1 + 1 + 10 + 2 characters. */
#define FEED_EVENT_ID_ROOM 64

/* Writes the id of a message of a change to text; op tells rows of a snapshot. */
extern FeedBytes th_event_id_of(char *text, const FeedTxn *txn, uint32 index, FeedOp op,
								uint8 part);

extern void th_header(FeedHeaders *headers, const char *name, FeedBytes value);

/* Microseconds since 1970. */
extern int64 th_unix_microseconds(TimestampTz time);

/*
 * Buffers that messages lie in until the call returns: one change at a time.  Emptied for
 * each change, given back where a large value made one large.
 */
typedef struct FeedBuffers
{
	StringInfoData key;
	StringInfoData old_key;
	StringInfoData value;
	StringInfoData destination;
	StringInfoData old_destination;
} FeedBuffers;

extern FeedBuffers th_buffers;

/* The two ways of sending a change: as an event, or as the state it leaves behind. */
extern void th_send_events(const FeedChange *change, FeedSend send);
extern void th_send_state(const FeedChange *change, FeedSend send);
extern void th_send_shape(const FeedChange *change, FeedSend send);

/* A message of a change that has its form, route, position and time to live. */
extern FeedMessage th_message_of(const FeedChange *change, FeedMessagePart part);

extern const FeedEnvelope th_envelope_debezium;
extern const FeedEnvelope th_envelope_flat;
extern const FeedEnvelope th_envelope_cloudevents;

#endif /* TIDEHOLD_FEED_ENCODE_EVENT_H */
