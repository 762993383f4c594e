/*
 * worker_slot.c
 *	  The slots as the launcher and the workers change them.
 */
#include "postgres.h"

#include <signal.h>

#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "replication/slot.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

#include "base/settings.h"
#include "base/worker_pool.h"

/* A worker that has not attached by then was lost on the way, as when fork() fails. */
#define START_TIMEOUT_MS 60000

/*
 * Nobody who is not absent waits longer: what is later was set before the clock was set
 * back, and is due.
 */
#define WAIT_MAX_MS 60000

/* A launcher that starts hundreds of databases leaves background workers to others. */
#define STARTS_AT_ONCE 4

/*
 * A database that had nothing to maintain is looked at again after so many naps: rows may
 * have come without a trigger, as by pg_restore --disable-triggers.
 */
#define ABSENT_NAPS 1000
#define ABSENT_MAX_MS 3600000

/* Of the worker running in this process */
static WorkerSlot *my_slot = NULL;
static uint32 my_generation = 0;

/* ---- launcher ---- */

static void
launcher_detach(int code, Datum arg)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	th_worker_pool->launcher_pid = 0;
	LWLockRelease(th_worker_lock);
}

void
th_slot_launcher_attach(void)
{
	before_shmem_exit(launcher_detach, (Datum) 0);
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	th_worker_pool->launcher_pid = MyProcPid;
	LWLockRelease(th_worker_lock);
}

bool
th_slot_take_refresh(void)
{
	bool wanted;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	wanted = th_worker_pool->refresh;
	th_worker_pool->refresh = false;
	LWLockRelease(th_worker_lock);
	return wanted;
}

void
th_slot_list_begin(void)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	for (int i = 0; i < th_worker_pool->slot_count; i++)
		th_worker_pool->slots[i].listed = false;
	LWLockRelease(th_worker_lock);
}

/* A database that is listed keeps the slots of its tasks. */
static void
mark_tasks(Oid database)
{
	for (int i = 0; i < th_worker_pool->slot_count; i++)
		if (th_worker_pool->slots[i].database == database)
			th_worker_pool->slots[i].listed = true;
}

/* False where there is no room. */
bool
th_slot_list(Oid database, const NameData *name)
{
	WorkerSlot *slot;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	slot = th_worker_find(database, &th_no_task);
	if (slot == NULL)
		slot = th_worker_make(database, WORKER_MAINTENANCE, &th_no_task);
	if (slot != NULL)
	{
		slot->name = *name;
		mark_tasks(database);
	}
	LWLockRelease(th_worker_lock);
	return slot != NULL;
}

void
th_slot_list_end(void)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state != SLOT_FREE && slot->state != SLOT_DROPPING && !slot->listed)
			th_worker_unlist(slot);
	}
	LWLockRelease(th_worker_lock);
}

/* Does the slot need the launcher at retry_at? */
static bool
is_scheduled(const WorkerSlot *slot)
{
	return slot->pid == 0 &&
		   (slot->state == SLOT_WAITING || slot->state == SLOT_STARTING ||
			slot->state == SLOT_ABSENT || slot->state == SLOT_NO_SLOT ||
			slot->state == SLOT_FAILED);
}

static bool
is_due(const WorkerSlot *slot, TimestampTz now)
{
	int longest = slot->state == SLOT_ABSENT ? ABSENT_MAX_MS : WAIT_MAX_MS;

	return slot->retry_at <= now || slot->retry_at > TimestampTzPlusMilliseconds(now, longest);
}

static WorkerSlot *
find_due(TimestampTz now, TimestampTz *wake_at)
{
	WorkerSlot *due = NULL;
	int starting = 0;

	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state == SLOT_STARTING)
			starting++;
		if (!is_scheduled(slot))
			continue;
		if (!is_due(slot, now))
			*wake_at = Min(*wake_at, slot->retry_at);
		else if (due == NULL || slot->retry_at < due->retry_at)
			due = slot;
	}
	/* A worker that has connected or ended wakes the launcher. */
	return starting < STARTS_AT_ONCE ? due : NULL;
}

bool
th_slot_take_due(TimestampTz now, WorkerClaim *claim, TimestampTz *wake_at)
{
	WorkerSlot *slot;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	slot = find_due(now, wake_at);
	if (slot != NULL)
	{
		slot->state = SLOT_STARTING;
		slot->generation = ++th_worker_pool->last_generation;
		slot->retry_at = TimestampTzPlusMilliseconds(now, START_TIMEOUT_MS);
		claim->database = slot->database;
		claim->kind = slot->kind;
		claim->task = slot->task;
		claim->name = slot->name;
		claim->slot = slot - th_worker_pool->slots;
		claim->generation = slot->generation;
	}
	LWLockRelease(th_worker_lock);
	return slot != NULL;
}

