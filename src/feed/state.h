/*
 * state.h
 *	  What launcher, feed workers and backends know of each feed: shared memory.
 *
 * One FeedState per feed of the server, tidehold.max_feeds of them.  Process life (pid,
 * state, retries, back-off, drop of a database) lies in the WorkerSlot of
 * base/worker_slot.h, where a feed's worker is a second kind beside the maintenance
 * worker; here lies what the feed itself says.
 *
 * Written by the feed's worker alone, field by field under the spinlock; read by anybody
 * under it.  No process pointer and no file descriptor.  After kill -9 of any process
 * the postmaster makes everything anew and the figures start at 0; what must live on is
 * in the tables, in the slot or in the sink.
 */
#ifndef TIDEHOLD_FEED_STATE_H
#define TIDEHOLD_FEED_STATE_H

#include "access/xlogdefs.h"
#include "datatype/timestamp.h"
#include "port/atomics.h"
#include "storage/spin.h"
#include "utils/uuid.h"

#define FEED_ERROR_LEN 512
#define FEED_LATENCY_BUCKETS 64 /* see core/feed/histogram.h */

typedef enum FeedPhase
{
	FEED_PHASE_STARTING,
	FEED_PHASE_CONNECTING, /* the sink has not answered yet */
	FEED_PHASE_CREATING,   /* the slot waits for older transactions to end */
	FEED_PHASE_RUNNING,
	FEED_PHASE_PAUSED,
	FEED_PHASE_PARKED, /* waits for recover_feed(); last_error says why */
	FEED_PHASE_STOPPED
} FeedPhase;

/*
 * A change that made the worker fail.  Written by the process that fails and kept over
 * restarts: when the same one fails again and again it goes to the dead letters.
 */
typedef struct FeedSuspect
{
	XLogRecPtr commit_lsn;
	uint32 index; /* of the change in its transaction */
	int failures; /* in a row; 0: none suspected */
	int sqlstate;
	char reason[FEED_ERROR_LEN];
} FeedSuspect;

/*
 * A message that the sink's server refused after it was taken for sending.  The process
 * that saw it ended; the next one refuses exactly that message by itself, so that it
 * becomes a dead letter.
 */
#define FEED_KNOWN_REFUSALS 64
typedef struct FeedKnownRefusal
{
	XLogRecPtr commit_lsn;
	uint32 index;
	uint8 part;
	int32 code; /* the sink's own */
} FeedKnownRefusal;

typedef struct FeedCounters
{
	int64 transactions; /* published, since the server started */
	int64 changes;
	int64 messages;
	int64 bytes;
	int64 retries;
	int64 duplicates; /* refused by the sink as known already */
	int64 dead_letters;
	int64 skipped; /* changes at an LSN where the publication did not exist */
	int64 spilled_bytes;
	int64 expired; /* emitted messages whose time had passed */
} FeedCounters;

typedef struct FeedState
{
	/*
	 * Under the tranche's lock: whose entry this is.  database InvalidOid: free.  An
	 * entry is given back by the maintenance worker when the feed's process has ended,
	 * and with its database.
	 */
	Oid database;
	pg_uuid_t id;
	NameData name;

	/*
	 * Protects what follows.  Who sees read_lsn at X or beyond, oldest_unacknowledged 0
	 * and in_flight 0 knows that the sink has everything up to X: so read_lsn passes a
	 * transaction only when these two count it.
	 */
	slock_t mutex;
	FeedPhase phase;
	FeedCounters counters;
	FeedSuspect suspect;
	FeedKnownRefusal refusals[FEED_KNOWN_REFUSALS]; /* a ring; the sink's alone */
	uint32 refusal_count;							/* ever noted */
	XLogRecPtr careful_until;						/* sent one by one up to here */
	XLogRecPtr read_lsn;							/* decoded up to here */
	XLogRecPtr sent_lsn;							/* the sink was handed all up to here */
	XLogRecPtr confirmed_lsn;						/* durable in the sink, confirmed to the slot */
	XLogRecPtr restart_lsn;							/* the slot keeps WAL from here */
	XLogRecPtr gap_from;							/* what the sink misses */
	XLogRecPtr gap_to;
	TimestampTz last_commit;		   /* commit time of the last transaction read */
	TimestampTz caught_up;			   /* when the end of the WAL was last reached */
	TimestampTz oldest_unacknowledged; /* commit time; 0: nothing is in flight */
	TimestampTz last_sent;
	int64 in_flight; /* messages */
	int64 in_flight_bytes;
	TimestampTz last_error_at;
	int last_error_sqlstate;
	char last_error[FEED_ERROR_LEN];
	uint32 latency[FEED_LATENCY_BUCKETS]; /* commit to acknowledged by the sink */
	int64 snapshot_rows;

	/*
	 * Wake-up at commit.  The worker sets sleeping, then looks at the WAL once more,
	 * then sleeps; a backend that commits after that sees it and sets the latch, the
	 * first of them alone: it takes sleeping back.
	 */
	pg_atomic_uint32 changed; /* grows when the feed's rows changed: read them again */
	pg_atomic_uint32 sleeping;
	int wake_procno; /* valid while sleeping; written before it */
} FeedState;

