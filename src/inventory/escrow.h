/*
 * escrow.h
 *	  What may still be promised of an item at a location in a lot, in shared memory.
 *
 * O'Neil, "The Escrow Transactional Method", ACM TODS 11(4), 1986.  Decreases count at
 * once, increases when the transaction has committed; both are undone on abort.  The
 * rows of inventory.balance and inventory.reservation are the truth, an entry is an
 * index of them: entry = sum(balance) - sum(reservation) - promises of open transactions.
 * escrow_table.c says who may touch what under which lock.
 *
 * Callers hold RowExclusiveLock (AccessShareLock to read) on balance and reservation
 * before they call, and keep it until the transaction ends.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_H
#define TIDEHOLD_INVENTORY_ESCROW_H

#include "storage/lockdefs.h"

#include "inventory/master.h"

/*
 * Takes quantity from one entry, all or nothing; may use what this transaction itself
 * gives back or has received.  False leaves everything as it was.
 */
extern bool th_escrow_take(int64 item_id, int64 location_id, int64 lot_id, int64 quantity);

/* Takes without limit: the value may fall below 0, which is reported at commit. */
extern void th_escrow_force(int64 item_id, int64 location_id, int64 lot_id, int64 quantity);

/*
 * Gives quantity when this transaction commits.  Never refused: where every entry is in
 * use the key needs none, because no entry is added until this transaction ends.
 */
extern void th_escrow_give(int64 item_id, int64 location_id, int64 lot_id, int64 quantity);

/* Has more been promised of the key than there is? */
extern bool th_escrow_is_oversold(int64 item_id, int64 location_id, int64 lot_id);

/* Counts a balance row appended for the key, so that a worker folds it one day. */
extern void th_escrow_note_appended(int64 item_id, int64 location_id, int64 lot_id);

/* Called where a key may be new for this item: backends look up its keys again. */
extern void th_escrow_key_added(int64 item_id);

/*
 * Locks the tables of the rows, in the order in which they were created, which is the
 * order of DROP EXTENSION: movement before it, reservation_end after it.
 */
extern void th_escrow_lock_rows(LOCKMODE mode);

/*
 * The rows of this database change behind the entries, under an AccessExclusiveLock on
 * one of their tables that this transaction holds: entries are empty now, and are emptied
 * again when it ends.
 */
extern void th_escrow_rows_replaced(void);

extern void th_escrow_request_shmem(void);
extern void th_escrow_startup_shmem(void);
extern void th_escrow_init(void);

/* Forgets all entries of a database that is being dropped. */
extern void th_escrow_purge_database(Oid database);

#endif /* TIDEHOLD_INVENTORY_ESCROW_H */
