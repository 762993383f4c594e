/*
 * idle.c
 *	  Waiting: for the sink, for a commit, for somebody to decide.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "replication/slot.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/settings.h"
#include "base/worker_process.h"
#include "base/worker_slot.h"
#include "feed/worker/batch.h"
#include "feed/worker/letter.h"
#include "feed/worker/run.h"
#include "feed/worker/snapshot.h"
#include "feed/worker/transaction.h"

#define IDLE_MS 1000
#define WAIT_SLICE_MS 100

/* A sink that hangs so long is not waited for any more where the feed was changed. */
#define PATIENCE_MS 1000

/* Nothing tells a process without transactions that a catalogue changed. */
#define LOOK_AT_CATALOGS_MS 1000

/* The start of a transaction takes what others said of servers and user mappings. */
static void
look_at_catalogs(void)
{
	static int64 looked_at = 0;
	int64 now = th_monotonic_ms();

	if (now < looked_at + LOOK_AT_CATALOGS_MS)
		return;
	looked_at = now;
	th_feed_transaction_begin();
	th_feed_transaction_end();
}

/* Outside decoding callbacks. */
void
th_run_serve(void)
{
	th_process_serve_signals(1);
	look_at_catalogs();
	th_budget_check();
}

/*
 * What th_run_wait() waits for, made once: to make it for each wait, as WaitLatchOrSocket()
 * does, was a quarter of the system calls of a worker that waits for each commit.  A sink that
 * stops closes its descriptor and has none then.
 */
static WaitEventSet *
awaited(pgsocket descriptor)
{
	static WaitEventSet *set = NULL;
	static pgsocket set_for;

	if (set != NULL && set_for == descriptor)
		return set;
	if (set != NULL)
		FreeWaitEventSet(set);
	set = th_CreateWaitEventSet(3);
	AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
	if (descriptor != PGINVALID_SOCKET)
		AddWaitEventToSet(set, WL_SOCKET_READABLE, descriptor, NULL, NULL);
	set_for = descriptor;
	return set;
}

/* Inside decoding callbacks too: nothing here may start a transaction. */
void
th_run_wait(long ms)
{
	WaitEvent occurred;

	if (th_run.sink->poll())
		ms = 0;
	(void) WaitEventSetWait(awaited(th_run.sink->descriptor()), ms, &occurred, 1,
							th_run.wait_event);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	th_run.sink->poll();
	if (MyReplicationSlot != NULL)
		th_budget_check();
}

/*
 * Whoever drops, pauses or alters a feed whose sink hangs is not to wait for the sink.
 * What is under way is given up; the next process sends it again.
 */
void
th_run_wait_for_sink(int64 since)
{
	th_batch_publish_state();
	th_run_wait(WAIT_SLICE_MS);
	if (th_run_row_changed() && th_monotonic_ms() >= since + PATIENCE_MS)
		th_run_restart();
}

/* ---- the row ---- */

bool
th_run_row_changed(void)
{
	return th_run.server_changed ||
		   pg_atomic_read_u32(&th_run.state->changed) != th_run.row_version;
}

static void
append_text(StringInfo out, const char *text)
{
	appendStringInfo(out, "%s\n", text != NULL ? text : "-");
}

static void
append_mapping(StringInfo out, const FeedMappingRow *mapping)
{
	ListCell *cell;

	append_text(out, mapping->schema_name);
	append_text(out, mapping->table_name);
	append_text(out, mapping->destination);
	append_text(out, mapping->envelope);
	append_text(out, mapping->value);
	append_text(out, mapping->query);
	appendStringInfo(out, "%d " INT64_FORMAT "\n", mapping->excluded, mapping->ttl_ms);
	foreach(cell, mapping->key_columns)
		append_text(out, lfirst(cell));
}

/* Everything that a worker cannot take over without beginning anew. */
static char *
signature_of(const FeedRow *row)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	append_text(&out, row->publication);
	append_text(&out, row->server);
	JsonbToCString(&out, &row->options->root, VARSIZE(row->options));
	appendStringInfo(&out, "\n%d %d %u\n", row->recovery, row->epoch, row->owner);
	foreach(cell, row->mappings)
		append_mapping(&out, lfirst(cell));
	foreach(cell, th_feed_server_options(row))
	{
		DefElem *option = lfirst(cell);

		append_text(&out, option->defname);
		append_text(&out, defGetString(option));
	}
	return out.data;
}

void
th_run_read_row(const pg_uuid_t *id)
{
	th_run.row_version = pg_atomic_read_u32(&th_run.state->changed);
	th_run.server_changed = false;
	th_feed_transaction_begin();
	MemoryContextSwitchTo(th_run.context);
	th_run.row = th_feed_row(id);
	if (th_run.row != NULL)
		th_run.signature = signature_of(th_run.row);
	th_feed_transaction_end();
}

void
th_run_restart(void)
{
	th_slot_restart_now();
	proc_exit(1);
}

/* ---- waiting for somebody ---- */

static void
idle(void)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, IDLE_MS,
					 th_run.wait_event);
	ResetLatch(MyLatch);
	th_run_serve();
}

/* Holds no slot and no connection: whoever decides changes the row. */
void
th_run_park(int sqlstate, const char *reason)
{
	th_run.sink->stop();
	th_feed_state_set_error(th_run.state, sqlstate, reason);
	th_feed_state_set_phase(th_run.state, FEED_PHASE_PARKED);
	ereport(LOG,
			(errmsg("feed \"%s\" is parked", th_run.row->name), errdetail("%s", reason),
			 errhint("Call tidehold.recover_feed('%s').", th_run.row->name)));
	while (!th_run_row_changed() && strcmp(th_run.token, th_setting_cluster_token) == 0)
		idle();
	th_run_restart();
}

static bool
pause_is_over(void)
{
	TimestampTz until = th_run.row->paused_until;

	return until != 0 && until <= GetCurrentTimestamp();
}

/*
 * The slot stays acquired, or 18 would count it as idle and invalidate it.  A pause
 * whose time is over ends by itself.
 */
static void
wait_while_paused(void)
{
	th_feed_state_set_phase(th_run.state, FEED_PHASE_PAUSED);
	while (!th_run_row_changed() && !pause_is_over())
	{
		idle();
		th_run.sink->poll();
	}
	if (!pause_is_over())
		return;
	th_feed_transaction_begin();
	th_row_resume();
	th_feed_transaction_end();
}

/* Applied between two transactions, with the position kept. */
void
th_run_apply_row(void)
{
	char *before = th_run.signature;
	pg_uuid_t id = th_run.row->id;

	for (;;)
	{
		th_run_read_row(&id);
		if (th_run.row == NULL || th_run.row->wish == FEED_WISH_DROP ||
			strcmp(before, th_run.signature) != 0)
			th_run_restart();
		if (th_run.row->wish != FEED_WISH_PAUSE)
			break;
		wait_while_paused();
	}
	th_feed_state_set_phase(th_run.state, FEED_PHASE_RUNNING);
	th_snapshot_reload();
	th_letter_start(th_run.row, th_run.state, th_run.position.letter);
}
