/*
 * snapshot_read.c
 *	  Snapshots: reads one chunk of a table.
 *
 * By the index that tells its rows (replica identity, else primary key), the next rows
 * after the key that was reached; without one by ranges of blocks.  Both go on where
 * they ended, whatever happened to the table in between: a row that moved to a place
 * that was read was changed, so the stream brings it.
 */
#include "postgres.h"

#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "feed/decode/decode.h"
#include "feed/worker/row_key.h"
#include "feed/worker/snapshot_own.h"

/* 2 MB of a table without a key, of each of its partitions. */
#define CHUNK_BLOCKS 256

#define ROWS_MEMORY_KB 1024

/* ---- what tells a row ---- */

static int
place_of(const FeedShape *shape, const char *name)
{
	for (int i = 0; i < shape->column_count; i++)
		if (strcmp(shape->columns[i].name, name) == 0)
			return i;
	return -1;
}

/* The old rows in the WAL have the columns of the replica identity, if it is an index. */
static Oid
index_of_rows(Relation table)
{
	Oid index = RelationGetReplicaIndex(table);

	return OidIsValid(index) ? index : th_RelationGetPrimaryKeyIndex(table);
}

static bool
take_index(SnapshotChunk *chunk, Relation table, Oid index_oid)
{
	Relation index = RelationIdGetRelation(index_oid);
	bool complete = true;

	if (index == NULL)
		return false;
	chunk->key_count = IndexRelationGetNumberOfKeyAttributes(index);
	chunk->key = palloc(sizeof(int) * chunk->key_count);
	for (int i = 0; i < chunk->key_count; i++)
	{
		int number = index->rd_index->indkey.values[i];
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), number - 1);

		chunk->key[i] = place_of(chunk->shape, NameStr(attribute->attname));
		complete &= chunk->key[i] >= 0;
	}
	RelationClose(index);
	return complete;
}

static Oid
greater_than(const FeedColumn *column)
{
	return lookup_type_cache(column->base_type, TYPECACHE_GT_OPR)->gt_opr;
}

/* A comparison of rows has one name of an operator for all its columns. */
static bool
can_compare(const SnapshotChunk *chunk)
{
	Oid schema = InvalidOid;

	for (int i = 0; i < chunk->key_count; i++)
	{
		Oid operator= greater_than(&chunk->shape->columns[chunk->key[i]]);
		HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
		Oid its_schema;

		if (!HeapTupleIsValid(tuple))
			return false;
		its_schema = ((Form_pg_operator) GETSTRUCT(tuple))->oprnamespace;
		ReleaseSysCache(tuple);
		if (i > 0 && its_schema != schema)
			return false;
		schema = its_schema;
	}
	return true;
}

/* Without an index a row is told by all it has. */
static void
take_all_columns(SnapshotChunk *chunk)
{
	chunk->key_count = chunk->shape->column_count;
	chunk->key = palloc(sizeof(int) * chunk->key_count);
	for (int i = 0; i < chunk->key_count; i++)
		chunk->key[i] = i;
}

static void
take_key(SnapshotChunk *chunk, Relation table)
{
	Oid index = index_of_rows(table);

	chunk->keyed = false;
	if (!OidIsValid(index) || !take_index(chunk, table, index))
		take_all_columns(chunk);
	else
		chunk->keyed = can_compare(chunk);
}

/* ---- preparing ---- */

static void
take_text(HeapTuple row, TupleDesc type, void *context)
{
	bool is_null;
	Datum value = heap_getattr(row, 1, type, &is_null);

	*(char **) context = is_null ? NULL : TextDatumGetCString(value);
}

static char *
row_filter_of(const SnapshotRead *read)
{
	Oid types[] = { TEXTOID, TEXTOID, TEXTOID };
	Datum values[] = { CStringGetTextDatum(read->row->publication),
					   CStringGetTextDatum(read->request->schema_name),
					   CStringGetTextDatum(read->request->table_name) };
	char *filter = NULL;

	th_feed_query("SELECT rowfilter FROM pg_publication_tables"
				  " WHERE pubname = $1 AND schemaname = $2 AND tablename = $3",
				  lengthof(types), types, values, NULL, true, 1, take_text, &filter);
	return filter;
}

