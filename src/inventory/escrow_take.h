/*
 * escrow_take.h
 *	  Taking from several entries at once, and reading them; for pick.c.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_TAKE_H
#define TIDEHOLD_INVENTORY_ESCROW_TAKE_H

/* An entry that a demand may take from. */
typedef struct EscrowChoice
{
	int op_index;	/* from th_escrow_choose */
	int64 taken;	/* out */
	int64 own_used; /* of that, what this transaction had given itself */
} EscrowChoice;

/* A demand for stock of its choices, in their order. */
typedef struct EscrowDemand
{
	EscrowChoice *choices;
	int choice_count;
	int64 wanted;
	int64 minimum;
	int64 granted;	 /* out: sum of taken; 0 where short */
	int64 available; /* out: what it got or could have got, up to wanted */
	int coming_op;	 /* out: an entry that others are about to add to, -1 none */
} EscrowDemand;

/* Pins and loads an entry; the choice is valid until th_escrow_forget_unused(mark). */
extern int th_escrow_choose(int64 item_id, int64 location_id, int64 lot_id);
extern int th_escrow_mark(void);
extern void th_escrow_forget_unused(int mark);

/* What this transaction could take of the entry right now. */
extern int64 th_escrow_value(int op_index);

/* Takes quantity of one entry, all or nothing. */
extern bool th_escrow_take_chosen(int op_index, int64 quantity);

/*
 * Serves all demands or none, under the locks of all their partitions at once, so that
 * two half-served requests never refuse each other.
 */
extern bool th_escrow_take_all(EscrowDemand *demands, int count);

/* Waits until a value in the entry's partition changes, at most timeout_ms. */
extern void th_escrow_wait_change(int op_index, long timeout_ms);

#endif /* TIDEHOLD_INVENTORY_ESCROW_TAKE_H */
