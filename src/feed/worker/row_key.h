/*
 * row_key.h
 *	  Text of some columns of a row: what rows of tables and changes are compared by.
 */
#ifndef TIDEHOLD_FEED_WORKER_ROW_KEY_H
#define TIDEHOLD_FEED_WORKER_ROW_KEY_H

#include "lib/stringinfo.h"

#include "feed/decode/change.h"

/* The type's output text, as its input function takes it; false: not known. */
extern bool th_value_text(StringInfo out, const FeedColumn *column, const FeedValue *value);

/*
 * JSON array of these columns' texts.  A value that the row has not (it was not changed)
 * is looked for in the row before.  False where one is in neither.
 */
extern bool th_row_key(StringInfo out, const FeedShape *shape, const int *columns, int count,
					   const FeedValue *row, const FeedValue *before);

#endif /* TIDEHOLD_FEED_WORKER_ROW_KEY_H */
