/*
 * letter_replay.c
 *	  Dead letters: sending them again.
 *
 * A pass chooses letters in the order of their id, of which no earlier one of the same
 * key is left behind, gives them a batch number, sends them, and takes the number away
 * from those that could not be sent.  What then still has the number is deleted when the
 * position that carries it is durable.
 *
 * A destination that was missing is probed with its first letter, less and less often;
 * when the probe goes through the others follow.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"

#include "base/clock.h"
#include "feed/decode/decode.h"
#include "feed/worker/compute.h"
#include "feed/worker/letter_own.h"
#include "feed/worker/number.h"
#include "feed/worker/transaction.h"

#define BATCH_MAX 1000
#define RETRY_MS 200
#define PROBE_MIN_MS 1000
#define PROBE_MAX_MS 60000

/*
 * A stream takes no entry that is older than its last: with go_on a letter is a new one, at
 * the place that was read up to.  Above what else is sent there, and another one each time.
 */
#define STREAM_INDEX_BASE 0xC0000000
#define STREAM_INDEXES 0x40000000

typedef enum LetterFate
{
	LETTER_IS_SENT,
	LETTER_STAYS,	 /* no room, or behind one that stays */
	LETTER_REFUSED,	 /* again */
	LETTER_NO_ROUTE, /* still */
	LETTER_COMPUTED	 /* its key will be computed with the batch that is open */
} LetterFate;

typedef struct Pass
{
	MemoryContext context;
	const FeedSink *sink;
	HTAB *held;				 /* keys and routes of letters that stay */
	ArrayBuildState *chosen; /* ids */
	int chosen_count;
	bool more; /* there were more to choose */
	int64 number;
	int renewed; /* entries of streams */
	int sent;
	int computed;
	bool full;
	bool missing; /* a probe did not go through */
	StringInfoData why;
	struct
	{
		int64 id;
		LetterFate fate;
		char *reason;
	} unsent[BATCH_MAX];
	int unsent_count;
} Pass;

/* Not before; monotonic ms. */
static int64 next_pass;
static int64 next_probe; /* of missing destinations */
static int probe_ms;
static bool probing; /* one letter of a missing destination at a time */

void
th_letter_replay_start(void)
{
	next_pass = next_probe = 0;
	probe_ms = PROBE_MIN_MS;
	probing = true;
}

/* ---- choosing ---- */

static bool
is_held(Pass *pass, const LetterPlace *place, uint64 key)
{
	if (place->destination.data != NULL &&
		th_key_set_has(pass->held, th_letter_route(place->destination)))
		return true;
	return key != LETTER_NO_KEY && th_key_set_has(pass->held, key);
}

/* Nothing later of its key may pass it. */
static void
hold(Pass *pass, uint64 key)
{
	if (key != LETTER_NO_KEY)
		th_key_set_add(pass->held, key);
}

static bool
may_be_sent(Pass *pass, const char *state, const LetterPlace *place, uint64 key)
{
	if (strcmp(state, "refused") == 0 || is_held(pass, place, key))
		return false;
	if (strcmp(state, "no route") == 0)
		return next_probe <= th_monotonic_ms();
	return true;
}

static void
hold_back(Pass *pass, const char *state, const LetterPlace *place, uint64 key)
{
	if (strcmp(state, "no route") == 0)
		th_key_set_add(pass->held, th_letter_route(place->destination));
	else if (th_letter_book.block_keys || strcmp(state, "refused") != 0)
		hold(pass, key);
}

