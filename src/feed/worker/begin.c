/*
 * begin.c
 *	  From a connected process to one that may decode: sink, judgement, slot.
 *
 * Order when a feed is armed: slot, then the first position in the sink, then the row.
 * A crash in between does the rest again; an armed feed always has a position.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/settings.h"
#include "base/worker.h"
#include "feed/worker/arm.h"
#include "feed/worker/batch.h"
#include "feed/worker/compute.h"
#include "feed/worker/letter.h"
#include "feed/worker/run.h"
#include "feed/worker/snapshot.h"
#include "feed/worker/transaction.h"

#define CONNECT_SLICE_MS 100

/* Half for what is in flight to the sink, the rest for decoding and our own lists. */
#define SINK_SHARE 2
#define COMPUTE_SHARE 8

static int64
memory_share(int share)
{
	return (int64) th_setting_feed_memory * 1024 / share;
}

static void
connect_sink(FeedPosition *position)
{
	FeedSinkStart start = { 0 };

	th_feed_state_set_phase(th_run.state, FEED_PHASE_CONNECTING);
	start.row = th_run.row;
	start.state = th_run.state;
	start.system = th_run.system;
	start.timeline = th_run.timeline;
	start.memory = memory_share(SINK_SHARE);
	th_feed_transaction_begin();
	MemoryContextSwitchTo(th_run.context);
	start.server_options = th_feed_server_options(th_run.row);
	th_feed_transaction_end();
	th_run.sink->start(&start);
	while (!th_run.sink->connect(position))
	{
		th_run_wait(CONNECT_SLICE_MS);
		th_run_serve();
		if (th_run_row_changed())
			th_run_restart();
	}
}

static void
look_at_server(FeedFacts *facts)
{
	StringInfoData reason;

	initStringInfo(&reason);
	facts->system = th_run.system;
	facts->timeline = th_run.timeline;
	facts->identity = th_run.identity;
	facts->flushed = GetFlushRecPtr(NULL);
	facts->slot = th_slot_look(th_run.row->slot_name, &facts->confirmed, &facts->slot_synced,
							   &reason);
	facts->slot_reason = reason.data;
}

static void
look_at_position(FeedFacts *facts)
{
	facts->shared_upto = Min(th_decode_timeline_end(facts->position.timeline), facts->flushed);
}

/*
 * One that is there is of no use: nobody knows any more which transactions it leaves
 * out, and its changes may be in the sink.
 */
static XLogRecPtr
make_slot(const FeedFacts *facts, char **before)
{
	XLogRecPtr confirmed;

	if (facts->slot != FEED_SLOT_ABSENT)
		th_slot_drop(th_run.row->slot_name);
	th_feed_state_set_phase(th_run.state, FEED_PHASE_CREATING);
	confirmed = th_slot_create(th_run.row->slot_name, before);
	ereport(LOG,
			(errmsg("feed \"%s\" made its replication slot at %X/%X", th_run.row->name,
					LSN_FORMAT_ARGS(confirmed))));
	return confirmed;
}

static void
put_first_position(XLogRecPtr lsn, int32 epoch, char *xids)
{
	FeedPosition position = { 0 };

	position.system = th_run.system;
	position.timeline = th_run.timeline;
	position.epoch = epoch;
	position.lsn = lsn;
	position.partial_index = FEED_POSITION_FIRST;
	position.xids = xids;
	th_batch_flush_position(&position);
}

/*
 * Arms this server in a new epoch or for the first time.  since: of the rows that were
 * committed before the slot begins, those are sent which this pg_snapshot does not show.
 */
static void
arm(const FeedFacts *facts, int32 epoch, bool send_rows, char *since)
{
	char *before;
	XLogRecPtr confirmed = make_slot(facts, &before);

	th_run.row->epoch = epoch;
	put_first_position(confirmed, epoch, since);
	th_feed_transaction_begin();
	th_row_arm(epoch, true);
	if (send_rows)
		th_snapshot_request(th_run.row, NULL, NULL, since, since != NULL ? before : NULL);
	th_feed_transaction_end();
	th_run.row->recovery = FEED_RECOVERY_NONE;
	th_run.position.xids = before;
}

/*
 * Rows that the sink lacks can be told by transaction ids of this very cluster only.  In
 * a later epoch another server has published, and they are of its own transactions.
 */
