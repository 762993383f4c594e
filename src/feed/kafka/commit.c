/*
 * commit.c
 *	  The commit of a transaction, in a thread of its own.
 *
 * The client's call can be given a limit of time and be resumed.  But where its own thread
 * is late for a call that resumes, it takes the answer to the commit for one to an abort,
 * and ends the process, which restarts the server.  So the call is made without a limit,
 * and not by the process's own thread, which has signals to answer.
 *
 * What both threads use, under the mutex:
 *	 phase	WANTED is set by the process, DONE by the thread, IDLE by the process, which
 *			takes the error with it
 *	 ends	set by the process; the thread ends when no call is under way
 * Nobody else may call the transaction's functions meanwhile.  An exit waits for the thread
 * as long as it may; where the brokers hang, it leaves without the clean-up that the call
 * would not survive (see exit.c), and the next producer of the feed ends the transaction.
 *
 * The thread calls nothing of PostgreSQL.
 */
#include "postgres.h"

#include <pthread.h>
#include <unistd.h>

#include "feed/kafka/kafka.h"

typedef enum CommitPhase
{
	COMMIT_IDLE = 0,
	COMMIT_WANTED,
	COMMIT_DONE
} CommitPhase;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;
static CommitPhase phase = COMMIT_IDLE;
static bool ends = false;
static rd_kafka_error_t *error = NULL;
static rd_kafka_t *producer = NULL; /* of the commit that is wanted */

/* True when there is one to make. */
static bool
wait_for_wish(void)
{
	bool wish;

	pthread_mutex_lock(&mutex);
	while (phase != COMMIT_WANTED && !ends)
		pthread_cond_wait(&wanted, &mutex);
	wish = phase == COMMIT_WANTED;
	pthread_mutex_unlock(&mutex);
	return wish;
}

void *
th_kafka_commit_on_demand(void *unused)
{
	static const uint64 one = 1;

	while (wait_for_wish())
	{
		rd_kafka_error_t *said = rd_kafka_commit_transaction(producer, -1);

		pthread_mutex_lock(&mutex);
		error = said;
		phase = COMMIT_DONE;
		pthread_mutex_unlock(&mutex);
		(void) !write(th_kafka.event_fd, &one, sizeof(one));
	}
	return NULL;
}

/* True when the transaction is committed; else poll, wait and call it again. */
bool
th_kafka_commit(void)
{
	rd_kafka_error_t *said = NULL;
	CommitPhase found;

	pthread_mutex_lock(&mutex);
	found = phase;
	if (found == COMMIT_IDLE)
	{
		phase = COMMIT_WANTED;
		producer = th_kafka.producer;
	}
	if (found == COMMIT_DONE)
	{
		phase = COMMIT_IDLE;
		said = error;
		error = NULL;
	}
	pthread_cond_signal(&wanted);
	pthread_mutex_unlock(&mutex);
	return found == COMMIT_DONE && th_kafka_done(said, "commit");
}

void
th_kafka_commit_stop(void)
{
	pthread_mutex_lock(&mutex);
	ends = true;
	pthread_cond_signal(&wanted);
	pthread_mutex_unlock(&mutex);
}
