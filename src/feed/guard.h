/*
 * guard.h
 *	  Refuses to drop the tables of feeds that exist.
 */
#ifndef TIDEHOLD_FEED_GUARD_H
#define TIDEHOLD_FEED_GUARD_H

/* From _PG_init. */
extern void th_feed_guard_init(void);

#endif /* TIDEHOLD_FEED_GUARD_H */
