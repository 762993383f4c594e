/*
 * budget.c
 *	  A slot that keeps WAL must not fill the disk: what is done about it, and when.
 *
 * Looked at once a second in every state, also while the sink hangs.  Policies (option
 * on_wal_budget): warn; park: give the slot up, the feed then waits for recover_feed()
 * or does what on_slot_loss says; drop: give the feed up.  A slot can only be dropped by
 * a process that does not decode from it: while decoding, the process ends, and the next
 * one finds the budget exceeded before it begins.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "replication/slot.h"
#include "storage/spin.h"

#include "base/clock.h"
#include "base/errors.h"
#include "feed/worker/run.h"
#include "feed/worker/transaction.h"

#define CHECK_INTERVAL_MS 1000

static int64 next_check = 0;
static bool warned = false;

static XLogRecPtr
kept_from(void)
{
	ReplicationSlot *slot = MyReplicationSlot;
	XLogRecPtr restart;

	if (slot == NULL)
		slot = SearchNamedReplicationSlot(th_run.row->slot_name, true);
	if (slot == NULL)
		return InvalidXLogRecPtr;
	SpinLockAcquire(&slot->mutex);
	restart = slot->in_use ? slot->data.restart_lsn : InvalidXLogRecPtr;
	SpinLockRelease(&slot->mutex);
	return restart;
}

static void
drop_row(void)
{
	th_feed_transaction_begin();
	th_row_delete();
	th_feed_transaction_end();
	th_run_restart();
}

static void
give_up_slot(const char *policy, int64 kept)
{
	if (MyReplicationSlot != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("feed \"%s\" keeps %lld MB of WAL, more than its budget",
						th_run.row->name, (long long) (kept >> 20)),
				 errdetail("Its policy is \"%s\".", policy)));
	th_slot_drop(th_run.row->slot_name);
	ereport(LOG,
			(errmsg("feed \"%s\" gave its replication slot up: it kept %lld MB of WAL",
					th_run.row->name, (long long) (kept >> 20)),
			 errhint("Call tidehold.recover_feed('%s') when its sink works again.", th_run.row->name)));
	if (strcmp(policy, "drop") == 0)
		drop_row();
	else if (th_run_policy() == FEED_RECOVERY_NONE)
		th_run_park(th_code_sqlstate(TH_FEED_SLOT_LOST),
					psprintf("replication slot was given up: it kept %lld MB of WAL, more than the feed's budget",
							 (long long) (kept >> 20)));
}

static void
warn_once(int64 kept)
{
	if (!warned)
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("feed \"%s\" keeps %lld MB of WAL, more than its budget",
						th_run.row->name, (long long) (kept >> 20)),
				 errhint("See why in tidehold.stat_feed, or set the option on_wal_budget to park.")));
	warned = true;
}

void
th_budget_check(void)
{
	int64 now = th_monotonic_ms();
	int64 budget;
	char *policy;
	XLogRecPtr restart;
	int64 kept;

	if (now < next_check)
		return;
	next_check = now + CHECK_INTERVAL_MS;
	budget = th_feed_option_int(th_run.row, "wal_budget");
	restart = kept_from();
	if (budget <= 0 || XLogRecPtrIsInvalid(restart))
		return;
	kept = GetFlushRecPtr(NULL) - restart;
	if (kept <= budget)
	{
		warned = false;
		return;
	}
	policy = th_feed_option_text(th_run.row, "on_wal_budget");
	if (strcmp(policy, "warn") == 0)
		warn_once(kept);
	else
		give_up_slot(policy, kept);
	pfree(policy);
}
