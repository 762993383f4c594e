/*
 * transaction.c
 *	  The transaction in Kafka, and the position that ends it.
 *
 * Transactional: messages and the position that covers them become visible together.
 * The commit waits until every delivery report is in: the library would wait for them
 * too, but only this process takes them from the queue.  Where there is a backlog the
 * process goes on reading meanwhile, and hold.c keeps what it sends:
 *	 OPEN		messages go into the transaction
 *	 REPORTS	the position went out as its last, reports are awaited
 *	 COMMIT		the commit is under way
 *	 RELEASE	it is committed; what was kept goes into the next one
 *
 * Without transactions the position is sent when everything before it is acknowledged,
 * and nobody waits for it but the slot; what it does not cover is sent again by the next
 * process, with the same event ids.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "base/clock.h"
#include "feed/kafka/kafka.h"

/*
 * A transaction costs the client and the brokers some milliseconds of a processor whatever
 * is in it, so the next one is not begun at once: the more was sent, the more it gathers.
 *
 * At the least until the coordinator has written the markers of the last one, for before
 * that it refuses, and the client tries again after 20 ms.
 */
#define GATHER_MIN_MS 6
#define GATHER_MAX_MS 50
#define BYTES_PER_MS_AND_MS 256 /* of a stream of 256 kB/s it is 1 ms more */
#define MS_UNTIL_DOUBLE 16		/* and of one of 16 times that not 16 ms more but twice as much */
#define PAUSE_US 2000

typedef enum Stage
{
	STAGE_OPEN = 0,
	STAGE_REPORTS,
	STAGE_COMMIT,
	STAGE_RELEASE
} Stage;

static Stage stage = STAGE_OPEN;
static XLogRecPtr closed_lsn; /* position of the batch that is not open any more */
static int64 closed_bytes;

/* Of the flush that is not finished. */
static bool position_sent = false;
static bool hurried = false;
static int64 gather_ms = GATHER_MIN_MS;
static StringInfoData position_text; /* of the last one that was sent */

static void
pause_after_commit(void)
{
	int64 us;

	if (th_kafka.committed_at == 0)
		return;
	us = th_kafka.committed_at + PAUSE_US - th_monotonic_us();
	if (us > 0)
		pg_usleep(us);
}

/* False: no room in the queue yet. */
static bool
produce_position(XLogRecPtr lsn)
{
	KafkaFlight flight = { .commit_lsn = lsn, .part = KAFKA_PART_POSITION };
	size_t id_len = strlen(th_kafka.id);

	if (rd_kafka_produce(th_kafka_position_topic()->handle, 0, RD_KAFKA_MSG_F_COPY,
						 position_text.data, position_text.len, th_kafka.id, id_len,
						 th_kafka_opaque(flight)) == 0)
	{
		th_kafka_depart(position_text.len + (int) id_len);
		return true;
	}
	if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
		th_kafka_give_up();
	return false;
}

static bool
send_position(const FeedPosition *position)
{
	if (position_text.data == NULL)
	{
		MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

		initStringInfo(&position_text);
		MemoryContextSwitchTo(before);
	}
	resetStringInfo(&position_text);
	th_position_print(&position_text, position);
	return produce_position(position->lsn);
}

/*
 * Each partition is made known to the coordinator before its first message, which takes a
 * round trip and a wait.  The last position once more, which says nothing new, does that
 * for the position's partition while the others are, so that the end need not.
 */
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
	if (position_text.len > 0)
		(void) produce_position(th_kafka.safe);
}

/* How long the next one gathers, by how much this one sent in its time. */
static void
adapt_gathering(void)
{
	int64 ms = Max((th_monotonic_us() - th_kafka.committed_at) / 1000, 1);
	int64 more = closed_bytes / ms / BYTES_PER_MS_AND_MS;

	gather_ms = GATHER_MIN_MS + more + more * more / MS_UNTIL_DOUBLE;
	gather_ms = Min(gather_ms, GATHER_MAX_MS);
}

long
th_kafka_gather_ms(void)
{
	if (th_kafka.in_transaction || th_kafka.committed_at == 0)
		return 0;
	return (long) Max(gather_ms - (th_monotonic_us() - th_kafka.committed_at) / 1000, 0);
}

/* The batch is over: nothing comes that a request could wait for. */
static void
hurry(void)
{
	if (!hurried && th_kafka.in_flight > 0)
		th_kafka_hurry();
	hurried = true;
}

bool
th_kafka_is_open(void)
{
	return stage == STAGE_OPEN;
}

/* Nothing is in flight. */
static void
batch_is_durable(XLogRecPtr durable)
{
	th_kafka_forget_refusals();
	th_kafka_leave_careful(durable);
	th_kafka_topics_recheck();
}

static void
committed(void)
{
	adapt_gathering();
	th_kafka.committed_at = th_monotonic_us();
	th_kafka.in_transaction = false;
	th_kafka.safe = closed_lsn;
	batch_is_durable(closed_lsn);
}

bool
th_kafka_settle(void)
{
	if (stage == STAGE_REPORTS && th_kafka.in_flight == 0)
		stage = STAGE_COMMIT;
	if (stage == STAGE_COMMIT && th_kafka_commit())
	{
		stage = STAGE_RELEASE;
		committed();
	}
	if (stage == STAGE_RELEASE && th_kafka_release())
		stage = STAGE_OPEN;
	return stage == STAGE_OPEN;
}

/* The position may go out before the reports are in. */
static bool
close_transaction(const FeedPosition *position)
{
	if (!th_kafka_settle())
		return false;
	if (!th_kafka_release())
		return false;
	th_kafka_transaction_begin();
	if (!send_position(position))
		return false;
	closed_lsn = position->lsn;
	closed_bytes = th_kafka.pending;
	th_kafka.pending = 0;
	stage = STAGE_REPORTS;
	return true;
}

/* A careful process goes step by step. */
bool
th_kafka_close(const FeedPosition *position)
{
	if (th_kafka.careful || !th_kafka.transactional)
		return th_kafka_flush(position);
	th_kafka_poll();
	return close_transaction(position);
}

static bool
flush_transaction(const FeedPosition *position)
{
	if (!th_kafka_is_open())
		hurry();
	if (!position_sent)
	{
		if (!close_transaction(position))
			return false;
		position_sent = true;
		hurried = false;
		hurry();
	}
	return th_kafka_settle();
}

/* delivery.c moves what is safe when the position is acknowledged. */
static bool
flush_acknowledged(const FeedPosition *position)
{
	if (!th_kafka_release())
		return false;
	hurry();
	if (th_kafka.in_flight > 0)
		return false;
	batch_is_durable(th_kafka.safe);
	if (!send_position(position))
		return false;
	th_kafka.pending = 0;
	return true;
}

bool
th_kafka_flush(const FeedPosition *position)
{
	bool done;

	th_kafka_poll();
	done = th_kafka.transactional ? flush_transaction(position) : flush_acknowledged(position);
	if (done)
		position_sent = hurried = false;
	return done;
}
