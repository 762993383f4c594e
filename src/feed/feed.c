/*
 * feed.c
 *	  create_feed(): the wish for a feed.
 *
 * A slot cannot be made in a transaction that has written, and one made in a transaction
 * that rolls back would stay, so nothing is made here but rows.  The worker that starts
 * after the commit makes the slot.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_type_d.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/syscache.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/query.h"
#include "feed/feed.h"
#include "feed/option.h"
#include "feed/published.h"
#include "feed/state.h"

#define FEED_NAME_MAX 40
#define FEED_NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define SLOT_ID_DIGITS 8

PG_FUNCTION_INFO_V1(th_create_feed);

/* It becomes part of the slot's name, of topics and of keys. */
static void
require_feed_name(const char *name)
{
	size_t len = strlen(name);

	if (len >= 1 && len <= FEED_NAME_MAX && strspn(name, FEED_NAME_CHARACTERS) == len &&
		!(name[0] >= '0' && name[0] <= '9'))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_NAME),
			 errmsg("invalid name of a feed: \"%s\"", name),
			 errdetail("A name is 1 to %d small letters, digits and underscores, and does not begin with a digit.",
					   FEED_NAME_MAX)));
}

static void
require_logical_wal(void)
{
	if (XLogLogicalInfoActive())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("wal_level does not allow logical decoding"),
			 errhint("Set wal_level = logical and restart the server.")));
}

/* A feed shows rows of the publication's tables to whoever reads the topics. */
static void
require_own_publication(const char *publication)
{
	HeapTuple tuple = SearchSysCache1(PUBLICATIONNAME, CStringGetDatum(publication));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("publication \"%s\" does not exist", publication)));
	owner = ((Form_pg_publication) GETSTRUCT(tuple))->pubowner;
	ReleaseSysCache(tuple);
	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of publication \"%s\"", publication)));
}

FeedKind
th_feed_kind_of_server(const char *name)
{
	ForeignServer *server = GetForeignServerByName(name, false);
	const char *wrapper = GetForeignDataWrapper(server->fdwid)->fdwname;
	Datum usable = DirectFunctionCall2(has_server_privilege_id, ObjectIdGetDatum(server->serverid),
									   CStringGetTextDatum("USAGE"));

	if (!DatumGetBool(usable))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for foreign server \"%s\"", name)));
	if (strcmp(wrapper, "tidehold_kafka") == 0)
		return FEED_KAFKA;
	if (strcmp(wrapper, "tidehold_redis") == 0)
		return FEED_REDIS;
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("server \"%s\" is of foreign-data wrapper \"%s\"", name, wrapper),
			 errhint("A feed needs a server of tidehold_kafka or tidehold_redis.")));
}

/* Is unique in the cluster, as slots of all databases must be, and shows the feed's name. */
static char *
slot_name_of(const char *name, const pg_uuid_t *id)
{
	char digits[SLOT_ID_DIGITS + 1];

	for (int i = 0; i < SLOT_ID_DIGITS / 2; i++)
		snprintf(digits + 2 * i, 3, "%02x", id->data[i]);
	return psprintf("tidehold_%s_%s", name, digits);
}

static void
insert_feed(const pg_uuid_t *id, const char *name, const char *publication, const char *server,
			FeedKind kind, Jsonb *options)
{
	static const Oid types[] = { UUIDOID, TEXTOID, TEXTOID, TEXTOID,
								 TEXTOID, TEXTOID, TEXTOID, JSONBOID };
	Datum values[] = { UUIDPGetDatum(id), CStringGetTextDatum(name), th_actor(),
					   CStringGetTextDatum(publication), CStringGetTextDatum(server),
					   CStringGetTextDatum(kind == FEED_KAFKA ? "kafka" : "redis"),
					   CStringGetTextDatum(slot_name_of(name, id)), JsonbPGetDatum(options) };

	if (th_query_as_owner(th_feed_table("feed"),
						  "INSERT INTO tidehold.feed (feed_id, name, owner, publication, server, kind, slot_name, options)"
						  " VALUES ($1, $2, $3, $4, $5, $6, $7, jsonb_strip_nulls($8))"
						  " ON CONFLICT (name) DO NOTHING",
						  lengthof(types), types, values, NULL, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_EXISTS)),
				 errmsg("feed \"%s\" already exists", name)));
}

Datum
th_create_feed(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *publication = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *server = text_to_cstring(PG_GETARG_TEXT_PP(2));
	Jsonb *options = PG_GETARG_JSONB_P(3);
	pg_uuid_t *id;
	FeedKind kind;

	th_require_writable("tidehold.create_feed()");
	require_feed_name(name);
	require_logical_wal();
	require_own_publication(publication);
	kind = th_feed_kind_of_server(server);
	th_feed_check_options(kind, options);
	th_require_identity(publication);
	id = DatumGetUUIDP(OidFunctionCall0(F_GEN_RANDOM_UUID));
	insert_feed(id, name, publication, server, kind, options);
	th_feed_rows_changed(id);
	PG_RETURN_UUID_P(id);
}
