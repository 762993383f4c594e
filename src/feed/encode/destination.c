/*
 * destination.c
 *	  Topic, key, stream or channel of a row, by the template of its table.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "core/feed/glob.h"
#include "core/feed/template.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

static int
find_column(const FeedShape *shape, const FeedPart *part)
{
	for (int i = 0; i < shape->column_count; i++)
	{
		const char *name = shape->columns[i].name;

		if (strlen(name) == part->length && memcmp(name, part->text, part->length) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("destination of table \"%s.%s\" names column \"%.*s\", which is not published",
					shape->schema_name, shape->table_name, (int) part->length, part->text),
			 errhint("The column was perhaps renamed or dropped: change the feed's mapping.")));
}

/* Which columns the template means in this shape; kept until there is another shape. */
static const int *
columns_of(const FeedShape *shape)
{
	FeedRoute *route = shape->route;
	FeedTemplate *template = route->destination;

	if (route->columns_shape == shape && route->columns_fingerprint == shape->fingerprint)
		return route->columns;
	for (int i = 0; i < template->count; i++)
		if (template->parts[i].kind == FEED_PART_COLUMN)
			route->columns[i] = find_column(shape, &template->parts[i]);
	route->columns_shape = shape;
	route->columns_fingerprint = shape->fingerprint;
	return route->columns;
}

static void
require(const FeedShape *shape, int column, const FeedValue *values)
{
	if (th_value_is_known(&values[column]))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("destination of a row of table \"%s.%s\" needs column \"%s\", which is not in the WAL",
					shape->schema_name, shape->table_name, shape->columns[column].name),
			 errhint("Make it part of the table's replica identity.")));
}

/* Nothing of a time can be taken for the next value of the key. */
static bool
may_hold_separator(const FeedColumn *column)
{
	switch (column->json_class)
	{
		case FEED_JSON_DATE:
		case FEED_JSON_TIMESTAMP:
		case FEED_JSON_TIMESTAMPTZ:
			return false;
		default:
			return true;
	}
}

/* So that ('a:b', 'c') and ('a', 'b:c') are two keys. */
static void
escape_separators(StringInfo out, int from)
{
	char *value;
	int length = out->len - from;

	value = palloc(length + 1);
	memcpy(value, out->data + from, length);
	value[length] = '\0';
	out->len = from;
	for (int i = 0; i < length; i++)
	{
		if (value[i] == ':')
			TH_PUT(out, "%3A");
		else if (value[i] == '%')
			TH_PUT(out, "%25");
		else
			th_put_char(out, value[i]);
	}
	pfree(value);
}

static void
put_key(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	for (int i = 0; i < shape->key_count; i++)
	{
		int index = shape->key[i];
		int from;

		require(shape, index, values);
		if (i > 0)
			th_put_char(out, ':');
		from = out->len;
		th_text_value(out, &shape->columns[index], &values[index]);
		if (shape->key_count > 1 && may_hold_separator(&shape->columns[index]))
			escape_separators(out, from);
	}
}

static void
put_part(StringInfo out, const FeedShape *shape, const FeedPart *part, int column,
		 const FeedValue *values)
{
	switch (part->kind)
	{
		case FEED_PART_LITERAL:
			th_put(out, part->text, part->length);
			break;
		case FEED_PART_SCHEMA:
			th_put_bytes(out, th_bytes(shape->route->schema_name));
			break;
		case FEED_PART_TABLE:
			th_put_bytes(out, th_bytes(shape->route->table_name));
			break;
		case FEED_PART_COLUMN:
			require(shape, column, values);
			th_text_value(out, &shape->columns[column], &values[column]);
			break;
		case FEED_PART_KEY:
			put_key(out, shape, values);
			break;
	}
}

/* Kafka admits no other characters in the name of a topic. */
static void
make_topic(StringInfo name)
{
	for (int i = 0; i < name->len; i++)
	{
		char byte = name->data[i];

		if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
			!(byte >= '0' && byte <= '9') && byte != '.' && byte != '_' && byte != '-')
			name->data[i] = '_';
	}
}