static void
require_comparable(const FeedFacts *facts)
{
	const FeedPosition *position = &facts->position;

	if (position->system == facts->system && position->xids != NULL &&
		position->lsn <= facts->shared_upto &&
		(position->epoch <= th_run.row->epoch || th_position_is_first(position)))
		return;
	th_run_park(th_code_sqlstate(TH_FEED_PARKED),
				"what the sink lacks cannot be told: recover with policy resnapshot or from_now");
}

/* The slot brings all that the sink lacks: the server alone was not the one. */
static bool
lacks_nothing(const FeedFacts *facts)
{
	return facts->slot == FEED_SLOT_READY && facts->confirmed <= facts->position.lsn &&
		   !th_position_is_first(&facts->position);
}

/* The row first: an epoch in the sink that is greater than the row's is another server's. */
static void
take_over(const FeedFacts *facts, int32 epoch)
{
	FeedPosition position = facts->position;

	position.epoch = epoch;
	position.timeline = th_run.timeline;
	th_run.row->epoch = epoch;
	th_feed_transaction_begin();
	th_row_arm(epoch, true);
	th_feed_transaction_end();
	th_batch_flush_position(&position);
	th_run.row->recovery = FEED_RECOVERY_NONE;
}

static void
recover(const FeedFacts *facts)
{
	FeedRecovery recovery = th_run.row->recovery;
	int32 epoch = Max(th_run.row->epoch, facts->position.epoch) + 1;

	if (recovery == FEED_RECOVERY_REPUBLISH)
		require_comparable(facts);
	ereport(LOG, (errmsg("feed \"%s\" is recovered, epoch %d", th_run.row->name, epoch)));
	if (recovery == FEED_RECOVERY_REPUBLISH && lacks_nothing(facts))
		take_over(facts, epoch);
	else
		arm(facts, epoch, recovery != FEED_RECOVERY_FROM_NOW,
			recovery == FEED_RECOVERY_REPUBLISH ? facts->position.xids : NULL);
}

/*
 * A policy acts by itself only where a token says that this is the cluster that was
 * armed: else every restored copy of a backup would begin to publish.
 */
FeedRecovery
th_run_policy(void)
{
	char *wanted = th_feed_option_text(th_run.row, "on_slot_loss");

	if (th_setting_cluster_token[0] == '\0' || th_run.row->armed.identity == NULL ||
		strcmp(th_run.row->armed.identity, th_run.identity) != 0)
		return FEED_RECOVERY_NONE;
	if (strcmp(wanted, "republish") == 0)
		return FEED_RECOVERY_REPUBLISH;
	if (strcmp(wanted, "resnapshot") == 0)
		return FEED_RECOVERY_RESNAPSHOT;
	return FEED_RECOVERY_NONE;
}

/*
 * What nobody asked for is asked for first: the sink is in the new epoch before the row
 * is, and a process that ends in between must not look like another server's.
 */
static void
recover_by_itself(const FeedFacts *facts, FeedRecovery recovery)
{
	th_feed_transaction_begin();
	th_row_recover(recovery);
	th_feed_transaction_end();
	th_run.row->recovery = recovery;
	recover(facts);
}

static void
park_for_gap(const FeedFacts *facts, const char *reason)
{
	FeedState *state = th_run.state;

	SpinLockAcquire(&state->mutex);
	state->gap_from = facts->position.lsn;
	state->gap_to = facts->slot == FEED_SLOT_READY ? facts->confirmed : facts->flushed;
	SpinLockRelease(&state->mutex);
	th_run_park(th_code_sqlstate(TH_FEED_SLOT_LOST), reason);
}

static bool
wants_rows(void)
{
	char *snapshot = th_feed_option_text(th_run.row, "snapshot");

	return strcmp(snapshot, "initial") == 0;
}

static void
go_on(const FeedFacts *facts)
{
	const FeedArming *armed = &th_run.row->armed;

	th_run.position = facts->position;
	if (armed->timeline == th_run.timeline && armed->identity != NULL &&
		strcmp(armed->identity, th_run.identity) == 0)
		return;
	th_feed_transaction_begin();
	th_row_arm(th_run.row->epoch, false);
	th_feed_transaction_end();
}

