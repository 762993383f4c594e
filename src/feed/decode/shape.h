/*
 * shape.h
 *	  Columns, key and identity of a published table; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_SHAPE_H
#define TIDEHOLD_FEED_DECODE_SHAPE_H

#include "feed/decode/change.h"
#include "feed/decode/membership.h"
#include "feed/feed_row.h"

/*
 * In a context of its own below the current one.  target is what the rows appear as,
 * source the table that they are in: one and the same but for partitions.
 */
extern FeedShape *th_shape_make(const FeedRow *row, Relation target, Relation source,
								const FeedMembership *membership);

#endif /* TIDEHOLD_FEED_DECODE_SHAPE_H */
