/*
 * transaction.h
 *	  Ordinary transactions in a process that decodes.
 *
 * Decoding marks the process PROC_IN_LOGICAL_DECODING, and VACUUM would then remove rows
 * that a snapshot of ours still sees; th_decode_start() takes the mark off again.  The
 * process's own resource owner is put back at the end.  Never inside a decoding callback.
 */
#ifndef TIDEHOLD_FEED_WORKER_TRANSACTION_H
#define TIDEHOLD_FEED_WORKER_TRANSACTION_H

#include "base/table_scan.h"
#include "feed/state.h"

/* As the bootstrap superuser, for our own tables.  The caller's memory context comes back. */
extern void th_feed_transaction_begin(void);
extern void th_feed_transaction_end(void);

/*
 * Between the two: from here to the end the transaction runs as the feed's owner, in a
 * security-restricted operation, with search_path pg_catalog, and can write nothing.
 * For his queries.  Not inside th_feed_try().
 */
extern void th_feed_become_owner(Oid owner);

/*
 * SPI: only in worker/transaction.c.  arguments and nulls as for SPI_execute_with_args;
 * each_row (NULL: none) is called for each row as it comes, in the caller's memory
 * context, at most limit of them (0: all).  Returns how many rows there were.
 */
extern int64 th_feed_query(const char *query, int count, const Oid *types, const Datum *arguments,
						   const char *nulls, bool read_only, int64 limit,
						   ThRowCallback each_row, void *context);

/* A query that is planned once and lives until it is freed, over transactions. */
typedef struct _SPI_plan FeedPlan;
extern FeedPlan *th_feed_plan_make(const char *query, int count, const Oid *types);
extern int64 th_feed_plan_run(FeedPlan *plan, const Datum *arguments, const char *nulls,
							  bool read_only, int64 limit, ThRowCallback each_row, void *context);
extern void th_feed_plan_free(FeedPlan *plan);

typedef struct FeedFailure
{
	int sqlstate;
	char reason[FEED_ERROR_LEN];
} FeedFailure;

/*
 * Runs work in a subtransaction.  False where it met an error that belongs to what it
 * read or evaluated: the subtransaction is rolled back and *failure says why.  An error
 * of the server (resources, cancelled, deadlock, disk) is raised again: the process ends
 * with it and the next one tries anew.
 */
extern bool th_feed_try(void (*work)(void *context), void *context, FeedFailure *failure);

#endif /* TIDEHOLD_FEED_WORKER_TRANSACTION_H */
