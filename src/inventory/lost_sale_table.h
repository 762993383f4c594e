/*
 * lost_sale_table.h
 *	  The shared table of refused quantities; internal to lost_sale*.c.
 *
 * Who may touch what:
 *
 * - Entries, chains, free list and request slots of a partition: its LWLock, exclusive to
 *	 change them, for a few dozen instructions; nothing is read, written or waited for
 *	 under it, and never two are held.  An entry lies in the partition of its key.
 * - Only the flush of the key's database takes from a sum, one flush of a database at a
 *	 time (a claim that lasts until its transaction has ended), and only in its commit
 *	 callback what its committed rows say.
 *
 * Abort, cancel, terminated backend: of a refused caller nothing is undone, he was
 * refused; of a flush nothing was taken yet, so it is written again.  kill -9 of any
 * process and a crash of the server: this memory is made anew, so what was counted since
 * the last flush is lost, and nothing counts twice: a flush whose commit record is there
 * has no memory left to write again.  Promotion: a standby refuses every caller before
 * he could be counted, so its table is empty.  DROP DATABASE and DROP EXTENSION: the
 * entries go; where the drop of the extension then fails, so many counts are lost.
 */
#ifndef TIDEHOLD_INVENTORY_LOST_SALE_TABLE_H
#define TIDEHOLD_INVENTORY_LOST_SALE_TABLE_H

#include "datatype/timestamp.h"

typedef struct LostSaleKey
{
	Oid database;
	Oid table; /* inventory.lost_sale: that of a dropped extension is another */
	int64 item_id;
	int64 location_id; /* asked for; 0: none */
	TimestampTz hour;
} LostSaleKey;

typedef struct LostSaleSum
{
	LostSaleKey key;
	int64 requests;
	int64 requested; /* base units */
	int64 missing;	 /* base units */
} LostSaleSum;

/* Adds to the sum of its key; request_hash 0: not to be recognised again. */
extern void th_lost_sale_add(const LostSaleSum *change, uint64 request_hash);

/* Copies at most limit sums of a table; returns how many. */
extern int th_lost_sale_read(Oid database, Oid table, LostSaleSum *sums, int limit);

/* Takes off what was written. */
extern void th_lost_sale_subtract(const LostSaleSum *written);

/* Forgets the sums of a database; table InvalidOid: of all its tables. */
extern void th_lost_sale_purge(Oid database, Oid table);

typedef struct LostSaleState
{
	int64 entries;
	int64 used;
	int64 pending; /* requests counted and not yet written */
	int64 dropped_requests;
	int64 dropped_missing;
	int64 repeated; /* requests that were recognised */
} LostSaleState;

extern void th_lost_sale_state(LostSaleState *state);

#endif /* TIDEHOLD_INVENTORY_LOST_SALE_TABLE_H */
