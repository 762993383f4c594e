/*
 * position.h
 *	  How far the sink has come, kept in the sink together with what it was sent.
 */
#ifndef TIDEHOLD_FEED_WORKER_POSITION_H
#define TIDEHOLD_FEED_WORKER_POSITION_H

#include "access/xlogdefs.h"
#include "lib/stringinfo.h"

typedef struct FeedPosition
{
	uint64 system; /* 0: the sink knows of no position */
	uint32 timeline;
	int32 epoch;
	XLogRecPtr lsn;				   /* end of the last transaction that is in the sink as a whole */
	XLogRecPtr partial_commit_lsn; /* of a transaction cut by the size limit */
	uint32 partial_index;
	int64 snapshot_chunk; /* last chunk of a snapshot that is in the sink */
	int64 letter;		  /* last dead letter that was sent again */
	char *xids;			  /* pg_snapshot of what is in the sink, or NULL */
} FeedPosition;

/*
 * The first one of an arming is marked as part 1 of no transaction: until the next one,
 * its xids are those of the position before it, and the rows that the sink lacks may not
 * have been asked for.
 */
#define FEED_POSITION_FIRST 1

static inline bool
th_position_is_first(const FeedPosition *position)
{
	return XLogRecPtrIsInvalid(position->partial_commit_lsn) &&
		   position->partial_index == FEED_POSITION_FIRST;
}

/* JSON, one line.  parse: false where it is none of ours; strings are palloc'd. */
extern void th_position_print(StringInfo out, const FeedPosition *position);
extern bool th_position_parse(const char *text, int len, FeedPosition *position);

#endif /* TIDEHOLD_FEED_WORKER_POSITION_H */
