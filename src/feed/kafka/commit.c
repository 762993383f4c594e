/*
 * commit.c
 *	  The calls that wait, in a thread of their own: the commit of a transaction, and the
 *	  flush that hurries what is in flight at the end of a batch.
 *
 * The client's commit can be given a limit of time and be resumed.  But where its own thread
 * is late for a call that resumes, it takes the answer to the commit for one to an abort,
 * and ends the process, which restarts the server.  So the call is made without a limit,
 * and not by the process's own thread, which has signals to answer.
 *
 * While a flush is under way the client's threads do not wait for linger.ms.  It ends with
 * the last report, and only the process's own thread takes reports.
 *
 * What both threads use, under the mutex:
 *	 phase	WANTED is set by the process, DONE by the thread, IDLE by the process, which
 *			takes the error with it
 *	 hurry	set by the process; the thread takes it back when it begins to flush
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

/* An exit has to wait for it.  Who is slower than this is not made faster by more of it. */
#define HURRY_MS 50

typedef enum CommitPhase
{
	COMMIT_IDLE = 0,
	COMMIT_WANTED,
	COMMIT_DONE
} CommitPhase;

typedef enum Wish
{
	WISH_END = 0,
	WISH_HURRY,
	WISH_COMMIT
} Wish;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;
static CommitPhase phase = COMMIT_IDLE;
static bool hurry = false;
static bool ends = false;
static rd_kafka_error_t *error = NULL;
static rd_kafka_t *producer = NULL; /* of what is wanted */

static Wish
wait_for_wish(void)
{
	Wish wish = WISH_END;

	pthread_mutex_lock(&mutex);
	while (phase != COMMIT_WANTED && !hurry && !ends)
		pthread_cond_wait(&wanted, &mutex);
	if (phase == COMMIT_WANTED)
		wish = WISH_COMMIT;
	else if (hurry && !ends)
		wish = WISH_HURRY;
	hurry = false;
	pthread_mutex_unlock(&mutex);
	return wish;
}

static void
commit(void)
{
	static const uint64 one = 1;
	rd_kafka_error_t *said = rd_kafka_commit_transaction(producer, -1);

	pthread_mutex_lock(&mutex);
	error = said;
	phase = COMMIT_DONE;
	pthread_mutex_unlock(&mutex);
	(void) !write(th_kafka.event_fd, &one, sizeof(one));
}

void *
th_kafka_wait_on_demand(void *unused)
{
	Wish wish;

	while ((wish = wait_for_wish()) != WISH_END)
	{
		if (wish == WISH_COMMIT)
			commit();
		else
			(void) rd_kafka_flush(producer, HURRY_MS);
	}
	return NULL;
}

void
th_kafka_hurry(void)
{
	pthread_mutex_lock(&mutex);
	hurry = true;
	producer = th_kafka.producer;
	pthread_cond_signal(&wanted);
	pthread_mutex_unlock(&mutex);
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
th_kafka_wait_stop(void)
{
	pthread_mutex_lock(&mutex);
	ends = true;
	pthread_cond_signal(&wanted);
	pthread_mutex_unlock(&mutex);
}
