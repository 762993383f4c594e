/*
 * reserve_many.c
 *	  inventory.reserve_many: a cart.
 *
 * Atomic: lines of one item, place, lot and unit are summed into one reservation, all
 * are taken at once or none.  Independent: each line is served by itself.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "inventory/catalog.h"
#include "inventory/lost_sale.h"
#include "inventory/request.h"
#include "inventory/reservation_row.h"
#include "inventory/reserve.h"

PG_FUNCTION_INFO_V1(th_inventory_reserve_many);

enum ManyArgument
{
	ARG_SKUS,
	ARG_QUANTITIES,
	ARG_LOCATION,
	ARG_TTL,
	ARG_REQUEST_ID,
	ARG_REFERENCE,
	ARG_MINIMUMS,
	ARG_UNITS,
	ARG_LOTS,
	ARG_LOCATIONS,
	ARG_INDEPENDENT,
	ARG_ITEM_IDS,
	ARG_LOCATION_ID,
	ARG_TENANT_ID
};

#define LINES_MAX 100000

/* Columns of the result, and of the stored result of a request id. */
enum ManyColumn
{
	OUT_LINE,
	OUT_CODE,
	OUT_RESERVATION_ID,
	OUT_REQUESTED,
	OUT_RESERVED,
	OUT_AVAILABLE,
	OUT_EXPIRES_AT,
	OUT_COLUMNS
};

typedef struct CartLine
{
	ReserveLine line;
	ThOutcome outcome;
	int request;	 /* index of the request that serves it */
	int64 requested; /* base units */
	int64 minimum;	 /* base units */
} CartLine;

typedef struct Cart
{
	CartLine *lines;
	int line_count;
	PickRequest *requests;
	pg_uuid_t *ids; /* of each request */
	int request_count;
	Lifetime lifetime;
	text *reference;
	text *request_id;
} Cart;

typedef struct ArgumentArray
{
	Datum *values;
	bool *nulls;
	int count;
} ArgumentArray;

static ArgumentArray
read_array(FunctionCallInfo fcinfo, int argument, Oid type, int16 length, bool by_value, char align)
{
	ArgumentArray array = { 0 };

	if (!PG_ARGISNULL(argument))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), type, length, by_value, align,
						  &array.values, &array.nulls, &array.count);
	return array;
}

static ArgumentArray
read_texts(FunctionCallInfo fcinfo, int argument)
{
	return read_array(fcinfo, argument, TEXTOID, -1, false, TYPALIGN_INT);
}

static ArgumentArray
read_numbers(FunctionCallInfo fcinfo, int argument)
{
	return read_array(fcinfo, argument, INT8OID, sizeof(int64), true, TYPALIGN_DOUBLE);
}

static text *
text_at(const ArgumentArray *array, int i)
{
	return i < array->count && !array->nulls[i] ? DatumGetTextPP(array->values[i]) : NULL;
}

static bool
number_at(const ArgumentArray *array, int i, int64 *value)
{
	if (i >= array->count || array->nulls[i])
		return false;
	*value = DatumGetInt64(array->values[i]);
	return true;
}

static bool
check_length(const char *parameter, int count, int expected, ThOutcome *outcome)
{
	if (count == 0 || count == expected)
		return true;
	return th_refuse(outcome, TH_INVALID_ARGUMENT, "%s has %d elements, the cart has %d lines",
					 parameter, count, expected);
}

