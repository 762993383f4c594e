/*
 * worker_slot.c
 *	  The slots of the databases: states, and who changes them.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "common/pg_prng.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/hooks.h"
#include "base/worker.h"
#include "base/worker_slot.h"

#define TRANCHE_NAME "tidehold_worker"
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 60000

/* A worker that has not attached by then was lost on the way, as when fork() fails. */
#define START_TIMEOUT_MS 60000

/* A launcher that starts hundreds of databases leaves background workers to others. */
#define STARTS_AT_ONCE 4

typedef struct WorkerPool
{
	pid_t launcher_pid; /* 0: none */
	bool refresh;		/* read pg_database now */
	uint32 last_generation;
	WorkerSlot slots[WORKER_SLOTS];
} WorkerPool;

/* In shared memory; set in the postmaster. */
static WorkerPool *pool = NULL;
static LWLock *lock = NULL;

/* Of the worker running in this process */
static WorkerSlot *my_slot = NULL;
static uint32 my_generation = 0;

static bool wake_at_commit = false;

PG_FUNCTION_INFO_V1(th_wake_launcher);
PG_FUNCTION_INFO_V1(th_stat_worker);

void
th_worker_request_shmem(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(WorkerPool)));
	RequestNamedLWLockTranche(TRANCHE_NAME, 1);
}

/* The caller holds AddinShmemInitLock. */
void
th_worker_startup_shmem(void)
{
	bool found;

	pool = ShmemInitStruct("tidehold workers", sizeof(WorkerPool), &found);
	if (!found)
		memset(pool, 0, sizeof(WorkerPool));
	lock = &GetNamedLWLockTranche(TRANCHE_NAME)->lock;
}

int
th_backoff_ms(int attempts)
{
	int shift = Min(attempts, 6);
	int limit = Min(BACKOFF_MIN_MS << shift, BACKOFF_MAX_MS);

	return limit / 2 + (int) (pg_prng_double(&pg_global_prng_state) * (limit / 2));
}

static TimestampTz
after_ms(int ms)
{
	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ms);
}

/* The caller holds the lock. */
static WorkerSlot *
find_slot(Oid database)
{
	for (int i = 0; i < WORKER_SLOTS; i++)
		if (pool->slots[i].state != SLOT_FREE && pool->slots[i].database == database)
			return &pool->slots[i];
	return NULL;
}

static WorkerSlot *
find_free_slot(void)
{
	for (int i = 0; i < WORKER_SLOTS; i++)
		if (pool->slots[i].state == SLOT_FREE)
			return &pool->slots[i];
	return NULL;
}

static void
free_slot(WorkerSlot *slot)
{
	memset(slot, 0, sizeof(*slot));
}

/* The caller holds the lock, so the pid is a launcher's. */
static void
wake_launcher(void)
{
	if (pool->launcher_pid != 0)
		kill(pool->launcher_pid, SIGUSR1);
}

/* ---- launcher ---- */

static void
launcher_detach(int code, Datum arg)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	pool->launcher_pid = 0;
	LWLockRelease(lock);
}

void
th_slot_launcher_attach(void)
{
	before_shmem_exit(launcher_detach, (Datum) 0);
	LWLockAcquire(lock, LW_EXCLUSIVE);
	pool->launcher_pid = MyProcPid;
	LWLockRelease(lock);
}

bool
th_slot_take_refresh(void)
{
	bool wanted;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	wanted = pool->refresh;
	pool->refresh = false;
	LWLockRelease(lock);
	return wanted;
}

void
th_slot_list_begin(void)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	for (int i = 0; i < WORKER_SLOTS; i++)
		pool->slots[i].listed = false;
	LWLockRelease(lock);
}

/* False where there is no room. */
bool
th_slot_list(Oid database, const NameData *name)
{
	WorkerSlot *slot;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = find_slot(database);
	if (slot == NULL && (slot = find_free_slot()) != NULL)
	{
		slot->database = database;
		slot->state = SLOT_WAITING;
	}
	if (slot != NULL)
	{
		slot->listed = true;
		slot->name = *name;
	}
	LWLockRelease(lock);
	return slot != NULL;
}

static void
unlist(WorkerSlot *slot)
{
	if (slot->pid == 0)
	{
		free_slot(slot);
		return;
	}
	slot->state = SLOT_STOPPING;
	kill(slot->pid, SIGTERM);
}

