/*
 * catalog.h
 *	  Oids of the tables of schema inventory, and their columns by number.
 */
#ifndef TIDEHOLD_INVENTORY_CATALOG_H
#define TIDEHOLD_INVENTORY_CATALOG_H

/* Columns are numbered as sql/tidehold_inventory creates them. */
enum MovementColumn
{
	MOVEMENT_ITEM_ID = 1,
	MOVEMENT_NO,
	MOVEMENT_LINE_NO,
	MOVEMENT_KIND,
	MOVEMENT_SOURCE_ID,
	MOVEMENT_DESTINATION_ID,
	MOVEMENT_LOT_ID,
	MOVEMENT_QUANTITY,
	MOVEMENT_OCCURRED_AT,
	MOVEMENT_RECORDED_AT,
	MOVEMENT_RESERVATION_NO,
	MOVEMENT_ACTOR,
	MOVEMENT_REFERENCE,
	MOVEMENT_REASON,
	MOVEMENT_COLUMNS = MOVEMENT_REASON
};

enum BalanceColumn
{
	BALANCE_ITEM_ID = 1,
	BALANCE_LOCATION_ID,
	BALANCE_LOT_ID,
	BALANCE_MOVEMENT_NO,
	BALANCE_QUANTITY,
	BALANCE_COLUMNS = BALANCE_QUANTITY
};

enum ReservationColumn
{
	RESERVATION_ITEM_ID = 1,
	RESERVATION_NO,
	RESERVATION_LOCATION_ID,
	RESERVATION_LOT_ID,
	RESERVATION_QUANTITY,
	RESERVATION_FULFILLED,
	RESERVATION_CREATED_AT,
	RESERVATION_EXPIRES_AT,
	RESERVATION_ACTOR,
	RESERVATION_REFERENCE,
	RESERVATION_COLUMNS = RESERVATION_REFERENCE
};

enum ReservationEndColumn
{
	END_ITEM_ID = 1,
	END_RESERVATION_NO,
	END_LOCATION_ID,
	END_LOT_ID,
	END_OUTCOME,
	END_QUANTITY,
	END_FULFILLED,
	END_CREATED_AT,
	END_EXPIRES_AT,
	END_ENDED_AT,
	END_ACTOR,
	END_REFERENCE,
	END_REASON,
	END_COLUMNS = END_REASON
};

enum RequestColumn
{
	REQUEST_TENANT_ID = 1,
	REQUEST_ID,
	REQUEST_OPERATION,
	REQUEST_ARGUMENTS,
	REQUEST_RESULT,
	REQUEST_CREATED_AT,
	REQUEST_COLUMNS = REQUEST_CREATED_AT
};

enum ItemColumn
{
	ITEM_ID = 1,
	ITEM_TENANT_ID,
	ITEM_SKU,
	ITEM_NAME,
	ITEM_BASE_UNIT,
	ITEM_TRACKING
};

enum UnitColumn
{
	UNIT_ITEM_ID = 1,
	UNIT_UNIT,
	UNIT_NUMERATOR,
	UNIT_DENOMINATOR
};

enum LocationColumn
{
	LOCATION_ID = 1,
	LOCATION_TENANT_ID,
	LOCATION_CODE,
	LOCATION_NAME,
	LOCATION_KIND,
	LOCATION_PARENT_ID,
	LOCATION_PRIORITY,
	LOCATION_STATUS,
	LOCATION_ALLOW_NEGATIVE,
	LOCATION_FROZEN_UNTIL,
	LOCATION_FROZEN_REASON,
	LOCATION_BUILTIN
};

enum LotColumn
{
	LOT_ITEM_ID = 1,
	LOT_ID,
	LOT_CODE,
	LOT_STATUS,
	LOT_EXPIRES_ON,
	LOT_BEST_BEFORE,
	LOT_REMOVAL_DATE,
	LOT_ALERT_DATE,
	LOT_ATTRIBUTES,
	LOT_CREATED_AT,
	LOT_COLUMNS = LOT_CREATED_AT
};

enum StockStatusColumn
{
	STOCK_STATUS_STATUS = 1,
	STOCK_STATUS_SELLABLE
};

typedef struct InventoryCatalog
{
	Oid item, item_pkey, item_sku_key;
	Oid unit, unit_pkey;
	Oid location;
	Oid stock_status;
	Oid lot, lot_pkey, lot_code_key;
	Oid movement, movement_pkey;
	Oid balance, balance_pkey;
	Oid reservation, reservation_pkey, reservation_entry_idx, reservation_expires_at_idx;
	Oid reservation_end, reservation_end_pkey;
	Oid request, request_pkey;
	Oid lost_sale;
	Oid demand_day;
	Oid id_seq;
} InventoryCatalog;

/*
 * The Oids, looked up once per backend and again after an invalidation.  Raises where
 * the extension is not in this database or its version is not the library's.
 */
extern const InventoryCatalog *th_catalog(void);

/* The same, but NULL where the extension is not in this database. */
extern const InventoryCatalog *th_catalog_if_installed(void);

/* Position of a text among those that the CHECK constraint of its column allows. */
extern int th_catalog_position(Datum value, const char *const *texts, int count);

/* A new id of schema inventory. */
extern int64 th_inventory_next_id(void);

extern void th_catalog_init(void);

/*
 * Caches of this backend.  A version grows whenever rows of its tables may have changed;
 * a cache notes it before it reads them and starts anew where it has grown since.
 */
extern uint64 th_catalog_item_version(void);	 /* item, unit */
extern uint64 th_catalog_location_version(void); /* location, stock_status */

/*
 * To be called by a cache that has read what this transaction itself wrote: both
 * versions grow unless the transaction, and the subtransaction, commits.
 */
extern void th_catalog_forget_on_abort(void);

#endif /* TIDEHOLD_INVENTORY_CATALOG_H */