/* NULL where the slot has been given to another worker or database. */
static WorkerSlot *
claimed_slot(const WorkerClaim *claim)
{
	WorkerSlot *slot;

	Assert(claim->slot >= 0 && claim->slot < th_worker_pool->slot_count);
	slot = &th_worker_pool->slots[claim->slot];
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

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	slot = claimed_slot(claim);
	if (slot != NULL)
	{
		slot->state = SLOT_NO_SLOT;
		slot->retry_at = th_worker_after_ms(th_backoff_ms(slot->attempts));
		attempts = ++slot->attempts;
	}
	LWLockRelease(th_worker_lock);
	return attempts;
}

static void
fail(WorkerSlot *slot)
{
	slot->state = SLOT_FAILED;
	slot->failures++;
	slot->retry_at = th_worker_after_ms(th_backoff_ms(slot->attempts++));
}

void
th_slot_ended(const WorkerClaim *claim)
{
	WorkerSlot *slot;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	slot = claimed_slot(claim);
	if (slot != NULL && slot->pid == 0)
	{
		slot->lost = true;
		fail(slot);
	}
	LWLockRelease(th_worker_lock);
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
	if (slot->restart)
	{
		slot->state = SLOT_WAITING;
		slot->retry_at = 0;
		return;
	}
	if (ShutdownRequestPending)
	{
		slot->state = SLOT_WAITING;
		slot->retry_at = th_worker_after_ms(BACKOFF_MIN_MS);
		return;
	}
	fail(slot);
	/* What it failed for may have been changed after it looked. */
	if (slot->woken)
		slot->retry_at = 0;
}

/*
 * DROP DATABASE waits until no worker is attached, and fails at once where one of them
 * holds a replication slot.
 */
static void
worker_detach(int code, Datum arg)
{
	if (MyReplicationSlot != NULL)
		ReplicationSlotRelease();
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	if (slot_is_mine())
	{
		my_slot->pid = 0;
		if (my_slot->state == SLOT_STOPPING)
		{
			th_worker_free(my_slot);
			th_worker_pool->refresh = true;
		}
		else if (my_slot->state == SLOT_STARTING || my_slot->state == SLOT_RUNNING)
			reschedule(my_slot);
		th_worker_wake_launcher();
	}
	LWLockRelease(th_worker_lock);
}

bool
th_slot_attach(const WorkerClaim *claim)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	my_slot = claimed_slot(claim);
	my_generation = claim->generation;
	if (my_slot != NULL)
	{
		before_shmem_exit(worker_detach, (Datum) 0);
		my_slot->pid = MyProcPid;
		my_slot->started_at = GetCurrentTimestamp();
		my_slot->woken = false;
		my_slot->restart = false;
		my_slot->lost = false;
	}
	LWLockRelease(th_worker_lock);
	return my_slot != NULL;
}

void
th_slot_connected(void)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	if (slot_is_mine() && my_slot->state == SLOT_STARTING)
		my_slot->state = SLOT_RUNNING;
	th_worker_wake_launcher();
	LWLockRelease(th_worker_lock);
}

void
th_slot_report(const WorkerReport *report)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	if (slot_is_mine())
	{
		my_slot->attempts = 0;
		my_slot->last_run_at = GetCurrentTimestamp();
		my_slot->expired += report->expired;
		my_slot->folded += report->folded;
		my_slot->failures += report->failures;
	}
	LWLockRelease(th_worker_lock);
}

/* Unlocked: nobody else changes it while this worker is attached. */
void
th_slot_progress(void)
{
	if (my_slot == NULL || my_slot->attempts == 0)
		return;
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	if (slot_is_mine())
		my_slot->attempts = 0;
	LWLockRelease(th_worker_lock);
}

void
th_slot_restart_now(void)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	if (slot_is_mine())
		my_slot->restart = true;
	LWLockRelease(th_worker_lock);
}

static TimestampTz
end_of_absence(void)
{
	int64 ms = (int64) th_setting_maintenance_naptime * ABSENT_NAPS;

	return th_worker_after_ms((int) Min(ms, ABSENT_MAX_MS));
}

/* What came since this worker attached may be something that it did not see. */
void
th_slot_absent(void)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	if (slot_is_mine() && my_slot->state == SLOT_RUNNING)
	{
		my_slot->state = my_slot->woken ? SLOT_WAITING : SLOT_ABSENT;
		my_slot->retry_at = my_slot->woken ? 0 : end_of_absence();
		my_slot->attempts = 0;
	}
	LWLockRelease(th_worker_lock);
}
