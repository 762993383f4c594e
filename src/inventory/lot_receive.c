/*
 * lot_receive.c
 *	  Finds or makes the lot of a receipt, and keeps serial numbers single.
 */
#include "postgres.h"

#include "access/table.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"

#include "base/claim.h"
#include "inventory/catalog.h"
#include "inventory/movement.h"

static const char *
date_text(DateADT date)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(date)));
}

static bool
same_date(TupleTableSlot *row, int column, const char *parameter, bool given, DateADT wanted,
		  const char *lot, ThOutcome *outcome)
{
	bool is_null;
	Datum value = slot_getattr(row, column, &is_null);

	if (!given || (!is_null && DatumGetDateADT(value) == wanted))
		return true;
	th_refuse(outcome, TH_INVALID_ARGUMENT, "lot \"%s\" has another \"%s\"", lot, parameter);
	return th_refuse_detail(outcome, "The lot has %s, this receipt %s.",
							is_null ? "none" : date_text(DatumGetDateADT(value)),
							date_text(wanted));
}

static bool
same_dates(TupleTableSlot *row, const LotDates *dates, ThOutcome *outcome)
{
	const char *lot = TextDatumGetCString(th_slot_datum(row, LOT_CODE));

	return same_date(row, LOT_EXPIRES_ON, "expires_on", dates->has_expires_on,
					 dates->expires_on, lot, outcome) &&
		   same_date(row, LOT_BEST_BEFORE, "best_before", dates->has_best_before,
					 dates->best_before, lot, outcome) &&
		   same_date(row, LOT_REMOVAL_DATE, "removal_date", dates->has_removal_date,
					 dates->removal_date, lot, outcome);
}

static void
set_date(Datum *values, bool *nulls, int column, bool given, DateADT date)
{
	values[column - 1] = DateADTGetDatum(date);
	nulls[column - 1] = !given;
}

/* Inserts the lot as the owner of the table, whose triggers read other tables. */
static int64
make_lot(const Movement *movement, text *code, const LotDates *dates)
{
	Datum values[LOT_COLUMNS] = { 0 };
	bool nulls[LOT_COLUMNS] = { 0 };
	int64 lot_id = th_inventory_next_id();
	ThTable table;
	Oid caller;
	int context;

	values[LOT_ITEM_ID - 1] = Int64GetDatum(movement->item.item_id);
	values[LOT_ID - 1] = Int64GetDatum(lot_id);
	values[LOT_CODE - 1] = PointerGetDatum(code);
	values[LOT_STATUS - 1] = CStringGetTextDatum("available");
	set_date(values, nulls, LOT_EXPIRES_ON, dates->has_expires_on, dates->expires_on);
	set_date(values, nulls, LOT_BEST_BEFORE, dates->has_best_before, dates->best_before);
	set_date(values, nulls, LOT_REMOVAL_DATE, dates->has_removal_date, dates->removal_date);
	nulls[LOT_ALERT_DATE - 1] = true;
	values[LOT_ATTRIBUTES - 1] = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	values[LOT_CREATED_AT - 1] = TimestampTzGetDatum(movement->ledger.recorded_at);

	th_table_open(&table, th_catalog()->lot);
	GetUserIdAndSecContext(&caller, &context);
	SetUserIdAndSecContext(table.rel->rd_rel->relowner, context | SECURITY_LOCAL_USERID_CHANGE);
	th_table_insert(&table, values, nulls);
	th_table_close(&table);
	SetUserIdAndSecContext(caller, context);
	return lot_id;
}

/* Where the lot exists, its id goes to the movement and its dates are compared. */
static bool
find_lot(Movement *movement, Relation table, text *code, const LotDates *dates, bool *same,
		 ThOutcome *outcome)
{
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, movement->item.item_id);
	th_scan_key_text(&scan, PointerGetDatum(code));
	if (!th_claim_find(&scan, table, th_catalog()->lot_code_key))
		return false;
	movement->lot.lot_id = th_slot_int8(scan.slot, LOT_ID);
	*same = same_dates(scan.slot, dates, outcome);
	th_scan_end(&scan);
	return true;
}

/* Receipts of a lot that exists do not wait for each other: only making it is claimed. */
bool
th_lot_receive(Movement *movement, text *code, const LotDates *dates, ThOutcome *outcome)
{
	Relation table = table_open(th_catalog()->lot, RowExclusiveLock);
	bool same = true;
	ThClaim claim;

	if (!find_lot(movement, table, code, dates, &same, outcome))
	{
		th_claim(&claim, TH_CLAIM_LOT, movement->item.item_id, code);
		if (!find_lot(movement, table, code, dates, &same, outcome))
			movement->lot.lot_id = make_lot(movement, code, dates);
		th_claim_release(&claim);
	}
	table_close(table, NoLock);
	movement->has_lot = true;
	return same;
}

/*
 * Locks the row of the lot: a second receipt of the same serial number waits here until
 * the first is committed or gone.
 */
static void
lock_lot(int64 item_id, int64 lot_id)
{
	const InventoryCatalog *catalog = th_catalog();
	bool found;
	bool locked = false;
	ThTable table;

	th_table_open(&table, catalog->lot);
	do
	{
		Snapshot snapshot = th_snapshot_latest();
		ThScan scan;

		th_scan_init(&scan);
		th_scan_key_int8(&scan, item_id);
		th_scan_key_int8(&scan, lot_id);
		th_scan_begin(&scan, table.rel, catalog->lot_pkey, snapshot);
		found = th_scan_next(&scan);
		if (found)
			locked = th_table_lock(&table, scan.slot, snapshot, true);
		th_scan_end(&scan);
		UnregisterSnapshot(snapshot);
	} while (found && !locked);
	th_table_close(&table);
	if (!found)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_LOT_NOT_FOUND)),
				 errmsg("lot %lld does not exist", (long long) lot_id)));
}

/* The next location, after location_id, that has balance rows of the item. */
static bool
next_location(Ledger *ledger, Snapshot snapshot, int64 *location_id)
{
	ThScan scan;
	bool found;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, ledger->item_id);
	th_scan_key_int8_after(&scan, *location_id);
	th_scan_begin(&scan, ledger->balance.rel, th_catalog()->balance_pkey, snapshot);
	found = th_scan_next(&scan);
	if (found)
		*location_id = th_slot_int8(scan.slot, BALANCE_LOCATION_ID);
	th_scan_end(&scan);
	return found;
}

/* There are few locations and may be many lots, so locations are what is walked over. */
int64
th_serial_claim(Ledger *ledger, int64 lot_id)
{
	int64 location_id = PG_INT64_MIN;
	int64 on_hand = 0;
	Snapshot snapshot;

	lock_lot(ledger->item_id, lot_id);
	snapshot = th_snapshot_latest();
	while (next_location(ledger, snapshot, &location_id))
		on_hand += th_ledger_on_hand(ledger, location_id, lot_id);
	UnregisterSnapshot(snapshot);
	return on_hand;
}

bool
th_serial_check_absent(Movement *movement, ThOutcome *outcome)
{
	if (th_serial_claim(&movement->ledger, movement->lot.lot_id) <= 0)
		return true;
	th_refuse(outcome, TH_SERIAL_IN_STOCK, "serial number \"%s\" of item \"%s\" is in stock",
			  th_lot_name(movement->item.item_id, movement->lot.lot_id),
			  th_item_name(&movement->item));
	return th_refuse_hint(outcome, "Use transfer to move it.");
}
