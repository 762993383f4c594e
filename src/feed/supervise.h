/*
 * supervise.h
 *	  Tells the launcher which feeds of this database want a worker.
 */
#ifndef TIDEHOLD_FEED_SUPERVISE_H
#define TIDEHOLD_FEED_SUPERVISE_H

extern void th_feed_supervise_init(void);

#endif /* TIDEHOLD_FEED_SUPERVISE_H */
