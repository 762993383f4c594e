/*
 * transaction.h
 *	  Ordinary transactions in a process that decodes.
 *
 * Decoding marks the process PROC_IN_LOGICAL_DECODING, and VACUUM would then remove rows
 * that a snapshot of ours still sees; th_decode_start() takes the mark off again.  The
 * process's own resource owner is put back at the end.  Never inside a decoding callback.
 */
#ifndef TIDEHOLD_FEED_TRANSACTION_H
#define TIDEHOLD_FEED_TRANSACTION_H

#include "access/htup.h"
#include "access/tupdesc.h"

/* As the bootstrap superuser, for our own tables. */
extern void th_feed_transaction_begin(void);
extern void th_feed_transaction_end(void);

/*
 * Between the two: from here to the end the transaction runs as the feed's owner, in a
 * security-restricted operation, with search_path pg_catalog.  For his queries.
 */
extern void th_feed_become_owner(Oid owner);

/*
 * SPI: only in worker/transaction.c.  arguments and nulls as for SPI_execute_with_args;
 * each_row is called for each row, at most limit of them (0: all).  Returns how many.
 */
typedef void (*FeedRowCallback)(HeapTuple row, TupleDesc shape, void *context);
extern int64 th_feed_query(const char *query, int count, const Oid *types, const Datum *arguments,
						   const char *nulls, bool read_only, int64 limit,
						   FeedRowCallback each_row, void *context);

#endif /* TIDEHOLD_FEED_TRANSACTION_H */
