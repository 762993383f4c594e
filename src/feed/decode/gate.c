/*
 * gate.c
 *	  A commit is decoded when others see its transaction, not before.
 *
 * The commit record is flushed before the transaction leaves the list of those running,
 * and with synchronous replication a round trip before.  Who acts on an event would not
 * find its rows; after a failover they might never have been.  So the gate holds the
 * record back, in the main loop, outside every callback and transaction: sinks are
 * polled and interrupts served meanwhile.  Later commits wait behind it, in order.
 * After crash recovery nothing is running, and everything replayed is visible.
 *
 * A commit that passed is also in the WAL of the standbys that it had to wait for, and so
 * is all before it.  Of what follows it this is not known: records that nobody waits for
 * are read as soon as this server has flushed them.
 */
#include "postgres.h"

#include "access/rmgr.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlogreader.h"
#include "replication/slot.h"
#include "replication/syncrep.h"
#include "replication/walsender_private.h"
#include "storage/lwlock.h"
#include "storage/procarray.h"

#include "base/compat.h"
#include "feed/decode/reader.h"
#include "feed/decode/xids.h"

/*
 * Transactions before the horizon have ended.  It is moved once in so many commits: a
 * backlog then costs a comparison each instead of a look at the list under its lock.
 */
#define COMMITS_PER_HORIZON 64

static TransactionId horizon = InvalidTransactionId;
static int commits_since_horizon = 0;

static XLogRecPtr passed_lsn = InvalidXLogRecPtr; /* end of the last commit that passed */

/* Invalid: nothing to wait for. */
static TransactionId
committing_xid(XLogReaderState *wal)
{
	uint8 info = XLogRecGetInfo(wal) & XLOG_XACT_OPMASK;
	xl_xact_parsed_commit parsed;

	if (XLogRecGetRmid(wal) != RM_XACT_ID)
		return InvalidTransactionId;
	if (info == XLOG_XACT_COMMIT)
		return XLogRecGetXid(wal);
	if (info != XLOG_XACT_COMMIT_PREPARED)
		return InvalidTransactionId;
	ParseCommitRecord(XLogRecGetInfo(wal), (xl_xact_commit *) XLogRecGetData(wal), &parsed);
	return parsed.twophase_xid;
}

static bool
is_visible(TransactionId xid)
{
	if (TransactionIdIsValid(horizon) && TransactionIdPrecedes(xid, horizon))
		return true;
	if (TransactionIdIsInProgress(xid))
		return false;
	if (++commits_since_horizon >= COMMITS_PER_HORIZON)
	{
		horizon = GetOldestActiveTransactionId();
		commits_since_horizon = 0;
	}
	return true;
}

static void
wait_outside(TransactionId xid)
{
	th_decode_leave();
	th_reader.consumer->wait(xid);
}

static void
wait_for_standbys(XLogRecPtr end_lsn)
{
	bool warned = false;

	if (!th_slot_is_for_failover(MyReplicationSlot))
		return;
	while (!th_StandbySlotsHaveCaughtup(end_lsn, warned ? DEBUG2 : WARNING))
	{
		warned = true;
		wait_outside(InvalidTransactionId);
	}
}

void
th_gate_pass(XLogReaderState *wal)
{
	TransactionId xid = committing_xid(wal);

	if (!TransactionIdIsNormal(xid) || wal->ReadRecPtr < th_reader.start_lsn)
		return;
	while (!is_visible(xid))
		wait_outside(xid);
	wait_for_standbys(wal->EndRecPtr);
	passed_lsn = wal->EndRecPtr;
}

static bool
synchronous_standbys_have(XLogRecPtr lsn)
{
	XLogRecPtr flushed;

	if (SyncRepStandbyNames == NULL || SyncRepStandbyNames[0] == '\0')
		return true;
	LWLockAcquire(SyncRepLock, LW_SHARED);
	flushed = WalSndCtl->lsn[SYNC_REP_WAIT_FLUSH];
	LWLockRelease(SyncRepLock);
	return lsn <= flushed;
}

static bool
failover_standbys_have(XLogRecPtr lsn)
{
	return !th_slot_is_for_failover(MyReplicationSlot) || th_StandbySlotsHaveCaughtup(lsn, DEBUG2);
}

XLogRecPtr
th_decode_safe_lsn(void)
{
	XLogRecPtr lsn = th_decode_lsn();

	if (!synchronous_standbys_have(lsn) || !failover_standbys_have(lsn))
		return Max(passed_lsn, th_reader.start_lsn);
	th_xids_settle();
	return lsn;
}
