/*
 * location.c
 *	  The tree of locations as each backend remembers it.
 *
 * All locations of all tenants are read at once, because rank, nesting and freezing of
 * a location depend on what lies above it.  A tree never changes: when location or
 * stock_status has changed, the next caller reads a new one in its place.
 *
 * Callers get copies that live as long as their transaction, one for each place and
 * transaction.  Keeping old trees instead would cost a transaction that adds many
 * locations, and looks up between, memory in the square of their number.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/table_scan.h"
#include "core/stock/stock.h"
#include "inventory/catalog.h"
#include "inventory/master.h"

/* Rows with builtin belong to the default tenant, and all tenants see them. */
#define BUILTIN_TENANT_ID 1

typedef struct Place
{
	Location location;
	int code_length;
	Location *copy; /* what callers of transaction copied_in got */
	uint64 copied_in;
	bool builtin;
	int64 parent_id; /* 0: none */
	int32 priority;
	struct Place *parent;
	struct Place *first_child;
	struct Place *next_sibling;
	struct Place *next_in_bucket;
	int32 *path; /* priorities from the root down to this; NULL: not yet numbered */
	int path_length;
} Place;

typedef struct Status
{
	text *name;
	bool sellable;
} Status;

typedef struct Tree
{
	MemoryContext context; /* holds all of it */
	uint64 version;
	uint64 generation;
	Place *places; /* by location_id */
	int count;
	Place **buckets; /* by tenant and code */
	uint32 bucket_mask;
	Status *statuses;
	int status_count;
	int32 next_number; /* for the nested-set intervals */
} Tree;

static const char *const kind_names[] = {
	"internal", "view", "supplier", "customer", "loss", "transit"
};

static Tree *current = NULL;
static uint64 generation = 0;

/* Grows when a transaction that has got copies ends, and they with it. */
static uint64 transaction = 1;
static bool transaction_watched = false;

static bool
status_sellable(const Tree *tree, Datum status)
{
	text *searched = DatumGetTextPP(status);
	Size length = VARSIZE_ANY_EXHDR(searched);

	for (int i = 0; i < tree->status_count; i++)
	{
		const Status *candidate = &tree->statuses[i];

		if (VARSIZE_ANY_EXHDR(candidate->name) == length &&
			memcmp(VARDATA_ANY(candidate->name), VARDATA_ANY(searched), length) == 0)
			return candidate->sellable;
	}
	return false;
}

