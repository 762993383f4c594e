/*
 * reservation.h
 *	  Finding and locking an open reservation.
 */
#ifndef TIDEHOLD_INVENTORY_RESERVATION_H
#define TIDEHOLD_INVENTORY_RESERVATION_H

#include "inventory/reservation_row.h"

typedef struct LockedRow
{
	HeldRow row;
	TupleTableSlot *slot;
} LockedRow;

/* The locked rows of an open reservation; it ends once, by whoever holds these. */
typedef struct LockedReservation
{
	ThTable reservation;
	ThTable reservation_end;
	TimestampTz now;
	pg_uuid_t id;
	int64 item_id;
	int64 reservation_no;
	LockedRow *rows;
	int row_count;
	int64 held; /* sum of the quantities */
} LockedReservation;

extern void th_reservation_open(LockedReservation *locked, const pg_uuid_t *id);
extern void th_reservation_close(LockedReservation *locked);

/*
 * Waits for whoever is ending or changing the reservation, and locks it.  False:
 * TH_RESERVATION_NOT_FOUND, TH_ALREADY_FULFILLED, TH_ALREADY_RELEASED or
 * TH_RESERVATION_EXPIRED.
 */
extern bool th_reservation_lock(LockedReservation *locked, ThOutcome *outcome);

/* Ends one row; what is left of it returns to stock at commit. */
extern void th_reservation_end_row(LockedReservation *locked, LockedRow *row,
								   ReservationOutcome outcome, text *reason);

#endif /* TIDEHOLD_INVENTORY_RESERVATION_H */
