/*
 * membership.h
 *	  What the feed's publication says of a table; internal to decode/.
 */
#ifndef TIDEHOLD_FEED_DECODE_MEMBERSHIP_H
#define TIDEHOLD_FEED_DECODE_MEMBERSHIP_H

#include "nodes/bitmapset.h"
#include "utils/rel.h"

typedef struct FeedMembership
{
	bool absent;	/* the publication does not exist at this snapshot */
	bool published; /* the rest holds only then */
	Oid publish_as; /* the table itself, or the partition root that its rows appear as */
	bool insert;
	bool update;
	bool delete;
	bool truncate;
	bool filtered;		/* it has a row filter */
	bool generated;		/* stored generated columns are sent */
	Bitmapset *columns; /* attribute numbers of publish_as; NULL: no list */
} FeedMembership;

/* At the current snapshot, historic or not; in the current memory context. */
extern void th_membership_of(const char *publication, Relation relation, FeedMembership *out);

/* Does the publication send this column of publish_as? */
extern bool th_membership_sends(const FeedMembership *membership, Form_pg_attribute attribute);

#endif /* TIDEHOLD_FEED_DECODE_MEMBERSHIP_H */
