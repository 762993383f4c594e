/*
 * launcher.c
 *	  Starts a maintenance worker in each database that has something to maintain, and
 *	  the workers of tasks that the maintenance workers name.
 *
 * One process without a database.  It reads pg_database once a minute and when it is
 * woken (wake_launcher(), a worker that has started or ended), and registers a dynamic
 * background worker for each slot that is due.  Which databases hold our extensions
 * only their own catalogs know, so every database gets a worker once, and a worker that
 * finds nothing ends; some minutes later one looks again.  Templates are left out: a
 * worker connected to one would make CREATE DATABASE fail.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/worker.h"
#include "base/worker_pool.h"
#include "base/worker_process.h"
#include "base/worker_slot.h"

#define LIBRARY_NAME "tidehold"
#define REFRESH_INTERVAL_MS 60000
#define RESTART_SECONDS 5

/* A worker that ends gives its slot back a moment after we hear of it. */
#define REFUSALS_BEFORE_WARNING 3

/* Of a database whose DROP DATABASE was interrupted; 15 has no name for it at first. */
#define CONNECTION_LIMIT_INVALID (-2)

/* The last process that was asked for, for each slot; one without handle is known to have ended. */
typedef struct Started
{
	BackgroundWorkerHandle *handle;
	WorkerClaim claim;
} Started;

static Started *started = NULL;

typedef struct WorkerProgram
{
	const char *type;
	const char *library;
	const char *function;
	const char *of_what;
	const char *consequence; /* of none being free */
} WorkerProgram;

static const WorkerProgram programs[WORKER_KINDS] = {
	[WORKER_MAINTENANCE] = {
		.type = "tidehold maintenance",
		.library = LIBRARY_NAME,
		.function = "th_maintenance_main",
		.of_what = "maintenance of database",
		.consequence = "Expired reservations do not block sales, but are not marked, "
					   "and balances are not folded.",
	},
	[WORKER_FEED] = {
		.type = "tidehold feed",
		.library = "tidehold_feed",
		.function = "th_feed_worker_main",
		.of_what = "feed",
		.consequence = "Nothing is sent, and the feed's replication slot keeps WAL.",
	},
};

extern PGDLLEXPORT void th_launcher_main(Datum main_arg);

void
th_worker_init(void)
{
	BackgroundWorker worker = { 0 };

	th_slot_init();
	if (IsBinaryUpgrade)
		return;
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = RESTART_SECONDS;
	strlcpy(worker.bgw_name, "tidehold launcher", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "tidehold launcher", BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, LIBRARY_NAME, sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "th_launcher_main", sizeof(worker.bgw_function_name));
	RegisterBackgroundWorker(&worker);
}

static bool
wants_worker(Form_pg_database database)
{
	return database->datallowconn && !database->datistemplate &&
		   database->datconnlimit > CONNECTION_LIMIT_INVALID;
}

static void
list_databases(void)
{
	Relation databases = table_open(DatabaseRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(databases, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	int left_out = 0;

	while ((tuple = systable_getnext(scan)) != NULL)
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

		if (wants_worker(database) && !th_slot_list(database->oid, &database->datname))
			left_out++;
	}
	systable_endscan(scan);
	table_close(databases, AccessShareLock);
	if (left_out > 0)
		ereport(WARNING,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%d databases get no maintenance worker of tidehold", left_out),
				 errdetail("At most %d databases of a server can have one.", WORKER_DATABASES_MAX)));
}

static void
refresh_databases(void)
{
	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	th_slot_list_begin();
	list_databases();
	th_slot_list_end();
	CommitTransactionCommand();
}

static void
forget(Started *of)
{
	if (of->handle != NULL)
		pfree(of->handle);
	of->handle = NULL;
}

static bool
remember(const WorkerClaim *claim, BackgroundWorker *worker)
{
	Started *of = &started[claim->slot];
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	bool registered;

	forget(of);
	of->claim = *claim;
	registered = RegisterDynamicBackgroundWorker(worker, &of->handle);
	MemoryContextSwitchTo(old);
	return registered;
}

static bool
register_worker(const WorkerClaim *claim)
{
	const WorkerProgram *program = &programs[claim->kind];
	BackgroundWorker worker = { 0 };

	StaticAssertStmt(sizeof(WorkerClaim) <= BGW_EXTRALEN, "a claim fits bgw_extra");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(worker.bgw_name, BGW_MAXLEN, "%s %s", program->type, NameStr(claim->name));
	strlcpy(worker.bgw_type, program->type, BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, program->library, sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, program->function, sizeof(worker.bgw_function_name));
	worker.bgw_notify_pid = MyProcPid;
	memcpy(worker.bgw_extra, claim, sizeof(*claim));
	return remember(claim, &worker);
}

/* The postmaster wakes us at the end of each. */
static void
look_for_ended(void)
{
	for (int i = 0; i < th_slot_count(); i++)
	{
		pid_t pid;

		if (started[i].handle == NULL ||
			GetBackgroundWorkerPid(started[i].handle, &pid) != BGWH_STOPPED)
			continue;
		forget(&started[i]);
		th_slot_ended(&started[i].claim);
	}
}

static void
start_worker(const WorkerClaim *claim)
{
	const WorkerProgram *program = &programs[claim->kind];

	if (register_worker(claim))
		return;
	if (th_slot_refused(claim) == REFUSALS_BEFORE_WARNING)
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no background worker is free for the %s \"%s\"",
						program->of_what, NameStr(claim->name)),
				 errdetail_internal("%s", program->consequence),
				 errhint("Increase max_worker_processes, which is %d.", max_worker_processes)));
}

/* Returns when the next worker is due. */
static TimestampTz
start_due_workers(void)
{
	TimestampTz wake_at = DT_NOEND;
	WorkerClaim claim;

	while (th_slot_take_due(GetCurrentTimestamp(), &claim, &wake_at))
	{
		CHECK_FOR_INTERRUPTS();
		start_worker(&claim);
	}
	return wake_at;
}

/* Exit code 1 asks the postmaster to start a launcher again; 0 would unregister it. */
void
th_launcher_main(Datum main_arg)
{
	uint32 wait_event;
	int64 refresh_at = 0; /* monotonic ms */

	th_process_set_signals();
	th_slot_launcher_attach();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	wait_event = TH_WAIT_EVENT("TideholdLauncherMain");
	started = MemoryContextAllocZero(TopMemoryContext, sizeof(Started) * th_slot_count());
	ereport(DEBUG1, (errmsg_internal("tidehold launcher started")));

	for (;;)
	{
		TimestampTz wake_at;

		th_process_serve_signals(1);
		if (th_slot_take_refresh() || th_monotonic_ms() >= refresh_at)
		{
			refresh_databases();
			refresh_at = th_monotonic_ms() + REFRESH_INTERVAL_MS;
		}
		look_for_ended();
		wake_at = start_due_workers();
		th_process_sleep_until(Min(wake_at, th_worker_after_ms(REFRESH_INTERVAL_MS)), wait_event);
	}
}
