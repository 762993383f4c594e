/*
 * escrow_log.h
 *	  What the open transaction of this backend has done to entries; internal to
 *	  escrow*.c.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_LOG_H
#define TIDEHOLD_INVENTORY_ESCROW_LOG_H

#include "inventory/escrow_table.h"

/*
 * One entry at one nesting level of the transaction.  Each holds a pin of its entry.
 */
typedef struct EscrowOp
{
	EscrowEntry *entry;
	int64 taken; /* counted at once, given back on abort */
	int64 give;	 /* counts at commit; below 0 it uses up a give of an outer level */
	int32 level;
	int previous;	   /* op of the same entry at an outer level, -1 none */
	int32 appended;	   /* balance rows appended */
	bool loading;	   /* this backend is counting the rows of the entry */
	bool committing;   /* entry->committing counts this op */
	bool forced;	   /* took without limit */
	bool has_saved;	   /* exclusive mode began with this value: */
	int64 saved;	   /* of the entry, */
	int64 saved_taken; /* and of taken */
} EscrowOp;

/*
 * The op of this entry at the current level, made where there is none: pins the key.
 * Indexes stay valid until the (sub)transaction ends, pointers until the next touch.
 */
extern int th_escrow_log_touch(const EscrowKey *key);

/*
 * The same for a change that must not be refused: -1 where every entry is pinned, and
 * nobody adds entries until this transaction has ended.
 */
extern int th_escrow_log_touch_or_bulk(const EscrowKey *key);

/*
 * Changes an entry by an op: what counts at once and what counts at commit.  The entry is
 * loaded: one that another backend is counting may be counted with our rows or without.
 */
extern void th_escrow_log_force(int op_index, int64 quantity);
extern void th_escrow_log_give(int op_index, int64 quantity);

/* Adds to what an op has taken and will give; the entry is the caller's business. */
extern void th_escrow_log_add(int op_index, int64 taken, int64 give);

extern EscrowOp *th_escrow_log_op(int index);

/* Number of ops; th_escrow_log_drop_unused(mark) unpins later ones that did nothing. */
extern int th_escrow_log_mark(void);
extern void th_escrow_log_drop_unused(int mark);

/* What this transaction will give to the entry at commit, over all levels. */
extern int64 th_escrow_log_own_give(const EscrowEntry *entry);

/* What this transaction has taken from the entry, over all levels. */
extern int64 th_escrow_log_own_taken(const EscrowEntry *entry);

/* Exclusive mode: the rows of the entry are counted again when somebody asks. */
extern void th_escrow_log_forget_value(int op_index);

/* Shows the op in inventory.escrow_holder; call after th_escrow_log_add. */
extern void th_escrow_log_publish(int index);

/*
 * Exclusive mode (th_escrow_rows_replaced): this transaction holds an AccessExclusiveLock
 * on a table of the rows, so nobody else uses the entries of this database.  They are
 * empty now, count this transaction's own rows while it runs, and are emptied again when
 * it ends.
 */
extern bool th_escrow_log_exclusive(void);

#endif /* TIDEHOLD_INVENTORY_ESCROW_LOG_H */
