/*
 * guard.h
 *	  Refuses to drop tables that hold stock, and forgets a dropped database.
 */
#ifndef TIDEHOLD_INVENTORY_GUARD_H
#define TIDEHOLD_INVENTORY_GUARD_H

/* From _PG_init. */
extern void th_guard_init(void);

#endif /* TIDEHOLD_INVENTORY_GUARD_H */
