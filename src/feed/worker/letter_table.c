/*
 * letter_table.c
 *	  Dead letters: their rows in tidehold.dead_letter.
 *
 * A row with a batch number is being sent again.  The number is in the sink's position
 * when the batch is in the sink, so after a crash it says which rows are to be deleted
 * and which have to be sent.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"

#include "feed/worker/letter_own.h"
#include "feed/worker/number.h"
#include "feed/worker/transaction.h"

/*
 * A letter that is known is the same message decoded again, or one that was sent again
 * and refused again: that one leaves its batch.
 */
static const char insert_command[] =
	"INSERT INTO tidehold.dead_letter (feed_id, commit_lsn, change_index, part, schema_name,"
	" table_name, form, destination, key, value, fields, whole, headers, ttl, sqlstate, reason,"
	" state, committed_at)"
	" VALUES ($18, $1, $2, $3, $4::name, $5::name, $6, $7, $8, $9, $10::jsonb, $11, $12::jsonb,"
	" $13 * interval '1 ms', $14, $15, $16, $17)"
	" ON CONFLICT (feed_id, commit_lsn, change_index, part)"
	" DO UPDATE SET batch = NULL, sqlstate = excluded.sqlstate, reason = excluded.reason,"
	" state = excluded.state WHERE dead_letter.batch IS NOT NULL";

/* ---- writing what was noted ---- */

static void
insert_noted(FeedPlan *plan, TupleTableSlot *slot)
{
	Datum values[LETTER_COLUMNS + 1];
	char nulls[LETTER_COLUMNS + 1];

	slot_getallattrs(slot);
	memcpy(values, slot->tts_values, LETTER_COLUMNS * sizeof(Datum));
	for (int i = 0; i < LETTER_COLUMNS; i++)
		nulls[i] = slot->tts_isnull[i] ? 'n' : ' ';
	values[LETTER_COLUMNS] = UUIDPGetDatum(&th_letter_book.feed);
	nulls[LETTER_COLUMNS] = ' ';
	th_letter_book.stored_count += th_feed_plan_run(plan, values, nulls, false, 0, NULL, NULL);
}

static FeedPlan *
insert_plan(void)
{
	Oid types[LETTER_COLUMNS + 1];

	memcpy(types, th_letter_types, sizeof(th_letter_types));
	types[LETTER_COLUMNS] = UUIDOID;
	return th_feed_plan_make(insert_command, lengthof(types), types);
}

