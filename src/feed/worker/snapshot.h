/*
 * snapshot.h
 *	  Rows that are there already: initial snapshot, resnapshot(), recover_feed().
 *
 * A table is read in chunks by its key, each in a short transaction.  A chunk is held
 * back until decoding has passed the WAL position at which its snapshot was taken; rows
 * of it whose key changed in between are dropped, for the stream has sent them newer.
 * The rest goes out as op "r".  So every key's messages are in commit order.
 *
 * Which chunk was sent is in tidehold.feed_snapshot (key up to which, written before it
 * is sent) and in the sink's position (number of the last chunk): a chunk is sent once.
 */
#ifndef TIDEHOLD_FEED_WORKER_SNAPSHOT_H
#define TIDEHOLD_FEED_WORKER_SNAPSHOT_H

#include "feed/decode/change.h"
#include "feed/feed_row.h"
#include "feed/state.h"

/* sent: number of the last chunk that is in the sink. */
extern void th_snapshot_start(const FeedRow *row, FeedState *state, int64 sent);

/* A request was made or cancelled: read tidehold.feed_snapshot again. */
extern void th_snapshot_reload(void);

/* From the change callback: the stream brings this key itself. */
extern void th_snapshot_change(const FeedChange *change);

/*
 * Outside decoding, between two transactions: reads the next chunk, or gives the one
 * that decoding has passed to change, row by row.  True when it did something; *chunk is
 * the number that the position has to carry.
 */
typedef void (*FeedSnapshotRow)(const FeedChange *change);
extern bool th_snapshot_work(XLogRecPtr decoded, FeedSnapshotRow change, int64 *chunk);

/* The position that carries chunk is durable. */
extern void th_snapshot_done(int64 chunk);

/*
 * Ask for rows: of one table or (schema_name NULL) of every table of the publication;
 * since: only those that this pg_snapshot does not show (NULL: all); until: only those
 * that this one shows, for the stream brings the others.
 */
extern void th_snapshot_request(const FeedRow *row, const char *schema_name, const char *table_name,
								const char *since, const char *until);

#endif /* TIDEHOLD_FEED_WORKER_SNAPSHOT_H */
