/*
 * context.c
 *	  From a slot to a decoding context that reads without waiting.
 */
#include "postgres.h"

#include "access/xlogreader.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "replication/slot.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/settings.h"
#include "feed/decode/proto.h"
#include "feed/decode/reader.h"

/* The other half is the sink's and our own lists'. */
#define DECODING_SHARE 4
#define WORK_MEM_MIN 64 /* kB, the server's own minimum */

static List *
add_option(List *options, const char *name, const char *value)
{
	return lappend(options, makeDefElem(pstrdup(name), (Node *) makeString(pstrdup(value)), -1));
}

/*
 * The oldest protocol: no streaming of transactions that may yet abort, and PREPARE
 * TRANSACTION is sent at COMMIT PREPARED.
 */
static List *
plugin_options(void)
{
	List *options = add_option(NIL, "proto_version", "1");

	return add_option(options, "publication_names", quote_identifier(th_reader.row->publication));
}

static void
limit_work_mem(void)
{
	int limit = Max(th_setting_feed_memory / DECODING_SHARE, WORK_MEM_MIN);
	char value[32];

	if (logical_decoding_work_mem <= limit)
		return;
	snprintf(value, sizeof(value), "%dkB", limit);
	SetConfigOption("logical_decoding_work_mem", value, PGC_SUSET, PGC_S_SESSION);
}

/*
 * Making the context says of this process that it only decodes, so that VACUUM does not
 * regard its snapshots.  But it runs ordinary transactions in between, and rows that
 * these see must stay.  Decoding itself holds no snapshot: the slot's catalog_xmin
 * protects what it reads.
 */
static void
regard_snapshots(void)
{
	LWLockAcquire(ProcArrayLock, LW_EXCLUSIVE);
	MyProc->statusFlags &= ~PROC_IN_LOGICAL_DECODING;
	ProcGlobal->statusFlags[MyProc->pgxactoff] = MyProc->statusFlags;
	LWLockRelease(ProcArrayLock);
}

/*
 * read_local_xlog_page_no_wait() writes to the reader's private_data, where logical
 * decoding keeps its own context, which only its own page_read would use.
 */
static void
read_without_waiting(LogicalDecodingContext *decoding)
{
	th_reader.wal = MemoryContextAllocZero(decoding->context, sizeof(*th_reader.wal));
	decoding->reader->private_data = th_reader.wal;
	decoding->reader->routine.page_read = read_local_xlog_page_no_wait;
	XLogBeginRead(decoding->reader, MyReplicationSlot->data.restart_lsn);
}

static void
acquire_slot(void)
{
	th_ReplicationSlotAcquire(th_reader.row->slot_name);
	if (th_slot_is_lost(MyReplicationSlot))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_SLOT_LOST)),
				 errmsg("replication slot \"%s\" was invalidated", th_reader.row->slot_name)));
}

void
th_context_make(XLogRecPtr start_lsn)
{
	LogicalDecodingContext *decoding;

	limit_work_mem();
	CheckLogicalDecodingRequirements();
	acquire_slot();
	decoding = CreateDecodingContext(start_lsn, plugin_options(), false,
									 XL_ROUTINE(.page_read = read_local_xlog_page,
												.segment_open = wal_segment_open,
												.segment_close = wal_segment_close),
									 th_proto_prepare_write, th_proto_write, NULL);
	regard_snapshots();
	decoding->streaming = false;
	decoding->twophase = false;
	read_without_waiting(decoding);
	th_callback_wrap(decoding);
	th_reader.start_lsn = Max(start_lsn, MyReplicationSlot->data.confirmed_flush);
	th_reader.decoding = decoding;
}
