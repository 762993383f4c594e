/*
 * main.c
 *	  Entry point of a feed's background worker.
 *
 * This library links librdkafka and hiredis; it is loaded in the feed's process alone,
 * never in the postmaster or a client's backend.  Threads of librdkafka never call into
 * PostgreSQL.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/ipc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "base/settings.h"
#include "base/worker.h"
#include "feed/encode/encode.h"
#include "feed/worker/arm.h"
#include "feed/worker/run.h"
#include "feed/worker/transaction.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void th_feed_worker_main(Datum main_arg);

FeedRun th_run;

/*
 * The slot first: who waits for it, as a checkpoint that gives up its WAL, must not wait
 * for a sink.  Runs before the server's own clean-up of slots and processes.
 */
static void
leave(int code, Datum arg)
{
	th_slot_release();
	if (th_run.sink != NULL)
		th_run.sink->stop();
	th_feed_state_set_phase(th_run.state, FEED_PHASE_STOPPED);
}

/* How values look as text must not depend on the database's or a role's settings. */
static void
pin_output(void)
{
	static const char *const settings[][2] = {
		{ "datestyle", "ISO, YMD" },
		{ "intervalstyle", "iso_8601" },
		{ "timezone", "UTC" },
		{ "bytea_output", "hex" },
		{ "extra_float_digits", "1" },
		{ "xmlbinary", "base64" },
		{ "quote_all_identifiers", "off" },
	};

	for (int i = 0; i < (int) lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

/*
 * A dead letter or the progress of a snapshot is on disk before the position that goes
 * with it is in the sink.
 */
static void
write_before_sending(void)
{
	if (synchronous_commit == SYNCHRONOUS_COMMIT_OFF)
		SetConfigOption("synchronous_commit", "local", PGC_SUSET, PGC_S_OVERRIDE);
}

static void
on_server_changed(Datum arg, int cache_id, uint32 hash)
{
	th_run.server_changed = true;
}

static char *
database_name(void)
{
	char *name;

	th_feed_transaction_begin();
	name = MemoryContextStrdup(th_run.context, get_database_name(MyDatabaseId));
	th_feed_transaction_end();
	return name;
}

static void
describe_source(void)
{
	FeedSource source = { 0 };

	source.kind = th_run.row->kind;
	source.feed_name = th_run.row->name;
	source.database = database_name();
	source.system = th_run.system;
	source.epoch = th_run.row->epoch;
	th_encode_init(&source);
}

static void
attach(pg_uuid_t *id)
{
	NameData name;

	th_task_connect(id, &name);
	pin_output();
	write_before_sending();
	CreateAuxProcessResourceOwner();
	th_run.context = AllocSetContextCreate(TopMemoryContext, "tidehold feed", ALLOCSET_DEFAULT_SIZES);
	th_run.wait_event = TH_WAIT_EVENT("TideholdFeedMain");
	th_run.system = GetSystemIdentifier();
	th_run.timeline = GetWALInsertionTimeLine();
	th_run.state = th_feed_state_attach(MyDatabaseId, id, NameStr(name));
	MemoryContextSwitchTo(th_run.context);
	th_run.identity = th_arm_identity();
	th_run.token = pstrdup(th_setting_cluster_token);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, on_server_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, on_server_changed, (Datum) 0);
}

void
th_feed_worker_main(Datum main_arg)
{
	pg_uuid_t id;
	FeedResume resume;

	attach(&id);
	if (th_run.state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no room for another feed"),
				 errhint("Increase tidehold.max_feeds.")));
	th_feed_state_note_errors(th_run.state);
	before_shmem_exit(leave, (Datum) 0);
	th_run_read_row(&id);
	if (th_run.row == NULL)
	{
		th_slot_absent();
		proc_exit(0);
	}
	th_run.sink = th_run.row->kind == FEED_KAFKA ? &th_sink_kafka : &th_sink_redis;
	describe_source();
	th_run_begin(&resume);
	th_run_loop(&resume);
}
