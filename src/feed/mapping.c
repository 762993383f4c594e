/*
 * mapping.c
 *	  map_feed() and unmap_feed(): what becomes of the rows of one table.
 *
 * Whatever would make the worker stumble over the first change is refused here, as far
 * as the tables of this moment show it.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/errors.h"
#include "base/nearest.h"
#include "base/query.h"
#include "core/feed/template.h"
#include "feed/feed.h"
#include "feed/option.h"
#include "feed/published.h"
#include "feed/state.h"

PG_FUNCTION_INFO_V1(th_map_feed);
PG_FUNCTION_INFO_V1(th_unmap_feed);

/* The mapping that is asked for, and the table it is for. */
typedef struct Mapping
{
	FeedRow *feed;
	FeedPublished *table;
	Relation rel;
	char *destination;
	List *key; /* of char *: as given, or as it will be without being given */
	char *envelope;
	char *value;
	char *query;
	List *results; /* names of the columns that the query computes */
} Mapping;

enum MapArgument
{
	ARG_FEED,
	ARG_RELATION,
	ARG_DESTINATION,
	ARG_KEY_COLUMNS,
	ARG_ENVELOPE,
	ARG_VALUE,
	ARG_QUERY,
	ARG_TTL,
	ARG_EXCLUDED
};

static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

static bool
contains(List *names, const char *name, size_t len)
{
	ListCell *cell;

	foreach(cell, names)
		if (strlen(lfirst(cell)) == len && strncmp(lfirst(cell), name, len) == 0)
			return true;
	return false;
}

/* ---- the table ---- */

/*
 * The index whose columns are the key: the one that REPLICA IDENTITY names, because a
 * DELETE brings its columns alone, else the primary key's.
 */
static Oid
key_index(Relation rel)
{
	list_free(RelationGetIndexList(rel));
	if (rel->rd_rel->relreplident == REPLICA_IDENTITY_INDEX)
		return rel->rd_replidindex;
	return rel->rd_pkindex;
}

static List *
default_key(Relation rel)
{
	Oid index_oid = key_index(rel);
	List *key = NIL;
	Relation index;

	if (!OidIsValid(index_oid))
		return NIL;
	index = index_open(index_oid, AccessShareLock);
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
	{
		AttrNumber attribute = index->rd_index->indkey.values[i];

		key = lappend(key, get_attname(RelationGetRelid(rel), attribute, false));
	}
	index_close(index, AccessShareLock);
	return key;
}

/* Does a DELETE bring this column's value? */
static bool
in_identity(Relation rel, const char *column)
{
	AttrNumber attribute = get_attnum(RelationGetRelid(rel), column);
	Bitmapset *identity;

	if (rel->rd_rel->relreplident == REPLICA_IDENTITY_FULL)
		return true;
	identity = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_IDENTITY_KEY);
	return bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, identity);
}

static void
require_column(const Mapping *mapping, const char *column, const char *use)
{
	ThNearest nearest;
	ListCell *cell;

	if (contains(mapping->table->columns, column, strlen(column)))
		return;
	th_nearest_start(&nearest, column);
	foreach(cell, mapping->table->columns)
		th_nearest_try(&nearest, lfirst(cell));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("%s names column \"%s\", which publication \"%s\" does not publish of table \"%s.%s\"", use,
					column, mapping->feed->publication, mapping->table->schema_name,
					mapping->table->table_name),
			 nearest.name ? errhint("Perhaps you meant the column \"%s\".", nearest.name) : 0));
}

static void
require_known_column(const Mapping *mapping, const char *column, const char *use)
{
	require_column(mapping, column, use);
	if (!th_publishes_changes(mapping->feed->publication) || in_identity(mapping->rel, column))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("%s names column \"%s\", which is not in the replica identity of table \"%s.%s\"", use,
					column, mapping->table->schema_name, mapping->table->table_name),
			 errdetail("A DELETE would not say which value the column had."),
			 errhint("Use ALTER TABLE .. REPLICA IDENTITY FULL, or columns of the key.")));
}

/* ---- what the mapping says ---- */

static void
check_key(Mapping *mapping, FunctionCallInfo fcinfo)
{
	ListCell *cell;

	if (PG_ARGISNULL(ARG_KEY_COLUMNS))
	{
		mapping->key = default_key(mapping->rel);
		return;
	}
	mapping->key = th_feed_names(PG_GETARG_ARRAYTYPE_P(ARG_KEY_COLUMNS));
	if (mapping->key == NIL)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("key_columns is empty")));
	foreach(cell, mapping->key)
		require_known_column(mapping, lfirst(cell), "key_columns");
}

