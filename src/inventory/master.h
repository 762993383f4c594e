/*
 * master.h
 *	  Items, units, locations and lots as the operations see them.
 *
 * Backends remember items and the tree of locations; a change reaches them when they
 * next lock a table, so every operation locks its tables first and looks up here after.
 */
#ifndef TIDEHOLD_INVENTORY_MASTER_H
#define TIDEHOLD_INVENTORY_MASTER_H

#include "datatype/timestamp.h"
#include "utils/date.h"

#include "base/errors.h"

typedef enum ItemTracking
{
	TRACK_NONE,
	TRACK_LOT,
	TRACK_SERIAL
} ItemTracking;

typedef struct StockItem
{
	int64 item_id;
	int32 tenant_id;
	ItemTracking tracking;
} StockItem;

typedef enum LocationKind
{
	LOCATION_INTERNAL,
	LOCATION_VIEW,
	LOCATION_SUPPLIER,
	LOCATION_CUSTOMER,
	LOCATION_LOSS,
	LOCATION_TRANSIT
} LocationKind;

typedef struct Location
{
	int64 location_id;
	int32 tenant_id;
	LocationKind kind;
	int32 rank;		   /* order of picking; equal for equal priorities */
	int32 first, last; /* nested-set interval: below[x] means x.first in [first, last] */
	bool sellable;	   /* internal and of a sellable status */
	bool allow_negative;
	TimestampTz frozen_until;  /* of itself or any above; DT_NOBEGIN where never frozen */
	const char *frozen_reason; /* of that freeze, or NULL */
	uint64 generation;		   /* of the tree that first and last belong to */
	const char *code;
} Location;

typedef struct Lot
{
	int64 lot_id; /* 0: stock without a lot */
	bool sellable;
	DateADT removal_on; /* not promised from this day; DATEVAL_NOEND where none */
	TimestampTz created_at;
} Lot;

/*
 * Finds the item by sku within the tenant, or by item_id where sku is NULL (both given
 * must agree).  False: TH_ITEM_NOT_FOUND, or TH_INVALID_ARGUMENT where neither is given.
 */
extern bool th_item_find(int32 tenant_id, text *sku, bool has_item_id, int64 item_id,
						 StockItem *item, ThOutcome *outcome);

/* Text of the sku for messages; palloc'd. */
extern char *th_item_name(const StockItem *item);

/*
 * quantity of unit (NULL: base unit) in base units; checks that the result is not 0 or
 * below unless signed_quantity.  False: TH_INVALID_QUANTITY, TH_UNIT_NOT_FOUND,
 * TH_INEXACT_CONVERSION, TH_QUANTITY_OVERFLOW.
 */
extern bool th_unit_to_base(const StockItem *item, text *unit, int64 quantity, bool signed_quantity,
							int64 *base, ThOutcome *outcome);

/* Built-in locations, as sql/tidehold_inventory/21_location.sql creates them. */
#define LOCATION_ID_SUPPLIER 1
#define LOCATION_ID_CUSTOMER 2
#define LOCATION_ID_LOSS 3
#define LOCATION_ID_TRANSIT 4

/*
 * Finds a location by code (of the tenant, else built-in) or id.  What it points to stays
 * readable until the transaction ends, but is of the past once a table was locked again.
 * False: TH_LOCATION_NOT_FOUND, or TH_INVALID_ARGUMENT where neither is given.
 */
extern bool th_location_find(int32 tenant_id, text *code, bool has_location_id,
							 int64 location_id, const Location **location, ThOutcome *outcome);

/* By id, NULL where it does not exist. */
extern const Location *th_location_by_id(int64 location_id);

/* Does place lie at node or anywhere below it? */
extern bool th_location_below(const Location *place, const Location *node);

/* False, TH_LOCATION_FROZEN, where the location is frozen at this moment. */
extern bool th_location_check_frozen(const Location *location, TimestampTz now, ThOutcome *outcome);

/* Internal and transit locations have a balance; places outside have none. */
static inline bool
th_location_holds_stock(const Location *location)
{
	return location->kind == LOCATION_INTERNAL || location->kind == LOCATION_TRANSIT;
}

/* May stock of this status (text) be promised? */
extern bool th_status_sellable(Datum status);

/* Finds a lot of the item by code.  False: TH_LOT_NOT_FOUND. */
extern bool th_lot_find(const StockItem *item, text *code, Lot *lot, ThOutcome *outcome);

/* By id; false where it does not exist. */
extern bool th_lot_by_id(int64 item_id, int64 lot_id, Lot *lot);

/* Code of a lot for messages; palloc'd, "" for 0. */
extern char *th_lot_name(int64 item_id, int64 lot_id);

/* False, TH_TEXT_TOO_LONG, where value (may be NULL) has more than limit characters. */
extern bool th_check_text(const char *parameter, text *value, int limit, ThOutcome *outcome);

#define TH_REFERENCE_LENGTH_MAX 500
#define TH_REASON_LENGTH_MAX 500
#define TH_REQUEST_ID_LENGTH_MAX 200

#endif /* TIDEHOLD_INVENTORY_MASTER_H */
