/*
 * encode.h
 *	  From changes to messages.  Called inside decoding callbacks (historic snapshot:
 *	  syscache and type functions work, user tables may not be read) and outside.
 */
#ifndef TIDEHOLD_FEED_ENCODE_ENCODE_H
#define TIDEHOLD_FEED_ENCODE_ENCODE_H

#include "lib/stringinfo.h"

#include "feed/encode/message.h"
#include "feed/feed_row.h"

/*
 * What one message says of a change: a change of the key is a delete and a create.
 * Values that the WAL has not are ABSENT or UNCHANGED.
 */
typedef struct FeedEvent
{
	const FeedChange *change;
	FeedOp op;
	const FeedValue *before; /* NULL: not known */
	const FeedValue *after;	 /* NULL: there is no row any more */
	FeedBytes id;			 /* of the event */
} FeedEvent;

#define FEED_HEADERS_MAX 12

typedef struct FeedHeaders
{
	int count;
	FeedField fields[FEED_HEADERS_MAX];
} FeedHeaders;

/*
 * An envelope: writes value and headers of one event.  debezium (default), flat (the row
 * after, nothing round it), cloudevents (flat, with binary-mode headers ce_*).  value
 * returns false where it is null; headers may be NULL.
 */
typedef struct FeedEnvelope
{
	const char *name;
	bool (*value)(StringInfo out, const FeedEvent *event);
	void (*headers)(FeedHeaders *headers, const FeedEvent *event);
	bool names_event; /* value or headers say the event's id */
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

/*
 * Route of a table by the feed's mappings; NULL where it is excluded.  One for each name,
 * as long as the process lives: a worker whose mappings changed begins anew.
 */
extern FeedRoute *th_route_of(const FeedRow *row, const char *schema_name, const char *table_name);

/* Keys that hold the table's rows, and nothing but them: a whole snapshot sweeps them. */
static inline bool
th_route_is_swept(const FeedRoute *route)
{
	return (route->form == FEED_FORM_HASH || route->form == FEED_FORM_JSON) && route->query == NULL;
}

/*
 * Class, output function and preescaped name of a column whose name and type are set; in
 * the current memory context, inside a transaction.
 */
extern void th_encode_prepare_column(FeedColumn *column);

/*
 * JSON of a value, of a row as an object (absent ones left out, unchanged ones named in
 * "__unchanged"), and of the record's key.  No input function, cast or check of a user's
 * type is called: the worker is a superuser, and they may be anybody's code.
 */
extern void th_json_value(StringInfo out, const FeedColumn *column, const FeedValue *value);
extern void th_json_row(StringInfo out, const FeedShape *shape, const FeedValue *values);
extern void th_json_key(StringInfo out, const FeedShape *shape, const FeedValue *values);

/* Text of a value as templates and hash fields show it: JSON without quotes of strings. */
extern void th_text_value(StringInfo out, const FeedColumn *column, const FeedValue *value);

/*
 * SYSTEM-TIMELINE-COMMITLSN-INDEX: the same however often a change is replayed.  Events
 * add to it: r before the index of a snapshot's row; .1 for the tombstone and .2 for the
 * create that follow a delete.
 */
extern void th_event_id(StringInfo out, const FeedTxn *txn, uint32 index);

/*
 * Inside a transaction.  Makes the messages of a change and gives each to send: the schema
 * record where the shape is new, the change, its tombstone; delete and create where the
 * key changed.  TRUNCATE is a sweep for hashes and strings, else a message where the
 * destination is the same for all rows.
 */
typedef void (*FeedSend)(const FeedMessage *message);
extern void th_encode_change(const FeedChange *change, FeedSend send);
extern void th_encode_emitted(const FeedEmitted *emitted, FeedSend send);

#endif /* TIDEHOLD_FEED_ENCODE_ENCODE_H */
