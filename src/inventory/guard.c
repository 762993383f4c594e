/*
 * guard.c
 *	  Refuses to drop tables that hold stock, and forgets a dropped database.
 *
 * DROP EXTENSION, DROP SCHEMA .. CASCADE and DROP OWNED all come to the drop of each
 * table, so that is where we look.  An event trigger would come too late: at sql_drop
 * the rows are gone.  DROP DATABASE is not guarded.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/hooks.h"
#include "base/settings.h"
#include "base/table_scan.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/guard.h"

#define SCHEMA_NAME "inventory"
#define EXTENSION_NAME "tidehold_inventory"

typedef struct GuardedTable
{
	const char *name;
	const char *holds;
	AttrNumber nonzero_column; /* rows with 0 in it do not matter; 0: every row does */
} GuardedTable;

static const GuardedTable guarded_tables[] = {
	{ "balance", "stock", BALANCE_QUANTITY },
	{ "reservation", "open reservations", 0 },
	{ "movement", "the ledger of stock movements", 0 },
};

static bool
is_member(Oid relid)
{
	Oid extension = getExtensionOfObject(RelationRelationId, relid);
	char *name = OidIsValid(extension) ? get_extension_name(extension) : NULL;

	return name != NULL && strcmp(name, EXTENSION_NAME) == 0;
}

/* NULL where the relation is none of ours. */
static const GuardedTable *
find_guarded(Oid relid)
{
	char *name = get_rel_name(relid);
	char *schema;

	for (int i = 0; name != NULL && i < (int) lengthof(guarded_tables); i++)
	{
		if (strcmp(name, guarded_tables[i].name) != 0)
			continue;
		schema = get_namespace_name(get_rel_namespace(relid));
		if (schema == NULL || strcmp(schema, SCHEMA_NAME) != 0 || !is_member(relid))
			return NULL;
		return &guarded_tables[i];
	}
	return NULL;
}

static bool
row_matters(TupleTableSlot *slot, const GuardedTable *guarded)
{
	return guarded->nonzero_column == 0 || th_slot_int8(slot, guarded->nonzero_column) != 0;
}

/* DROP has locked the table against everybody; its indexes are gone already. */
static bool
holds_rows(Oid relid, const GuardedTable *guarded)
{
	Relation table = table_open(relid, AccessExclusiveLock);
	Snapshot snapshot = th_snapshot_latest();
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TableScanDesc scan = table_beginscan(table, snapshot, 0, NULL);
	bool found = false;

	while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot))
		found = row_matters(slot, guarded);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(table, NoLock);
	return found;
}

static void
refuse_drop_with_stock(Oid relid)
{
	const GuardedTable *guarded = find_guarded(relid);

	if (guarded == NULL)
		return;
	if (th_setting_allow_drop_with_stock || !holds_rows(relid, guarded))
	{
		/* Its Oid may be another table's one day. */
		th_escrow_rows_replaced();
		return;
	}
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_IN_USE)),
			 errmsg("cannot drop table \"%s.%s\" because it holds %s",
					SCHEMA_NAME, guarded->name, guarded->holds),
			 errdetail("Dropping extension \"%s\", its schema or its owner's objects drops this table.",
					   EXTENSION_NAME),
			 errhint("Save the database with pg_dump first.  Then SET tidehold.allow_drop_with_stock = on allows the drop.")));
}

static void
forget_database(Oid database, bool dropped)
{
	if (dropped)
		th_escrow_purge_database(database);
}

void
th_guard_init(void)
{
	th_hook_on_drop_relation(refuse_drop_with_stock);
	th_hook_on_drop_database_end(forget_database);
}
