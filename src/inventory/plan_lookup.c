/*
 * plan_lookup.c
 *	  inventory.find_item and inventory.find_location: what functions in SQL look up with
 *	  the same rules and errors as those in C.
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/lmgr.h"

#include "base/call.h"
#include "inventory/catalog.h"
#include "inventory/master.h"

PG_FUNCTION_INFO_V1(th_inventory_find_item);
PG_FUNCTION_INFO_V1(th_inventory_find_location);

enum FindArgument
{
	ARG_NAME,
	ARG_ID,
	ARG_TENANT_ID
};

static int32
tenant(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(ARG_TENANT_ID) ? 0 : PG_GETARG_INT32(ARG_TENANT_ID);
}

static int64
id(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(ARG_ID) ? 0 : PG_GETARG_INT64(ARG_ID);
}

/* Locking is when a backend learns of changes. */
Datum
th_inventory_find_item(PG_FUNCTION_ARGS)
{
	StockItem item;
	ThOutcome outcome = { 0 };

	LockRelationOid(th_catalog()->item, AccessShareLock);
	if (!th_item_find(tenant(fcinfo), TH_GETARG_TEXT(ARG_NAME), !PG_ARGISNULL(ARG_ID),
					  id(fcinfo), &item, &outcome))
		th_raise(&outcome);
	PG_RETURN_INT64(item.item_id);
}

/* 0, everywhere, where no location is named, and for the id 0. */
Datum
th_inventory_find_location(PG_FUNCTION_ARGS)
{
	const Location *location;
	ThOutcome outcome = { 0 };
	text *code = TH_GETARG_TEXT(ARG_NAME);

	if (code == NULL && id(fcinfo) == 0)
		PG_RETURN_INT64(0);
	LockRelationOid(th_catalog()->location, AccessShareLock);
	if (!th_location_find(tenant(fcinfo), code, !PG_ARGISNULL(ARG_ID), id(fcinfo), &location,
						  &outcome))
		th_raise(&outcome);
	PG_RETURN_INT64(location->location_id);
}
