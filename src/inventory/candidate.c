/*
 * candidate.c
 *	  Where an item lies, remembered by each backend.
 *
 * The version of the item is read before the rows: a key that commits in between makes
 * the list one that is read again, never one that is kept too long.
 */
#include "postgres.h"

#include "access/table.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/table_scan.h"
#include "inventory/candidate.h"
#include "inventory/catalog.h"
#include "inventory/escrow_table.h"

/* Items remembered; a backend that meets more forgets all and starts again. */
#define CACHED_ITEMS_MAX 16384

typedef struct CachedList
{
	int64 item_id; /* hash key */
	uint64 item_version;
	uint64 location_version;
	bool known;
	CandidateList list;
} CachedList;

static MemoryContext cache_context = NULL;
static HTAB *cache = NULL;

static HTAB *
candidate_cache(void)
{
	HASHCTL control;

	if (cache && hash_get_num_entries(cache) < CACHED_ITEMS_MAX)
		return cache;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(TopMemoryContext, "tidehold candidates",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(cache_context);
	control.keysize = sizeof(int64);
	control.entrysize = sizeof(CachedList);
	control.hcxt = cache_context;
	cache = hash_create("tidehold candidates", 256, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return cache;
}

static bool
fill_candidate(int64 item_id, int64 location_id, int64 lot_id, Candidate *candidate)
{
	const Location *location = th_location_by_id(location_id);
	Lot lot = { .sellable = true, .removal_on = DATEVAL_NOEND, .created_at = DT_NOBEGIN };

	if (location == NULL)
		return false;
	if (lot_id != 0 && !th_lot_by_id(item_id, lot_id, &lot))
		return false;
	candidate->order.rank = location->rank;
	candidate->order.removal_day = lot.removal_on;
	candidate->order.received_at = lot.created_at;
	candidate->order.location_id = location_id;
	candidate->order.lot_id = lot_id;
	candidate->place = location->first;
	candidate->holds_stock = th_location_holds_stock(location);
	candidate->sellable = location->sellable && lot.sellable;
	candidate->removal_on = lot.removal_on;
	candidate->frozen_until = location->frozen_until;
	return true;
}

typedef struct KeyWalk
{
	Relation table;
	Oid index;
	Snapshot snapshot;
	int64 item_id;
} KeyWalk;

/*
 * First key after (location_id, lot_id): one descent of the index instead of a walk over
 * all rows of a busy key.  Without a location it is the first of the next location.
 */
static bool
next_key(const KeyWalk *walk, bool same_location, int64 *location_id, int64 *lot_id)
{
	ThScan scan;
	bool found;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, walk->item_id);
	if (same_location)
	{
		th_scan_key_int8(&scan, *location_id);
		th_scan_key_int8_after(&scan, *lot_id);
	}
	else
		th_scan_key_int8_after(&scan, *location_id);
	th_scan_begin(&scan, walk->table, walk->index, walk->snapshot);
	found = th_scan_next(&scan);
	if (found)
	{
		*location_id = th_slot_int8(scan.slot, BALANCE_LOCATION_ID);
		*lot_id = th_slot_int8(scan.slot, BALANCE_LOT_ID);
	}
	th_scan_end(&scan);
	return found;
}

/* Keys of the item in the rows; palloc'd, count in *count. */
static Candidate *
read_keys(int64 item_id, int *count)
{
	const InventoryCatalog *catalog = th_catalog();
	KeyWalk walk = {
		.table = table_open(catalog->balance, AccessShareLock),
		.index = catalog->balance_pkey,
		.snapshot = th_snapshot_latest(),
		.item_id = item_id,
	};
	int64 location_id = PG_INT64_MIN;
	int64 lot_id = 0;
	int capacity = 8;
	Candidate *found = palloc(capacity * sizeof(Candidate));
	bool more = next_key(&walk, false, &location_id, &lot_id);

	*count = 0;
	while (more)
	{
		CHECK_FOR_INTERRUPTS();
		if (*count == capacity)
			found = repalloc_huge(found, (capacity *= 2) * sizeof(Candidate));
		if (fill_candidate(item_id, location_id, lot_id, &found[*count]))
			(*count)++;
		more = next_key(&walk, true, &location_id, &lot_id) ||
			   next_key(&walk, false, &location_id, &lot_id);
	}
	UnregisterSnapshot(walk.snapshot);
	table_close(walk.table, AccessShareLock);
	return found;
}

static int
compare_candidates(const void *a, const void *b)
{
	return stock_candidate_compare(&((const Candidate *) a)->order,
								   &((const Candidate *) b)->order);
}

static void
remember(CachedList *cached, Candidate *found, int count)
{
	if (cached->list.candidates)
		pfree(cached->list.candidates);
	cached->list.candidates = NULL;
	cached->list.count = 0;
	cached->list.candidates = MemoryContextAlloc(cache_context, Max(count, 1) * sizeof(Candidate));
	memcpy(cached->list.candidates, found, count * sizeof(Candidate));
	cached->list.count = count;
}

const CandidateList *
th_candidates(const StockItem *item, bool fresh)
{
	uint64 item_version = th_escrow_item_version(item->item_id);
	uint64 location_version = th_catalog_location_version();
	bool found;
	CachedList *cached = hash_search(candidate_cache(), &item->item_id, HASH_ENTER, &found);
	Candidate *keys;
	int count;

	if (!found)
	{
		cached->known = false;
		cached->list.candidates = NULL;
	}
	if (cached->known && !fresh && cached->item_version == item_version &&
		cached->location_version == location_version)
		return &cached->list;

	cached->known = false;
	for (;;)
	{
		keys = read_keys(item->item_id, &count);
		/* All of a list must be numbered by one and the same tree of locations. */
		if (location_version == th_catalog_location_version())
			break;
		location_version = th_catalog_location_version();
		pfree(keys);
	}
	qsort(keys, count, sizeof(Candidate), compare_candidates);
	remember(cached, keys, count);
	pfree(keys);
	cached->item_version = item_version;
	cached->location_version = location_version;
	cached->known = true;
	return &cached->list;
}

void
th_candidate_filter_init(CandidateFilter *filter, const Location *node, bool has_lot,
						 int64 lot_id, bool any_status)
{
	filter->node = node ? th_location_by_id(node->location_id) : NULL;
	filter->nowhere = node && filter->node == NULL;
	filter->has_lot = has_lot;
	filter->lot_id = lot_id;
	filter->any_status = any_status;
	filter->now = GetCurrentTimestamp();
}

static DateADT
filter_today(const CandidateFilter *filter)
{
	return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(filter->now)));
}

bool
th_candidate_matches(const Candidate *candidate, const CandidateFilter *filter)
{
	if (filter->nowhere)
		return false;
	if (filter->node &&
		(candidate->place < filter->node->first || candidate->place > filter->node->last))
		return false;
	if (filter->has_lot && candidate->order.lot_id != filter->lot_id)
		return false;
	if (!candidate->holds_stock || candidate->frozen_until > filter->now)
		return false;
	if (filter->any_status)
		return true;
	return candidate->sellable &&
		   (candidate->removal_on == DATEVAL_NOEND || candidate->removal_on > filter_today(filter));
}
