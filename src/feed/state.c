/*
 * state.c
 *	  Entries of the feeds in shared memory, and the wake-up of their workers at commit.
 */
#include "postgres.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/hooks.h"
#include "base/settings.h"
#include "base/worker.h"
#include "feed/state.h"

#define TRANCHE_NAME "tidehold_feed"

/* A transaction that changes more feeds wakes all of its database. */
#define CHANGED_MAX 16

typedef struct FeedPool
{
	/* Grows after the commit of each transaction that changed a feed's rows. */
	pg_atomic_uint32 generation;

	/* Workers that sleep and want to hear of commits; all that a commit looks at. */
	pg_atomic_uint32 sleepers;

	int count;
	FeedState feeds[FLEXIBLE_ARRAY_MEMBER];
} FeedPool;

/* In shared memory; set in the postmaster. */
static FeedPool *pool = NULL;
static LWLock *lock = NULL;

/* Of the transaction that this backend is in */
static pg_uuid_t changed[CHANGED_MAX];
static int changed_count = 0; /* more than CHANGED_MAX: not all are named */
static bool servers_changed = false;

/* Of the worker running in this process; my_sleep between prepare and done */
static FeedState *mine = NULL;
static FeedState *my_sleep = NULL;

static Size
pool_size(void)
{
	return add_size(offsetof(FeedPool, feeds), mul_size(th_setting_max_feeds, sizeof(FeedState)));
}

void
th_feed_state_request_shmem(void)
{
	RequestAddinShmemSpace(MAXALIGN(pool_size()));
	RequestNamedLWLockTranche(TRANCHE_NAME, 1);
}

/* The caller holds AddinShmemInitLock. */
void
th_feed_state_startup_shmem(void)
{
	bool found;

	pool = ShmemInitStruct("tidehold feeds", pool_size(), &found);
	lock = &GetNamedLWLockTranche(TRANCHE_NAME)->lock;
	if (found)
		return;
	memset(pool, 0, pool_size());
	pg_atomic_init_u32(&pool->generation, 0);
	pg_atomic_init_u32(&pool->sleepers, 0);
	pool->count = th_setting_max_feeds;
	for (int i = 0; i < pool->count; i++)
	{
		SpinLockInit(&pool->feeds[i].mutex);
		pg_atomic_init_u32(&pool->feeds[i].changed, 0);
		pg_atomic_init_u32(&pool->feeds[i].sleeping, 0);
	}
}

/* ---- entries ---- */

/* The caller holds the lock.  InvalidOid finds a free one. */
static FeedState *
find_entry(Oid database, const pg_uuid_t *id)
{
	for (int i = 0; i < pool->count; i++)
	{
		FeedState *state = &pool->feeds[i];

		if (state->database == database &&
			(!OidIsValid(database) || memcmp(&state->id, id, sizeof(*id)) == 0))
			return state;
	}
	return NULL;
}

/* Keeps what is initialised once: nobody looks at the entry, but a commit may. */
static void
clear_entry(FeedState *state)
{
	state->database = InvalidOid;
	memset(&state->id, 0, sizeof(state->id));
	memset(&state->name, 0, sizeof(state->name));
	SpinLockAcquire(&state->mutex);
	memset(&state->phase, 0, offsetof(FeedState, changed) - offsetof(FeedState, phase));
	SpinLockRelease(&state->mutex);
	pg_atomic_write_u32(&state->sleeping, 0);
}

FeedState *
th_feed_state_attach(Oid database, const pg_uuid_t *id, const char *name)
{
	FeedState *state;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	state = find_entry(database, id);
	if (state == NULL && (state = find_entry(InvalidOid, NULL)) != NULL)
	{
		state->id = *id;
		state->database = database;
	}
	if (state != NULL)
		namestrcpy(&state->name, name);
	LWLockRelease(lock);
	mine = state;
	return state;
}