/* Reads the arrays of the call into lines. */
static bool
read_cart(FunctionCallInfo fcinfo, Cart *cart, ThOutcome *outcome)
{
	ArgumentArray skus = read_texts(fcinfo, ARG_SKUS);
	ArgumentArray item_ids = read_numbers(fcinfo, ARG_ITEM_IDS);
	ArgumentArray quantities = read_numbers(fcinfo, ARG_QUANTITIES);
	ArgumentArray minimums = read_numbers(fcinfo, ARG_MINIMUMS);
	ArgumentArray units = read_texts(fcinfo, ARG_UNITS);
	ArgumentArray lots = read_texts(fcinfo, ARG_LOTS);
	ArgumentArray locations = read_texts(fcinfo, ARG_LOCATIONS);
	int count = quantities.count;

	if (count == 0 || count > LINES_MAX)
		return th_refuse(outcome, TH_INVALID_ARGUMENT,
						 "a cart of %d lines is not between 1 and %d", count, LINES_MAX);
	if (!check_length("skus", skus.count, count, outcome) ||
		!check_length("item_ids", item_ids.count, count, outcome) ||
		!check_length("minimums", minimums.count, count, outcome) ||
		!check_length("units", units.count, count, outcome) ||
		!check_length("lots", lots.count, count, outcome) ||
		!check_length("locations", locations.count, count, outcome))
		return false;
	cart->line_count = count;
	cart->lines = palloc0(count * sizeof(CartLine));
	for (int i = 0; i < count; i++)
	{
		ReserveLine *line = &cart->lines[i].line;

		line->tenant_id = PG_ARGISNULL(ARG_TENANT_ID) ? 0 : PG_GETARG_INT32(ARG_TENANT_ID);
		line->sku = text_at(&skus, i);
		line->has_item_id = number_at(&item_ids, i, &line->item_id);
		line->has_quantity = number_at(&quantities, i, &line->quantity);
		line->has_minimum = number_at(&minimums, i, &line->minimum);
		line->unit = text_at(&units, i);
		line->lot = text_at(&lots, i);
		line->location = text_at(&locations, i);
		if (line->location)
			continue;
		line->location = TH_GETARG_TEXT(ARG_LOCATION);
		line->has_location_id = !PG_ARGISNULL(ARG_LOCATION_ID);
		line->location_id = line->has_location_id ? PG_GETARG_INT64(ARG_LOCATION_ID) : 0;
	}
	return true;
}

static bool
same_demand(const PickRequest *a, const PickRequest *b)
{
	int64 a_node = a->node ? a->node->location_id : 0;
	int64 b_node = b->node ? b->node->location_id : 0;

	return a->item.item_id == b->item.item_id && a_node == b_node &&
		   a->has_lot == b->has_lot && a->lot_id == b->lot_id;
}

static int
compare_line_items(const void *a, const void *b, void *arg)
{
	const PickRequest *requests = arg;
	int i = *(const int *) a;
	int j = *(const int *) b;

	if (requests[i].item.item_id != requests[j].item.item_id)
		return requests[i].item.item_id < requests[j].item.item_id ? -1 : 1;
	return i - j;
}

static bool
add_demand(PickRequest *sum, const PickRequest *line, ThOutcome *outcome)
{
	if (pg_add_s64_overflow(sum->quantity, line->quantity, &sum->quantity))
		return th_refuse(outcome, TH_QUANTITY_OVERFLOW,
						 "lines of item \"%s\" do not fit in 64 bits when summed",
						 th_item_name(&line->item));
	sum->minimum += line->minimum;
	return true;
}

/*
 * Sums lines of the same demand.  order lists the lines by item, so that equal ones are
 * near each other whatever the size of the cart.
 */
static void
merge_lines(Cart *cart, PickRequest *line_requests)
{
	int *order = palloc(cart->line_count * sizeof(int));

	for (int i = 0; i < cart->line_count; i++)
		order[i] = i;
	qsort_arg(order, cart->line_count, sizeof(int), compare_line_items, line_requests);
	cart->requests = palloc0(cart->line_count * sizeof(PickRequest));
	for (int i = 0; i < cart->line_count; i++)
	{
		CartLine *line = &cart->lines[order[i]];
		PickRequest *request = &line_requests[order[i]];
		int same = cart->request_count - 1;

		if (line->outcome.code != TH_OK)
			continue;
		while (same >= 0 && cart->requests[same].item.item_id == request->item.item_id &&
			   !same_demand(&cart->requests[same], request))
			same--;
		if (same >= 0 && same_demand(&cart->requests[same], request))
		{
			line->request = same;
			add_demand(&cart->requests[same], request, &line->outcome);
			continue;
		}
		line->request = cart->request_count;
		cart->requests[cart->request_count++] = *request;
	}
	pfree(order);
}

/* Looks all lines up; false where one cannot be served whatever the stock. */
static bool
resolve_cart(Cart *cart, PickRequest *line_requests)
{
	bool all = true;

	for (int i = 0; i < cart->line_count; i++)
	{
		CartLine *line = &cart->lines[i];

		CHECK_FOR_INTERRUPTS();
		if (!th_reserve_resolve(&line->line, &line_requests[i], &line->outcome))
			all = false;
		line->requested = line_requests[i].quantity;
		line->minimum = line_requests[i].minimum;
	}
	return all;
}

static void
blame_lines(Cart *cart)
{
	for (int i = 0; i < cart->line_count; i++)
	{
		CartLine *line = &cart->lines[i];

		if (line->outcome.code == TH_OK)
			line->outcome = cart->requests[line->request].outcome;
	}
}

/* A line that had enough and was refused with the cart is not counted. */
static void
note_lost_sales(Cart *cart, bool served)
{
	for (int i = 0; i < cart->request_count; i++)
	{
		PickRequest *request = &cart->requests[i];

		th_lost_sale_note(request, served && request->outcome.code == TH_OK,
						  cart->lines[0].line.tenant_id, cart->request_id);
	}
}

