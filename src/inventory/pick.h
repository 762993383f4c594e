/*
 * pick.h
 *	  Chooses where to take stock from, and takes it from the escrow.
 */
#ifndef TIDEHOLD_INVENTORY_PICK_H
#define TIDEHOLD_INVENTORY_PICK_H

#include "inventory/master.h"

typedef struct Pick
{
	int64 location_id;
	int64 lot_id;
	int64 quantity;
} Pick;

typedef struct PickRequest
{
	/* What is wanted */
	StockItem item;
	int64 quantity;		  /* base units, > 0 */
	int64 minimum;		  /* accept at least this much, 0 .. quantity */
	const Location *node; /* at or below; NULL: every sellable location */
	bool has_lot;		  /* only this lot */
	int64 lot_id;
	bool any_status; /* also what is not sellable (transfer, issue of damaged stock) */

	/* What was taken */
	Pick *picks; /* palloc'd */
	int pick_count;
	int64 granted;	   /* sum of the picks; 0 where refused */
	int64 available;   /* where refused: what was there to take */
	ThOutcome outcome; /* TH_OK, TH_INSUFFICIENT_STOCK, TH_LOCATION_FROZEN, ... */
} PickRequest;

/*
 * Serves one request.  False: outcome says why and nothing is taken.  With
 * minimum 0 and nothing there it is true with pick_count 0.
 */
extern bool th_pick(PickRequest *request);

/*
 * Serves all requests or none; on false each short request has its outcome and
 * available set.
 */
extern bool th_pick_all(PickRequest *requests, int count);

#endif /* TIDEHOLD_INVENTORY_PICK_H */