static void
act_on(FeedVerdict verdict, const FeedFacts *facts, const char *reason)
{
	switch (verdict)
	{
		case FEED_GO:
			go_on(facts);
			return;
		case FEED_CREATE:
			arm(facts, th_run.row->epoch, wants_rows(), NULL);
			return;
		case FEED_RESNAPSHOT:
			ereport(LOG,
					(errmsg("feed \"%s\" sends all rows again", th_run.row->name),
					 errdetail("%s", reason)));
			recover_by_itself(facts, FEED_RECOVERY_RESNAPSHOT);
			return;
		case FEED_PARK_GAP:
			if (th_run_policy() == FEED_RECOVERY_NONE)
				park_for_gap(facts, reason);
			recover_by_itself(facts, th_run_policy());
			return;
		case FEED_PARK:
			th_run_park(th_code_sqlstate(TH_FEED_NOT_ARMED), reason);
	}
}

/*
 * Kafka begins after the position.  Redis begins where the slot is confirmed, which is
 * held back: a server that lost its last seconds gets them again, and the guards refuse
 * what it has.
 */
static void
resume_from(FeedResume *resume)
{
	memset(resume, 0, sizeof(*resume));
	resume->xids = th_run.position.xids;
	if (th_run.row->kind == FEED_REDIS)
		return;
	resume->lsn = th_run.position.lsn;
	resume->partial_commit_lsn = th_run.position.partial_commit_lsn;
	resume->partial_index = th_run.position.partial_index;
}

static void
drop_feed(void)
{
	th_slot_drop(th_run.row->slot_name);
	th_feed_transaction_begin();
	th_row_delete();
	th_feed_transaction_end();
	ereport(LOG, (errmsg("feed \"%s\" was dropped", th_run.row->name)));
	th_slot_absent();
	proc_exit(0);
}

static void
read_options(void)
{
	const FeedRow *row = th_run.row;
	char *on_refusal = th_feed_option_text(row, "on_refusal");

	th_run.batch_bytes = th_feed_option_int(row, "batch_bytes");
	th_run.batch_interval_ms = th_feed_option_int(row, "batch_interval");
	th_run.transaction_bytes =
		row->kind == FEED_KAFKA ? th_feed_option_int(row, "transaction_bytes") : 0;
	th_run.takes_emitted = th_feed_option_bool(row, "emit");
	th_run.stops_on_refusal = strcmp(on_refusal, "stop") == 0;
}

/* A copy does not even knock: to be connected is to fence the one that publishes. */
static void
leave_sink_alone(FeedFacts *facts)
{
	StringInfoData reason;

	look_at_server(facts);
	if (facts->slot == FEED_SLOT_FOREIGN)
		th_run_park(th_code_sqlstate(TH_FEED_NOT_ARMED),
					psprintf("%s: drop this feed and create it anew", facts->slot_reason));
	if (th_run.row->recovery != FEED_RECOVERY_NONE)
		return;
	initStringInfo(&reason);
	if (th_arm_judge(th_run.row, facts, &reason) == FEED_PARK)
		th_run_park(th_code_sqlstate(TH_FEED_NOT_ARMED), reason.data);
}

/* Before the sink is asked: it may be down for days, and rows are dumped meanwhile. */
static void
claim(void)
{
	FeedArming *armed = &th_run.row->armed;
	bool claimed;

	if (armed->identity != NULL)
		return;
	th_feed_transaction_begin();
	claimed = th_row_claim();
	th_feed_transaction_end();
	if (!claimed)
		th_run_restart();
	armed->identity = th_run.identity;
	armed->timeline = th_run.timeline;
}

void
th_run_begin(FeedResume *resume)
{
	FeedFacts facts = { 0 };
	StringInfoData reason;
	FeedVerdict verdict;

	MemoryContextSwitchTo(th_run.context);
	initStringInfo(&reason);
	if (th_run.row->wish == FEED_WISH_DROP)
		drop_feed();
	read_options();
	leave_sink_alone(&facts);
	claim();
	th_budget_check();
	connect_sink(&facts.position);
	look_at_server(&facts);
	look_at_position(&facts);
	th_snapshot_start(th_run.row, th_run.state, facts.position.snapshot_chunk);
	th_letter_start(th_run.row, th_run.state, facts.position.letter);
	th_compute_start(th_run.row, th_run.state, memory_share(COMPUTE_SHARE));
	verdict = th_arm_judge(th_run.row, &facts, &reason);
	if (th_run.row->recovery != FEED_RECOVERY_NONE)
		recover(&facts);
	else
		act_on(verdict, &facts, reason.data);
	th_snapshot_reload();
	resume_from(resume);
}