static void
write_requests(Cart *cart, ThTable *reservation)
{
	cart->ids = palloc0(Max(cart->request_count, 1) * sizeof(pg_uuid_t));
	for (int i = 0; i < cart->request_count; i++)
	{
		if (cart->requests[i].outcome.code == TH_OK)
			th_reserve_write(reservation, &cart->requests[i], &cart->lifetime,
							 cart->reference, &cart->ids[i]);
	}
}

static char *
line_name(const CartLine *line)
{
	if (line->line.sku)
		return text_to_cstring(line->line.sku);
	return psprintf(INT64_FORMAT, line->line.item_id);
}

/*
 * The error of an atomic cart: the first line that failed gives the code, the detail
 * names every one of them.
 */
static void
raise_cart(Cart *cart)
{
	StringInfoData detail;
	ThOutcome outcome = { 0 };

	initStringInfo(&detail);
	for (int i = 0; i < cart->line_count; i++)
	{
		CartLine *line = &cart->lines[i];

		if (line->outcome.code == TH_OK)
			continue;
		if (outcome.code == TH_OK)
			outcome = line->outcome;
		if (detail.len > 0)
			appendStringInfoChar(&detail, '\n');
		if (line->outcome.code == TH_INSUFFICIENT_STOCK)
			appendStringInfo(&detail, "Line %d, item \"%s\": requested " INT64_FORMAT ", available " INT64_FORMAT ".",
							 i + 1, line_name(line), cart->requests[line->request].minimum,
							 cart->requests[line->request].available);
		else
			appendStringInfo(&detail, "Line %d, item \"%s\": %s.", i + 1, line_name(line),
							 line->outcome.message);
	}
	outcome.detail = detail.data;
	th_raise(&outcome);
}

static void
serve_atomic(Cart *cart, ThTable *reservation)
{
	PickRequest *line_requests = palloc0(cart->line_count * sizeof(PickRequest));
	bool resolved = resolve_cart(cart, line_requests);

	merge_lines(cart, line_requests);
	for (int i = 0; i < cart->line_count; i++)
		resolved = resolved && cart->lines[i].outcome.code == TH_OK;
	if (!resolved)
		raise_cart(cart);
	if (!th_pick_all(cart->requests, cart->request_count))
	{
		note_lost_sales(cart, false);
		blame_lines(cart);
		raise_cart(cart);
	}
	note_lost_sales(cart, true);
	write_requests(cart, reservation);
}

static void
serve_independent(Cart *cart, ThTable *reservation)
{
	cart->requests = palloc0(cart->line_count * sizeof(PickRequest));
	cart->request_count = cart->line_count;
	resolve_cart(cart, cart->requests);
	for (int i = 0; i < cart->line_count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		cart->lines[i].request = i;
		cart->requests[i].outcome = cart->lines[i].outcome;
		if (cart->lines[i].outcome.code == TH_OK)
			th_pick(&cart->requests[i]);
	}
	note_lost_sales(cart, true);
	blame_lines(cart);
	write_requests(cart, reservation);
}

/*
 * What a line of the cart got.  Lines that were summed share a reservation: each has its
 * minimum, and what is left is dealt out in their order.
 */
static int64
deal_out(Cart *cart, int line_index)
{
	CartLine *line = &cart->lines[line_index];
	PickRequest *request = &cart->requests[line->request];
	int64 left = request->granted - request->minimum;

	if (request->granted == request->quantity)
		return line->requested;
	for (int i = 0; i < line_index; i++)
	{
		CartLine *before = &cart->lines[i];

		if (before->request == line->request)
			left -= Min(left, before->requested - before->minimum);
	}
	return line->minimum + Min(left, line->requested - line->minimum);
}

static char *
number_text(bool is_null, int64 value)
{
	return is_null ? NULL : psprintf(INT64_FORMAT, value);
}

