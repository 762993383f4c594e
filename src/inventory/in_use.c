/*
 * in_use.c
 *	  Keeps items, locations and lots that the ledger refers to (trigger refuse_in_use).
 *
 * The large tables carry no foreign keys, so the trigger looks by itself, and has to
 * look where nobody can add a reference behind its back: it locks the tables against
 * writers until the transaction ends, which first waits for those who are writing.  A
 * writer that comes later looks the item up after its lock and does not find it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/table_scan.h"
#include "inventory/catalog.h"

/* The row that is to go. */
typedef struct Subject
{
	const char *noun;
	const char *hint;
	bool is_location;
	int64 location_id;
	int64 item_id;
	int64 lot_id; /* 0: the item in any lot */
} Subject;

/* A table whose rows refer to items, lots and locations. */
typedef struct Referrer
{
	const char *name;
	Oid table;
	Oid pkey; /* its first column is item_id */
	int lot_column;
	int location_column;
	int other_location_column;
} Referrer;

#define REFERRERS 3

PG_FUNCTION_INFO_V1(th_inventory_refuse_in_use);

static int64
column_value(HeapTuple tuple, Relation table, int column)
{
	bool is_null;

	return DatumGetInt64(heap_getattr(tuple, column, RelationGetDescr(table), &is_null));
}

static char *
column_text(HeapTuple tuple, Relation table, int column)
{
	bool is_null;

	return TextDatumGetCString(heap_getattr(tuple, column, RelationGetDescr(table), &is_null));
}

/*
 * Movements count in the ledger of places with stock, not in that of places outside.
 * The view kind stands alone: it must not have any.
 */
static int
kind_class(const char *kind)
{
	if (strcmp(kind, "internal") == 0 || strcmp(kind, "transit") == 0)
		return 1;
	return strcmp(kind, "view") == 0 ? 2 : 3;
}

static bool
location_kept(const TriggerData *trigger)
{
	HeapTuple before = trigger->tg_trigtuple;
	HeapTuple after = trigger->tg_newtuple;
	Relation table = trigger->tg_relation;

	return column_value(before, table, LOCATION_ID) == column_value(after, table, LOCATION_ID) &&
		   kind_class(column_text(before, table, LOCATION_KIND)) ==
			   kind_class(column_text(after, table, LOCATION_KIND));
}

/* Does an update leave everything as it is that other rows rely on? */
static bool
references_kept(const TriggerData *trigger, Oid table)
{
	HeapTuple before = trigger->tg_trigtuple;
	HeapTuple after = trigger->tg_newtuple;
	Relation rel = trigger->tg_relation;

	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return false;
	if (table == th_catalog()->location)
		return location_kept(trigger);
	if (column_value(before, rel, ITEM_ID) != column_value(after, rel, ITEM_ID))
		return false;
	return table == th_catalog()->item ||
		   column_value(before, rel, LOT_ID) == column_value(after, rel, LOT_ID);
}

static void
describe_subject(HeapTuple tuple, Relation rel, Subject *subject)
{
	const InventoryCatalog *catalog = th_catalog();

	memset(subject, 0, sizeof(*subject));
	if (RelationGetRelid(rel) == catalog->location)
	{
		subject->noun = "location";
		subject->is_location = true;
		subject->location_id = column_value(tuple, rel, LOCATION_ID);
		subject->hint = "Give it a status that is not sellable to stop reserving from it.";
		return;
	}
	subject->item_id = column_value(tuple, rel, ITEM_ID);
	subject->noun = "item";
	subject->hint = "What the ledger refers to stays as long as the ledger.";
	if (RelationGetRelid(rel) != catalog->lot)
		return;
	subject->noun = "lot";
	subject->lot_id = column_value(tuple, rel, LOT_ID);
	subject->hint = "Give it a status that is not sellable to stop reserving from it.";
}

