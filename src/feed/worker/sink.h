/*
 * sink.h
 *	  Where messages go: Kafka or Redis.
 *
 * A sink does no I/O that blocks longer than 100 ms and holds no PostgreSQL lock while
 * it waits.  It raises an error for what cannot go on in this process: the process ends
 * with exit code 1 and a new one starts from the sink's position.  So every sink is
 * crash-only, and nothing in it tries to mend a half-known state.  No error is raised
 * inside a callback of a client library.
 */
#ifndef TIDEHOLD_FEED_WORKER_SINK_H
#define TIDEHOLD_FEED_WORKER_SINK_H

#include "feed/encode/message.h"
#include "feed/feed_row.h"
#include "feed/state.h"
#include "feed/worker/position.h"

typedef enum FeedSent
{
	FEED_SENT,
	FEED_FULL,	  /* no room: poll() and send it again */
	FEED_REFUSED, /* this message can never be sent; *why says it: dead letter */
	FEED_NO_ROUTE /* destination is missing and may not be made: the route waits */
} FeedSent;

typedef struct FeedSinkStart
{
	const FeedRow *row;
	List *server_options; /* with those of the user mapping; of DefElem */
	FeedState *state;
	uint64 system;
	uint32 timeline;
	int64 memory; /* bytes it may use for what is in flight */
} FeedSinkStart;

/* A message that was taken and that the sink's server refused for good. */
typedef struct FeedRefusal
{
	FeedMessage message; /* its txn has no traceparent, its route names the table alone */
	int sqlstate;
	const char *reason;
} FeedRefusal;

typedef struct FeedSink
{
	const char *name;

	/*
	 * Begins to connect; true once the sink answers, its predecessor is fenced and
	 * *position is what it holds.  Called again after false, at most every 100 ms; an
	 * authentication or configuration error is raised with its SQLSTATE.
	 */
	void (*start)(const FeedSinkStart *start);
	bool (*connect)(FeedPosition *position);

	/* Takes one message; copies.  Not durable before a flush. */
	FeedSent (*send)(const FeedMessage *message, StringInfo why);

	/*
	 * Serves I/O without waiting.  True when it found something: what the caller waits
	 * for may have come, and then nothing wakes it up any more.
	 */
	bool (*poll)(void);

	/*
	 * Gives what was refused since, one by one, until it returns false; what it gave
	 * lives until the next call.  NULL where send() refuses by itself.  flush() sends no
	 * position while one is left, so: take them, write the letters, flush() again.
	 */
	bool (*refused)(FeedRefusal *refusal);

	/*
	 * How long to leave in the WAL what comes, since the last flush has just been and the
	 * next one costs something whatever is in it.  NULL: a flush is cheap.
	 */
	long (*gather_ms)(void);

	/*
	 * What was sent since the last flush belongs to position: Kafka commits its
	 * transaction with it, Redis sets its position key.  True when everything is
	 * acknowledged; else poll, wait and call it again with the same position.
	 */
	bool (*flush)(const FeedPosition *position);

	/*
	 * For a backlog: as flush(), but true as soon as what is sent from now on belongs to
	 * the next batch.  Acknowledged when settled() says so, at the latest with the next
	 * flush() or close() that is done.  NULL: there is only flush().
	 */
	bool (*close)(const FeedPosition *position);
	bool (*settled)(void);

	/*
	 * Up to where the slot may be confirmed: at most the position of the last finished
	 * flush, less what a sink holds back until it is safe there.
	 */
	XLogRecPtr (*safe)(void);

	/* Bytes sent since the end of the last batch. */
	int64 (*pending)(void);

	/* Readable when poll() has something to do; an epoll or event descriptor. */
	int (*descriptor)(void);

	/* Exit path: raises nothing, waits for nothing longer than 200 ms. */
	void (*stop)(void);
} FeedSink;

extern const FeedSink th_sink_kafka;
extern const FeedSink th_sink_redis;

#endif /* TIDEHOLD_FEED_WORKER_SINK_H */