static void
choose(HeapTuple row, TupleDesc shape, void *context)
{
	Pass *pass = context;
	MemoryContext old = MemoryContextSwitchTo(th_letter_book.scratch);
	bool is_null;
	Datum id = heap_getattr(row, 1, shape, &is_null);
	char *state = TextDatumGetCString(heap_getattr(row, 2, shape, &is_null));
	LetterPlace place;
	uint64 key;

	th_letter_read_place(row, shape, 3, &place);
	key = place.is_computed ? LETTER_NO_KEY : th_letter_key(&place);
	if (!may_be_sent(pass, state, &place, key))
		hold_back(pass, state, &place, key);
	else if (pass->chosen_count == BATCH_MAX)
	{
		pass->more = true;
		hold(pass, key);
	}
	else
	{
		pass->chosen = accumArrayResult(pass->chosen, id, false, INT8OID, pass->context);
		pass->chosen_count++;
		if (probing && strcmp(state, "no route") == 0)
			th_key_set_add(pass->held, th_letter_route(place.destination));
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(th_letter_book.scratch);
}

static void
choose_letters(Pass *pass)
{
	Oid types[] = { UUIDOID, INT8OID, INT8ARRAYOID };
	Datum values[3] = { UUIDPGetDatum(&th_letter_book.feed) };

	th_feed_transaction_begin();
	th_feed_query("SELECT letter_id, state, " TH_LETTER_PLACE " FROM tidehold.dead_letter"
				  " WHERE feed_id = $1 AND batch IS NULL AND state <> 'undecodable'"
				  " ORDER BY letter_id",
				  1, types, values, NULL, true, 0, choose, pass);
	if (pass->chosen_count > 0)
	{
		pass->number = th_number_next();
		values[1] = Int64GetDatum(pass->number);
		values[2] = makeArrayResult(pass->chosen, pass->context);
		th_feed_query("UPDATE tidehold.dead_letter SET batch = $2"
					  " WHERE feed_id = $1 AND letter_id = ANY ($3)",
					  3, types, values, NULL, false, 0, NULL, NULL);
	}
	th_feed_transaction_end();
	th_key_set_clear(pass->held);
}

/* ---- sending ---- */

typedef struct Letter
{
	FeedMessage message;
	FeedTxn txn;
	LetterPlace place;
	int64 id;
} Letter;

enum
{
	COLUMN_ID = 1,
	COLUMN_PLACE,
	COLUMN_LSN = COLUMN_PLACE + 6,
	COLUMN_INDEX,
	COLUMN_VALUE,
	COLUMN_FIELDS,
	COLUMN_WHOLE,
	COLUMN_HEADERS,
	COLUMN_TTL_MS,
	COLUMN_COMMITTED_AT
};

#define PAIRS_AS_ARRAY(column) \
	"(SELECT array_agg(pair.value ->> side ORDER BY pair.ordinality, side)" \
	" FROM jsonb_array_elements(" column ") WITH ORDINALITY pair, generate_series(0, 1) side)"

#define LETTER_POSITION "commit_lsn, change_index"
#define LETTER_FIELDS_READ PAIRS_AS_ARRAY("fields")
#define LETTER_HEADERS_READ PAIRS_AS_ARRAY("headers")
#define LETTER_TIMES "(extract(epoch FROM ttl) * 1000)::bigint, committed_at"

static const char letters_query[] =
	"SELECT letter_id, " TH_LETTER_PLACE ", " LETTER_POSITION ", value, " LETTER_FIELDS_READ
	", whole, " LETTER_HEADERS_READ ", " LETTER_TIMES
	" FROM tidehold.dead_letter WHERE feed_id = $1 AND batch = $2 ORDER BY letter_id";

static FeedBytes
bytes_of_text(Datum value, bool is_null)
{
	FeedBytes bytes = { NULL, 0 };

	if (!is_null)
	{
		bytes.data = TextDatumGetCString(value);
		bytes.len = (int) strlen(bytes.data);
	}
	return bytes;
}

static FeedField *
read_pairs(HeapTuple row, TupleDesc shape, int column, int *count)
{
	bool is_null;
	Datum array = heap_getattr(row, column, shape, &is_null);
	FeedField *pairs;
	Datum *texts;
	bool *nulls;
	int length;

	*count = 0;
	if (is_null)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls,
					  &length);
	*count = length / 2;
	pairs = palloc(Max(*count, 1) * sizeof(FeedField));
	for (int i = 0; i < *count; i++)
	{
		pairs[i].name = bytes_of_text(texts[2 * i], nulls[2 * i]);
		pairs[i].value = bytes_of_text(texts[2 * i + 1], nulls[2 * i + 1]);
	}
	return pairs;
}

