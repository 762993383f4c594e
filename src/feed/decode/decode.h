/*
 * decode.h
 *	  Reads the WAL from the feed's own slot, in this process, without a transaction.
 *
 * A transaction is decoded when others see it (visibility gate) and, on 17 and newer,
 * when the standbys named in synchronized_standby_slots have it.
 */
#ifndef TIDEHOLD_FEED_DECODE_DECODE_H
#define TIDEHOLD_FEED_DECODE_DECODE_H

#include "feed/decode/change.h"
#include "feed/feed_row.h"
#include "feed/state.h"

/*
 * What the worker does with what is decoded.  Called inside the reorder buffer's
 * transaction: no SPI, no user table.  wait_for_room() polls the sink and serves
 * interrupts until it takes more; may be called in the middle of a transaction.
 */
typedef struct FeedConsumer
{
	void (*begin)(FeedTxn *txn);
	void (*change)(const FeedChange *change);
	void (*emitted)(const FeedEmitted *emitted);
	void (*commit)(FeedTxn *txn); /* also for a transaction without changes */
	/* A change that could not be decoded several times: its row is not known. */
	void (*undecodable)(const FeedTxn *txn, uint32 index, const char *schema_name,
						const char *table_name, const FeedSuspect *suspect);
	/* The gate is shut: poll, serve interrupts, nap while xid runs (invalid: for standbys). */
	void (*wait)(TransactionId xid);
} FeedConsumer;

/*
 * Acquires the slot and starts after position resume: transactions that ended at or
 * before it are left out, and of the one that committed at partial_commit_lsn the first
 * partial_index changes.  Errors: slot missing or lost (the caller has looked before).
 */
typedef struct FeedResume
{
	XLogRecPtr lsn; /* Invalid: where the slot is confirmed */
	XLogRecPtr partial_commit_lsn;
	uint32 partial_index;
	const char *xids; /* of the sink's position, or NULL: see th_decode_xids() */
} FeedResume;

/*
 * While true an error is the fault of the change being looked at (see FeedSuspect), which
 * the callbacks begin with.  The worker takes it off while it talks to the sink and puts
 * back what was returned.
 */
extern bool th_decode_blame(bool change);

extern void th_decode_start(const FeedRow *row, FeedState *state, const FeedResume *resume,
							const FeedConsumer *consumer);

/* Reads one record; false at the end of the flushed WAL. */
extern bool th_decode_next(void);
extern void th_decode_leave(void); /* before anything else that has transactions */

/*
 * Everything before this has been given to the consumer: end of the last record that was
 * decoded, which a commit that waits at the gate is not.
 */
extern XLogRecPtr th_decode_lsn(void);

/*
 * Up to here, at most th_decode_lsn(), a server that is promoted will have the WAL: what
 * the sink's position may say.  Everything before it has been given to the consumer.
 */
extern XLogRecPtr th_decode_safe_lsn(void);

/* Timeline on which the WAL at this place was written. */
extern uint32 th_decode_timeline_of(XLogRecPtr lsn);

/* Where this server's WAL leaves a timeline; PG_UINT64_MAX: not yet; 0: it never was on it. */
extern XLogRecPtr th_decode_timeline_end(uint32 timeline);

/*
 * Transactions whose changes had been given to the consumer at th_decode_safe_lsn(),
 * which has to be asked for before, as text of type pg_snapshot: what recover_feed()
 * finds the missing rows by.
 */
extern char *th_decode_xids(void);

/* Everything up to lsn is durable in the sink. */
extern void th_decode_confirm(XLogRecPtr lsn);

/* The mapping changed: routes and shapes are made anew. */
extern void th_decode_forget_shapes(void);

/* Shape of a table now, outside decoding: for snapshots.  NULL: not published. */
extern FeedShape *th_shape_of_relation(const FeedRow *row, Oid relid);

/* slot.c: outside decoding. */
typedef enum FeedSlotState
{
	FEED_SLOT_ABSENT,
	FEED_SLOT_READY,
	FEED_SLOT_LOST,	  /* its WAL is gone, or it was invalidated */
	FEED_SLOT_FOREIGN /* other plugin or database */
} FeedSlotState;

extern FeedSlotState th_slot_look(const char *slot_name, XLogRecPtr *confirmed, bool *synced,
								  StringInfo why);
/* Waits for running transactions.  *before: pg_snapshot of what the slot does not bring. */
extern XLogRecPtr th_slot_create(const char *slot_name, char **before);
extern void th_slot_drop(const char *slot_name);
extern void th_slot_release(void); /* exit path: raises nothing */

#endif /* TIDEHOLD_FEED_DECODE_DECODE_H */