/* Each choice is also an option of the feed, whose table of values holds here too. */
static void
check_choice(const Mapping *mapping, const char *name, const char *value)
{
	const FeedOption *option = th_option_find(mapping->feed->kind, FEED_ON_FEED, name);

	if (value == NULL)
		return;
	if (option == NULL)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("a feed to Kafka has no %s", name)));
	th_option_check(option, value);
}

static Oid
type_of(const Mapping *mapping, const char *column)
{
	AttrNumber attribute = get_attnum(RelationGetRelid(mapping->rel), column);

	return getBaseType(get_atttype(RelationGetRelid(mapping->rel), attribute));
}

static const char *
value_kind(const Mapping *mapping)
{
	return mapping->value != NULL ? mapping->value : th_feed_option_text(mapping->feed, "value");
}

static void
require_value_for_query(const Mapping *mapping)
{
	const char *value = value_kind(mapping);

	if (mapping->feed->kind == FEED_KAFKA)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("a feed to Kafka has no query")));
	if (strcmp(value, "hash") != 0 && strcmp(value, "json") != 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("a query computes a hash or a json, not \"%s\"", value)));
}

static void
check_query(Mapping *mapping)
{
	int count = list_length(mapping->key);
	Oid *types = palloc(sizeof(Oid) * Max(count, 1));
	ListCell *cell;
	int i = 0;

	if (mapping->query == NULL)
		return;
	require_value_for_query(mapping);
	foreach(cell, mapping->key)
		types[i++] = type_of(mapping, lfirst(cell));
	mapping->results = th_query_check(mapping->query, count, types, mapping->feed->owner);
	if (mapping->results == NIL)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("query computes no column: %s", mapping->query)));
}

/* A computed value is placed by what the query gives and by the key. */
static void
check_reference(const Mapping *mapping, const FeedPart *part)
{
	char *column;

	if (part->kind == FEED_PART_KEY && mapping->key == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("destination has {$key}, but table \"%s.%s\" has no key",
						mapping->table->schema_name, mapping->table->table_name),
				 errhint("Name key_columns, or give the table a primary key.")));
	if (part->kind != FEED_PART_COLUMN || contains(mapping->results, part->text, part->length) ||
		contains(mapping->key, part->text, part->length))
		return;
	column = pnstrdup(part->text, part->length);
	if (mapping->query != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("destination names \"%s\", which is neither computed by the query nor in the key",
						column)));
	require_known_column(mapping, column, "destination");
}

/* A stream holds the rows of a table, so its own default names no key. */
static const char *
effective_destination(const Mapping *mapping)
{
	if (mapping->destination != NULL)
		return mapping->destination;
	if (mapping->feed->kind == FEED_REDIS && strcmp(value_kind(mapping), "stream") == 0 &&
		th_option_in(mapping->feed->options, "destination") == NULL)
		return "{$table}";
	return th_feed_option_text(mapping->feed, "destination");
}

static void
check_destination(const Mapping *mapping)
{
	const char *text = effective_destination(mapping);
	FeedTemplateError error;
	FeedPart *parts;
	int count;

	if (mapping->destination != NULL)
		th_option_check(th_option_find(mapping->feed->kind, FEED_ON_FEED, "destination"), text);
	count = feed_template_parse(text, strlen(text), NULL, 0, &error);
	parts = palloc(sizeof(FeedPart) * Max(count, 1));
	(void) feed_template_parse(text, strlen(text), parts, count, &error);
	for (int i = 0; i < count; i++)
		check_reference(mapping, &parts[i]);
}

static void
check_ttl(FunctionCallInfo fcinfo, const FeedRow *feed)
{
	if (PG_ARGISNULL(ARG_TTL))
		return;
	if (feed->kind == FEED_KAFKA)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("a feed to Kafka has no ttl")));
	if (th_interval_ms(PG_GETARG_INTERVAL_P(ARG_TTL)) <= 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_INVALID_OPTION)),
				 errmsg("ttl is not longer than zero")));
}

/* ---- the row ---- */

