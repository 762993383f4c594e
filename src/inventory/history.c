/*
 * history.c
 *	  Deletes what has been kept long enough: requests and ended reservations.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/maintenance.h"

static const char *const forget_requests =
"DELETE FROM inventory.request WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
"SELECT ctid FROM inventory.request WHERE created_at OPERATOR(pg_catalog.<) $1 LIMIT $2))";

static const char *const forget_reservations =
"DELETE FROM inventory.reservation_end WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
"SELECT ctid FROM inventory.reservation_end WHERE ended_at OPERATOR(pg_catalog.<) $1 LIMIT $2))";

static int
delete_older(const char *command, int retention_seconds, int limit)
{
	TimestampTz before = GetCurrentTimestamp() - retention_seconds * USECS_PER_SEC;
	Oid			types[] = {TIMESTAMPTZOID, INT8OID};
	Datum		values[] = {TimestampTzGetDatum(before), Int64GetDatum(limit)};
	int			result = SPI_execute_with_args(command, 2, types, values, NULL, false, 0);

	if (result != SPI_OK_DELETE)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
	return (int) SPI_processed;
}

/*
 * Without statistics of a new table the planner would read all of it where the BRIN
 * index leads to the few oldest blocks.
 */
int
th_forget_history(int limit)
{
	int			nest_level = NewGUCNestLevel();
	int			done;

	(void) th_catalog();
	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();
	done = delete_older(forget_requests, th_setting_request_retention, limit);
	if (th_setting_history_retention > 0)
		done += delete_older(forget_reservations, th_setting_history_retention, limit);
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
	return done;
}
