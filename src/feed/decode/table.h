/*
 * table.h
 *	  Cache of what is published of each table; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_TABLE_H
#define TIDEHOLD_FEED_DECODE_TABLE_H

#include "feed/decode/change.h"
#include "feed/decode/membership.h"

typedef struct FeedTable
{
	Oid relid; /* hash key: the table that rows are in */
	bool valid;
	FeedMembership membership;
	FeedShape *shape;	   /* NULL: not published */
	MemoryContext context; /* of the shape and what follows */

	/* Where pgoutput need not be asked: place of each of the shape's columns in the row. */
	bool direct;
	int *attributes;

	/* Room for one change. */
	FeedValue *before;
	FeedValue *after;

	/* Types of its columns that DDL can change, as the syscache hashes them. */
	int type_count;
	uint32 *type_hashes;
} FeedTable;

extern void th_table_start(void);

/* At the current historic snapshot.  Valid until the next change. */
extern FeedTable *th_table_of(Relation relation);

#endif /* TIDEHOLD_FEED_DECODE_TABLE_H */
