/*
 * slot.c
 *	  The feed's replication slot.
 *
 * A slot is ephemeral until it is consistent: a crash while it waits for older
 * transactions leaves none behind.
 */
#include "postgres.h"

#include "access/xlogutils.h"
#include "miscadmin.h"
#include "replication/logical.h"
#include "replication/slot.h"
#include "storage/lwlock.h"
#include "storage/spin.h"

#include "base/compat.h"
#include "feed/decode/decode.h"

#define SLOT_PLUGIN "pgoutput"

/* Copies what the slot says.  False where there is none, or one that is being made. */
static bool
read_slot(const char *slot_name, ReplicationSlot *copy)
{
	ReplicationSlot *slot;

	LWLockAcquire(ReplicationSlotControlLock, LW_SHARED);
	slot = SearchNamedReplicationSlot(slot_name, false);
	if (slot != NULL)
	{
		SpinLockAcquire(&slot->mutex);
		*copy = *slot;
		SpinLockRelease(&slot->mutex);
	}
	LWLockRelease(ReplicationSlotControlLock);
	return slot != NULL && copy->data.persistency == RS_PERSISTENT;
}

static bool
is_foreign(const ReplicationSlot *slot, StringInfo why)
{
	if (SlotIsPhysical(slot))
		appendStringInfo(why, "replication slot \"%s\" is a physical one", NameStr(slot->data.name));
	else if (strcmp(NameStr(slot->data.plugin), SLOT_PLUGIN) != 0)
		appendStringInfo(why, "replication slot \"%s\" has the plugin \"%s\" instead of \"%s\"",
						 NameStr(slot->data.name), NameStr(slot->data.plugin), SLOT_PLUGIN);
	else if (slot->data.database != MyDatabaseId)
		appendStringInfo(why, "replication slot \"%s\" belongs to another database",
						 NameStr(slot->data.name));
	else
		return false;
	return true;
}

FeedSlotState
th_slot_look(const char *slot_name, XLogRecPtr *confirmed, bool *synced, StringInfo why)
{
	ReplicationSlot slot;

	*confirmed = InvalidXLogRecPtr;
	*synced = false;
	if (!read_slot(slot_name, &slot))
	{
		appendStringInfo(why, "replication slot \"%s\" does not exist", slot_name);
		return FEED_SLOT_ABSENT;
	}
	if (is_foreign(&slot, why))
		return FEED_SLOT_FOREIGN;
	*confirmed = slot.data.confirmed_flush;
	*synced = th_slot_was_synced(&slot);
	if (th_slot_is_lost(&slot))
	{
		appendStringInfo(why, "replication slot \"%s\" was invalidated: the WAL it needs is gone, or the server's settings forbid it", slot_name);
		return FEED_SLOT_LOST;
	}
	return FEED_SLOT_READY;
}

XLogRecPtr
th_slot_create(const char *slot_name)
{
	LogicalDecodingContext *decoding;
	XLogRecPtr confirmed;

	CheckLogicalDecodingRequirements();
	th_ReplicationSlotCreate(slot_name);
	decoding = CreateInitDecodingContext(SLOT_PLUGIN, NIL, false, InvalidXLogRecPtr,
										 XL_ROUTINE(.page_read = read_local_xlog_page,
													.segment_open = wal_segment_open,
													.segment_close = wal_segment_close),
										 NULL, NULL, NULL);
	DecodingContextFindStartpoint(decoding);
	FreeDecodingContext(decoding);
	ReplicationSlotPersist();
	confirmed = MyReplicationSlot->data.confirmed_flush;
	ReplicationSlotRelease();
	return confirmed;
}

void
th_slot_drop(const char *slot_name)
{
	ReplicationSlot slot;

	if (read_slot(slot_name, &slot))
		ReplicationSlotDrop(slot_name, true);
}

void
th_slot_release(void)
{
	if (MyReplicationSlot != NULL)
		ReplicationSlotRelease();
}
