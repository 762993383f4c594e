/*
 * published.h
 *	  What a publication holds now; internal to src/feed.
 */
#ifndef TIDEHOLD_FEED_PUBLISHED_H
#define TIDEHOLD_FEED_PUBLISHED_H

#include "nodes/pg_list.h"

/* A table under the name it is published by: a partition's may be its root's. */
typedef struct FeedPublished
{
	Oid relid;
	char *schema_name;
	char *table_name;
	List *columns; /* of char *, in order */
} FeedPublished;

/* Of FeedPublished, by name. */
extern List *th_published_tables(const char *publication);

/* NULL: not published, at least not by its own name. */
extern FeedPublished *th_published_table(const char *publication, Oid relid);

/* Does it publish UPDATE or DELETE? */
extern bool th_publishes_changes(const char *publication);

/*
 * An error that names the tables where it publishes UPDATE or DELETE of some that have no
 * replica identity: PostgreSQL would refuse those statements.
 */
extern void th_require_identity(const char *publication);

#endif /* TIDEHOLD_FEED_PUBLISHED_H */