static void
put_line(Cart *cart, int i, ReturnSetInfo *result, char **stored)
{
	CartLine *line = &cart->lines[i];
	bool served = line->outcome.code == TH_OK;
	PickRequest *request = &cart->requests[line->request];
	int64 reserved = served ? deal_out(cart, i) : 0;
	Datum values[OUT_COLUMNS];
	bool nulls[OUT_COLUMNS] = { false };

	values[OUT_LINE] = Int32GetDatum(i + 1);
	values[OUT_CODE] = CStringGetTextDatum(served ? "created" : th_code_name(line->outcome.code));
	values[OUT_RESERVATION_ID] = UUIDPGetDatum(&cart->ids[line->request]);
	values[OUT_REQUESTED] = Int64GetDatum(line->requested);
	values[OUT_RESERVED] = Int64GetDatum(reserved);
	values[OUT_AVAILABLE] = Int64GetDatum(request->available);
	values[OUT_EXPIRES_AT] = TimestampTzGetDatum(cart->lifetime.expires_at);
	nulls[OUT_RESERVATION_ID] = !served;
	nulls[OUT_REQUESTED] = line->requested == 0;
	nulls[OUT_AVAILABLE] = line->outcome.code != TH_INSUFFICIENT_STOCK;
	nulls[OUT_EXPIRES_AT] = !served || !cart->lifetime.has_expiry;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	if (stored == NULL)
		return;
	stored[OUT_CODE] = (char *) (served ? "exists" : th_code_name(line->outcome.code));
	stored[OUT_RESERVATION_ID] = served ? th_reservation_id_text(&cart->ids[line->request]) : NULL;
	stored[OUT_REQUESTED] = number_text(nulls[OUT_REQUESTED], line->requested);
	stored[OUT_RESERVED] = number_text(false, reserved);
	stored[OUT_AVAILABLE] = number_text(nulls[OUT_AVAILABLE], request->available);
	stored[OUT_EXPIRES_AT] = number_text(nulls[OUT_EXPIRES_AT], cart->lifetime.expires_at);
}

static void
put_cart(Cart *cart, ReturnSetInfo *result, Request *request)
{
	char **stored = NULL;

	if (request->active)
		stored = palloc0(cart->line_count * OUT_COLUMNS * sizeof(char *));
	for (int i = 0; i < cart->line_count; i++)
		put_line(cart, i, result, stored ? stored + i * OUT_COLUMNS : NULL);
	if (stored)
		th_request_finish(request, (const char *const *) stored, cart->line_count * OUT_COLUMNS);
}

static void
put_number(const Request *request, int element, Datum *value, bool *is_null)
{
	char *text_value = th_request_result(request, element);

	*is_null = text_value == NULL;
	*value = text_value ? Int64GetDatum(strtoll(text_value, NULL, 10)) : (Datum) 0;
}

static void
put_replay(const Request *request, ReturnSetInfo *result)
{
	for (int i = 0; i < request->result_count / OUT_COLUMNS; i++)
	{
		int first = i * OUT_COLUMNS;
		char *id = th_request_result(request, first + OUT_RESERVATION_ID);
		Datum values[OUT_COLUMNS];
		bool nulls[OUT_COLUMNS] = { false };

		values[OUT_LINE] = Int32GetDatum(i + 1);
		values[OUT_CODE] = CStringGetTextDatum(th_request_result(request, first + OUT_CODE));
		nulls[OUT_RESERVATION_ID] = id == NULL;
		if (id)
			values[OUT_RESERVATION_ID] = DirectFunctionCall1(uuid_in, CStringGetDatum(id));
		for (int column = OUT_REQUESTED; column <= OUT_EXPIRES_AT; column++)
			put_number(request, first + column, &values[column], &nulls[column]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

Datum
th_inventory_reserve_many(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool independent = !PG_ARGISNULL(ARG_INDEPENDENT) && PG_GETARG_BOOL(ARG_INDEPENDENT);
	ThOutcome outcome = { 0 };
	Request request = { 0 };
	Cart cart = { 0 };
	ThTable reservation;

	th_require_writable("reserve_many()");
	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(ARG_REQUEST_ID) && !th_request_begin(fcinfo, &request, &outcome))
		th_raise(&outcome);
	if (request.replayed)
	{
		put_replay(&request, result);
		PG_RETURN_NULL();
	}
	cart.reference = TH_GETARG_TEXT(ARG_REFERENCE);
	cart.request_id = TH_GETARG_TEXT(ARG_REQUEST_ID);
	if (!th_check_text("reference", cart.reference, TH_REFERENCE_LENGTH_MAX, &outcome) ||
		!th_lifetime(PG_ARGISNULL(ARG_TTL) ? NULL : PG_GETARG_INTERVAL_P(ARG_TTL),
					 &cart.lifetime, &outcome) ||
		!read_cart(fcinfo, &cart, &outcome))
		th_raise(&outcome);
	th_reserve_open(&reservation);
	if (independent)
		serve_independent(&cart, &reservation);
	else
		serve_atomic(&cart, &reservation);
	th_table_close(&reservation);
	put_cart(&cart, result, &request);
	PG_RETURN_NULL();
}
