/*
 * row.c
 *	  What the two ways to a change do alike with its rows.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "feed/decode/deliver.h"
#include "feed/decode/row.h"

bool
th_change_says(const FeedTable *table, int column)
{
	return table->shape->full_identity || table->shape->columns[column].in_identity;
}

/* A key that an old row does not say would be a message to nobody. */
static void
require_key(const FeedTable *table, const FeedValue *values)
{
	const FeedShape *shape = table->shape;

	for (int i = 0; i < shape->key_count; i++)
	{
		FeedValueKind kind = values[shape->key[i]].kind;

		if (kind != FEED_VALUE_ABSENT && kind != FEED_VALUE_UNCHANGED)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("key column \"%s\" of table \"%s.%s\" is not in the WAL",
						shape->columns[shape->key[i]].name, shape->schema_name, shape->table_name),
				 errdetail("It is not part of the table's replica identity."),
				 errhint("Use ALTER TABLE ... REPLICA IDENTITY FULL, or other key columns.")));
	}
}

/* A TOASTed value that was not touched is in the old row, where the identity has it. */
static void
fill_unchanged(const FeedTable *table)
{
	for (int i = 0; i < table->shape->column_count; i++)
		if (table->after[i].kind == FEED_VALUE_UNCHANGED &&
			table->before[i].kind != FEED_VALUE_ABSENT)
			table->after[i] = table->before[i];
}

static bool
is_same(const FeedTable *table, TupleDesc source, int column)
{
	const FeedValue *before = &table->before[column];
	const FeedValue *after = &table->after[column];
	Form_pg_attribute attribute;

	if (before->kind != after->kind)
		return false;
	if (before->kind == FEED_VALUE_TEXT)
		return before->len == after->len && memcmp(before->u.text, after->u.text, after->len) == 0;
	if (before->kind != FEED_VALUE_DATUM)
		return true;
	attribute = TupleDescAttr(source, table->attributes[column]);
	return datum_image_eq(before->u.datum, after->u.datum, attribute->attbyval, attribute->attlen);
}

static bool
key_changed(const FeedTable *table, TupleDesc source)
{
	for (int i = 0; i < table->shape->key_count; i++)
		if (!is_same(table, source, table->shape->key[i]))
			return true;
	return false;
}

void
th_change_insert(const FeedTable *table, XLogRecPtr lsn)
{
	th_deliver_change(FEED_OP_INSERT, table, lsn, false, false);
}

void
th_change_update(const FeedTable *table, TupleDesc source, XLogRecPtr lsn, bool has_before)
{
	bool changed = false;

	if (has_before)
	{
		fill_unchanged(table);
		require_key(table, table->before);
		changed = key_changed(table, source);
	}
	require_key(table, table->after);
	th_deliver_change(FEED_OP_UPDATE, table, lsn, has_before, changed);
}

void
th_change_delete(const FeedTable *table, XLogRecPtr lsn)
{
	require_key(table, table->before);
	th_deliver_change(FEED_OP_DELETE, table, lsn, true, false);
}
