/*
 * number.h
 *	  Numbers of chunks and batches: what a sink's position says it has.
 *
 * They grow for ever, over restores of the database too: the sink may know of higher
 * ones than the sequence that came out of a backup.
 */
#ifndef TIDEHOLD_FEED_WORKER_NUMBER_H
#define TIDEHOLD_FEED_WORKER_NUMBER_H

/* Inside a feed transaction. */
extern int64 th_number_next(void);
extern void th_number_pass(int64 known); /* the next ones are higher */

#endif /* TIDEHOLD_FEED_WORKER_NUMBER_H */
