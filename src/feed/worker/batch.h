/*
 * batch.h
 *	  The batch that is being sent; internal to src/feed/worker, see batch.c.
 */
#ifndef TIDEHOLD_FEED_WORKER_BATCH_H
#define TIDEHOLD_FEED_WORKER_BATCH_H

#include "feed/worker/position.h"
#include "feed/worker/run.h"

/* Something was sent that needs a position. */
extern void th_batch_begin(void);
extern bool th_batch_is_open(void);
extern FeedCounters *th_batch_counters(void); /* added to shared memory at the next turn */
extern void th_batch_note_commit(const FeedTxn *txn);
extern void th_batch_carry_chunk(int64 chunk);
extern void th_batch_carry_letter(int64 letter);

/* Large, or large or old enough, though there is more WAL to read. */
extern bool th_batch_is_large(void);
extern bool th_batch_is_due(void);

/* The WAL moved on without anything for us: the position follows now and then. */
extern bool th_batch_heartbeat_due(void);

/* How long the next flush is to wait, because computing the last values was expensive. */
extern long th_batch_rest_ms(void);

extern void th_batch_publish_state(void);
extern void th_batch_flush(void);
extern void th_batch_close(void);		 /* the sink may acknowledge it later */
extern bool th_batch_acknowledged(void); /* it has, since this was asked last */
extern void th_batch_settle(void);		 /* waits for that */
extern void th_batch_flush_position(const FeedPosition *position);
extern void th_batch_cut(const FeedTxn *txn, uint32 next_index);

#endif /* TIDEHOLD_FEED_WORKER_BATCH_H */
