/*
 * lost_sale_table.c
 *	  The shared table of refused quantities: partitions of fixed size with chained
 *	  buckets, and slots for the hashes of request ids.
 *
 * A full partition counts what it could not take.  Slots of request ids are sets of
 * eight; the ninth hash of a set takes the place of the one that came first.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "port/atomics.h"
#include "port/pg_bitutils.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "base/settings.h"
#include "inventory/lost_sale.h"
#include "inventory/lost_sale_table.h"

#define PARTITIONS 16
#define WAYS 8
#define SETS_PER_ENTRY 1
#define NO_ENTRY (-1)
#define TRANCHE "tidehold_lost_sale"

typedef struct Entry
{
	LostSaleSum sum;
	int32 next; /* in the chain of the bucket, or the free list */
} Entry;

typedef struct RequestSet
{
	uint64 hashes[WAYS]; /* the newest first; 0: none */
} RequestSet;

typedef struct Control
{
	LWLockPadded *locks;
	int32 free_heads[PARTITIONS];
	pg_atomic_uint32 used;
	pg_atomic_uint64 dropped_requests;
	pg_atomic_uint64 dropped_missing;
	pg_atomic_uint64 repeated;
} Control;

static Control *control = NULL;
static Entry *entries = NULL;
static int32 *buckets = NULL;
static RequestSet *sets = NULL;

/* All counts are for one partition. */
static int
partition_entries(void)
{
	return Max(th_setting_lost_sale_entries / PARTITIONS, 1);
}

static uint32
partition_buckets(void)
{
	return pg_nextpower2_32((uint32) partition_entries());
}

static uint32
partition_sets(void)
{
	return partition_buckets() * SETS_PER_ENTRY;
}

void
th_lost_sale_request_shmem(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(Control)));
	RequestAddinShmemSpace(mul_size(PARTITIONS * partition_entries(), sizeof(Entry)));
	RequestAddinShmemSpace(mul_size(PARTITIONS * partition_buckets(), sizeof(int32)));
	RequestAddinShmemSpace(mul_size(PARTITIONS * partition_sets(), sizeof(RequestSet)));
	RequestNamedLWLockTranche(TRANCHE, PARTITIONS);
}

static void
init_control(void)
{
	control->locks = GetNamedLWLockTranche(TRANCHE);
	for (int i = 0; i < PARTITIONS; i++)
		control->free_heads[i] = i * partition_entries();
	pg_atomic_init_u32(&control->used, 0);
	pg_atomic_init_u64(&control->dropped_requests, 0);
	pg_atomic_init_u64(&control->dropped_missing, 0);
	pg_atomic_init_u64(&control->repeated, 0);
}

static void
init_entries(void)
{
	int count = partition_entries();

	for (int i = 0; i < PARTITIONS * count; i++)
	{
		memset(&entries[i], 0, sizeof(Entry));
		entries[i].next = (i + 1) % count != 0 ? i + 1 : NO_ENTRY;
	}
	for (uint32 i = 0; i < PARTITIONS * partition_buckets(); i++)
		buckets[i] = NO_ENTRY;
	memset(sets, 0, mul_size(PARTITIONS * partition_sets(), sizeof(RequestSet)));
}

void
th_lost_sale_startup_shmem(void)
{
	bool found;

	control = ShmemInitStruct("tidehold lost sales", sizeof(Control), &found);
	if (!found)
		init_control();
	entries = ShmemInitStruct("tidehold lost sale entries",
							  mul_size(PARTITIONS * partition_entries(), sizeof(Entry)), &found);
	buckets = ShmemInitStruct("tidehold lost sale buckets",
							  mul_size(PARTITIONS * partition_buckets(), sizeof(int32)), &found);
	sets = ShmemInitStruct("tidehold lost sale requests",
						   mul_size(PARTITIONS * partition_sets(), sizeof(RequestSet)), &found);
	if (!found)
		init_entries();
}

static uint32
key_hash(const LostSaleKey *key)
{
	return hash_bytes((const unsigned char *) key, sizeof(LostSaleKey));
}

static inline int
partition_of(uint32 hash)
{
	return hash % PARTITIONS;
}

static int32 *
bucket_of(uint32 hash)
{
	uint32 bucket = (hash / PARTITIONS) & (partition_buckets() - 1);

	return &buckets[partition_of(hash) * partition_buckets() + bucket];
}

/* The link that points to the entry of the key, or the end of its chain. */
static int32 *
find_link(uint32 hash, const LostSaleKey *key)
{
	int32 *link = bucket_of(hash);

	while (*link != NO_ENTRY && memcmp(&entries[*link].sum.key, key, sizeof(*key)) != 0)
		link = &entries[*link].next;
	return link;
}

/* Remembers the hash; true where it was there.  Under the partition's lock. */
static bool
is_repeated(int partition, uint64 hash)
{
	RequestSet *set = &sets[partition * partition_sets() + (hash & (partition_sets() - 1))];

	for (int i = 0; i < WAYS; i++)
		if (set->hashes[i] == hash)
			return true;
	memmove(&set->hashes[1], &set->hashes[0], (WAYS - 1) * sizeof(uint64));
	set->hashes[0] = hash;
	return false;
}

static void
add_clamped(int64 *sum, int64 value)
{
	if (pg_add_s64_overflow(*sum, value, sum))
		*sum = PG_INT64_MAX;
}

