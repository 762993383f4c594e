/*
 * compat.h
 *	  Differences between PostgreSQL 15, 17 and 18.  The only file that may look
 *	  at PG_VERSION_NUM.
 */
#ifndef TIDEHOLD_BASE_COMPAT_H
#define TIDEHOLD_BASE_COMPAT_H

#include "access/genam.h"
#include "storage/proc.h"

#if PG_VERSION_NUM < 150000
#error "tidehold needs PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM >= 170000
#include "storage/procnumber.h"
#define TH_PROC_INDEX ((int) MyProcNumber)
#else
#define TH_PROC_INDEX ((int) MyProc->pgprocno)
#endif

/* Before 16 postgres.h has what is in this. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Stands before the declaration: since 18 it may stand nowhere else. */
#if PG_VERSION_NUM >= 180000
#define TH_NORETURN pg_noreturn
#else
#define TH_NORETURN pg_attribute_noreturn()
#endif

#if PG_VERSION_NUM >= 180000
#define th_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define th_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

/* Lasts until FreeWaitEventSet(). */
#if PG_VERSION_NUM >= 170000
#define th_CreateWaitEventSet(events) CreateWaitEventSet(NULL, events)
#else
#define th_CreateWaitEventSet(events) CreateWaitEventSet(TopMemoryContext, events)
#endif

#if PG_VERSION_NUM >= 160000
#define th_EvalPlanQualInit(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#else
#define th_EvalPlanQualInit(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1)
#endif

#if PG_VERSION_NUM >= 170000
#define th_log_logical_message(prefix, message, size, transactional) \
	LogLogicalMessage(prefix, message, size, transactional, false)
#else
#define th_log_logical_message(prefix, message, size, transactional) \
	LogLogicalMessage(prefix, message, size, transactional)
#endif

/* A wait event of our own where the server knows names for them. */
#if PG_VERSION_NUM >= 170000
#include "utils/wait_event.h"
#define TH_WAIT_EVENT(name) th_wait_event(name)
static inline uint32
th_wait_event(const char *name)
{
	return WaitEventExtensionNew(name);
}
#else
#include "utils/wait_event.h"
#define TH_WAIT_EVENT(name) ((uint32) PG_WAIT_EXTENSION)
#endif

/*
 * Replication slots and logical decoding, used by src/feed/decode; its files include the
 * server's headers of what they use.
 */
#if PG_VERSION_NUM >= 170000
#define th_ReplicationSlotCreate(name) \
	ReplicationSlotCreate(name, true, RS_EPHEMERAL, false, true, false)
#define th_slot_was_synced(slot) ((slot)->data.synced)
#define th_slot_is_for_failover(slot) ((slot)->data.failover)
#define th_StandbySlotsHaveCaughtup(lsn, elevel) StandbySlotsHaveCaughtup(lsn, elevel)
#define TH_CHANGE_TUPLE(tuple) (tuple)
#else
#define th_ReplicationSlotCreate(name) ReplicationSlotCreate(name, true, RS_EPHEMERAL, false)
#define th_slot_was_synced(slot) false
#define th_slot_is_for_failover(slot) false
#define th_StandbySlotsHaveCaughtup(lsn, elevel) ((void) (lsn), (void) (elevel), true)
#define TH_CHANGE_TUPLE(buffer) ((buffer) != NULL ? &(buffer)->tuple : NULL)
#endif

#if PG_VERSION_NUM >= 160000
#define th_slot_is_lost(slot) ((slot)->data.invalidated != RS_INVAL_NONE)
#else
#define th_slot_is_lost(slot) XLogRecPtrIsInvalid((slot)->data.restart_lsn)
#endif

#if PG_VERSION_NUM >= 180000
#define th_ReplicationSlotAcquire(name) ReplicationSlotAcquire(name, true, true)
#define th_RelationGetPrimaryKeyIndex(relation) RelationGetPrimaryKeyIndex(relation, false)
#define th_publishes_generated(publication) \
	((publication)->pubgencols_type == PUBLISH_GENCOLS_STORED)
#else
#define th_ReplicationSlotAcquire(name) ReplicationSlotAcquire(name, true)
#define th_RelationGetPrimaryKeyIndex(relation) RelationGetPrimaryKeyIndex(relation)
#define th_publishes_generated(publication) ((void) (publication), false)
#endif

#endif /* TIDEHOLD_BASE_COMPAT_H */
