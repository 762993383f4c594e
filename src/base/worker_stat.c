/*
 * worker_stat.c
 *	  tidehold.stat_worker: the slots of the databases as others see them.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/worker_pool.h"

PG_FUNCTION_INFO_V1(th_stat_worker);

int
th_slot_count(void)
{
	return th_worker_pool->slot_count;
}

void
th_slot_copy(int n, WorkerSlot *copy)
{
	LWLockAcquire(th_worker_lock, LW_SHARED);
	*copy = th_worker_pool->slots[n];
	LWLockRelease(th_worker_lock);
}

bool
th_slot_of_task(const pg_uuid_t *task, WorkerSlot *copy)
{
	WorkerSlot *slot;

	LWLockAcquire(th_worker_lock, LW_SHARED);
	slot = th_worker_find(MyDatabaseId, task);
	if (slot != NULL)
		*copy = *slot;
	LWLockRelease(th_worker_lock);
	return slot != NULL;
}

bool
th_slot_has_room(WorkerKind kind)
{
	bool has_room;

	LWLockAcquire(th_worker_lock, LW_SHARED);
	has_room = th_worker_has_room(kind);
	LWLockRelease(th_worker_lock);
	return has_room;
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
	for (int i = 0; i < th_slot_count(); i++)
	{
		WorkerSlot slot;

		th_slot_copy(i, &slot);
		if (slot.state != SLOT_FREE && slot.kind == WORKER_MAINTENANCE)
			put_slot((ReturnSetInfo *) fcinfo->resultinfo, &slot);
	}
	PG_RETURN_NULL();
}
