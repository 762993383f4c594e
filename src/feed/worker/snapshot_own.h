/*
 * snapshot_own.h
 *	  What the files snapshot*.c share.
 */
#ifndef TIDEHOLD_FEED_WORKER_SNAPSHOT_OWN_H
#define TIDEHOLD_FEED_WORKER_SNAPSHOT_OWN_H

#include "utils/tuplestore.h"

#include "feed/worker/key_set.h"
#include "feed/worker/snapshot.h"
#include "feed/worker/transaction.h"

/* A row of tidehold.feed_snapshot that is being worked on. */
typedef struct SnapshotRequest
{
	int64 id;
	char *schema_name;
	char *table_name;
	char *filter;	  /* or NULL */
	char *since;	  /* pg_snapshot, or NULL; what it shows is left out */
	char *until;	  /* pg_snapshot, or NULL; what it does not show is left out */
	XLogRecPtr sweep; /* rows of it are in the sink with later versions; invalid: no matter */
	List *upto;		  /* of char *: what is in the sink ends here; NIL: nothing is */
	int64 rows_sent;
	int64 rows_estimated; /* -1: not asked yet */
	int attempts;		  /* to read the chunk after upto */
} SnapshotRequest;

/*
 * Rows that were read and not sent yet.  It and all it points to live in context, the
 * rows in a tuplestore of the process, since the transaction that read them has ended.
 */
typedef struct SnapshotChunk
{
	MemoryContext context;
	int64 number;			/* 0: not given yet */
	XLogRecPtr lsn;			/* every transaction that the rows show has committed before it */
	TransactionId xmax;		/* the snapshot: transactions from here on are not shown, */
	TransactionId *running; /* nor are these */
	int running_count;
	TimestampTz read_at;
	FeedShape *shape;
	int *key; /* of rows, not of records: columns of the shape that tell a row */
	int key_count;
	bool keyed;			   /* read by an index on them; else in the order of blocks */
	Tuplestorestate *rows; /* NULL: none */
	TupleDesc row_type;
	int64 row_count;
	int64 bytes;
	List *upto; /* of char *: the place after it */
	bool last;

	/* What the stream has brought since it was read. */
	HTAB *changed;	 /* keys */
	HTAB *unchanged; /* keys of changes that lack an unchanged value of theirs */
	bool emptied;	 /* TRUNCATE */
	bool unclear;	 /* a change that cannot be compared: read it again */

	/* Place of each key column in the shape of the last change that was looked at. */
	const FeedShape *seen;
	uint64 seen_fingerprint;
	int *seen_key;
} SnapshotChunk;

/* snapshot_read.c */
typedef struct SnapshotRead
{
	const FeedRow *row;
	SnapshotRequest *request;
	SnapshotChunk *chunk;
	int64 limit;	  /* rows */
	char *row_filter; /* of the publication, or NULL */
	Oid relid;
	bool is_partitioned;
} SnapshotRead;

/* Work for th_feed_try(); context is a SnapshotRead.  The first not yet as the owner. */
extern void th_snapshot_prepare(void *context);
extern void th_snapshot_read(void *context);

/*
 * snapshot_key.c.  Hash of a row's key; notes a change of the chunk's table.  Both are
 * false where the key is not known.
 */
extern bool th_snapshot_hash(const FeedShape *shape, const int *key, int count,
							 const FeedValue *row, const FeedValue *before, uint64 *hash);
extern bool th_snapshot_note(SnapshotChunk *chunk, const FeedChange *change);

/* snapshot_table.c: inside a transaction. */
extern void th_snapshot_know_routes(const FeedRow *row);
extern SnapshotRequest *th_snapshot_next_request(const pg_uuid_t *feed, int64 sent,
												 MemoryContext context);
extern bool th_snapshot_write_progress(const SnapshotRequest *request, const SnapshotChunk *chunk);
extern void th_snapshot_finish(const SnapshotRequest *request, const char *reason);

#endif /* TIDEHOLD_FEED_WORKER_SNAPSHOT_OWN_H */
