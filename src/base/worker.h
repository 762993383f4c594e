/*
 * worker.h
 *	  The launcher and the maintenance worker of each database.
 */
#ifndef TIDEHOLD_BASE_WORKER_H
#define TIDEHOLD_BASE_WORKER_H

#include "datatype/timestamp.h"

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

/* Stops the worker of a database that is being dropped; it starts again if the drop fails. */
extern void th_worker_stop_for_drop(Oid database);

#endif /* TIDEHOLD_BASE_WORKER_H */
