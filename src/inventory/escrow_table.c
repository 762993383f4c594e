/*
 * escrow_table.c
 *	  The shared table of escrow entries: an array of fixed size, chained buckets over
 *	  it, and a clock that evicts.
 *
 * Not a dynahash: the clock and the views walk the array entry by entry, which a
 * partitioned dynahash only allows under all its locks, from the start each time.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/shmem.h"

#include "base/compat.h"
#include "base/settings.h"
#include "inventory/catalog.h"
#include "inventory/escrow.h"
#include "inventory/escrow_holder.h"
#include "inventory/escrow_table.h"

#define NO_ENTRY (-1)
#define TRANCHE "tidehold_escrow"

EscrowControl *th_escrow_control = NULL;
EscrowEntry *th_escrow_entries = NULL;
static int32 *buckets = NULL;

static uint32
bucket_count(void)
{
	return pg_nextpower2_32((uint32) th_setting_escrow_entries);
}

void
th_escrow_request_shmem(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(EscrowControl)));
	RequestAddinShmemSpace(mul_size(th_setting_escrow_entries, sizeof(EscrowEntry)));
	RequestAddinShmemSpace(mul_size(bucket_count(), sizeof(int32)));
	RequestNamedLWLockTranche(TRANCHE, ESCROW_PARTITIONS);
	th_escrow_holder_request_shmem();
}

static void
init_control(void)
{
	EscrowControl *control = th_escrow_control;

	control->locks = GetNamedLWLockTranche(TRANCHE);
	SpinLockInit(&control->free_mutex);
	control->free_head = 0;
	pg_atomic_init_u32(&control->clock_hand, 0);
	pg_atomic_init_u32(&control->fold_wanted, 0);
	pg_atomic_init_u64(&control->loads, 0);
	pg_atomic_init_u64(&control->evictions, 0);
	for (int i = 0; i < ESCROW_PARTITIONS; i++)
	{
		ConditionVariableInit(&control->changed[i]);
		pg_atomic_init_u32(&control->waiters[i], 0);
	}
	for (int i = 0; i < ESCROW_ITEM_VERSIONS; i++)
		pg_atomic_init_u64(&control->item_versions[i], 0);
	for (int i = 0; i < ESCROW_BULK_SLOTS; i++)
		pg_atomic_init_u32(&control->bulk[i], 0);
}

static void
init_entries(void)
{
	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		EscrowEntry *entry = &th_escrow_entries[i];

		memset(entry, 0, sizeof(*entry));
		SpinLockInit(&entry->mutex);
		entry->state = ESCROW_FREE;
		entry->next = i + 1 < th_setting_escrow_entries ? i + 1 : NO_ENTRY;
	}
	for (uint32 i = 0; i < bucket_count(); i++)
		buckets[i] = NO_ENTRY;
}

void
th_escrow_startup_shmem(void)
{
	bool found;

	th_escrow_control = ShmemInitStruct("tidehold escrow", sizeof(EscrowControl), &found);
	if (!found)
		init_control();
	th_escrow_entries = ShmemInitStruct("tidehold escrow entries",
										mul_size(th_setting_escrow_entries, sizeof(EscrowEntry)),
										&found);
	buckets = ShmemInitStruct("tidehold escrow buckets",
							  mul_size(bucket_count(), sizeof(int32)), &found);
	if (!found)
		init_entries();
	th_escrow_holder_startup_shmem();
}

void
th_escrow_key(EscrowKey *key, int64 item_id, int64 location_id, int64 lot_id)
{
	key->database = MyDatabaseId;
	key->kind = th_catalog()->balance;
	key->item_id = item_id;
	key->location_id = location_id;
	key->lot_id = lot_id;
}

static uint32
key_hash(const EscrowKey *key)
{
	return hash_bytes((const unsigned char *) key, sizeof(EscrowKey));
}

/* Partitions are the low bits of the bucket number, so a chain lies in one partition. */
int
th_escrow_partition(const EscrowKey *key)
{
	return key_hash(key) % ESCROW_PARTITIONS;
}

static int32 *
bucket_of(const EscrowKey *key)
{
	StaticAssertStmt((ESCROW_PARTITIONS & (ESCROW_PARTITIONS - 1)) == 0, "a power of two");
	return &buckets[key_hash(key) & (bucket_count() - 1)];
}

