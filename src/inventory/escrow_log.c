/*
 * escrow_log.c
 *	  The undo log of this backend's transaction, and what happens when it ends.
 *
 * Increases and pins go in XACT_EVENT_COMMIT, which PostgreSQL calls after the
 * transaction has left the list of running transactions and before it gives up its
 * locks.  Earlier would be wrong: another backend could drop the entry, count the rows
 * without ours, and sell our units again.
 *
 * What runs at the end of a transaction neither allocates nor raises.  An error after
 * the commit record would stop the whole server.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/escrow_holder.h"
#include "inventory/escrow_log.h"
#include "inventory/escrow_own.h"

static EscrowOp *ops = NULL;
static int op_count = 0;
static int op_capacity = 0;

static int64 *added_items = NULL;
static int added_count = 0;
static int added_capacity = 0;

static bool bulk = false;		/* counted in th_escrow_control->bulk */
static int exclusive_level = 0; /* nesting level that entered exclusive mode, 0 none */

void
th_escrow_log_publish(int index)
{
	th_escrow_holder_show(index, &ops[index].entry->key, ops[index].taken, ops[index].give);
}

static void *
grow(void *array, int *capacity, int needed, Size element)
{
	int wanted = Max(64, Max(*capacity * 2, needed));

	if (array == NULL)
		array = MemoryContextAllocHuge(TopMemoryContext, (Size) wanted * element);
	else
		array = repalloc_huge(array, (Size) wanted * element);
	*capacity = wanted;
	return array;
}

/* Makes room for one op, so that nothing after the pin can fail for want of memory. */
static void
reserve_op(void)
{
	if (op_count == op_capacity)
		ops = grow(ops, &op_capacity, op_count + 1, sizeof(EscrowOp));
	th_escrow_own_reserve();
}

EscrowOp *
th_escrow_log_op(int index)
{
	Assert(index >= 0 && index < op_count);
	return &ops[index];
}

static int
entry_index(const EscrowEntry *entry)
{
	return (int) (entry - th_escrow_entries);
}

static void
unpin(EscrowEntry *entry)
{
	SpinLockAcquire(&entry->mutex);
	Assert(entry->pins > 0);
	entry->pins--;
	SpinLockRelease(&entry->mutex);
}

/*
 * The op of a pinned entry at the current level.  From the pin to here nothing can fail:
 * a pin without an op would stay for ever.  An entry that has its op has its pin.
 */
static int
op_of(EscrowEntry *entry)
{
	int level = GetCurrentTransactionNestLevel();
	EscrowOwn *own = th_escrow_own_get(entry_index(entry));

	if (own->last_op >= 0 && ops[own->last_op].level == level)
	{
		unpin(entry);
		return own->last_op;
	}
	Assert(op_count < op_capacity);
	ops[op_count] = (EscrowOp){
		.entry = entry, .level = level, .previous = own->last_op
	};
	own->last_op = op_count++;
	th_escrow_holder_count_ops(op_count);
	th_escrow_log_publish(own->last_op);
	return own->last_op;
}

int
th_escrow_log_touch(const EscrowKey *key)
{
	int op_index;

	if (!bulk)
	{
		reserve_op();
		return op_of(th_escrow_pin(key));
	}
	/* To wait for the end of a bulk load of our own would take for ever. */
	op_index = th_escrow_log_touch_or_bulk(key);
	if (op_index < 0)
		th_escrow_raise_exhausted();
	return op_index;
}

int
th_escrow_log_touch_or_bulk(const EscrowKey *key)
{
	EscrowEntry *entry;

	reserve_op();
	entry = th_escrow_pin_or_bulk(key, &bulk);
	return entry ? op_of(entry) : -1;
}

int
th_escrow_log_mark(void)
{
	return op_count;
}

/* The op is gone, or stands elsewhere in the array now. */
static void
own_moved(const EscrowOp *op, int last_op)
{
	EscrowOwn *own = th_escrow_own_find(entry_index(op->entry));

	Assert(own != NULL);
	own->last_op = last_op;
}

void
th_escrow_log_drop_unused(int mark)
{
	int kept = mark;

	/* The chains of the entries are taken apart down to the mark and made anew. */
	for (int i = op_count - 1; i >= mark; i--)
		own_moved(&ops[i], ops[i].previous);
	for (int i = mark; i < op_count; i++)
	{
		EscrowOp *op = &ops[i];

		if (op->taken == 0 && op->give == 0 && op->appended == 0 && !op->loading)
		{
			unpin(op->entry);
			continue;
		}
		op->previous = th_escrow_own_find(entry_index(op->entry))->last_op;
		own_moved(op, kept);
		ops[kept] = *op;
		th_escrow_log_publish(kept);
		kept++;
	}
	op_count = kept;
	th_escrow_holder_count_ops(op_count);
}

int64
th_escrow_log_own_give(const EscrowEntry *entry)
{
	EscrowOwn *own = th_escrow_own_find(entry_index(entry));

	/* In exclusive mode the rows of this transaction are counted already. */
	return own && exclusive_level == 0 ? own->give : 0;
}

