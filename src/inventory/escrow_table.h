/*
 * escrow_table.h
 *	  The shared table of escrow entries; internal to escrow*.c.
 *
 * Who may touch what:
 *
 * - Which entries exist, and their place in a chain: the LWLock of the partition of
 *	 their key, shared to look up and pin, exclusive to add or remove.
 * - state, available, pins, committing, changes, appended of an entry: its spinlock, held
 *	 for a few instructions, and the entry must be pinned or its partition locked.
 * - available goes down only under the partition lock, shared or exclusive; so who
 *	 holds a partition exclusively sees values that can only grow.
 * - A pin says that an open transaction has changed, or is about to change, rows of the
 *	 key or promised some of it.  While there is a pin the entry is neither removed
 *	 nor loaded again.  Without one, every transaction that changed the rows has left
 *	 the list of running transactions, so a new snapshot sees all it did.
 *
 * Abort, cancel, statement timeout, terminated backend: escrow_log.c undoes.  kill -9 of
 * any process: the postmaster restarts all and this memory is made anew, empty.
 * Promotion: a standby makes no entries, so none can be stale.  The end of a
 * transaction on kill -9 between its commit record and its callback: the same restart.
 */
#ifndef TIDEHOLD_INVENTORY_ESCROW_TABLE_H
#define TIDEHOLD_INVENTORY_ESCROW_TABLE_H

#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "storage/spin.h"

#define ESCROW_PARTITIONS 128
#define ESCROW_ITEM_VERSIONS 4096
#define ESCROW_BULK_SLOTS 64

/* A key with this many balance rows is worth folding. */
#define ESCROW_FOLD_THRESHOLD 64

typedef struct EscrowKey
{
	Oid database;
	Oid kind; /* the table of the rows: inventory.balance; open for quotas */
	int64 item_id;
	int64 location_id;
	int64 lot_id;
} EscrowKey;

typedef enum EscrowState
{
	ESCROW_FREE,	/* in the free list */
	ESCROW_EMPTY,	/* has a key, value not known */
	ESCROW_LOADING, /* one backend counts the rows, others wait */
	ESCROW_VALID
} EscrowState;

typedef struct EscrowEntry
{
	EscrowKey key;
	int64 available; /* may be promised; below 0 is oversold */
	slock_t mutex;
	uint8 state;
	uint8 recently_used; /* second chance of the clock */
	uint16 appended;	 /* balance rows appended since they were folded, about */
	int32 pins;
	int32 committing; /* transactions that are about to commit an increase */
	int32 next;		  /* in the chain of the bucket, or the free list; -1 ends */
	uint32 changes;	  /* grows with every change of available */
} EscrowEntry;

/* A million entries take 64 MB, and 4 MB of buckets. */
StaticAssertDecl(sizeof(EscrowEntry) <= 64, "an escrow entry is one cache line");

typedef struct EscrowControl
{
	LWLockPadded *locks; /* one for each partition */
	slock_t free_mutex;
	int32 free_head; /* protected by free_mutex */
	pg_atomic_uint32 clock_hand;
	pg_atomic_uint32 fold_wanted; /* entries with many appended rows, about */
	pg_atomic_uint64 loads;
	pg_atomic_uint64 evictions;
	ConditionVariable changed[ESCROW_PARTITIONS]; /* loaded, or an increase committed */
	pg_atomic_uint32 waiters[ESCROW_PARTITIONS];
	pg_atomic_uint64 item_versions[ESCROW_ITEM_VERSIONS];

	/*
	 * Open transactions that changed rows of more keys than there are entries, by
	 * database (several may share a slot).  While there is one no entry is added:
	 * it would be counted without their rows.
	 */
	pg_atomic_uint32 bulk[ESCROW_BULK_SLOTS];
} EscrowControl;

extern EscrowControl *th_escrow_control;
extern EscrowEntry *th_escrow_entries;

extern void th_escrow_key(EscrowKey *key, int64 item_id, int64 location_id, int64 lot_id);
extern int th_escrow_partition(const EscrowKey *key);

static inline int
th_escrow_partition_of(const EscrowEntry *entry)
{
	return th_escrow_partition(&entry->key);
}

static inline bool
th_escrow_key_equal(const EscrowKey *a, const EscrowKey *b)
{
	return memcmp(a, b, sizeof(EscrowKey)) == 0;
}

/*
 * Finds the entry, makes it where it is new, and pins it.  Raises TH_ENTRIES_EXHAUSTED
 * where every entry is pinned.
 */
extern EscrowEntry *th_escrow_pin(const EscrowKey *key);

/*
 * The same for a change that must not be refused: where every entry is pinned it returns
 * NULL, and *bulk counts this transaction as one that stops entries from being added; it
 * calls th_escrow_end_bulk when it ends.
 */
extern EscrowEntry *th_escrow_pin_or_bulk(const EscrowKey *key, bool *bulk);
extern void th_escrow_end_bulk(void);

/* Raises TH_ENTRIES_EXHAUSTED. */
extern void th_escrow_raise_exhausted(void);

/* Makes backends forget where the item can be picked from. */
extern void th_escrow_bump_item(int64 item_id);
extern uint64 th_escrow_item_version(int64 item_id);

/* Wakes those who wait for a value of the partition to change. */
extern void th_escrow_wake(const EscrowEntry *entry);

#endif /* TIDEHOLD_INVENTORY_ESCROW_TABLE_H */