static FeedBytes
read_bytes(HeapTuple row, TupleDesc shape, int column)
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

static int64
read_int8(HeapTuple row, TupleDesc shape, int column)
{
	bool is_null;
	Datum value = heap_getattr(row, column, shape, &is_null);

	return is_null ? 0 : DatumGetInt64(value);
}

static void
renew_stream_entry(Pass *pass, Letter *letter)
{
	int64 number = pass->number * BATCH_MAX + pass->renewed++;

	letter->txn.end_lsn = th_decode_lsn();
	letter->message.index = STREAM_INDEX_BASE + (uint32) (number % STREAM_INDEXES);
}

static void
read_letter(Letter *letter, HeapTuple row, TupleDesc shape)
{
	FeedMessage *message = &letter->message;
	bool is_null;

	memset(letter, 0, sizeof(*letter));
	letter->id = read_int8(row, shape, COLUMN_ID);
	th_letter_read_place(row, shape, COLUMN_PLACE, &letter->place);
	letter->txn.end_lsn = DatumGetLSN(heap_getattr(row, COLUMN_LSN, shape, &is_null));
	letter->txn.commit_lsn = letter->txn.end_lsn;
	letter->txn.commit_time = read_int8(row, shape, COLUMN_COMMITTED_AT);
	message->txn = &letter->txn;
	message->form =
		th_letter_form(TextDatumGetCString(heap_getattr(row, COLUMN_PLACE, shape, &is_null)));
	message->part = (uint8) DatumGetInt16(heap_getattr(row, COLUMN_PLACE + 1, shape, &is_null));
	message->index = (uint32) read_int8(row, shape, COLUMN_INDEX);
	message->destination = letter->place.destination;
	message->key = letter->place.key;
	message->value = read_bytes(row, shape, COLUMN_VALUE);
	message->fields = read_pairs(row, shape, COLUMN_FIELDS, &message->field_count);
	message->whole = DatumGetBool(heap_getattr(row, COLUMN_WHOLE, shape, &is_null));
	message->headers = read_pairs(row, shape, COLUMN_HEADERS, &message->header_count);
	message->ttl_ms = read_int8(row, shape, COLUMN_TTL_MS);
}

static LetterFate
send_letter(Pass *pass, const Letter *letter)
{
	uint64 key = letter->place.is_computed ? LETTER_NO_KEY : th_letter_key(&letter->place);

	resetStringInfo(&pass->why);
	if (letter->place.is_computed)
	{
		if (th_compute_again(&letter->place.key, letter->place.schema_name,
							 letter->place.table_name))
			return LETTER_COMPUTED;
		appendStringInfoString(&pass->why, "no query computes this key any more");
		return LETTER_REFUSED;
	}
	if (pass->full || is_held(pass, &letter->place, key))
		return LETTER_STAYS;
	switch (pass->sink->send(&letter->message, &pass->why))
	{
		case FEED_SENT:
			return LETTER_IS_SENT;
		case FEED_REFUSED:
			if (th_letter_book.block_keys)
				hold(pass, key);
			return LETTER_REFUSED;
		case FEED_NO_ROUTE:
			th_key_set_add(pass->held, th_letter_route(letter->place.destination));
			return LETTER_NO_ROUTE;
		case FEED_FULL:
			break;
	}
	pass->full = true;
	return LETTER_STAYS;
}

static void
note_fate(Pass *pass, int64 id, LetterFate fate)
{
	if (fate == LETTER_IS_SENT)
	{
		pass->sent++;
		return;
	}
	pass->computed += fate == LETTER_COMPUTED;
	pass->missing |= fate == LETTER_NO_ROUTE;
	pass->unsent[pass->unsent_count].id = id;
	pass->unsent[pass->unsent_count].fate = fate;
	pass->unsent[pass->unsent_count].reason =
		fate == LETTER_REFUSED ? MemoryContextStrdup(pass->context, pass->why.data) : NULL;
	pass->unsent_count++;
}