/* Partitions are known by the statistics of each, the root often has none. */
static void
estimate(SnapshotRead *read)
{
	double rows = 0;
	ListCell *cell;

	foreach(cell, find_all_inheritors(read->relid, AccessShareLock, NULL))
	{
		HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_class class;

		if (!HeapTupleIsValid(tuple))
			continue;
		class = (Form_pg_class) GETSTRUCT(tuple);
		if (class->relkind == RELKIND_RELATION && class->reltuples > 0 &&
			(read->is_partitioned || lfirst_oid(cell) == read->relid))
			rows += class->reltuples;
		ReleaseSysCache(tuple);
	}
	read->request->rows_estimated = (int64) rows;
}

static void
require_sent(const SnapshotRead *read)
{
	const char *why = NULL;

	if (read->chunk->shape == NULL)
		why = "it is not published, or its rows are published as those of another table";
	else if (read->chunk->shape->route == NULL)
		why = "the feed's mapping excludes it";
	else if (read->chunk->shape->column_count == 0)
		why = "no column of it is published";
	if (why != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot read table \"%s.%s\": %s", read->request->schema_name,
						read->request->table_name, why)));
}

void
th_snapshot_prepare(void *context)
{
	SnapshotRead *read = context;
	const SnapshotRequest *request = read->request;
	Relation table;

	read->relid = get_relname_relid(request->table_name,
									get_namespace_oid(request->schema_name, true));
	if (!OidIsValid(read->relid) || (table = try_table_open(read->relid, AccessShareLock)) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s.%s\" does not exist", request->schema_name,
						request->table_name)));
	MemoryContextSwitchTo(read->chunk->context);
	read->is_partitioned = table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
	read->chunk->shape = th_shape_of_relation(read->row, read->relid);
	require_sent(read);
	take_key(read->chunk, table);
	read->row_filter = row_filter_of(read);
	if (request->rows_estimated < 0)
		estimate(read);
	table_close(table, NoLock);
}

/* ---- the query ---- */

typedef struct ChunkQuery
{
	StringInfoData text;
	int count;
	Oid types[INDEX_MAX_KEYS + 4]; /* the key, and two for each of since and until */
	Datum values[INDEX_MAX_KEYS + 4];
} ChunkQuery;

static int
add_parameter(ChunkQuery *query, Oid type, Datum value)
{
	query->types[query->count] = type;
	query->values[query->count] = value;
	return ++query->count;
}

static const char *
column_name(const SnapshotChunk *chunk, int column)
{
	return quote_identifier(chunk->shape->columns[column].name);
}

static void
append_key(StringInfo out, const SnapshotChunk *chunk)
{
	for (int i = 0; i < chunk->key_count; i++)
		appendStringInfo(out, "%s%s", i > 0 ? ", " : "", column_name(chunk, chunk->key[i]));
}

static Datum
parse(const FeedColumn *column, char *text)
{
	Oid input;
	Oid parameter;

	getTypeInputInfo(column->base_type, &input, &parameter);
	return OidInputFunctionCall(input, text, parameter, -1);
}

static void
append_operator(StringInfo out, Oid operator)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	appendStringInfo(out, " OPERATOR(%s.%s) ",
					 quote_identifier(get_namespace_name(form->oprnamespace)),
					 NameStr(form->oprname));
	ReleaseSysCache(tuple);
}

static void
append_after_key(ChunkQuery *query, const SnapshotRead *read)
{
	const SnapshotChunk *chunk = read->chunk;
	List *upto = read->request->upto;

	if (upto == NIL)
		return;
	if (list_length(upto) != chunk->key_count)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the key of table \"%s.%s\" was changed while its rows were being read",
						read->request->schema_name, read->request->table_name),
				 errhint("Ask for them again.")));
	appendStringInfoString(&query->text, " AND ROW(");
	append_key(&query->text, chunk);
	appendStringInfoChar(&query->text, ')');
	append_operator(&query->text, greater_than(&chunk->shape->columns[chunk->key[0]]));
	appendStringInfoString(&query->text, "ROW(");
	for (int i = 0; i < chunk->key_count; i++)
	{
		const FeedColumn *column = &chunk->shape->columns[chunk->key[i]];

		appendStringInfo(&query->text, "%s$%d", i > 0 ? ", " : "",
						 add_parameter(query, column->base_type, parse(column, list_nth(upto, i))));
	}
	appendStringInfoChar(&query->text, ')');
}

