/*
 * worker_pool.h
 *	  The slots in shared memory; internal to worker_pool.c, worker_slot.c and
 *	  worker_wish.c.
 */
#ifndef TIDEHOLD_BASE_WORKER_POOL_H
#define TIDEHOLD_BASE_WORKER_POOL_H

#include "storage/lwlock.h"

#include "base/worker_slot.h"

#define BACKOFF_MIN_MS 1000

/* Everything in it under th_worker_lock. */
typedef struct WorkerPool
{
	pid_t launcher_pid; /* 0: none */
	bool refresh;		/* read pg_database now */
	uint32 last_generation;
	int slot_count;
	WorkerSlot slots[FLEXIBLE_ARRAY_MEMBER];
} WorkerPool;

/* In shared memory; set in the postmaster. */
extern WorkerPool *th_worker_pool;
extern LWLock *th_worker_lock;

/* All zeros: the task of the maintenance worker. */
extern const pg_uuid_t th_no_task;

/* The caller of these holds the lock. */
extern WorkerSlot *th_worker_find(Oid database, const pg_uuid_t *task);
extern bool th_worker_has_room(WorkerKind kind);
extern WorkerSlot *th_worker_make(Oid database, WorkerKind kind, const pg_uuid_t *task);
extern void th_worker_free(WorkerSlot *slot);
extern void th_worker_wake_launcher(void);

/* The slot goes as soon as its process has. */
extern void th_worker_unlist(WorkerSlot *slot);

extern TimestampTz th_worker_after_ms(int ms);

#endif /* TIDEHOLD_BASE_WORKER_POOL_H */
