/*
 * receive.c
 *	  Stock arrives from outside.
 */
#include "postgres.h"

#include "base/call.h"
#include "inventory/movement.h"

PG_FUNCTION_INFO_V1(th_inventory_receive);

/* As in sql/tidehold_inventory/50_movement.sql. */
enum ReceiveArgument
{
	RECEIVE_SKU,
	RECEIVE_QUANTITY,
	RECEIVE_LOCATION,
	RECEIVE_LOT,
	RECEIVE_EXPIRES_ON,
	RECEIVE_BEST_BEFORE,
	RECEIVE_REMOVAL_DATE,
	RECEIVE_UNIT,
	RECEIVE_SOURCE,
	RECEIVE_REQUEST_ID,
	RECEIVE_REFERENCE,
	RECEIVE_REASON,
	RECEIVE_ITEM_ID,
	RECEIVE_LOCATION_ID,
	RECEIVE_TENANT_ID
};

static const MovementArguments arguments = {
	.sku = RECEIVE_SKU,
	.item_id = RECEIVE_ITEM_ID,
	.tenant_id = RECEIVE_TENANT_ID,
	.unit = RECEIVE_UNIT,
	.lot = RECEIVE_LOT,
	.reference = RECEIVE_REFERENCE,
	.reason = RECEIVE_REASON,
};

static bool
get_date(FunctionCallInfo fcinfo, int argument, DateADT *date)
{
	if (PG_ARGISNULL(argument))
		return false;
	*date = PG_GETARG_DATEADT(argument);
	return true;
}

static LotDates
get_dates(FunctionCallInfo fcinfo)
{
	LotDates dates = { 0 };

	dates.has_expires_on = get_date(fcinfo, RECEIVE_EXPIRES_ON, &dates.expires_on);
	dates.has_best_before = get_date(fcinfo, RECEIVE_BEST_BEFORE, &dates.best_before);
	dates.has_removal_date = get_date(fcinfo, RECEIVE_REMOVAL_DATE, &dates.removal_date);
	return dates;
}

static bool
find_locations(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome)
{
	return th_movement_location(fcinfo, movement, "location", RECEIVE_LOCATION, RECEIVE_LOCATION_ID,
								&movement->destination, outcome) &&
		   th_movement_holds_stock(&movement->destination, outcome) &&
		   th_movement_location(fcinfo, movement, "source", RECEIVE_SOURCE, NO_ARGUMENT,
								&movement->source, outcome) &&
		   th_movement_outside(&movement->source, "source", outcome);
}

static bool
check_tracking(Movement *movement, text *lot, const LotDates *dates, ThOutcome *outcome)
{
	bool dated = dates->has_expires_on || dates->has_best_before || dates->has_removal_date;

	if (lot && movement->item.tracking == TRACK_NONE)
		return th_refuse(outcome, TH_LOT_NOT_ALLOWED, "item \"%s\" has no lots",
						 th_item_name(&movement->item));
	if (lot == NULL && movement->item.tracking != TRACK_NONE)
	{
		th_refuse(outcome, TH_LOT_REQUIRED, "no lot is given for item \"%s\"",
				  th_item_name(&movement->item));
		return th_refuse_detail(outcome, "Every unit of this item lies in a lot.");
	}
	if (lot == NULL && dated)
		return th_refuse(outcome, TH_LOT_NOT_ALLOWED, "dates are given without a lot");
	if (movement->item.tracking == TRACK_SERIAL && movement->quantity != 1)
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity " INT64_FORMAT " of a serial number is not 1",
						 movement->quantity);
	return true;
}

static bool
receive(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome)
{
	text *lot = TH_GETARG_TEXT(RECEIVE_LOT);
	LotDates dates = get_dates(fcinfo);

	if (!th_movement_texts(fcinfo, &arguments, movement, outcome) ||
		!th_movement_item_quantity(fcinfo, &arguments, RECEIVE_QUANTITY, movement, outcome) ||
		!find_locations(fcinfo, movement, outcome) ||
		!check_tracking(movement, lot, &dates, outcome) ||
		!th_movement_not_frozen(movement, &movement->source, outcome) ||
		!th_movement_not_frozen(movement, &movement->destination, outcome))
		return false;
	if (lot && !th_lot_receive(movement, lot, &dates, outcome))
		return false;
	if (movement->item.tracking == TRACK_SERIAL && !th_serial_check_absent(movement, outcome))
		return false;
	th_movement_give(movement, &movement->destination, movement->lot.lot_id, movement->quantity);
	th_ledger_line(&movement->ledger, &movement->source, &movement->destination,
				   movement->lot.lot_id, movement->quantity);
	return true;
}

Datum
th_inventory_receive(PG_FUNCTION_ARGS)
{
	return th_movement_run(fcinfo, "inventory.receive()", "receipt", receive);
}
