/*
 * worker.h
 *	  The launcher, the maintenance worker of each database, and the workers of tasks that
 *	  need a process of their own.
 */
#ifndef TIDEHOLD_BASE_WORKER_H
#define TIDEHOLD_BASE_WORKER_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

/*
 * One thing a maintenance worker does each round, inside a transaction of its own with
 * an active snapshot.  Only where installed() says so.  run() returns how much it did
 * (counted in tidehold.stat_worker as expired or folded) and sets *again where there is
 * more to do at once, or *next_due to when it wants to run next at the latest.
 */
typedef struct WorkerTask
{
	const char *name;
	bool (*installed)(void);
	int (*run)(bool *again, TimestampTz *next_due);
	enum
	{
		WORKER_COUNT_NONE,
		WORKER_COUNT_EXPIRED,
		WORKER_COUNT_FOLDED
	} count;
} WorkerTask;

#define WORKER_TASKS_MAX 8

/* Called from _PG_init, before the launcher is registered. */
extern void th_worker_add_task(const WorkerTask *task);

extern void th_worker_request_shmem(void);
extern void th_worker_startup_shmem(void);
extern void th_worker_init(void);

/*
 * Maintenance worker: which tasks of this database want a process of their own; others
 * that had one lose it.  Returns how many of these there was no room for.
 */
typedef struct WorkerWish
{
	pg_uuid_t task;
	NameData name; /* for the process list */
} WorkerWish;

extern int th_worker_name_tasks(const WorkerWish *wishes, int count);

/*
 * In a commit callback: sets the latch of this task's worker (NULL: of the maintenance
 * worker of this database), and has one that is absent or failed started at once.
 */
extern void th_worker_wake(const pg_uuid_t *task);

/* The same for the workers of all tasks of this database. */
extern void th_worker_wake_tasks(void);

/* The same for one that may be where it does not look at its latch: it ends, and starts again. */
extern void th_worker_restart(const pg_uuid_t *task);

/* Stops the workers of a database that is being dropped; they start again if the drop fails. */
extern void th_worker_stop_for_drop(Oid database);

/*
 * Worker of a task, first of all: attaches itself, installs signal handlers, connects to
 * the database and makes settings its own.  Ends the process where it is not wanted.
 */
extern PGDLLEXPORT void th_task_connect(pg_uuid_t *task, NameData *name);

/* Something was achieved: the next failure is the first in a row.  Cheap. */
extern PGDLLEXPORT void th_slot_progress(void);

/* Before the process ends: it is to be started again at once; only after th_worker_wake(). */
extern PGDLLEXPORT void th_slot_restart_now(void);
extern PGDLLEXPORT void th_slot_absent(void);

#endif /* TIDEHOLD_BASE_WORKER_H */
