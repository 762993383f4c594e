/*
 * fulfil.c
 *	  inventory.fulfil: ships a reservation.
 *
 * What is shipped leaves the reservation and the balance in one transaction, so what may
 * be promised does not change.
 *
 * Precedence of the checks: request id, arguments, reservation (found, not ended, not
 * expired), destination, frozen location, quantity, stock on hand (only where it was taken by
 * force).
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/ledger.h"
#include "inventory/request.h"
#include "inventory/reservation.h"

PG_FUNCTION_INFO_V1(th_inventory_fulfil);

enum FulfilArgument
{
	ARG_RESERVATION_ID,
	ARG_QUANTITY,
	ARG_KEEP_REMAINDER,
	ARG_DESTINATION,
	ARG_REQUEST_ID,
	ARG_REFERENCE,
	ARG_TENANT_ID
};

typedef struct Fulfilment
{
	LockedReservation locked;
	Ledger ledger;
	const Location *destination;
	int64 quantity; /* to ship */
	bool keep_remainder;
} Fulfilment;

static bool
keeps_remainder(FunctionCallInfo fcinfo)
{
	return !PG_ARGISNULL(ARG_KEEP_REMAINDER) && PG_GETARG_BOOL(ARG_KEEP_REMAINDER);
}

static bool
check_arguments(FunctionCallInfo fcinfo, ThOutcome *outcome)
{
	if (PG_ARGISNULL(ARG_RESERVATION_ID))
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "reservation_id is NULL");
	if (!th_check_text("reference", TH_GETARG_TEXT(ARG_REFERENCE), TH_REFERENCE_LENGTH_MAX, outcome))
		return false;
	if (PG_ARGISNULL(ARG_QUANTITY))
		return true;
	if (PG_GETARG_INT64(ARG_QUANTITY) < 0)
		return th_refuse(outcome, TH_INVALID_QUANTITY, "quantity " INT64_FORMAT " is below 0",
						 PG_GETARG_INT64(ARG_QUANTITY));
	if (PG_GETARG_INT64(ARG_QUANTITY) == 0 && keeps_remainder(fcinfo))
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity 0 with keep_remainder would do nothing");
	return true;
}

static bool
find_destination(FunctionCallInfo fcinfo, Fulfilment *fulfilment, ThOutcome *outcome)
{
	text *code = TH_GETARG_TEXT(ARG_DESTINATION);
	int32 tenant_id = PG_ARGISNULL(ARG_TENANT_ID) ? 0 : PG_GETARG_INT32(ARG_TENANT_ID);

	if (!th_location_find(tenant_id, code, false, 0, &fulfilment->destination, outcome))
		return false;
	switch (fulfilment->destination->kind)
	{
		case LOCATION_SUPPLIER:
		case LOCATION_CUSTOMER:
		case LOCATION_LOSS:
			return true;
		default:
			return th_refuse(outcome, TH_INVALID_ARGUMENT,
							 "destination \"%s\" is not outside", fulfilment->destination->code);
	}
}

static bool
check_picks(const LockedReservation *locked, ThOutcome *outcome)
{
	for (int i = 0; i < locked->row_count; i++)
	{
		const Location *location = th_location_by_id(locked->rows[i].row.location_id);

		if (location && !th_location_check_frozen(location, locked->now, outcome))
			return false;
	}
	return true;
}

/*
 * What is promised is there, unless somebody has taken it by force; only then are the
 * rows worth a look.
 */
static bool
check_on_hand(Fulfilment *fulfilment, const HeldRow *row, const Location *source,
			  int64 quantity, ThOutcome *outcome)
{
	int64 on_hand;

	if (source->allow_negative ||
		!th_escrow_is_oversold(row->item_id, row->location_id, row->lot_id))
		return true;
	on_hand = th_ledger_on_hand(&fulfilment->ledger, row->location_id, row->lot_id);
	if (on_hand >= quantity)
		return true;
	th_refuse(outcome, TH_NEGATIVE_STOCK, "stock at location \"%s\" would be negative",
			  source->code);
	return th_refuse_detail(outcome, "On hand " INT64_FORMAT ", to ship " INT64_FORMAT ".",
							on_hand, quantity);
}

