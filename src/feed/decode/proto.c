/*
 * proto.c
 *	  A change as pgoutput writes it: it evaluates row filters, which may make an insert
 *	  or a delete of an update, and shows rows of partitions as those of their root.
 *
 * Its messages about relations, types and transactions are not looked at: the shape of a
 * table comes from the catalog at the same snapshot.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "replication/logicalproto.h"
#include "utils/rel.h"

#include "feed/decode/proto.h"
#include "feed/decode/reader.h"
#include "feed/decode/row.h"

static bool row_written;

void
th_proto_prepare_write(LogicalDecodingContext *decoding, XLogRecPtr lsn, TransactionId xid,
					   bool last_write)
{
	resetStringInfo(decoding->out);
}

static bool
is_row_message(char type)
{
	return type == LOGICAL_REP_MSG_INSERT || type == LOGICAL_REP_MSG_UPDATE ||
		   type == LOGICAL_REP_MSG_DELETE;
}

/* The message of a row is the last one that a change writes; it stays in decoding->out. */
void
th_proto_write(LogicalDecodingContext *decoding, XLogRecPtr lsn, TransactionId xid, bool last_write)
{
	row_written = decoding->out->len > 0 && is_row_message(decoding->out->data[0]);
}

static void
take_column(FeedValue *value, const LogicalRepTupleData *tuple, int column)
{
	switch (tuple->colstatus[column])
	{
		case LOGICALREP_COLUMN_NULL:
			value->kind = FEED_VALUE_NULL;
			return;
		case LOGICALREP_COLUMN_UNCHANGED:
			value->kind = FEED_VALUE_UNCHANGED;
			return;
		case LOGICALREP_COLUMN_TEXT:
			value->kind = FEED_VALUE_TEXT;
			value->len = tuple->colvalues[column].len;
			value->u.text = tuple->colvalues[column].data;
			return;
		default:
			elog(ERROR, "unexpected kind \"%c\" of a column in a message of pgoutput",
				 tuple->colstatus[column]);
	}
}

static void
require_same_columns(const FeedTable *table, const LogicalRepTupleData *tuple)
{
	if (tuple->ncols != table->shape->column_count)
		elog(ERROR, "pgoutput sends %d columns of table \"%s.%s\", expected %d", tuple->ncols,
			 table->shape->schema_name, table->shape->table_name, table->shape->column_count);
}

static void
take_new(const FeedTable *table, const LogicalRepTupleData *tuple)
{
	require_same_columns(table, tuple);
	for (int i = 0; i < tuple->ncols; i++)
		take_column(&table->after[i], tuple, i);
}

static void
take_old(const FeedTable *table, const LogicalRepTupleData *tuple)
{
	require_same_columns(table, tuple);
	for (int i = 0; i < tuple->ncols; i++)
	{
		if (th_change_says(table, i))
			take_column(&table->before[i], tuple, i);
		else
			table->before[i].kind = FEED_VALUE_ABSENT;
	}
}

static void
read_update(const FeedTable *table, TupleDesc source, XLogRecPtr lsn, StringInfo message)
{
	LogicalRepTupleData old_row;
	LogicalRepTupleData new_row;
	bool has_old_row;

	(void) logicalrep_read_update(message, &has_old_row, &old_row, &new_row);
	if (has_old_row)
		take_old(table, &old_row);
	take_new(table, &new_row);
	th_change_update(table, source, lsn, has_old_row);
}

static void
read_message(const FeedTable *table, TupleDesc source, XLogRecPtr lsn, StringInfo message)
{
	LogicalRepTupleData row;

	switch (pq_getmsgbyte(message))
	{
		case LOGICAL_REP_MSG_INSERT:
			(void) logicalrep_read_insert(message, &row);
			take_new(table, &row);
			th_change_insert(table, lsn);
			return;
		case LOGICAL_REP_MSG_DELETE:
			(void) logicalrep_read_delete(message, &row);
			take_old(table, &row);
			th_change_delete(table, lsn);
			return;
		default:
			read_update(table, source, lsn, message);
	}
}

void
th_proto_change(const FeedTable *table, LogicalDecodeChangeCB plugin_change, ReorderBufferTXN *txn,
				Relation relation, ReorderBufferChange *change)
{
	LogicalDecodingContext *decoding = th_reader.decoding;
	StringInfoData message;

	row_written = false;
	plugin_change(decoding, txn, relation, change);
	if (!row_written)
		return;
	message = *decoding->out;
	message.cursor = 0;
	read_message(table, RelationGetDescr(relation), change->lsn, &message);
}
