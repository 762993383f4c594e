/*
 * freeze.c
 *	  Freezes a location and all below it for a time, for example while it is counted.
 *
 * A freeze keeps out what begins after it has committed; it does not wait for open
 * transactions.  Freezing again never shortens a freeze: the later end holds, and the
 * newer reason.  unfreeze ends it early.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/table_scan.h"
#include "base/table_write.h"
#include "inventory/catalog.h"
#include "inventory/master.h"

PG_FUNCTION_INFO_V1(th_inventory_freeze);
PG_FUNCTION_INFO_V1(th_inventory_unfreeze);

/* As in sql/tidehold_inventory/50_movement.sql. */
enum FreezeArgument
{
	FREEZE_LOCATION,
	FREEZE_DURATION,
	FREEZE_REASON,
	FREEZE_LOCATION_ID,
	FREEZE_TENANT_ID
};

enum UnfreezeArgument
{
	UNFREEZE_LOCATION,
	UNFREEZE_LOCATION_ID,
	UNFREEZE_TENANT_ID
};

#define NOT_FROZEN DT_NOBEGIN

/* A row of inventory.location, locked for us. */
typedef struct LockedLocation
{
	ThTable table;
	ThScan scan;
	Snapshot snapshot;
	TimestampTz frozen_until; /* of the row itself, NOT_FROZEN where it is past */
} LockedLocation;

static bool
find_location(FunctionCallInfo fcinfo, int code, int id, int tenant_id, int64 *location_id,
			  ThOutcome *outcome)
{
	bool has_id = !PG_ARGISNULL(id);
	const Location *location;

	if (PG_ARGISNULL(tenant_id))
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"tenant_id\" is missing");
	if (!th_location_find(PG_GETARG_INT32(tenant_id), TH_GETARG_TEXT(code), has_id,
						  has_id ? PG_GETARG_INT64(id) : 0, &location, outcome))
		return false;
	*location_id = location->location_id;
	return true;
}

static Oid
primary_key(Relation table)
{
	list_free(RelationGetIndexList(table));
	return table->rd_pkindex;
}

static void
end_lookup(LockedLocation *locked)
{
	th_scan_end(&locked->scan);
	UnregisterSnapshot(locked->snapshot);
}

/* False where the row is gone. */
static bool
lock_row(LockedLocation *locked, int64 location_id)
{
	for (;;)
	{
		locked->snapshot = th_snapshot_latest();
		th_scan_init(&locked->scan);
		th_scan_key_int8(&locked->scan, location_id);
		th_scan_begin(&locked->scan, locked->table.rel, primary_key(locked->table.rel),
					  locked->snapshot);
		if (!th_scan_next(&locked->scan))
		{
			end_lookup(locked);
			return false;
		}
		if (th_table_lock(&locked->table, locked->scan.slot, locked->snapshot, true))
			return true;
		end_lookup(locked);
	}
}

static bool
lock_location(LockedLocation *locked, int64 location_id, TimestampTz now, ThOutcome *outcome)
{
	TupleTableSlot *slot;
	bool is_null;
	Datum frozen_until;

	if (!lock_row(locked, location_id))
		return th_refuse(outcome, TH_LOCATION_NOT_FOUND,
						 "location " INT64_FORMAT " does not exist", location_id);
	slot = locked->scan.slot;
	if (DatumGetBool(th_slot_datum(slot, LOCATION_BUILTIN)))
		return th_refuse(outcome, TH_BUILTIN_ROW, "cannot freeze built-in location \"%s\"",
						 TextDatumGetCString(th_slot_datum(slot, LOCATION_CODE)));
	frozen_until = slot_getattr(slot, LOCATION_FROZEN_UNTIL, &is_null);
	locked->frozen_until = NOT_FROZEN;
	if (!is_null && DatumGetTimestampTz(frozen_until) > now)
		locked->frozen_until = DatumGetTimestampTz(frozen_until);
	return true;
}

static void
set_column(Datum *values, bool *nulls, int column, bool is_null, Datum value)
{
	values[column - 1] = value;
	nulls[column - 1] = is_null;
}

/*
 * Writes the row, as the owner of the table for the sake of its triggers.  The statement
 * trigger that tells other backends fires for SQL only, so it is told here.
 */
