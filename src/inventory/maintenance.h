/*
 * maintenance.h
 *	  What the maintenance worker of a database does for the inventory.
 */
#ifndef TIDEHOLD_INVENTORY_MAINTENANCE_H
#define TIDEHOLD_INVENTORY_MAINTENANCE_H

#include "datatype/timestamp.h"

/*
 * Marks at most limit reservations as expired whose time has come, in the order of
 * expiry; others that hold a row are passed over.  Returns how many.  *next_due is when
 * the next one falls due (DT_NOEND where none).  Runs inside a transaction.
 */
extern int th_expire_due(int limit, TimestampTz *next_due);

/*
 * Replaces the many balance rows of the busiest keys by one row each; returns how many
 * rows went.  Runs inside a transaction.
 */
extern int th_fold_balances(int key_limit);

/*
 * Deletes requests and ended reservations older than their retention, at most limit
 * rows of each; returns how many.  Runs inside a transaction.
 */
extern int th_forget_history(int limit);

/* Registers these as tasks of the maintenance worker; from _PG_init. */
extern void th_maintenance_init(void);

#endif /* TIDEHOLD_INVENTORY_MAINTENANCE_H */
