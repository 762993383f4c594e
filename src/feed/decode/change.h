/*
 * change.h
 *	  A decoded change of a row, and the shape of its table at that LSN.
 *
 * Made by decode/, read by encode/ and worker/.  Everything a change points to lives
 * until the call that was given it returns.
 */
#ifndef TIDEHOLD_FEED_DECODE_CHANGE_H
#define TIDEHOLD_FEED_DECODE_CHANGE_H

#include "access/xlogdefs.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/memutils.h"

/* The letters are those of the debezium envelope. */
typedef enum FeedOp
{
	FEED_OP_INSERT = 'c',
	FEED_OP_UPDATE = 'u',
	FEED_OP_DELETE = 'd',
	FEED_OP_READ = 'r', /* row of a snapshot */
	FEED_OP_TRUNCATE = 't'
} FeedOp;

/* How a value is written in JSON. */
typedef enum FeedJsonClass
{
	FEED_JSON_STRING, /* escaped output text */
	FEED_JSON_NUMBER, /* as it is, but NaN and Infinity as strings */
	FEED_JSON_INT2,
	FEED_JSON_INT4,
	FEED_JSON_INT8,
	FEED_JSON_BOOL,
	FEED_JSON_JSON, /* json: as it is */
	FEED_JSON_JSONB,
	FEED_JSON_DATE,
	FEED_JSON_TIMESTAMP,
	FEED_JSON_TIMESTAMPTZ,
	FEED_JSON_TEXT, /* text, varchar: a varlena of characters */
	FEED_JSON_BYTEA,
	FEED_JSON_ARRAY,
	FEED_JSON_COMPOSITE
} FeedJsonClass;

typedef struct FeedColumn
{
	char *name;
	char *json_name; /* "name": with quotes and colon, escaped */
	int json_name_len;
	Oid type;
	int32 typmod;
	Oid base_type; /* of a domain, else type */
	FeedJsonClass json_class;
	struct FeedType *nested; /* of arrays and rows, see encode/type.h */
	FmgrInfo output;		 /* of base_type */
	FmgrInfo input;
	Oid ioparam;
	bool in_identity; /* of the replica identity */
	bool in_key;	  /* of the record's key */
} FeedColumn;

struct FeedRoute;

/*
 * Columns that the publication sends, in order.  A new shape is made whenever the
 * table, the publication or the mapping changed; the old one stays until no change
 * refers to it.
 */
typedef struct FeedShape
{
	Oid relid; /* of the partition root with publish_via_partition_root */
	char *schema_name;
	char *table_name;
	int column_count;
	FeedColumn *columns;
	int *key; /* indexes of the key columns, in order; key_count 0: no key */
	int key_count;
	bool full_identity;		 /* REPLICA IDENTITY FULL: before holds every column */
	uint64 fingerprint;		 /* of names and types: a new one means a schema record */
	struct FeedRoute *route; /* NULL: excluded by a mapping */
	MemoryContext context;
} FeedShape;

typedef enum FeedValueKind
{
	FEED_VALUE_ABSENT, /* not sent, as non-key columns of an old key */
	FEED_VALUE_NULL,
	FEED_VALUE_UNCHANGED, /* TOASTed and not touched: not in the WAL */
	FEED_VALUE_TEXT,	  /* output text, NUL-terminated */
	FEED_VALUE_DATUM	  /* of the column's base type */
} FeedValueKind;

typedef struct FeedValue
{
	FeedValueKind kind;
	int len;
	union
	{
		const char *text;
		Datum datum;
	} u;
} FeedValue;

/* A transaction as the sinks see it. */
typedef struct FeedTxn
{
	TransactionId xid;
	XLogRecPtr commit_lsn; /* start of the commit record */
	XLogRecPtr end_lsn;	   /* its end: the position after this transaction */
	TimestampTz commit_time;
	uint32 timeline;		 /* that commit_lsn was written on: part of the event id */
	uint32 changes;			 /* so far */
	const char *traceparent; /* or NULL */
} FeedTxn;

typedef struct FeedChange
{
	FeedOp op;
	const FeedShape *shape;
	FeedValue *before; /* NULL: not known */
	FeedValue *after;  /* NULL: delete */
	bool key_changed;  /* of an update: before holds the old key */
	const FeedTxn *txn;
	uint32 index; /* in the transaction, from 0; stable over replays */
	XLogRecPtr lsn;
} FeedChange;

/* tidehold.emit(): the outbox without a table. */
typedef struct FeedEmitted
{
	const char *feed; /* name; NULL: every feed with the option emit */
	const char *topic;
	const char *key; /* NULL: none */
	const char *payload;
	int payload_len; /* -1: NULL, a tombstone */
	int header_count;
	const char **headers;	/* name, value, name, value .. */
	TimestampTz expires_at; /* 0: never */
	const FeedTxn *txn;
	uint32 index;
	XLogRecPtr lsn;
} FeedEmitted;

#endif /* TIDEHOLD_FEED_DECODE_CHANGE_H */
