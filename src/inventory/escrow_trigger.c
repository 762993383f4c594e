/*
 * escrow_trigger.c
 *	  Follows changes of balance and reservation that did not go through the functions:
 *	  a superuser's SQL, COPY, a restore, logical replication.
 *
 * They have happened, so nothing here refuses them.  What they take counts at once, even
 * below 0; what they give counts at commit.  An AFTER trigger: a row that ON CONFLICT or
 * another trigger left out has changed nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "base/call.h"
#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/escrow_load.h"
#include "inventory/escrow_log.h"

PG_FUNCTION_INFO_V1(th_escrow_follow);
PG_FUNCTION_INFO_V1(th_escrow_discard);
PG_FUNCTION_INFO_V1(th_escrow_rebuild);

/* What a row adds to what may be promised of its key. */
typedef struct RowEffect
{
	EscrowKey key;
	int64 quantity;
} RowEffect;

static int64
row_number(HeapTuple row, TupleDesc shape, int column)
{
	bool is_null;

	return DatumGetInt64(heap_getattr(row, column, shape, &is_null));
}

static void
read_effect(Relation table, HeapTuple row, RowEffect *effect)
{
	TupleDesc shape = RelationGetDescr(table);

	if (RelationGetRelid(table) == th_catalog()->balance)
	{
		th_escrow_key(&effect->key, row_number(row, shape, BALANCE_ITEM_ID),
					  row_number(row, shape, BALANCE_LOCATION_ID),
					  row_number(row, shape, BALANCE_LOT_ID));
		effect->quantity = row_number(row, shape, BALANCE_QUANTITY);
		return;
	}
	th_escrow_key(&effect->key, row_number(row, shape, RESERVATION_ITEM_ID),
				  row_number(row, shape, RESERVATION_LOCATION_ID),
				  row_number(row, shape, RESERVATION_LOT_ID));
	effect->quantity = -row_number(row, shape, RESERVATION_QUANTITY);
}

static void
follow(const EscrowKey *key, int64 quantity)
{
	int op_index;

	if (quantity == 0)
		return;
	op_index = th_escrow_log_touch_or_bulk(key);
	if (op_index < 0)
		return;
	if (th_escrow_log_exclusive())
	{
		th_escrow_log_forget_value(op_index);
		return;
	}
	th_escrow_ensure_loaded(op_index);
	if (quantity > 0)
		th_escrow_log_give(op_index, quantity);
	else
		th_escrow_log_force(op_index, -quantity);
}

Datum
th_escrow_follow(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool inserted;
	bool deleted;
	RowEffect before = { 0 };
	RowEffect after = { 0 };

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"escrow_follow\" was not called by a trigger")));
	inserted = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
	deleted = TRIGGER_FIRED_BY_DELETE(trigger->tg_event);
	/* Both tables, as for every pin; the one that fired is locked already. */
	th_escrow_lock_rows(RowExclusiveLock);
	if (!inserted)
		read_effect(trigger->tg_relation, trigger->tg_trigtuple, &before);
	if (!deleted)
		read_effect(trigger->tg_relation, inserted ? trigger->tg_trigtuple : trigger->tg_newtuple,
					&after);
	if (!inserted && !deleted && th_escrow_key_equal(&before.key, &after.key))
	{
		follow(&after.key, after.quantity - before.quantity);
		return PointerGetDatum(NULL);
	}
	if (!inserted)
		follow(&before.key, -before.quantity);
	if (!deleted)
	{
		follow(&after.key, after.quantity);
		th_escrow_key_added(after.key.item_id);
	}
	return PointerGetDatum(NULL);
}

/* TRUNCATE holds an AccessExclusiveLock on its table until the transaction ends. */
Datum
th_escrow_discard(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"escrow_discard\" was not called by a trigger")));
	th_escrow_rows_replaced();
	return PointerGetDatum(NULL);
}

static int64
count_valid(void)
{
	int64 count = 0;

	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		EscrowEntry *entry = &th_escrow_entries[i];

		SpinLockAcquire(&entry->mutex);
		if (entry->key.database == MyDatabaseId && entry->state == ESCROW_VALID)
			count++;
		SpinLockRelease(&entry->mutex);
	}
	return count;
}

Datum
th_escrow_rebuild(PG_FUNCTION_ARGS)
{
	int64 count;

	th_require_writable("rebuild()");
	th_escrow_lock_rows(AccessExclusiveLock);
	count = count_valid();
	th_escrow_rows_replaced();
	PG_RETURN_INT64(count);
}
