/*
 * compute.c
 *	  Computed values: which keys are to be computed, and the flush that does it.
 *
 * A key is the number of its route and the JSON array of its columns' texts.  Distinct
 * ones are kept in memory; when that is full, further ones go to a temporary file with
 * repetitions and are made distinct again as far as memory reaches when they are read.
 *
 * What was noted is lost with the process: the position has not passed it, and it is
 * noted again.  The value of a key is computed after everything up to the position was
 * visible, and whatever changes it later comes with a later position: so it may be
 * newer than its version says, never older.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "feed/decode/decode.h"
#include "feed/worker/compute_own.h"
#include "feed/worker/key_set.h"
#include "feed/worker/letter.h"
#include "feed/worker/row_key.h"

/* Of an entry beside its text: the hash table's share and the allocator's. */
#define KEY_OVERHEAD 96

#define FILE_MEMORY_KB 256

/* One snapshot, one transaction: short enough not to hold back VACUUM. */
#define BATCH_KEYS 500
#define BATCH_BYTES (4 * 1024 * 1024)

/* Real changes of a position count from 0. */
#define INDEX_BASE 0x80000000

typedef struct KeyEntry
{
	char *text; /* route's number, colon, JSON array */
} KeyEntry;

typedef struct ComputeBook
{
	MemoryContext context;
	const FeedRow *row;
	int64 memory_max;
	List *routes;			   /* of ComputeRoute */
	MemoryContext key_context; /* keys and what is in it; reset when computed */
	HTAB *keys;				   /* NULL: none */
	int64 key_bytes;
	Tuplestorestate *file;
	TupleDesc file_shape;
	bool file_used;
	StringInfoData scratch;
	MemoryContext scratch_context;
	XLogRecPtr last_lsn; /* of the last message, for index */
	uint32 index;
} ComputeBook;

static ComputeBook book;

/* ---- start ---- */

static Tuplestorestate *
make_file(void)
{
	ResourceOwner owner = CurrentResourceOwner;
	Tuplestorestate *file;

	CurrentResourceOwner = AuxProcessResourceOwner;
	file = tuplestore_begin_heap(false, true, FILE_MEMORY_KB);
	CurrentResourceOwner = owner;
	return file;
}

