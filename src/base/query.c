/*
 * query.c
 *	  Reading rows with SQL, as the caller.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "base/query.h"

#define FETCH_ROWS 5000

static void
pass_on(SPITupleTable *batch, ThRowCallback each_row, void *context)
{
	for (uint64 i = 0; i < batch->numvals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		each_row(batch->vals[i], batch->tupdesc, context);
	}
}

void
th_query_rows(const char *query, ThRowCallback each_row, void *context)
{
	Portal cursor;

	SPI_connect();
	cursor = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, true, 0);
	for (;;)
	{
		SPI_cursor_fetch(cursor, true, FETCH_ROWS);
		if (SPI_processed == 0)
			break;
		pass_on(SPI_tuptable, each_row, context);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(cursor);
	SPI_finish();
}

typedef struct Disguise
{
	Oid user;
	int security;
	int settings;
} Disguise;

/* An error puts both back: the end of the (sub)transaction does. */
static void
put_on(Disguise *own, Oid role)
{
	GetUserIdAndSecContext(&own->user, &own->security);
	SetUserIdAndSecContext(role, own->security | SECURITY_LOCAL_USERID_CHANGE |
									 SECURITY_RESTRICTED_OPERATION);
	own->settings = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

static void
take_off(const Disguise *own)
{
	AtEOXact_GUC(false, own->settings);
	SetUserIdAndSecContext(own->user, own->security);
}

static bool
is_single_select(SPIPlanPtr plan)
{
	CachedPlanSource *source;
	Query *query;

	if (plan == NULL || !SPI_is_cursor_plan(plan))
		return false;
	source = linitial(SPI_plan_get_plan_sources(plan));
	query = linitial_node(Query, source->query_list);
	return query->commandType == CMD_SELECT && !query->hasModifyingCTE && query->rowMarks == NIL;
}

static SPIPlanPtr
prepare_select(const char *query, int count, const Oid *types)
{
	SPIPlanPtr plan = SPI_prepare(query, count, unconstify(Oid *, types));

	if (!is_single_select(plan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("query is not a single SELECT: %s", query)));
	return plan;
}

static List *
names_of(TupleDesc shape)
{
	List *names = NIL;

	for (int i = 0; i < shape->natts; i++)
		names = lappend(names, pstrdup(NameStr(TupleDescAttr(shape, i)->attname)));
	return names;
}

List *
th_query_check(const char *query, int count, const Oid *types, Oid role)
{
	MemoryContext callers = CurrentMemoryContext;
	Datum *values = palloc0(Max(count, 1) * sizeof(Datum));
	char *nulls = palloc(count + 1);
	MemoryContext spi;
	Portal cursor;
	Disguise own;
	List *names;

	memset(nulls, 'n', count);
	nulls[count] = '\0';
	put_on(&own, role);
	SPI_connect();
	cursor = SPI_cursor_open(NULL, prepare_select(query, count, types), values, nulls, true);
	spi = MemoryContextSwitchTo(callers);
	names = names_of(cursor->tupDesc);
	MemoryContextSwitchTo(spi);
	SPI_cursor_close(cursor);
	SPI_finish();
	take_off(&own);
	return names;
}

static Oid
owner_of(Oid table)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", table);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

int64
th_query_as_owner(Oid table, const char *command, int count, const Oid *types,
				  const Datum *values, const char *nulls, ThRowCallback each_row, void *context)
{
	Disguise own;
	int64 rows;
	int result;

	put_on(&own, owner_of(table));
	SPI_connect();
	result = SPI_execute_with_args(command, count, unconstify(Oid *, types),
								   unconstify(Datum *, values), nulls, false, 0);
	if (result < 0)
		elog(ERROR, "cannot run \"%s\": %s", command, SPI_result_code_string(result));
	rows = (int64) SPI_processed;
	if (each_row != NULL && SPI_tuptable != NULL)
		pass_on(SPI_tuptable, each_row, context);
	SPI_finish();
	take_off(&own);
	return rows;
}

static void
keep_plan(ThKept *kept, int count, const Oid *types)
{
	if (kept->plan != NULL)
		return;
	kept->plan = SPI_prepare(kept->command, count, unconstify(Oid *, types));
	if (kept->plan == NULL || SPI_keepplan(kept->plan) != 0)
		elog(ERROR, "cannot prepare \"%s\": %s", kept->command,
			 SPI_result_code_string(SPI_result));
}

int64
th_query_kept_as_owner(ThKept *kept, Oid table, bool only_reads, int count, const Oid *types,
					   const Datum *values, const char *nulls, ThRowCallback each_row,
					   void *context)
{
	Disguise own;
	int64 rows;
	int result;

	put_on(&own, owner_of(table));
	SPI_connect();
	keep_plan(kept, count, types);
	result = SPI_execute_plan(kept->plan, unconstify(Datum *, values), nulls, only_reads, 0);
	if (result < 0)
		elog(ERROR, "cannot run \"%s\": %s", kept->command, SPI_result_code_string(result));
	rows = (int64) SPI_processed;
	if (each_row != NULL && SPI_tuptable != NULL)
		pass_on(SPI_tuptable, each_row, context);
	SPI_finish();
	take_off(&own);
	return rows;
}
