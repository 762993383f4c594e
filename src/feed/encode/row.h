/*
 * row.h
 *	  Rows, keys and destinations; internal to src/feed/encode.
 */
#ifndef TIDEHOLD_FEED_ENCODE_ROW_H
#define TIDEHOLD_FEED_ENCODE_ROW_H

#include "feed/encode/encode.h"

static inline bool
th_value_is_known(const FeedValue *value)
{
	return value->kind != FEED_VALUE_ABSENT && value->kind != FEED_VALUE_UNCHANGED;
}

/* A row for the debezium envelope: a placeholder for what is unchanged. */
extern void th_json_row_debezium(StringInfo out, const FeedShape *shape, const FeedValue *values);

/* May a key be made of these values? */
extern bool th_key_is_known(const FeedShape *shape, const FeedValue *values);

/* Text of the destination of the row that values are of. */
extern void th_destination(StringInfo out, const FeedShape *shape, const FeedValue *values);
extern bool th_destination_is_known(const FeedShape *shape, const FeedValue *values);

/* UTF-8 of what was put, whatever the database's encoding. */
extern FeedBytes th_utf8(StringInfo text);
extern FeedBytes th_utf8_bytes(const char *text, int length);
extern FeedBytes th_utf8_text(const char *text);

/* What the destinations of all rows match; shape NULL: whatever their columns are. */
extern void th_destination_pattern(StringInfo out, const FeedRoute *route, const FeedShape *shape);

/* As names: patterns of the other tables' keys that keys of this pattern may match. */
extern FeedField *th_route_others(const FeedRoute *route, FeedBytes pattern, int *count);

/* Of a destination that is the same for every row. */
extern void th_destination_constant(StringInfo out, const FeedRoute *route);

#endif /* TIDEHOLD_FEED_ENCODE_ROW_H */
