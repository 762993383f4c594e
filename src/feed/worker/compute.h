/*
 * compute.h
 *	  Values that a mapping's query computes: once per distinct key and batch.
 *
 * During decoding only the distinct keys are noted; at the flush each is computed with
 * one snapshot, as the feed's owner, and sent with the position of the flush.  Where a
 * transaction changes more keys than fit, the table's keys are computed anew from a
 * snapshot of it instead.
 */
#ifndef TIDEHOLD_FEED_COMPUTE_H
#define TIDEHOLD_FEED_COMPUTE_H

#include "feed/encode/encode.h"
#include "feed/feed_row.h"
#include "feed/worker/sink.h"

extern void th_compute_start(const FeedRow *row, FeedState *state, int64 memory);

/* Inside decoding: the keys before and after of a change whose route has a query. */
extern void th_compute_note(const FeedChange *change);
extern bool th_compute_pending(void);

/* Outside decoding: computes what was noted; at is the transaction whose position it gets. */
extern void th_compute_send(const FeedTxn *at, FeedSend send);

#endif /* TIDEHOLD_FEED_COMPUTE_H */
