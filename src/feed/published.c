/*
 * published.c
 *	  What a publication holds now.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/query.h"
#include "feed/feed.h"
#include "feed/published.h"

/* Rows are given in SPI's memory, which ends before the caller has used them. */
typedef struct Collector
{
	MemoryContext memory;
	List *found;
} Collector;

/* A feed's own tables are no news, though a publication FOR ALL TABLES names them. */
static const char tables_query[] =
	"SELECT c.oid, t.schemaname, t.tablename, t.attnames"
	" FROM pg_publication_tables AS t"
	" JOIN pg_namespace AS n ON n.nspname = t.schemaname"
	" JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.tablename"
	" WHERE t.pubname = $1 AND t.schemaname <> 'tidehold' ORDER BY t.schemaname, t.tablename";

/* Of a partitioned table the partitions count: they are what is written to. */
static const char without_identity_query[] =
	"SELECT format('%I.%I', n.nspname, c.relname)"
	" FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
	" WHERE c.relkind = 'r'"
	" AND (c.relreplident = 'n'"
	"  OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index AS i"
	"   WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate)"
	"  OR c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index AS i"
	"   WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid))"
	" AND c.oid IN (SELECT coalesce(p.relid, pc.oid)"
	"  FROM pg_publication_tables AS t"
	"  JOIN pg_namespace AS pn ON pn.nspname = t.schemaname"
	"  JOIN pg_class AS pc ON pc.relnamespace = pn.oid AND pc.relname = t.tablename"
	"  LEFT JOIN LATERAL pg_partition_tree(pc.oid) AS p ON true"
	"  WHERE t.pubname = $1)"
	" ORDER BY 1";

static const char changes_query[] =
	"SELECT FROM pg_publication AS p WHERE p.pubname = $1 AND (p.pubupdate OR p.pubdelete)";

static int64
ask(const char *query, const char *publication, ThRowCallback each_row, void *context)
{
	static const Oid types[] = { TEXTOID };
	Datum values[] = { CStringGetTextDatum(publication) };

	return th_query_as_owner(th_feed_table("feed"), query, 1, types, values, NULL, each_row, context);
}

static Datum
value_at(HeapTuple row, TupleDesc shape, int number)
{
	bool is_null;
	Datum value = heap_getattr(row, number, shape, &is_null);

	Assert(!is_null);
	return value;
}

static void
collect_table(HeapTuple row, TupleDesc shape, void *context)
{
	Collector *collector = context;
	MemoryContext spi = MemoryContextSwitchTo(collector->memory);
	FeedPublished *table = palloc(sizeof(FeedPublished));

	table->relid = DatumGetObjectId(value_at(row, shape, 1));
	table->schema_name = pstrdup(NameStr(*DatumGetName(value_at(row, shape, 2))));
	table->table_name = pstrdup(NameStr(*DatumGetName(value_at(row, shape, 3))));
	table->columns = th_feed_names(DatumGetArrayTypeP(value_at(row, shape, 4)));
	collector->found = lappend(collector->found, table);
	MemoryContextSwitchTo(spi);
}

static void
collect_text(HeapTuple row, TupleDesc shape, void *context)
{
	Collector *collector = context;
	MemoryContext spi = MemoryContextSwitchTo(collector->memory);

	collector->found = lappend(collector->found, TextDatumGetCString(value_at(row, shape, 1)));
	MemoryContextSwitchTo(spi);
}

List *
th_published_tables(const char *publication)
{
	Collector collector = { CurrentMemoryContext, NIL };

	ask(tables_query, publication, collect_table, &collector);
	return collector.found;
}

FeedPublished *
th_published_table(const char *publication, Oid relid)
{
	ListCell *cell;

	foreach(cell, th_published_tables(publication))
	{
		FeedPublished *table = lfirst(cell);

		if (table->relid == relid)
			return table;
	}
	return NULL;
}

bool
th_publishes_changes(const char *publication)
{
	return ask(changes_query, publication, NULL, NULL) > 0;
}

void
th_require_identity(const char *publication)
{
	Collector collector = { CurrentMemoryContext, NIL };
	StringInfoData names;
	ListCell *cell;

	if (!th_publishes_changes(publication) ||
		ask(without_identity_query, publication, collect_text, &collector) == 0)
		return;
	initStringInfo(&names);
	foreach(cell, collector.found)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", (char *) lfirst(cell));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("publication \"%s\" publishes UPDATE or DELETE of tables without replica identity: %s",
					publication, names.data),
			 errhint("Give each a primary key or ALTER TABLE .. REPLICA IDENTITY, or take them or these operations out of the publication.")));
}
