/*
 * emitted.h
 *	  Logical messages; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_EMITTED_H
#define TIDEHOLD_FEED_DECODE_EMITTED_H

#include "access/xlogdefs.h"

/* Is this a message that feeds know?  Then it is taken, and broken ones are errors. */
extern bool th_emitted_is_known(const char *prefix);
extern void th_emitted_take(const char *prefix, const char *body, Size len, XLogRecPtr lsn);

#endif /* TIDEHOLD_FEED_DECODE_EMITTED_H */
