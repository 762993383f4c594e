/*
 * delete_older.c
 *	  Deletes rows that have been kept long enough.
 *
 * Not on anybody's hot path, so through SQL: a BRIN index can only be used by way of a
 * bitmap, and that interface differs between versions of the server.  Names are given
 * in full, because the caller's search_path may be anything.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/delete_older.h"

static char *
make_command(Oid relid, int column)
{
	const char *table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
												   get_rel_name(relid));

	return psprintf("DELETE FROM %s WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
					"SELECT ctid FROM %s WHERE %s OPERATOR(pg_catalog.<) $1 LIMIT $2))",
					table, table, quote_identifier(get_attname(relid, column, false)));
}

static int
execute(const char *command, TimestampTz before, int limit)
{
	Oid types[] = { TIMESTAMPTZOID, INT8OID };
	Datum values[] = { TimestampTzGetDatum(before), Int64GetDatum(limit) };
	int result;

	SPI_connect();
	result = SPI_execute_with_args(command, lengthof(types), types, values, NULL, false, 0);
	if (result != SPI_OK_DELETE)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
	result = (int) SPI_processed;
	SPI_finish();
	return result;
}

/*
 * Without statistics of a new table the planner would read all of it where the index
 * leads to the few oldest blocks.
 */
int
th_delete_older(Oid relid, int column, TimestampTz before, int limit)
{
	int nest_level = NewGUCNestLevel();
	int deleted;

	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	deleted = execute(make_command(relid, column), before, limit);
	AtEOXact_GUC(true, nest_level);
	return deleted;
}
