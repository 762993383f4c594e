/*
 * escrow_load.h
 *	  Counts the rows of an entry; internal to escrow*.c.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_LOAD_H
#define TIDEHOLD_INVENTORY_ESCROW_LOAD_H

#include "utils/snapshot.h"

#include "inventory/escrow_table.h"

typedef struct EscrowCount
{
	int64 on_hand;
	int64 reserved;
	int32 balance_rows;
} EscrowCount;

/*
 * Sums balance and reservation rows of the key as snapshot sees them.  The caller holds
 * a lock on both tables.  Expired reservations that nobody has marked count as held:
 * marking them later gives them back.
 */
extern void th_escrow_count_rows(const EscrowKey *key, Snapshot snapshot, EscrowCount *count);

/*
 * Makes sure that the entry of this op has a value, counting the rows where nobody has.
 * Waits while another backend counts.
 */
extern void th_escrow_ensure_loaded(int op_index);

#endif /* TIDEHOLD_INVENTORY_ESCROW_LOAD_H */