/* Unlocked: nobody gives an entry away while its worker is there. */
bool
th_feed_state_is_mine(const pg_uuid_t *id)
{
	return mine != NULL && memcmp(&mine->id, id, sizeof(*id)) == 0;
}

FeedState *
th_feed_state_find(Oid database, const pg_uuid_t *id)
{
	FeedState *state;

	LWLockAcquire(lock, LW_SHARED);
	state = find_entry(database, id);
	LWLockRelease(lock);
	return state;
}

void
th_feed_state_forget(Oid database, const pg_uuid_t *id)
{
	FeedState *state;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	state = find_entry(database, id);
	if (state != NULL)
		clear_entry(state);
	LWLockRelease(lock);
}

int
th_feed_state_sweep(bool (*is_wanted)(const pg_uuid_t *id), bool (*is_alive)(const pg_uuid_t *id))
{
	int left = 0;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	for (int i = 0; i < pool->count; i++)
	{
		FeedState *state = &pool->feeds[i];

		if (state->database != MyDatabaseId || is_wanted(&state->id))
			continue;
		if (is_alive(&state->id))
			left++;
		else
			clear_entry(state);
	}
	LWLockRelease(lock);
	return left;
}

bool
th_feed_state_copy(Oid database, const pg_uuid_t *id, FeedState *copy)
{
	FeedState *state;

	LWLockAcquire(lock, LW_SHARED);
	state = find_entry(database, id);
	if (state != NULL)
	{
		SpinLockAcquire(&state->mutex);
		memcpy(copy, state, sizeof(*copy));
		SpinLockRelease(&state->mutex);
	}
	LWLockRelease(lock);
	return state != NULL;
}

/* In a commit callback: nothing here allocates or fails. */
static void
forget_database(Oid database, bool dropped)
{
	if (!dropped)
		return;
	LWLockAcquire(lock, LW_EXCLUSIVE);
	for (int i = 0; i < pool->count; i++)
		if (pool->feeds[i].database == database)
			clear_entry(&pool->feeds[i]);
	LWLockRelease(lock);
}

/* ---- the worker sleeps ---- */

static void
end_sleep(int code, Datum arg)
{
	if (my_sleep != NULL)
		th_feed_sleep_done(my_sleep);
}

/*
 * Ends with a full barrier: what the worker reads of the WAL after this call, it reads
 * after others can see that it sleeps.
 */
void
th_feed_sleep_prepare(FeedState *state)
{
	static bool registered = false;

	if (!registered)
		before_shmem_exit(end_sleep, (Datum) 0);
	registered = true;
	if (my_sleep == NULL)
		pg_atomic_fetch_add_u32(&pool->sleepers, 1);
	my_sleep = state;
	state->wake_procno = TH_PROC_INDEX;
	pg_write_barrier();
	pg_atomic_exchange_u32(&state->sleeping, 1);
}

void
th_feed_sleep_done(FeedState *state)
{
	if (my_sleep == NULL)
		return;
	my_sleep = NULL;
	pg_atomic_write_u32(&state->sleeping, 0);
	pg_atomic_fetch_sub_u32(&pool->sleepers, 1);
}

/* ---- commit ---- */

/*
 * Without a lock: an entry that changes hands in this moment costs its new owner, or
 * whoever has that place in the process array now, one needless turn.
 */
void
th_feed_wake_sleepers(void)
{
	for (int i = 0; i < pool->count; i++)
	{
		FeedState *state = &pool->feeds[i];

		if (state->database != MyDatabaseId || pg_atomic_read_u32(&state->sleeping) == 0)
			continue;
		if (pg_atomic_exchange_u32(&state->sleeping, 0) != 0)
			SetLatch(&GetPGProcByNumber(state->wake_procno)->procLatch);
	}
}

static bool
is_changed(const pg_uuid_t *id)
{
	if (changed_count > CHANGED_MAX)
		return true;
	for (int i = 0; i < changed_count; i++)
		if (memcmp(&changed[i], id, sizeof(*id)) == 0)
			return true;
	return false;
}

