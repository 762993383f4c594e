/*
 * issue.c
 *	  Stock leaves without a reservation, or moves to another location.
 */
#include "postgres.h"

#include "base/call.h"
#include "inventory/escrow.h"
#include "inventory/lost_sale.h"
#include "inventory/movement.h"
#include "inventory/pick.h"

PG_FUNCTION_INFO_V1(th_inventory_issue);
PG_FUNCTION_INFO_V1(th_inventory_transfer);

/* As in sql/tidehold_inventory/50_movement.sql. */
enum IssueArgument
{
	ISSUE_SKU,
	ISSUE_QUANTITY,
	ISSUE_LOCATION,
	ISSUE_LOT,
	ISSUE_UNIT,
	ISSUE_DESTINATION,
	ISSUE_REQUEST_ID,
	ISSUE_REFERENCE,
	ISSUE_REASON,
	ISSUE_ITEM_ID,
	ISSUE_LOCATION_ID,
	ISSUE_TENANT_ID
};

enum TransferArgument
{
	TRANSFER_SKU,
	TRANSFER_QUANTITY,
	TRANSFER_SOURCE,
	TRANSFER_DESTINATION,
	TRANSFER_LOT,
	TRANSFER_UNIT,
	TRANSFER_REQUEST_ID,
	TRANSFER_REFERENCE,
	TRANSFER_REASON,
	TRANSFER_ITEM_ID,
	TRANSFER_SOURCE_ID,
	TRANSFER_DESTINATION_ID,
	TRANSFER_TENANT_ID
};

static const MovementArguments issue_arguments = {
	.sku = ISSUE_SKU,
	.item_id = ISSUE_ITEM_ID,
	.tenant_id = ISSUE_TENANT_ID,
	.unit = ISSUE_UNIT,
	.lot = ISSUE_LOT,
	.reference = ISSUE_REFERENCE,
	.reason = ISSUE_REASON,
};

static const MovementArguments transfer_arguments = {
	.sku = TRANSFER_SKU,
	.item_id = TRANSFER_ITEM_ID,
	.tenant_id = TRANSFER_TENANT_ID,
	.unit = TRANSFER_UNIT,
	.lot = TRANSFER_LOT,
	.reference = TRANSFER_REFERENCE,
	.reason = TRANSFER_REASON,
};

/* What the movement wants to take at node and below; NULL is everywhere sellable. */
static PickRequest
pick_request(const Movement *movement, const Location *node)
{
	PickRequest request = { 0 };

	request.item = movement->item;
	request.quantity = movement->quantity;
	request.minimum = movement->quantity;
	request.node = node;
	request.has_lot = movement->has_lot;
	request.lot_id = movement->lot.lot_id;
	/* Whoever names the place or the lot knows what he takes, damaged stock too. */
	request.any_status = node != NULL || movement->has_lot;
	return request;
}

/* What was taken at place goes to the destination. */
static void
write_line(Movement *movement, const Location *place, int64 lot_id, int64 quantity)
{
	if (th_location_holds_stock(&movement->destination))
		th_movement_give(movement, &movement->destination, lot_id, quantity);
	th_ledger_line(&movement->ledger, place, &movement->destination, lot_id, quantity);
}

static void
write_picks(Movement *movement, const PickRequest *request)
{
	for (int i = 0; i < request->pick_count; i++)
	{
		const Pick *pick = &request->picks[i];
		const Location *place = th_location_by_id(pick->location_id);

		if (place == NULL)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_LOCATION_NOT_FOUND)),
					 errmsg("location %lld does not exist", (long long) pick->location_id)));
		write_line(movement, place, pick->lot_id, pick->quantity);
	}
}

/* The invariants of lots hold below zero as well: what is missing has to name its lot. */
static bool
may_go_negative(const Movement *movement, const Location *node)
{
	if (node == NULL || !node->allow_negative || !th_location_holds_stock(node))
		return false;
	if (movement->item.tracking == TRACK_SERIAL)
		return false;
	return movement->item.tracking == TRACK_NONE || movement->has_lot;
}

/* Takes what there is and the rest below zero, at the location itself. */
static bool
take_negative(Movement *movement, const Location *node, ThOutcome *outcome)
{
	PickRequest request = pick_request(movement, node);
	int64 rest;

	request.minimum = 0;
	if (!th_pick(&request))
	{
		*outcome = request.outcome;
		return false;
	}
	write_picks(movement, &request);
	rest = movement->quantity - request.granted;
	if (rest == 0)
		return true;
	if (!th_ledger_knows(&movement->ledger, node->location_id, movement->lot.lot_id))
		th_escrow_key_added(movement->item.item_id);
	th_escrow_force(movement->item.item_id, node->location_id, movement->lot.lot_id, rest);
	write_line(movement, node, movement->lot.lot_id, rest);
	return true;
}

