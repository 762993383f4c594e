/*
 * row.c
 *	  JSON of rows and keys.
 *
 * What the WAL does not hold is never written as null: a value that is stored out of
 * line and was not touched is named in "__unchanged", or has Debezium's placeholder.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "feed/encode/put.h"
#include "feed/encode/row.h"

/* What consumers of Debezium know; of binary columns they decode base64. */
#define PLACEHOLDER "\"__debezium_unavailable_value\""
#define PLACEHOLDER_BASE64 "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\""

static void
put_placeholder(StringInfo out, const FeedColumn *column)
{
	if (column->json_class == FEED_JSON_BYTEA)
		TH_PUT(out, PLACEHOLDER_BASE64);
	else
		TH_PUT(out, PLACEHOLDER);
}

/* The brace of the beginning, else a comma. */
static void
put_name(StringInfo out, int start, const FeedColumn *column)
{
	th_put_char(out, out->len == start ? '{' : ',');
	th_put(out, column->json_name, column->json_name_len);
}

static void
put_end(StringInfo out, int start)
{
	if (out->len == start)
		th_put_char(out, '{');
	th_put_char(out, '}');
}

void
th_json_row_debezium(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	int start = out->len;

	for (int i = 0; i < shape->column_count; i++)
	{
		const FeedColumn *column = &shape->columns[i];

		if (values[i].kind == FEED_VALUE_ABSENT)
			continue;
		put_name(out, start, column);
		if (values[i].kind == FEED_VALUE_UNCHANGED)
			put_placeholder(out, column);
		else
			th_json_value(out, column, &values[i]);
	}
	put_end(out, start);
}

static void
put_unchanged(StringInfo out, int start, const FeedShape *shape, const FeedValue *values)
{
	bool first = true;

	th_put_char(out, out->len == start ? '{' : ',');
	TH_PUT(out, "\"__unchanged\":[");
	for (int i = 0; i < shape->column_count; i++)
	{
		if (values[i].kind != FEED_VALUE_UNCHANGED)
			continue;
		if (!first)
			th_put_char(out, ',');
		th_put(out, shape->columns[i].json_name, shape->columns[i].json_name_len - 1);
		first = false;
	}
	th_put_char(out, ']');
}

void
th_json_row(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	int start = out->len;
	bool whole = true;

	for (int i = 0; i < shape->column_count; i++)
	{
		if (th_value_is_known(&values[i]))
		{
			put_name(out, start, &shape->columns[i]);
			th_json_value(out, &shape->columns[i], &values[i]);
		}
		else if (values[i].kind == FEED_VALUE_UNCHANGED)
			whole = false;
	}
	if (!whole)
		put_unchanged(out, start, shape, values);
	put_end(out, start);
}

bool
th_key_is_known(const FeedShape *shape, const FeedValue *values)
{
	for (int i = 0; i < shape->key_count; i++)
		if (!th_value_is_known(&values[shape->key[i]]))
			return false;
	return true;
}

void
th_json_key(StringInfo out, const FeedShape *shape, const FeedValue *values)
{
	int start = out->len;

	for (int i = 0; i < shape->key_count; i++)
	{
		const FeedColumn *column = &shape->columns[shape->key[i]];
		const FeedValue *value = &values[shape->key[i]];

		if (!th_value_is_known(value))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("key column \"%s\" of table \"%s.%s\" is not in the WAL", column->name,
							shape->schema_name, shape->table_name),
					 errhint("Make it part of the table's replica identity.")));
		put_name(out, start, column);
		th_json_value(out, column, value);
	}
	put_end(out, start);
}

/* Consumers take JSON for UTF-8, and so are Kafka's headers.  A copy where it was none. */
FeedBytes
th_utf8_bytes(const char *text, int length)
{
	char *copy;

	if (GetDatabaseEncoding() == PG_UTF8)
		return (FeedBytes){ text, length };
	copy = pnstrdup(text, length);
	return th_bytes(pg_server_to_any(copy, length, PG_UTF8));
}

FeedBytes
th_utf8(StringInfo text)
{
	return th_utf8_bytes(text->data, text->len);
}

FeedBytes
th_utf8_text(const char *text)
{
	return th_utf8_bytes(text, strlen(text));
}