static EscrowEntry *
find(const EscrowKey *key)
{
	for (int32 i = *bucket_of(key); i != NO_ENTRY; i = th_escrow_entries[i].next)
	{
		if (th_escrow_key_equal(&th_escrow_entries[i].key, key))
			return &th_escrow_entries[i];
	}
	return NULL;
}

static void
pin(EscrowEntry *entry)
{
	SpinLockAcquire(&entry->mutex);
	entry->pins++;
	entry->recently_used = 1;
	SpinLockRelease(&entry->mutex);
}

static EscrowEntry *
pop_free(void)
{
	EscrowControl *control = th_escrow_control;
	int32 head;

	SpinLockAcquire(&control->free_mutex);
	head = control->free_head;
	if (head != NO_ENTRY)
		control->free_head = th_escrow_entries[head].next;
	SpinLockRelease(&control->free_mutex);
	return head == NO_ENTRY ? NULL : &th_escrow_entries[head];
}

static void
push_free(EscrowEntry *entry)
{
	EscrowControl *control = th_escrow_control;

	SpinLockAcquire(&control->free_mutex);
	entry->next = control->free_head;
	control->free_head = (int32) (entry - th_escrow_entries);
	SpinLockRelease(&control->free_mutex);
}

/* The caller holds the partition exclusively. */
static void
unlink_entry(EscrowEntry *entry)
{
	int32 wanted = (int32) (entry - th_escrow_entries);
	int32 *link = bucket_of(&entry->key);

	while (*link != wanted)
	{
		Assert(*link != NO_ENTRY);
		link = &th_escrow_entries[*link].next;
	}
	*link = entry->next;
}

/* Removes the entry unless it is pinned or being loaded. */
static bool
evict(const EscrowKey *key)
{
	LWLock *lock = &th_escrow_control->locks[th_escrow_partition(key)].lock;
	EscrowEntry *entry;
	bool idle = false;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	entry = find(key);
	if (entry)
	{
		SpinLockAcquire(&entry->mutex);
		idle = entry->pins == 0 && entry->state != ESCROW_LOADING;
		if (idle)
			entry->state = ESCROW_FREE;
		SpinLockRelease(&entry->mutex);
	}
	if (idle)
	{
		unlink_entry(entry);
		memset(&entry->key, 0, sizeof(EscrowKey));
		push_free(entry);
	}
	LWLockRelease(lock);
	return idle;
}

/*
 * Moves the clock hand until it has freed an entry that nobody uses.  Entries used
 * since the hand came by last get a second chance; after two turns all are pinned.
 */
static bool
evict_one(void)
{
	EscrowControl *control = th_escrow_control;
	int64 steps = 2 * (int64) th_setting_escrow_entries;

	for (int64 i = 0; i < steps; i++)
	{
		uint32 hand = pg_atomic_fetch_add_u32(&control->clock_hand, 1);
		EscrowEntry *entry = &th_escrow_entries[hand % th_setting_escrow_entries];
		EscrowKey key;
		bool idle;

		SpinLockAcquire(&entry->mutex);
		idle = entry->pins == 0 && !entry->recently_used &&
			   (entry->state == ESCROW_VALID || entry->state == ESCROW_EMPTY);
		if (entry->pins == 0)
			entry->recently_used = 0;
		key = entry->key;
		SpinLockRelease(&entry->mutex);
		if (idle && evict(&key))
		{
			pg_atomic_fetch_add_u64(&control->evictions, 1);
			return true;
		}
	}
	return false;
}

static pg_atomic_uint32 *
bulk_count(Oid database)
{
	return &th_escrow_control->bulk[database % ESCROW_BULK_SLOTS];
}

/*
 * The caller holds the partition exclusively and has not found the key.  A transaction
 * that begins to change rows without entries counts itself and looks once more under
 * this lock, so either it finds what we add, or we see its count.
 */
static EscrowEntry *
add(const EscrowKey *key)
{
	int32 *bucket = bucket_of(key);
	EscrowEntry *entry;

	if (pg_atomic_read_u32(bulk_count(key->database)) > 0)
		return NULL;
	entry = pop_free();
	if (entry == NULL)
		return NULL;
	SpinLockAcquire(&entry->mutex);
	Assert(entry->state == ESCROW_FREE && entry->pins == 0);
	entry->key = *key;
	entry->state = ESCROW_EMPTY;
	entry->available = 0;
	entry->committing = 0;
	entry->appended = 0;
	entry->changes = 0;
	SpinLockRelease(&entry->mutex);
	entry->next = *bucket;
	*bucket = (int32) (entry - th_escrow_entries);
	return entry;
}

