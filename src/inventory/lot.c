/*
 * lot.c
 *	  Lots and serial numbers of an item.
 *
 * Not remembered here: whoever picks keeps what it needs of the lots of an item, and
 * the trigger forget_item tells it when they change.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/master.h"

PG_FUNCTION_INFO_V1(th_inventory_forget_item);

/* The day from which the lot is not promised: expires_on itself is a day of use. */
static DateADT
removal_day(TupleTableSlot *slot)
{
	bool is_null;
	Datum value = slot_getattr(slot, LOT_REMOVAL_DATE, &is_null);
	DateADT expires_on;

	if (!is_null)
		return DatumGetDateADT(value);
	value = slot_getattr(slot, LOT_EXPIRES_ON, &is_null);
	if (is_null)
		return DATEVAL_NOEND;
	expires_on = DatumGetDateADT(value);
	return DATE_NOT_FINITE(expires_on) ? expires_on : expires_on + 1;
}

static void
read_lot(TupleTableSlot *slot, Lot *lot)
{
	lot->lot_id = th_slot_int8(slot, LOT_ID);
	lot->sellable = th_status_sellable(th_slot_datum(slot, LOT_STATUS));
	lot->removal_on = removal_day(slot);
	lot->created_at = DatumGetTimestampTz(th_slot_datum(slot, LOT_CREATED_AT));
}

/* Looks one lot up by the keys in scan; code, where wanted, is palloc'd. */
static bool
scan_lot(ThScan *scan, bool by_code, Lot *lot, char **code)
{
	Relation table = table_open(th_catalog()->lot, AccessShareLock);
	Oid index = by_code ? th_catalog()->lot_code_key : th_catalog()->lot_pkey;
	Snapshot snapshot = th_snapshot_latest();
	bool found;

	th_scan_begin(scan, table, index, snapshot);
	found = th_scan_next(scan);
	if (found && lot != NULL)
		read_lot(scan->slot, lot);
	if (found && code != NULL)
		*code = TextDatumGetCString(th_slot_datum(scan->slot, LOT_CODE));
	th_scan_end(scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return found;
}

bool
th_lot_find(const StockItem *item, text *code, Lot *lot, ThOutcome *outcome)
{
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, item->item_id);
	th_scan_key_text(&scan, PointerGetDatum(code));
	return scan_lot(&scan, true, lot, NULL) ||
		   th_refuse(outcome, TH_LOT_NOT_FOUND, "lot \"%s\" of item \"%s\" does not exist",
					 text_to_cstring(code), th_item_name(item));
}

bool
th_lot_by_id(int64 item_id, int64 lot_id, Lot *lot)
{
	ThScan scan;

	if (lot_id == 0)
	{
		*lot = (Lot){
			.sellable = true, .removal_on = DATEVAL_NOEND, .created_at = DT_NOBEGIN
		};
		return true;
	}
	th_scan_init(&scan);
	th_scan_key_int8(&scan, item_id);
	th_scan_key_int8(&scan, lot_id);
	return scan_lot(&scan, false, lot, NULL);
}

char *
th_lot_name(int64 item_id, int64 lot_id)
{
	ThScan scan;
	char *code;

	if (lot_id == 0)
		return pstrdup("");
	th_scan_init(&scan);
	th_scan_key_int8(&scan, item_id);
	th_scan_key_int8(&scan, lot_id);
	return scan_lot(&scan, false, NULL, &code) ? code : psprintf(INT64_FORMAT, lot_id);
}

static int64
item_of(HeapTuple tuple, Relation table)
{
	bool is_null;

	return DatumGetInt64(heap_getattr(tuple, LOT_ITEM_ID, RelationGetDescr(table), &is_null));
}

Datum
th_inventory_forget_item(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	int64 item_id;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a row trigger", "forget_item")));
	item_id = item_of(trigger->tg_trigtuple, trigger->tg_relation);
	th_escrow_key_added(item_id);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		item_of(trigger->tg_newtuple, trigger->tg_relation) != item_id)
		th_escrow_key_added(item_of(trigger->tg_newtuple, trigger->tg_relation));
	PG_RETURN_POINTER(NULL);
}