static void
send_row(HeapTuple row, TupleDesc shape, void *context)
{
	Pass *pass = context;
	MemoryContext old = MemoryContextSwitchTo(th_letter_book.scratch);
	Letter letter;

	read_letter(&letter, row, shape);
	if (letter.message.form == FEED_FORM_STREAM && !th_letter_book.block_keys)
		renew_stream_entry(pass, &letter);
	note_fate(pass, letter.id, send_letter(pass, &letter));
	MemoryContextSwitchTo(old);
	MemoryContextReset(th_letter_book.scratch);
}

static void
send_letters(Pass *pass)
{
	Oid types[] = { UUIDOID, INT8OID };
	Datum values[] = { UUIDPGetDatum(&th_letter_book.feed), Int64GetDatum(pass->number) };

	th_feed_transaction_begin();
	th_feed_query(letters_query, lengthof(types), types, values, NULL, true, 0, send_row, pass);
	th_feed_transaction_end();
}

/* ---- afterwards ---- */

static const char *
new_state(LetterFate fate)
{
	switch (fate)
	{
		case LETTER_REFUSED:
		case LETTER_COMPUTED:
			return "refused";
		case LETTER_NO_ROUTE:
			return "no route";
		default:
			return NULL;
	}
}

/* Before the position that carries the number is sent. */
static void
put_back_unsent(Pass *pass)
{
	Oid types[] = { INT8OID, TEXTOID, TEXTOID };

	if (pass->unsent_count == 0)
		return;
	th_feed_transaction_begin();
	for (int i = 0; i < pass->unsent_count; i++)
	{
		const char *state = new_state(pass->unsent[i].fate);
		const char *reason = pass->unsent[i].reason;
		Datum values[] = { Int64GetDatum(pass->unsent[i].id),
						   state != NULL ? CStringGetTextDatum(state) : (Datum) 0,
						   reason != NULL ? CStringGetTextDatum(reason) : (Datum) 0 };
		char nulls[] = { ' ', state != NULL ? ' ' : 'n', reason != NULL ? ' ' : 'n' };

		th_feed_query("UPDATE tidehold.dead_letter SET batch = NULL, state = coalesce($2, state),"
					  " reason = coalesce($3, reason) WHERE letter_id = $1",
					  lengthof(types), types, values, nulls, false, 0, NULL, NULL);
	}
	th_feed_transaction_end();
}

static void
plan_next(const Pass *pass)
{
	int64 now = th_monotonic_ms();

	if (pass->missing)
	{
		probing = true;
		next_probe = now + probe_ms;
		probe_ms = Min(probe_ms * 2, PROBE_MAX_MS);
	}
	else if (th_letter_book.has_missing_route && pass->sent > 0)
		probing = false;
	next_pass = pass->full ? now + RETRY_MS : now;
}

static bool
is_due(void)
{
	const LetterBook *book = &th_letter_book;
	int64 now;

	if (!book->has_waiting && !book->has_missing_route)
		return false;
	now = th_monotonic_ms();
	if (now < next_pass)
		return false;
	return book->has_waiting || now >= next_probe;
}

static void
run_pass(Pass *pass)
{
	choose_letters(pass);
	if (pass->chosen_count == 0)
		return;
	send_letters(pass);
	put_back_unsent(pass);
}

/* Where no letter can be sent now, none can be until somebody changes one. */
static void
end_pass(const Pass *pass)
{
	LetterBook *book = &th_letter_book;

	plan_next(pass);
	th_letter_load();
	if (pass->sent == 0 && pass->computed == 0 && !pass->full)
		book->has_waiting = false;
}

int
th_letter_replay(const FeedSink *sink, int64 *letter)
{
	Pass *pass;
	MemoryContext context;
	MemoryContext old;
	int done;

	if (!is_due())
		return 0;
	th_letter_write();
	context = AllocSetContextCreate(CurrentMemoryContext, "tidehold replay",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	pass = palloc0(sizeof(Pass));
	pass->context = context;
	pass->sink = sink;
	pass->held = th_key_set_make("tidehold held letters");
	initStringInfo(&pass->why);
	run_pass(pass);
	end_pass(pass);
	done = pass->sent + pass->computed;
	if (pass->sent > 0)
		*letter = pass->number;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return done;
}
