/*
 * progress.c
 *	  The slots of running forecasts.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/compat.h"
#include "forecast/progress.h"

PG_FUNCTION_INFO_V1(th_stat_progress_forecast);

#define SHOWN_AFTER_US INT64CONST(1000000)
#define SHOWN_EVERY_US INT64CONST(100000)
#define NAME_LEN 128
#define COLUMNS 11

/* What a run is busy with. */
typedef struct Progress
{
	ThForecastPhase phase;
	TimestampTz started_at;
	int64 rows_read;
	int64 series_done;
	int values; /* of the series in work, 0 before any */
	char series[NAME_LEN];
	char method[NAMEDATALEN];
} Progress;

typedef struct ProgressSlot
{
	slock_t mutex;
	pid_t pid; /* 0: nothing runs */
	pid_t leader_pid;
	Oid database;
	Oid role;
	Progress progress;
} ProgressSlot;

/* In shared memory; set in the postmaster. */
static ProgressSlot *slots = NULL;

/* Of the run of this backend */
static Progress mine;
static int call_sites = 0;
static int64 show_at_us = 0; /* by the monotonic clock */
static bool shown = false;

/* ---- shared memory ---- */

/* Prepared transactions have numbers beyond these, and run nothing. */
static int
slot_count(void)
{
	return MaxBackends + NUM_AUXILIARY_PROCS;
}

static Size
slots_size(void)
{
	return mul_size(slot_count(), sizeof(ProgressSlot));
}

void
th_progress_request_shmem(void)
{
	RequestAddinShmemSpace(MAXALIGN(slots_size()));
}

/* The caller holds AddinShmemInitLock. */
void
th_progress_startup_shmem(void)
{
	bool found;

	slots = ShmemInitStruct("tidehold forecast progress", slots_size(), &found);
	if (found)
		return;
	memset(slots, 0, slots_size());
	for (int i = 0; i < slot_count(); i++)
		SpinLockInit(&slots[i].mutex);
}

/* ---- the run of this backend ---- */

static void
hide(void)
{
	ProgressSlot *slot = &slots[TH_PROC_INDEX];

	SpinLockAcquire(&slot->mutex);
	slot->pid = 0;
	SpinLockRelease(&slot->mutex);
	shown = false;
}

static void
hide_at_exit(int code, Datum arg)
{
	if (shown)
		hide();
}

static void
show(void)
{
	static bool registered = false;
	ProgressSlot *slot = &slots[TH_PROC_INDEX];
	PGPROC *leader = MyProc->lockGroupLeader;

	if (!registered)
		before_shmem_exit(hide_at_exit, (Datum) 0);
	registered = true;
	SpinLockAcquire(&slot->mutex);
	slot->pid = MyProcPid;
	slot->leader_pid = leader != NULL && leader != MyProc ? leader->pid : 0;
	slot->database = MyDatabaseId;
	slot->role = GetSessionUserId();
	slot->progress = mine;
	SpinLockRelease(&slot->mutex);
	shown = true;
}

void
th_progress_look(void)
{
	int64 now_us = th_monotonic_us();

	if (call_sites == 0 || now_us < show_at_us)
		return;
	show();
	show_at_us = now_us + SHOWN_EVERY_US;
}

static void
detach(void *arg)
{
	if (--call_sites == 0 && shown)
		hide();
}

void
th_progress_attach(MemoryContext context)
{
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(*callback));

	callback->func = detach;
	callback->arg = NULL;
	MemoryContextRegisterResetCallback(context, callback);
	if (call_sites++ > 0)
		return;
	memset(&mine, 0, sizeof(mine));
	mine.started_at = GetCurrentTimestamp();
	show_at_us = th_monotonic_us() + SHOWN_AFTER_US;
}

void
th_progress_rows(int rows)
{
	mine.phase = TH_FORECAST_READING;
	mine.rows_read += rows;
	th_progress_look();
}

void
th_progress_series(const char *name, const char *method, int values)
{
	mine.phase = TH_FORECAST_FITTING;
	mine.values = values;
	mine.series[0] = '\0';
	if (name != NULL)
	{
		int length = pg_mbcliplen(name, strlen(name), NAME_LEN - 1);

		memcpy(mine.series, name, length);
		mine.series[length] = '\0';
	}
	strlcpy(mine.method, method, sizeof(mine.method));
	th_progress_look();
}

void
th_progress_phase(ThForecastPhase phase)
{
	mine.phase = phase;
}

void
th_progress_series_done(void)
{
	mine.series_done++;
}

/* ---- the view ---- */

static const char *
phase_name(ThForecastPhase phase)
{
	switch (phase)
	{
		case TH_FORECAST_READING:
			return "reading rows";
		case TH_FORECAST_FITTING:
			return "fitting";
		case TH_FORECAST_PREDICTING:
			return "predicting";
	}
	return NULL;
}

/* As of pg_stat_activity. */
static bool
may_see(Oid role)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
		   has_privs_of_role(GetUserId(), role);
}

static void
put_slot(ReturnSetInfo *result, const ProgressSlot *slot)
{
	const Progress *progress = &slot->progress;
	Datum values[COLUMNS];
	bool nulls[COLUMNS];

	memset(nulls, !may_see(slot->role), sizeof(nulls));
	nulls[0] = nulls[2] = false;
	values[0] = Int32GetDatum(slot->pid);
	values[1] = Int32GetDatum(slot->leader_pid);
	nulls[1] |= slot->leader_pid == 0;
	values[2] = ObjectIdGetDatum(slot->database);
	values[3] = ObjectIdGetDatum(slot->role);
	values[4] = CStringGetTextDatum(phase_name(progress->phase));
	values[5] = TimestampTzGetDatum(progress->started_at);
	values[6] = Int64GetDatum(progress->rows_read);
	values[7] = Int64GetDatum(progress->series_done);
	values[8] = CStringGetTextDatum(progress->series);
	nulls[8] |= progress->series[0] == '\0';
	values[9] = CStringGetTextDatum(progress->method);
	nulls[9] |= progress->method[0] == '\0';
	values[10] = Int32GetDatum(progress->values);
	nulls[10] |= progress->method[0] == '\0';
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
th_stat_progress_forecast(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < slot_count(); i++)
	{
		ProgressSlot slot;

		SpinLockAcquire(&slots[i].mutex);
		slot = slots[i];
		SpinLockRelease(&slots[i].mutex);
		if (slot.pid != 0)
			put_slot((ReturnSetInfo *) fcinfo->resultinfo, &slot);
	}
	PG_RETURN_NULL();
}