int64
th_escrow_log_own_taken(const EscrowEntry *entry)
{
	EscrowOwn *own = th_escrow_own_find(entry_index(entry));

	return own ? own->taken : 0;
}

void
th_escrow_log_add(int op_index, int64 taken, int64 give)
{
	EscrowOp *op = &ops[op_index];
	EscrowOwn *own = th_escrow_own_find(entry_index(op->entry));

	Assert(own != NULL);
	op->taken += taken;
	op->give += give;
	own->taken += taken;
	own->give += give;
}

/* Exclusive mode: nobody else is there to take it before the commit. */
static void
give_at_once(EscrowEntry *entry, int64 quantity)
{
	SpinLockAcquire(&entry->mutex);
	entry->available += quantity;
	entry->changes++;
	SpinLockRelease(&entry->mutex);
}

void
th_escrow_log_give(int op_index, int64 quantity)
{
	Assert(quantity >= 0);
	if (exclusive_level != 0)
	{
		give_at_once(ops[op_index].entry, quantity);
		return;
	}
	th_escrow_log_add(op_index, 0, quantity);
	th_escrow_log_publish(op_index);
}

void
th_escrow_log_forget_value(int op_index)
{
	EscrowEntry *entry = ops[op_index].entry;

	SpinLockAcquire(&entry->mutex);
	if (entry->state == ESCROW_VALID)
		entry->state = ESCROW_EMPTY;
	SpinLockRelease(&entry->mutex);
}

void
th_escrow_note_appended(int64 item_id, int64 location_id, int64 lot_id)
{
	EscrowKey key;
	int index;

	th_escrow_key(&key, item_id, location_id, lot_id);
	/* Not in one expression: touch may move the array. */
	index = th_escrow_log_touch_or_bulk(&key);
	if (index >= 0)
		ops[index].appended++;
}

void
th_escrow_key_added(int64 item_id)
{
	/* This backend looks again now, the others when they can see it. */
	th_escrow_bump_item(item_id);
	if (added_count > 0 && added_items[added_count - 1] == item_id)
		return;
	if (added_count == added_capacity)
		added_items = grow(added_items, &added_capacity, added_count + 1, sizeof(int64));
	added_items[added_count++] = item_id;
}

/* Empties the value of every entry of this database; nobody else can be using them. */
static void
discard_entries(void)
{
	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		EscrowEntry *entry = &th_escrow_entries[i];

		SpinLockAcquire(&entry->mutex);
		if (entry->key.database == MyDatabaseId && entry->state == ESCROW_VALID)
		{
			entry->state = ESCROW_EMPTY;
			entry->changes++;
		}
		SpinLockRelease(&entry->mutex);
	}
}

static void
save_values(void)
{
	for (int i = 0; i < op_count; i++)
	{
		EscrowEntry *entry = ops[i].entry;

		SpinLockAcquire(&entry->mutex);
		ops[i].has_saved = entry->state == ESCROW_VALID;
		ops[i].saved = entry->available;
		ops[i].saved_taken = ops[i].taken;
		SpinLockRelease(&entry->mutex);
	}
}

void
th_escrow_rows_replaced(void)
{
	if (exclusive_level == 0)
	{
		exclusive_level = GetCurrentTransactionNestLevel();
		save_values();
	}
	discard_entries();
}

bool
th_escrow_log_exclusive(void)
{
	return exclusive_level != 0;
}

/* Says before the commit that increases are coming: who is about to be refused waits. */
static void
announce_increases(void)
{
	for (int i = 0; i < op_count; i++)
	{
		EscrowOp *op = &ops[i];

		if (op->give <= 0 || op->committing)
			continue;
		op->committing = true;
		SpinLockAcquire(&op->entry->mutex);
		op->entry->committing++;
		SpinLockRelease(&op->entry->mutex);
	}
}

static void
report_oversold(void)
{
	for (int i = 0; i < op_count; i++)
	{
		EscrowEntry *entry = ops[i].entry;
		int64 available;

		if (!ops[i].forced || ops[i].loading)
			continue;
		SpinLockAcquire(&entry->mutex);
		available = entry->available + (ops[i].give > 0 ? ops[i].give : 0);
		SpinLockRelease(&entry->mutex);
		if (available >= 0)
			continue;
		ereport(WARNING,
				(errcode(th_code_sqlstate(TH_OVERSOLD)),
				 errmsg("stock of item " INT64_FORMAT " at location " INT64_FORMAT " is oversold by " INT64_FORMAT,
						entry->key.item_id, entry->key.location_id, -available),
				 errhint("See inventory.escrow_entry for every entry that is oversold.")));
		return; /* a restore would repeat it for every item */
	}
}

/* One op is over: what it gave at commit, or had taken at abort, is available again. */
static void
settle(EscrowOp *op, int64 available_again)
{
	EscrowEntry *entry = op->entry;
	bool wake = op->loading || op->committing;

	SpinLockAcquire(&entry->mutex);
	if (op->loading && entry->state == ESCROW_LOADING)
		entry->state = ESCROW_EMPTY;
	if (available_again != 0)
	{
		entry->available += available_again;
		entry->changes++;
	}
	if (op->committing)
		entry->committing--;
	entry->pins--;
	SpinLockRelease(&entry->mutex);
	if (wake)
		th_escrow_wake(entry);
}

