/*
 * reserve.c
 *	  inventory.reserve and inventory.try_reserve.
 *
 * Precedence of the checks: request id, arguments (NULL, range, length), item, unit,
 * location, lot, frozen location, stock.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/lost_sale.h"
#include "inventory/request.h"
#include "inventory/reservation_row.h"
#include "inventory/reserve.h"

PG_FUNCTION_INFO_V1(th_inventory_default_ttl);
PG_FUNCTION_INFO_V1(th_inventory_reserve);
PG_FUNCTION_INFO_V1(th_inventory_try_reserve);

enum ReserveArgument
{
	ARG_SKU,
	ARG_QUANTITY,
	ARG_LOCATION,
	ARG_TTL,
	ARG_REQUEST_ID,
	ARG_REFERENCE,
	ARG_MINIMUM,
	ARG_UNIT,
	ARG_LOT,
	ARG_ITEM_ID,
	ARG_LOCATION_ID,
	ARG_TENANT_ID
};

typedef struct Reservation
{
	pg_uuid_t id;
	int64 quantity;
	int64 available; /* where refused for want of stock */
	bool has_expiry;
	TimestampTz expires_at;
	bool replayed;
} Reservation;

Datum
th_inventory_default_ttl(PG_FUNCTION_ARGS)
{
	Interval *ttl;

	if (th_setting_reservation_ttl == 0)
		PG_RETURN_NULL();
	ttl = palloc0(sizeof(Interval));
	ttl->time = th_setting_reservation_ttl * USECS_PER_SEC;
	PG_RETURN_INTERVAL_P(ttl);
}

bool
th_lifetime(Interval *ttl, Lifetime *lifetime, ThOutcome *outcome)
{
	lifetime->created_at = GetCurrentTimestamp();
	lifetime->has_expiry = ttl != NULL;
	lifetime->expires_at = 0;
	if (ttl == NULL)
		return true;
	lifetime->expires_at =
		DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												TimestampTzGetDatum(lifetime->created_at),
												IntervalPGetDatum(ttl)));
	if (lifetime->expires_at > lifetime->created_at)
		return true;
	return th_refuse(outcome, TH_INVALID_ARGUMENT, "time to live %s is not above 0",
					 DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(ttl))));
}

void
th_reserve_open(ThTable *reservation)
{
	th_escrow_lock_rows(RowExclusiveLock);
	th_table_open(reservation, th_catalog()->reservation);
}

static bool
check_quantities(const ReserveLine *line, ThOutcome *outcome)
{
	if (!line->has_quantity || line->quantity <= 0)
		return th_refuse(outcome, TH_INVALID_QUANTITY, "quantity %s is not above 0",
						 line->has_quantity ? psprintf(INT64_FORMAT, line->quantity) : "NULL");
	if (line->has_minimum && (line->minimum < 0 || line->minimum > line->quantity))
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "minimum " INT64_FORMAT " is not between 0 and quantity " INT64_FORMAT,
						 line->minimum, line->quantity);
	return true;
}

static bool
resolve_quantities(const ReserveLine *line, PickRequest *request, ThOutcome *outcome)
{
	if (!th_unit_to_base(&request->item, line->unit, line->quantity, false,
						 &request->quantity, outcome))
		return false;
	request->minimum = request->quantity;
	if (!line->has_minimum)
		return true;
	/* A minimum of 0 is allowed, and no unit makes anything else of it. */
	request->minimum = 0;
	return line->minimum == 0 ||
		   th_unit_to_base(&request->item, line->unit, line->minimum, false,
						   &request->minimum, outcome);
}

static bool
resolve_place(const ReserveLine *line, PickRequest *request, ThOutcome *outcome)
{
	Lot lot;

	if ((line->location || line->has_location_id) &&
		!th_location_find(line->tenant_id, line->location, line->has_location_id,
						  line->location_id, &request->node, outcome))
		return false;
	if (line->lot == NULL)
		return true;
	if (!th_lot_find(&request->item, line->lot, &lot, outcome))
		return false;
	request->has_lot = true;
	request->lot_id = lot.lot_id;
	return true;
}

bool
th_reserve_resolve(const ReserveLine *line, PickRequest *request, ThOutcome *outcome)
{
	memset(request, 0, sizeof(*request));
	return check_quantities(line, outcome) &&
		   th_item_find(line->tenant_id, line->sku, line->has_item_id, line->item_id,
						&request->item, outcome) &&
		   resolve_quantities(line, request, outcome) &&
		   resolve_place(line, request, outcome);
}

void
th_reserve_write(ThTable *reservation, const PickRequest *request, const Lifetime *lifetime,
				 text *reference, pg_uuid_t *id)
{
	HeldRow row = {
		.item_id = request->item.item_id,
		.reservation_no = th_inventory_next_id(),
		.created_at = lifetime->created_at,
		.has_expiry = lifetime->has_expiry,
		.expires_at = lifetime->expires_at,
	};

	for (int i = 0; i < request->pick_count; i++)
	{
		row.location_id = request->picks[i].location_id;
		row.lot_id = request->picks[i].lot_id;
		row.quantity = request->picks[i].quantity;
		th_held_row_insert(reservation, &row, reference);
	}
	if (request->pick_count == 0)
	{
		/* Nothing there and a minimum of 0: the reservation exists and holds nothing. */
		row.location_id = request->node ? request->node->location_id : LOCATION_ID_TRANSIT;
		th_held_row_insert(reservation, &row, reference);
	}
	th_reservation_id_pack(row.item_id, row.reservation_no, id);
}

