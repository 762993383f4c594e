/*
 * letter_own.h
 *	  What the files letter*.c share.
 */
#ifndef TIDEHOLD_FEED_WORKER_LETTER_OWN_H
#define TIDEHOLD_FEED_WORKER_LETTER_OWN_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/tuplestore.h"

#include "feed/worker/key_set.h"
#include "feed/worker/letter.h"

/* Columns of a noted letter, in the order of letter_table.c's INSERT. */
typedef enum LetterColumn
{
	LETTER_COMMIT_LSN, /* end of the commit record: what versions are made of */
	LETTER_INDEX,
	LETTER_PART,
	LETTER_SCHEMA,
	LETTER_TABLE,
	LETTER_FORM,
	LETTER_DESTINATION,
	LETTER_KEY,
	LETTER_VALUE,
	LETTER_FIELDS,
	LETTER_WHOLE,
	LETTER_HEADERS,
	LETTER_TTL_MS,
	LETTER_SQLSTATE,
	LETTER_REASON,
	LETTER_STATE,
	LETTER_COMMITTED_AT,
	LETTER_COLUMNS
} LetterColumn;

/* A table that was emptied; in the book's own memory. */
typedef struct LetterEmptied
{
	char *schema_name;
	char *table_name;
	XLogRecPtr lsn;
	uint32 index;
} LetterEmptied;

extern const Oid th_letter_types[LETTER_COLUMNS];

/*
 * One of these per worker, used by no one else.  noted lives from a decoding callback
 * to the next th_letter_write(); everything else can be read from the table again.
 */
typedef struct LetterBook
{
	MemoryContext context;
	MemoryContext scratch; /* reset after each letter */
	pg_uuid_t feed;
	char *feed_name;
	FeedKind kind;
	FeedState *state;
	bool block_keys; /* option on_refusal = block_key */
	Tuplestorestate *noted;
	int64 noted_count;
	TupleDesc shape;
	List *emptied;		/* of LetterEmptied: since the last position */
	HTAB *blocked;		/* of th_letter_key() and th_letter_route() */
	HTAB *resolved;		/* computed keys whose letter is settled */
	int64 stored_count; /* rows of the table, without those that are being sent */
	bool has_waiting;	/* behind or to be replayed: a pass may find some to send */
	bool has_missing_route;
} LetterBook;

extern LetterBook th_letter_book;

/* What identifies a letter's place in an order. */
typedef struct LetterPlace
{
	bool is_record;	  /* for Kafka: ordered by topic and key, else by destination */
	bool is_computed; /* the table's name and the key are its place */
	FeedBytes destination;
	FeedBytes key;
	const char *schema_name; /* NULL: emitted */
	const char *table_name;
} LetterPlace;

static inline bool
th_letter_is_computed(FeedForm form, int part)
{
	return form != FEED_FORM_RECORD && part == FEED_MESSAGE_COMPUTED;
}

#define LETTER_NO_KEY UINT64CONST(0)

extern uint64 th_letter_key(const LetterPlace *place); /* LETTER_NO_KEY: in no order */
extern uint64 th_letter_route(FeedBytes destination);

extern const char *th_letter_form_name(FeedForm form);
extern FeedForm th_letter_form(const char *name);

/* letter_table.c */
#define TH_LETTER_PLACE "form, part, destination, key, schema_name::text, table_name::text"
extern void th_letter_read_place(HeapTuple row, TupleDesc shape, int first, LetterPlace *place);

/* Each in a transaction of its own. */
extern void th_letter_load(void);
extern void th_letter_settle(int64 sent); /* batches of an earlier process */

/* letter_replay.c */
extern void th_letter_replay_start(void);

#endif /* TIDEHOLD_FEED_WORKER_LETTER_OWN_H */