/* A feed that failed before it had an entry is woken by its name alone. */
static void
wake_named(void)
{
	for (int i = 0; i < Min(changed_count, CHANGED_MAX); i++)
		th_worker_wake(&changed[i]);
}

/* Its worker waits for older transactions, maybe for hours, and reads no row meanwhile. */
static bool
makes_its_slot(FeedState *state)
{
	FeedPhase phase;

	SpinLockAcquire(&state->mutex);
	phase = state->phase;
	SpinLockRelease(&state->mutex);
	return phase == FEED_PHASE_CREATING;
}

/* In a commit callback: nothing here allocates or fails. */
static void
wake_changed(void)
{
	LWLockAcquire(lock, LW_SHARED);
	for (int i = 0; i < pool->count; i++)
	{
		FeedState *state = &pool->feeds[i];

		if (state->database != MyDatabaseId || !is_changed(&state->id))
			continue;
		pg_atomic_fetch_add_u32(&state->changed, 1);
		if (makes_its_slot(state))
			th_worker_restart(&state->id);
		th_worker_wake(&state->id);
	}
	LWLockRelease(lock);
	wake_named();
	pg_atomic_fetch_add_u32(&pool->generation, 1);
	th_worker_wake(NULL);
}

static void
forget_changes(void)
{
	changed_count = 0;
	servers_changed = false;
}

/*
 * Others see the transaction by now.  It left the process array under a lock or with a
 * compare-and-swap, so the counter is read after its commit record was flushed.
 */
static void
on_commit(void)
{
	if (pg_atomic_read_u32(&pool->sleepers) != 0 &&
		TransactionIdIsValid(GetTopTransactionIdIfAny()))
		th_feed_wake_sleepers();
	if (changed_count > 0)
		wake_changed();
	if (servers_changed)
		th_worker_wake_tasks();
	forget_changes();
}

static void
on_transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			on_commit();
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			forget_changes();
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (changed_count == 0)
				break;
			/* Nobody tells us when a prepared transaction commits. */
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot prepare a transaction that makes or changes a feed")));
		default:
			break;
	}
}

void
th_feed_rows_changed(const pg_uuid_t *id)
{
	if (is_changed(id))
		return;
	if (changed_count < CHANGED_MAX)
		changed[changed_count] = *id;
	changed_count++;
}

void
th_feed_servers_changed(void)
{
	servers_changed = true;
}

bool
th_feed_rows_changed_here(const pg_uuid_t *id)
{
	return is_changed(id);
}

uint32
th_feed_rows_generation(void)
{
	uint32 generation = pg_atomic_read_u32(&pool->generation);

	/* What is read of the tables comes after. */
	pg_read_barrier();
	return generation;
}

void
th_feed_state_init(void)
{
	RegisterXactCallback(on_transaction_end, NULL);
	th_hook_on_drop_database_end(forget_database);
	th_hook_on_drop_user_mapping(th_feed_servers_changed);
}

/* ---- what the worker says ---- */

void
th_feed_state_set_phase(FeedState *state, FeedPhase phase)
{
	SpinLockAcquire(&state->mutex);
	state->phase = phase;
	SpinLockRelease(&state->mutex);
}

void
th_feed_state_set_caught_up(FeedState *state)
{
	TimestampTz now = GetCurrentTimestamp();

	SpinLockAcquire(&state->mutex);
	state->caught_up = now;
	SpinLockRelease(&state->mutex);
}

void
th_feed_state_set_error(FeedState *state, int sqlstate, const char *message)
{
	TimestampTz now = GetCurrentTimestamp();
	int len = pg_mbcliplen(message, strlen(message), FEED_ERROR_LEN - 1);

	SpinLockAcquire(&state->mutex);
	memcpy(state->last_error, message, len);
	state->last_error[len] = '\0';
	state->last_error_sqlstate = sqlstate;
	state->last_error_at = now;
	SpinLockRelease(&state->mutex);
}
