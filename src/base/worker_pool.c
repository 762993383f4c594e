/*
 * worker_pool.c
 *	  The slots in shared memory.
 */
#include "postgres.h"

#include <signal.h>

#include "common/pg_prng.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "base/settings.h"
#include "base/worker_pool.h"

#define TRANCHE_NAME "tidehold_worker"
#define BACKOFF_MAX_MS 60000

WorkerPool *th_worker_pool = NULL;
LWLock *th_worker_lock = NULL;

const pg_uuid_t th_no_task = { { 0 } };

static int
slot_count(void)
{
	return WORKER_DATABASES_MAX + th_setting_max_feeds;
}

static Size
pool_size(void)
{
	return add_size(offsetof(WorkerPool, slots), mul_size(slot_count(), sizeof(WorkerSlot)));
}

void
th_worker_request_shmem(void)
{
	RequestAddinShmemSpace(MAXALIGN(pool_size()));
	RequestNamedLWLockTranche(TRANCHE_NAME, 1);
}

/* The caller holds AddinShmemInitLock. */
void
th_worker_startup_shmem(void)
{
	bool found;

	th_worker_pool = ShmemInitStruct("tidehold workers", pool_size(), &found);
	if (!found)
	{
		memset(th_worker_pool, 0, pool_size());
		th_worker_pool->slot_count = slot_count();
	}
	th_worker_lock = &GetNamedLWLockTranche(TRANCHE_NAME)->lock;
}

int
th_backoff_ms(int attempts)
{
	int shift = Min(attempts, 6);
	int limit = Min(BACKOFF_MIN_MS << shift, BACKOFF_MAX_MS);

	return limit / 2 + (int) (pg_prng_double(&pg_global_prng_state) * (limit / 2));
}

TimestampTz
th_worker_after_ms(int ms)
{
	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ms);
}

WorkerSlot *
th_worker_find(Oid database, const pg_uuid_t *task)
{
	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state != SLOT_FREE && slot->database == database &&
			memcmp(&slot->task, task, sizeof(*task)) == 0)
			return slot;
	}
	return NULL;
}

/* So many feeds do not take their slots from databases, nor the other way round. */
bool
th_worker_has_room(WorkerKind kind)
{
	int limit = kind == WORKER_MAINTENANCE ? WORKER_DATABASES_MAX : th_setting_max_feeds;
	int used = 0;

	for (int i = 0; i < th_worker_pool->slot_count; i++)
		if (th_worker_pool->slots[i].state != SLOT_FREE && th_worker_pool->slots[i].kind == kind)
			used++;
	return used < limit;
}

static WorkerSlot *
find_free(void)
{
	for (int i = 0; i < th_worker_pool->slot_count; i++)
		if (th_worker_pool->slots[i].state == SLOT_FREE)
			return &th_worker_pool->slots[i];
	return NULL;
}

/* A waiting slot, to be started at once; NULL where there is no room. */
WorkerSlot *
th_worker_make(Oid database, WorkerKind kind, const pg_uuid_t *task)
{
	WorkerSlot *slot = th_worker_has_room(kind) ? find_free() : NULL;

	if (slot == NULL)
		return NULL;
	slot->database = database;
	slot->kind = kind;
	slot->task = *task;
	slot->state = SLOT_WAITING;
	return slot;
}

void
th_worker_free(WorkerSlot *slot)
{
	memset(slot, 0, sizeof(*slot));
}

void
th_worker_unlist(WorkerSlot *slot)
{
	if (slot->pid == 0)
	{
		th_worker_free(slot);
		return;
	}
	slot->state = SLOT_STOPPING;
	kill(slot->pid, SIGTERM);
}

/* Under the lock the pid is a launcher's. */
void
th_worker_wake_launcher(void)
{
	if (th_worker_pool->launcher_pid != 0)
		kill(th_worker_pool->launcher_pid, SIGUSR1);
}
