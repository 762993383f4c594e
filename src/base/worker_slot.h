/*
 * worker_slot.h
 *	  What launcher, workers and backends know of each other.
 *
 * A slot for the maintenance worker of each database, and one for each of its tasks
 * that need a process of their own, in shared memory under one LWLock:
 *
 *		launcher lists the database, maintenance worker names the task
 *							 |
 *		+--- retry_at ---> WAITING --- launcher registers a worker ---> STARTING
 *		|	 woken at commit,^  ^												|
 *		|	  or much later  |  | SIGTERM, restart wanted						| connected
 *		|					 |  +------------------------- RUNNING <-----------+
 *		|				   ABSENT <-- nothing installed ---+  |
 *		|													  |
 *		+------ FAILED <-- error, or ended before it attached +
 *		+------ NO_SLOT <- no free background worker (from WAITING)
 *
 * DROPPING: a backend is dropping the database; only the end of its transaction leaves
 * this state.  STOPPING: the database is a template now or takes no connections, or the
 * task is gone.
 *
 * pid belongs to the process that has attached itself, and that process takes it back
 * under the lock before it ends; so whoever holds the lock may signal a pid that he
 * finds.  Nothing else of a process is kept here.  A worker whose generation is not
 * the slot's has been given up and may not touch the slot.  Any process that dies by
 * a signal makes the postmaster start over, with all slots free.
 */
#ifndef TIDEHOLD_BASE_WORKER_SLOT_H
#define TIDEHOLD_BASE_WORKER_SLOT_H

#include "datatype/timestamp.h"

#include "base/worker.h"

/* Databases beyond this many get no worker, and a warning says so. */
#define WORKER_DATABASES_MAX 1024

typedef enum SlotState
{
	SLOT_FREE,
	SLOT_WAITING,
	SLOT_STARTING,
	SLOT_RUNNING,
	SLOT_ABSENT,
	SLOT_NO_SLOT,
	SLOT_FAILED,
	SLOT_DROPPING,
	SLOT_STOPPING
} SlotState;

typedef enum WorkerKind
{
	WORKER_MAINTENANCE, /* one for each database; its task is all zeros */
	WORKER_FEED,
	WORKER_KINDS
} WorkerKind;

typedef struct WorkerSlot
{
	Oid database;
	WorkerKind kind;
	pg_uuid_t task;
	NameData name; /* of the database when it was last listed, or of the task */
	SlotState state;
	bool listed;  /* used by the launcher while it reads pg_database */
	bool woken;	  /* since the worker attached there came work that it may not have seen */
	bool restart; /* the worker ends in order to be started again */
	bool lost;	  /* the last process ended before it attached itself */

	/* The worker that was registered last */
	uint32 generation;
	pid_t pid;			  /* 0: none has attached, or it has ended */
	int attempts;		  /* failures in a row */
	TimestampTz retry_at; /* register a worker (again) from this moment */

	/* Shown by tidehold.stat_worker */
	TimestampTz started_at;
	TimestampTz last_run_at;
	int64 expired;
	int64 folded;
	int64 failures;
} WorkerSlot;

/* Names one registration of a worker; travels in bgw_extra. */
typedef struct WorkerClaim
{
	Oid database;
	WorkerKind kind;
	pg_uuid_t task;
	NameData name;
	int slot;
	uint32 generation;
} WorkerClaim;

typedef struct WorkerReport
{
	int64 expired;
	int64 folded;
	int64 failures;
} WorkerReport;

/* 1 s, 2 s, 4 s .. 60 s, less up to a half so that not all come at once. */
extern int th_backoff_ms(int attempts);

/* Launcher: announce itself, and take the wish to read pg_database again. */
extern void th_slot_launcher_attach(void);
extern bool th_slot_take_refresh(void);

/* Launcher: the databases that are to have a slot, all named between begin and end. */
extern void th_slot_list_begin(void);
extern bool th_slot_list(Oid database, const NameData *name);
extern void th_slot_list_end(void);

/*
 * Launcher: takes a slot whose worker is to be registered now.  False: none, and
 * *wake_at is lowered to when there will be one.
 */
extern bool th_slot_take_due(TimestampTz now, WorkerClaim *claim, TimestampTz *wake_at);

/* Launcher: no background worker was free; returns how often in a row. */
extern int th_slot_refused(const WorkerClaim *claim);

/*
 * Launcher: the process has ended.  One that never attached, as when its library cannot be
 * loaded, has failed.
 */
extern void th_slot_ended(const WorkerClaim *claim);

/* Worker: false where it is not wanted any more.  Detaches by itself at the end. */
extern bool th_slot_attach(const WorkerClaim *claim);
extern void th_slot_connected(void);
extern void th_slot_report(const WorkerReport *report);

/* Copies: of the slot of a task of this database, false where there is none; of the nth. */
extern bool th_slot_of_task(const pg_uuid_t *task, WorkerSlot *copy);
extern int th_slot_count(void);
extern void th_slot_copy(int n, WorkerSlot *copy);

/* Is there room for one more of this kind? */
extern bool th_slot_has_room(WorkerKind kind);

extern void th_slot_init(void);

#endif /* TIDEHOLD_BASE_WORKER_SLOT_H */
