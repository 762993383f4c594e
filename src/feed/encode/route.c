/*
 * route.c
 *	  What becomes of a table's rows: its mapping, else the feed's options.
 *
 * Routes live as long as the process: a sink keeps handles in them, and schema records
 * are not repeated when a shape is made anew.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/feed/glob.h"
#include "core/feed/template.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

typedef struct KnownTable
{
	char *schema_name;
	char *table_name;
	FeedRoute *route; /* NULL: excluded */
} KnownTable;

static List *known_tables;
static FeedRoute *schema_route;

static const FeedMappingRow *
find_mapping(const FeedRow *row, const char *schema_name, const char *table_name)
{
	ListCell *cell;

	foreach(cell, row->mappings)
	{
		const FeedMappingRow *mapping = lfirst(cell);

		if (strcmp(mapping->schema_name, schema_name) == 0 &&
			strcmp(mapping->table_name, table_name) == 0)
			return mapping;
	}
	return NULL;
}

static FeedTemplate *
parse_template(const char *text)
{
	FeedTemplate *template = palloc0(sizeof(FeedTemplate));
	size_t length = strlen(text);
	FeedTemplateError error;

	template->count = feed_template_parse(text, length, NULL, 0, &error);
	if (template->count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid template \"%s\" of a destination", text),
				 errdetail("At character %zu: %s.", error.at + 1, error.problem)));
	template->parts = palloc0(sizeof(FeedPart) * Max(template->count, 1));
	feed_template_parse(text, length, template->parts, template->count, &error);
	return template;
}

static FeedForm
form_of(const FeedRow *row, const FeedMappingRow *mapping)
{
	static const struct
	{
		const char *name;
		FeedForm form;
	} forms[] = {
		{ "hash", FEED_FORM_HASH },
		{ "json", FEED_FORM_JSON },
		{ "stream", FEED_FORM_STREAM },
		{ "publish", FEED_FORM_PUBLISH },
	};
	const char *value = mapping ? mapping->value : NULL;

	if (row->kind == FEED_KAFKA)
		return FEED_FORM_RECORD;
	if (value == NULL)
		value = th_feed_option_text(row, "value");
	for (int i = 0; i < (int) lengthof(forms); i++)
		if (strcmp(forms[i].name, value) == 0)
			return forms[i].form;
	elog(ERROR, "unknown kind of value \"%s\"", value);
}

static bool
option_is_set(const FeedRow *row, const char *name)
{
	JsonbValue value;

	return row->options != NULL &&
		   getKeyJsonValueFromContainer(&row->options->root, name, strlen(name), &value) != NULL;
}

/* A stream is of a table, where nothing else was said; a hash is of a row. */
static const char *
destination_of(const FeedRow *row, const FeedMappingRow *mapping, FeedForm form)
{
	if (mapping != NULL && mapping->destination != NULL)
		return mapping->destination;
	if (form == FEED_FORM_STREAM && !option_is_set(row, "destination"))
		return "{$table}";
	return th_feed_option_text(row, "destination");
}

static const FeedEnvelope *
envelope_of(const FeedRow *row, const FeedMappingRow *mapping)
{
	const char *name = mapping ? mapping->envelope : NULL;
	const FeedEnvelope *envelope;

	if (name == NULL)
		name = th_feed_option_text(row, "envelope");
	envelope = th_envelope_find(name);
	if (envelope == NULL)
		elog(ERROR, "unknown envelope \"%s\"", name);
	return envelope;
}

static int64
ttl_of(const FeedRow *row, const FeedMappingRow *mapping)
{
	if (row->kind == FEED_KAFKA)
		return 0;
	if (mapping != NULL && mapping->ttl_ms > 0)
		return mapping->ttl_ms;
	return th_feed_option_int(row, "ttl");
}

/* Where the schema records of every table go. */
static FeedRoute *
schema_route_of(const FeedRow *row)
{
	const char *topic;

	if (row->kind != FEED_KAFKA)
		return NULL;
	if (schema_route != NULL)
		return schema_route;
	topic = th_feed_option_text(row, "schema_topic");
	if (topic == NULL || topic[0] == '\0')
		return NULL;
	schema_route = palloc0(sizeof(FeedRoute));
	schema_route->schema_name = pstrdup("tidehold");
	schema_route->table_name = pstrdup("schema");
	schema_route->constant = th_bytes(pstrdup(topic));
	schema_route->destination_is_constant = true;
	schema_route->form = FEED_FORM_RECORD;
	return schema_route;
}