/*
 * xmin is 32 bits of the transaction that made the row; it is one of the last 2^32 before
 * the next one.  Of older, frozen rows the bits may look like a later transaction: such
 * rows are sent once too often.
 */
static void
append_visible(ChunkQuery *query, const char *condition, const char *snapshot)
{
	uint64 next_xid = U64FromFullTransactionId(ReadNextFullTransactionId());
	int next = add_parameter(query, INT8OID, Int64GetDatum((int64) next_xid));
	int shown = add_parameter(query, PG_SNAPSHOTOID,
							  DirectFunctionCall1(pg_snapshot_in, CStringGetDatum(snapshot)));

	appendStringInfo(&query->text,
					 " AND %s pg_visible_in_snapshot(CASE WHEN xmin::text::int8 < %d"
					 " THEN '%d'::xid8"
					 " ELSE ($%d - (($%d - xmin::text::int8) & 4294967295))::text::xid8 END, $%d)",
					 condition, FirstNormalTransactionId, FirstNormalTransactionId, next, next,
					 shown);
}

/* An expression may end in a comment. */
static void
append_filter(StringInfo out, const char *filter)
{
	if (filter != NULL)
		appendStringInfo(out, " AND (%s\n)", filter);
}

static void
append_blocks(ChunkQuery *query, BlockNumber from)
{
	appendStringInfo(&query->text, " AND ctid >= '(%u,0)'::tid AND ctid < '(%u,0)'::tid", from,
					 from + CHUNK_BLOCKS);
}

/* Rows of tables that inherit are published as their own; those of partitions are read here. */
static void
make_query(ChunkQuery *query, const SnapshotRead *read, BlockNumber from)
{
	const SnapshotChunk *chunk = read->chunk;

	query->count = 0;
	initStringInfo(&query->text);
	appendStringInfoString(&query->text, "SELECT ");
	for (int i = 0; i < chunk->shape->column_count; i++)
		appendStringInfo(&query->text, "%s%s", i > 0 ? ", " : "", column_name(chunk, i));
	appendStringInfo(&query->text, " FROM %s%s WHERE true", read->is_partitioned ? "" : "ONLY ",
					 quote_qualified_identifier(read->request->schema_name,
												read->request->table_name));
	append_filter(&query->text, read->row_filter);
	append_filter(&query->text, read->request->filter);
	if (read->request->since != NULL)
		append_visible(query, "NOT", read->request->since);
	if (read->request->until != NULL)
		append_visible(query, "", read->request->until);
	if (!chunk->keyed)
	{
		append_blocks(query, from);
		return;
	}
	append_after_key(query, read);
	appendStringInfoString(&query->text, " ORDER BY ");
	append_key(&query->text, chunk);
	appendStringInfo(&query->text, " LIMIT " INT64_FORMAT, read->limit);
}

/* ---- rows ---- */

/* It outlives the transaction: so its owner is the process. */
static void
begin_rows(SnapshotChunk *chunk, TupleDesc type)
{
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext old = MemoryContextSwitchTo(chunk->context);

	chunk->row_type = CreateTupleDescCopy(type);
	CurrentResourceOwner = AuxProcessResourceOwner;
	chunk->rows = tuplestore_begin_heap(false, true, ROWS_MEMORY_KB);
	CurrentResourceOwner = owner;
	MemoryContextSwitchTo(old);
}

typedef struct Rows
{
	SnapshotChunk *chunk;
	HeapTuple last;
} Rows;

/* A value that lies outside the row is gone with the transaction: it is put into it. */
static void
keep_row(HeapTuple row, TupleDesc type, void *context)
{
	Rows *rows = context;
	SnapshotChunk *chunk = rows->chunk;
	HeapTuple flat =
		HeapTupleHasExternal(row) ? toast_flatten_tuple(row, type) : heap_copytuple(row);

	if (chunk->rows == NULL)
		begin_rows(chunk, type);
	tuplestore_puttuple(chunk->rows, flat);
	chunk->row_count++;
	chunk->bytes += flat->t_len;
	if (rows->last != NULL)
		heap_freetuple(rows->last);
	rows->last = flat;
}

