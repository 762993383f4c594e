/*
 * movement.c
 *	  What receive, issue, transfer and adjust have in common.
 *
 * Tables are locked before anything is looked up, for two reasons: locking is when a
 * backend learns of changed items and locations, and nothing may wait for a table while
 * an escrow entry is being loaded.
 */
#include "postgres.h"

#include "storage/lockdefs.h"
#include "utils/builtins.h"

#include "base/call.h"
#include "inventory/escrow.h"
#include "inventory/movement.h"
#include "inventory/request.h"

#define LOT_LENGTH_MAX 200

static Datum
movement_result(FunctionCallInfo fcinfo, const char *movement_no)
{
	if (movement_no == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT64(pg_strtoint64(movement_no));
}

static char *
serve(FunctionCallInfo fcinfo, const char *kind, MovementBody body)
{
	Movement movement = { 0 };
	ThOutcome outcome = { 0 };
	bool empty;

	th_ledger_open(&movement.ledger, kind);
	th_escrow_lock_rows(RowExclusiveLock);
	if (!body(fcinfo, &movement, &outcome))
		th_raise(&outcome);
	empty = movement.ledger.line_no == 0;
	th_ledger_close(&movement.ledger);
	return empty ? NULL : psprintf(INT64_FORMAT, movement.ledger.movement_no);
}

Datum
th_movement_run(FunctionCallInfo fcinfo, const char *function, const char *kind,
				MovementBody body)
{
	Request request;
	ThOutcome outcome = { 0 };
	const char *movement_no;

	th_require_writable(function);
	if (!th_request_begin(fcinfo, &request, &outcome))
		th_raise(&outcome);
	if (request.replayed)
		return movement_result(fcinfo, th_request_result(&request, 0));
	movement_no = serve(fcinfo, kind, body);
	th_request_finish(&request, &movement_no, 1);
	return movement_result(fcinfo, movement_no);
}

bool
th_movement_texts(FunctionCallInfo fcinfo, const MovementArguments *arguments,
				  Movement *movement, ThOutcome *outcome)
{
	text *lot = TH_GETARG_TEXT(arguments->lot);

	if (PG_ARGISNULL(arguments->tenant_id))
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"tenant_id\" is missing");
	movement->tenant_id = PG_GETARG_INT32(arguments->tenant_id);
	movement->ledger.reference = TH_GETARG_TEXT(arguments->reference);
	movement->ledger.reason = TH_GETARG_TEXT(arguments->reason);
	if (lot && VARSIZE_ANY_EXHDR(lot) == 0)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"lot\" is empty");
	return th_check_text("lot", lot, LOT_LENGTH_MAX, outcome) &&
		   th_check_text("reference", movement->ledger.reference, TH_REFERENCE_LENGTH_MAX,
						 outcome) &&
		   th_check_text("reason", movement->ledger.reason, TH_REASON_LENGTH_MAX, outcome);
}

bool
th_movement_check_quantity(FunctionCallInfo fcinfo, int quantity, bool signed_quantity,
						   ThOutcome *outcome)
{
	int64 value;

	if (PG_ARGISNULL(quantity))
		return th_refuse(outcome, TH_INVALID_QUANTITY, "quantity is missing");
	value = PG_GETARG_INT64(quantity);
	if (value < 0 && !signed_quantity)
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity " INT64_FORMAT " is not greater than 0", value);
	if (value == 0)
		return th_refuse(outcome, TH_INVALID_QUANTITY, "quantity is 0");
	return true;
}

bool
th_movement_item(FunctionCallInfo fcinfo, const MovementArguments *arguments,
				 Movement *movement, ThOutcome *outcome)
{
	bool has_item_id = !PG_ARGISNULL(arguments->item_id);

	if (!th_item_find(movement->tenant_id, TH_GETARG_TEXT(arguments->sku), has_item_id,
					  has_item_id ? PG_GETARG_INT64(arguments->item_id) : 0,
					  &movement->item, outcome))
		return false;
	movement->ledger.item_id = movement->item.item_id;
	return true;
}

