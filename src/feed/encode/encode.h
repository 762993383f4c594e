/*
 * encode.h
 *	  From changes to messages.  Called inside decoding callbacks (historic snapshot:
 *	  syscache and type functions work, user tables may not be read) and outside.
 */
#ifndef TIDEHOLD_FEED_ENCODE_H
#define TIDEHOLD_FEED_ENCODE_H

#include "lib/stringinfo.h"

#include "feed/encode/message.h"
#include "feed/feed_row.h"

/*
 * An envelope: writes value and headers of one change.  debezium (default), flat (the
 * row after, nothing round it), cloudevents (flat, with binary-mode headers ce_*).
 */
typedef struct FeedEnvelope
{
	const char *name;
	void (*value)(StringInfo out, const FeedChange *change);
	void (*headers)(FeedMessage *message, const FeedChange *change); /* may be NULL */
} FeedEnvelope;

extern const FeedEnvelope *th_envelope_find(const char *name);

/* What every event of this process says of its source. */
typedef struct FeedSource
{
	FeedKind kind;
	const char *feed_name;
	const char *database;
	uint64 system;
	int32 epoch;
} FeedSource;

extern void th_encode_init(const FeedSource *source);

/* Route of a table by the feed's mappings; NULL where it is excluded. */
extern FeedRoute *th_route_of(const FeedRow *row, const char *schema_name, const char *table_name);

/* Class, output functions and preescaped name of a column whose name and type are set. */
extern void th_encode_prepare_column(FeedColumn *column);

/* JSON of a value, of a row as an object (absent ones left out), and of the record's key. */
extern void th_json_value(StringInfo out, const FeedColumn *column, const FeedValue *value);
extern void th_json_row(StringInfo out, const FeedShape *shape, const FeedValue *values);
extern void th_json_key(StringInfo out, const FeedShape *shape, const FeedValue *values);

/* Text of a value as templates and hash fields show it: JSON without quotes of strings. */
extern void th_text_value(StringInfo out, const FeedColumn *column, const FeedValue *value);

/* SYSTEM-TIMELINE-COMMITLSN-INDEX: the same however often a change is replayed. */
extern void th_event_id(StringInfo out, const FeedTxn *txn, uint32 index);

/*
 * Makes the messages of a change and gives each to send: the schema record where the
 * shape is new, the change, its tombstone; delete and create where the key changed.
 */
typedef void (*FeedSend)(const FeedMessage *message);
extern void th_encode_change(const FeedChange *change, FeedSend send);
extern void th_encode_emitted(const FeedEmitted *emitted, FeedSend send);

#endif /* TIDEHOLD_FEED_ENCODE_H */
