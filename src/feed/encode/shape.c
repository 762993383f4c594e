/*
 * shape.c
 *	  Schema records: the columns of a table, before the first change that has them.
 *
 * Key schema.table, so that a compacted topic holds the last one of each table.  After a
 * restart the first change of a table brings it once more.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "feed/encode/event.h"
#include "feed/encode/put.h"
#include "feed/encode/row.h"

static void
put_name(StringInfo out, const char *name)
{
	th_put_string(out, name, strlen(name));
}

/* As the catalog says at this place of the WAL; not said where the column is gone. */
static void
put_nullable(StringInfo out, Oid relid, const char *name)
{
	HeapTuple tuple = SearchSysCacheAttName(relid, name);

	if (!HeapTupleIsValid(tuple))
		return;
	if (((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull)
		TH_PUT(out, ",\"nullable\":false");
	else
		TH_PUT(out, ",\"nullable\":true");
	ReleaseSysCache(tuple);
}

static void
put_column(StringInfo out, const FeedShape *shape, const FeedColumn *column)
{
	char *type = format_type_extended(column->type, column->typmod, FORMAT_TYPE_TYPEMOD_GIVEN);

	TH_PUT(out, "{\"name\":");
	put_name(out, column->name);
	TH_PUT(out, ",\"type\":");
	put_name(out, type);
	put_nullable(out, shape->relid, column->name);
	th_put_char(out, '}');
	pfree(type);
}

static void
put_columns(StringInfo out, const FeedShape *shape)
{
	TH_PUT(out, ",\"columns\":[");
	for (int i = 0; i < shape->column_count; i++)
	{
		if (i > 0)
			th_put_char(out, ',');
		put_column(out, shape, &shape->columns[i]);
	}
	TH_PUT(out, "],\"key\":[");
	for (int i = 0; i < shape->key_count; i++)
	{
		if (i > 0)
			th_put_char(out, ',');
		put_name(out, shape->columns[shape->key[i]].name);
	}
	th_put_char(out, ']');
}

static void
put_shape(StringInfo out, const FeedChange *change, FeedBytes id)
{
	th_put_char(out, '{');
	th_put_bytes(out, change->shape->route->json_table);
	put_columns(out, change->shape);
	TH_PUT(out, ",\"version\":\"");
	th_put_hex(out, change->shape->fingerprint);
	TH_PUT(out, "\",\"first\":\"");
	th_put_bytes(out, id);
	TH_PUT(out, "\"}");
}

static void
send_shape(const FeedChange *change, FeedSend send)
{
	FeedRoute *route = change->shape->route;
	FeedMessage message;
	FeedHeaders headers = { 0 };
	char id[FEED_EVENT_ID_ROOM];
	FeedBytes first;

	first = th_event_id_of(id, change->txn, change->index, change->op, FEED_MESSAGE_RECORD);
	put_shape(&th_buffers.value, change, first);
	th_header(&headers, "tidehold-id", first);

	message = th_message_of(change, FEED_MESSAGE_SHAPE);
	message.route = route->schema_route;
	message.destination = route->schema_route->constant;
	message.key = route->subject;
	message.value = th_utf8(&th_buffers.value);
	message.headers = headers.fields;
	message.header_count = headers.count;
	send(&message);
	route->last_fingerprint = change->shape->fingerprint;
	resetStringInfo(&th_buffers.value);
}

void
th_send_shape(const FeedChange *change, FeedSend send)
{
	const FeedRoute *route = change->shape->route;

	if (route->schema_route != NULL && route->last_fingerprint != change->shape->fingerprint)
		send_shape(change, send);
}
