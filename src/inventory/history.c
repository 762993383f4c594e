/*
 * history.c
 *	  Forgets requests and ended reservations that have been kept long enough.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/delete_older.h"
#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/maintenance.h"

static TimestampTz
seconds_ago(int seconds)
{
	return GetCurrentTimestamp() - seconds * USECS_PER_SEC;
}

int
th_forget_history(int limit)
{
	const InventoryCatalog *catalog = th_catalog();
	int forgotten;

	forgotten = th_delete_older(catalog->request, REQUEST_CREATED_AT,
								seconds_ago(th_setting_request_retention), limit);
	if (th_setting_history_retention > 0)
		forgotten += th_delete_older(catalog->reservation_end, END_ENDED_AT,
									 seconds_ago(th_setting_history_retention), limit);
	return forgotten;
}
