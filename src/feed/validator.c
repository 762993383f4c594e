/*
 * validator.c
 *	  Checks the options of a foreign server and of a user mapping of ours.
 *
 * Called with all options that the object will have.  The wrong one is named, and the
 * nearest right one is proposed.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "feed/option.h"
#include "feed/state.h"

PG_FUNCTION_INFO_V1(th_feed_kafka_validator);
PG_FUNCTION_INFO_V1(th_feed_redis_validator);

static int
place_of(Oid catalog)
{
	if (catalog == ForeignServerRelationId)
		return FEED_ON_SERVER;
	if (catalog == UserMappingRelationId)
		return FEED_ON_MAPPING;
	return 0;
}

static const char *
place_name(int place)
{
	switch (place)
	{
		case FEED_ON_SERVER:
			return "server";
		case FEED_ON_MAPPING:
			return "user mapping";
		default:
			return "wrapper or foreign table";
	}
}

static void
refuse_unknown(FeedKind kind, int place, const char *name)
{
	const char *nearest = th_option_nearest(kind, place, name);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("a %s of %s has no option \"%s\"", place_name(place),
					kind == FEED_KAFKA ? "tidehold_kafka" : "tidehold_redis", name),
			 nearest ? errhint("Perhaps you meant the option \"%s\".", nearest) : 0));
}

static void
refuse_misplaced(int flags, const char *name)
{
	if ((flags & FEED_ON_MAPPING) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"%s\" is a secret, and everybody can read the options of a server", name),
				 errhint("Set it for the user: CREATE USER MAPPING .. OPTIONS (\"%s\" '..'), or name a password_file there.", name)));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("option \"%s\" belongs to the server, not to a user mapping", name),
			 errhint("Set it with ALTER SERVER .. OPTIONS (ADD \"%s\" '..').", name)));
}

/* The worker reads, and the client library runs, as the user that the server runs as. */
static void
require_privilege(int flags, const char *name)
{
	if (superuser())
		return;
	if ((flags & FEED_RUNS_PROGRAM) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser may set option \"%s\"", name),
				 errdetail("The client library runs a program or loads a library for it.")));
	if ((flags & FEED_READS_FILE) != 0 &&
		!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a member of role pg_read_server_files may set option \"%s\"", name)));
}

/* Flags of an option of this kind at any place; 0: there is none. */
static int
flags_of(FeedKind kind, const char *name)
{
	const FeedOption *option = th_option_find(kind, FEED_ON_SERVER | FEED_ON_MAPPING, name);
	const FeedProperty *property = kind == FEED_KAFKA ? th_property_find(name) : NULL;

	if (option != NULL)
		return option->flags;
	return property != NULL ? th_property_flags(property) : 0;
}

static void
refuse_reserved(FeedKind kind, const char *name)
{
	const FeedProperty *property = kind == FEED_KAFKA ? th_property_find(name) : NULL;
	const char *reason = property != NULL ? th_property_reserved(property) : NULL;

	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"%s\" is reserved: %s", name, reason)));
}

static void
refuse_tls_without_library(FeedKind kind, const char *name, const char *value)
{
	if (kind != FEED_REDIS || strncmp(name, "tls", 3) != 0 || th_redis_has_tls())
		return;
	if (strcmp(name, "tls") == 0 && strcmp(value, "false") == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("option \"%s\" is not supported by this build", name),
			 errdetail("It was built with hiredis 0.14, which has no TLS."),
			 errhint("Build it with hiredis 1.0 or newer, or encrypt outside, for example with stunnel.")));
}

static void
check_option(FeedKind kind, int place, const char *name, const char *value)
{
	int flags = flags_of(kind, name);
	const FeedOption *option;

	refuse_reserved(kind, name);
	if (flags == 0 || place == 0)
		refuse_unknown(kind, place, name);
	if ((flags & place) == 0)
		refuse_misplaced(flags, name);
	refuse_tls_without_library(kind, name, value);
	require_privilege(flags, name);
	option = th_option_find(kind, place, name);
	if (option != NULL)
		th_option_check(option, value);
}

static const char *
value_of(List *options, const char *name)
{
	ListCell *cell;

	foreach(cell, options)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, name) == 0)
			return defGetString(option);
	}
	return NULL;
}

static bool
is_on(List *options, const char *name)
{
	const char *value = value_of(options, name);
	bool on = false;

	return value != NULL && parse_bool(value, &on) && on;
}

static void
refuse_missing(const char *name, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
			 errmsg("option \"%s\" is missing", name),
			 why != NULL ? errdetail_internal("%s", why) : 0));
}

static void
refuse_pair(const char *one, const char *other)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("options \"%s\" and \"%s\" exclude each other", one, other)));
}

static void
check_kafka_server(List *options)
{
	if (value_of(options, "bootstrap.servers") == NULL &&
		value_of(options, "metadata.broker.list") == NULL)
		refuse_missing("bootstrap.servers", NULL);
}

static void
check_redis_server(List *options)
{
	const char *database = value_of(options, "database");
	bool cluster = is_on(options, "cluster");
	bool sentinels = value_of(options, "sentinels") != NULL;

	if (value_of(options, "host") == NULL && !sentinels)
		refuse_missing("host", "A Redis server is found by its host or by sentinels.");
	if (sentinels && value_of(options, "sentinel_master") == NULL)
		refuse_missing("sentinel_master", "Sentinels are asked for a server by its name.");
	if (sentinels && cluster)
		refuse_pair("sentinels", "cluster");
	if (cluster && database != NULL && strcmp(database, "0") != 0)
		refuse_pair("cluster", "database");
	if ((value_of(options, "tls_cert") == NULL) != (value_of(options, "tls_key") == NULL))
		refuse_missing(value_of(options, "tls_key") == NULL ? "tls_key" : "tls_cert",
					   "A certificate and its key go together.");
}

static Datum
validate(FunctionCallInfo fcinfo, FeedKind kind)
{
	List *options = untransformRelOptions(PG_GETARG_DATUM(0));
	int place = place_of(PG_GETARG_OID(1));
	ListCell *cell;

	foreach(cell, options)
	{
		DefElem *option = lfirst(cell);

		check_option(kind, place, option->defname, defGetString(option));
	}
	if (place == FEED_ON_SERVER && kind == FEED_KAFKA)
		check_kafka_server(options);
	if (place == FEED_ON_SERVER && kind == FEED_REDIS)
		check_redis_server(options);
	th_feed_servers_changed();
	PG_RETURN_VOID();
}

Datum
th_feed_kafka_validator(PG_FUNCTION_ARGS)
{
	return validate(fcinfo, FEED_KAFKA);
}

Datum
th_feed_redis_validator(PG_FUNCTION_ARGS)
{
	return validate(fcinfo, FEED_REDIS);
}
