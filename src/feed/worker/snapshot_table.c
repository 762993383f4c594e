/*
 * snapshot_table.c
 *	  Snapshots: requests in tidehold.feed_snapshot.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"

#include "feed/encode/encode.h"
#include "feed/worker/snapshot_own.h"

enum
{
	COLUMN_ID = 1,
	COLUMN_SCHEMA,
	COLUMN_TABLE,
	COLUMN_FILTER,
	COLUMN_SINCE,
	COLUMN_UNTIL,
	COLUMN_UPTO,
	COLUMN_ROWS,
	COLUMN_ESTIMATED,
	COLUMN_SWEEP
};

/* A chunk that the sink has not is read again: its place is where the one before ended. */
static const char next_query[] =
	"SELECT snapshot_id, schema_name::text, table_name::text, filter, since::text, until::text,"
	" CASE WHEN chunk <= $2 THEN upto_key ELSE previous_key END, rows_sent, rows_estimated,"
	" sweep_lsn FROM tidehold.feed_snapshot WHERE feed_id = $1 AND state IN ('running', 'waiting')"
	" ORDER BY state, snapshot_id";

static char *
text_of(HeapTuple row, TupleDesc type, int column)
{
	bool is_null;
	Datum value = heap_getattr(row, column, type, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

static List *
texts_of(HeapTuple row, TupleDesc type, int column)
{
	bool is_null;
	Datum value = heap_getattr(row, column, type, &is_null);
	List *texts = NIL;
	Datum *elements;
	int count;

	if (is_null)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
					  &count);
	for (int i = 0; i < count; i++)
		texts = lappend(texts, TextDatumGetCString(elements[i]));
	return texts;
}

static int64
number_of(HeapTuple row, TupleDesc type, int column, int64 otherwise)
{
	bool is_null;
	Datum value = heap_getattr(row, column, type, &is_null);

	return is_null ? otherwise : DatumGetInt64(value);
}

static void
read_request(HeapTuple row, TupleDesc type, void *context)
{
	SnapshotRequest *request = palloc0(sizeof(SnapshotRequest));

	request->id = number_of(row, type, COLUMN_ID, 0);
	request->schema_name = text_of(row, type, COLUMN_SCHEMA);
	request->table_name = text_of(row, type, COLUMN_TABLE);
	request->filter = text_of(row, type, COLUMN_FILTER);
	request->since = text_of(row, type, COLUMN_SINCE);
	request->until = text_of(row, type, COLUMN_UNTIL);
	request->upto = texts_of(row, type, COLUMN_UPTO);
	request->rows_sent = number_of(row, type, COLUMN_ROWS, 0);
	request->rows_estimated = number_of(row, type, COLUMN_ESTIMATED, -1);
	request->sweep = (XLogRecPtr) number_of(row, type, COLUMN_SWEEP, InvalidXLogRecPtr);
	*(SnapshotRequest **) context = request;
}

SnapshotRequest *
th_snapshot_next_request(const pg_uuid_t *feed, int64 sent, MemoryContext context)
{
	Oid types[] = { UUIDOID, INT8OID };
	Datum values[] = { UUIDPGetDatum(feed), Int64GetDatum(sent) };
	SnapshotRequest *request = NULL;
	MemoryContext old = MemoryContextSwitchTo(context);

	th_feed_query(next_query, lengthof(types), types, values, NULL, true, 1, read_request,
				  &request);
	MemoryContextSwitchTo(old);
	return request;
}

static Datum
array_of(List *texts)
{
	Datum *elements = palloc(sizeof(Datum) * Max(list_length(texts), 1));
	ListCell *cell;
	int count = 0;

	foreach(cell, texts)
		elements[count++] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* False where the request is gone. */
bool
th_snapshot_write_progress(const SnapshotRequest *request, const SnapshotChunk *chunk)
{
	Oid types[] = { INT8OID, INT8OID, TEXTARRAYOID, TEXTARRAYOID, INT8OID, INT8OID, LSNOID };
	Datum values[] = { Int64GetDatum(request->id), Int64GetDatum(chunk->number),
					   request->upto != NIL ? array_of(request->upto) : (Datum) 0,
					   array_of(chunk->upto), Int64GetDatum(request->rows_sent),
					   Int64GetDatum(request->rows_estimated), LSNGetDatum(request->sweep) };
	char nulls[] = { ' ', ' ', request->upto != NIL ? ' ' : 'n', ' ', ' ',
					 request->rows_estimated >= 0 ? ' ' : 'n',
					 request->sweep != InvalidXLogRecPtr ? ' ' : 'n' };

	return th_feed_query("UPDATE tidehold.feed_snapshot SET state = 'running', chunk = $2,"
						 " previous_key = $3, upto_key = $4, rows_sent = $5,"
						 " rows_estimated = $6, sweep_lsn = $7,"
						 " started_at = coalesce(started_at, clock_timestamp())"
						 " WHERE snapshot_id = $1 AND state IN ('running', 'waiting')",
						 lengthof(types), types, values, nulls, false, 0, NULL, NULL) > 0;
}

/* reason: NULL where all its rows are in the sink. */
void
th_snapshot_finish(const SnapshotRequest *request, const char *reason)
{
	Oid types[] = { INT8OID, INT8OID, TEXTOID };
	Datum values[] = { Int64GetDatum(request->id), Int64GetDatum(request->rows_sent),
					   reason != NULL ? CStringGetTextDatum(reason) : (Datum) 0 };
	char nulls[] = { ' ', ' ', reason != NULL ? ' ' : 'n' };

	th_feed_query("UPDATE tidehold.feed_snapshot SET rows_sent = $2, reason = $3,"
				  " state = CASE WHEN $3 IS NULL THEN 'done' ELSE 'failed' END,"
				  " started_at = coalesce(started_at, clock_timestamp()),"
				  " finished_at = clock_timestamp()"
				  " WHERE snapshot_id = $1",
				  lengthof(types), types, values, nulls, false, 0, NULL, NULL);
}

static void
know_route(HeapTuple row, TupleDesc type, void *context)
{
	(void) th_route_of(context, text_of(row, type, 1), text_of(row, type, 2));
}

/* Before any key is removed: it may be another table's. */
void
th_snapshot_know_routes(const FeedRow *row)
{
	Oid types[] = { TEXTOID };
	Datum values[] = { CStringGetTextDatum(row->publication) };

	if (row->kind == FEED_REDIS)
		th_feed_query("SELECT schemaname::text, tablename::text FROM pg_publication_tables"
					  " WHERE pubname = $1 AND schemaname <> 'tidehold'",
					  lengthof(types), types, values, NULL, true, 0, know_route,
					  unconstify(FeedRow *, row));
}

/*
 * A request that waits already and leaves out no row is enough.  Our own tables are never
 * sent, though a publication of all tables has them.  The first rows of a feed find keys
 * that it has never written: these are left alone.
 */
void
th_snapshot_request(const FeedRow *row, const char *schema_name, const char *table_name,
					const char *since, const char *until)
{
	Oid types[] = { UUIDOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, BOOLOID };
	Datum values[] = { UUIDPGetDatum(&row->id), CStringGetTextDatum(row->publication),
					   schema_name != NULL ? CStringGetTextDatum(schema_name) : (Datum) 0,
					   table_name != NULL ? CStringGetTextDatum(table_name) : (Datum) 0,
					   since != NULL ? CStringGetTextDatum(since) : (Datum) 0,
					   until != NULL ? CStringGetTextDatum(until) : (Datum) 0,
					   BoolGetDatum(since == NULL && row->epoch > 1) };
	char nulls[] = { ' ', ' ', schema_name != NULL ? ' ' : 'n', table_name != NULL ? ' ' : 'n',
					 since != NULL ? ' ' : 'n', until != NULL ? ' ' : 'n', ' ' };

	th_feed_query("INSERT INTO tidehold.feed_snapshot"
				  " (feed_id, schema_name, table_name, since, until, sweep_lsn)"
				  " SELECT $1, p.schemaname, p.tablename, $5::pg_snapshot, $6::pg_snapshot,"
				  " CASE WHEN $7 THEN 'FFFFFFFF/FFFFFFFF'::pg_lsn END"
				  " FROM pg_publication_tables p"
				  " WHERE p.pubname = $2 AND ($3 IS NULL OR p.schemaname = $3)"
				  " AND ($4 IS NULL OR p.tablename = $4) AND p.schemaname <> 'tidehold'"
				  " AND NOT EXISTS (SELECT FROM tidehold.feed_mapping m WHERE m.feed_id = $1"
				  " AND m.schema_name = p.schemaname AND m.table_name = p.tablename AND m.excluded)"
				  " AND NOT EXISTS (SELECT FROM tidehold.feed_snapshot s WHERE s.feed_id = $1"
				  " AND s.schema_name = p.schemaname AND s.table_name = p.tablename"
				  " AND s.state = 'waiting' AND s.filter IS NULL AND s.since IS NULL)"
				  " ORDER BY p.schemaname, p.tablename",
				  lengthof(types), types, values, nulls, false, 0, NULL, NULL);
	th_snapshot_reload();
}
