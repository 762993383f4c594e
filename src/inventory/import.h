/*
 * import.h
 *	  Back-fill of movements: internal to import*.c.
 *
 * The source is read once and every row is looked up, checked and spooled; rows that are
 * refused keep their place with a message.  Then the rows are settled: those that take
 * more than there is are refused too.  What is left is written, in the order of the
 * source, with one balance row for each item, location and lot.
 */
#ifndef TIDEHOLD_INVENTORY_IMPORT_H
#define TIDEHOLD_INVENTORY_IMPORT_H

#include "executor/tuptable.h"
#include "utils/hsearch.h"
#include "utils/tuplestore.h"

#include "inventory/ledger.h"

/* A row of the source in ids. */
typedef struct ImportRow
{
	int64 item_id;
	int64 source_id;
	int64 destination_id;
	int64 lot_id;
	int64 quantity;
	TimestampTz occurred_at;
	text *reference; /* or NULL */
	text *reason;	 /* or NULL */
	text *message;	 /* why it is refused; NULL where it was good when read */
} ImportRow;

/* Sums over the good rows of an item, in a lot, at a location that holds stock. */
typedef struct ImportKey
{
	int64 item_id;	   /* hash key up to here .. */
	int64 location_id; /* ALL_LOCATIONS: a serial number, wherever it lies */
	int64 lot_id;	   /* .. and here */
	int64 inflow;
	int64 outflow;
	int64 base;	  /* of a limited key: what it had to give before */
	int64 left;	  /* of a limited key: not yet taken in this round */
	bool limited; /* base has been read */
	bool crowded; /* a serial number that would be in stock twice */
} ImportKey;

#define IMPORT_KEY_SIZE (3 * sizeof(int64))
#define ALL_LOCATIONS INT64CONST(0)

typedef struct Import
{
	Ledger ledger;
	int32 tenant_id;
	MemoryContext context;	   /* what lives as long as the call */
	MemoryContext row_context; /* what one row needs */
	Tuplestorestate *spool;
	TupleTableSlot *spool_slot;
	HTAB *keys;
	bool has_serials;
	int64 row_count;
	int64 bad_count;
	uint8 *verdicts; /* ThCode of each row */
	int64 verdict_capacity;
} Import;

/* import_source.c: reads the source and spools its rows */
extern void th_import_read(Import *import, Oid source);

/* import_spool.c: rows from the first to the last, and the verdict on each */
extern void th_import_spool_open(Import *import);
extern void th_import_spool_put(Import *import, const ImportRow *row, ThCode verdict);
extern void th_import_spool_rewind(Import *import);
extern bool th_import_spool_next(Import *import, ImportRow *row);
extern void th_import_refuse(Import *import, int64 row_number, ThCode verdict);

/* import_settle.c: what the rows of each key come to, and what stock allows */
extern void th_import_keys_open(Import *import);

/* Counts a good row; false, TH_QUANTITY_OVERFLOW, where a sum does not fit. */
extern bool th_import_count(Import *import, const ImportRow *row, const StockItem *item,
							const Location *source, const Location *destination,
							ThOutcome *outcome);

/* Refuses rows until what is left can be taken from stock. */
extern void th_import_settle(Import *import);

/*
 * Takes what the good rows need, all or nothing.  False where somebody else was faster:
 * settle again.
 */
extern bool th_import_take(Import *import);

#endif /* TIDEHOLD_INVENTORY_IMPORT_H */