static void
insert_mapping(FunctionCallInfo fcinfo, const Mapping *mapping)
{
	static const Oid types[] = { UUIDOID, TEXTOID, TEXTOID, BOOLOID, TEXTOID,
								 NAMEARRAYOID, TEXTOID, TEXTOID, TEXTOID, INTERVALOID };
	static const int arguments[] = { ARG_DESTINATION, ARG_KEY_COLUMNS, ARG_ENVELOPE,
									 ARG_VALUE, ARG_QUERY, ARG_TTL };
	bool excluded = !PG_ARGISNULL(ARG_EXCLUDED) && PG_GETARG_BOOL(ARG_EXCLUDED);
	Datum values[lengthof(types)] = { UUIDPGetDatum(&mapping->feed->id),
									  CStringGetTextDatum(mapping->table->schema_name),
									  CStringGetTextDatum(mapping->table->table_name),
									  BoolGetDatum(excluded) };
	char nulls[lengthof(types)] = { ' ', ' ', ' ', ' ' };

	for (int i = 0; i < (int) lengthof(arguments); i++)
	{
		values[i + 4] = PG_GETARG_DATUM(arguments[i]);
		nulls[i + 4] = PG_ARGISNULL(arguments[i]) ? 'n' : ' ';
	}
	(void) th_query_as_owner(th_feed_table("feed_mapping"),
							 "INSERT INTO tidehold.feed_mapping AS m (feed_id, schema_name, table_name, excluded,"
							 " destination, key_columns, envelope, value, query, ttl)"
							 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
							 " ON CONFLICT (feed_id, schema_name, table_name) DO UPDATE SET excluded = $4,"
							 " destination = $5, key_columns = $6, envelope = $7, value = $8, query = $9, ttl = $10",
							 lengthof(types), types, values, nulls, NULL, NULL);
}

FeedPublished *
th_feed_published(const FeedRow *feed, Oid relid)
{
	FeedPublished *table = th_published_table(feed->publication, relid);

	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("publication \"%s\" does not publish \"%s\"", feed->publication, get_rel_name(relid)),
				 errhint("With publish_via_partition_root the root of a partitioned table is published, else its partitions.")));
	return table;
}

static void
require_relation(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(ARG_RELATION))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation is null")));
}

Datum
th_map_feed(PG_FUNCTION_ARGS)
{
	Mapping mapping = { .feed = th_feed_to_change(fcinfo, "tidehold.map_feed()") };

	require_relation(fcinfo);
	mapping.table = th_feed_published(mapping.feed, PG_GETARG_OID(ARG_RELATION));
	mapping.rel = table_open(mapping.table->relid, AccessShareLock);
	mapping.destination = text_argument(fcinfo, ARG_DESTINATION);
	mapping.envelope = text_argument(fcinfo, ARG_ENVELOPE);
	mapping.value = text_argument(fcinfo, ARG_VALUE);
	mapping.query = text_argument(fcinfo, ARG_QUERY);
	check_key(&mapping, fcinfo);
	check_choice(&mapping, "envelope", mapping.envelope);
	check_choice(&mapping, "value", mapping.value);
	check_ttl(fcinfo, mapping.feed);
	check_query(&mapping);
	if (PG_ARGISNULL(ARG_EXCLUDED) || !PG_GETARG_BOOL(ARG_EXCLUDED))
		check_destination(&mapping);
	table_close(mapping.rel, NoLock);
	insert_mapping(fcinfo, &mapping);
	th_feed_rows_changed(&mapping.feed->id);
	PG_RETURN_VOID();
}

Datum
th_unmap_feed(PG_FUNCTION_ARGS)
{
	static const Oid types[] = { UUIDOID, OIDOID };
	FeedRow *feed = th_feed_to_change(fcinfo, "tidehold.unmap_feed()");
	Datum values[] = { UUIDPGetDatum(&feed->id), PG_GETARG_DATUM(ARG_RELATION) };

	if (th_query_as_owner(th_feed_table("feed_mapping"),
						  "DELETE FROM tidehold.feed_mapping AS m"
						  " USING pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
						  " WHERE c.oid = $2 AND m.feed_id = $1"
						  " AND m.schema_name = n.nspname AND m.table_name = c.relname",
						  lengthof(types), types, values, NULL, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("feed \"%s\" has no mapping of table \"%s\"", feed->name,
						get_rel_name(PG_GETARG_OID(ARG_RELATION)))));
	th_feed_rows_changed(&feed->id);
	PG_RETURN_VOID();
}
