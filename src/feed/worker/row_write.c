/*
 * row_write.c
 *	  What a worker writes of its own row in tidehold.feed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "feed/worker/run.h"
#include "feed/worker/transaction.h"

static Datum
id_datum(void)
{
	return UUIDPGetDatum(&th_run.row->id);
}

/* numeric: a system identifier does not fit bigint. */
static Datum
system_datum(void)
{
	return DirectFunctionCall3(numeric_in,
							   CStringGetDatum(psprintf(UINT64_FORMAT, th_run.system)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* This server is the one that publishes; a recovery that was asked for has been done. */
void
th_row_arm(int32 epoch, bool recovered)
{
	static const Oid types[] = { UUIDOID, NUMERICOID, INT8OID, TEXTOID, INT4OID, BOOLOID };
	Datum values[] = { id_datum(), system_datum(), Int64GetDatum(th_run.timeline),
					   CStringGetTextDatum(th_run.identity), Int32GetDatum(epoch),
					   BoolGetDatum(recovered) };

	th_feed_query("UPDATE tidehold.feed SET armed_system = $2, armed_timeline = $3, armed_identity = $4,"
				  " epoch = $5, recovery = CASE WHEN $6 THEN NULL ELSE recovery END"
				  " WHERE feed_id = $1",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
}

/* Armed it is not, but meant for this server: a dump or a copy of the row begins nothing. */
bool
th_row_claim(void)
{
	static const Oid types[] = { UUIDOID, INT8OID, TEXTOID };
	Datum values[] = { id_datum(), Int64GetDatum(th_run.timeline),
					   CStringGetTextDatum(th_run.identity) };

	return th_feed_query("UPDATE tidehold.feed SET armed_timeline = $2, armed_identity = $3"
						 " WHERE feed_id = $1 AND armed_identity IS NULL",
						 lengthof(types), types, values, NULL, false, 0, NULL, NULL) > 0;
}

void
th_row_recover(FeedRecovery recovery)
{
	static const Oid types[] = { UUIDOID, TEXTOID };
	const char *policy = recovery == FEED_RECOVERY_REPUBLISH ? "republish" : "resnapshot";
	Datum values[] = { id_datum(), CStringGetTextDatum(policy) };

	th_feed_query("UPDATE tidehold.feed SET recovery = $2 WHERE feed_id = $1",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
}

void
th_row_delete(void)
{
	static const Oid types[] = { UUIDOID };
	Datum values[] = { id_datum() };

	th_feed_query("DELETE FROM tidehold.feed WHERE feed_id = $1",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
	th_feed_rows_changed(&th_run.row->id);
}

void
th_row_resume(void)
{
	static const Oid types[] = { UUIDOID };
	Datum values[] = { id_datum() };

	th_feed_query("UPDATE tidehold.feed SET wish = 'run', paused_until = NULL"
				  " WHERE feed_id = $1 AND wish = 'pause' AND paused_until <= clock_timestamp()",
				  lengthof(types), types, values, NULL, false, 0, NULL, NULL);
}
