/*
 * adjust.c
 *	  Corrects stock on hand, by a quantity or to what was counted.
 *
 * Stock that is found comes from the built-in location LOSS, stock that is missing goes
 * there.  A count sets one lot at one location and nothing beside it: a count of five
 * units of a lot says nothing about another lot.
 */
#include "postgres.h"

#include "base/call.h"
#include "base/claim.h"
#include "core/stock/stock.h"
#include "inventory/escrow.h"
#include "inventory/escrow_take.h"
#include "inventory/expiry.h"
#include "inventory/movement.h"

PG_FUNCTION_INFO_V1(th_inventory_adjust);

#define LOSS_LOCATION_ID 3

/* As in sql/tidehold_inventory/50_movement.sql. */
enum AdjustArgument
{
	ADJUST_SKU,
	ADJUST_QUANTITY,
	ADJUST_LOCATION,
	ADJUST_REASON,
	ADJUST_LOT,
	ADJUST_COUNTED,
	ADJUST_FORCE,
	ADJUST_UNIT,
	ADJUST_REQUEST_ID,
	ADJUST_REFERENCE,
	ADJUST_ITEM_ID,
	ADJUST_LOCATION_ID,
	ADJUST_TENANT_ID
};

static const MovementArguments arguments = {
	.sku = ADJUST_SKU,
	.item_id = ADJUST_ITEM_ID,
	.tenant_id = ADJUST_TENANT_ID,
	.unit = ADJUST_UNIT,
	.lot = ADJUST_LOT,
	.reference = ADJUST_REFERENCE,
	.reason = ADJUST_REASON,
};

typedef struct Adjustment
{
	Movement *movement;
	Location location;
	Location loss;
	bool force;
	bool is_count;
	int64 amount; /* signed change, or what was counted, in base units */
} Adjustment;

static bool
check_amount(FunctionCallInfo fcinfo, ThOutcome *outcome)
{
	bool has_quantity = !PG_ARGISNULL(ADJUST_QUANTITY);
	bool has_counted = !PG_ARGISNULL(ADJUST_COUNTED);

	if (has_quantity && has_counted)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "both quantity and counted are given");
	if (!has_counted)
		return th_movement_check_quantity(fcinfo, ADJUST_QUANTITY, true, outcome);
	if (PG_GETARG_INT64(ADJUST_COUNTED) < 0)
		return th_refuse(outcome, TH_INVALID_QUANTITY, "counted " INT64_FORMAT " is less than 0",
						 PG_GETARG_INT64(ADJUST_COUNTED));
	return true;
}

static bool
check_reason(const Movement *movement, ThOutcome *outcome)
{
	const text *reason = movement->ledger.reason;

	if (reason && VARSIZE_ANY_EXHDR(reason) > 0)
		return true;
	return th_refuse(outcome, TH_REASON_REQUIRED, "no reason is given for an adjustment");
}

static bool
find_locations(FunctionCallInfo fcinfo, Adjustment *adjustment, ThOutcome *outcome)
{
	const Location *loss = th_location_by_id(LOSS_LOCATION_ID);

	if (loss == NULL)
		elog(ERROR, "built-in location %d does not exist", LOSS_LOCATION_ID);
	adjustment->loss = *loss;
	return th_movement_location(fcinfo, adjustment->movement, "location", ADJUST_LOCATION,
								ADJUST_LOCATION_ID, &adjustment->location, outcome) &&
		   th_movement_holds_stock(&adjustment->location, outcome);
}

static bool
read_adjustment(FunctionCallInfo fcinfo, Adjustment *adjustment, ThOutcome *outcome)
{
	Movement *movement = adjustment->movement;
	int given = PG_ARGISNULL(ADJUST_COUNTED) ? ADJUST_QUANTITY : ADJUST_COUNTED;

	adjustment->force = !PG_ARGISNULL(ADJUST_FORCE) && PG_GETARG_BOOL(ADJUST_FORCE);
	adjustment->is_count = given == ADJUST_COUNTED;
	return th_movement_texts(fcinfo, &arguments, movement, outcome) &&
		   check_reason(movement, outcome) &&
		   check_amount(fcinfo, outcome) &&
		   th_movement_item(fcinfo, &arguments, movement, outcome) &&
		   th_unit_to_base(&movement->item, TH_GETARG_TEXT(ADJUST_UNIT), PG_GETARG_INT64(given),
						   true, &adjustment->amount, outcome) &&
		   find_locations(fcinfo, adjustment, outcome) &&
		   th_movement_lot(movement, TH_GETARG_TEXT(ADJUST_LOT), true, outcome) &&
		   th_movement_not_frozen(movement, &adjustment->location, outcome);
}

