/*
 * row.h
 *	  What the two ways to a change, direct.c and proto.c, do alike with its rows; internal
 *	  to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_ROW_H
#define TIDEHOLD_FEED_DECODE_ROW_H

#include "access/tupdesc.h"

#include "feed/decode/table.h"

/*
 * Delivers what table->before and table->after hold.  source: type of the rows in the
 * WAL.  has_before: the WAL has the old row, or its identity.
 */
extern void th_change_insert(const FeedTable *table, XLogRecPtr lsn);
extern void th_change_update(const FeedTable *table, TupleDesc source, XLogRecPtr lsn,
							 bool has_before);
extern void th_change_delete(const FeedTable *table, XLogRecPtr lsn);

/* Does the old row say this column?  Else it is null there, whatever the row had. */
extern bool th_change_says(const FeedTable *table, int column);

#endif /* TIDEHOLD_FEED_DECODE_ROW_H */
