/*
 * demand.h
 *	  inventory.demand_day: the ledger summed by item, location and day.
 */
#ifndef TIDEHOLD_INVENTORY_DEMAND_H
#define TIDEHOLD_INVENTORY_DEMAND_H

#include "datatype/timestamp.h"

/*
 * Sums anew the days of items that movements were recorded for since the last time;
 * returns how many rows were written.  Inside a transaction.
 */
extern int64 th_demand_update(void);

/* As a task of the maintenance worker: rests longer than it works. */
extern int th_demand_maintain(bool *again, TimestampTz *next_due);

#endif /* TIDEHOLD_INVENTORY_DEMAND_H */
