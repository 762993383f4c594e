/*
 * worker.c
 *	  The maintenance worker of a database: runs the registered tasks in turns.
 *
 * It works as the bootstrap superuser, so what it calls must act as the tables' owner
 * and resolve no name by search_path.  It holds no transaction and no snapshot while it
 * sleeps.  A task that fails is logged once, counted, and tried again after a growing
 * pause; the other tasks go on.
 *
 * A worker stays connected, so its database cannot be renamed or serve as a template:
 * mark the database as a template (ALTER DATABASE .. IS_TEMPLATE true) and call
 * tidehold.wake_launcher(), and the launcher stops the worker.  DROP DATABASE stops it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/settings.h"
#include "base/worker.h"
#include "base/worker_process.h"
#include "base/worker_slot.h"

/* A task that fails again and again says so in the log once for each SQLSTATE. */
typedef struct TaskHealth
{
	int failures; /* in a row */
	int sqlstate; /* of the failure that was logged */
	TimestampTz retry_at;
} TaskHealth;

typedef struct Round
{
	bool anything; /* a task has work in this database */
	bool again;
	TimestampTz wake_at;
	WorkerReport report;
} Round;

extern PGDLLEXPORT void th_maintenance_main(Datum main_arg);

static const WorkerTask *tasks[WORKER_TASKS_MAX];
static TaskHealth healths[WORKER_TASKS_MAX];
static int task_count = 0;

void
th_worker_add_task(const WorkerTask *task)
{
	Assert(task_count < WORKER_TASKS_MAX);
	tasks[task_count++] = task;
}

static void
count_work(WorkerReport *report, const WorkerTask *task, int done)
{
	if (task->count == WORKER_COUNT_EXPIRED)
		report->expired += done;
	else if (task->count == WORKER_COUNT_FOLDED)
		report->folded += done;
}

/* The time before now is past: what is due then was tried just now and is held by others. */
static void
lower_wake_at(Round *round, TimestampTz due)
{
	if (due > GetCurrentTimestamp())
		round->wake_at = Min(round->wake_at, due);
}

static void
run_task(const WorkerTask *task, Round *round)
{
	bool again = false;
	TimestampTz next_due = DT_NOEND;
	int done = 0;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	debug_query_string = task->name;
	if (task->installed())
	{
		round->anything = true;
		pgstat_report_activity(STATE_RUNNING, task->name);
		done = task->run(&again, &next_due);
	}
	PopActiveSnapshot();
	CommitTransactionCommand();
	debug_query_string = NULL;

	if (done > 0)
		ereport(DEBUG1, (errmsg_internal("maintenance task \"%s\" did %d", task->name, done)));
	count_work(&round->report, task, done);
	round->again |= again;
	lower_wake_at(round, next_due);
}

static void
note_success(const WorkerTask *task, TaskHealth *health)
{
	if (health->failures == 0)
		return;
	ereport(LOG,
			(errmsg("maintenance task \"%s\" works again after %d failures",
					task->name, health->failures)));
	memset(health, 0, sizeof(*health));
}

/* In PG_CATCH. */
static void
note_failure(TaskHealth *health)
{
	int sqlstate = geterrcode();

	HOLD_INTERRUPTS();
	if (health->failures == 0 || health->sqlstate != sqlstate)
		EmitErrorReport();
	AbortCurrentTransaction();
	FlushErrorState();
	RESUME_INTERRUPTS();
	debug_query_string = NULL;
	health->sqlstate = sqlstate;
	health->retry_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												   th_backoff_ms(health->failures++));
}

static void
try_task(const WorkerTask *task, TaskHealth *health, Round *round)
{
	MemoryContext context = CurrentMemoryContext;

	if (health->retry_at <= GetCurrentTimestamp())
	{
		PG_TRY();
		{
			run_task(task, round);
			note_success(task, health);
		}
		PG_CATCH();
		{
			MemoryContextSwitchTo(context);
			note_failure(health);
			round->report.failures++;
		}
		PG_END_TRY();
		MemoryContextSwitchTo(context);
	}
	if (health->failures == 0)
		return;
	/* Whether it has work here is not known: stay. */
	round->anything = true;
	lower_wake_at(round, health->retry_at);
}

static void
run_round(Round *round)
{
	memset(round, 0, sizeof(*round));
	round->wake_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												 th_setting_maintenance_naptime);
	for (int i = 0; i < task_count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		try_task(tasks[i], &healths[i], round);
	}
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	th_slot_report(&round->report);
}

/* What ALTER DATABASE or ALTER ROLE may have set for ordinary sessions is not for us. */
static void
pin_settings(void)
{
	static const char *const settings[][2] = {
		{ "search_path", "pg_catalog, pg_temp" },
		{ "default_transaction_isolation", "read committed" },
		{ "default_transaction_read_only", "off" },
		{ "session_replication_role", "origin" },
		{ "statement_timeout", "0" },
		{ "lock_timeout", "0" },
		{ "idle_in_transaction_session_timeout", "0" },
		{ "transaction_timeout", "0" },
	};

	for (int i = 0; i < (int) lengthof(settings); i++)
		if (GetConfigOption(settings[i][0], true, false) != NULL)
			SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

static void
connect_to_database(WorkerClaim *claim)
{
	memcpy(claim, MyBgworkerEntry->bgw_extra, sizeof(*claim));
	if (!th_slot_attach(claim))
		proc_exit(0);
	th_process_set_signals();
	BackgroundWorkerInitializeConnectionByOid(claim->database, InvalidOid, 0);
	pin_settings();
	th_slot_connected();
}

void
th_task_connect(pg_uuid_t *task, NameData *name)
{
	WorkerClaim claim;

	connect_to_database(&claim);
	*task = claim.task;
	*name = claim.name;
}

static void
end_absent(void)
{
	ereport(DEBUG1, (errmsg_internal("nothing of tidehold to maintain in this database")));
	th_slot_absent();
	proc_exit(0);
}

void
th_maintenance_main(Datum main_arg)
{
	uint32 wait_event;
	MemoryContext context;
	WorkerClaim claim;

	connect_to_database(&claim);
	wait_event = TH_WAIT_EVENT("TideholdMaintenanceMain");
	context = AllocSetContextCreate(TopMemoryContext, "tidehold maintenance round",
									ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		Round round;

		th_process_serve_signals(0);
		MemoryContextSwitchTo(context);
		run_round(&round);
		MemoryContextReset(context);
		if (!round.anything)
			end_absent();
		if (!round.again)
			th_process_sleep_until(round.wake_at, wait_event);
	}
}
