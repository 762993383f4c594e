/*
 * compute.h
 *	  Values that a mapping's query computes: once per distinct key and batch.
 *
 * During decoding only the distinct keys are noted; at the flush each is computed as the
 * feed's owner, a batch of them with one snapshot, and sent with the position of the
 * flush.  Where more keys change than memory holds the rest goes to a temporary file,
 * there with repetitions.
 */
#ifndef TIDEHOLD_FEED_WORKER_COMPUTE_H
#define TIDEHOLD_FEED_WORKER_COMPUTE_H

#include "feed/encode/encode.h"
#include "feed/feed_row.h"
#include "feed/worker/sink.h"

extern void th_compute_start(const FeedRow *row, FeedState *state, int64 memory);

/* Inside decoding: the keys before and after of a change whose route has a query. */
extern void th_compute_note(const FeedChange *change);
extern bool th_compute_pending(void);

/*
 * Notes the key of a dead letter: a JSON array of texts.  False where the table has no
 * query any more.  Inside a transaction.
 */
extern bool th_compute_again(const FeedBytes *key, const char *schema_name, const char *table_name);

/* Outside decoding: computes what was noted; at is the transaction whose position it gets. */
extern void th_compute_send(const FeedTxn *at, FeedSend send);

#endif /* TIDEHOLD_FEED_WORKER_COMPUTE_H */