static bool
check_quantity(FunctionCallInfo fcinfo, Fulfilment *fulfilment, ThOutcome *outcome)
{
	int64 held = fulfilment->locked.held;

	fulfilment->quantity = PG_ARGISNULL(ARG_QUANTITY) ? held : PG_GETARG_INT64(ARG_QUANTITY);
	if (fulfilment->quantity <= held)
		return true;
	th_refuse(outcome, TH_EXCEEDS_RESERVATION, "quantity " INT64_FORMAT " exceeds the reservation",
			  fulfilment->quantity);
	return th_refuse_detail(outcome, "Reservation %s holds " INT64_FORMAT ".",
							th_reservation_id_text(&fulfilment->locked.id), held);
}

static bool
ship_quantity(Fulfilment *fulfilment, const HeldRow *row, int64 quantity, ThOutcome *outcome)
{
	const Location *source = th_location_by_id(row->location_id);

	if (source == NULL)
		return th_refuse(outcome, TH_LOCATION_NOT_FOUND,
						 "location " INT64_FORMAT " does not exist", row->location_id);
	if (!check_on_hand(fulfilment, row, source, quantity, outcome))
		return false;
	th_ledger_line(&fulfilment->ledger, source, fulfilment->destination, row->lot_id, quantity);
	return true;
}

static bool
ship_row(Fulfilment *fulfilment, LockedRow *row, int64 quantity, ThOutcome *outcome)
{
	if (quantity > 0 && !ship_quantity(fulfilment, &row->row, quantity, outcome))
		return false;
	row->row.quantity -= quantity;
	row->row.fulfilled += quantity;
	if (row->row.quantity > 0 && fulfilment->keep_remainder)
		th_held_row_update(&fulfilment->locked.reservation, row->slot, &row->row);
	else
		th_reservation_end_row(&fulfilment->locked, row, ENDED_FULFILLED, NULL);
	return true;
}

static bool
ship(Fulfilment *fulfilment, ThOutcome *outcome)
{
	LockedReservation *locked = &fulfilment->locked;
	int64 left = fulfilment->quantity;

	fulfilment->ledger.item_id = locked->item_id;
	fulfilment->ledger.reservation_no = locked->reservation_no;
	for (int i = 0; i < locked->row_count; i++)
	{
		int64 quantity = Min(left, locked->rows[i].row.quantity);

		if (!ship_row(fulfilment, &locked->rows[i], quantity, outcome))
			return false;
		left -= quantity;
	}
	Assert(left == 0);
	return true;
}

static bool
fulfil_opened(FunctionCallInfo fcinfo, Fulfilment *fulfilment, ThOutcome *outcome)
{
	if (!th_reservation_lock(&fulfilment->locked, outcome) ||
		!find_destination(fcinfo, fulfilment, outcome) ||
		!check_picks(&fulfilment->locked, outcome) ||
		!check_quantity(fcinfo, fulfilment, outcome))
		return false;
	return ship(fulfilment, outcome);
}

Datum
th_inventory_fulfil(PG_FUNCTION_ARGS)
{
	Request request = { 0 };
	ThOutcome outcome = { 0 };
	Fulfilment fulfilment = { 0 };
	const char *texts[1];

	th_require_writable("fulfil()");
	if (!PG_ARGISNULL(ARG_REQUEST_ID) && !th_request_begin(fcinfo, &request, &outcome))
		th_raise(&outcome);
	if (request.replayed)
		PG_RETURN_INT64(strtoll(th_request_result(&request, 0), NULL, 10));
	if (!check_arguments(fcinfo, &outcome))
		th_raise(&outcome);
	fulfilment.keep_remainder = keeps_remainder(fcinfo);
	th_ledger_open(&fulfilment.ledger, "fulfilment");
	th_reservation_open(&fulfilment.locked, PG_GETARG_UUID_P(ARG_RESERVATION_ID));
	fulfilment.ledger.reference = TH_GETARG_TEXT(ARG_REFERENCE);
	if (!fulfil_opened(fcinfo, &fulfilment, &outcome))
		th_raise(&outcome);
	th_reservation_close(&fulfilment.locked);
	th_ledger_close(&fulfilment.ledger);
	texts[0] = psprintf(INT64_FORMAT, fulfilment.quantity);
	if (request.active)
		th_request_finish(&request, texts, 1);
	PG_RETURN_INT64(fulfilment.quantity);
}
