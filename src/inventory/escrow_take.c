/*
 * escrow_take.c
 *	  Takes promises from entries.
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
	EscrowKey	key;
	int			op_index;

	th_escrow_key(&key, item_id, location_id, lot_id);
	op_index = th_escrow_log_touch(&key);
	th_escrow_ensure_loaded(op_index);
	return op_index;
}

int64
th_escrow_value(int op_index)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	int64		available;

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
use_own_give(EscrowOp *op, int64 quantity)
{
	int64		own = th_escrow_log_own_give(op->entry);
	int64		used = Min(quantity, Max(own, 0));

	op->give -= used;
	return used;
}

bool
th_escrow_take_chosen(int op_index, int64 quantity)
{
	EscrowOp   *op = th_escrow_log_op(op_index);
	EscrowEntry *entry = op->entry;
	LWLock	   *lock = &th_escrow_control->locks[th_escrow_partition_of(entry)].lock;
	int64		own = use_own_give(op, quantity);
	int64		rest = quantity - own;
	bool		enough;

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
		op->taken += rest;
	else
		op->give += own;
	LWLockRelease(lock);
	th_escrow_log_publish(op_index);
	return enough;
}

bool
th_escrow_take(int64 item_id, int64 location_id, int64 lot_id, int64 quantity)
{
	int			mark = th_escrow_log_mark();
	int			op_index = th_escrow_choose(item_id, location_id, lot_id);
	bool		taken = th_escrow_take_chosen(op_index, quantity);

	if (!taken)
		th_escrow_log_drop_unused(mark);
	return taken;
}

void
th_escrow_log_force(int op_index, int64 quantity)
{
	EscrowOp   *op = th_escrow_log_op(op_index);
	EscrowEntry *entry = op->entry;
	LWLock	   *lock = &th_escrow_control->locks[th_escrow_partition_of(entry)].lock;
	int64		rest = quantity - use_own_give(op, quantity);

	LWLockAcquire(lock, LW_SHARED);
	SpinLockAcquire(&entry->mutex);
	entry->available -= rest;
	entry->changes++;
	SpinLockRelease(&entry->mutex);
	op->taken += rest;
	op->forced = true;
	LWLockRelease(lock);
	th_escrow_log_publish(op_index);
}

void
th_escrow_force(int64 item_id, int64 location_id, int64 lot_id, int64 quantity)
{
	th_escrow_log_force(th_escrow_choose(item_id, location_id, lot_id), quantity);
}

/* Partitions of all choices, one bit each. */
typedef struct PartitionSet
{
	uint64		bits[ESCROW_PARTITIONS / 64];
} PartitionSet;

static void
collect_partitions(const EscrowDemand *demands, int count, PartitionSet *set)
{
	memset(set, 0, sizeof(*set));
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < demands[i].choice_count; j++)
		{
			EscrowOp   *op = th_escrow_log_op(demands[i].choices[j].op_index);
			int			partition = th_escrow_partition_of(op->entry);

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
	EscrowOp   *op = th_escrow_log_op(choice->op_index);
	int64		rest = quantity - use_own_give(op, quantity);

	change_value(op->entry, -rest);
	op->taken += rest;
	choice->taken = quantity;
}

/*
 * Gives everything back as taken or as give: the sum is the same, and a choice that
 * used up a give of its own gets it back as one that counts at once.  It was in no
 * other transaction's sight in between.
 */
static void
undo_demand(EscrowDemand *demand, const int64 *own_before)
{
	for (int i = 0; i < demand->choice_count; i++)
	{
		EscrowOp   *op = th_escrow_log_op(demand->choices[i].op_index);
		int64		own_used = own_before[i] - op->give;
		int64		rest = demand->choices[i].taken - own_used;

		op->give += own_used;
		op->taken -= rest;
		change_value(op->entry, rest);
		demand->choices[i].taken = 0;
	}
	demand->granted = 0;
}

static bool
serve(EscrowDemand *demand, int64 *values, int64 *taken)
{
	for (int i = 0; i < demand->choice_count; i++)
	{
		values[i] = th_escrow_value(demand->choices[i].op_index);
		demand->choices[i].taken = 0;
	}
	demand->granted = stock_allocate(values, demand->choice_count, demand->wanted, taken);
	demand->available = demand->granted;
	if (demand->granted < demand->minimum)
	{
		demand->granted = 0;
		return false;
	}
	for (int i = 0; i < demand->choice_count; i++)
	{
		if (taken[i] > 0)
			take_choice(&demand->choices[i], taken[i]);
	}
	return true;
}

static int
total_choices(const EscrowDemand *demands, int count)
{
	int			total = 0;

	for (int i = 0; i < count; i++)
		total += demands[i].choice_count;
	return total;
}

bool
th_escrow_take_all(EscrowDemand *demands, int count)
{
	int			total = total_choices(demands, count);
	int64	   *values = palloc(Max(total, 1) * sizeof(int64));
	int64	   *taken = palloc(Max(total, 1) * sizeof(int64));
	int64	   *own_before = palloc(Max(total, 1) * sizeof(int64));
	PartitionSet set;
	bool		all = true;
	int			offset = 0;

	collect_partitions(demands, count, &set);
	lock_partitions(&set);
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < demands[i].choice_count; j++)
			own_before[offset + j] = th_escrow_log_op(demands[i].choices[j].op_index)->give;
		if (!serve(&demands[i], values, taken))
			all = false;
		offset += demands[i].choice_count;
	}
	for (int i = count - 1; i >= 0 && !all; i--)
	{
		offset -= demands[i].choice_count;
		undo_demand(&demands[i], own_before + offset);
	}
	unlock_partitions(&set);
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < demands[i].choice_count; j++)
			th_escrow_log_publish(demands[i].choices[j].op_index);
	}
	pfree(values);
	pfree(taken);
	pfree(own_before);
	return all;
}

bool
th_escrow_increase_coming(int op_index)
{
	EscrowEntry *entry = th_escrow_log_op(op_index)->entry;
	bool		coming;

	SpinLockAcquire(&entry->mutex);
	coming = entry->committing > 0;
	SpinLockRelease(&entry->mutex);
	return coming;
}

void
th_escrow_wait_change(int op_index, long timeout_ms)
{
	int			partition = th_escrow_partition_of(th_escrow_log_op(op_index)->entry);
	pg_atomic_uint32 *waiters = &th_escrow_control->waiters[partition];

	pg_atomic_fetch_add_u32(waiters, 1);
	PG_TRY();
	{
		/* A change between the caller's look and here costs one timeout, not a sale. */
		ConditionVariableTimedSleep(&th_escrow_control->changed[partition], timeout_ms,
									TH_WAIT_EVENT("TideholdEscrowChange"));
		ConditionVariableCancelSleep();
	}
	PG_FINALLY();
	{
		pg_atomic_fetch_sub_u32(waiters, 1);
	}
	PG_END_TRY();
}