/* In the order in which a refusal names them. */
static void
describe_referrers(Referrer *referrers)
{
	const InventoryCatalog *catalog = th_catalog();

	referrers[0] = (Referrer){
		"inventory.movement", catalog->movement, catalog->movement_pkey, MOVEMENT_LOT_ID,
		MOVEMENT_SOURCE_ID, MOVEMENT_DESTINATION_ID
	};
	referrers[1] = (Referrer){
		"inventory.balance", catalog->balance, catalog->balance_pkey, BALANCE_LOT_ID,
		BALANCE_LOCATION_ID, BALANCE_LOCATION_ID
	};
	referrers[2] = (Referrer){
		"inventory.reservation", catalog->reservation, catalog->reservation_pkey,
		RESERVATION_LOT_ID, RESERVATION_LOCATION_ID, RESERVATION_LOCATION_ID
	};
}

static bool
lot_is_referred_to(const Referrer *referrer, Relation table, Snapshot snapshot,
				   const Subject *subject)
{
	ThScan scan;
	bool found = false;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, subject->item_id);
	th_scan_begin(&scan, table, referrer->pkey, snapshot);
	while (!found && th_scan_next(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		found = subject->lot_id == 0 ||
				th_slot_int8(scan.slot, referrer->lot_column) == subject->lot_id;
	}
	th_scan_end(&scan);
	return found;
}

/* No index leads with the location, and none is worth its cost for this. */
static bool
location_is_referred_to(const Referrer *referrer, Relation table, Snapshot snapshot,
						const Subject *subject)
{
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TableScanDesc scan = table_beginscan(table, snapshot, 0, NULL);
	bool found = false;

	while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		found = th_slot_int8(slot, referrer->location_column) == subject->location_id ||
				th_slot_int8(slot, referrer->other_location_column) == subject->location_id;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

/* Name of the first table that refers to the subject, NULL where none does. */
static const char *
find_reference(const Subject *subject)
{
	Referrer referrers[REFERRERS];
	Relation tables[REFERRERS];
	const char *name = NULL;
	Snapshot snapshot;

	describe_referrers(referrers);
	/* Always from the reservation to the movement, whoever deletes what. */
	for (int i = REFERRERS - 1; i >= 0; i--)
		tables[i] = table_open(referrers[i].table, ShareRowExclusiveLock);
	/* Once more: an index may have been replaced while we waited for the locks. */
	describe_referrers(referrers);
	snapshot = th_snapshot_latest();
	for (int i = 0; i < REFERRERS && name == NULL; i++)
	{
		bool found = subject->is_location ?
						 location_is_referred_to(&referrers[i], tables[i], snapshot, subject) :
						 lot_is_referred_to(&referrers[i], tables[i], snapshot, subject);

		if (found)
			name = referrers[i].name;
	}
	UnregisterSnapshot(snapshot);
	for (int i = 0; i < REFERRERS; i++)
		table_close(tables[i], NoLock);
	return name;
}

static void
refuse_where_referred_to(const TriggerData *trigger)
{
	HeapTuple tuple = trigger->tg_trigtuple;
	Subject subject;
	const char *referrer;
	ThOutcome outcome;

	StaticAssertStmt((int) ITEM_SKU == (int) LOCATION_CODE && (int) ITEM_SKU == (int) LOT_CODE,
					 "the third column names an item, a location and a lot");
	describe_subject(tuple, trigger->tg_relation, &subject);
	referrer = find_reference(&subject);
	if (referrer == NULL)
		return;
	th_refuse(&outcome, TH_IN_USE, "%s \"%s\" is in use", subject.noun,
			  column_text(tuple, trigger->tg_relation, ITEM_SKU));
	th_refuse_detail(&outcome, "Table \"%s\" refers to it.", referrer);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		th_refuse_hint(&outcome, "Make another %s instead.", subject.noun);
	else
		th_refuse_hint(&outcome, "%s", subject.hint);
	th_raise(&outcome);
}

Datum
th_inventory_refuse_in_use(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger before a row",
						"refuse_in_use")));
	if (!references_kept(trigger, RelationGetRelid(trigger->tg_relation)))
		refuse_where_referred_to(trigger);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ?
							   trigger->tg_newtuple :
							   trigger->tg_trigtuple);
}
