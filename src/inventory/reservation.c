/*
 * reservation.c
 *	  Finding and locking an open reservation; inventory.release and inventory.extend.
 *
 * A reservation ends exactly once because its rows are locked before anything is
 * decided, and deleted by the one who ends it.
 */
#include "postgres.h"

#include "access/table.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/settings.h"
#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/request.h"
#include "inventory/reservation.h"
#include "inventory/reserve.h"

PG_FUNCTION_INFO_V1(th_inventory_release);
PG_FUNCTION_INFO_V1(th_inventory_extend);

void
th_reservation_open(LockedReservation *locked, const pg_uuid_t *id)
{
	const InventoryCatalog *catalog = th_catalog();

	memset(locked, 0, sizeof(*locked));
	locked->id = *id;
	th_reservation_id_unpack(id, &locked->item_id, &locked->reservation_no);
	th_escrow_lock_rows(RowExclusiveLock);
	th_table_open(&locked->reservation, catalog->reservation);
	th_table_open(&locked->reservation_end, catalog->reservation_end);
}

static void
forget_rows(LockedReservation *locked)
{
	for (int i = 0; i < locked->row_count; i++)
		ExecDropSingleTupleTableSlot(locked->rows[i].slot);
	locked->row_count = 0;
	locked->held = 0;
}

void
th_reservation_close(LockedReservation *locked)
{
	forget_rows(locked);
	th_table_close(&locked->reservation_end);
	th_table_close(&locked->reservation);
}

static void
keep_row(LockedReservation *locked, TupleTableSlot *slot)
{
	LockedRow *row;

	if (locked->rows == NULL)
		locked->rows = palloc(sizeof(LockedRow));
	else
		locked->rows = repalloc(locked->rows, (locked->row_count + 1) * sizeof(LockedRow));
	row = &locked->rows[locked->row_count++];
	row->slot = table_slot_create(locked->reservation.rel, NULL);
	ExecCopySlot(row->slot, slot);
	th_held_row_read(row->slot, &row->row);
	locked->held += row->row.quantity;
}

/* False where another transaction changed a row first: look again. */
static bool
lock_rows(LockedReservation *locked)
{
	Snapshot snapshot = th_snapshot_latest();
	bool unchanged = true;
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, locked->item_id);
	th_scan_key_int8(&scan, locked->reservation_no);
	th_scan_begin(&scan, locked->reservation.rel, th_catalog()->reservation_pkey, snapshot);
	while (unchanged && th_scan_next(&scan))
	{
		unchanged = th_table_lock(&locked->reservation, scan.slot, snapshot, true);
		if (unchanged)
			keep_row(locked, scan.slot);
	}
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	return unchanged;
}

static bool
refuse_ended(LockedReservation *locked, const char *ended_as, ThOutcome *outcome)
{
	char *id = th_reservation_id_text(&locked->id);

	if (ended_as == NULL)
		return th_refuse(outcome, TH_RESERVATION_NOT_FOUND, "reservation %s does not exist", id);
	if (strcmp(ended_as, "fulfilled") == 0)
		return th_refuse(outcome, TH_ALREADY_FULFILLED, "reservation %s is already fulfilled", id);
	if (strcmp(ended_as, "released") == 0)
		return th_refuse(outcome, TH_ALREADY_RELEASED, "reservation %s is already released", id);
	return th_refuse(outcome, TH_RESERVATION_EXPIRED, "reservation %s has expired", id);
}

/* How the reservation ended, NULL where it is not known. */
static char *
ended_as(LockedReservation *locked)
{
	Snapshot snapshot = th_snapshot_latest();
	char *found = NULL;
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, locked->item_id);
	th_scan_key_int8(&scan, locked->reservation_no);
	th_scan_begin(&scan, locked->reservation_end.rel, th_catalog()->reservation_end_pkey, snapshot);
	if (th_scan_next(&scan))
		found = TextDatumGetCString(th_slot_datum(scan.slot, END_OUTCOME));
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	return found;
}

bool
th_reservation_lock(LockedReservation *locked, ThOutcome *outcome)
{
	while (!lock_rows(locked))
	{
		CHECK_FOR_INTERRUPTS();
		forget_rows(locked);
	}
	if (locked->row_count == 0)
		return refuse_ended(locked, ended_as(locked), outcome);
	locked->now = GetCurrentTimestamp();
	for (int i = 0; i < locked->row_count; i++)
	{
		if (th_held_row_expired(&locked->rows[i].row, locked->now))
			return refuse_ended(locked, "expired", outcome);
	}
	return true;
}

void
th_reservation_end_row(LockedReservation *locked, LockedRow *row, ReservationOutcome outcome,
					   text *reason)
{
	if (row->row.quantity > 0)
		th_escrow_give(row->row.item_id, row->row.location_id, row->row.lot_id,
					   row->row.quantity);
	th_held_row_record_end(&locked->reservation_end, row->slot, &row->row, outcome,
						   locked->now, reason);
	th_table_delete(&locked->reservation, row->slot);
}

enum ReleaseArgument
{
	RELEASE_RESERVATION_ID,
	RELEASE_QUANTITY,
	RELEASE_REASON,
	RELEASE_REQUEST_ID
};

