/*
 * exit.c
 *	  The end: within 200 ms whatever the brokers do, and without a crash.
 *
 * A crash at the exit is a crash of the whole server.  The client's threads must be gone
 * before exit() runs the handlers of the libraries they use.  But a thread may hang in a
 * name look-up, so the client is destroyed by a thread of its own; where that does not
 * end in time, the process leaves by _exit() after PostgreSQL's own clean-up, and no
 * handler of a library runs.
 */
#include "postgres.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "storage/ipc.h"

#include "feed/kafka/kafka.h"

#define ABORT_SLICES 8
#define ABORT_SLICE_MS 10
#define DESTROY_MS 100

static bool lingers = false;

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
		rd_kafka_error_t *error = rd_kafka_abort_transaction(th_kafka.producer, ABORT_SLICE_MS);
		bool again = error != NULL && rd_kafka_error_is_retriable(error);

		if (error != NULL)
			rd_kafka_error_destroy(error);
		if (!again)
			return;
		drop_events();
	}
}

static void *
destroy(void *client)
{
	rd_kafka_destroy(client);
	return NULL;
}

static bool
wait_for(pthread_t thread)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += DESTROY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

/* Signals stay with this thread. */
static void
destroy_in_time(rd_kafka_t *client)
{
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, destroy, client);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	lingers = failed != 0 || !wait_for(thread);
}

/* Nothing of PostgreSQL is called that could raise: this runs in the exit path. */
void
th_kafka_stop(void)
{
	rd_kafka_t *producer = th_kafka.producer;

	if (producer == NULL)
		return;
	th_kafka.producer = NULL;
	th_kafka_position_stop();
	if (th_kafka.in_transaction)
	{
		th_kafka.producer = producer;
		abort_transaction();
		th_kafka.producer = NULL;
	}
	(void) rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	drop_events();
	th_kafka_topics_destroy();
	rd_kafka_queue_io_event_enable(th_kafka.events, -1, NULL, 0);
	rd_kafka_queue_destroy(th_kafka.events);
	destroy_in_time(producer);
	close(th_kafka.event_fd);
	th_kafka.event_fd = -1;
}
