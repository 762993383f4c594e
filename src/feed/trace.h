/*
 * trace.h
 *	  The trace context of a transaction, for the feeds that publish its changes.
 */
#ifndef TIDEHOLD_FEED_TRACE_H
#define TIDEHOLD_FEED_TRACE_H

/* From _PG_init, before the prefix of the settings is reserved. */
extern void th_feed_trace_init(void);

/* Before a change: writes the context unless this transaction has written it already. */
extern void th_feed_trace_write(void);

#endif /* TIDEHOLD_FEED_TRACE_H */
