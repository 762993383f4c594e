/*
 * reader.h
 *	  What the parts of decode/ know of the one reader of this process; internal.
 *
 *	 slot.c        the slot: look, make, drop, release
 *	 context.c     acquires the slot and makes the decoding context
 *	 reader.c      one WAL record after the other
 *	 gate.c        holds a commit back until others may see it
 *	 callback.c    what the reorder buffer calls: a transaction, change by change
 *	 direct.c      a change straight from its tuples
 *	 proto.c       a change as pgoutput writes it (row filters, partition roots)
 *	 emitted.c     logical messages
 *	 deliver.c     numbers what is published and gives it to the consumer
 *	 suspect.c     a change that fails again and again
 *	 table.c       cache of what is published of a table, at the current snapshot
 *	 membership.c  what the publication says of a table
 *	 shape.c       columns, key and identity
 *	 xids.c        which transactions were given to the consumer
 *	 timeline.c    on which timeline a place in the WAL was written
 *
 * Lives and dies with the process: an error anywhere here ends it.
 */
#ifndef TIDEHOLD_FEED_DECODE_READER_H
#define TIDEHOLD_FEED_DECODE_READER_H

#include "access/xlogutils.h"
#include "replication/logical.h"

#include "feed/decode/decode.h"

typedef struct FeedReader
{
	const FeedRow *row;
	FeedState *state;
	const FeedConsumer *consumer;
	LogicalDecodingContext *decoding;
	ReadLocalXLogPageNoWaitPrivate *wal; /* says that the end was reached */
	XLogRecPtr start_lsn;				 /* what ended before is not wanted */
	XLogRecPtr done_lsn;				 /* end of the last record that was decoded */
	MemoryContext context;				 /* as long as the process */
	MemoryContext record_context;		 /* as long as one WAL record is looked at */
	MemoryContext change_context;		 /* as long as one change is looked at */
} FeedReader;

extern FeedReader th_reader;

/* context.c: start_lsn Invalid: where the slot is confirmed. */
extern void th_context_make(XLogRecPtr start_lsn);

/* callback.c: takes the place of pgoutput's callbacks. */
extern void th_callback_wrap(LogicalDecodingContext *decoding);

/* gate.c: returns when the record that was just read may be decoded. */
extern void th_gate_pass(XLogReaderState *wal);

#endif /* TIDEHOLD_FEED_DECODE_READER_H */
