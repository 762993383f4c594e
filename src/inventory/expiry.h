/*
 * expiry.h
 *	  Reservations whose time has come, marked or not.
 *
 * An expired reservation cannot be fulfilled from the moment it expires.  Its units count
 * as held until somebody ends its row: the worker within a second, or a caller who would
 * otherwise be refused.
 */
#ifndef TIDEHOLD_INVENTORY_EXPIRY_H
#define TIDEHOLD_INVENTORY_EXPIRY_H

#include "datatype/timestamp.h"

/*
 * Ends due reservations of a key, in the order of expiry, until they return wanted units.
 * Rows that other transactions hold are passed over; *others says whether there were any.
 * Returns the units, which this transaction may use at once.
 */
extern int64 th_expire_key(int64 item_id, int64 location_id, int64 lot_id, int64 wanted,
						   bool *others);

/* Units of a key in due reservations that nobody has ended, as of now. */
extern int64 th_due_quantity(int64 item_id, int64 location_id, int64 lot_id);

#endif /* TIDEHOLD_INVENTORY_EXPIRY_H */
