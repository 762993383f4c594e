/*
 * reserve.h
 *	  Making reservations; shared by reserve, try_reserve and reserve_many.
 */
#ifndef TIDEHOLD_INVENTORY_RESERVE_H
#define TIDEHOLD_INVENTORY_RESERVE_H

#include "utils/uuid.h"

#include "base/table_write.h"
#include "inventory/pick.h"

/* When reservations made by one call live from and to. */
typedef struct Lifetime
{
	TimestampTz created_at;
	bool has_expiry;
	TimestampTz expires_at;
} Lifetime;

/* ttl NULL is for ever.  False: TH_INVALID_ARGUMENT where it is not above 0. */
extern bool th_lifetime(Interval *ttl, Lifetime *lifetime, ThOutcome *outcome);

/* Opens inventory.reservation and locks what the escrow reads, before any lookup. */
extern void th_reserve_open(ThTable *reservation);

/* Writes the rows of a served request under a new id. */
extern void th_reserve_write(ThTable *reservation, const PickRequest *request,
							 const Lifetime *lifetime, text *reference, pg_uuid_t *id);

/* What a request names, before it is looked up. */
typedef struct ReserveLine
{
	int32 tenant_id;
	text *sku;
	bool has_item_id;
	int64 item_id;
	text *location;
	bool has_location_id;
	int64 location_id;
	text *lot;
	text *unit;
	bool has_quantity;
	int64 quantity;
	bool has_minimum;
	int64 minimum;
} ReserveLine;

/* Looks a line up.  False: outcome says what was not found or not valid. */
extern bool th_reserve_resolve(const ReserveLine *line, PickRequest *request, ThOutcome *outcome);

#endif /* TIDEHOLD_INVENTORY_RESERVE_H */