void
th_destination(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	const FeedRoute *route = shape->route;
	const FeedTemplate *template = route->destination;
	const int *columns;

	if (route->destination_is_constant)
	{
		th_put_bytes(out, route->constant);
		return;
	}
	columns = columns_of(shape);
	for (int i = 0; i < template->count; i++)
		put_part(out, shape, &template->parts[i], columns[i], values);
	if (route->form == FEED_FORM_RECORD)
		make_topic(out);
}

/* ---- patterns ---- */

static void
put_literally(StringInfo out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (feed_glob_is_special(text[i]))
			th_put_char(out, '\\');
		th_put_char(out, text[i]);
	}
}

/* The key of a table by default, and an index that is its identity, have no nulls. */
static bool
is_never_null(const FeedShape *shape, const FeedColumn *column)
{
	return (column->in_key && shape->route->key_columns == NIL) ||
		   (column->in_identity && !shape->full_identity);
}

static const char *
pattern_of(const FeedShape *shape, const FeedColumn *column)
{
	if (!is_never_null(shape, column))
		return FEED_GLOB_ANY;
	if (column->base_type == UUIDOID)
		return FEED_GLOB_UUID;
	switch (column->json_class)
	{
		case FEED_JSON_INT2:
		case FEED_JSON_INT4:
		case FEED_JSON_INT8:
			return FEED_GLOB_INTEGER;
		default:
			return FEED_GLOB_ANY;
	}
}

static void
put_key_pattern(StringInfo out, const FeedShape *shape)
{
	for (int i = 0; i < shape->key_count; i++)
	{
		if (i > 0)
			th_put_char(out, ':');
		appendStringInfoString(out, pattern_of(shape, &shape->columns[shape->key[i]]));
	}
}

static void
put_part_pattern(StringInfo out, const FeedRoute *route, const FeedShape *shape, int index)
{
	const FeedPart *part = &route->destination->parts[index];

	if (part->kind == FEED_PART_LITERAL)
		put_literally(out, part->text, part->length);
	else if (part->kind == FEED_PART_SCHEMA)
		put_literally(out, route->schema_name, strlen(route->schema_name));
	else if (part->kind == FEED_PART_TABLE)
		put_literally(out, route->table_name, strlen(route->table_name));
	else if (shape == NULL)
		TH_PUT(out, FEED_GLOB_ANY);
	else if (part->kind == FEED_PART_KEY)
		put_key_pattern(out, shape);
	else
		appendStringInfoString(out, pattern_of(shape, &shape->columns[columns_of(shape)[index]]));
}

void
th_destination_pattern(StringInfo out, const FeedRoute *route, const FeedShape *shape)
{
	for (int i = 0; i < route->destination->count; i++)
		put_part_pattern(out, route, shape, i);
}

/* Of a destination that is the same for every row. */
void
th_destination_constant(StringInfo out, const FeedRoute *route)
{
	for (int i = 0; i < route->destination->count; i++)
	{
		const FeedPart *part = &route->destination->parts[i];

		if (part->kind == FEED_PART_LITERAL)
			th_put(out, part->text, part->length);
		else if (part->kind == FEED_PART_SCHEMA)
			th_put_bytes(out, th_bytes(route->schema_name));
		else
			th_put_bytes(out, th_bytes(route->table_name));
	}
	if (route->form == FEED_FORM_RECORD)
		make_topic(out);
}

bool
th_destination_is_known(const FeedShape *shape, const FeedValue *values)
{
	const FeedTemplate *template = shape->route->destination;
	const int *columns = columns_of(shape);

	for (int i = 0; i < template->count; i++)
	{
		FeedPartKind kind = template->parts[i].kind;

		if (kind == FEED_PART_COLUMN && !th_value_is_known(&values[columns[i]]))
			return false;
		if (kind == FEED_PART_KEY && !th_key_is_known(shape, values))
			return false;
	}
	return true;
}
