/*
 * ledger.c
 *	  Appends to inventory.movement and inventory.balance.
 *
 * No row is ever updated here, so nobody waits for anybody.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/claim.h"
#include "base/table_scan.h"
#include "core/stock/stock.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/ledger.h"

#define ON_HAND_MAX (INT64CONST(1) << 62)
#define LARGE_CHANGE (INT64CONST(1) << 40)

typedef struct BalanceChange
{
	int64 item_id;
	int64 location_id;
	int64 lot_id;
	int64 quantity;
} BalanceChange;

void
th_ledger_open(Ledger *ledger, const char *kind)
{
	const InventoryCatalog *catalog = th_catalog();

	memset(ledger, 0, sizeof(*ledger));
	th_table_open(&ledger->movement, catalog->movement);
	th_table_open(&ledger->balance, catalog->balance);
	ledger->change_capacity = 4;
	ledger->changes = palloc(ledger->change_capacity * sizeof(BalanceChange));
	ledger->kind = kind;
	ledger->kind_text = CStringGetTextDatum(kind);
	ledger->actor = th_actor();
	ledger->movement_no = th_inventory_next_id();
	ledger->recorded_at = GetCurrentTimestamp();
	ledger->occurred_at = ledger->recorded_at;
}

void
th_ledger_close(Ledger *ledger)
{
	for (int i = 0; i < ledger->change_count; i++)
	{
		const BalanceChange *change = &ledger->changes[i];

		ledger->item_id = change->item_id;
		th_ledger_write_balance(ledger, change->location_id, change->lot_id, change->quantity);
		th_escrow_note_appended(change->item_id, change->location_id, change->lot_id);
	}
	th_table_close(&ledger->balance);
	th_table_close(&ledger->movement);
}

static void
set_text(Datum *value, bool *is_null, text *source)
{
	*is_null = source == NULL;
	*value = source ? PointerGetDatum(source) : (Datum) 0;
}

void
th_ledger_write_movement(Ledger *ledger, int64 source_id, int64 destination_id,
						 int64 lot_id, int64 quantity)
{
	Datum values[MOVEMENT_COLUMNS];
	bool nulls[MOVEMENT_COLUMNS] = { 0 };

	Assert(quantity > 0 && source_id != destination_id);
#define SET(column, datum) (values[column - 1] = (datum))
	SET(MOVEMENT_ITEM_ID, Int64GetDatum(ledger->item_id));
	SET(MOVEMENT_NO, Int64GetDatum(ledger->movement_no));
	SET(MOVEMENT_LINE_NO, Int32GetDatum(ledger->line_no));
	SET(MOVEMENT_KIND, ledger->kind_text);
	SET(MOVEMENT_SOURCE_ID, Int64GetDatum(source_id));
	SET(MOVEMENT_DESTINATION_ID, Int64GetDatum(destination_id));
	SET(MOVEMENT_LOT_ID, Int64GetDatum(lot_id));
	SET(MOVEMENT_QUANTITY, Int64GetDatum(quantity));
	SET(MOVEMENT_OCCURRED_AT, TimestampTzGetDatum(ledger->occurred_at));
	SET(MOVEMENT_RECORDED_AT, TimestampTzGetDatum(ledger->recorded_at));
	SET(MOVEMENT_RESERVATION_NO, Int64GetDatum(ledger->reservation_no));
	SET(MOVEMENT_ACTOR, ledger->actor);
#undef SET
	nulls[MOVEMENT_RESERVATION_NO - 1] = ledger->reservation_no == 0;
	set_text(&values[MOVEMENT_REFERENCE - 1], &nulls[MOVEMENT_REFERENCE - 1], ledger->reference);
	set_text(&values[MOVEMENT_REASON - 1], &nulls[MOVEMENT_REASON - 1], ledger->reason);
	th_table_insert(&ledger->movement, values, nulls);
}

/*
 * Sums over the rows of a key must fit in 64 bits for every reader.  The limit leaves
 * room for millions of changes that are not large and therefore not checked.
 */
