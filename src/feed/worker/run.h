/*
 * run.h
 *	  What one feed worker knows of itself; internal to src/feed/worker.
 *
 * Life of a worker:
 *
 *	 main.c    attach, connect to the database, read the row
 *	 begin.c   connect the sink, judge whether to publish (arm.c), make the slot
 *	 loop.c    decode, send, confirm, sleep
 *	 batch.c   what was sent, and the position that makes it durable
 *	 idle.c    paused, parked, waiting for the sink: serve signals, keep the budget
 *
 * Everything ends by proc_exit(1) or an error: the launcher starts a new process, which
 * begins from the sink's position.
 */
#ifndef TIDEHOLD_FEED_WORKER_RUN_H
#define TIDEHOLD_FEED_WORKER_RUN_H

#include "base/compat.h"
#include "feed/decode/decode.h"
#include "feed/feed_row.h"
#include "feed/state.h"
#include "feed/worker/position.h"
#include "feed/worker/sink.h"

typedef struct FeedRun
{
	FeedRow *row;
	FeedState *state;
	const FeedSink *sink;
	uint64 system;
	uint32 timeline;
	const char *identity; /* of this server, see arm.h */
	const char *token;	  /* setting that it was made of */
	uint32 row_version;	  /* of state->changed when the row was read */
	bool server_changed;  /* a server or user mapping was altered since */
	char *signature;	  /* of what the row, its mappings and its server say */
	uint32 wait_event;
	FeedPosition position; /* what is durable in the sink */
	MemoryContext context; /* lives as long as the process */

	/* Options */
	int64 batch_bytes;
	int64 batch_interval_ms;
	int64 transaction_bytes;
	bool takes_emitted;
	bool stops_on_refusal;
} FeedRun;

extern FeedRun th_run;

/* begin.c: returns when the feed may decode; parks otherwise. */
extern void th_run_begin(FeedResume *resume);

/* begin.c: what is done by itself when the slot is lost; none: wait for recover_feed(). */
extern FeedRecovery th_run_policy(void);

/* loop.c: never returns. */
TH_NORETURN extern void th_run_loop(const FeedResume *resume);

/* loop.c: one message to the sink or to the dead letters; waits for room. */
extern void th_run_send(const FeedMessage *message);
extern void th_run_take_refusals(void);

/* idle.c */
extern void th_run_serve(void);					  /* signals, budget; not while decoding */
extern void th_run_wait(long ms);				  /* polls the sink, and naps */
extern void th_run_wait_for_sink(int64 since);	  /* monotonic ms; for room or acknowledgement */
extern void th_run_read_row(const pg_uuid_t *id); /* th_run.row is NULL where it is gone */
extern bool th_run_row_changed(void);
extern void th_run_apply_row(void);			  /* waits while the feed is paused */
TH_NORETURN extern void th_run_restart(void); /* the row changed: begin anew */
TH_NORETURN extern void th_run_park(int sqlstate, const char *reason);

/* budget.c: what the slot keeps of WAL. */
extern void th_budget_check(void);

/* row_write.c: what a worker writes of its own row; inside a feed transaction. */
extern bool th_row_claim(void); /* false where the row is gone */
extern void th_row_arm(int32 epoch, bool recovered);
extern void th_row_recover(FeedRecovery recovery);
extern void th_row_delete(void);
extern void th_row_resume(void);

#endif /* TIDEHOLD_FEED_WORKER_RUN_H */