void
th_compute_start(const FeedRow *row, FeedState *state, int64 memory)
{
	MemoryContext old;

	book.row = row;
	book.memory_max = memory;
	if (book.context != NULL)
		return;
	book.context = AllocSetContextCreate(TopMemoryContext, "tidehold computed values",
										 ALLOCSET_DEFAULT_SIZES);
	book.key_context = AllocSetContextCreate(book.context, "tidehold keys to compute",
											 ALLOCSET_DEFAULT_SIZES);
	book.scratch_context = AllocSetContextCreate(book.context, "tidehold key",
												 ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(book.context);
	initStringInfo(&book.scratch);
	book.file = make_file();
	book.file_shape = CreateTemplateTupleDesc(1);
	TupleDescInitBuiltinEntry(book.file_shape, 1, "key", TEXTOID, -1, 0);
	MemoryContextSwitchTo(old);
}

/* ---- routes ---- */

static ComputeRoute *
find_route(const FeedRoute *route)
{
	ListCell *cell;

	foreach(cell, book.routes)
	{
		ComputeRoute *known = lfirst(cell);

		if (known->route == route)
			return known;
	}
	return NULL;
}

static ComputeRoute *
add_route(FeedRoute *route)
{
	MemoryContext old = MemoryContextSwitchTo(book.context);
	ComputeRoute *added = palloc0(sizeof(ComputeRoute));

	added->route = route;
	added->number = list_length(book.routes);
	added->context = AllocSetContextCreate(book.context, "tidehold computed route",
										   ALLOCSET_SMALL_SIZES);
	added->result_context = AllocSetContextCreate(book.context, "tidehold computed row",
												  ALLOCSET_SMALL_SIZES);
	book.routes = lappend(book.routes, added);
	MemoryContextSwitchTo(old);
	return added;
}

static void
copy_key(ComputeRoute *route, const FeedShape *shape)
{
	FeedShape *key = palloc0(sizeof(FeedShape));

	key->schema_name = route->route->schema_name;
	key->table_name = route->route->table_name;
	key->route = route->route;
	key->fingerprint = shape->fingerprint;
	key->column_count = key->key_count = shape->key_count;
	key->columns = palloc0(sizeof(FeedColumn) * Max(shape->key_count, 1));
	key->key = palloc0(sizeof(int) * Max(shape->key_count, 1));
	route->types = palloc0(sizeof(Oid) * Max(shape->key_count, 1));
	for (int i = 0; i < shape->key_count; i++)
	{
		const FeedColumn *column = &shape->columns[shape->key[i]];

		key->columns[i].name = pstrdup(column->name);
		key->columns[i].type = column->type;
		key->columns[i].typmod = column->typmod;
		th_encode_prepare_column(&key->columns[i]);
		key->key[i] = i;
		route->types[i] = key->columns[i].base_type;
	}
	route->key = key;
}

/* Another shape may have another key: the plan and what was made for its rows go. */
static void
take_shape(ComputeRoute *route, const FeedShape *shape)
{
	MemoryContext old;

	if (route->plan != NULL)
		th_feed_plan_free(route->plan);
	route->plan = NULL;
	route->result_row = NULL;
	MemoryContextReset(route->result_context);
	MemoryContextReset(route->context);
	old = MemoryContextSwitchTo(route->context);
	copy_key(route, shape);
	MemoryContextSwitchTo(old);
	route->seen = shape;
	route->seen_fingerprint = shape->fingerprint;
}

static ComputeRoute *
route_of(const FeedShape *shape)
{
	ComputeRoute *route = find_route(shape->route);

	if (route == NULL)
		route = add_route(shape->route);
	if (route->seen != shape || route->seen_fingerprint != shape->fingerprint)
		take_shape(route, shape);
	return route;
}

/* ---- noting ---- */

static uint32
hash_key(const void *entry, Size size)
{
	const char *text = *(char *const *) entry;

	return hash_bytes((const unsigned char *) text, (int) strlen(text));
}

static int
compare_keys(const void *one, const void *other, Size size)
{
	return strcmp(*(char *const *) one, *(char *const *) other);
}

static void
make_keys(void)
{
	HASHCTL control = { 0 };

	if (book.keys != NULL)
		return;
	control.keysize = sizeof(char *);
	control.entrysize = sizeof(KeyEntry);
	control.hash = hash_key;
	control.match = compare_keys;
	control.hcxt = book.key_context;
	book.keys = hash_create("tidehold keys to compute", 256, &control,
							HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	book.key_bytes = 0;
}

/* False where memory is full and the key is none of those in it. */
static bool
keep_in_memory(const char *text)
{
	KeyEntry *entry;

	make_keys();
	if (hash_search(book.keys, &text, HASH_FIND, NULL) != NULL)
		return true;
	if (book.key_bytes >= book.memory_max)
		return false;
	text = MemoryContextStrdup(book.key_context, text);
	entry = hash_search(book.keys, &text, HASH_ENTER, NULL);
	Assert(entry->text == text);
	book.key_bytes += (int64) strlen(entry->text) + KEY_OVERHEAD;
	return true;
}

static void
keep_in_file(const char *text)
{
	Datum value = CStringGetTextDatum(text);
	bool is_null = false;

	tuplestore_putvalues(book.file, book.file_shape, &value, &is_null);
	book.file_used = true;
}

static void
keep(const char *text)
{
	if (!keep_in_memory(text))
		keep_in_file(text);
}

static void
note_row(const ComputeRoute *route, const FeedChange *change, const FeedValue *row,
		 const FeedValue *before)
{
	const FeedShape *shape = change->shape;

	resetStringInfo(&book.scratch);
	appendStringInfo(&book.scratch, "%d:", route->number);
	if (th_row_key(&book.scratch, shape, shape->key, shape->key_count, row, before))
		keep(book.scratch.data);
}

/* Not of a TRUNCATE: which keys it takes away nobody knows. */
void
th_compute_note(const FeedChange *change)
{
	MemoryContext old = MemoryContextSwitchTo(book.scratch_context);
	ComputeRoute *route = route_of(change->shape);

	if (change->after != NULL)
		note_row(route, change, change->after, change->before);
	if (change->before != NULL && (change->after == NULL || change->key_changed))
		note_row(route, change, change->before, NULL);
	MemoryContextSwitchTo(old);
	MemoryContextReset(book.scratch_context);
}

bool
th_compute_pending(void)
{
	return book.keys != NULL || book.file_used;
}

bool
th_compute_again(const FeedBytes *key, const char *schema_name, const char *table_name)
{
	Oid relid;
	FeedShape *shape;

	if (key->data == NULL || schema_name == NULL)
		return false;
	relid = get_relname_relid(table_name, get_namespace_oid(schema_name, true));
	shape = OidIsValid(relid) ? th_shape_of_relation(book.row, relid) : NULL;
	if (shape == NULL || shape->route == NULL || shape->route->query == NULL)
		return false;
	resetStringInfo(&book.scratch);
	appendStringInfo(&book.scratch, "%d:", route_of(shape)->number);
	appendBinaryStringInfo(&book.scratch, key->data, key->len);
	keep(book.scratch.data);
	MemoryContextDelete(shape->context);
	return true;
}

/* ---- computing ---- */

static void
set_key(Computed *computed, char *text)
{
	char *colon = strchr(text, ':');
	FeedMessage *message = &computed->message;

	computed->route = list_nth(book.routes, pg_strtoint32(pnstrdup(text, colon - text)));
	computed->key = colon + 1;
	message->form = computed->route->route->form;
	message->route = computed->route->route;
	message->key.data = computed->key;
	message->key.len = (int) strlen(computed->key);
	message->part = FEED_MESSAGE_COMPUTED;
}

typedef struct Batch
{
	MemoryContext context;
	Computed *items;
	int count;
	int64 bytes;
} Batch;

static void
compute_one(void *context)
{
	th_compute_value(context);
}

static void
compute_key(Batch *batch, char *text)
{
	Computed *computed = &batch->items[batch->count++];

	CHECK_FOR_INTERRUPTS();
	memset(computed, 0, sizeof(*computed));
	set_key(computed, text);
	computed->failed = !th_feed_try(compute_one, computed, &computed->failure);
	batch->bytes += computed->message.value.len;
	for (int i = 0; i < computed->message.field_count; i++)
		batch->bytes += computed->message.fields[i].value.len;
}

/* Messages of one position differ in index; a stream makes ids of it. */
static uint32
next_index(XLogRecPtr lsn)
{
	if (book.last_lsn != lsn || book.index < INDEX_BASE)
		book.index = INDEX_BASE;
	book.last_lsn = lsn;
	return book.index++;
}

static void
send_one(Computed *computed, const FeedTxn *at, FeedSend send)
{
	FeedMessage *message = &computed->message;

	if (computed->skip && !computed->failed)
		return;
	message->txn = at;
	message->index = next_index(at->end_lsn);
	if (!computed->failed)
	{
		send(message);
		return;
	}
	message->value.data = NULL;
	message->field_count = 0;
	th_letter_note(message, computed->failure.sqlstate, computed->failure.reason, false);
}

/* True when there are more in scan. */
static bool
compute_batch(Batch *batch, HASH_SEQ_STATUS *scan)
{
	KeyEntry *entry = NULL;

	th_feed_transaction_begin();
	th_feed_become_owner(book.row->owner);
	MemoryContextSwitchTo(batch->context);
	while (batch->count < BATCH_KEYS && batch->bytes < BATCH_BYTES &&
		   (entry = hash_seq_search(scan)) != NULL)
		compute_key(batch, entry->text);
	th_feed_transaction_end();
	return entry != NULL;
}

/* Sent outside the transaction: a sink may take its time. */
static void
compute_keys(const FeedTxn *at, FeedSend send)
{
	MemoryContext context = AllocSetContextCreate(book.context, "tidehold computed batch",
												  ALLOCSET_DEFAULT_SIZES);
	HASH_SEQ_STATUS scan;
	bool more = true;

	hash_freeze(book.keys);
	hash_seq_init(&scan, book.keys);
	while (more)
	{
		MemoryContext old = MemoryContextSwitchTo(context);
		Batch batch = { context, palloc(sizeof(Computed) * BATCH_KEYS), 0, 0 };

		more = compute_batch(&batch, &scan);
		for (int i = 0; i < batch.count; i++)
			send_one(&batch.items[i], at, send);
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	book.keys = NULL;
	MemoryContextReset(book.key_context);
}

/* As many distinct keys of the file as memory holds; the rest stays in it. */
static void
read_file(void)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(book.file_shape, &TTSOpsMinimalTuple);
	bool is_null;

	while (book.key_bytes < book.memory_max)
	{
		char *key;

		if (!tuplestore_gettupleslot(book.file, true, false, slot))
		{
			tuplestore_clear(book.file);
			book.file_used = false;
			break;
		}
		key = TextDatumGetCString(slot_getattr(slot, 1, &is_null));
		(void) keep_in_memory(key);
		pfree(key);
	}
	ExecDropSingleTupleTableSlot(slot);
}

void
th_compute_send(const FeedTxn *at, FeedSend send)
{
	if (book.keys != NULL)
		compute_keys(at, send);
	while (book.file_used)
	{
		make_keys();
		read_file();
		compute_keys(at, send);
	}
}
