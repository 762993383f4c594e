/*
 * feed_change.c
 *	  alter_feed(), pause_feed(), resume_feed(), recover_feed(), drop_feed().
 *
 * They change the feed's row; its worker reads it again once the change commits.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "replication/slot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/nearest.h"
#include "base/query.h"
#include "feed/feed.h"
#include "feed/option.h"
#include "feed/state.h"

PG_FUNCTION_INFO_V1(th_alter_feed);
PG_FUNCTION_INFO_V1(th_pause_feed);
PG_FUNCTION_INFO_V1(th_resume_feed);
PG_FUNCTION_INFO_V1(th_recover_feed);
PG_FUNCTION_INFO_V1(th_drop_feed);

static void
refuse_missing_feed(const char *name)
{
	ThNearest nearest;
	ListCell *cell;

	th_nearest_start(&nearest, name);
	foreach(cell, th_feed_rows())
		th_nearest_try(&nearest, ((FeedRow *) lfirst(cell))->name);
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_FEED_NOT_FOUND)),
			 errmsg("feed \"%s\" does not exist", name),
			 nearest.name ? errhint("Perhaps you meant the feed \"%s\".", nearest.name) : 0));
}

FeedRow *
th_feed_to_change(FunctionCallInfo fcinfo, const char *function)
{
	char *name;
	FeedRow *row;

	th_require_writable(function);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("name of the feed is null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	row = th_feed_row_named(name);
	if (row == NULL)
		refuse_missing_feed(name);
	if (!superuser() && (!OidIsValid(row->owner) || !has_privs_of_role(GetUserId(), row->owner)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of feed \"%s\"", name)));
	if (row->wish == FEED_WISH_DROP)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_FEED_NOT_FOUND)),
				 errmsg("feed \"%s\" is being dropped", name)));
	return row;
}

/* Changes the row whose id is $1; a missing one was dropped by somebody else just now. */
static void
change(const FeedRow *row, const char *assignments, int count, const Oid *types,
	   const Datum *values, const char *nulls)
{
	Oid all_types[4] = { UUIDOID };
	Datum all_values[4] = { UUIDPGetDatum(&row->id) };
	char all_nulls[5] = " ";

	Assert(count < (int) lengthof(all_types));
	for (int i = 0; i < count; i++)
	{
		all_types[i + 1] = types[i];
		all_values[i + 1] = values[i];
		all_nulls[i + 1] = nulls != NULL ? nulls[i] : ' ';
	}
	if (th_query_as_owner(th_feed_table("feed"),
						  psprintf("UPDATE tidehold.feed SET %s WHERE feed_id = $1", assignments),
						  count + 1, all_types, all_values, all_nulls, NULL, NULL) == 0)
		refuse_missing_feed(row->name);
	th_feed_rows_changed(&row->id);
}

static void
require_same_kind(const FeedRow *row, const char *server)
{
	if (th_feed_kind_of_server(server) != row->kind)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("feed \"%s\" cannot move to server \"%s\" of another kind", row->name, server),
				 errhint("Create another feed.")));
}

Datum
th_alter_feed(PG_FUNCTION_ARGS)
{
	static const Oid types[] = { JSONBOID, TEXTOID };
	FeedRow *row = th_feed_to_change(fcinfo, "tidehold.alter_feed()");
	Datum values[2] = { 0 };
	char nulls[2] = { 'n', 'n' };

	if (!PG_ARGISNULL(1))
	{
		th_feed_check_options(row->kind, PG_GETARG_JSONB_P(1));
		values[0] = PG_GETARG_DATUM(1);
		nulls[0] = ' ';
	}
	if (!PG_ARGISNULL(2))
	{
		require_same_kind(row, text_to_cstring(PG_GETARG_TEXT_PP(2)));
		values[1] = PG_GETARG_DATUM(2);
		nulls[1] = ' ';
	}
	change(row, "options = jsonb_strip_nulls(options || coalesce($2, '{}')), server = coalesce($3, server::text)",
		   lengthof(types), types, values, nulls);
	PG_RETURN_VOID();
}

Datum
th_pause_feed(PG_FUNCTION_ARGS)
{
	static const Oid types[] = { INTERVALOID };
	FeedRow *row = th_feed_to_change(fcinfo, "tidehold.pause_feed()");
	Datum values[] = { PG_GETARG_DATUM(1) };

	if (th_interval_ms(PG_GETARG_INTERVAL_P(1)) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pause of feed \"%s\" is not longer than zero", row->name)));
	change(row, "wish = 'pause', paused_until = clock_timestamp() + $2", lengthof(types), types, values,
		   NULL);
	PG_RETURN_VOID();
}

Datum
th_resume_feed(PG_FUNCTION_ARGS)
{
	FeedRow *row = th_feed_to_change(fcinfo, "tidehold.resume_feed()");

	change(row, "wish = 'run', paused_until = NULL", 0, NULL, NULL, NULL);
	PG_RETURN_VOID();
}

Datum
th_recover_feed(PG_FUNCTION_ARGS)
{
	static const Oid types[] = { TEXTOID };
	FeedRow *row = th_feed_to_change(fcinfo, "tidehold.recover_feed()");
	char *policy = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Datum values[] = { PG_GETARG_DATUM(1) };

	if (strcmp(policy, "republish") != 0 && strcmp(policy, "resnapshot") != 0 &&
		strcmp(policy, "from_now") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown policy of recovery: \"%s\"", policy),
				 errhint("Policies are republish, resnapshot and from_now.")));
	change(row, "recovery = $2, wish = 'run', paused_until = NULL", lengthof(types), types, values, NULL);
	PG_RETURN_VOID();
}

/*
 * A feed that no worker has looked at since the server started, and whose slot is not
 * there, needs no worker to go.
 */
static bool
nobody_holds_it(const FeedRow *row)
{
	return th_feed_state_find(MyDatabaseId, &row->id) == NULL &&
		   SearchNamedReplicationSlot(row->slot_name, true) == NULL;
}

Datum
th_drop_feed(PG_FUNCTION_ARGS)
{
	static const Oid types[] = { UUIDOID };
	FeedRow *row = th_feed_to_change(fcinfo, "tidehold.drop_feed()");
	Datum values[] = { UUIDPGetDatum(&row->id) };

	if (!nobody_holds_it(row))
		change(row, "wish = 'drop', paused_until = NULL", 0, NULL, NULL, NULL);
	else
		(void) th_query_as_owner(th_feed_table("feed"), "DELETE FROM tidehold.feed WHERE feed_id = $1",
								 lengthof(types), types, values, NULL, NULL, NULL);
	PG_RETURN_VOID();
}
