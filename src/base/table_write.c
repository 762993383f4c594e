/*
 * table_write.c
 *	  Writes to our tables from C.
 *
 * Rows go through the executor functions that logical replication uses, which keep
 * indexes, fire triggers and check constraints, and need no plan.  Nothing here asks
 * for privileges: whoever may call the SQL function may do what it does.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/table_write.h"

/* Created by our scripts; the caller of this file does their work itself. */
#define ESCROW_TRIGGER_NAME "escrow_follow"

/*
 * Takes our own trigger out of the executor's copy of the table's triggers.  The
 * flags that say which kinds there are may stay too wide: they only say what to
 * look for.
 */
static void
leave_out_escrow_trigger(ResultRelInfo *result)
{
	TriggerDesc *description = result->ri_TrigDesc;
	int kept = 0;

	if (description == NULL)
		return;
	for (int i = 0; i < description->numtriggers; i++)
	{
		Trigger *trigger = &description->triggers[i];

		if (strcmp(trigger->tgname, ESCROW_TRIGGER_NAME) == 0)
			continue;
		if (TRIGGER_FOR_ROW(trigger->tgtype))
			description->triggers[kept++] = *trigger;
	}
	description->numtriggers = kept;
	if (kept == 0)
		result->ri_TrigDesc = NULL;
}

void
th_table_open(ThTable *table, Oid relid)
{
	table->rel = table_open(relid, RowExclusiveLock);
	table->estate = CreateExecutorState();
	table->result = makeNode(ResultRelInfo);
	table->estate->es_snapshot = GetActiveSnapshot();
	InitResultRelInfo(table->result, table->rel, 0, NULL, 0);
	leave_out_escrow_trigger(table->result);
	table->has_foreign_triggers = table->result->ri_TrigDesc != NULL;
	ExecOpenIndices(table->result, false);
	table->slot = table_slot_create(table->rel, NULL);
	if (table->has_foreign_triggers)
		AfterTriggerBeginQuery();
}

void
th_table_close(ThTable *table)
{
	if (table->has_foreign_triggers)
		AfterTriggerEndQuery(table->estate);
	ExecDropSingleTupleTableSlot(table->slot);
	ExecCloseIndices(table->result);
	ExecCloseResultRelations(table->estate);
	ExecResetTupleTable(table->estate->es_tupleTable, false);
	FreeExecutorState(table->estate);
	table_close(table->rel, NoLock);
	/* What follows in this call and in this transaction sees the rows. */
	CommandCounterIncrement();
}

static void
fill_slot(ThTable *table, const Datum *values, const bool *nulls)
{
	TupleTableSlot *slot = table->slot;
	int columns = slot->tts_tupleDescriptor->natts;

	ExecClearTuple(slot);
	memcpy(slot->tts_values, values, columns * sizeof(Datum));
	memcpy(slot->tts_isnull, nulls, columns * sizeof(bool));
	ExecStoreVirtualTuple(slot);
}

/* A row that a trigger swallowed would leave the escrow with a promise nobody made. */
static void
raise_suppressed(ThTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("a trigger suppressed a row of table \"%s\"",
					RelationGetRelationName(table->rel)),
			 errhint("Triggers on this table may refuse a row by raising an error.")));
}

static void
require_written(ThTable *table)
{
	if (!ItemPointerIsValid(&table->slot->tts_tid))
		raise_suppressed(table);
}

static void
require_deleted(ThTable *table, ItemPointer tid)
{
	if (table_tuple_fetch_row_version(table->rel, tid, SnapshotSelf, table->slot))
		raise_suppressed(table);
}

void
th_table_insert(ThTable *table, const Datum *values, const bool *nulls)
{
	fill_slot(table, values, nulls);
	ExecSimpleRelationInsert(table->result, table->estate, table->slot);
	require_written(table);
	ResetPerTupleExprContext(table->estate);
}

bool
th_table_lock(ThTable *table, TupleTableSlot *slot, Snapshot snapshot, bool wait)
{
	TM_FailureData failure;
	TM_Result result;
	ItemPointerData tid = slot->tts_tid;

	result = table_tuple_lock(table->rel, &tid, snapshot, slot,
							  GetCurrentCommandId(false), LockTupleExclusive,
							  wait ? LockWaitBlock : LockWaitSkip, 0, &failure);
	/* The statement that calls us is changing the row: no look can come after it. */
	if (result == TM_SelfModified || result == TM_Invisible)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a row of table \"%s\" was already changed by the current command",
						RelationGetRelationName(table->rel))));
	return result == TM_Ok;
}

/* Row triggers lock the row themselves, and must see what this transaction has written. */
static void
use_current_command(ThTable *table)
{
	table->estate->es_output_cid = GetCurrentCommandId(true);
}

void
th_table_delete(ThTable *table, TupleTableSlot *slot)
{
	use_current_command(table);
	if (table->has_foreign_triggers)
	{
		EPQState epq;

		th_EvalPlanQualInit(&epq, table->estate);
		ExecSimpleRelationDelete(table->result, table->estate, &epq, slot);
		EvalPlanQualEnd(&epq);
		require_deleted(table, &slot->tts_tid);
	}
	else
		simple_table_tuple_delete(table->rel, &slot->tts_tid, table->estate->es_snapshot);
	ResetPerTupleExprContext(table->estate);
}

bool
th_table_delete_free(ThTable *table, TupleTableSlot *slot, Snapshot snapshot)
{
	TM_FailureData failure;

	if (table->has_foreign_triggers)
	{
		if (!th_table_lock(table, slot, snapshot, false))
			return false;
		th_table_delete(table, slot);
		return true;
	}
	return table_tuple_delete(table->rel, &slot->tts_tid, GetCurrentCommandId(true), snapshot,
							  InvalidSnapshot, false, &failure, false) == TM_Ok;
}

void
th_table_update(ThTable *table, TupleTableSlot *old_slot, const Datum *values, const bool *nulls)
{
	EPQState epq;

	use_current_command(table);
	fill_slot(table, values, nulls);
	th_EvalPlanQualInit(&epq, table->estate);
	ExecSimpleRelationUpdate(table->result, table->estate, &epq, old_slot, table->slot);
	EvalPlanQualEnd(&epq);
	require_written(table);
	ResetPerTupleExprContext(table->estate);
}
