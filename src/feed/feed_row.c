/*
 * feed_row.c
 *	  Reads what the tables of schema tidehold say of the feeds.
 *
 * The tables hold a few rows each, so they are read as a whole.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type_d.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/table_scan.h"
#include "feed/feed.h"
#include "feed/option.h"

Oid
th_feed_table(const char *name)
{
	Oid schema = get_namespace_oid("tidehold", true);

	return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

void
th_feed_read_table(const char *name, FeedRowReader reader, void *context)
{
	Oid relid = th_feed_table(name);
	Relation table;
	Snapshot snapshot;
	TupleTableSlot *slot;
	TableScanDesc scan;

	if (!OidIsValid(relid))
		return;
	if (!FirstSnapshotSet)
		(void) GetTransactionSnapshot();
	/* It may have been dropped while we waited for the lock. */
	table = try_table_open(relid, AccessShareLock);
	if (table == NULL)
		return;
	snapshot = th_snapshot_latest();
	slot = table_slot_create(table, NULL);
	scan = table_beginscan(table, snapshot, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		reader(slot, context);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
}

/* ---- columns; NULL, 0 or false where the column is NULL ---- */

static Datum
column(TupleTableSlot *slot, AttrNumber attribute, bool *is_null)
{
	return slot_getattr(slot, attribute, is_null);
}

