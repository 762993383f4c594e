/*
 * message.h
 *	  What a sink is given to send: one Kafka record or one Redis command.
 *
 * Everything it points to lives until the call returns; sinks copy.
 */
#ifndef TIDEHOLD_FEED_ENCODE_MESSAGE_H
#define TIDEHOLD_FEED_ENCODE_MESSAGE_H

#include "nodes/pg_list.h"

#include "feed/decode/change.h"

typedef enum FeedForm
{
	FEED_FORM_RECORD, /* Kafka */
	FEED_FORM_HASH,	  /* Redis: fields of a hash, guarded */
	FEED_FORM_JSON,	  /* Redis: string, guarded */
	FEED_FORM_STREAM, /* Redis: XADD, its id is made of the position */
	FEED_FORM_PUBLISH /* Redis: at most once by nature */
} FeedForm;

typedef struct FeedBytes
{
	const char *data; /* NULL: null */
	int len;
} FeedBytes;

typedef struct FeedField
{
	FeedBytes name;
	FeedBytes value;
} FeedField;

/* What becomes of the rows of one table; from feed_mapping and the feed's options. */
typedef struct FeedRoute
{
	char *schema_name;
	char *table_name;
	struct FeedTemplate *destination;
	bool destination_is_constant; /* no column in it */
	FeedForm form;
	const struct FeedEnvelope *envelope;
	List *key_columns;		 /* of char *, from the mapping; NIL: default */
	char *query;			 /* computed value, or NULL */
	int64 ttl_ms;			 /* 0: none */
	void *sink_data;		 /* the sink's own, as a topic handle */
	uint64 last_fingerprint; /* of the shape that a schema record was sent for */

	/* The encoder's own. */
	FeedBytes constant;	  /* the destination, where it is constant */
	FeedBytes json_table; /* "schema":"..","table":".." */
	FeedBytes subject;	  /* schema.table */
	bool tombstones;
	struct FeedRoute *schema_route; /* where its schema records go; NULL: none */
	int *columns;					/* of each part of the template, in columns_shape */
	const FeedShape *columns_shape;
	uint64 columns_fingerprint; /* a shape's memory may be used for another one */
} FeedRoute;

/*
 * Which message of one change; streams make ids of the first four alone.  CREATE
 * stands after the delete that a change of the key begins with; SHAPE, the schema record,
 * is sent before the others and yet disturbs no number.
 */
typedef enum FeedMessagePart
{
	FEED_MESSAGE_RECORD,
	FEED_MESSAGE_TOMBSTONE,
	FEED_MESSAGE_CREATE,
	FEED_MESSAGE_SHAPE,
	FEED_MESSAGE_COMPUTED = FEED_MESSAGE_SHAPE, /* Redis alone: see worker/compute.c */

	/*
	 * Redis alone, hash and json: every key of the table that is older is removed.  The
	 * destination is a pattern, see core/feed/glob.h; names of fields are patterns of
	 * keys that belong to other tables.
	 */
	FEED_MESSAGE_SWEEP
} FeedMessagePart;

/* A hash is written where value.data is not NULL (""), a field that is NULL removed from it. */
typedef struct FeedMessage
{
	FeedForm form;
	FeedRoute *route; /* NULL: emitted, or a dead letter sent again */
	FeedBytes destination;
	FeedBytes key;	 /* of the Kafka record */
	FeedBytes value; /* NULL: tombstone in Kafka, delete in Redis */
	int field_count; /* hash and stream */
	const FeedField *fields;
	bool whole; /* the fields are all there is: others of the hash are removed */
	int header_count;
	const FeedField *headers;
	int64 ttl_ms;

	/* Position: (commit end, index, part) orders all messages of a feed. */
	const FeedTxn *txn;
	uint32 index;
	uint8 part; /* of one change, see FeedMessagePart */
} FeedMessage;

#endif /* TIDEHOLD_FEED_ENCODE_MESSAGE_H */
