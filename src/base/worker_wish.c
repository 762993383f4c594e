/*
 * worker_wish.c
 *	  What backends and maintenance workers want of the slots: tasks, wake-ups at commit,
 *	  and the end of all workers of a database that is being dropped.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "base/clock.h"
#include "base/hooks.h"
#include "base/worker_pool.h"

/* As long as dropdb() itself waits for sessions to end. */
#define DROP_WAIT_MS 5000
#define DROP_NAP_MS 10

static bool wake_at_commit = false;

PG_FUNCTION_INFO_V1(th_wake_launcher);

/* ---- tasks of a database ---- */

static bool
is_named(const WorkerSlot *slot, const WorkerWish *wishes, int count)
{
	for (int i = 0; i < count; i++)
		if (memcmp(&slot->task, &wishes[i].task, sizeof(slot->task)) == 0)
			return true;
	return false;
}

static void
unlist_others(const WorkerWish *wishes, int count)
{
	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state != SLOT_FREE && slot->state != SLOT_STOPPING &&
			slot->database == MyDatabaseId && slot->kind != WORKER_MAINTENANCE &&
			!is_named(slot, wishes, count))
			th_worker_unlist(slot);
	}
}

/* The caller holds the lock.  False where there is no room. */
static bool
name_task(const WorkerWish *wish, bool *made)
{
	WorkerSlot *slot = th_worker_find(MyDatabaseId, &wish->task);

	if (slot == NULL)
	{
		slot = th_worker_make(MyDatabaseId, WORKER_FEED, &wish->task);
		*made |= slot != NULL;
	}
	if (slot != NULL)
		slot->name = wish->name;
	return slot != NULL;
}

/* A database that is being dropped, or is a template now, gets no new tasks. */
int
th_worker_name_tasks(const WorkerWish *wishes, int count)
{
	WorkerSlot *mine;
	bool made = false;
	int left_out = 0;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	mine = th_worker_find(MyDatabaseId, &th_no_task);
	if (mine != NULL && mine->state == SLOT_RUNNING)
	{
		unlist_others(wishes, count);
		for (int i = 0; i < count; i++)
			if (!name_task(&wishes[i], &made))
				left_out++;
		if (made)
			th_worker_wake_launcher();
	}
	LWLockRelease(th_worker_lock);
	return left_out;
}

/* ---- DROP DATABASE ---- */

/* Signals those that are attached; false where there are none. */
static bool
stop_all(Oid database)
{
	bool attached = false;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state == SLOT_FREE || slot->database != database)
			continue;
		if (slot->pid != 0)
		{
			attached = true;
			if (slot->state != SLOT_DROPPING)
				kill(slot->pid, SIGTERM);
		}
		slot->state = SLOT_DROPPING;
	}
	LWLockRelease(th_worker_lock);
	return attached;
}

/*
 * Waits, for dropdb() looks for active replication slots next and does not wait for them.
 * A worker that does not end in time makes the drop fail there, with the server's words.
 */
void
th_worker_stop_for_drop(Oid database)
{
	int64 give_up = th_monotonic_ms() + DROP_WAIT_MS;

	while (stop_all(database) && th_monotonic_ms() < give_up)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, DROP_NAP_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/* A worker that is still ending schedules the next one itself. */
static void
end_of_drop_of(WorkerSlot *slot, bool dropped)
{
	if (dropped)
	{
		th_worker_free(slot);
		return;
	}
	slot->state = slot->pid != 0 ? SLOT_RUNNING : SLOT_WAITING;
	slot->retry_at = 0;
}

/* In a commit or abort callback: nothing here allocates or fails. */
static void
end_of_drop(Oid database, bool dropped)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state == SLOT_DROPPING && slot->database == database)
			end_of_drop_of(slot, dropped);
	}
	th_worker_wake_launcher();
	LWLockRelease(th_worker_lock);
}

/* ---- wake-ups at commit ---- */

/* Also lets a worker that failed be tried again at once: the cause may be gone. */
static void
wake_slot(WorkerSlot *slot)
{
	slot->woken = true;
	if (slot->state == SLOT_ABSENT)
		slot->state = SLOT_WAITING;
	if (slot->state == SLOT_WAITING || slot->state == SLOT_FAILED || slot->state == SLOT_NO_SLOT)
		slot->retry_at = 0;
	else if (slot->pid != 0)
		kill(slot->pid, SIGUSR1);
}

void
th_worker_wake(const pg_uuid_t *task)
{
	WorkerSlot *slot;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	slot = th_worker_find(MyDatabaseId, task != NULL ? task : &th_no_task);
	if (slot != NULL)
		wake_slot(slot);
	if (task == NULL)
		th_worker_pool->refresh = true;
	th_worker_wake_launcher();
	LWLockRelease(th_worker_lock);
}

void
th_worker_wake_tasks(void)
{
	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	for (int i = 0; i < th_worker_pool->slot_count; i++)
	{
		WorkerSlot *slot = &th_worker_pool->slots[i];

		if (slot->state != SLOT_FREE && slot->database == MyDatabaseId &&
			slot->kind != WORKER_MAINTENANCE)
			wake_slot(slot);
	}
	th_worker_wake_launcher();
	LWLockRelease(th_worker_lock);
}

void
th_worker_restart(const pg_uuid_t *task)
{
	WorkerSlot *slot;

	LWLockAcquire(th_worker_lock, LW_EXCLUSIVE);
	slot = th_worker_find(MyDatabaseId, task);
	if (slot != NULL && slot->pid != 0 && slot->state == SLOT_RUNNING)
	{
		slot->restart = true;
		kill(slot->pid, SIGTERM);
	}
	LWLockRelease(th_worker_lock);
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
			th_worker_wake(NULL);
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
