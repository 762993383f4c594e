/*
 * leftover.c
 *	  Replication slots of feeds that are gone.
 *
 * A feed that is dropped has its slot dropped by its own worker, before its row goes.  But
 * the row may go first: drop_feed() deletes it where it finds neither worker nor slot, and
 * a worker that starts in that instant has read the row and makes the slot after all; a
 * superuser deletes it; a copy of a data directory has slots that are newer than its rows.
 * A slot without a row would keep WAL until the disk is full, so the maintenance worker
 * drops it.
 *
 * No slot of a feed that is there is taken for such a one, nor is one made afterwards.
 * A worker is started for a row that the maintenance worker has read, attaches its entry in
 * shared memory, and reads the row only then.  The maintenance worker reads the rows, looks
 * for entries without a row, and comes here when there is none: a worker whose entry it did
 * not see reads later than it did, and finds no row.  The work is done again each time the
 * rows are read, so a crash leaves it to the next maintenance worker.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "replication/slot.h"
#include "storage/lwlock.h"
#include "storage/spin.h"

#include "feed/feed.h"
#include "feed/leftover.h"

#define PREFIX "tidehold_"
#define PLUGIN "pgoutput"
#define ID_DIGITS 8

/* As create_feed() names them: prefix, name, digits of the id. */
static bool
is_named_as_ours(const char *name)
{
	size_t len = strlen(name);
	const char *digits;

	if (len <= strlen(PREFIX) + 1 + ID_DIGITS || strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	digits = name + len - ID_DIGITS;
	return digits[-1] == '_' && strspn(digits, "0123456789abcdef") == ID_DIGITS;
}

/* One that is not yet persistent is being made, and goes with its process. */
static bool
is_ours_and_idle(ReplicationSlot *shared)
{
	ReplicationSlot slot;

	SpinLockAcquire(&shared->mutex);
	slot = *shared;
	SpinLockRelease(&shared->mutex);
	return slot.in_use && slot.active_pid == 0 && slot.data.persistency == RS_PERSISTENT &&
		   slot.data.database == MyDatabaseId &&
		   strcmp(NameStr(slot.data.plugin), PLUGIN) == 0 &&
		   is_named_as_ours(NameStr(slot.data.name));
}

static List *
idle_slots(void)
{
	List *names = NIL;

	LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
	for (int i = 0; i < max_replication_slots; i++)
	{
		ReplicationSlot *slot = &ReplicationSlotCtl->replication_slots[i];

		if (is_ours_and_idle(slot))
			names = lappend(names, pstrdup(NameStr(slot->data.name)));
	}
	LWLockRelease(ReplicationSlotControlLock);
	return names;
}

static bool
has_row(const char *slot_name, List *rows)
{
	ListCell *cell;

	foreach(cell, rows)
		if (strcmp(((FeedRow *) lfirst(cell))->slot_name, slot_name) == 0)
			return true;
	return false;
}

void
th_feed_drop_leftovers(void)
{
	List *names = idle_slots();
	List *rows;
	ListCell *cell;

	if (names == NIL || !OidIsValid(th_feed_table("feed")))
		return;
	rows = th_feed_rows();
	foreach(cell, names)
	{
		char *name = lfirst(cell);

		if (has_row(name, rows))
			continue;
		ReplicationSlotDrop(name, true);
		ereport(LOG, (errmsg("replication slot \"%s\" was dropped: its feed is gone", name)));
	}
}
