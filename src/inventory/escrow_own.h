/*
 * escrow_own.h
 *	  What the open transaction of this backend has done to each entry, over all levels;
 *	  internal to escrow_log.c.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_OWN_H
#define TIDEHOLD_INVENTORY_ESCROW_OWN_H

typedef struct EscrowOwn
{
	int entry;	 /* index of the entry */
	int last_op; /* newest op of the entry, -1 none */
	int64 taken;
	int64 give;
} EscrowOwn;

/* Makes room for one more entry, so that th_escrow_own_get cannot fail. */
extern void th_escrow_own_reserve(void);

/* The sums of an entry, made where there are none; valid until the next reserve. */
extern EscrowOwn *th_escrow_own_get(int entry);

/* The same, NULL where there are none. */
extern EscrowOwn *th_escrow_own_find(int entry);

/* The transaction is over. */
extern void th_escrow_own_forget(void);

#endif /* TIDEHOLD_INVENTORY_ESCROW_OWN_H */
