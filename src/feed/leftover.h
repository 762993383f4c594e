/*
 * leftover.h
 *	  Replication slots of feeds that are gone.
 */
#ifndef TIDEHOLD_FEED_LEFTOVER_H
#define TIDEHOLD_FEED_LEFTOVER_H

/* Maintenance worker, when no process is left of a feed without a row: drops them. */
extern void th_feed_drop_leftovers(void);

#endif /* TIDEHOLD_FEED_LEFTOVER_H */
