/*
 * suspect.h
 *	  Which change is being looked at, and which one made the worker fail; internal to
 *	  decode/.
 *
 *	  look_at --> passed					  nothing to remember
 *		 |
 *		 +--> error --> failed --> exit		  counted in FeedState.suspect
 *
 * The mark of what is being looked at is this process's own; only an error that ends it
 * writes the suspect.  When the same change failed three times with the same SQLSTATE,
 * its transaction is decoded with care: see callback.c.
 */
#ifndef TIDEHOLD_FEED_DECODE_SUSPECT_H
#define TIDEHOLD_FEED_DECODE_SUSPECT_H

#include "feed/state.h"

extern void th_suspect_start(FeedState *state);
extern void th_suspect_look_at(XLogRecPtr commit_lsn, uint32 index);
extern void th_suspect_passed(void);

/* Is an error now the fault of the change? */
extern bool th_suspect_is_blamed(void);

/* Counts the error being handled (in PG_CATCH) where it is the fault of a change. */
extern void th_suspect_failed(void);

extern bool th_suspect_needs_care(XLogRecPtr commit_lsn);
extern int th_suspect_failures(void);

/* Everything before lsn is durable in the sink. */
extern void th_suspect_confirmed(XLogRecPtr lsn);

#endif /* TIDEHOLD_FEED_DECODE_SUSPECT_H */