static bool
release_locked(FunctionCallInfo fcinfo, LockedReservation *locked, ThOutcome *outcome)
{
	if (!th_reservation_lock(locked, outcome))
		return false;
	if (!PG_ARGISNULL(RELEASE_QUANTITY) && PG_GETARG_INT64(RELEASE_QUANTITY) != locked->held)
	{
		th_refuse(outcome, TH_DIFFERENT_QUANTITY, "reservation %s does not hold " INT64_FORMAT,
				  th_reservation_id_text(&locked->id), PG_GETARG_INT64(RELEASE_QUANTITY));
		th_refuse_detail(outcome, "It holds " INT64_FORMAT ".", locked->held);
		return th_refuse_hint(outcome, "To give back a part, fulfil the rest with keep_remainder, or release all and reserve again.");
	}
	for (int i = 0; i < locked->row_count; i++)
		th_reservation_end_row(locked, &locked->rows[i], ENDED_RELEASED,
							   TH_GETARG_TEXT(RELEASE_REASON));
	return true;
}

/* The id argument; raises where it is NULL. */
static pg_uuid_t *
require_id(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("reservation_id is NULL")));
	return PG_GETARG_UUID_P(argument);
}

static void
store_number(Request *request, int64 value)
{
	const char *texts[1] = { psprintf(INT64_FORMAT, value) };

	if (request->active)
		th_request_finish(request, texts, 1);
}

Datum
th_inventory_release(PG_FUNCTION_ARGS)
{
	Request request = { 0 };
	ThOutcome outcome = { 0 };
	LockedReservation locked;
	int64 released;

	th_require_writable("release()");
	if (!PG_ARGISNULL(RELEASE_REQUEST_ID) && !th_request_begin(fcinfo, &request, &outcome))
		th_raise(&outcome);
	if (request.replayed)
		PG_RETURN_INT64(strtoll(th_request_result(&request, 0), NULL, 10));
	if (!th_check_text("reason", TH_GETARG_TEXT(RELEASE_REASON), TH_REASON_LENGTH_MAX, &outcome))
		th_raise(&outcome);
	th_reservation_open(&locked, require_id(fcinfo, RELEASE_RESERVATION_ID));
	if (!release_locked(fcinfo, &locked, &outcome))
		th_raise(&outcome);
	released = locked.held;
	th_reservation_close(&locked);
	store_number(&request, released);
	PG_RETURN_INT64(released);
}

enum ExtendArgument
{
	EXTEND_RESERVATION_ID,
	EXTEND_TTL,
	EXTEND_REQUEST_ID
};

static bool
check_lifetime(const LockedReservation *locked, const Lifetime *lifetime, ThOutcome *outcome)
{
	TimestampTz limit;

	if (th_setting_reservation_lifetime_max == 0)
		return true;
	limit = locked->rows[0].row.created_at +
			th_setting_reservation_lifetime_max * USECS_PER_SEC;
	if (lifetime->has_expiry && lifetime->expires_at <= limit)
		return true;
	th_refuse(outcome, TH_LIFETIME_EXCEEDED, "reservation %s cannot be extended that long",
			  th_reservation_id_text(&locked->id));
	return th_refuse_detail(outcome, "tidehold.reservation_lifetime_max lets a reservation live for %d s after it was made.",
							th_setting_reservation_lifetime_max);
}

/* Never shorter: who asks to extend does not want to lose what is left. */
static void
extend_row(LockedReservation *locked, LockedRow *row, const Lifetime *lifetime)
{
	if (!row->row.has_expiry)
		return;
	if (lifetime->has_expiry && lifetime->expires_at <= row->row.expires_at)
		return;
	row->row.has_expiry = lifetime->has_expiry;
	row->row.expires_at = lifetime->expires_at;
	th_held_row_update(&locked->reservation, row->slot, &row->row);
}

static void
extend(FunctionCallInfo fcinfo, LockedReservation *locked)
{
	ThOutcome outcome = { 0 };
	Lifetime lifetime;

	if (!th_lifetime(PG_ARGISNULL(EXTEND_TTL) ? NULL : PG_GETARG_INTERVAL_P(EXTEND_TTL),
					 &lifetime, &outcome) ||
		!th_reservation_lock(locked, &outcome) ||
		!check_lifetime(locked, &lifetime, &outcome))
		th_raise(&outcome);
	for (int i = 0; i < locked->row_count; i++)
		extend_row(locked, &locked->rows[i], &lifetime);
}

Datum
th_inventory_extend(PG_FUNCTION_ARGS)
{
	Request request = { 0 };
	ThOutcome outcome = { 0 };
	LockedReservation locked;
	HeldRow row;
	const char *texts[1];

	th_require_writable("extend()");
	if (!PG_ARGISNULL(EXTEND_REQUEST_ID) && !th_request_begin(fcinfo, &request, &outcome))
		th_raise(&outcome);
	if (request.replayed)
	{
		char *expires_at = th_request_result(&request, 0);

		if (expires_at == NULL)
			PG_RETURN_NULL();
		PG_RETURN_TIMESTAMPTZ(strtoll(expires_at, NULL, 10));
	}
	th_reservation_open(&locked, require_id(fcinfo, EXTEND_RESERVATION_ID));
	extend(fcinfo, &locked);
	row = locked.rows[0].row;
	th_reservation_close(&locked);
	texts[0] = row.has_expiry ? psprintf(INT64_FORMAT, row.expires_at) : NULL;
	if (request.active)
		th_request_finish(&request, texts, 1);
	if (!row.has_expiry)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(row.expires_at);
}
