/*
 * catalog.c
 *	  Oids of the tables of schema inventory, and when to forget what was read of them.
 *
 * A change of item, unit, location or stock_status reaches every backend as a
 * relation-cache invalidation of that table (trigger forget_cached).  The callback can
 * come at any lock and so only marks: the Oids as stale, the version of a cache as
 * grown.  An aborting transaction replays its own invalidations, but one that fails
 * before forget_cached has run sent none: th_catalog_forget_on_abort covers that.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "commands/dbcommands.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/call.h"
#include "base/errors.h"
#include "inventory/catalog.h"

#define EXTENSION_NAME "tidehold_inventory"
#define SCHEMA_NAME "inventory"

typedef struct CatalogName
{
	const char *name;
	size_t offset;
} CatalogName;

#define FIELD(field, name) \
	{ \
		name, offsetof(InventoryCatalog, field) \
	}

static const CatalogName names[] = {
	FIELD(item, "item"),
	FIELD(item_pkey, "item_pkey"),
	FIELD(item_sku_key, "item_tenant_id_sku_key"),
	FIELD(unit, "unit"),
	FIELD(unit_pkey, "unit_pkey"),
	FIELD(location, "location"),
	FIELD(stock_status, "stock_status"),
	FIELD(lot, "lot"),
	FIELD(lot_pkey, "lot_pkey"),
	FIELD(lot_code_key, "lot_item_id_code_key"),
	FIELD(movement, "movement"),
	FIELD(movement_pkey, "movement_pkey"),
	FIELD(balance, "balance"),
	FIELD(balance_pkey, "balance_pkey"),
	FIELD(reservation, "reservation"),
	FIELD(reservation_pkey, "reservation_pkey"),
	FIELD(reservation_entry_idx, "reservation_entry_idx"),
	FIELD(reservation_expires_at_idx, "reservation_expires_at_idx"),
	FIELD(reservation_end, "reservation_end"),
	FIELD(reservation_end_pkey, "reservation_end_pkey"),
	FIELD(request, "request"),
	FIELD(request_pkey, "request_pkey"),
	FIELD(lost_sale, "lost_sale"),
	FIELD(demand_day, "demand_day"),
	FIELD(id_seq, "id_seq"),
};

/* A field without a name would stay InvalidOid for ever. */
StaticAssertDecl(lengthof(names) * sizeof(Oid) == sizeof(InventoryCatalog),
				 "every Oid of InventoryCatalog has a name");

/* Stale Oids stay here until they are looked up again: invalidations still match them. */
static InventoryCatalog catalog;
static bool catalog_valid = false;
static char version[NAMEDATALEN]; /* of the extension in this database */
static uint64 item_version = 0;
static uint64 location_version = 0;
static uint64 invalidations = 0;
static bool forget_on_abort = false;

PG_FUNCTION_INFO_V1(th_inventory_new_id);
PG_FUNCTION_INFO_V1(th_inventory_forget_cached);

static void
forget_everything(void)
{
	catalog_valid = false;
	item_version++;
	location_version++;
}

static bool
is_ours(Oid relid)
{
	const Oid *oids = (const Oid *) &catalog;

	for (size_t i = 0; i < lengthof(names); i++)
		if (oids[i] == relid)
			return true;
	return false;
}

/* Runs where no catalog may be read and nothing may fail. */
static void
on_relation_invalidated(Datum arg, Oid relid)
{
	invalidations++;
	/* Messages were lost, or somebody asks to forget everything. */
	if (!OidIsValid(relid))
	{
		forget_everything();
		return;
	}
	if (relid == catalog.item || relid == catalog.unit)
		item_version++;
	else if (relid == catalog.location || relid == catalog.stock_status)
		location_version++;
	if (catalog_valid && is_ours(relid))
		catalog_valid = false;
}

static void
on_transaction_end(XactEvent event, void *arg)
{
	/* The fate of a prepared transaction is not reported to this backend either. */
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_PARALLEL_COMMIT &&
		event != XACT_EVENT_ABORT && event != XACT_EVENT_PARALLEL_ABORT &&
		event != XACT_EVENT_PREPARE)
		return;
	if (forget_on_abort && event != XACT_EVENT_COMMIT)
		forget_everything();
	forget_on_abort = false;
}

