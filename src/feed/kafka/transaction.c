/*
 * transaction.c
 *	  The transaction in Kafka, and the position that ends it.
 *
 * Transactional: messages and the position that covers them become visible together.
 * The commit waits until every delivery report is in: the library would wait for them
 * too, but only this process takes them from the queue.
 *
 * Without transactions the position is sent when everything before it is acknowledged,
 * and nobody waits for it but the slot; what it does not cover is sent again by the next
 * process, with the same event ids.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "feed/kafka/kafka.h"

/*
 * While the coordinator still writes the markers of the last commit it refuses to begin,
 * and the client tries again after 20 ms.  How long that takes depends on the broker: so
 * the pause grows when a small transaction was as late as that, and shrinks slowly when
 * it was not.
 */
#define PAUSE_MIN_US 2000
#define PAUSE_MAX_US 16000
#define PAUSE_STEP_US 50
#define LATE_US 20000
#define SMALL_BYTES (64 * 1024)

/* Long enough for nearly every commit: nothing wakes up who waits for it elsewhere. */
#define COMMIT_SLICE_MS 100

/* So long the client overrides linger.ms: enough for its threads to wake up. */
#define SEND_NOW_MS 1

/* Of the flush that is not finished. */
static bool position_sent = false;
static bool hurried = false;
static int64 pause_us = PAUSE_MIN_US;
static instr_time flush_began;

static int64
microseconds_since(instr_time moment)
{
	instr_time passed;

	INSTR_TIME_SET_CURRENT(passed);
	INSTR_TIME_SUBTRACT(passed, moment);
	return (int64) INSTR_TIME_GET_MICROSEC(passed);
}

static void
pause_after_commit(void)
{
	int64 us;

	if (INSTR_TIME_IS_ZERO(th_kafka.committed_at))
		return;
	us = pause_us - microseconds_since(th_kafka.committed_at);
	if (us > 0)
		pg_usleep(us);
}

void
th_kafka_transaction_begin(void)
{
	if (th_kafka.in_transaction || !th_kafka.transactional)
		return;
	pause_after_commit();
	if (!th_kafka_done(rd_kafka_begin_transaction(th_kafka.producer), "begin a transaction"))
		th_kafka_raise(RD_KAFKA_RESP_ERR__STATE, "begin a transaction",
					   "another call is not finished");
	th_kafka.in_transaction = true;
}

/* False: no room in the queue yet. */
static bool
send_position(const FeedPosition *position)
{
	static StringInfoData text;
	KafkaFlight *flight = th_kafka_flight_take();

	if (flight == NULL)
		return false;
	if (text.data == NULL)
	{
		MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

		initStringInfo(&text);
		MemoryContextSwitchTo(before);
	}
	flight->commit_lsn = position->lsn;
	flight->part = KAFKA_PART_POSITION;
	resetStringInfo(&text);
	th_position_print(&text, position);
	if (rd_kafka_produce(th_kafka_position_topic()->handle, 0, RD_KAFKA_MSG_F_COPY,
						 text.data, text.len, th_kafka.id, strlen(th_kafka.id), flight) == 0)
		return true;
	th_kafka_flight_release(flight);
	if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
		th_kafka_give_up();
	return false;
}

/* When everything is acknowledged. */
static void
adapt_pause(void)
{
	if (th_kafka.pending > SMALL_BYTES)
		return;
	if (microseconds_since(flush_began) >= LATE_US)
		pause_us = Min(pause_us * 2, PAUSE_MAX_US);
	else
		pause_us = Max(pause_us - PAUSE_STEP_US, PAUSE_MIN_US);
}

static void
finish(void)
{
	th_kafka.in_transaction = false;
	th_kafka.pending = 0;
	position_sent = false;
	hurried = false;
	th_kafka_forget_refusals();
}

/*
 * The batch is over: nothing comes that a request could wait for.  Once, for the call
 * takes all of its time, and a thread that misses it sends when linger.ms is over.
 */
static void
send_now(void)
{
	if (!hurried && th_kafka.in_flight > 0)
		(void) rd_kafka_flush(th_kafka.producer, SEND_NOW_MS);
	hurried = true;
	th_kafka_poll();
}

/* The commit comes last; the position may go out before the reports are in. */
static bool
flush_transaction(const FeedPosition *position)
{
	if (!position_sent)
	{
		th_kafka_transaction_begin();
		position_sent = send_position(position);
		INSTR_TIME_SET_CURRENT(flush_began);
	}
	send_now();
	if (!position_sent || th_kafka.in_flight > 0)
		return false;
	adapt_pause();
	if (!th_kafka_done(rd_kafka_commit_transaction(th_kafka.producer, COMMIT_SLICE_MS), "commit"))
		return false;
	INSTR_TIME_SET_CURRENT(th_kafka.committed_at);
	finish();
	th_kafka.safe = position->lsn;
	th_kafka_leave_careful(position->lsn);
	th_kafka_topics_recheck();
	return true;
}

/* delivery.c moves what is safe when the position is acknowledged. */
static bool
flush_acknowledged(const FeedPosition *position)
{
	send_now();
	if (th_kafka.in_flight > 0)
		return false;
	th_kafka_leave_careful(th_kafka.safe);
	th_kafka_topics_recheck();
	if (!send_position(position))
		return false;
	finish();
	return true;
}

bool
th_kafka_flush(const FeedPosition *position)
{
	th_kafka_poll();
	return th_kafka.transactional ? flush_transaction(position) : flush_acknowledged(position);
}