void
th_slot_list_end(void)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	for (int i = 0; i < WORKER_SLOTS; i++)
	{
		WorkerSlot *slot = &pool->slots[i];

		if (slot->state != SLOT_FREE && slot->state != SLOT_DROPPING && !slot->listed)
			unlist(slot);
	}
	LWLockRelease(lock);
}

/* Does the slot need the launcher at retry_at? */
static bool
is_scheduled(const WorkerSlot *slot)
{
	return slot->pid == 0 &&
		   (slot->state == SLOT_WAITING || slot->state == SLOT_STARTING ||
			slot->state == SLOT_NO_SLOT || slot->state == SLOT_FAILED);
}

static WorkerSlot *
find_due(TimestampTz now, TimestampTz *wake_at)
{
	WorkerSlot *due = NULL;
	int starting = 0;

	for (int i = 0; i < WORKER_SLOTS; i++)
	{
		WorkerSlot *slot = &pool->slots[i];

		if (slot->state == SLOT_STARTING)
			starting++;
		if (!is_scheduled(slot))
			continue;
		if (slot->retry_at > now)
			*wake_at = Min(*wake_at, slot->retry_at);
		else if (due == NULL || slot->retry_at < due->retry_at)
			due = slot;
	}
	/* A worker that has connected or ended wakes the launcher. */
	return starting < STARTS_AT_ONCE ? due : NULL;
}

bool
th_slot_take_due(TimestampTz now, WorkerClaim *claim, NameData *name, TimestampTz *wake_at)
{
	WorkerSlot *slot;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = find_due(now, wake_at);
	if (slot != NULL)
	{
		slot->state = SLOT_STARTING;
		slot->generation = ++pool->last_generation;
		slot->retry_at = TimestampTzPlusMilliseconds(now, START_TIMEOUT_MS);
		claim->database = slot->database;
		claim->slot = slot - pool->slots;
		claim->generation = slot->generation;
		*name = slot->name;
	}
	LWLockRelease(lock);
	return slot != NULL;
}

/* NULL where the slot has been given to another worker or database. */
static WorkerSlot *
claimed_slot(const WorkerClaim *claim)
{
	WorkerSlot *slot;

	Assert(claim->slot >= 0 && claim->slot < WORKER_SLOTS);
	slot = &pool->slots[claim->slot];
	if (slot->database != claim->database || slot->generation != claim->generation ||
		slot->state != SLOT_STARTING)
		return NULL;
	return slot;
}

int
th_slot_refused(const WorkerClaim *claim)
{
	WorkerSlot *slot;
	int attempts = 0;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = claimed_slot(claim);
	if (slot != NULL)
	{
		slot->state = SLOT_NO_SLOT;
		slot->retry_at = after_ms(th_backoff_ms(slot->attempts));
		attempts = ++slot->attempts;
	}
	LWLockRelease(lock);
	return attempts;
}

/* ---- worker ---- */

/* False where a dropped database took the slot from under a worker that never connected. */
static bool
slot_is_mine(void)
{
	return my_slot->generation == my_generation;
}

/* What becomes of the slot of a worker that ends without having said why. */
static void
reschedule(WorkerSlot *slot)
{
	if (ShutdownRequestPending)
	{
		slot->state = SLOT_WAITING;
		slot->retry_at = after_ms(BACKOFF_MIN_MS);
		return;
	}
	slot->state = SLOT_FAILED;
	slot->failures++;
	slot->retry_at = after_ms(th_backoff_ms(slot->attempts++));
}

static void
worker_detach(int code, Datum arg)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (slot_is_mine())
	{
		my_slot->pid = 0;
		if (my_slot->state == SLOT_STOPPING)
		{
			free_slot(my_slot);
			pool->refresh = true;
		}
		else if (my_slot->state == SLOT_STARTING || my_slot->state == SLOT_RUNNING)
			reschedule(my_slot);
		wake_launcher();
	}
	LWLockRelease(lock);
}

bool
th_slot_attach(const WorkerClaim *claim)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	my_slot = claimed_slot(claim);
	my_generation = claim->generation;
	if (my_slot != NULL)
	{
		before_shmem_exit(worker_detach, (Datum) 0);
		my_slot->pid = MyProcPid;
		my_slot->started_at = GetCurrentTimestamp();
		my_slot->woken = false;
	}
	LWLockRelease(lock);
	return my_slot != NULL;
}

void
th_slot_connected(void)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (slot_is_mine() && my_slot->state == SLOT_STARTING)
		my_slot->state = SLOT_RUNNING;
	wake_launcher();
	LWLockRelease(lock);
}

