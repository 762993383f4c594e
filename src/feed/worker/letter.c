/*
 * letter.c
 *	  Dead letters: what is blocked, and noting one more.
 *
 * Noting happens inside decoding callbacks, where no table can be written and where the
 * reorder buffer aborts its transaction afterwards.  So the tuplestore belongs to the
 * process: its memory to our own context, its file to the process's resource owner.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "feed/worker/letter_own.h"
#include "feed/worker/transaction.h"

#define NOTED_MEMORY_KB 1024

/* Beyond it a letter is kept without its bytes: it says what was lost to the sink. */
#define LETTER_BYTES_MAX (128 * 1024 * 1024)

/*
 * More letters than this are no exception any more: the feed stops, its slot keeps the
 * WAL and the budget of the WAL watches over the disk.
 */
#define LETTERS_MAX 1000000

#define SEED_RECORD 1
#define SEED_OTHER 2
#define SEED_COMPUTED 3
#define SEED_ROUTE 4

LetterBook th_letter_book;

const Oid th_letter_types[LETTER_COLUMNS] = {
	[LETTER_COMMIT_LSN] = LSNOID,
	[LETTER_INDEX] = INT8OID,
	[LETTER_PART] = INT2OID,
	[LETTER_SCHEMA] = TEXTOID,
	[LETTER_TABLE] = TEXTOID,
	[LETTER_FORM] = TEXTOID,
	[LETTER_DESTINATION] = TEXTOID,
	[LETTER_KEY] = BYTEAOID,
	[LETTER_VALUE] = BYTEAOID,
	[LETTER_FIELDS] = TEXTOID,
	[LETTER_WHOLE] = BOOLOID,
	[LETTER_HEADERS] = TEXTOID,
	[LETTER_TTL_MS] = INT8OID,
	[LETTER_SQLSTATE] = TEXTOID,
	[LETTER_REASON] = TEXTOID,
	[LETTER_STATE] = TEXTOID,
	[LETTER_COMMITTED_AT] = TIMESTAMPTZOID,
};

static const char *const form_names[] = {
	[FEED_FORM_RECORD] = "record",
	[FEED_FORM_HASH] = "hash",
	[FEED_FORM_JSON] = "json",
	[FEED_FORM_STREAM] = "stream",
	[FEED_FORM_PUBLISH] = "publish",
};

const char *
th_letter_form_name(FeedForm form)
{
	return form_names[form];
}

FeedForm
th_letter_form(const char *name)
{
	for (int i = 0; i < (int) lengthof(form_names); i++)
		if (strcmp(name, form_names[i]) == 0)
			return (FeedForm) i;
	elog(ERROR, "unknown form of a dead letter \"%s\"", name);
}

/* ---- what is blocked ---- */

uint64
th_letter_route(FeedBytes destination)
{
	return th_key_hash(destination.data, destination.len, SEED_ROUTE);
}

static uint64
computed_key(const LetterPlace *place)
{
	uint64 table = th_key_hash(place->table_name, strlen(place->table_name),
							   th_key_hash(place->schema_name, strlen(place->schema_name),
										   SEED_COMPUTED));

	return th_key_hash(place->key.data, place->key.len, table);
}

/* Kafka keeps no order between records without key. */
uint64
th_letter_key(const LetterPlace *place)
{
	uint64 destination;

	if (place->is_computed)
		return computed_key(place);
	if (place->destination.data == NULL || (place->is_record && place->key.data == NULL))
		return LETTER_NO_KEY;
	destination = th_key_hash(place->destination.data, place->destination.len,
							  place->is_record ? SEED_RECORD : SEED_OTHER);
	if (!place->is_record)
		return destination;
	return th_key_hash(place->key.data, place->key.len, destination);
}

static uint64
key_of(const FeedMessage *message)
{
	LetterPlace place = { 0 };

	place.is_record = message->form == FEED_FORM_RECORD;
	place.is_computed = th_letter_is_computed(message->form, message->part);
	place.destination = message->destination;
	place.key = message->key;
	if (message->route != NULL)
	{
		place.schema_name = message->route->schema_name;
		place.table_name = message->route->table_name;
	}
	return th_letter_key(&place);
}

/*
 * A computed value replaces what was computed before: it waits for nothing, and the
 * letter of an earlier failure is settled by it.
 */
const char *
th_letter_blocked(const FeedMessage *message)
{
	LetterBook *book = &th_letter_book;
	uint64 key;

	if (hash_get_num_entries(book->blocked) == 0)
		return NULL;
	if (message->destination.data != NULL &&
		th_key_set_has(book->blocked, th_letter_route(message->destination)))
		return "its destination is missing since an earlier message";
	key = key_of(message);
	if (key == LETTER_NO_KEY || !th_key_set_has(book->blocked, key))
		return NULL;
	if (!th_letter_is_computed(message->form, message->part))
		return "an earlier message of its key is a dead letter";
	th_key_set_add(book->resolved, key);
	return NULL;
}