/* Takes the quantity at node and below, and writes the lines. */
static bool
take(Movement *movement, const Location *node, ThOutcome *outcome)
{
	PickRequest request = pick_request(movement, node);

	if (th_pick(&request))
	{
		write_picks(movement, &request);
		return true;
	}
	if (request.outcome.code == TH_INSUFFICIENT_STOCK && may_go_negative(movement, node))
		return take_negative(movement, node, outcome);
	/* What goes to a shelf, to scrap or back to the supplier is no sale. */
	if (movement->destination.kind == LOCATION_CUSTOMER)
		th_lost_sale_note(&request, false, movement->tenant_id, movement->request_id);
	*outcome = request.outcome;
	return false;
}

/* The place is optional: *node is NULL where stock may come from anywhere. */
static bool
find_issue_node(FunctionCallInfo fcinfo, Movement *movement, const Location **node,
				ThOutcome *outcome)
{
	*node = NULL;
	if (PG_ARGISNULL(ISSUE_LOCATION) && PG_ARGISNULL(ISSUE_LOCATION_ID))
		return true;
	if (!th_movement_location(fcinfo, movement, "location", ISSUE_LOCATION, ISSUE_LOCATION_ID,
							  &movement->source, outcome))
		return false;
	*node = &movement->source;
	return movement->source.kind == LOCATION_VIEW ||
		   th_movement_holds_stock(&movement->source, outcome);
}

static bool
issue(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome)
{
	const Location *node;

	movement->request_id = TH_GETARG_TEXT(ISSUE_REQUEST_ID);
	if (!th_movement_texts(fcinfo, &issue_arguments, movement, outcome) ||
		!th_movement_item_quantity(fcinfo, &issue_arguments, ISSUE_QUANTITY, movement, outcome) ||
		!find_issue_node(fcinfo, movement, &node, outcome) ||
		!th_movement_location(fcinfo, movement, "destination", ISSUE_DESTINATION, NO_ARGUMENT,
							  &movement->destination, outcome) ||
		!th_movement_outside(&movement->destination, "destination", outcome) ||
		!th_movement_lot(movement, TH_GETARG_TEXT(ISSUE_LOT), false, outcome) ||
		(node && !th_movement_not_frozen(movement, node, outcome)) ||
		!th_movement_not_frozen(movement, &movement->destination, outcome))
		return false;
	return take(movement, node, outcome);
}

/* Stock that already lies at the destination must not be picked for it. */
static bool
check_apart(const Movement *movement, ThOutcome *outcome)
{
	const Location *source = &movement->source;
	const Location *destination = &movement->destination;

	if (source->location_id == destination->location_id)
		return th_refuse(outcome, TH_SAME_LOCATION,
						 "location \"%s\" is both source and destination", source->code);
	if (!th_location_below(destination, source))
		return true;
	th_refuse(outcome, TH_SAME_LOCATION, "destination \"%s\" lies within source \"%s\"",
			  destination->code, source->code);
	return th_refuse_hint(outcome, "Name the location that the stock comes from.");
}

static bool
find_transfer_locations(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome)
{
	return th_movement_location(fcinfo, movement, "source", TRANSFER_SOURCE, TRANSFER_SOURCE_ID,
								&movement->source, outcome) &&
		   (movement->source.kind == LOCATION_VIEW ||
			th_movement_holds_stock(&movement->source, outcome)) &&
		   th_movement_location(fcinfo, movement, "destination", TRANSFER_DESTINATION,
								TRANSFER_DESTINATION_ID, &movement->destination, outcome) &&
		   th_movement_holds_stock(&movement->destination, outcome) &&
		   check_apart(movement, outcome);
}

static bool
transfer(FunctionCallInfo fcinfo, Movement *movement, ThOutcome *outcome)
{
	if (!th_movement_texts(fcinfo, &transfer_arguments, movement, outcome) ||
		!th_movement_item_quantity(fcinfo, &transfer_arguments, TRANSFER_QUANTITY, movement,
								   outcome) ||
		!find_transfer_locations(fcinfo, movement, outcome) ||
		!th_movement_lot(movement, TH_GETARG_TEXT(TRANSFER_LOT), false, outcome) ||
		!th_movement_not_frozen(movement, &movement->source, outcome) ||
		!th_movement_not_frozen(movement, &movement->destination, outcome))
		return false;
	return take(movement, &movement->source, outcome);
}

Datum
th_inventory_issue(PG_FUNCTION_ARGS)
{
	return th_movement_run(fcinfo, "inventory.issue()", "issue", issue);
}

Datum
th_inventory_transfer(PG_FUNCTION_ARGS)
{
	return th_movement_run(fcinfo, "inventory.transfer()", "transfer", transfer);
}
