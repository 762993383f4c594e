/*
 * feed_row.h
 *	  A feed and its mappings as the tables of schema tidehold say them.
 *
 * Read with the latest snapshot by the maintenance worker, which tells the launcher
 * which feeds there are, and by the feed's worker, at its start and after a change.
 * Rows are written by the SQL functions and, where said, by the feed's worker.
 */
#ifndef TIDEHOLD_FEED_FEED_ROW_H
#define TIDEHOLD_FEED_FEED_ROW_H

#include "access/xlogdefs.h"
#include "datatype/timestamp.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

typedef enum FeedKind
{
	FEED_KAFKA,
	FEED_REDIS
} FeedKind;

typedef enum FeedWish
{
	FEED_WISH_RUN,
	FEED_WISH_PAUSE, /* until paused_until */
	FEED_WISH_DROP	 /* the worker drops the slot, then the row */
} FeedWish;

/* What recover_feed() asked for; the worker does it and sets it back to none. */
typedef enum FeedRecovery
{
	FEED_RECOVERY_NONE,
	FEED_RECOVERY_REPUBLISH,  /* rows that the sink's position does not cover, by xmin */
	FEED_RECOVERY_RESNAPSHOT, /* every row of every published table */
	FEED_RECOVERY_FROM_NOW	  /* nothing: the gap is accepted */
} FeedRecovery;

/*
 * Who may publish for this feed.  A worker publishes only where all three are its
 * server's; see worker/arm.c for the rules after a promotion.
 */
typedef struct FeedArming
{
	uint64 system;		  /* system identifier of the cluster; 0: never armed */
	uint32 timeline;	  /* that it was on when it last started to publish */
	const char *identity; /* setting tidehold.cluster_token, else the machine's id */
} FeedArming;

typedef struct FeedRow
{
	pg_uuid_t id;
	char *name;
	Oid owner;		   /* role that the feed's queries run as */
	char *publication; /* its name; the worker looks for it at each LSN */
	char *server;
	FeedKind kind;
	char *slot_name;
	Jsonb *options; /* checked by th_feed_check_options */
	FeedWish wish;
	TimestampTz paused_until;
	FeedRecovery recovery;
	int32 epoch; /* grows by one with each recovery: newer than every LSN before */
	FeedArming armed;
	List *mappings; /* of FeedMappingRow */
} FeedRow;

/* One row of tidehold.feed_mapping; NULL or -1 is the default. */
typedef struct FeedMappingRow
{
	char *schema_name;
	char *table_name;
	bool excluded;
	char *destination; /* template: Kafka topic, Redis key, stream or channel */
	List *key_columns; /* of char *; NIL: primary key, else replica identity */
	char *envelope;	   /* debezium, flat, cloudevents */
	char *value;	   /* Redis: hash, json, stream, publish */
	char *query;	   /* Redis: computes the value; $1.. are the key columns */
	int64 ttl_ms;	   /* Redis */
} FeedMappingRow;

/* In the current memory context, inside a transaction.  NIL where there is no table. */
extern PGDLLEXPORT List *th_feed_rows(void);
extern PGDLLEXPORT FeedRow *th_feed_row(const pg_uuid_t *id);

/*
 * Options of the foreign server and, of one user mapping (the feed owner's, else
 * PUBLIC's), as a List of DefElem with string values; a password_file is not read.
 */
extern PGDLLEXPORT List *th_feed_server_options(const FeedRow *row);

/* Of a feed option (create_feed's jsonb); the default comes from the option table. */
extern PGDLLEXPORT char *th_feed_option_text(const FeedRow *row, const char *name);
extern PGDLLEXPORT bool th_feed_option_bool(const FeedRow *row, const char *name);
extern PGDLLEXPORT int64 th_feed_option_int(const FeedRow *row, const char *name); /* bytes or ms */

#endif /* TIDEHOLD_FEED_FEED_ROW_H */