static char *
text_column(TupleTableSlot *slot, AttrNumber attribute)
{
	bool is_null;
	Datum value = column(slot, attribute, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

static char *
name_column(TupleTableSlot *slot, AttrNumber attribute)
{
	bool is_null;
	Datum value = column(slot, attribute, &is_null);

	return is_null ? NULL : pstrdup(NameStr(*DatumGetName(value)));
}

static int64
int8_column(TupleTableSlot *slot, AttrNumber attribute)
{
	bool is_null;
	Datum value = column(slot, attribute, &is_null);

	return is_null ? 0 : DatumGetInt64(value);
}

static uint64
numeric_column(TupleTableSlot *slot, AttrNumber attribute)
{
	bool is_null;
	Datum value = column(slot, attribute, &is_null);

	if (is_null)
		return 0;
	return strtoull(DatumGetCString(DirectFunctionCall1(numeric_out, value)), NULL, 10);
}

static List *
names_column(TupleTableSlot *slot, AttrNumber attribute)
{
	bool is_null;
	Datum value = column(slot, attribute, &is_null);

	return is_null ? NIL : th_feed_names(DatumGetArrayTypeP(value));
}

List *
th_feed_names(ArrayType *array)
{
	List *names = NIL;
	Datum *elements;
	bool *nulls;
	int count;

	deconstruct_array(array, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			names = lappend(names, pstrdup(NameStr(*DatumGetName(elements[i]))));
	return names;
}

static int64
interval_column(TupleTableSlot *slot, AttrNumber attribute, int64 missing)
{
	bool is_null;
	Datum value = column(slot, attribute, &is_null);

	return is_null ? missing : th_interval_ms(DatumGetIntervalP(value));
}

/* ---- texts that stand for one of a few things ---- */

static FeedWish
wish_of(const char *text)
{
	if (strcmp(text, "pause") == 0)
		return FEED_WISH_PAUSE;
	return strcmp(text, "drop") == 0 ? FEED_WISH_DROP : FEED_WISH_RUN;
}

static FeedRecovery
recovery_of(const char *text)
{
	if (text == NULL)
		return FEED_RECOVERY_NONE;
	if (strcmp(text, "republish") == 0)
		return FEED_RECOVERY_REPUBLISH;
	return strcmp(text, "resnapshot") == 0 ? FEED_RECOVERY_RESNAPSHOT : FEED_RECOVERY_FROM_NOW;
}

FeedKind
th_feed_kind_of_text(const char *kind)
{
	return strcmp(kind, "kafka") == 0 ? FEED_KAFKA : FEED_REDIS;
}

/* ---- rows ---- */

typedef struct Search
{
	const pg_uuid_t *id; /* NULL: every feed */
	List *found;
} Search;

static bool
is_wanted(TupleTableSlot *slot, AttrNumber attribute, const pg_uuid_t *id)
{
	pg_uuid_t *found = DatumGetUUIDP(th_slot_datum(slot, attribute));

	return id == NULL || memcmp(found, id, sizeof(*id)) == 0;
}

static void
read_arming(TupleTableSlot *slot, FeedArming *armed)
{
	armed->system = numeric_column(slot, FEED_ARMED_SYSTEM);
	armed->timeline = (uint32) int8_column(slot, FEED_ARMED_TIMELINE);
	armed->identity = text_column(slot, FEED_ARMED_IDENTITY);
}

static void
read_feed(TupleTableSlot *slot, void *context)
{
	Search *search = context;
	FeedRow *row;

	if (!is_wanted(slot, FEED_ID, search->id))
		return;
	row = palloc0(sizeof(FeedRow));
	row->id = *DatumGetUUIDP(th_slot_datum(slot, FEED_ID));
	row->name = text_column(slot, FEED_NAME);
	row->owner = get_role_oid(name_column(slot, FEED_OWNER), true);
	row->publication = name_column(slot, FEED_PUBLICATION);
	row->server = name_column(slot, FEED_SERVER);
	row->kind = th_feed_kind_of_text(text_column(slot, FEED_KIND));
	row->slot_name = name_column(slot, FEED_SLOT_NAME);
	row->options = DatumGetJsonbPCopy(th_slot_datum(slot, FEED_OPTIONS));
	row->wish = wish_of(text_column(slot, FEED_WISH));
	row->paused_until = int8_column(slot, FEED_PAUSED_UNTIL);
	row->recovery = recovery_of(text_column(slot, FEED_RECOVERY));
	row->epoch = DatumGetInt32(th_slot_datum(slot, FEED_EPOCH));
	read_arming(slot, &row->armed);
	search->found = lappend(search->found, row);
}

static FeedRow *
feed_of(List *rows, const pg_uuid_t *id)
{
	ListCell *cell;

	foreach(cell, rows)
	{
		FeedRow *row = lfirst(cell);

		if (memcmp(&row->id, id, sizeof(*id)) == 0)
			return row;
	}
	return NULL;
}

static void
read_mapping(TupleTableSlot *slot, void *context)
{
	FeedRow *row = feed_of(context, DatumGetUUIDP(th_slot_datum(slot, MAPPING_FEED_ID)));
	FeedMappingRow *mapping;

	if (row == NULL)
		return;
	mapping = palloc0(sizeof(FeedMappingRow));
	mapping->schema_name = name_column(slot, MAPPING_SCHEMA);
	mapping->table_name = name_column(slot, MAPPING_TABLE);
	mapping->excluded = DatumGetBool(th_slot_datum(slot, MAPPING_EXCLUDED));
	mapping->destination = text_column(slot, MAPPING_DESTINATION);
	mapping->key_columns = names_column(slot, MAPPING_KEY_COLUMNS);
	mapping->envelope = text_column(slot, MAPPING_ENVELOPE);
	mapping->value = text_column(slot, MAPPING_VALUE);
	mapping->query = text_column(slot, MAPPING_QUERY);
	mapping->ttl_ms = interval_column(slot, MAPPING_TTL, -1);
	row->mappings = lappend(row->mappings, mapping);
}

/* Options that the server gives for all of its feeds; those of the feed win. */
static void
add_server_options(FeedRow *row)
{
	ForeignServer *server = GetForeignServerByName(row->server, true);
	Datum own = JsonbPGetDatum(row->options);
	JsonbParseState *state = NULL;
	JsonbValue *merged;
	ListCell *cell;

	if (server == NULL)
		return;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	foreach(cell, server->options)
	{
		DefElem *option = lfirst(cell);
		JsonbValue item;

		if (th_option_find(row->kind, FEED_ON_FEED, option->defname) == NULL)
			continue;
		item.type = jbvString;
		item.val.string.val = option->defname;
		item.val.string.len = strlen(option->defname);
		pushJsonbValue(&state, WJB_KEY, &item);
		item.val.string.val = defGetString(option);
		item.val.string.len = strlen(item.val.string.val);
		pushJsonbValue(&state, WJB_VALUE, &item);
	}
	merged = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	row->options = DatumGetJsonbP(
		DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(JsonbValueToJsonb(merged)), own));
}

static List *
read_feeds(const pg_uuid_t *id)
{
	Search search = { id, NIL };
	ListCell *cell;

	th_feed_read_table("feed", read_feed, &search);
	if (search.found == NIL)
		return NIL;
	th_feed_read_table("feed_mapping", read_mapping, search.found);
	foreach(cell, search.found)
		add_server_options(lfirst(cell));
	return search.found;
}

List *
th_feed_rows(void)
{
	return read_feeds(NULL);
}

FeedRow *
th_feed_row(const pg_uuid_t *id)
{
	List *found = read_feeds(id);

	return found == NIL ? NULL : linitial(found);
}

FeedRow *
th_feed_row_named(const char *name)
{
	ListCell *cell;

	foreach(cell, th_feed_rows())
	{
		FeedRow *row = lfirst(cell);

		if (strcmp(row->name, name) == 0)
			return row;
	}
	return NULL;
}

/* NIL where the role has no mapping of its own. */
static List *
mapping_options(Oid role, Oid server)
{
	HeapTuple tuple = SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role),
									  ObjectIdGetDatum(server));
	List *options = NIL;
	Datum value;
	bool is_null;

	if (!HeapTupleIsValid(tuple))
		return NIL;
	value = SysCacheGetAttr(USERMAPPINGUSERSERVER, tuple, Anum_pg_user_mapping_umoptions, &is_null);
	if (!is_null)
		options = untransformRelOptions(value);
	ReleaseSysCache(tuple);
	return options;
}

static bool
has_mapping(Oid role, Oid server)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role),
								 ObjectIdGetDatum(server));
}

List *
th_feed_server_options(const FeedRow *row)
{
	ForeignServer *server = GetForeignServerByName(row->server, false);
	Oid role = has_mapping(row->owner, server->serverid) ? row->owner : InvalidOid;

	return list_concat_copy(server->options, mapping_options(role, server->serverid));
}
