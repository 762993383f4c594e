/*
 * direct.c
 *	  A change straight from its tuples: no text in between, no message of pgoutput.
 *
 * For tables whose rows are published as they are; three quarters of the CPU of the
 * other way.  It sends what pgoutput would send, and nothing else.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "feed/decode/direct.h"
#include "feed/decode/row.h"

static Datum datums[MaxTupleAttributeNumber];
static bool nulls[MaxTupleAttributeNumber];

static void
take_value(FeedValue *value, Form_pg_attribute attribute, int number)
{
	if (nulls[number])
	{
		value->kind = FEED_VALUE_NULL;
		return;
	}
	if (attribute->attlen == -1 && VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datums[number])))
	{
		value->kind = FEED_VALUE_UNCHANGED;
		return;
	}
	value->kind = FEED_VALUE_DATUM;
	value->u.datum = datums[number];
}

static void
take_new(const FeedTable *table, TupleDesc row_type, HeapTuple tuple)
{
	heap_deform_tuple(tuple, row_type, datums, nulls);
	for (int i = 0; i < table->shape->column_count; i++)
	{
		int number = table->attributes[i];

		take_value(&table->after[i], TupleDescAttr(row_type, number), number);
	}
}

static void
take_old(const FeedTable *table, TupleDesc row_type, HeapTuple tuple)
{
	heap_deform_tuple(tuple, row_type, datums, nulls);
	for (int i = 0; i < table->shape->column_count; i++)
	{
		int number = table->attributes[i];

		if (th_change_says(table, i))
			take_value(&table->before[i], TupleDescAttr(row_type, number), number);
		else
			table->before[i].kind = FEED_VALUE_ABSENT;
	}
}

static void
direct_update(const FeedTable *table, TupleDesc row_type, HeapTuple old_row, HeapTuple new_row,
			  XLogRecPtr lsn)
{
	if (old_row != NULL)
		take_old(table, row_type, old_row);
	take_new(table, row_type, new_row);
	th_change_update(table, row_type, lsn, old_row != NULL);
}

void
th_direct_change(const FeedTable *table, Relation relation, ReorderBufferChange *change)
{
	TupleDesc row_type = RelationGetDescr(relation);
	HeapTuple old_row = TH_CHANGE_TUPLE(change->data.tp.oldtuple);
	HeapTuple new_row = TH_CHANGE_TUPLE(change->data.tp.newtuple);

	switch (change->action)
	{
		case REORDER_BUFFER_CHANGE_INSERT:
			take_new(table, row_type, new_row);
			th_change_insert(table, change->lsn);
			return;
		case REORDER_BUFFER_CHANGE_UPDATE:
			direct_update(table, row_type, old_row, new_row, change->lsn);
			return;
		default:
			/* The table has no identity: nobody could tell which row it was. */
			if (old_row == NULL)
				return;
			take_old(table, row_type, old_row);
			th_change_delete(table, change->lsn);
	}
}