/* ---- noting ---- */

static void
count_letter(void)
{
	LetterBook *book = &th_letter_book;

	book->noted_count++;
	SpinLockAcquire(&book->state->mutex);
	book->state->counters.dead_letters++;
	SpinLockRelease(&book->state->mutex);
	if (book->stored_count + book->noted_count > LETTERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("feed \"%s\" has more than %d dead letters", book->feed_name, LETTERS_MAX),
				 errhint("Remove the cause, then replay or discard them.")));
}

static void
append_json_text(StringInfo out, FeedBytes bytes)
{
	if (bytes.data == NULL)
		appendStringInfoString(out, "null");
	else
		escape_json(out, pnstrdup(bytes.data, bytes.len));
}

/* [[name, value], ..]: their order is kept, and a header's name may come twice. */
static Datum
pairs_datum(const FeedField *pairs, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < count; i++)
	{
		appendStringInfoString(&out, i == 0 ? "[[" : "], [");
		append_json_text(&out, pairs[i].name);
		appendStringInfoString(&out, ", ");
		append_json_text(&out, pairs[i].value);
	}
	appendStringInfoString(&out, "]]");
	return CStringGetTextDatum(out.data);
}

typedef struct LetterRow
{
	Datum values[LETTER_COLUMNS];
	bool nulls[LETTER_COLUMNS];
} LetterRow;

