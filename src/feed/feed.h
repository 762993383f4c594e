/*
 * feed.h
 *	  What the SQL functions of the feeds share; internal to src/feed.
 */
#ifndef TIDEHOLD_FEED_FEED_H
#define TIDEHOLD_FEED_FEED_H

#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/array.h"

#include "feed/feed_row.h"

/* Columns are numbered as sql/tidehold/40_feed.sql creates them. */
enum FeedColumnNumber
{
	FEED_ID = 1,
	FEED_NAME,
	FEED_OWNER,
	FEED_PUBLICATION,
	FEED_SERVER,
	FEED_KIND,
	FEED_SLOT_NAME,
	FEED_OPTIONS,
	FEED_WISH,
	FEED_PAUSED_UNTIL,
	FEED_RECOVERY,
	FEED_EPOCH,
	FEED_ARMED_SYSTEM,
	FEED_ARMED_TIMELINE,
	FEED_ARMED_IDENTITY
};

enum FeedMappingColumnNumber
{
	MAPPING_FEED_ID = 1,
	MAPPING_SCHEMA,
	MAPPING_TABLE,
	MAPPING_EXCLUDED,
	MAPPING_DESTINATION,
	MAPPING_KEY_COLUMNS,
	MAPPING_ENVELOPE,
	MAPPING_VALUE,
	MAPPING_QUERY,
	MAPPING_TTL
};

/* InvalidOid where the extension is not installed. */
extern Oid th_feed_table(const char *name);

/*
 * Each row of a table as of now, whatever snapshot the transaction works with; none where
 * there is no table.  The lock on it is given back.
 */
typedef void (*FeedRowReader)(TupleTableSlot *slot, void *context);
extern void th_feed_read_table(const char *name, FeedRowReader reader, void *context);

/* Elements of a name[]. */
extern List *th_feed_names(ArrayType *array);

/* Of column kind. */
extern FeedKind th_feed_kind_of_text(const char *kind);

/* NULL: there is none of that name. */
extern FeedRow *th_feed_row_named(const char *name);

/* An error where it is none of ours, or the caller may not use it. */
extern FeedKind th_feed_kind_of_server(const char *name);

/*
 * The feed that the first argument names, for its owner or a superuser, where function
 * may write; an error otherwise.
 */
extern FeedRow *th_feed_to_change(FunctionCallInfo fcinfo, const char *function);

/* An error where the feed's publication does not publish the table by its own name. */
extern struct FeedPublished *th_feed_published(const FeedRow *feed, Oid relid);

#endif /* TIDEHOLD_FEED_FEED_H */
