/*
 * guard.c
 *	  Refuses to drop the tables of feeds that exist.
 *
 * Without its row nobody would drop a feed's replication slot, which would keep WAL until
 * the disk is full.  DROP DATABASE is not guarded: PostgreSQL refuses it while there is a
 * slot in use, and drops the others.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"

#include "base/errors.h"
#include "base/hooks.h"
#include "feed/feed.h"
#include "feed/guard.h"

static bool
is_feed_table(Oid relid)
{
	Oid extension;

	if (!OidIsValid(relid) || relid != th_feed_table("feed"))
		return false;
	extension = getExtensionOfObject(RelationRelationId, relid);
	return OidIsValid(extension) && strcmp(get_extension_name(extension), "tidehold") == 0;
}

static void
refuse_drop_with_feeds(Oid relid)
{
	StringInfoData names;
	List *feeds;
	ListCell *cell;

	if (!is_feed_table(relid))
		return;
	feeds = th_feed_rows();
	if (feeds == NIL)
		return;
	initStringInfo(&names);
	foreach(cell, feeds)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", ((FeedRow *) lfirst(cell))->name);
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_IN_USE)),
			 errmsg("cannot drop table \"tidehold.feed\" because there are feeds: %s", names.data),
			 errdetail("Dropping extension \"tidehold\", its schema or its owner's objects drops this table, and the replication slots would stay."),
			 errhint("End each with tidehold.drop_feed() first.")));
}

void
th_feed_guard_init(void)
{
	th_hook_on_drop_relation(refuse_drop_with_feeds);
}