static void
read_line(FunctionCallInfo fcinfo, ReserveLine *line)
{
	memset(line, 0, sizeof(*line));
	line->tenant_id = PG_ARGISNULL(ARG_TENANT_ID) ? 0 : PG_GETARG_INT32(ARG_TENANT_ID);
	line->sku = TH_GETARG_TEXT(ARG_SKU);
	line->location = TH_GETARG_TEXT(ARG_LOCATION);
	line->lot = TH_GETARG_TEXT(ARG_LOT);
	line->unit = TH_GETARG_TEXT(ARG_UNIT);
	line->has_quantity = !PG_ARGISNULL(ARG_QUANTITY);
	line->quantity = line->has_quantity ? PG_GETARG_INT64(ARG_QUANTITY) : 0;
	line->has_minimum = !PG_ARGISNULL(ARG_MINIMUM);
	line->minimum = line->has_minimum ? PG_GETARG_INT64(ARG_MINIMUM) : 0;
	line->has_item_id = !PG_ARGISNULL(ARG_ITEM_ID);
	line->item_id = line->has_item_id ? PG_GETARG_INT64(ARG_ITEM_ID) : 0;
	line->has_location_id = !PG_ARGISNULL(ARG_LOCATION_ID);
	line->location_id = line->has_location_id ? PG_GETARG_INT64(ARG_LOCATION_ID) : 0;
}

static bool
reserve_opened(FunctionCallInfo fcinfo, ThTable *table, const Lifetime *lifetime,
			   Reservation *result, ThOutcome *outcome)
{
	ReserveLine line;
	PickRequest request;
	bool served;

	read_line(fcinfo, &line);
	if (!th_reserve_resolve(&line, &request, outcome))
		return false;
	served = th_pick(&request);
	th_lost_sale_note(&request, served, line.tenant_id, TH_GETARG_TEXT(ARG_REQUEST_ID));
	if (!served)
	{
		*outcome = request.outcome;
		result->available = request.available;
		return false;
	}
	th_reserve_write(table, &request, lifetime, TH_GETARG_TEXT(ARG_REFERENCE), &result->id);
	result->quantity = request.granted;
	return true;
}

/* The stored result of a request id: id, quantity, expiry. */
static void
read_replay(const Request *request, Reservation *result)
{
	char *id = th_request_result(request, 0);
	char *expires_at = th_request_result(request, 2);

	result->replayed = true;
	result->id = *DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(id)));
	result->quantity = strtoll(th_request_result(request, 1), NULL, 10);
	result->has_expiry = expires_at != NULL;
	if (expires_at)
		result->expires_at = strtoll(expires_at, NULL, 10);
}

/* Microseconds, not text: the text of a time depends on the settings of the session. */
static void
store_replay(Request *request, const Reservation *result)
{
	const char *texts[3];

	texts[0] = th_reservation_id_text(&result->id);
	texts[1] = psprintf(INT64_FORMAT, result->quantity);
	texts[2] = result->has_expiry ? psprintf(INT64_FORMAT, result->expires_at) : NULL;
	th_request_finish(request, texts, 3);
}

static bool
reserve(FunctionCallInfo fcinfo, Reservation *result, ThOutcome *outcome)
{
	Request request = { 0 };
	Interval *ttl = PG_ARGISNULL(ARG_TTL) ? NULL : PG_GETARG_INTERVAL_P(ARG_TTL);
	text *reference = TH_GETARG_TEXT(ARG_REFERENCE);
	Lifetime lifetime;
	ThTable table;
	bool reserved;

	th_require_writable("reserve()");
	memset(result, 0, sizeof(*result));
	if (!PG_ARGISNULL(ARG_REQUEST_ID) && !th_request_begin(fcinfo, &request, outcome))
		return false;
	if (request.replayed)
	{
		read_replay(&request, result);
		return true;
	}
	if (!th_check_text("reference", reference, TH_REFERENCE_LENGTH_MAX, outcome) ||
		!th_lifetime(ttl, &lifetime, outcome))
	{
		th_request_abandon(&request);
		return false;
	}
	th_reserve_open(&table);
	reserved = reserve_opened(fcinfo, &table, &lifetime, result, outcome);
	th_table_close(&table);
	result->has_expiry = lifetime.has_expiry;
	result->expires_at = lifetime.expires_at;
	if (reserved && request.active)
		store_replay(&request, result);
	else
		th_request_abandon(&request);
	return reserved;
}

Datum
th_inventory_reserve(PG_FUNCTION_ARGS)
{
	Reservation result;
	ThOutcome outcome = { 0 };
	pg_uuid_t *id;

	if (!reserve(fcinfo, &result, &outcome))
		th_raise(&outcome);
	id = palloc(sizeof(pg_uuid_t));
	*id = result.id;
	PG_RETURN_UUID_P(id);
}

Datum
th_inventory_try_reserve(PG_FUNCTION_ARGS)
{
	Reservation result;
	ThOutcome outcome = { 0 };
	bool reserved = reserve(fcinfo, &result, &outcome);
	TupleDesc shape;
	Datum values[6];
	bool nulls[6] = { false };
	const char *code = !reserved ? th_code_name(outcome.code) : result.replayed ? "exists" :
																				  "created";

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = CStringGetTextDatum(code);
	values[1] = UUIDPGetDatum(&result.id);
	values[2] = Int64GetDatum(result.quantity);
	values[3] = Int64GetDatum(result.available);
	values[4] = TimestampTzGetDatum(result.expires_at);
	nulls[1] = nulls[2] = !reserved;
	nulls[3] = outcome.code != TH_INSUFFICIENT_STOCK;
	nulls[4] = !reserved || !result.has_expiry;
	nulls[5] = reserved;
	values[5] = reserved ? (Datum) 0 : CStringGetTextDatum(outcome.message);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls)));
}