static void
set(LetterRow *row, LetterColumn column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

static void
set_text(LetterRow *row, LetterColumn column, const char *text)
{
	if (text != NULL)
		set(row, column, CStringGetTextDatum(text));
}

/* text and bytea look the same in memory. */
static void
set_bytes(LetterRow *row, LetterColumn column, FeedBytes bytes)
{
	if (bytes.data != NULL)
		set(row, column, PointerGetDatum(cstring_to_text_with_len(bytes.data, bytes.len)));
}

static void
set_place(LetterRow *row, const FeedTxn *txn, uint32 index, int part)
{
	memset(row->nulls, true, sizeof(row->nulls));
	set(row, LETTER_COMMIT_LSN, LSNGetDatum(txn->end_lsn));
	set(row, LETTER_INDEX, Int64GetDatum(index));
	set(row, LETTER_PART, Int16GetDatum(part));
	set(row, LETTER_COMMITTED_AT, TimestampTzGetDatum(txn->commit_time));
	set(row, LETTER_WHOLE, BoolGetDatum(false));
}

static void
set_error(LetterRow *row, int sqlstate, const char *reason, const char *state)
{
	set_text(row, LETTER_SQLSTATE, unpack_sql_state(sqlstate));
	set_text(row, LETTER_REASON, reason);
	set_text(row, LETTER_STATE, state);
}

static void
keep(LetterRow *row)
{
	LetterBook *book = &th_letter_book;

	tuplestore_putvalues(book->noted, book->shape, row->values, row->nulls);
	count_letter();
}

static int64
size_of(const FeedMessage *message)
{
	int64 size = (int64) message->value.len + message->key.len;

	for (int i = 0; i < message->field_count; i++)
		size += message->fields[i].name.len + message->fields[i].value.len;
	for (int i = 0; i < message->header_count; i++)
		size += message->headers[i].value.len;
	return size;
}

static void
set_content(LetterRow *row, const FeedMessage *message)
{
	set_bytes(row, LETTER_VALUE, message->value);
	if (message->field_count > 0)
		set(row, LETTER_FIELDS, pairs_datum(message->fields, message->field_count));
	if (message->header_count > 0)
		set(row, LETTER_HEADERS, pairs_datum(message->headers, message->header_count));
	set(row, LETTER_WHOLE, BoolGetDatum(message->whole));
	if (message->ttl_ms > 0)
		set(row, LETTER_TTL_MS, Int64GetDatum(message->ttl_ms));
}

static const char *
state_of(const FeedMessage *message, uint64 key, bool no_route)
{
	HTAB *blocked = th_letter_book.blocked;
	uint64 route = message->destination.data != NULL ? th_letter_route(message->destination) : 0;

	if (no_route)
		th_key_set_add(blocked, route);
	if (route != 0 && th_key_set_has(blocked, route))
	{
		th_letter_book.has_missing_route = true;
		return "no route";
	}
	if (key == LETTER_NO_KEY)
		return "refused";
	if (th_key_set_has(blocked, key))
		return "behind";
	if (th_letter_book.block_keys || th_letter_is_computed(message->form, message->part))
		th_key_set_add(blocked, key);
	return "refused";
}

void
th_letter_note(const FeedMessage *message, int sqlstate, const char *reason, bool no_route)
{
	LetterBook *book = &th_letter_book;
	MemoryContext old = MemoryContextSwitchTo(book->scratch);
	uint64 key = key_of(message);
	const char *state;
	LetterRow row;

	/* One letter says that a value cannot be computed, however often that is tried. */
	if (th_letter_is_computed(message->form, message->part) && th_key_set_has(book->blocked, key))
	{
		(void) hash_search(book->resolved, &key, HASH_REMOVE, NULL);
		MemoryContextSwitchTo(old);
		return;
	}
	state = state_of(message, key, no_route);
	set_place(&row, message->txn, message->index, message->part);
	if (message->route != NULL)
	{
		set_text(&row, LETTER_SCHEMA, message->route->schema_name);
		set_text(&row, LETTER_TABLE, message->route->table_name);
	}
	set_text(&row, LETTER_FORM, form_names[message->form]);
	set_bytes(&row, LETTER_DESTINATION, message->destination);
	set_bytes(&row, LETTER_KEY, message->key);
	if (size_of(message) <= LETTER_BYTES_MAX)
		set_content(&row, message);
	else
		state = "undecodable";
	set_error(&row, sqlstate, reason, state);
	keep(&row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(book->scratch);
}

void
th_letter_note_undecodable(const FeedTxn *txn, uint32 index, const char *schema_name,
						   const char *table_name, const char *reason, int sqlstate)
{
	LetterBook *book = &th_letter_book;
	MemoryContext old = MemoryContextSwitchTo(book->scratch);
	LetterRow row;

	set_place(&row, txn, index, 0);
	set_text(&row, LETTER_SCHEMA, schema_name);
	set_text(&row, LETTER_TABLE, table_name);
	set_text(&row, LETTER_FORM, book->kind == FEED_KAFKA ? "record" : "hash");
	set_error(&row, sqlstate, reason, "undecodable");
	keep(&row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(book->scratch);
}

void
th_letter_note_emptied(const FeedChange *change)
{
	LetterBook *book = &th_letter_book;
	MemoryContext old = MemoryContextSwitchTo(book->context);
	LetterEmptied *emptied = palloc(sizeof(LetterEmptied));

	emptied->schema_name = pstrdup(change->shape->route->schema_name);
	emptied->table_name = pstrdup(change->shape->route->table_name);
	emptied->lsn = change->txn->end_lsn;
	emptied->index = change->index;
	book->emptied = lappend(book->emptied, emptied);
	MemoryContextSwitchTo(old);
}

void
th_letter_forget_emptied(void)
{
	LetterBook *book = &th_letter_book;
	ListCell *cell;

	foreach(cell, book->emptied)
	{
		LetterEmptied *emptied = lfirst(cell);

		pfree(emptied->schema_name);
		pfree(emptied->table_name);
	}
	list_free_deep(book->emptied);
	book->emptied = NIL;
}

bool
th_letter_noted(void)
{
	return th_letter_book.noted_count > 0;
}

/* ---- start ---- */

static TupleDesc
make_shape(void)
{
	TupleDesc shape = CreateTemplateTupleDesc(LETTER_COLUMNS);

	for (int i = 0; i < LETTER_COLUMNS; i++)
		TupleDescInitEntry(shape, (AttrNumber) (i + 1), NULL, th_letter_types[i], -1, 0);
	return shape;
}

static Tuplestorestate *
make_store(void)
{
	ResourceOwner owner = CurrentResourceOwner;
	Tuplestorestate *store;

	CurrentResourceOwner = AuxProcessResourceOwner;
	store = tuplestore_begin_heap(false, true, NOTED_MEMORY_KB);
	CurrentResourceOwner = owner;
	return store;
}

static void
make_book(void)
{
	LetterBook *book = &th_letter_book;
	MemoryContext old;

	if (book->context != NULL)
		return;
	book->context = AllocSetContextCreate(TopMemoryContext, "tidehold dead letters",
										  ALLOCSET_DEFAULT_SIZES);
	book->scratch = AllocSetContextCreate(book->context, "tidehold dead letter",
										  ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(book->context);
	th_feed_transaction_begin();
	MemoryContextSwitchTo(book->context);
	book->shape = make_shape();
	th_feed_transaction_end();
	book->noted = make_store();
	book->blocked = th_key_set_make("tidehold blocked keys");
	book->resolved = th_key_set_make("tidehold settled letters");
	MemoryContextSwitchTo(old);
}

void
th_letter_start(const FeedRow *row, FeedState *state, int64 sent)
{
	LetterBook *book = &th_letter_book;
	char *policy = th_feed_option_text(row, "on_refusal");

	make_book();
	book->feed = row->id;
	book->feed_name = MemoryContextStrdup(book->context, row->name);
	book->kind = row->kind;
	book->state = state;
	book->block_keys = strcmp(policy, "go_on") != 0;
	th_letter_write();
	th_letter_settle(sent);
	th_letter_load();
	th_letter_replay_start();
}
