/*
 * stat.h
 *	  What becomes of a feed now, of its process and of what the process says.
 */
#ifndef TIDEHOLD_FEED_STAT_H
#define TIDEHOLD_FEED_STAT_H

#include "base/worker_slot.h"
#include "feed/state.h"

typedef struct FeedView
{
	bool has_process; /* or had one, or waits for one: slot is set */
	bool has_state;
	WorkerSlot slot;
	FeedState state;
} FeedView;

/* Of a feed of this database. */
extern void th_feed_look(const pg_uuid_t *id, FeedView *view);

/* As tidehold.stat_feed shows it; the reason is NULL where there is none. */
extern const char *th_feed_state_name(const FeedView *view);
extern const char *th_feed_reason(const FeedView *view);
extern bool th_feed_is_parked(const FeedView *view);
extern bool th_feed_is_running(const FeedView *view);

#endif /* TIDEHOLD_FEED_STAT_H */