static void
read_statuses(Tree *tree, Relation table, Snapshot snapshot)
{
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TableScanDesc scan = table_beginscan(table, snapshot, 0, NULL);
	int room = 16;

	tree->statuses = palloc(room * sizeof(Status));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Status *status;

		if (tree->status_count == room)
			tree->statuses = repalloc(tree->statuses, (room *= 2) * sizeof(Status));
		status = &tree->statuses[tree->status_count++];
		status->name = DatumGetTextPCopy(th_slot_datum(slot, STOCK_STATUS_STATUS));
		status->sellable = DatumGetBool(th_slot_datum(slot, STOCK_STATUS_SELLABLE));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

static void
read_place(const Tree *tree, TupleTableSlot *slot, Place *place)
{
	Location *location = &place->location;
	Datum value;
	bool is_null;

	memset(place, 0, sizeof(*place));
	location->location_id = th_slot_int8(slot, LOCATION_ID);
	location->tenant_id = DatumGetInt32(th_slot_datum(slot, LOCATION_TENANT_ID));
	location->code = TextDatumGetCString(th_slot_datum(slot, LOCATION_CODE));
	location->kind = th_catalog_position(th_slot_datum(slot, LOCATION_KIND), kind_names,
										 lengthof(kind_names));
	location->sellable = location->kind == LOCATION_INTERNAL &&
						 status_sellable(tree, th_slot_datum(slot, LOCATION_STATUS));
	location->allow_negative = DatumGetBool(th_slot_datum(slot, LOCATION_ALLOW_NEGATIVE));
	value = slot_getattr(slot, LOCATION_FROZEN_UNTIL, &is_null);
	location->frozen_until = is_null ? DT_NOBEGIN : DatumGetTimestampTz(value);
	value = slot_getattr(slot, LOCATION_FROZEN_REASON, &is_null);
	location->frozen_reason = is_null ? NULL : TextDatumGetCString(value);

	value = slot_getattr(slot, LOCATION_PARENT_ID, &is_null);
	place->parent_id = is_null ? 0 : DatumGetInt64(value);
	place->priority = DatumGetInt32(th_slot_datum(slot, LOCATION_PRIORITY));
	place->builtin = DatumGetBool(th_slot_datum(slot, LOCATION_BUILTIN));
	place->code_length = strlen(location->code);
}

static void
read_places(Tree *tree, Relation table, Snapshot snapshot)
{
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TableScanDesc scan = table_beginscan(table, snapshot, 0, NULL);
	Size room = 64;

	tree->places = palloc(room * sizeof(Place));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		if ((Size) tree->count == room)
			tree->places = repalloc_huge(tree->places, (room *= 2) * sizeof(Place));
		read_place(tree, slot, &tree->places[tree->count]);
		tree->count++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

static int
compare_ids(const void *a, const void *b)
{
	int64 id_a = ((const Place *) a)->location.location_id;
	int64 id_b = ((const Place *) b)->location.location_id;

	return (id_a > id_b) - (id_a < id_b);
}

static Place *
find_by_id(const Tree *tree, int64 location_id)
{
	Place key = { .location.location_id = location_id };

	return bsearch(&key, tree->places, tree->count, sizeof(Place), compare_ids);
}

static inline uint32
hash_code(int32 tenant_id, const char *code, int length)
{
	return hash_bytes((const unsigned char *) code, length) ^ murmurhash32(tenant_id);
}

static Place *
find_by_code(const Tree *tree, int32 tenant_id, const char *code, int length)
{
	Place *place = tree->buckets[hash_code(tenant_id, code, length) & tree->bucket_mask];

	while (place != NULL &&
		   (place->location.tenant_id != tenant_id || place->code_length != length ||
			memcmp(place->location.code, code, length) != 0))
		place = place->next_in_bucket;
	return place;
}

static void
link_places(Tree *tree)
{
	uint32 buckets = pg_nextpower2_32(Max(tree->count, 1));

	qsort(tree->places, tree->count, sizeof(Place), compare_ids);
	tree->bucket_mask = buckets - 1;
	tree->buckets = palloc0(buckets * sizeof(Place *));
	for (Place *place = tree->places; place < tree->places + tree->count; place++)
	{
		uint32 hash = hash_code(place->location.tenant_id, place->location.code,
								place->code_length);
		Place **bucket = &tree->buckets[hash & tree->bucket_mask];

		place->next_in_bucket = *bucket;
		*bucket = place;
		place->parent = place->parent_id == 0 ? NULL : find_by_id(tree, place->parent_id);
		if (place->parent == NULL)
			continue;
		place->next_sibling = place->parent->first_child;
		place->parent->first_child = place;
	}
}

/* Gives place what it has from above. */
static void
inherit(Place *place, const Place *above)
{
	int depth = above == NULL ? 0 : above->path_length;

	place->path_length = depth + 1;
	place->path = palloc(place->path_length * sizeof(int32));
	place->path[depth] = place->priority;
	if (above == NULL)
		return;
	memcpy(place->path, above->path, depth * sizeof(int32));
	if (above->location.frozen_until > place->location.frozen_until)
	{
		place->location.frozen_until = above->location.frozen_until;
		place->location.frozen_reason = above->location.frozen_reason;
	}
}

static void
number_subtree(Tree *tree, Place *place, const Place *above)
{
	check_stack_depth();
	place->location.generation = tree->generation;
	place->location.first = tree->next_number++;
	inherit(place, above);
	for (Place *child = place->first_child; child != NULL; child = child->next_sibling)
		if (child->path == NULL)
			number_subtree(tree, child, place);
	place->location.last = tree->next_number - 1;
}

static void
number_places(Tree *tree)
{
	Place *end = tree->places + tree->count;

	for (Place *place = tree->places; place < end; place++)
		if (place->parent == NULL)
			number_subtree(tree, place, NULL);

	/* A cycle hangs on no root; only a restore without triggers can bring one. */
	for (Place *place = tree->places; place < end; place++)
		if (place->path == NULL)
			number_subtree(tree, place, NULL);
}

static int
compare_paths(const void *a, const void *b)
{
	const Place *place_a = *(Place *const *) a;
	const Place *place_b = *(Place *const *) b;

	return stock_path_compare(place_a->path, place_a->path_length,
							  place_b->path, place_b->path_length);
}

static void
rank_places(Tree *tree)
{
	Place **order = palloc(Max(tree->count, 1) * sizeof(Place *));
	int32 rank = 0;

	for (int i = 0; i < tree->count; i++)
		order[i] = &tree->places[i];
	qsort(order, tree->count, sizeof(Place *), compare_paths);
	for (int i = 0; i < tree->count; i++)
	{
		if (i > 0 && compare_paths(&order[i - 1], &order[i]) != 0)
			rank++;
		order[i]->location.rank = rank;
	}
	pfree(order);
}

/*
 * Both tables are locked before the version is noted: what commits after that is
 * reported by an invalidation and makes the version grow.
 */
static Tree *
build_tree(MemoryContext context)
{
	Relation locations = table_open(th_catalog()->location, AccessShareLock);
	Relation statuses = table_open(th_catalog()->stock_status, AccessShareLock);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Tree *tree = palloc0(sizeof(Tree));
	Snapshot snapshot;

	tree->context = context;
	tree->generation = ++generation;
	tree->version = th_catalog_location_version();
	snapshot = th_snapshot_latest();
	read_statuses(tree, statuses, snapshot);
	read_places(tree, locations, snapshot);
	UnregisterSnapshot(snapshot);
	link_places(tree);
	number_places(tree);
	rank_places(tree);
	MemoryContextSwitchTo(caller);
	table_close(statuses, AccessShareLock);
	table_close(locations, AccessShareLock);
	return tree;
}

/* An error while building leaves the old tree, and the new context to its parent. */
static void
replace_tree(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "tidehold locations",
												  ALLOCSET_DEFAULT_SIZES);
	Tree *tree = build_tree(context);

	MemoryContextSetParent(context, CacheMemoryContext);
	if (current != NULL)
		MemoryContextDelete(current->context);
	current = tree;
	/* The tree may show what this transaction has written itself. */
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
		th_catalog_forget_on_abort();
}

static inline const Tree *
get_tree(void)
{
	if (current == NULL || current->version != th_catalog_location_version())
		replace_tree();
	return current;
}

static void
on_transaction_memory_freed(void *arg)
{
	transaction++;
	transaction_watched = false;
}

static void
watch_transaction(void)
{
	MemoryContextCallback *callback;

	callback = MemoryContextAllocZero(TopTransactionContext, sizeof(*callback));
	callback->func = on_transaction_memory_freed;
	MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	transaction_watched = true;
}

static void
copy_location(Place *place)
{
	const Location *location = &place->location;
	Location *copy = MemoryContextAlloc(TopTransactionContext, sizeof(Location));

	*copy = *location;
	copy->code = MemoryContextStrdup(TopTransactionContext, location->code);
	if (location->frozen_reason != NULL)
		copy->frozen_reason = MemoryContextStrdup(TopTransactionContext,
												  location->frozen_reason);
	if (!transaction_watched)
		watch_transaction();
	place->copy = copy;
	place->copied_in = transaction;
}

static const Location *
hand_out(Place *place)
{
	if (place == NULL)
		return NULL;
	if (place->copied_in != transaction)
		copy_location(place);
	return place->copy;
}

/* A tenant's own location hides a built-in one of the same code. */
static Place *
find_visible(int32 tenant_id, text *code)
{
	const Tree *tree = get_tree();
	const char *data = VARDATA_ANY(code);
	int length = VARSIZE_ANY_EXHDR(code);
	Place *place = find_by_code(tree, tenant_id, data, length);

	if (place != NULL)
		return place;
	place = find_by_code(tree, BUILTIN_TENANT_ID, data, length);
	return place != NULL && place->builtin ? place : NULL;
}

const Location *
th_location_by_id(int64 location_id)
{
	return hand_out(find_by_id(get_tree(), location_id));
}

bool
th_location_find(int32 tenant_id, text *code, bool has_location_id, int64 location_id,
				 const Location **location, ThOutcome *outcome)
{
	if (code == NULL && !has_location_id)
		return th_refuse(outcome, TH_INVALID_ARGUMENT,
						 "neither code nor id of a location is given");
	*location = code == NULL ? th_location_by_id(location_id) :
							   hand_out(find_visible(tenant_id, code));
	if (*location == NULL && code == NULL)
		return th_refuse(outcome, TH_LOCATION_NOT_FOUND,
						 "location " INT64_FORMAT " does not exist", location_id);
	if (*location == NULL)
		return th_refuse(outcome, TH_LOCATION_NOT_FOUND, "location \"%s\" does not exist",
						 text_to_cstring(code));
	if (has_location_id && (*location)->location_id != location_id)
		return th_refuse(outcome, TH_INVALID_ARGUMENT,
						 "location_id " INT64_FORMAT " is not that of location \"%s\"",
						 location_id, text_to_cstring(code));
	return true;
}

/* Intervals compare within one tree only. */
static const Location *
in_current_tree(const Location *location)
{
	Place *place;

	if (location->generation == current->generation)
		return location;
	place = find_by_id(current, location->location_id);
	return place == NULL ? NULL : &place->location;
}

bool
th_location_below(const Location *place, const Location *node)
{
	place = in_current_tree(place);
	node = in_current_tree(node);
	return place != NULL && node != NULL &&
		   place->first >= node->first && place->first <= node->last;
}

bool
th_location_check_frozen(const Location *location, TimestampTz now, ThOutcome *outcome)
{
	char *until;

	if (location->frozen_until <= now)
		return true;
	until = DatumGetCString(DirectFunctionCall1(timestamptz_out,
												TimestampTzGetDatum(location->frozen_until)));
	th_refuse(outcome, TH_LOCATION_FROZEN, "location \"%s\" is frozen", location->code);
	if (location->frozen_reason == NULL)
		return th_refuse_detail(outcome, "It is frozen until %s.", until);
	return th_refuse_detail(outcome, "It is frozen until %s: %s", until,
							location->frozen_reason);
}

bool
th_status_sellable(Datum status)
{
	return status_sellable(get_tree(), status);
}
