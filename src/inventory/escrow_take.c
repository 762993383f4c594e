/*
 * escrow_take.c
 *	  Takes promises from entries, and gives back.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lwlock.h"

#include "base/compat.h"
#include "core/stock/stock.h"
#include "inventory/escrow.h"
#include "inventory/escrow_load.h"
#include "inventory/escrow_log.h"
#include "inventory/escrow_take.h"

int
th_escrow_mark(void)
{
	return th_escrow_log_mark();
}

void
th_escrow_forget_unused(int mark)
{
	th_escrow_log_drop_unused(mark);
}

int
th_escrow_choose(int64 item_id, int64 location_id, int64 lot_id)
{
	EscrowKey key;
	int op_index;

	th_escrow_key(&key, item_id, location_id, lot_id);
	op_index = th_escrow_log_touch(&key);
	th_escrow_ensure_loaded(op_index);
	return op_index;
}

int64
th_escrow_value(int op_index)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	int64 available;

	SpinLockAcquire(&entry->mutex);
	available = entry->available;
	SpinLockRelease(&entry->mutex);
	return available + th_escrow_log_own_give(entry);
}

/*
 * What this transaction gives back it may use itself: first that, which nobody else can
 * have, then the entry.  Whoever commits, commits both.
 */
static int64
use_own_give(int op_index, int64 quantity)
{
	int64 own = th_escrow_log_own_give(th_escrow_log_op(op_index)->entry);
	int64 used = Min(quantity, Max(own, 0));

	th_escrow_log_add(op_index, 0, -used);
	return used;
}

bool
th_escrow_take_chosen(int op_index, int64 quantity)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	LWLock *lock = &th_escrow_control->locks[th_escrow_partition_of(entry)].lock;
	int64 own = use_own_give(op_index, quantity);
	int64 rest = quantity - own;
	bool enough;

	LWLockAcquire(lock, LW_SHARED);
	SpinLockAcquire(&entry->mutex);
	enough = rest == 0 || entry->available >= rest;
	if (enough && rest > 0)
	{
		entry->available -= rest;
		entry->changes++;
	}
	SpinLockRelease(&entry->mutex);
	if (enough)
		th_escrow_log_add(op_index, rest, 0);
	else
		th_escrow_log_add(op_index, 0, own);
	LWLockRelease(lock);
	th_escrow_log_publish(op_index);
	return enough;
}

bool
th_escrow_take(int64 item_id, int64 location_id, int64 lot_id, int64 quantity)
{
	int mark = th_escrow_log_mark();
	int op_index = th_escrow_choose(item_id, location_id, lot_id);
	bool taken = th_escrow_take_chosen(op_index, quantity);

	if (!taken)
		th_escrow_log_drop_unused(mark);
	return taken;
}

void
th_escrow_log_force(int op_index, int64 quantity)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	LWLock *lock = &th_escrow_control->locks[th_escrow_partition_of(entry)].lock;
	int64 rest = quantity - use_own_give(op_index, quantity);

	LWLockAcquire(lock, LW_SHARED);
	SpinLockAcquire(&entry->mutex);
	entry->available -= rest;
	entry->changes++;
	SpinLockRelease(&entry->mutex);
	th_escrow_log_add(op_index, rest, 0);
	th_escrow_log_op(op_index)->forced = true;
	LWLockRelease(lock);
	th_escrow_log_publish(op_index);
}

void
th_escrow_force(int64 item_id, int64 location_id, int64 lot_id, int64 quantity)
{
	th_escrow_log_force(th_escrow_choose(item_id, location_id, lot_id), quantity);
}

/* An increase can wait for nobody: where every entry is pinned it is a bulk load. */
void
th_escrow_give(int64 item_id, int64 location_id, int64 lot_id, int64 quantity)
{
	EscrowKey key;
	int index;

	th_escrow_key(&key, item_id, location_id, lot_id);
	index = th_escrow_log_touch_or_bulk(&key);
	if (index < 0)
		return;
	th_escrow_ensure_loaded(index);
	th_escrow_log_give(index, quantity);
}

bool
th_escrow_is_oversold(int64 item_id, int64 location_id, int64 lot_id)
{
	return th_escrow_value(th_escrow_choose(item_id, location_id, lot_id)) < 0;
}

/* Partitions of all choices, one bit each. */
typedef struct PartitionSet
{
	uint64 bits[ESCROW_PARTITIONS / 64];
} PartitionSet;

static void
collect_partitions(const EscrowDemand *demands, int count, PartitionSet *set)
{
	memset(set, 0, sizeof(*set));
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < demands[i].choice_count; j++)
		{
			EscrowOp *op = th_escrow_log_op(demands[i].choices[j].op_index);
			int partition = th_escrow_partition_of(op->entry);

			set->bits[partition / 64] |= UINT64CONST(1) << (partition % 64);
		}
	}
}

static bool
in_set(const PartitionSet *set, int partition)
{
	return (set->bits[partition / 64] >> (partition % 64)) & 1;
}

/* In order, so that no two of these wait for each other. */
static void
lock_partitions(const PartitionSet *set)
{
	for (int i = 0; i < ESCROW_PARTITIONS; i++)
	{
		if (in_set(set, i))
			LWLockAcquire(&th_escrow_control->locks[i].lock, LW_EXCLUSIVE);
	}
}

static void
unlock_partitions(const PartitionSet *set)
{
	for (int i = 0; i < ESCROW_PARTITIONS; i++)
	{
		if (in_set(set, i))
			LWLockRelease(&th_escrow_control->locks[i].lock);
	}
}

/* The partition is locked exclusively: available can only have grown since it was read. */
static void
change_value(EscrowEntry *entry, int64 by)
{
	SpinLockAcquire(&entry->mutex);
	entry->available += by;
	entry->changes++;
	SpinLockRelease(&entry->mutex);
}

