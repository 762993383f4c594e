/*
 * tidehold.c
 *	  Module magic and _PG_init: one init per room, nothing else.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "base/hooks.h"
#include "base/settings.h"
#include "base/worker.h"
#include "feed/guard.h"
#include "feed/state.h"
#include "feed/supervise.h"
#include "feed/trace.h"
#include "forecast/progress.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/guard.h"
#include "inventory/lost_sale.h"
#include "inventory/maintenance.h"
#include "ocean/partition_restore.h"
#include "ocean/qc_finish.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

static shmem_request_hook_type previous_shmem_request_hook = NULL;
static shmem_startup_hook_type previous_shmem_startup_hook = NULL;

static void
request_shmem(void)
{
	if (previous_shmem_request_hook)
		previous_shmem_request_hook();
	th_escrow_request_shmem();
	th_feed_state_request_shmem();
	th_lost_sale_request_shmem();
	th_progress_request_shmem();
	th_worker_request_shmem();
}

static void
startup_shmem(void)
{
	if (previous_shmem_startup_hook)
		previous_shmem_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	th_escrow_startup_shmem();
	th_feed_state_startup_shmem();
	th_lost_sale_startup_shmem();
	th_progress_startup_shmem();
	th_worker_startup_shmem();
	LWLockRelease(AddinShmemInitLock);
}

static void
require_preload(void)
{
	if (process_shared_preload_libraries_in_progress)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("tidehold must be loaded via shared_preload_libraries"),
			 errhint("Add tidehold to shared_preload_libraries and restart the server.")));
}

void
_PG_init(void)
{
	require_preload();
	th_feed_trace_init();
	th_settings_init();
	previous_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = request_shmem;
	previous_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = startup_shmem;
	th_hooks_init();
	th_catalog_init();
	th_escrow_init();
	th_feed_guard_init();
	th_feed_state_init();
	th_feed_supervise_init();
	th_guard_init();
	th_lost_sale_init();
	th_maintenance_init();
	th_partition_restore_init();
	th_qc_finish_init();
	th_worker_init();
}