static void
count_appended(EscrowOp *op)
{
	int before;
	int after;

	SpinLockAcquire(&op->entry->mutex);
	before = op->entry->appended;
	after = Min(before + op->appended, PG_UINT16_MAX);
	op->entry->appended = (uint16) after;
	SpinLockRelease(&op->entry->mutex);
	if (before < ESCROW_FOLD_THRESHOLD && after >= ESCROW_FOLD_THRESHOLD)
		pg_atomic_fetch_add_u32(&th_escrow_control->fold_wanted, 1);
}

static void
end_transaction(void)
{
	if (exclusive_level != 0)
		discard_entries();
	exclusive_level = 0;
	if (bulk)
		th_escrow_end_bulk();
	bulk = false;
	th_escrow_own_forget();
	for (int i = 0; i < added_count; i++)
		th_escrow_bump_item(added_items[i]);
	added_count = 0;
	if (op_count > 0)
	{
		op_count = 0;
		th_escrow_holder_count_ops(op_count);
	}
}

static void
at_commit(void)
{
	/*
	 * An inner level may have used up what an outer one gives.  Its part goes first,
	 * or for a moment others could take what is not there.
	 */
	for (int i = 0; i < op_count; i++)
	{
		if (ops[i].give >= 0)
			continue;
		SpinLockAcquire(&ops[i].entry->mutex);
		ops[i].entry->available += ops[i].give;
		ops[i].entry->changes++;
		SpinLockRelease(&ops[i].entry->mutex);
		ops[i].give = 0;
	}
	for (int i = 0; i < op_count; i++)
	{
		if (ops[i].appended > 0)
			count_appended(&ops[i]);
		settle(&ops[i], ops[i].give);
	}
	end_transaction();
}

static void
at_abort(void)
{
	for (int i = op_count - 1; i >= 0; i--)
		settle(&ops[i], ops[i].taken);
	end_transaction();
}

static void
refuse_prepare(void)
{
	if (op_count == 0 && added_count == 0 && exclusive_level == 0 && !bulk)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot PREPARE a transaction that has changed stock"),
			 errdetail("What it promised is kept in shared memory, which does not outlive the session for prepared transactions."),
			 errhint("Commit it, or reserve with a time to live and fulfil in a second transaction.")));
}

static void
transaction_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (op_count == 0)
				return;
			report_oversold();
			announce_increases();
#ifdef TIDEHOLD_APPLY_AT_PRE_COMMIT
			/* The mistake that the storm test must notice. */
			at_commit();
#endif
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
			at_commit();
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			at_abort();
			break;
		case XACT_EVENT_PRE_PREPARE:
			refuse_prepare();
			break;
		default:
			break;
	}
}

/*
 * Exclusive mode ends with a subtransaction, while outer levels hold promises in entries
 * that have no value now.  The rows are what they were, so the values are too; others
 * could not count them, because they do not know our promises.
 */
static void
restore_values(void)
{
	for (int i = 0; i < op_count; i++)
	{
		EscrowEntry *entry = ops[i].entry;

		if (!ops[i].has_saved || th_escrow_own_find(entry_index(entry))->last_op != i)
			continue;
		SpinLockAcquire(&entry->mutex);
		entry->available = ops[i].saved;
		entry->changes++;
		entry->state = ESCROW_VALID;
		SpinLockRelease(&entry->mutex);
	}
	for (int i = 0; i < op_count; i++)
		ops[i].has_saved = false;
}

/* The level is undone: what it had taken before the values were saved is there again. */
static void
hand_down_saved(const EscrowOp *op)
{
	if (!op->has_saved || op->previous < 0)
		return;
	ops[op->previous].saved = op->saved + op->saved_taken;
	ops[op->previous].has_saved = true;
}

static void
abort_level(int level)
{
	while (op_count > 0 && ops[op_count - 1].level >= level)
	{
		EscrowOp *op = &ops[op_count - 1];

		hand_down_saved(op);
		own_moved(op, op->previous);
		th_escrow_own_find(entry_index(op->entry))->taken -= op->taken;
		th_escrow_own_find(entry_index(op->entry))->give -= op->give;
		settle(op, op->taken);
		op_count--;
	}
	th_escrow_holder_count_ops(op_count);
	if (exclusive_level == 0)
		return;
	/* The rows are again what they were, as far as this level changed them. */
	discard_entries();
	if (exclusive_level < level)
		return;
	/* The lock goes with the subtransaction. */
	exclusive_level = 0;
	restore_values();
}

static void
subtransaction_callback(SubXactEvent event, SubTransactionId mine, SubTransactionId parent,
						void *arg)
{
	int level = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
		abort_level(level);
	if (event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	for (int i = op_count - 1; i >= 0 && ops[i].level >= level; i--)
		ops[i].level = level - 1;
	if (exclusive_level >= level)
		exclusive_level = level - 1;
}

void
th_escrow_init(void)
{
	RegisterXactCallback(transaction_callback, NULL);
	RegisterSubXactCallback(subtransaction_callback, NULL);
}
