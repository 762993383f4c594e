/*
 * ledger.h
 *	  Appends to inventory.movement and inventory.balance.
 */
#ifndef TIDEHOLD_INVENTORY_LEDGER_H
#define TIDEHOLD_INVENTORY_LEDGER_H

#include "base/table_write.h"
#include "inventory/master.h"

typedef struct Ledger
{
	ThTable movement;
	ThTable balance;

	/* The same for all lines of one operation */
	const char *kind; /* receipt, issue, transfer, adjustment, fulfilment, import */
	int64 item_id;
	int64 movement_no;
	int64 reservation_no; /* 0: none */
	TimestampTz occurred_at;
	TimestampTz recorded_at;
	text *reference; /* or NULL */
	text *reason;	 /* or NULL */
	int32 line_no;	 /* of the line written last */

	/* Filled by th_ledger_open */
	Datum kind_text;
	Datum actor;
	struct BalanceChange *changes; /* balance rows to write at the end */
	int change_count;
	int change_capacity;
} Ledger;

/*
 * Opens both tables (which locks them) and makes a movement number.  Call it before
 * anything is looked up.  occurred_at is recorded_at is now unless changed.
 */
extern void th_ledger_open(Ledger *ledger, const char *kind);
extern void th_ledger_close(Ledger *ledger);

/*
 * Writes one line: a movement, and a change of balance for each side that holds stock.
 * The escrow is the caller's business.  quantity > 0, source and destination differ.
 *
 * A movement has one balance row for each item, location and lot: its lines are summed
 * and written by th_ledger_close, which has to be called.
 */
extern void th_ledger_line(Ledger *ledger, const Location *source, const Location *destination,
						   int64 lot_id, int64 quantity);

/* The halves of a line, for an import, which sums by itself. */
extern void th_ledger_write_movement(Ledger *ledger, int64 source_id, int64 destination_id,
									 int64 lot_id, int64 quantity);
extern void th_ledger_write_balance(Ledger *ledger, int64 location_id, int64 lot_id,
									int64 quantity);

/* Stock on hand by the rows that are committed or our own. */
extern int64 th_ledger_on_hand(Ledger *ledger, int64 location_id, int64 lot_id);

/* Are there balance rows of this key, with whatever sum? */
extern bool th_ledger_knows(Ledger *ledger, int64 location_id, int64 lot_id);

#endif /* TIDEHOLD_INVENTORY_LEDGER_H */
