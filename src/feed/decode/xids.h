/*
 * xids.h
 *	  Which transactions were given to the consumer; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_XIDS_H
#define TIDEHOLD_FEED_DECODE_XIDS_H

#include "access/xlogreader.h"

/* known: th_decode_xids() of an earlier process, at or after where reading begins; or NULL. */
extern void th_xids_start(const char *known);

/* The place that was read up to is in the WAL of every server that may be promoted. */
extern void th_xids_settle(void);

/* After a record was decoded. */
extern void th_xids_note(XLogReaderState *wal);

#endif /* TIDEHOLD_FEED_DECODE_XIDS_H */
