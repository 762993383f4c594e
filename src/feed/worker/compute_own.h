/*
 * compute_own.h
 *	  What the files compute*.c share.
 */
#ifndef TIDEHOLD_FEED_WORKER_COMPUTE_OWN_H
#define TIDEHOLD_FEED_WORKER_COMPUTE_OWN_H

#include "feed/worker/compute.h"
#include "feed/worker/transaction.h"

/*
 * A route with a query, and what is needed to run it.  Made at the first change of its
 * table, again when the types of its key columns change; lives as long as the process.
 */
typedef struct ComputeRoute
{
	MemoryContext context;
	int number; /* of its keys in ComputeBook.keys */
	FeedRoute *route;
	const FeedShape *seen; /* last shape looked at; compared, never followed */
	uint64 seen_fingerprint;
	FeedShape *key; /* the key columns alone */
	Oid *types;		/* of the parameters */
	FeedPlan *plan; /* NULL: not made yet */
	MemoryContext result_context;
	TupleDesc result_row; /* that shape was made for; NULL: none */
	FeedShape *result;	  /* columns of a row of the result, then those of the key */
} ComputeRoute;

/* What became of one key; lives until the batch is sent. */
typedef struct Computed
{
	ComputeRoute *route;
	char *key; /* JSON array */
	bool failed;
	FeedFailure failure;
	bool skip; /* gone, and where it lay cannot be told */
	FeedMessage message;
} Computed;

/* compute_value.c: inside an owner's transaction; results in the current memory context. */
extern void th_compute_value(Computed *computed);

#endif /* TIDEHOLD_FEED_WORKER_COMPUTE_OWN_H */
