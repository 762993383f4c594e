/*
 * direct.h
 *	  A change straight from its tuples; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_DIRECT_H
#define TIDEHOLD_FEED_DECODE_DIRECT_H

#include "replication/reorderbuffer.h"

#include "feed/decode/table.h"

extern void th_direct_change(const FeedTable *table, Relation relation,
							 ReorderBufferChange *change);

#endif /* TIDEHOLD_FEED_DECODE_DIRECT_H */
