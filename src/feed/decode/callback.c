/*
 * callback.c
 *	  What the reorder buffer calls: a committed transaction, change by change.
 *
 * These take the place of pgoutput's callbacks in the decoding context; its own change
 * callback is called for what needs it.  Without its begin callback it sends no BEGIN
 * and wants no commit, which nobody would read.
 *
 * Everything here runs in the transaction of the reorder buffer with a historic snapshot:
 * catalogs and type functions may be used, user tables may not.
 *
 * Care.  A change that made three processes fail in the same way has its transaction
 * decoded with care: each change in a subtransaction, and one that fails is rolled back
 * and becomes undecodable.  So any number of bad rows in a transaction cost three starts
 * and not three each.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "storage/spin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "feed/decode/deliver.h"
#include "feed/decode/direct.h"
#include "feed/decode/emitted.h"
#include "feed/decode/proto.h"
#include "feed/decode/reader.h"
#include "feed/decode/suspect.h"

static LogicalDecodeChangeCB plugin_change;
static bool careful;	 /* this transaction */
static bool told_absent; /* that the publication is absent was logged */

/* One change, one table of a TRUNCATE or one message: at most one number. */
typedef struct Step
{
	void (*run)(const struct Step *step);
	ReorderBufferTXN *txn;
	Relation relation; /* NULL: a message */
	ReorderBufferChange *change;
	const char *prefix;
	const char *body;
	Size body_len;
	XLogRecPtr lsn;
} Step;

static void
give_up(const Step *step, uint32 index, const ErrorData *error)
{
	FeedSuspect suspect = { 0 };
	const char *schema_name = NULL;
	const char *table_name = NULL;

	suspect.commit_lsn = th_deliver_txn()->commit_lsn;
	suspect.index = index;
	suspect.failures = th_suspect_failures();
	suspect.sqlstate = error->sqlerrcode;
	strlcpy(suspect.reason, error->message != NULL ? error->message : "", FEED_ERROR_LEN);
	if (step->relation != NULL)
	{
		schema_name = get_namespace_name(RelationGetNamespace(step->relation));
		table_name = RelationGetRelationName(step->relation);
	}
	th_deliver_undecodable(index, schema_name, table_name, &suspect);
}

/* Takes the error and ends its subtransaction; what is not the change's fault goes on. */
static ErrorData *
catch_error(MemoryContext context, ResourceOwner owner)
{
	ErrorData *error;

	if (!th_suspect_is_blamed())
		PG_RE_THROW();
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

static void
run_with_care(const Step *step)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	uint32 index = th_deliver_txn()->changes;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		step->run(step);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		error = catch_error(context, owner);
	}
	PG_END_TRY();
	th_suspect_passed();
	if (error != NULL)
		give_up(step, index, error);
}

static void
look_at(const Step *step)
{
	MemoryContext old = MemoryContextSwitchTo(th_reader.change_context);

	th_suspect_look_at(th_deliver_txn()->commit_lsn, th_deliver_txn()->changes);
	if (careful)
		run_with_care(step);
	else
		step->run(step);
	th_suspect_passed();
	MemoryContextSwitchTo(old);
	MemoryContextReset(th_reader.change_context);
}

/*
 * A snapshot of before CREATE PUBLICATION, or between DROP and CREATE, does not know the
 * publication, and never will: what was written then cannot be published.
 */
static void
count_gap(XLogRecPtr lsn)
{
	FeedState *state = th_reader.state;

	SpinLockAcquire(&state->mutex);
	state->counters.skipped++;
	if (XLogRecPtrIsInvalid(state->gap_from))
		state->gap_from = lsn;
	state->gap_to = lsn;
	SpinLockRelease(&state->mutex);
	if (told_absent)
		return;
	told_absent = true;
	ereport(LOG,
			(errmsg("feed \"%s\" skips changes: publication \"%s\" does not exist at %X/%X",
					th_reader.row->name, th_reader.row->publication, LSN_FORMAT_ARGS(lsn))));
}

static FeedTable *
table_at(Relation relation, XLogRecPtr lsn)
{
	FeedTable *table = th_table_of(relation);

	if (table->membership.absent)
		count_gap(lsn);
	else
		told_absent = false;
	return table;
}

static bool
is_sent(const FeedMembership *membership, ReorderBufferChangeType action)
{
	if (!membership->published)
		return false;
	if (action == REORDER_BUFFER_CHANGE_INSERT)
		return membership->insert;
	if (action == REORDER_BUFFER_CHANGE_UPDATE)
		return membership->update;
	return membership->delete;
}

static void
run_change(const Step *step)
{
	FeedTable *table = table_at(step->relation, step->lsn);

	if (!is_sent(&table->membership, step->change->action))
		return;
	if (table->direct)
		th_direct_change(table, step->relation, step->change);
	else
		th_proto_change(table, plugin_change, step->txn, step->relation, step->change);
}

/* A partition whose rows appear as its root's: the root is named, or only a part is emptied. */
static void
run_truncate(const Step *step)
{
	FeedTable *table = table_at(step->relation, step->lsn);
	const FeedMembership *membership = &table->membership;

	if (!membership->published || !membership->truncate)
		return;
	if (membership->publish_as != RelationGetRelid(step->relation))
		return;
	th_deliver_change(FEED_OP_TRUNCATE, table, step->lsn, false, false);
}

static void
run_message(const Step *step)
{
	th_emitted_take(step->prefix, step->body, step->body_len, step->lsn);
}

static void
on_begin(LogicalDecodingContext *decoding, ReorderBufferTXN *txn)
{
	th_deliver_begin(txn);
	careful = th_suspect_needs_care(txn->final_lsn);
}

static void
on_commit(LogicalDecodingContext *decoding, ReorderBufferTXN *txn, XLogRecPtr commit_lsn)
{
	th_deliver_commit();
}

static void
on_change(LogicalDecodingContext *decoding, ReorderBufferTXN *txn, Relation relation,
		  ReorderBufferChange *change)
{
	Step step = {
		.run = run_change,
		.txn = txn,
		.relation = relation,
		.change = change,
		.lsn = change->lsn,
	};

	look_at(&step);
}

static void
on_truncate(LogicalDecodingContext *decoding, ReorderBufferTXN *txn, int relation_count,
			Relation relations[], ReorderBufferChange *change)
{
	for (int i = 0; i < relation_count; i++)
	{
		Step step = {
			.run = run_truncate,
			.txn = txn,
			.relation = relations[i],
			.change = change,
			.lsn = change->lsn,
		};

		look_at(&step);
	}
}

/* A message outside a transaction has no place in the order of commits. */
static void
on_message(LogicalDecodingContext *decoding, ReorderBufferTXN *txn, XLogRecPtr lsn,
		   bool transactional, const char *prefix, Size len, const char *body)
{
	Step step = {
		.run = run_message,
		.txn = txn,
		.prefix = prefix,
		.body = body,
		.body_len = len,
		.lsn = lsn,
	};

	if (transactional && th_emitted_is_known(prefix))
		look_at(&step);
}

void
th_callback_wrap(LogicalDecodingContext *decoding)
{
	OutputPluginCallbacks *callbacks = &decoding->callbacks;

	plugin_change = callbacks->change_cb;
	callbacks->begin_cb = on_begin;
	callbacks->change_cb = on_change;
	callbacks->truncate_cb = on_truncate;
	callbacks->message_cb = on_message;
	callbacks->commit_cb = on_commit;
	/* Changes of any origin are published: nobody need be asked for each. */
	callbacks->filter_by_origin_cb = NULL;
}