static void
take_choice(EscrowChoice *choice, int64 quantity)
{
	EscrowOp *op = th_escrow_log_op(choice->op_index);
	int64 own = use_own_give(choice->op_index, quantity);

	change_value(op->entry, own - quantity);
	th_escrow_log_add(choice->op_index, quantity - own, 0);
	choice->taken += quantity;
	choice->own_used += own;
}

static void
undo_demand(EscrowDemand *demand)
{
	for (int i = 0; i < demand->choice_count; i++)
	{
		EscrowChoice *choice = &demand->choices[i];
		EscrowOp *op = th_escrow_log_op(choice->op_index);
		int64 rest = choice->taken - choice->own_used;

		th_escrow_log_add(choice->op_index, -rest, choice->own_used);
		change_value(op->entry, rest);
		choice->taken = 0;
		choice->own_used = 0;
	}
	demand->granted = 0;
}

static void
forget_taken(EscrowDemand *demands, int count)
{
	for (int i = 0; i < count; i++)
	{
		demands[i].granted = 0;
		demands[i].coming_op = -1;
		for (int j = 0; j < demands[i].choice_count; j++)
		{
			demands[i].choices[j].taken = 0;
			demands[i].choices[j].own_used = 0;
		}
	}
}

/* Is another transaction about to commit an increase of the entry? */
static bool
increase_coming(int op_index)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	bool coming;

	SpinLockAcquire(&entry->mutex);
	coming = entry->committing > 0;
	SpinLockRelease(&entry->mutex);
	return coming;
}

/* Takes up to quantity more for a demand; returns how much it got. */
static int64
take_more(EscrowDemand *demand, int64 quantity, int64 *values, int64 *taken)
{
	int64 got;

	for (int i = 0; i < demand->choice_count; i++)
	{
		/* Who is committing is asked first: a value read later has what came since. */
		if (increase_coming(demand->choices[i].op_index))
			demand->coming_op = demand->choices[i].op_index;
		values[i] = th_escrow_value(demand->choices[i].op_index);
	}
	got = stock_allocate(values, demand->choice_count, quantity, taken);
	for (int i = 0; i < demand->choice_count; i++)
	{
		if (taken[i] > 0)
			take_choice(&demand->choices[i], taken[i]);
	}
	demand->granted += got;
	return got;
}

static int
compare_width(const void *a, const void *b)
{
	const EscrowDemand *x = *(EscrowDemand *const *) a;
	const EscrowDemand *y = *(EscrowDemand *const *) b;

	if (x->choice_count != y->choice_count)
		return x->choice_count < y->choice_count ? -1 : 1;
	return x < y ? -1 : x > y;
}

/*
 * Minimums before anything else, so that no demand takes what another cannot do without;
 * and the demand with the fewest choices first: it can take nowhere else, while one that
 * has these choices and more can.  Places are nested or apart, so this order serves all
 * that can be served together; only lots that cross places can need another.
 */
static bool
serve_all(EscrowDemand **order, int count, int64 *values, int64 *taken)
{
	bool all = true;

	for (int i = 0; i < count; i++)
	{
		if (take_more(order[i], order[i]->minimum, values, taken) < order[i]->minimum)
			all = false;
	}
	for (int i = 0; i < count && all; i++)
		take_more(order[i], order[i]->wanted - order[i]->minimum, values, taken);
	for (int i = 0; i < count; i++)
		order[i]->available = order[i]->granted;
	return all;
}

static int
total_choices(const EscrowDemand *demands, int count)
{
	int total = 0;

	for (int i = 0; i < count; i++)
		total += demands[i].choice_count;
	return total;
}

static void
publish_demand(const EscrowDemand *demand)
{
	for (int i = 0; i < demand->choice_count; i++)
		th_escrow_log_publish(demand->choices[i].op_index);
}

bool
th_escrow_take_all(EscrowDemand *demands, int count)
{
	int total = Max(total_choices(demands, count), 1);
	int64 *values = palloc(total * sizeof(int64));
	int64 *taken = palloc(total * sizeof(int64));
	EscrowDemand **order = palloc(count * sizeof(EscrowDemand *));
	PartitionSet set;
	bool all;

	for (int i = 0; i < count; i++)
		order[i] = &demands[i];
	qsort(order, count, sizeof(EscrowDemand *), compare_width);
	forget_taken(demands, count);
	collect_partitions(demands, count, &set);
	lock_partitions(&set);
	all = serve_all(order, count, values, taken);
	for (int i = 0; i < count && !all; i++)
		undo_demand(&demands[i]);
	unlock_partitions(&set);
	for (int i = 0; i < count; i++)
		publish_demand(&demands[i]);
	pfree(values);
	pfree(taken);
	pfree(order);
	return all;
}

void
th_escrow_wait_change(int op_index, long timeout_ms)
{
	int partition = th_escrow_partition_of(th_escrow_log_op(op_index)->entry);
	ConditionVariable *changed = &th_escrow_control->changed[partition];
	pg_atomic_uint32 *waiters = &th_escrow_control->waiters[partition];

	pg_atomic_fetch_add_u32(waiters, 1);
	PG_TRY();
	{
		/*
		 * A change between the caller's look and here costs one timeout, not a sale.
		 * Without the preparation the first sleep returns at once.
		 */
		ConditionVariablePrepareToSleep(changed);
		ConditionVariableTimedSleep(changed, timeout_ms, TH_WAIT_EVENT("TideholdEscrowChange"));
		ConditionVariableCancelSleep();
	}
	PG_FINALLY();
	{
		pg_atomic_fetch_sub_u32(waiters, 1);
	}
	PG_END_TRY();
}