bool
th_movement_item_quantity(FunctionCallInfo fcinfo, const MovementArguments *arguments,
						  int quantity, Movement *movement, ThOutcome *outcome)
{
	return th_movement_check_quantity(fcinfo, quantity, false, outcome) &&
		   th_movement_item(fcinfo, arguments, movement, outcome) &&
		   th_unit_to_base(&movement->item, TH_GETARG_TEXT(arguments->unit),
						   PG_GETARG_INT64(quantity), false, &movement->quantity, outcome);
}

bool
th_movement_location(FunctionCallInfo fcinfo, const Movement *movement, const char *parameter,
					 int code, int id, Location *location, ThOutcome *outcome)
{
	bool has_id = id != NO_ARGUMENT && !PG_ARGISNULL(id);
	const Location *found;

	if (PG_ARGISNULL(code) && !has_id)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"%s\" is missing", parameter);
	if (!th_location_find(movement->tenant_id, TH_GETARG_TEXT(code), has_id,
						  has_id ? PG_GETARG_INT64(id) : 0, &found, outcome))
		return false;
	/* A copy, because further look-ups may replace what the backend remembers. */
	*location = *found;
	location->code = pstrdup(found->code);
	if (found->frozen_reason)
		location->frozen_reason = pstrdup(found->frozen_reason);
	return true;
}

bool
th_movement_holds_stock(const Location *location, ThOutcome *outcome)
{
	if (th_location_holds_stock(location))
		return true;
	th_refuse(outcome, TH_LOCATION_HOLDS_NO_STOCK, "location \"%s\" holds no stock",
			  location->code);
	if (location->kind == LOCATION_VIEW)
		return th_refuse_hint(outcome, "Name one of the locations below it.");
	return th_refuse_detail(outcome, "It stands for places outside.");
}

bool
th_movement_outside(const Location *location, const char *parameter, ThOutcome *outcome)
{
	if (!th_location_holds_stock(location) && location->kind != LOCATION_VIEW)
		return true;
	th_refuse(outcome, TH_INVALID_ARGUMENT, "%s \"%s\" is not a location outside", parameter,
			  location->code);
	return th_refuse_hint(outcome, "Between locations that hold stock use transfer.");
}

bool
th_movement_lot(Movement *movement, text *code, bool required, ThOutcome *outcome)
{
	bool tracked = movement->item.tracking != TRACK_NONE;

	if (code == NULL && tracked && required)
	{
		th_refuse(outcome, TH_LOT_REQUIRED, "no lot is given for item \"%s\"",
				  th_item_name(&movement->item));
		return th_refuse_detail(outcome, "Every unit of this item lies in a lot.");
	}
	if (code == NULL)
		return true;
	if (!tracked)
		return th_refuse(outcome, TH_LOT_NOT_ALLOWED, "item \"%s\" has no lots",
						 th_item_name(&movement->item));
	movement->has_lot = th_lot_find(&movement->item, code, &movement->lot, outcome);
	return movement->has_lot;
}

bool
th_movement_not_frozen(const Movement *movement, const Location *location, ThOutcome *outcome)
{
	return th_location_check_frozen(location, movement->ledger.recorded_at, outcome);
}

void
th_movement_give(Movement *movement, const Location *location, int64 lot_id, int64 quantity)
{
	int64 item_id = movement->item.item_id;

	/*
	 * Where another transaction is adding the same key both see no row, and both say so.
	 */
	if (!th_ledger_knows(&movement->ledger, location->location_id, lot_id))
		th_escrow_key_added(item_id);
	th_escrow_give(item_id, location->location_id, lot_id, quantity);
}

bool
th_movement_insufficient(const Movement *movement, int64 available, ThOutcome *outcome)
{
	th_refuse(outcome, TH_INSUFFICIENT_STOCK, "insufficient stock of item \"%s\"",
			  th_item_name(&movement->item));
	return th_refuse_detail(outcome, "Requested " INT64_FORMAT ", available " INT64_FORMAT ".",
							movement->quantity, available);
}
