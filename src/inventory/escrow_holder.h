/*
 * escrow_holder.h
 *	  What open transactions hold, in shared memory for inventory.escrow_holder.
 *
 * Each backend writes its own slot under the slot's spinlock; the view reads all.  A slot
 * says nothing once its transaction has ended, and after a crash all are made anew.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_HOLDER_H
#define TIDEHOLD_INVENTORY_ESCROW_HOLDER_H

#include "storage/spin.h"

#include "inventory/escrow_table.h"

typedef struct EscrowHolding
{
	EscrowKey key;
	int64 taken;
	int64 give;
} EscrowHolding;

#define ESCROW_HOLDINGS_SHOWN 16

typedef struct EscrowHolder
{
	slock_t mutex;
	int pid;   /* 0: nothing held */
	int count; /* of ops; the first ones are shown */
	EscrowHolding shown[ESCROW_HOLDINGS_SHOWN];
} EscrowHolder;

extern void th_escrow_holder_request_shmem(void);
extern void th_escrow_holder_startup_shmem(void);

/* Of this backend: the number of its ops, and one of them. */
extern void th_escrow_holder_count_ops(int count);
extern void th_escrow_holder_show(int index, const EscrowKey *key, int64 taken, int64 give);

extern int th_escrow_holder_count(void);
extern void th_escrow_holder_read(int index, EscrowHolder *copy);

#endif /* TIDEHOLD_INVENTORY_ESCROW_HOLDER_H */
