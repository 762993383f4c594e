/*
 * item.c
 *	  Items and their units.
 *
 * A backend remembers the items it has met, by sku and by id: an operation must not
 * pay for an index scan of item each time.  The memory is bounded and forgotten as a
 * whole when item or unit changes; items that were not found are not remembered.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/table_scan.h"
#include "core/stock/stock.h"
#include "inventory/catalog.h"
#include "inventory/master.h"

#define CACHED_ITEMS_MAX 16384
#define CACHED_SKU_LENGTH_MAX 64

/* Compared as bytes: the part of sku behind length is 0. */
typedef struct SkuKey
{
	int32 tenant_id;
	int32 length;
	char sku[CACHED_SKU_LENGTH_MAX];
} SkuKey;

typedef struct SkuEntry
{
	SkuKey key;
	StockItem item;
} SkuEntry;

static const char *const tracking_names[] = { "none", "lot", "serial" };

static MemoryContext cache_context = NULL;
static HTAB *items_by_sku;
static HTAB *items_by_id;
static uint64 cache_version;

static HTAB *
create_table(const char *name, Size key_size, Size entry_size, MemoryContext context)
{
	HASHCTL control = {
		.keysize = key_size,
		.entrysize = entry_size,
		.hcxt = context,
	};

	return hash_create(name, 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
start_cache(void)
{
	MemoryContext context;

	if (cache_context != NULL)
	{
		MemoryContextDelete(cache_context);
		cache_context = NULL;
	}
	/* Out of memory half way leaves nothing behind: the context moves up at the end. */
	context = AllocSetContextCreate(CurrentMemoryContext, "tidehold items",
									ALLOCSET_DEFAULT_SIZES);
	items_by_sku = create_table("tidehold items by sku", sizeof(SkuKey), sizeof(SkuEntry),
								context);
	items_by_id = create_table("tidehold items by id", sizeof(int64), sizeof(StockItem), context);
	MemoryContextSetParent(context, CacheMemoryContext);
	cache_context = context;
	cache_version = th_catalog_item_version();
}

static inline void
refresh_cache(void)
{
	if (cache_context == NULL || cache_version != th_catalog_item_version())
		start_cache();
}

/* False where the sku is too long to be remembered. */
static bool
make_sku_key(SkuKey *key, int32 tenant_id, text *sku)
{
	int length = VARSIZE_ANY_EXHDR(sku);

	if (length > CACHED_SKU_LENGTH_MAX)
		return false;
	memset(key, 0, sizeof(*key));
	key->tenant_id = tenant_id;
	key->length = length;
	memcpy(key->sku, VARDATA_ANY(sku), length);
	return true;
}

static void
remember_by_sku(const SkuKey *key, const StockItem *item)
{
	SkuEntry *entry;

	if (hash_get_num_entries(items_by_sku) >= CACHED_ITEMS_MAX)
		start_cache();
	entry = hash_search(items_by_sku, key, HASH_ENTER, NULL);
	entry->item = *item;
}

static void
remember_by_id(const StockItem *item)
{
	StockItem *entry;

	if (hash_get_num_entries(items_by_id) >= CACHED_ITEMS_MAX)
		start_cache();
	entry = hash_search(items_by_id, &item->item_id, HASH_ENTER, NULL);
	*entry = *item;
}

static bool
written_by_this_transaction(TupleTableSlot *slot)
{
	bool is_null;
	Datum xmin = slot_getsysattr(slot, MinTransactionIdAttributeNumber, &is_null);

	return TransactionIdIsCurrentTransactionId(DatumGetTransactionId(xmin));
}

static void
read_item(TupleTableSlot *slot, StockItem *item)
{
	item->item_id = th_slot_int8(slot, ITEM_ID);
	item->tenant_id = DatumGetInt32(th_slot_datum(slot, ITEM_TENANT_ID));
	item->tracking = th_catalog_position(th_slot_datum(slot, ITEM_TRACKING), tracking_names,
										 lengthof(tracking_names));
	if (written_by_this_transaction(slot))
		th_catalog_forget_on_abort();
}

/*
 * Looks one item up by the keys in scan.  The index is asked for when the table is
 * locked: REINDEX CONCURRENTLY replaces it, but keeps the old one for those who hold
 * a lock.
 */
static bool
scan_item(ThScan *scan, bool by_sku, StockItem *item)
{
	Relation table = table_open(th_catalog()->item, AccessShareLock);
	Oid index = by_sku ? th_catalog()->item_sku_key : th_catalog()->item_pkey;
	Snapshot snapshot = th_snapshot_latest();
	bool found;

	th_scan_begin(scan, table, index, snapshot);
	found = th_scan_next(scan);
	if (found)
		read_item(scan->slot, item);
	th_scan_end(scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return found;
}

static bool
find_by_sku(int32 tenant_id, text *sku, StockItem *item)
{
	SkuKey key;
	bool cacheable = make_sku_key(&key, tenant_id, sku);
	SkuEntry *entry;
	ThScan scan;

	refresh_cache();
	if (cacheable)
	{
		entry = hash_search(items_by_sku, &key, HASH_FIND, NULL);
		if (entry != NULL)
		{
			*item = entry->item;
			return true;
		}
	}
	th_scan_init(&scan);
	th_scan_key_int4(&scan, tenant_id);
	th_scan_key_text(&scan, PointerGetDatum(sku));
	if (!scan_item(&scan, true, item))
		return false;
	if (cacheable)
		remember_by_sku(&key, item);
	return true;
}

static bool
find_by_id(int64 item_id, StockItem *item)
{
	StockItem *entry;
	ThScan scan;

	refresh_cache();
	entry = hash_search(items_by_id, &item_id, HASH_FIND, NULL);
	if (entry != NULL)
	{
		*item = *entry;
		return true;
	}
	th_scan_init(&scan);
	th_scan_key_int8(&scan, item_id);
	if (!scan_item(&scan, false, item))
		return false;
	remember_by_id(item);
	return true;
}

bool
th_item_find(int32 tenant_id, text *sku, bool has_item_id, int64 item_id, StockItem *item,
			 ThOutcome *outcome)
{
	if (sku == NULL && !has_item_id)
		return th_refuse(outcome, TH_INVALID_ARGUMENT, "neither sku nor item_id is given");
	if (sku == NULL)
		return find_by_id(item_id, item) ||
			   th_refuse(outcome, TH_ITEM_NOT_FOUND, "item " INT64_FORMAT " does not exist",
						 item_id);
	if (!find_by_sku(tenant_id, sku, item))
		return th_refuse(outcome, TH_ITEM_NOT_FOUND, "item \"%s\" does not exist",
						 text_to_cstring(sku));
	if (has_item_id && item->item_id != item_id)
		return th_refuse(outcome, TH_INVALID_ARGUMENT,
						 "item_id " INT64_FORMAT " is not that of item \"%s\"",
						 item_id, text_to_cstring(sku));
	return true;
}

/* A text column of an item, palloc'd; NULL where there is no such item. */
static char *
item_text(int64 item_id, int column)
{
	Relation table = table_open(th_catalog()->item, AccessShareLock);
	Snapshot snapshot = th_snapshot_latest();
	char *value = NULL;
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, item_id);
	th_scan_begin(&scan, table, th_catalog()->item_pkey, snapshot);
	if (th_scan_next(&scan))
		value = TextDatumGetCString(th_slot_datum(scan.slot, column));
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return value;
}

char *
th_item_name(const StockItem *item)
{
	char *sku = item_text(item->item_id, ITEM_SKU);

	/* A row that somebody deletes under us still needs a message. */
	return sku != NULL ? sku : psprintf(INT64_FORMAT, item->item_id);
}

static bool
find_unit(int64 item_id, text *unit, int64 *numerator, int64 *denominator)
{
	Relation table = table_open(th_catalog()->unit, AccessShareLock);
	Snapshot snapshot = th_snapshot_latest();
	bool found;
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, item_id);
	th_scan_key_text(&scan, PointerGetDatum(unit));
	th_scan_begin(&scan, table, th_catalog()->unit_pkey, snapshot);
	found = th_scan_next(&scan);
	if (found)
	{
		*numerator = th_slot_int8(scan.slot, UNIT_NUMERATOR);
		*denominator = th_slot_int8(scan.slot, UNIT_DENOMINATOR);
	}
	th_scan_end(&scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
	return found;
}

static bool
is_base_unit(int64 item_id, const char *unit)
{
	char *base_unit = item_text(item_id, ITEM_BASE_UNIT);

	return base_unit != NULL && strcmp(base_unit, unit) == 0;
}

static bool
refuse_conversion(StockStatus status, const StockItem *item, const char *unit,
				  int64 quantity, int64 numerator, int64 denominator, ThOutcome *outcome)
{
	if (status == STOCK_OVERFLOW)
		th_refuse(outcome, TH_QUANTITY_OVERFLOW,
				  "quantity " INT64_FORMAT " \"%s\" of item \"%s\" is out of range",
				  quantity, unit, th_item_name(item));
	else
		th_refuse(outcome, TH_INEXACT_CONVERSION,
				  "quantity " INT64_FORMAT " \"%s\" of item \"%s\" is not a whole number of base units",
				  quantity, unit, th_item_name(item));
	return th_refuse_detail(outcome,
							"One \"%s\" is " INT64_FORMAT "/" INT64_FORMAT " base units.",
							unit, numerator, denominator);
}

bool
th_unit_to_base(const StockItem *item, text *unit, int64 quantity, bool signed_quantity,
				int64 *base, ThOutcome *outcome)
{
	int64 numerator;
	int64 denominator;
	char *name;
	StockStatus status;

	if (quantity <= 0 && !signed_quantity)
		return th_refuse(outcome, TH_INVALID_QUANTITY,
						 "quantity " INT64_FORMAT " is not greater than 0", quantity);
	*base = quantity;
	if (unit == NULL)
		return true;
	name = text_to_cstring(unit);
	if (!find_unit(item->item_id, unit, &numerator, &denominator))
		return is_base_unit(item->item_id, name) ||
			   th_refuse(outcome, TH_UNIT_NOT_FOUND, "item \"%s\" has no unit \"%s\"",
						 th_item_name(item), name);
	status = stock_to_base(quantity, numerator, denominator, base);
	return status == STOCK_OK ||
		   refuse_conversion(status, item, name, quantity, numerator, denominator, outcome);
}

bool
th_check_text(const char *parameter, text *value, int limit, ThOutcome *outcome)
{
	int length;

	/* A character has at least one byte. */
	if (value == NULL || VARSIZE_ANY_EXHDR(value) <= (Size) limit)
		return true;
	length = pg_mbstrlen_with_len(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	if (length <= limit)
		return true;
	th_refuse(outcome, TH_TEXT_TOO_LONG, "%s has %d characters", parameter, length);
	return th_refuse_detail(outcome, "At most %d are allowed.", limit);
}