/* What is the same in every message of the table. */
static void
prepare_constants(FeedRoute *route)
{
	StringInfoData text;

	initStringInfo(&text);
	TH_PUT(&text, "\"schema\":");
	th_put_string(&text, route->schema_name, strlen(route->schema_name));
	TH_PUT(&text, ",\"table\":");
	th_put_string(&text, route->table_name, strlen(route->table_name));
	route->json_table = th_bytes_of(&text);
	route->subject = th_utf8_text(psprintf("%s.%s", route->schema_name, route->table_name));

	route->destination_is_constant = !feed_template_depends_on_row(route->destination);
	if (!route->destination_is_constant)
		return;
	initStringInfo(&text);
	th_destination_constant(&text, route);
	route->constant = th_utf8(&text);
}

static FeedRoute *
make_route(const FeedRow *row, const FeedMappingRow *mapping, const char *schema_name,
		   const char *table_name)
{
	FeedRoute *route = palloc0(sizeof(FeedRoute));

	route->schema_name = pstrdup(schema_name);
	route->table_name = pstrdup(table_name);
	route->form = form_of(row, mapping);
	route->destination = parse_template(pstrdup(destination_of(row, mapping, route->form)));
	route->columns = palloc0(sizeof(int) * Max(route->destination->count, 1));
	route->envelope = envelope_of(row, mapping);
	route->ttl_ms = ttl_of(row, mapping);
	route->tombstones = row->kind == FEED_KAFKA && th_feed_option_bool(row, "tombstones");
	route->schema_route = schema_route_of(row);
	if (mapping != NULL)
	{
		ListCell *cell;

		foreach(cell, mapping->key_columns)
			route->key_columns = lappend(route->key_columns, pstrdup(lfirst(cell)));
		route->query = mapping->query ? pstrdup(mapping->query) : NULL;
	}
	prepare_constants(route);
	return route;
}

static FeedRoute *
add_table(const FeedRow *row, const char *schema_name, const char *table_name)
{
	const FeedMappingRow *mapping = find_mapping(row, schema_name, table_name);
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
	KnownTable *table = palloc0(sizeof(KnownTable));

	table->schema_name = pstrdup(schema_name);
	table->table_name = pstrdup(table_name);
	if (mapping == NULL || !mapping->excluded)
		table->route = make_route(row, mapping, schema_name, table_name);
	known_tables = lappend(known_tables, table);
	MemoryContextSwitchTo(before);
	return table->route;
}

FeedRoute *
th_route_of(const FeedRow *row, const char *schema_name, const char *table_name)
{
	ListCell *cell;

	foreach(cell, known_tables)
	{
		const KnownTable *table = lfirst(cell);

		if (strcmp(table->schema_name, schema_name) == 0 &&
			strcmp(table->table_name, table_name) == 0)
			return table->route;
	}
	return add_table(row, schema_name, table_name);
}

/* Keys that begin with a column may be any: they protect none, or nothing could be swept. */
static bool
may_meet(FeedBytes other, FeedBytes pattern)
{
	if (other.len == 0 || other.data[0] == FEED_GLOB_ANY[0])
		return false;
	return !feed_glob_are_apart(pattern.data, pattern.len, other.data, other.len);
}

static bool
may_share(const FeedRoute *other)
{
	return other != NULL && (other->form == FEED_FORM_HASH || other->form == FEED_FORM_JSON);
}

FeedField *
th_route_others(const FeedRoute *route, FeedBytes pattern, int *count)
{
	FeedField *others = palloc0(sizeof(FeedField) * Max(list_length(known_tables), 1));
	ListCell *cell;

	*count = 0;
	foreach(cell, known_tables)
	{
		const FeedRoute *other = ((const KnownTable *) lfirst(cell))->route;
		StringInfoData text;
		FeedBytes name;

		if (other == route || !may_share(other))
			continue;
		initStringInfo(&text);
		th_destination_pattern(&text, other, NULL);
		name = th_utf8(&text);
		if (may_meet(name, pattern))
			others[(*count)++].name = name;
	}
	return others;
}
