/*
 * resend.c
 *	  resnapshot() and the dead letters: rows and messages that are to be sent again.
 *
 * They are only asked for here; the worker sends them in their order with the stream.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/query.h"
#include "feed/feed.h"
#include "feed/published.h"
#include "feed/state.h"

PG_FUNCTION_INFO_V1(th_resnapshot);
PG_FUNCTION_INFO_V1(th_replay_dead_letters);
PG_FUNCTION_INFO_V1(th_discard_dead_letters);

/* The parser's position is one in the filter, not in the caller's statement. */
static void
show_filter(void *arg)
{
	int position = geterrposition();

	if (position <= 0)
		return;
	errposition(0);
	internalerrposition(position);
	internalerrquery(arg);
}

static List *
parse_expression(const char *filter)
{
	ErrorContextCallback context = { error_context_stack, show_filter, unconstify(char *, filter) };
	List *statements;

	error_context_stack = &context;
	statements = raw_parser(filter, RAW_PARSE_PLPGSQL_EXPR);
	error_context_stack = context.previous;
	return statements;
}

/*
 * One expression and nothing behind it: a filter stands in brackets in the worker's
 * query, and must not be able to close them.
 */
static bool
is_expression(const char *filter)
{
	List *statements = parse_expression(filter);
	SelectStmt *select;

	if (list_length(statements) != 1 || !IsA(linitial_node(RawStmt, statements)->stmt, SelectStmt))
		return false;
	select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
	return list_length(select->targetList) == 1 && select->op == SETOP_NONE &&
		   select->distinctClause == NIL && select->fromClause == NIL &&
		   select->whereClause == NULL && select->groupClause == NIL &&
		   select->havingClause == NULL && select->windowClause == NIL &&
		   select->sortClause == NIL && select->limitCount == NULL &&
		   select->limitOffset == NULL && select->lockingClause == NIL;
}

/* As the worker will run it: not as the caller, who may be allowed more or less. */
static void
check_filter(const FeedRow *feed, const FeedPublished *table, const char *filter)
{
	const char *name;

	if (!OidIsValid(feed->owner))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("owner of feed \"%s\" does not exist", feed->name),
				 errdetail("A filter is evaluated as the owner.")));
	if (!is_expression(filter))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("filter is not a single condition: %s", filter)));
	name = quote_qualified_identifier(table->schema_name, table->table_name);
	(void) th_query_check(psprintf("SELECT FROM %s WHERE (%s\n)", name, filter), 0, NULL, feed->owner);
}

static bool
is_excluded(const FeedRow *feed, const FeedPublished *table)
{
	ListCell *cell;

	foreach(cell, feed->mappings)
	{
		FeedMappingRow *mapping = lfirst(cell);

		if (strcmp(mapping->schema_name, table->schema_name) == 0 &&
			strcmp(mapping->table_name, table->table_name) == 0)
			return mapping->excluded;
	}
	return false;
}

static void
request(const FeedRow *feed, const FeedPublished *table, const char *filter)
{
	static const Oid types[] = { UUIDOID, TEXTOID, TEXTOID, TEXTOID };
	Datum values[] = { UUIDPGetDatum(&feed->id), CStringGetTextDatum(table->schema_name),
					   CStringGetTextDatum(table->table_name),
					   filter != NULL ? CStringGetTextDatum(filter) : (Datum) 0 };

	(void) th_query_as_owner(th_feed_table("feed_snapshot"),
							 "INSERT INTO tidehold.feed_snapshot (feed_id, schema_name, table_name, filter, sweep_lsn)"
							 " VALUES ($1, $2, $3, $4, CASE WHEN $4 IS NULL THEN 'FFFFFFFF/FFFFFFFF'::pg_lsn END)",
							 lengthof(types), types, values, filter != NULL ? NULL : "   n", NULL, NULL);
}

static int64
request_all(const FeedRow *feed)
{
	int64 requests = 0;
	ListCell *cell;

	foreach(cell, th_published_tables(feed->publication))
	{
		if (is_excluded(feed, lfirst(cell)))
			continue;
		request(feed, lfirst(cell), NULL);
		requests++;
	}
	return requests;
}

static int64
request_one(const FeedRow *feed, Oid relid, const char *filter)
{
	FeedPublished *table = th_feed_published(feed, relid);

	if (is_excluded(feed, table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s.%s\" is excluded from feed \"%s\"", table->schema_name,
						table->table_name, feed->name)));
	if (filter != NULL)
		check_filter(feed, table, filter);
	request(feed, table, filter);
	return 1;
}

Datum
th_resnapshot(PG_FUNCTION_ARGS)
{
	FeedRow *feed = th_feed_to_change(fcinfo, "tidehold.resnapshot()");
	char *filter = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	int64 requests;

	if (PG_ARGISNULL(1) && filter != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("filter is given without a relation")));
	requests = PG_ARGISNULL(1) ? request_all(feed) : request_one(feed, PG_GETARG_OID(1), filter);
	th_feed_rows_changed(&feed->id);
	PG_RETURN_INT64(requests);
}

/* command: $1 the feed, $2 the ids or NULL. */
static int64
for_letters(FunctionCallInfo fcinfo, const char *function, const char *command)
{
	static const Oid types[] = { UUIDOID, INT8ARRAYOID };
	FeedRow *feed = th_feed_to_change(fcinfo, function);
	Datum values[] = { UUIDPGetDatum(&feed->id), PG_GETARG_DATUM(1) };
	int64 letters = th_query_as_owner(th_feed_table("dead_letter"), command, lengthof(types), types,
									  values, PG_ARGISNULL(1) ? " n" : NULL, NULL, NULL);

	th_feed_rows_changed(&feed->id);
	return letters;
}

/* What could not be decoded has no message: resnapshot() brings its row. */
Datum
th_replay_dead_letters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(for_letters(fcinfo, "tidehold.replay_dead_letters()",
								"UPDATE tidehold.dead_letter SET state = 'replay'"
								" WHERE feed_id = $1 AND state IN ('refused', 'behind', 'no route')"
								" AND ($2 IS NULL OR letter_id = ANY ($2))"));
}

Datum
th_discard_dead_letters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(for_letters(fcinfo, "tidehold.discard_dead_letters()",
								"DELETE FROM tidehold.dead_letter WHERE feed_id = $1 AND letter_id = ANY ($2)"));
}