/* Adds an entry without a sum at the end of a chain; NULL where the partition is full. */
static Entry *
append(int partition, int32 *link, const LostSaleKey *key)
{
	int32 index = control->free_heads[partition];

	if (index == NO_ENTRY)
		return NULL;
	control->free_heads[partition] = entries[index].next;
	memset(&entries[index], 0, sizeof(Entry));
	entries[index].sum.key = *key;
	entries[index].next = NO_ENTRY;
	*link = index;
	pg_atomic_fetch_add_u32(&control->used, 1);
	return &entries[index];
}

static void
unlink_entry(int partition, int32 *link)
{
	int32 index = *link;

	*link = entries[index].next;
	memset(&entries[index].sum, 0, sizeof(LostSaleSum));
	entries[index].next = control->free_heads[partition];
	control->free_heads[partition] = index;
	pg_atomic_fetch_sub_u32(&control->used, 1);
}

static void
add_locked(int partition, uint32 hash, const LostSaleSum *change)
{
	int32 *link = find_link(hash, &change->key);
	Entry *entry = *link != NO_ENTRY ? &entries[*link] : append(partition, link, &change->key);

	if (entry == NULL)
	{
		pg_atomic_fetch_add_u64(&control->dropped_requests, change->requests);
		pg_atomic_fetch_add_u64(&control->dropped_missing, change->missing);
		return;
	}
	add_clamped(&entry->sum.requests, change->requests);
	add_clamped(&entry->sum.requested, change->requested);
	add_clamped(&entry->sum.missing, change->missing);
}

void
th_lost_sale_add(const LostSaleSum *change, uint64 request_hash)
{
	uint32 hash = key_hash(&change->key);
	int partition = partition_of(hash);

	/* A retry of the next hour meets the slots of the first. */
	int request_partition = request_hash != 0 ? (int) ((request_hash >> 32) % PARTITIONS) : 0;
	bool repeated = false;

	if (request_hash != 0)
	{
		LWLockAcquire(&control->locks[request_partition].lock, LW_EXCLUSIVE);
		repeated = is_repeated(request_partition, request_hash);
		LWLockRelease(&control->locks[request_partition].lock);
	}
	if (repeated)
	{
		pg_atomic_fetch_add_u64(&control->repeated, 1);
		return;
	}
	LWLockAcquire(&control->locks[partition].lock, LW_EXCLUSIVE);
	add_locked(partition, hash, change);
	LWLockRelease(&control->locks[partition].lock);
}

int
th_lost_sale_read(Oid database, Oid table, LostSaleSum *sums, int limit)
{
	int count = 0;

	if (pg_atomic_read_u32(&control->used) == 0)
		return 0;
	for (int i = 0; i < PARTITIONS && count < limit; i++)
	{
		const Entry *first = &entries[i * partition_entries()];

		LWLockAcquire(&control->locks[i].lock, LW_SHARED);
		for (int j = 0; j < partition_entries() && count < limit; j++)
		{
			const LostSaleSum *sum = &first[j].sum;

			if (sum->key.database == database && sum->key.table == table)
				sums[count++] = *sum;
		}
		LWLockRelease(&control->locks[i].lock);
	}
	return count;
}

void
th_lost_sale_subtract(const LostSaleSum *written)
{
	uint32 hash = key_hash(&written->key);
	int partition = partition_of(hash);
	int32 *link;

	LWLockAcquire(&control->locks[partition].lock, LW_EXCLUSIVE);
	link = find_link(hash, &written->key);
	if (*link != NO_ENTRY)
	{
		LostSaleSum *sum = &entries[*link].sum;

		sum->requests -= written->requests;
		sum->requested -= written->requested;
		sum->missing -= written->missing;
		if (sum->requests == 0)
			unlink_entry(partition, link);
	}
	LWLockRelease(&control->locks[partition].lock);
}

static bool
belongs_to(const LostSaleKey *key, Oid database, Oid table)
{
	return key->database == database && (!OidIsValid(table) || key->table == table);
}

void
th_lost_sale_purge(Oid database, Oid table)
{
	if (pg_atomic_read_u32(&control->used) == 0)
		return;
	for (int i = 0; i < PARTITIONS; i++)
	{
		LWLockAcquire(&control->locks[i].lock, LW_EXCLUSIVE);
		for (int j = i * partition_entries(); j < (i + 1) * partition_entries(); j++)
		{
			/* A copy: unlinking clears the key that the link is looked for by. */
			LostSaleKey key = entries[j].sum.key;

			if (belongs_to(&key, database, table))
				unlink_entry(i, find_link(key_hash(&key), &key));
		}
		LWLockRelease(&control->locks[i].lock);
	}
}

void
th_lost_sale_state(LostSaleState *state)
{
	memset(state, 0, sizeof(*state));
	state->entries = (int64) PARTITIONS * partition_entries();
	state->used = pg_atomic_read_u32(&control->used);
	state->dropped_requests = (int64) pg_atomic_read_u64(&control->dropped_requests);
	state->dropped_missing = (int64) pg_atomic_read_u64(&control->dropped_missing);
	state->repeated = (int64) pg_atomic_read_u64(&control->repeated);
	for (int i = 0; i < PARTITIONS; i++)
	{
		LWLockAcquire(&control->locks[i].lock, LW_SHARED);
		for (int j = i * partition_entries(); j < (i + 1) * partition_entries(); j++)
			state->pending += entries[j].sum.requests;
		LWLockRelease(&control->locks[i].lock);
	}
}