static EscrowEntry *
find_and_pin(const EscrowKey *key, LWLockMode mode)
{
	LWLock *lock = &th_escrow_control->locks[th_escrow_partition(key)].lock;
	EscrowEntry *entry;

	LWLockAcquire(lock, mode);
	entry = find(key);
	if (entry == NULL && mode == LW_EXCLUSIVE)
		entry = add(key);
	if (entry)
		pin(entry);
	LWLockRelease(lock);
	return entry;
}

#define BULK_WAIT_MS_MAX 10000
#define BULK_WAIT_MS_STEP 10

/* Bounded: the bulk load may be waiting for a lock that our transaction holds. */
static bool
wait_for_bulk_load(Oid database)
{
	for (int waited = 0; waited < BULK_WAIT_MS_MAX; waited += BULK_WAIT_MS_STEP)
	{
		if (pg_atomic_read_u32(bulk_count(database)) == 0)
			return true;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 BULK_WAIT_MS_STEP, TH_WAIT_EVENT("TideholdEscrowBulk"));
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	return false;
}

void
th_escrow_raise_exhausted(void)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_ENTRIES_EXHAUSTED)),
			 errmsg("all %d stock entries are in use by open transactions",
					th_setting_escrow_entries),
			 errhint("Raise tidehold.escrow_entries, or commit transactions that touch many items.")));
}

EscrowEntry *
th_escrow_pin(const EscrowKey *key)
{
	EscrowEntry *entry = find_and_pin(key, LW_SHARED);

	if (entry)
		return entry;
	while ((entry = find_and_pin(key, LW_EXCLUSIVE)) == NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (pg_atomic_read_u32(bulk_count(key->database)) > 0)
		{
			if (!wait_for_bulk_load(key->database))
				th_escrow_raise_exhausted();
		}
		/* No partition is locked here: the victim lies in any. */
		else if (!evict_one())
			th_escrow_raise_exhausted();
	}
	return entry;
}

EscrowEntry *
th_escrow_pin_or_bulk(const EscrowKey *key, bool *bulk)
{
	EscrowEntry *entry = find_and_pin(key, LW_SHARED);

	while (entry == NULL && !*bulk)
	{
		CHECK_FOR_INTERRUPTS();
		entry = find_and_pin(key, LW_EXCLUSIVE);
		if (entry || (pg_atomic_read_u32(bulk_count(key->database)) == 0 && evict_one()))
			continue;
		*bulk = true;
		pg_atomic_fetch_add_u32(bulk_count(MyDatabaseId), 1);
	}
	return entry ? entry : find_and_pin(key, LW_EXCLUSIVE);
}

void
th_escrow_end_bulk(void)
{
	pg_atomic_fetch_sub_u32(bulk_count(MyDatabaseId), 1);
}

static pg_atomic_uint64 *
item_version(int64 item_id)
{
	uint32 hash = hash_bytes((const unsigned char *) &item_id, sizeof(item_id));

	return &th_escrow_control->item_versions[hash % ESCROW_ITEM_VERSIONS];
}

void
th_escrow_bump_item(int64 item_id)
{
	pg_atomic_fetch_add_u64(item_version(item_id), 1);
}

uint64
th_escrow_item_version(int64 item_id)
{
	return pg_atomic_read_u64(item_version(item_id));
}

void
th_escrow_wake(const EscrowEntry *entry)
{
	int partition = th_escrow_partition_of(entry);

	/* The value is out before we look who waits; a waiter counts itself before it looks. */
	pg_memory_barrier();
	if (pg_atomic_read_u32(&th_escrow_control->waiters[partition]) > 0)
		ConditionVariableBroadcast(&th_escrow_control->changed[partition]);
}

void
th_escrow_purge_database(Oid database)
{
	for (int i = 0; i < th_setting_escrow_entries; i++)
	{
		EscrowEntry *entry = &th_escrow_entries[i];
		EscrowKey key;

		SpinLockAcquire(&entry->mutex);
		key = entry->key;
		SpinLockRelease(&entry->mutex);
		if (key.database == database)
			evict(&key);
	}
}
