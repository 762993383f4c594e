/*
 * import_spool.c
 *	  Rows of an import between reading and writing.
 *
 * A tuplestore goes to disk where work_mem is not enough.  Reading the source a second
 * time instead would find other rows where it is a view with random() or the like.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "inventory/import.h"

enum SpoolColumn
{
	SPOOL_ITEM_ID = 1,
	SPOOL_SOURCE_ID,
	SPOOL_DESTINATION_ID,
	SPOOL_LOT_ID,
	SPOOL_QUANTITY,
	SPOOL_OCCURRED_AT,
	SPOOL_REFERENCE,
	SPOOL_REASON,
	SPOOL_MESSAGE,
	SPOOL_COLUMNS = SPOOL_MESSAGE
};

static TupleDesc
spool_shape(void)
{
	TupleDesc shape = CreateTemplateTupleDesc(SPOOL_COLUMNS);

	for (int column = SPOOL_ITEM_ID; column <= SPOOL_QUANTITY; column++)
		TupleDescInitEntry(shape, column, NULL, INT8OID, -1, 0);
	TupleDescInitEntry(shape, SPOOL_OCCURRED_AT, NULL, TIMESTAMPTZOID, -1, 0);
	for (int column = SPOOL_REFERENCE; column <= SPOOL_COLUMNS; column++)
		TupleDescInitEntry(shape, column, NULL, TEXTOID, -1, 0);
	return shape;
}

void
th_import_spool_open(Import *import)
{
	import->spool = tuplestore_begin_heap(true, false, work_mem);
	import->spool_slot = MakeSingleTupleTableSlot(spool_shape(), &TTSOpsMinimalTuple);
	import->verdict_capacity = 1024;
	import->verdicts = palloc(import->verdict_capacity);
}

static void
set_text(Datum *values, bool *nulls, int column, text *value)
{
	values[column - 1] = PointerGetDatum(value);
	nulls[column - 1] = value == NULL;
}

static text *
get_text(TupleTableSlot *slot, int column)
{
	return slot->tts_isnull[column - 1] ? NULL : DatumGetTextPP(slot->tts_values[column - 1]);
}

void
th_import_spool_put(Import *import, const ImportRow *row, ThCode verdict)
{
	Datum values[SPOOL_COLUMNS];
	bool nulls[SPOOL_COLUMNS] = { 0 };

	StaticAssertStmt(TH_CODE_COUNT <= PG_UINT8_MAX, "a code fits in a verdict");
	if (import->row_count == import->verdict_capacity)
	{
		import->verdict_capacity *= 2;
		import->verdicts = repalloc_huge(import->verdicts, import->verdict_capacity);
	}
	import->verdicts[import->row_count++] = verdict;
	import->bad_count += verdict != TH_OK;

	values[SPOOL_ITEM_ID - 1] = Int64GetDatum(row->item_id);
	values[SPOOL_SOURCE_ID - 1] = Int64GetDatum(row->source_id);
	values[SPOOL_DESTINATION_ID - 1] = Int64GetDatum(row->destination_id);
	values[SPOOL_LOT_ID - 1] = Int64GetDatum(row->lot_id);
	values[SPOOL_QUANTITY - 1] = Int64GetDatum(row->quantity);
	values[SPOOL_OCCURRED_AT - 1] = TimestampTzGetDatum(row->occurred_at);
	set_text(values, nulls, SPOOL_REFERENCE, row->reference);
	set_text(values, nulls, SPOOL_REASON, row->reason);
	set_text(values, nulls, SPOOL_MESSAGE, row->message);
	tuplestore_putvalues(import->spool, import->spool_slot->tts_tupleDescriptor, values, nulls);
}

void
th_import_spool_rewind(Import *import)
{
	tuplestore_rescan(import->spool);
}

bool
th_import_spool_next(Import *import, ImportRow *row)
{
	TupleTableSlot *slot = import->spool_slot;

	CHECK_FOR_INTERRUPTS();
	if (!tuplestore_gettupleslot(import->spool, true, false, slot))
		return false;
	slot_getallattrs(slot);
	row->item_id = DatumGetInt64(slot->tts_values[SPOOL_ITEM_ID - 1]);
	row->source_id = DatumGetInt64(slot->tts_values[SPOOL_SOURCE_ID - 1]);
	row->destination_id = DatumGetInt64(slot->tts_values[SPOOL_DESTINATION_ID - 1]);
	row->lot_id = DatumGetInt64(slot->tts_values[SPOOL_LOT_ID - 1]);
	row->quantity = DatumGetInt64(slot->tts_values[SPOOL_QUANTITY - 1]);
	row->occurred_at = DatumGetTimestampTz(slot->tts_values[SPOOL_OCCURRED_AT - 1]);
	row->reference = get_text(slot, SPOOL_REFERENCE);
	row->reason = get_text(slot, SPOOL_REASON);
	row->message = get_text(slot, SPOOL_MESSAGE);
	return true;
}

void
th_import_refuse(Import *import, int64 row_number, ThCode verdict)
{
	Assert(import->verdicts[row_number - 1] == TH_OK);
	import->verdicts[row_number - 1] = verdict;
	import->bad_count++;
}
