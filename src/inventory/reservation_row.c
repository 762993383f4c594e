/*
 * reservation_row.c
 *	  Rows of inventory.reservation, and how they end.
 */
#include "postgres.h"

#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/reservation_row.h"

void
th_reservation_id_pack(int64 item_id, int64 reservation_no, pg_uuid_t *id)
{
	uint64 high = pg_hton64((uint64) item_id);
	uint64 low = pg_hton64((uint64) reservation_no);

	StaticAssertStmt(UUID_LEN == 2 * sizeof(uint64), "two numbers fill an id");
	memcpy(id->data, &high, sizeof(high));
	memcpy(id->data + sizeof(high), &low, sizeof(low));
}

void
th_reservation_id_unpack(const pg_uuid_t *id, int64 *item_id, int64 *reservation_no)
{
	uint64 high;
	uint64 low;

	memcpy(&high, id->data, sizeof(high));
	memcpy(&low, id->data + sizeof(high), sizeof(low));
	*item_id = (int64) pg_ntoh64(high);
	*reservation_no = (int64) pg_ntoh64(low);
}

char *
th_reservation_id_text(const pg_uuid_t *id)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(id)));
}

void
th_held_row_read(TupleTableSlot *slot, HeldRow *row)
{
	bool is_null;

	row->item_id = th_slot_int8(slot, RESERVATION_ITEM_ID);
	row->reservation_no = th_slot_int8(slot, RESERVATION_NO);
	row->location_id = th_slot_int8(slot, RESERVATION_LOCATION_ID);
	row->lot_id = th_slot_int8(slot, RESERVATION_LOT_ID);
	row->quantity = th_slot_int8(slot, RESERVATION_QUANTITY);
	row->fulfilled = th_slot_int8(slot, RESERVATION_FULFILLED);
	row->created_at = DatumGetTimestampTz(th_slot_datum(slot, RESERVATION_CREATED_AT));
	row->expires_at = DatumGetTimestampTz(slot_getattr(slot, RESERVATION_EXPIRES_AT, &is_null));
	row->has_expiry = !is_null;
}

static void
set_value(Datum *values, bool *nulls, int column, Datum value)
{
	values[column - 1] = value;
	nulls[column - 1] = false;
}

static void
set_expiry(const HeldRow *row, Datum *values, bool *nulls, int column)
{
	values[column - 1] = TimestampTzGetDatum(row->expires_at);
	nulls[column - 1] = !row->has_expiry;
}

void
th_held_row_insert(ThTable *reservation, const HeldRow *row, text *reference)
{
	Datum values[RESERVATION_COLUMNS];
	bool nulls[RESERVATION_COLUMNS];

	memset(nulls, false, sizeof(nulls));
	set_value(values, nulls, RESERVATION_ITEM_ID, Int64GetDatum(row->item_id));
	set_value(values, nulls, RESERVATION_NO, Int64GetDatum(row->reservation_no));
	set_value(values, nulls, RESERVATION_LOCATION_ID, Int64GetDatum(row->location_id));
	set_value(values, nulls, RESERVATION_LOT_ID, Int64GetDatum(row->lot_id));
	set_value(values, nulls, RESERVATION_QUANTITY, Int64GetDatum(row->quantity));
	set_value(values, nulls, RESERVATION_FULFILLED, Int64GetDatum(row->fulfilled));
	set_value(values, nulls, RESERVATION_CREATED_AT, TimestampTzGetDatum(row->created_at));
	set_expiry(row, values, nulls, RESERVATION_EXPIRES_AT);
	set_value(values, nulls, RESERVATION_ACTOR, th_actor());
	values[RESERVATION_REFERENCE - 1] = PointerGetDatum(reference);
	nulls[RESERVATION_REFERENCE - 1] = reference == NULL;
	th_table_insert(reservation, values, nulls);
}

void
th_held_row_update(ThTable *reservation, TupleTableSlot *slot, const HeldRow *row)
{
	Datum values[RESERVATION_COLUMNS];
	bool nulls[RESERVATION_COLUMNS];

	slot_getallattrs(slot);
	memcpy(values, slot->tts_values, sizeof(values));
	memcpy(nulls, slot->tts_isnull, sizeof(nulls));
	set_value(values, nulls, RESERVATION_QUANTITY, Int64GetDatum(row->quantity));
	set_value(values, nulls, RESERVATION_FULFILLED, Int64GetDatum(row->fulfilled));
	set_expiry(row, values, nulls, RESERVATION_EXPIRES_AT);
	th_table_update(reservation, slot, values, nulls);
}

static const char *const outcome_names[] = {
	[ENDED_FULFILLED] = "fulfilled",
	[ENDED_RELEASED] = "released",
	[ENDED_EXPIRED] = "expired",
};

void
th_held_row_record_end(ThTable *reservation_end, TupleTableSlot *slot, const HeldRow *row,
					   ReservationOutcome outcome, TimestampTz now, text *reason)
{
	Datum values[END_COLUMNS];
	bool nulls[END_COLUMNS];
	Datum reference;
	bool no_reference;

	reference = slot_getattr(slot, RESERVATION_REFERENCE, &no_reference);
	memset(nulls, false, sizeof(nulls));
	set_value(values, nulls, END_ITEM_ID, Int64GetDatum(row->item_id));
	set_value(values, nulls, END_RESERVATION_NO, Int64GetDatum(row->reservation_no));
	set_value(values, nulls, END_LOCATION_ID, Int64GetDatum(row->location_id));
	set_value(values, nulls, END_LOT_ID, Int64GetDatum(row->lot_id));
	set_value(values, nulls, END_OUTCOME, CStringGetTextDatum(outcome_names[outcome]));
	set_value(values, nulls, END_QUANTITY, Int64GetDatum(row->quantity));
	set_value(values, nulls, END_FULFILLED, Int64GetDatum(row->fulfilled));
	set_value(values, nulls, END_CREATED_AT, TimestampTzGetDatum(row->created_at));
	set_expiry(row, values, nulls, END_EXPIRES_AT);
	set_value(values, nulls, END_ENDED_AT, TimestampTzGetDatum(now));
	set_value(values, nulls, END_ACTOR, th_actor());
	values[END_REFERENCE - 1] = reference;
	nulls[END_REFERENCE - 1] = no_reference;
	values[END_REASON - 1] = PointerGetDatum(reason);
	nulls[END_REASON - 1] = reason == NULL;
	th_table_insert(reservation_end, values, nulls);
}