void
th_slot_report(const WorkerReport *report)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (slot_is_mine())
	{
		my_slot->attempts = 0;
		my_slot->last_run_at = GetCurrentTimestamp();
		my_slot->expired += report->expired;
		my_slot->folded += report->folded;
		my_slot->failures += report->failures;
	}
	LWLockRelease(lock);
}

/* An extension made since this worker attached may be one that it did not see. */
void
th_slot_absent(void)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (slot_is_mine() && my_slot->state == SLOT_RUNNING)
	{
		my_slot->state = my_slot->woken ? SLOT_WAITING : SLOT_ABSENT;
		my_slot->retry_at = 0;
		my_slot->attempts = 0;
	}
	LWLockRelease(lock);
}

/* ---- backends ---- */

void
th_worker_stop_for_drop(Oid database)
{
	WorkerSlot *slot;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = find_slot(database);
	if (slot != NULL)
	{
		slot->state = SLOT_DROPPING;
		if (slot->pid != 0)
			kill(slot->pid, SIGTERM);
	}
	LWLockRelease(lock);
}

/* In a commit or abort callback: nothing here allocates or fails. */
static void
end_of_drop(Oid database, bool dropped)
{
	WorkerSlot *slot;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = find_slot(database);
	if (slot != NULL && slot->state == SLOT_DROPPING)
	{
		if (dropped)
			free_slot(slot);
		else
		{
			/* A worker that is still ending schedules the next one itself. */
			slot->state = slot->pid != 0 ? SLOT_RUNNING : SLOT_WAITING;
			slot->retry_at = 0;
			wake_launcher();
		}
	}
	LWLockRelease(lock);
}

static void
wake_for_this_database(void)
{
	WorkerSlot *slot;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = find_slot(MyDatabaseId);
	if (slot != NULL)
	{
		slot->woken = true;
		if (slot->state == SLOT_ABSENT)
		{
			slot->state = SLOT_WAITING;
			slot->retry_at = 0;
		}
	}
	pool->refresh = true;
	wake_launcher();
	LWLockRelease(lock);
}

static void
on_transaction_end(XactEvent event, void *arg)
{
	if (!wake_at_commit)
		return;
	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			/* Nobody tells us when a prepared transaction commits. */
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot prepare a transaction that creates or updates an extension of tidehold")));
			break;
		case XACT_EVENT_COMMIT:
			wake_at_commit = false;
			wake_for_this_database();
			break;
		case XACT_EVENT_ABORT:
			wake_at_commit = false;
			break;
		default:
			break;
	}
}

void
th_slot_init(void)
{
	RegisterXactCallback(on_transaction_end, NULL);
	th_hook_on_drop_database(th_worker_stop_for_drop);
	th_hook_on_drop_database_end(end_of_drop);
}

Datum
th_wake_launcher(PG_FUNCTION_ARGS)
{
	wake_at_commit = true;
	PG_RETURN_VOID();
}

static const char *
state_name(SlotState state)
{
	switch (state)
	{
		case SLOT_FREE:
			break;
		case SLOT_WAITING:
		case SLOT_STARTING:
			return "starting";
		case SLOT_RUNNING:
			return "running";
		case SLOT_ABSENT:
			return "absent";
		case SLOT_NO_SLOT:
			return "no slot";
		case SLOT_FAILED:
			return "failed";
		case SLOT_DROPPING:
		case SLOT_STOPPING:
			return "dropping";
	}
	return NULL;
}

static void
put_slot(ReturnSetInfo *result, const WorkerSlot *slot)
{
	Datum values[8];
	bool nulls[8] = { false };

	values[0] = ObjectIdGetDatum(slot->database);
	values[1] = Int32GetDatum(slot->pid);
	nulls[1] = slot->pid == 0;
	values[2] = CStringGetTextDatum(state_name(slot->state));
	values[3] = TimestampTzGetDatum(slot->started_at);
	nulls[3] = slot->started_at == 0;
	values[4] = TimestampTzGetDatum(slot->last_run_at);
	nulls[4] = slot->last_run_at == 0;
	values[5] = Int64GetDatum(slot->expired);
	values[6] = Int64GetDatum(slot->folded);
	values[7] = Int64GetDatum(slot->failures);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
th_stat_worker(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < WORKER_SLOTS; i++)
	{
		WorkerSlot slot;

		LWLockAcquire(lock, LW_SHARED);
		slot = pool->slots[i];
		LWLockRelease(lock);
		if (slot.state != SLOT_FREE)
			put_slot((ReturnSetInfo *) fcinfo->resultinfo, &slot);
	}
	PG_RETURN_NULL();
}
