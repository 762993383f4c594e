/*
 * arm.h
 *	  May this server publish for the feed?
 *
 * A feed publishes for one cluster at a time.  A restored backup, a clone, an old
 * primary that comes back and a server whose slot is gone must publish nothing until
 * somebody says recover_feed(), or a policy does.  What is known:
 *
 *	  the row		 cluster, timeline and identity that were armed, and the epoch; it is
 *					 restored and replicated with the database
 *	  the sink		 the position with cluster, timeline and epoch of the last writer
 *	  this server	 cluster, timeline and its history, identity, the slot
 *
 * The identity is the setting tidehold.cluster_token, which all servers of one cluster
 * share and a copy of it does not; or else the machine's id and the place of the data
 * directory's control file on its disk, which no copy has.  Kept as a hash.
 */
#ifndef TIDEHOLD_FEED_WORKER_ARM_H
#define TIDEHOLD_FEED_WORKER_ARM_H

#include "lib/stringinfo.h"

#include "feed/decode/decode.h"
#include "feed/feed_row.h"
#include "feed/worker/position.h"

typedef enum FeedVerdict
{
	FEED_GO,
	FEED_CREATE,	 /* a new feed: make its slot */
	FEED_RESNAPSHOT, /* the sink lost what it had: send every row again */
	FEED_PARK_GAP,	 /* changes are missing: a policy may recover */
	FEED_PARK		 /* this server is not the one: only recover_feed() helps */
} FeedVerdict;

typedef struct FeedFacts
{
	uint64 system;
	uint32 timeline;
	const char *identity;
	XLogRecPtr flushed; /* end of this server's WAL */
	FeedSlotState slot;
	bool slot_synced; /* it was kept for a failover by PostgreSQL 17 or newer */
	XLogRecPtr confirmed;
	const char *slot_reason;
	FeedPosition position;
	XLogRecPtr shared_upto; /* its own WAL is that of the position's timeline up to here */
} FeedFacts;

/*
 * Without a position: what can be said before the sink is asked, that is FEED_PARK, or
 * nothing.
 */
extern FeedVerdict th_arm_judge(const FeedRow *row, const FeedFacts *facts, StringInfo reason);

extern const char *th_arm_identity(void);

#endif /* TIDEHOLD_FEED_WORKER_ARM_H */