static void
check_range(Ledger *ledger, int64 location_id, int64 lot_id, int64 change)
{
	StockItem item = { .item_id = ledger->item_id };
	ThClaim claim;
	int64 on_hand;
	int64 sum;

	if (change > -LARGE_CHANGE && change < LARGE_CHANGE)
		return;
	/* Of two large changes each might fit alone. */
	th_claim(&claim, TH_CLAIM_COUNT, location_id, NULL);
	on_hand = th_ledger_on_hand(ledger, location_id, lot_id);
	if (stock_add(on_hand, change, &sum) == STOCK_OK && sum >= -ON_HAND_MAX && sum <= ON_HAND_MAX)
		return;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_QUANTITY_OVERFLOW)),
			 errmsg("stock on hand of item \"%s\" would be out of range", th_item_name(&item)),
			 errdetail("On hand %lld, change %lld, limit %lld.", (long long) on_hand,
					   (long long) change, (long long) ON_HAND_MAX)));
}

void
th_ledger_write_balance(Ledger *ledger, int64 location_id, int64 lot_id, int64 quantity)
{
	Datum values[BALANCE_COLUMNS];
	bool nulls[BALANCE_COLUMNS] = { 0 };

	check_range(ledger, location_id, lot_id, quantity);
	values[BALANCE_ITEM_ID - 1] = Int64GetDatum(ledger->item_id);
	values[BALANCE_LOCATION_ID - 1] = Int64GetDatum(location_id);
	values[BALANCE_LOT_ID - 1] = Int64GetDatum(lot_id);
	values[BALANCE_MOVEMENT_NO - 1] = Int64GetDatum(ledger->movement_no);
	values[BALANCE_QUANTITY - 1] = Int64GetDatum(quantity);
	th_table_insert(&ledger->balance, values, nulls);
}

static BalanceChange *
new_change(Ledger *ledger)
{
	if (ledger->change_count == ledger->change_capacity)
	{
		ledger->change_capacity *= 2;
		ledger->changes = repalloc(ledger->changes,
								   ledger->change_capacity * sizeof(BalanceChange));
	}
	return &ledger->changes[ledger->change_count++];
}

static void
change_balance(Ledger *ledger, const Location *location, int64 lot_id, int64 quantity)
{
	BalanceChange *change;

	if (!th_location_holds_stock(location))
		return;
	for (int i = ledger->change_count - 1; i >= 0; i--)
	{
		change = &ledger->changes[i];
		if (change->item_id == ledger->item_id && change->lot_id == lot_id &&
			change->location_id == location->location_id)
		{
			change->quantity += quantity;
			return;
		}
	}
	change = new_change(ledger);
	change->item_id = ledger->item_id;
	change->location_id = location->location_id;
	change->lot_id = lot_id;
	change->quantity = quantity;
}

void
th_ledger_line(Ledger *ledger, const Location *source, const Location *destination,
			   int64 lot_id, int64 quantity)
{
	ledger->line_no++;
	th_ledger_write_movement(ledger, source->location_id, destination->location_id,
							 lot_id, quantity);
	change_balance(ledger, source, lot_id, -quantity);
	change_balance(ledger, destination, lot_id, quantity);
}

/* A scan of the balance rows of a key, begun. */
static void
begin_key_scan(Ledger *ledger, ThScan *scan, Snapshot snapshot, int64 location_id, int64 lot_id)
{
	th_scan_init(scan);
	th_scan_key_int8(scan, ledger->item_id);
	th_scan_key_int8(scan, location_id);
	th_scan_key_int8(scan, lot_id);
	th_scan_begin(scan, ledger->balance.rel, th_catalog()->balance_pkey, snapshot);
}

int64
th_ledger_on_hand(Ledger *ledger, int64 location_id, int64 lot_id)
{
	Snapshot snapshot = th_snapshot_latest();
	ThScan scan;
	int64 on_hand = 0;

	begin_key_scan(ledger, &scan, snapshot, location_id, lot_id);
	while (th_scan_next(&scan))
	{
		if (stock_add(on_hand, th_slot_int8(scan.slot, BALANCE_QUANTITY), &on_hand) != STOCK_OK)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_QUANTITY_OVERFLOW)),
					 errmsg("stock on hand of item %lld at location %lld is out of range",
							(long long) ledger->item_id, (long long) location_id)));
	}
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	return on_hand;
}

bool
th_ledger_knows(Ledger *ledger, int64 location_id, int64 lot_id)
{
	Snapshot snapshot = th_snapshot_latest();
	ThScan scan;
	bool found;

	begin_key_scan(ledger, &scan, snapshot, location_id, lot_id);
	found = th_scan_next(&scan);
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	return found;
}