static void
write_noted(void)
{
	LetterBook *book = &th_letter_book;
	FeedPlan *plan = insert_plan();
	TupleTableSlot *slot = MakeSingleTupleTableSlot(book->shape, &TTSOpsMinimalTuple);

	while (tuplestore_gettupleslot(book->noted, true, false, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(book->scratch);

		insert_noted(plan, slot);
		MemoryContextSwitchTo(old);
		MemoryContextReset(book->scratch);
	}
	ExecDropSingleTupleTableSlot(slot);
	th_feed_plan_free(plan);
}

/* Failures of computed keys that have been computed meanwhile. */
static void
note_if_resolved(HeapTuple row, TupleDesc shape, void *context)
{
	ArrayBuildState **ids = context;
	LetterPlace place = { 0 };
	bool is_null;
	bytea *key = DatumGetByteaPP(heap_getattr(row, 2, shape, &is_null));

	place.is_computed = true;
	place.key.data = VARDATA_ANY(key);
	place.key.len = VARSIZE_ANY_EXHDR(key);
	place.schema_name = TextDatumGetCString(heap_getattr(row, 3, shape, &is_null));
	place.table_name = TextDatumGetCString(heap_getattr(row, 4, shape, &is_null));
	if (th_key_set_has(th_letter_book.resolved, th_letter_key(&place)))
		*ids = accumArrayResult(*ids, heap_getattr(row, 1, shape, &is_null), false, INT8OID,
								CurrentMemoryContext);
}

static void
unblock(HTAB *resolved)
{
	HASH_SEQ_STATUS scan;
	uint64 *key;

	hash_seq_init(&scan, resolved);
	while ((key = hash_seq_search(&scan)) != NULL)
		(void) hash_search(th_letter_book.blocked, key, HASH_REMOVE, NULL);
	th_key_set_clear(resolved);
}

static void
delete_resolved(void)
{
	LetterBook *book = &th_letter_book;
	ArrayBuildState *ids = NULL;
	Oid types[] = { UUIDOID, INT2OID };
	Datum values[] = { UUIDPGetDatum(&book->feed), Int16GetDatum(FEED_MESSAGE_COMPUTED) };

	th_feed_query("SELECT letter_id, key, schema_name::text, table_name::text"
				  " FROM tidehold.dead_letter"
				  " WHERE feed_id = $1 AND part = $2 AND form <> 'record' AND key IS NOT NULL"
				  " AND schema_name IS NOT NULL AND table_name IS NOT NULL",
				  lengthof(types), types, values, NULL, true, 0, note_if_resolved, &ids);
	if (ids != NULL)
	{
		Oid array_type[] = { INT8ARRAYOID };
		Datum array[] = { makeArrayResult(ids, CurrentMemoryContext) };

		book->stored_count -=
			th_feed_query("DELETE FROM tidehold.dead_letter WHERE letter_id = ANY ($1)", 1,
						  array_type, array, NULL, false, 0, NULL, NULL);
	}
	unblock(book->resolved);
}

/* A computed value is not sent again but computed: it brings nothing back. */
static int64
delete_emptied(void)
{
	LetterBook *book = &th_letter_book;
	Oid types[] = { UUIDOID, NAMEOID, NAMEOID, LSNOID, INT8OID, INT2OID };
	int64 deleted = 0;
	ListCell *cell;

	foreach(cell, book->emptied)
	{
		const LetterEmptied *emptied = lfirst(cell);
		NameData schema_name;
		NameData table_name;
		Datum values[] = { UUIDPGetDatum(&book->feed),
						   NameGetDatum(&schema_name),
						   NameGetDatum(&table_name),
						   LSNGetDatum(emptied->lsn),
						   Int64GetDatum(emptied->index),
						   Int16GetDatum(FEED_MESSAGE_COMPUTED) };

		namestrcpy(&schema_name, emptied->schema_name);
		namestrcpy(&table_name, emptied->table_name);
		deleted += th_feed_query("DELETE FROM tidehold.dead_letter WHERE feed_id = $1"
								 " AND schema_name = $2 AND table_name = $3"
								 " AND (commit_lsn, change_index) < ($4, $5)"
								 " AND part <> $6 AND form IN ('hash', 'json') AND batch IS NULL",
								 lengthof(types), types, values, NULL, false, 0, NULL, NULL);
	}
	return deleted;
}

void
th_letter_write(void)
{
	LetterBook *book = &th_letter_book;
	bool resolved = hash_get_num_entries(book->resolved) > 0;
	bool emptied = book->emptied != NIL && book->stored_count + book->noted_count > 0;
	int64 deleted = 0;

	if (book->noted_count == 0 && !resolved && !emptied)
		return;
	th_feed_transaction_begin();
	if (book->noted_count > 0)
		write_noted();
	if (resolved)
		delete_resolved();
	if (emptied)
		deleted = delete_emptied();
	th_feed_transaction_end();
	tuplestore_clear(book->noted);
	book->noted_count = 0;
	if (deleted > 0)
		th_letter_load();
}

/* ---- reading what is blocked ---- */

static FeedBytes
bytes_of(HeapTuple row, TupleDesc shape, int column)
{
	FeedBytes bytes = { NULL, 0 };
	bool is_null;
	Datum value = heap_getattr(row, column, shape, &is_null);

	if (!is_null)
	{
		struct varlena *varlena = PG_DETOAST_DATUM(value);

		bytes.data = VARDATA(varlena);
		bytes.len = VARSIZE(varlena) - VARHDRSZ;
	}
	return bytes;
}

static char *
text_of(HeapTuple row, TupleDesc shape, int column)
{
	bool is_null;
	Datum value = heap_getattr(row, column, shape, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

/* Columns of TH_LETTER_PLACE, from that number on. */
void
th_letter_read_place(HeapTuple row, TupleDesc shape, int first, LetterPlace *place)
{
	bool is_null;
	int part = DatumGetInt16(heap_getattr(row, first + 1, shape, &is_null));
	FeedForm form = th_letter_form(text_of(row, shape, first));

	place->is_record = form == FEED_FORM_RECORD;
	place->is_computed = th_letter_is_computed(form, part);
	place->destination = bytes_of(row, shape, first + 2);
	place->key = bytes_of(row, shape, first + 3);
	place->schema_name = text_of(row, shape, first + 4);
	place->table_name = text_of(row, shape, first + 5);
}

static void
load_letter(HeapTuple row, TupleDesc shape, void *context)
{
	LetterBook *book = &th_letter_book;
	MemoryContext old = MemoryContextSwitchTo(book->scratch);
	char *state = text_of(row, shape, 1);
	LetterPlace place;
	uint64 key;

	book->stored_count++;
	th_letter_read_place(row, shape, 2, &place);
	key = th_letter_key(&place);
	if (strcmp(state, "no route") == 0)
	{
		book->has_missing_route = true;
		th_key_set_add(book->blocked, th_letter_route(place.destination));
	}
	else if (strcmp(state, "undecodable") != 0 && key != LETTER_NO_KEY &&
			 (book->block_keys || place.is_computed || strcmp(state, "behind") == 0))
		th_key_set_add(book->blocked, key);
	if (strcmp(state, "behind") == 0 || strcmp(state, "replay") == 0)
		book->has_waiting = true;
	MemoryContextSwitchTo(old);
	MemoryContextReset(book->scratch);
}

void
th_letter_load(void)
{
	LetterBook *book = &th_letter_book;
	Oid types[] = { UUIDOID };
	Datum values[] = { UUIDPGetDatum(&book->feed) };

	th_key_set_clear(book->blocked);
	book->stored_count = 0;
	book->has_waiting = false;
	book->has_missing_route = false;
	th_feed_transaction_begin();
	th_feed_query("SELECT state, " TH_LETTER_PLACE " FROM tidehold.dead_letter"
				  " WHERE feed_id = $1 AND batch IS NULL",
				  lengthof(types), types, values, NULL, true, 0, load_letter, NULL);
	th_feed_transaction_end();
}

/* ---- batches ---- */

void
th_letter_settle(int64 sent)
{
	Oid types[] = { UUIDOID, INT8OID };
	Datum values[] = { UUIDPGetDatum(&th_letter_book.feed), Int64GetDatum(sent) };

	th_feed_transaction_begin();
	th_number_pass(sent);
	th_feed_query("DELETE FROM tidehold.dead_letter WHERE feed_id = $1 AND batch <= $2",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
	th_feed_query("UPDATE tidehold.dead_letter SET batch = NULL WHERE feed_id = $1 AND batch > $2",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
	th_feed_transaction_end();
}

void
th_letter_done(int64 letter)
{
	Oid types[] = { UUIDOID, INT8OID };
	Datum values[] = { UUIDPGetDatum(&th_letter_book.feed), Int64GetDatum(letter) };

	th_feed_transaction_begin();
	th_feed_query("DELETE FROM tidehold.dead_letter WHERE feed_id = $1 AND batch <= $2",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
	th_feed_transaction_end();
}
