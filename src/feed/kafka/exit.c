/*
 * exit.c
 *	  The end: within 200 ms whatever the brokers do, and without a crash.
 *
 * A crash at the exit is a crash of the whole server.  The client's threads must be gone
 * before exit() runs the handlers of the libraries they use.  But a thread of it may hang
 * in a name look-up, and nearly every call of the clean-up waits for all of them.  So that
 * is done by a thread of its own; where it does not end in time, the process leaves by
 * _exit() after PostgreSQL's own clean-up, and no handler of a library runs.
 *
 * The threads here call nothing of PostgreSQL.
 */
#include "postgres.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "storage/ipc.h"

#include "feed/kafka/kafka.h"

#define STOP_MS 180
#define ABORT_SLICES 8
#define ABORT_SLICE_MS 10

typedef struct Helper
{
	pthread_t thread;
	bool running;
} Helper;

static Helper consumer_helper;
static Helper producer_helper;
static Helper waiter;
static bool lingers = false;

/* Written before the thread that reads them begins. */
static KafkaReader retired;
static rd_kafka_t *ending;

static void
leave_at_once(int code, Datum arg)
{
	if (lingers)
		_exit(code);
}

/* Early, for the callbacks run last to first. */
void
th_kafka_exit_prepare(void)
{
	static bool prepared = false;

	if (!prepared)
		on_proc_exit(leave_at_once, 0);
	prepared = true;
}

/* Signals stay with the process's own thread. */
static void
run(Helper *helper, void *(*work)(void *) )
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	helper->running = pthread_create(&helper->thread, NULL, work, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!helper->running)
		lingers = true;
}

static void
wait_for(Helper *helper, const struct timespec *until)
{
	if (!helper->running)
		return;
	if (pthread_clockjoin_np(helper->thread, NULL, CLOCK_MONOTONIC, until) != 0)
		lingers = true;
	helper->running = false;
}

void
th_kafka_run_waiter(void)
{
	run(&waiter, th_kafka_wait_on_demand);
	if (!waiter.running)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
						errmsg("could not start a thread that waits for Kafka")));
}

static void *
destroy_consumer(void *unused)
{
	if (retired.reading)
		(void) rd_kafka_consume_stop(retired.topic, 0);
	rd_kafka_topic_destroy(retired.topic);
	rd_kafka_destroy(retired.consumer);
	return NULL;
}

/* At most once in a process. */
void
th_kafka_retire_reader(const KafkaReader *reader)
{
	retired = *reader;
	run(&consumer_helper, destroy_consumer);
}

static void
drop_events(void)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(th_kafka.events, 0)) != NULL)
		rd_kafka_event_destroy(event);
}

/*
 * Not needed for correctness, the successor aborts it too; but readers of committed
 * records wait for the end of an open transaction, and a successor may be long in coming.
 */
static void
abort_transaction(void)
{
	for (int i = 0; i < ABORT_SLICES; i++)
	{
		rd_kafka_error_t *error = rd_kafka_abort_transaction(ending, ABORT_SLICE_MS);
		bool again = error != NULL && rd_kafka_error_is_retriable(error);

		if (error != NULL)
			rd_kafka_error_destroy(error);
		if (!again)
			return;
		drop_events();
	}
}

static void *
destroy_producer(void *unused)
{
	if (th_kafka.in_transaction)
		abort_transaction();
	(void) rd_kafka_purge(ending, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	drop_events();
	th_kafka_topics_destroy();
	rd_kafka_queue_io_event_enable(th_kafka.events, -1, NULL, 0);
	rd_kafka_queue_destroy(th_kafka.events);
	rd_kafka_destroy(ending);
	return NULL;
}

static struct timespec
deadline(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STOP_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return until;
}

/* In the exit path: nothing that could raise is called. */
void
th_kafka_stop(void)
{
	struct timespec until = deadline();

	if (th_kafka.producer == NULL)
		return;
	ending = th_kafka.producer;
	th_kafka.producer = NULL;
	th_kafka_position_stop();
	th_kafka_wait_stop();
	wait_for(&waiter, &until);
	/* A call that is under way would not survive its client. */
	if (lingers)
		return;
	run(&producer_helper, destroy_producer);
	wait_for(&producer_helper, &until);
	wait_for(&consumer_helper, &until);
}