static void
on_subtransaction_end(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB || !forget_on_abort)
		return;
	forget_everything();
	forget_on_abort = false;
}

void
th_catalog_init(void)
{
	CacheRegisterRelcacheCallback(on_relation_invalidated, (Datum) 0);
	RegisterXactCallback(on_transaction_end, NULL);
	RegisterSubXactCallback(on_subtransaction_end, NULL);
}

void
th_catalog_forget_on_abort(void)
{
	forget_on_abort = true;
}

uint64
th_catalog_item_version(void)
{
	return item_version;
}

uint64
th_catalog_location_version(void)
{
	return location_version;
}

/* False where a table is missing, as in the middle of CREATE or DROP EXTENSION. */
static bool
look_up_oids(InventoryCatalog *found)
{
	Oid schema = get_namespace_oid(SCHEMA_NAME, true);

	if (!OidIsValid(schema))
		return false;
	for (size_t i = 0; i < lengthof(names); i++)
	{
		Oid relid = get_relname_relid(names[i].name, schema);

		if (!OidIsValid(relid))
			return false;
		*(Oid *) ((char *) found + names[i].offset) = relid;
	}
	return true;
}

/* Reads the version of the extension; false where it is not installed. */
static bool
look_up_version(void)
{
	Relation extensions = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	bool found;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(EXTENSION_NAME));
	scan = systable_beginscan(extensions, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found)
	{
		bool is_null;
		Datum value = heap_getattr(tuple, Anum_pg_extension_extversion,
								   RelationGetDescr(extensions), &is_null);

		Assert(!is_null);
		text_to_cstring_buffer(DatumGetTextPP(value), version, sizeof(version));
	}
	systable_endscan(scan);
	table_close(extensions, AccessShareLock);
	return found;
}

static inline bool
version_agrees(void)
{
	return strcmp(version, TIDEHOLD_VERSION) == 0;
}

const InventoryCatalog *
th_catalog_if_installed(void)
{
	InventoryCatalog found;
	uint64 before = invalidations;

	if (catalog_valid)
		return &catalog;
	if (!look_up_oids(&found) || !look_up_version())
		return NULL;
	if (memcmp(&found, &catalog, sizeof(found)) != 0)
	{
		catalog = found;
		item_version++;
		location_version++;
	}
	/*
	 * What was invalidated while we looked is looked up again, and so is an extension
	 * of another version: ALTER EXTENSION need not touch any of the tables.
	 */
	catalog_valid = invalidations == before && version_agrees();
	return &catalog;
}

const InventoryCatalog *
th_catalog(void)
{
	const InventoryCatalog *found = th_catalog_if_installed();

	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"%s\" is not installed in database \"%s\"",
						EXTENSION_NAME, get_database_name(MyDatabaseId)),
				 errhint("Run CREATE EXTENSION %s CASCADE.", EXTENSION_NAME)));
	if (!version_agrees())
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_VERSION_MISMATCH)),
				 errmsg("extension \"%s\" is of version %s, but the library is of version %s",
						EXTENSION_NAME, version, TIDEHOLD_VERSION),
				 errhint("Run ALTER EXTENSION %s UPDATE, or restart the server if the library is the older one.",
						 EXTENSION_NAME)));
	return found;
}

int
th_catalog_position(Datum value, const char *const *texts, int count)
{
	text *searched = DatumGetTextPP(value);
	size_t length = VARSIZE_ANY_EXHDR(searched);

	for (int i = 0; i < count; i++)
		if (strlen(texts[i]) == length && memcmp(texts[i], VARDATA_ANY(searched), length) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("unexpected value \"%s\" in a table of schema \"%s\"",
					text_to_cstring(searched), SCHEMA_NAME)));
}

int64
th_inventory_next_id(void)
{
	return th_next_id(th_catalog()->id_seq);
}

Datum
th_inventory_new_id(PG_FUNCTION_ARGS)
{
	th_require_writable("inventory.new_id()");
	PG_RETURN_INT64(th_inventory_next_id());
}

/* For each row too: logical replication fires no statement triggers. */
Datum
th_inventory_forget_cached(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger", "forget_cached")));
	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	PG_RETURN_POINTER(NULL);
}