extern void th_feed_state_request_shmem(void);
extern void th_feed_state_startup_shmem(void);
extern void th_feed_state_init(void); /* registers the commit callback */

/*
 * Worker: the entry of its feed, made where it is missing; NULL where tidehold.max_feeds is
 * reached.
 */
extern PGDLLEXPORT FeedState *th_feed_state_attach(Oid database, const pg_uuid_t *id,
												   const char *name);

/* Is this process the worker of that feed? */
extern bool th_feed_state_is_mine(const pg_uuid_t *id);

extern PGDLLEXPORT FeedState *th_feed_state_find(Oid database, const pg_uuid_t *id);
extern PGDLLEXPORT void th_feed_state_forget(Oid database, const pg_uuid_t *id);

/*
 * Maintenance worker: gives back entries of this database that are neither wanted nor of a
 * process that is alive; returns how many of those that are not wanted stay.
 */
extern int th_feed_state_sweep(bool (*is_wanted)(const pg_uuid_t *id),
							   bool (*is_alive)(const pg_uuid_t *id));

/* A copy of what the entry says; false where there is none. */
extern bool th_feed_state_copy(Oid database, const pg_uuid_t *id, FeedState *copy);

/*
 * Worker: between prepare and done, a commit in its database sets MyLatch.  May be nested;
 * the inner done ends it.
 */
extern PGDLLEXPORT void th_feed_sleep_prepare(FeedState *state);
extern PGDLLEXPORT void th_feed_sleep_done(FeedState *state);

/* WAL was flushed by other means than a commit: sleeping workers of this database look. */
extern void th_feed_wake_sleepers(void);

/*
 * SQL functions, triggers, and the worker that deletes its row: at commit of this
 * transaction the feed's worker reads its rows again, and the maintenance worker of the
 * database looks for new feeds.
 */
extern PGDLLEXPORT void th_feed_rows_changed(const pg_uuid_t *id);

/*
 * Validators, and the drop of a user mapping: a feed that failed is tried at once when this
 * transaction has committed.
 * Those that run hear of a server or user mapping by the server's own invalidations.
 */
extern void th_feed_servers_changed(void);

/* Has this transaction, not committed yet, changed the feed's rows? */
extern bool th_feed_rows_changed_here(const pg_uuid_t *id);

/* Grows with each change of any feed's rows, after the commit. */
extern uint32 th_feed_rows_generation(void);

/* Worker. */
extern PGDLLEXPORT void th_feed_state_set_phase(FeedState *state, FeedPhase phase);
extern PGDLLEXPORT void th_feed_state_set_caught_up(FeedState *state);
extern PGDLLEXPORT void th_feed_state_set_error(FeedState *state, int sqlstate,
												const char *message);

/*
 * Worker: from now on the error that ends this process is kept as last_error; the same
 * one as the process before ended with is not logged again.
 */
extern PGDLLEXPORT void th_feed_state_note_errors(FeedState *state);

#endif /* TIDEHOLD_FEED_STATE_H */
