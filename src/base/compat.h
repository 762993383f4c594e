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

#if PG_VERSION_NUM >= 160000
#define th_EvalPlanQualInit(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#else
#define th_EvalPlanQualInit(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1)
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

#endif /* TIDEHOLD_BASE_COMPAT_H */