static void
write_freeze(LockedLocation *locked, TimestampTz until, text *reason)
{
	TupleTableSlot *slot = locked->scan.slot;
	int columns = slot->tts_tupleDescriptor->natts;
	Datum *values = palloc(columns * sizeof(Datum));
	bool *nulls = palloc(columns * sizeof(bool));
	Oid caller;
	int context;

	slot_getallattrs(slot);
	memcpy(values, slot->tts_values, columns * sizeof(Datum));
	memcpy(nulls, slot->tts_isnull, columns * sizeof(bool));
	set_column(values, nulls, LOCATION_FROZEN_UNTIL, until == NOT_FROZEN,
			   TimestampTzGetDatum(until));
	set_column(values, nulls, LOCATION_FROZEN_REASON, until == NOT_FROZEN || reason == NULL,
			   PointerGetDatum(reason));
	GetUserIdAndSecContext(&caller, &context);
	SetUserIdAndSecContext(locked->table.rel->rd_rel->relowner,
						   context | SECURITY_LOCAL_USERID_CHANGE);
	th_table_update(&locked->table, slot, values, nulls);
	SetUserIdAndSecContext(caller, context);
	CacheInvalidateRelcacheByRelid(RelationGetRelid(locked->table.rel));
}

static bool
freeze_end(Interval *duration, TimestampTz now, TimestampTz *until, ThOutcome *outcome)
{
	*until = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
													 TimestampTzGetDatum(now),
													 IntervalPGetDatum(duration)));
	if (*until > now && !TIMESTAMP_NOT_FINITE(*until))
		return true;
	return th_refuse(outcome, TH_INVALID_ARGUMENT, "duration \"%s\" is not a time ahead",
					 DatumGetCString(DirectFunctionCall1(interval_out,
														 IntervalPGetDatum(duration))));
}

static bool
freeze(FunctionCallInfo fcinfo, TimestampTz *until, ThOutcome *outcome)
{
	TimestampTz now = GetCurrentTimestamp();
	text *reason = TH_GETARG_TEXT(FREEZE_REASON);
	LockedLocation locked;
	int64 location_id;

	if (!th_check_text("reason", reason, TH_REASON_LENGTH_MAX, outcome))
		return false;
	if (PG_ARGISNULL(FREEZE_DURATION))
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "\"duration\" is missing");
	if (!freeze_end(PG_GETARG_INTERVAL_P(FREEZE_DURATION), now, until, outcome))
		return false;
	th_table_open(&locked.table, th_catalog()->location);
	if (!find_location(fcinfo, FREEZE_LOCATION, FREEZE_LOCATION_ID, FREEZE_TENANT_ID,
					   &location_id, outcome) ||
		!lock_location(&locked, location_id, now, outcome))
		return false;
	*until = Max(*until, locked.frozen_until);
	write_freeze(&locked, *until, reason);
	end_lookup(&locked);
	th_table_close(&locked.table);
	return true;
}

static bool
unfreeze(FunctionCallInfo fcinfo, bool *was_frozen, ThOutcome *outcome)
{
	LockedLocation locked;
	int64 location_id;

	th_table_open(&locked.table, th_catalog()->location);
	if (!find_location(fcinfo, UNFREEZE_LOCATION, UNFREEZE_LOCATION_ID, UNFREEZE_TENANT_ID,
					   &location_id, outcome) ||
		!lock_location(&locked, location_id, GetCurrentTimestamp(), outcome))
		return false;
	*was_frozen = locked.frozen_until != NOT_FROZEN;
	if (*was_frozen)
		write_freeze(&locked, NOT_FROZEN, NULL);
	end_lookup(&locked);
	th_table_close(&locked.table);
	return true;
}

Datum
th_inventory_freeze(PG_FUNCTION_ARGS)
{
	ThOutcome outcome = { 0 };
	TimestampTz until = NOT_FROZEN;

	th_require_writable("inventory.freeze()");
	if (!freeze(fcinfo, &until, &outcome))
		th_raise(&outcome);
	PG_RETURN_TIMESTAMPTZ(until);
}

Datum
th_inventory_unfreeze(PG_FUNCTION_ARGS)
{
	ThOutcome outcome = { 0 };
	bool was_frozen;

	th_require_writable("inventory.unfreeze()");
	if (!unfreeze(fcinfo, &was_frozen, &outcome))
		th_raise(&outcome);
	PG_RETURN_BOOL(was_frozen);
}
