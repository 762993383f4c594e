/*
 * claim.c
 *	  Finding or making a row that may exist once only.
 *
 * A claim is a heavyweight lock of the class of advisory locks, so it is released on
 * abort, takes part in deadlock detection and shows in pg_locks.  Its name is hashed:
 * two names that share a hash wait for each other for nothing, and no harm is done.
 */
#include "postgres.h"

#include "access/transam.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/snapmgr.h"

#include "base/claim.h"

/* pg_advisory_lock() uses 1 and 2 here, so no lock of a user is ever one of ours. */
#define CLAIM_LOCK_CLASS 21576

static uint64
claim_hash(ThClaimSpace space, int64 scope, const text *name)
{
	uint64 hash = hash_bytes_uint32_extended(space, scope);

	if (name == NULL)
		return hash;
	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(name),
							   VARSIZE_ANY_EXHDR(name), hash);
}

void
th_claim(ThClaim *claim, ThClaimSpace space, int64 scope, const text *name)
{
	uint64 hash = claim_hash(space, scope, name);

	SET_LOCKTAG_ADVISORY(claim->tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash,
						 CLAIM_LOCK_CLASS);
	(void) LockAcquire(&claim->tag, ExclusiveLock, false, false);
}

void
th_claim_release(ThClaim *claim)
{
	LockRelease(&claim->tag, ExclusiveLock, false);
}

bool
th_claim_find(ThScan *scan, Relation table, Oid index)
{
	SnapshotData dirty;

	InitDirtySnapshot(dirty);
	for (;;)
	{
		th_scan_begin(scan, table, index, &dirty);
		if (!th_scan_next(scan))
		{
			th_scan_end(scan);
			return false;
		}
		if (!TransactionIdIsValid(dirty.xmin))
			return true;
		th_scan_end(scan);
		XactLockTableWait(dirty.xmin, NULL, NULL, XLTW_None);
	}
}
