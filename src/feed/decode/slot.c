/*
 * slot.c
 *	  The feed's replication slot.
 *
 * A slot is ephemeral until it is consistent: a crash while it waits for older
 * transactions leaves none behind.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlogutils.h"
#include "miscadmin.h"
#include "replication/logical.h"
#include "replication/slot.h"
#include "replication/snapbuild.h"
#include "storage/lwlock.h"
#include "storage/spin.h"
#include "utils/resowner.h"
#include "utils/snapshot.h"

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

static uint64
widen(TransactionId xid, uint64 next)
{
	return next - (uint32) ((TransactionId) next - xid);
}

/*
 * Which transactions had committed where the slot begins, as text of type pg_snapshot.
 * The server's xmin may be beyond xmax: what is before either has ended.
 */
static char *
snapshot_of(LogicalDecodingContext *decoding)
{
	MemoryContext outside = CurrentMemoryContext;
	StringInfoData text;
	Snapshot snapshot;
	uint64 next;

	initStringInfo(&text);
	StartTransactionCommand();
	XactIsoLevel = XACT_REPEATABLE_READ;
	XactReadOnly = true;
	snapshot = SnapBuildInitialSnapshot(decoding->snapshot_builder);
	next = U64FromFullTransactionId(ReadNextFullTransactionId());
	appendStringInfo(&text, UINT64_FORMAT ":" UINT64_FORMAT ":", widen(snapshot->xmin, next),
					 Max(widen(snapshot->xmax, next), widen(snapshot->xmin, next)));
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		appendStringInfo(&text, "%s" UINT64_FORMAT, i > 0 ? "," : "", widen(snapshot->xip[i], next));
	AbortCurrentTransaction();
	CurrentResourceOwner = AuxProcessResourceOwner;
	MemoryContextSwitchTo(outside);
	return text.data;
}

XLogRecPtr
th_slot_create(const char *slot_name, char **before)
{
	MemoryContext outside = CurrentMemoryContext;
	LogicalDecodingContext *decoding;
	XLogRecPtr confirmed;

	CheckLogicalDecodingRequirements();
	th_ReplicationSlotCreate(slot_name);
	decoding = CreateInitDecodingContext(SLOT_PLUGIN, NIL, true, InvalidXLogRecPtr,
										 XL_ROUTINE(.page_read = read_local_xlog_page,
													.segment_open = wal_segment_open,
													.segment_close = wal_segment_close),
										 NULL, NULL, NULL);
	DecodingContextFindStartpoint(decoding);
	MemoryContextSwitchTo(outside);
	*before = snapshot_of(decoding);
	FreeDecodingContext(decoding);
	ReplicationSlotPersist();
	confirmed = MyReplicationSlot->data.confirmed_flush;
	ReplicationSlotRelease();
	return confirmed;
}

/* One of another database is the original's, where this database is a copy. */
void
th_slot_drop(const char *slot_name)
{
	ReplicationSlot slot;
	StringInfoData why;

	initStringInfo(&why);
	if (read_slot(slot_name, &slot) && !is_foreign(&slot, &why))
		ReplicationSlotDrop(slot_name, true);
	pfree(why.data);
}

void
th_slot_release(void)
{
	if (MyReplicationSlot != NULL)
		ReplicationSlotRelease();
}