static void
run(ChunkQuery *query, Rows *rows)
{
	th_feed_query(query->text.data, query->count, query->types, query->values, NULL, true, 0,
				  keep_row, rows);
}

static char *
text_of_column(const SnapshotChunk *chunk, HeapTuple row, int column)
{
	StringInfoData text;
	FeedValue value = { .kind = FEED_VALUE_DATUM };
	bool is_null;

	initStringInfo(&text);
	value.u.datum = heap_getattr(row, column + 1, chunk->row_type, &is_null);
	th_value_text(&text, &chunk->shape->columns[column], &value);
	return text.data;
}

static void
read_by_key(SnapshotRead *read)
{
	SnapshotChunk *chunk = read->chunk;
	Rows rows = { chunk, NULL };
	ChunkQuery query;
	MemoryContext old;

	make_query(&query, read, 0);
	run(&query, &rows);
	chunk->last = chunk->row_count < read->limit;
	if (rows.last == NULL)
		return;
	old = MemoryContextSwitchTo(chunk->context);
	for (int i = 0; i < chunk->key_count; i++)
		chunk->upto = lappend(chunk->upto, text_of_column(chunk, rows.last, chunk->key[i]));
	MemoryContextSwitchTo(old);
}

/* ---- blocks ---- */

static BlockNumber
blocks_of(const SnapshotRead *read)
{
	BlockNumber most = 0;
	ListCell *cell;

	foreach(cell, find_all_inheritors(read->relid, AccessShareLock, NULL))
	{
		Relation table = table_open(lfirst_oid(cell), NoLock);

		if (table->rd_rel->relkind == RELKIND_RELATION)
			most = Max(most, RelationGetNumberOfBlocks(table));
		table_close(table, NoLock);
	}
	return most;
}

/* A rewritten table has its rows elsewhere: it is read from its beginning again. */
static char *
storage_of(const SnapshotRead *read)
{
	Oid storage = InvalidOid;
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(read->relid));

	if (HeapTupleIsValid(tuple))
	{
		storage = ((Form_pg_class) GETSTRUCT(tuple))->relfilenode;
		ReleaseSysCache(tuple);
	}
	return psprintf("%u", storage);
}

static BlockNumber
first_block(const SnapshotRead *read)
{
	List *upto = read->request->upto;

	if (list_length(upto) != 2 || strcmp(lsecond(upto), storage_of(read)) != 0)
		return 0;
	return (BlockNumber) strtoul(linitial(upto), NULL, 10);
}

static void
read_by_block(SnapshotRead *read)
{
	SnapshotChunk *chunk = read->chunk;
	Rows rows = { chunk, NULL };
	BlockNumber end = blocks_of(read);
	BlockNumber block = first_block(read);
	MemoryContext old;

	while (block < end && chunk->row_count == 0)
	{
		ChunkQuery query;

		CHECK_FOR_INTERRUPTS();
		make_query(&query, read, block);
		run(&query, &rows);
		block += CHUNK_BLOCKS;
	}
	chunk->last = block >= end;
	old = MemoryContextSwitchTo(chunk->context);
	chunk->upto = list_make2(psprintf("%u", block), storage_of(read));
	MemoryContextSwitchTo(old);
}

static void
take_snapshot(SnapshotChunk *chunk)
{
	Snapshot snapshot = GetActiveSnapshot();

	chunk->xmax = snapshot->xmax;
	chunk->running_count = (int) snapshot->xcnt;
	chunk->running =
		MemoryContextAlloc(chunk->context, sizeof(TransactionId) * Max(snapshot->xcnt, 1));
	memcpy(chunk->running, snapshot->xip, sizeof(TransactionId) * snapshot->xcnt);
}

/* The snapshot of the transaction was taken before. */
void
th_snapshot_read(void *context)
{
	SnapshotRead *read = context;

	take_snapshot(read->chunk);
	read->chunk->lsn = GetXLogInsertRecPtr();
	read->chunk->read_at = GetCurrentTimestamp();
	if (read->chunk->keyed)
		read_by_key(read);
	else
		read_by_block(read);
}