/* Takes from this location alone; ends reservations that are due before it gives up. */
static bool
take_here(const Adjustment *adjustment, int64 *available)
{
	const Movement *movement = adjustment->movement;
	int64 item_id = movement->item.item_id;
	int64 location_id = adjustment->location.location_id;
	int64 lot_id = movement->lot.lot_id;
	bool others;

	for (;;)
	{
		int mark = th_escrow_mark();

		if (th_escrow_take(item_id, location_id, lot_id, movement->quantity))
			return true;
		*available = th_escrow_value(th_escrow_choose(item_id, location_id, lot_id));
		th_escrow_forget_unused(mark);
		if (th_expire_key(item_id, location_id, lot_id, movement->quantity - *available,
						  &others) == 0)
			return false;
	}
}

/*
 * Stock on hand, which no other adjustment that depends on it changes until this
 * transaction ends: two counts must not both correct.  What receipts and issues do at
 * the same time comes on top.  One claim for a location, because a stocktake that
 * claimed each of its keys would fill the shared lock table.
 */
static int64
claim_on_hand(const Adjustment *adjustment)
{
	Movement *movement = adjustment->movement;
	int64 location_id = adjustment->location.location_id;
	ThClaim claim;

	th_claim(&claim, TH_CLAIM_COUNT, location_id, NULL);
	return th_ledger_on_hand(&movement->ledger, location_id, movement->lot.lot_id);
}

/* Takes more than is free: what is promised, and at some locations what is not there. */
static bool
take_by_force(const Adjustment *adjustment, ThOutcome *outcome)
{
	Movement *movement = adjustment->movement;
	int64 location_id = adjustment->location.location_id;
	int64 on_hand = claim_on_hand(adjustment);

	if (!adjustment->location.allow_negative && on_hand < movement->quantity)
	{
		th_refuse(outcome, TH_NEGATIVE_STOCK, "stock of item \"%s\" at \"%s\" would be negative",
				  th_item_name(&movement->item), adjustment->location.code);
		return th_refuse_detail(outcome, "Requested " INT64_FORMAT ", on hand " INT64_FORMAT ".",
								movement->quantity, on_hand);
	}
	if (!th_ledger_knows(&movement->ledger, location_id, movement->lot.lot_id))
		th_escrow_key_added(movement->item.item_id);
	th_escrow_force(movement->item.item_id, location_id, movement->lot.lot_id,
					movement->quantity);
	return true;
}

static bool
decrease(Adjustment *adjustment, ThOutcome *outcome)
{
	Movement *movement = adjustment->movement;
	bool negative = adjustment->location.allow_negative &&
					movement->item.tracking != TRACK_SERIAL;
	int64 available = 0;

	if (!take_here(adjustment, &available))
	{
		if (!adjustment->force && !negative)
		{
			th_movement_insufficient(movement, available, outcome);
			return th_refuse_hint(outcome, "With force stock may fall below what is reserved.");
		}
		if (!take_by_force(adjustment, outcome))
			return false;
	}
	th_ledger_line(&movement->ledger, &adjustment->location, &adjustment->loss,
				   movement->lot.lot_id, movement->quantity);
	return true;
}

static bool
increase(Adjustment *adjustment, ThOutcome *outcome)
{
	Movement *movement = adjustment->movement;
	bool serial = movement->item.tracking == TRACK_SERIAL;

	if (serial && movement->quantity != 1)
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity " INT64_FORMAT " of a serial number is not 1",
						 movement->quantity);
	if (serial && !th_serial_check_absent(movement, outcome))
		return false;
	th_movement_give(movement, &adjustment->location, movement->lot.lot_id, movement->quantity);
	th_ledger_line(&movement->ledger, &adjustment->loss, &adjustment->location,
				   movement->lot.lot_id, movement->quantity);
	return true;
}

/* The change that makes stock on hand what was counted. */
static bool
count_change(Adjustment *adjustment, int64 *change, ThOutcome *outcome)
{
	int64 on_hand = claim_on_hand(adjustment);

	if (on_hand == PG_INT64_MIN || stock_add(adjustment->amount, -on_hand, change) != STOCK_OK)
		return th_refuse(outcome, TH_QUANTITY_OVERFLOW,
						 "counted " INT64_FORMAT " is out of range", adjustment->amount);
	return true;
}

static bool
adjust(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome)
{
	Adjustment adjustment = { .movement = movement };
	int64 change;

	if (!read_adjustment(fcinfo, &adjustment, outcome))
		return false;
	change = adjustment.amount;
	if (adjustment.is_count && !count_change(&adjustment, &change, outcome))
		return false;
	if (change == 0)
		return true;
	if (change > 0)
	{
		movement->quantity = change;
		return increase(&adjustment, outcome);
	}
	if (change == PG_INT64_MIN)
		return th_refuse(outcome, TH_QUANTITY_OVERFLOW, "quantity " INT64_FORMAT " is out of range",
						 change);
	movement->quantity = -change;
	return decrease(&adjustment, outcome);
}

Datum
th_inventory_adjust(PG_FUNCTION_ARGS)
{
	return th_movement_run(fcinfo, "inventory.adjust()", "adjustment", adjust);
}
