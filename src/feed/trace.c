/*
 * trace.c
 *	  The trace context of a transaction, for the feeds that publish its changes.
 *
 * The setting tidehold.traceparent is written into the WAL as a transactional logical
 * message before the first change, so that decoding meets it first.  A message of a
 * subtransaction that is rolled back is never decoded, so the next change writes it again.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "replication/message.h"
#include "tcop/utility.h"
#include "utils/guc.h"

#include "base/call.h"
#include "base/compat.h"
#include "core/feed/traceparent.h"
#include "feed/trace.h"

static char *traceparent = NULL; /* the setting; "": none */

/* What decoding will have met of this transaction; subid 0: nothing. */
static char written[FEED_TRACEPARENT_LEN + 1];
static SubTransactionId written_by = InvalidSubTransactionId;

static ExecutorStart_hook_type previous_executor_start = NULL;
static ProcessUtility_hook_type previous_utility = NULL;

static bool
check_traceparent(char **text, void **extra, GucSource source)
{
	if ((*text)[0] == '\0' || feed_traceparent_is_valid(*text))
		return true;
	GUC_check_errdetail("A trace context is version-traceid-parentid-flags in 2, 32, 16 and 2 small hexadecimal digits, and no id is zero.");
	return false;
}

static bool
can_write(void)
{
	return XLogLogicalInfoActive() && !XactReadOnly && !IsInParallelMode() && !IsParallelWorker() &&
		   !RecoveryInProgress() && IsTransactionState();
}

void
th_feed_trace_write(void)
{
	if (traceparent == NULL || traceparent[0] == '\0' || !can_write())
		return;
	if (written_by != InvalidSubTransactionId && strcmp(written, traceparent) == 0)
		return;
	th_log_logical_message(FEED_TRACE_PREFIX, traceparent, strlen(traceparent), true);
	memcpy(written, traceparent, sizeof(written));
	written_by = GetCurrentSubTransactionId();
}

static void
on_executor_start(QueryDesc *query, int flags)
{
	bool writes = query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE;

	if (writes && (flags & EXEC_FLAG_EXPLAIN_ONLY) == 0)
		th_feed_trace_write();
	if (previous_executor_start)
		previous_executor_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

/* These change rows without the executor, or with one that reads for them. */
static bool
changes_rows(Node *statement)
{
	if (IsA(statement, CopyStmt))
		return ((CopyStmt *) statement)->is_from;
	return IsA(statement, TruncateStmt) || IsA(statement, CreateTableAsStmt);
}

static void
on_utility(PlannedStmt *statement, const char *text, bool read_only_tree,
		   ProcessUtilityContext context, ParamListInfo parameters,
		   QueryEnvironment *environment, DestReceiver *receiver, QueryCompletion *completion)
{
	if (changes_rows(statement->utilityStmt))
		th_feed_trace_write();
	if (previous_utility)
		previous_utility(statement, text, read_only_tree, context, parameters, environment,
						 receiver, completion);
	else
		standard_ProcessUtility(statement, text, read_only_tree, context, parameters, environment,
								receiver, completion);
}

static void
on_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		written_by = InvalidSubTransactionId;
}

static void
on_subtransaction_end(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	if (written_by != subid)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		written_by = parent;
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		written_by = InvalidSubTransactionId;
}

void
th_feed_trace_init(void)
{
	DefineCustomStringVariable("tidehold.traceparent",
							   "Trace context that feeds send with the changes of a transaction.",
							   "As the header traceparent of the W3C recommendation; empty for none.",
							   &traceparent, "",
							   PGC_USERSET, 0, check_traceparent, NULL, NULL);
	previous_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = on_executor_start;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = on_utility;
	RegisterXactCallback(on_transaction_end, NULL);
	RegisterSubXactCallback(on_subtransaction_end, NULL);
	th_on_write(th_feed_trace_write);
}
