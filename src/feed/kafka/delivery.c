/*
 * delivery.c
 *	  Messages in flight, and the events of the client.
 *
 * Each message carries in its 64 opaque bits which change it is of: index, part, and which
 * of the commits that are in flight.  These are listed as they come, and the list is empty
 * when nothing is in flight any more, which every flush waits for.  So nothing is written
 * for a message and nothing read at its report, unless it failed.
 *
 * A message that the brokers refuse must become a dead letter, alone.  They refuse whole
 * batches, so at first the next process is told to be careful up to the newest message
 * that was sent: it puts each in a batch of its own.  What is refused then is noted in
 * shared memory, and the process after it refuses exactly these by itself.  When all that
 * is durable a new process goes on in the ordinary way, for one by one is slow.
 */
#include "postgres.h"

#include <unistd.h>

#include "storage/ipc.h"
#include "storage/spin.h"
#include "utils/memutils.h"

#include "base/worker.h"
#include "feed/kafka/kafka.h"

#define OPAQUE_PART_SHIFT 32
#define OPAQUE_COMMIT_SHIFT 40

/* A batch ends at the next transaction when it has so many; what it has over is for that. */
#define COMMITS_MANY (256 * 1024 - 1024)
#define COMMITS_ROOM (256 * 1024)

/* How long to wait for the reports of other messages after one was refused. */
#define COLLECT_SLICES 20
#define COLLECT_SLICE_MS 5

/* What an event said, to be acted on when the event is gone. */
typedef struct News
{
	bool purged; /* the client gave messages up; the transaction knows why */
	rd_kafka_resp_err_t failed;
	char failure[FEED_ERROR_LEN];
	rd_kafka_resp_err_t refused;
	KafkaFlight refused_message; /* first that the brokers refused */
	rd_kafka_resp_err_t error;
	char text[FEED_ERROR_LEN];
	bool is_log;
} News;

static bool refused_again[FEED_KNOWN_REFUSALS]; /* by this process, since the last flush */

void
th_kafka_commits_create(void)
{
	th_kafka.commits = MemoryContextAlloc(TopMemoryContext, sizeof(XLogRecPtr) * COMMITS_ROOM);
}

bool
th_kafka_commits_are_many(void)
{
	int listed = th_kafka.in_flight > 0 ? th_kafka.commit_count : 0;

	return listed + th_kafka_held() >= COMMITS_MANY;
}

static uint64
number_of(XLogRecPtr commit_lsn)
{
	if (th_kafka.in_flight == 0)
		th_kafka.commit_count = 0;
	if (th_kafka.commit_count > 0 && th_kafka.commits[th_kafka.commit_count - 1] == commit_lsn)
		return th_kafka.commit_count - 1;
	if (th_kafka.commit_count == COMMITS_ROOM)
		elog(ERROR, "a batch of more than %d transactions", COMMITS_ROOM);
	th_kafka.commits[th_kafka.commit_count] = commit_lsn;
	return th_kafka.commit_count++;
}

void *
th_kafka_opaque(KafkaFlight flight)
{
	StaticAssertStmt(sizeof(void *) == sizeof(uint64), "an opaque pointer has no 64 bits");
	return (void *) (number_of(flight.commit_lsn) << OPAQUE_COMMIT_SHIFT |
					 (uint64) flight.part << OPAQUE_PART_SHIFT | flight.index);
}

static KafkaFlight
flight_of(const void *opaque)
{
	uint64 bits = (uint64) opaque;

	return (KafkaFlight){
		.commit_lsn = th_kafka.commits[bits >> OPAQUE_COMMIT_SHIFT],
		.part = (uint8) (bits >> OPAQUE_PART_SHIFT),
		.index = (uint32) bits,
	};
}

void
th_kafka_depart(int bytes)
{
	th_kafka.in_flight++;
	th_kafka.in_flight_bytes += bytes;
}

static void
count_arrival(const rd_kafka_message_t *message)
{
	th_kafka.in_flight--;
	th_kafka.in_flight_bytes -= message->len + message->key_len;
}

/*
 * They are held as before.  Their commits leave the list too, or a queue that stays full
 * would fill it.
 */
void
th_kafka_come_back(const rd_kafka_message_t *lot, int taken, int n, int commits)
{
	for (int i = taken; i < n; i++)
		count_arrival(&lot[i]);
	if (taken > 0)
		commits = (int) ((uint64) lot[taken - 1]._private >> OPAQUE_COMMIT_SHIFT) + 1;
	th_kafka.commit_count = commits;
}

/* ---- refusals ---- */

/* Another message could be taken where this one is not. */
static bool
is_refusal(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
		   code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE || code == RD_KAFKA_RESP_ERR_INVALID_MSG ||
		   code == RD_KAFKA_RESP_ERR_INVALID_RECORD || code == RD_KAFKA_RESP_ERR_POLICY_VIOLATION ||
		   code == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
}

static void
note_refusal(const KafkaFlight *flight, rd_kafka_resp_err_t code)
{
	FeedState *state = th_kafka.state;

	SpinLockAcquire(&state->mutex);
	if (th_kafka.careful && flight->commit_lsn != InvalidXLogRecPtr &&
		flight->part != KAFKA_PART_POSITION)
	{
		FeedKnownRefusal *refusal = &state->refusals[state->refusal_count++ % FEED_KNOWN_REFUSALS];

		refusal->commit_lsn = flight->commit_lsn;
		refusal->index = flight->index;
		refusal->part = flight->part;
		refusal->code = code;
	}
	state->careful_until = Max(Max(state->careful_until, th_kafka.newest), 1);
	SpinLockRelease(&state->mutex);
}

/* A process ends after its flush as it may end by a crash: the position says how far. */
void
th_kafka_leave_careful(XLogRecPtr durable)
{
	FeedState *state = th_kafka.state;

	if (!th_kafka.careful || durable <= state->careful_until)
		return;
	SpinLockAcquire(&state->mutex);
	state->careful_until = InvalidXLogRecPtr;
	SpinLockRelease(&state->mutex);
	th_slot_restart_now();
	proc_exit(1);
}

/* Only this process writes them, so it needs no lock to read. */
const char *
th_kafka_refused_before(const FeedMessage *message)
{
	const FeedState *state = th_kafka.state;
	int count = Min(state->refusal_count, FEED_KNOWN_REFUSALS);

	if (message->txn == NULL || message->txn->commit_lsn == InvalidXLogRecPtr)
		return NULL;
	for (int i = 0; i < count; i++)
	{
		const FeedKnownRefusal *refusal = &state->refusals[i];

		if (refusal->commit_lsn == message->txn->commit_lsn &&
			refusal->index == message->index && refusal->part == message->part)
		{
			refused_again[i] = true;
			return rd_kafka_err2str(refusal->code);
		}
	}
	return NULL;
}

/*
 * At the end of a flush: what was refused again is a dead letter by now.  When that is
 * replayed Kafka shall have another look at it.
 */
void
th_kafka_forget_refusals(void)
{
	FeedState *state = th_kafka.state;

	if (state->refusal_count == 0)
		return;
	SpinLockAcquire(&state->mutex);
	for (int i = 0; i < FEED_KNOWN_REFUSALS; i++)
		if (refused_again[i])
			state->refusals[i].commit_lsn = InvalidXLogRecPtr;
	SpinLockRelease(&state->mutex);
	memset(refused_again, 0, sizeof(refused_again));
}

/* ---- events ---- */

static void
take_failure(const rd_kafka_message_t *message, News *news)
{
	news->failed = message->err;
	snprintf(news->failure, sizeof(news->failure), "topic \"%s\": %s",
			 rd_kafka_topic_name(message->rkt), rd_kafka_err2str(message->err));
}

static void
take_refusal(const rd_kafka_message_t *message, News *news)
{
	KafkaFlight flight = flight_of(message->_private);

	if (news->refused == RD_KAFKA_RESP_ERR_NO_ERROR)
		news->refused_message = flight;
	news->refused = message->err;
	note_refusal(&flight, message->err);
}

/* In a transaction it says nothing: the commit does. */
static void
take_success(const rd_kafka_message_t *message)
{
	KafkaFlight flight = flight_of(message->_private);

	if (flight.part == KAFKA_PART_POSITION)
		th_kafka.safe = flight.commit_lsn;
}

static void
take_report(const rd_kafka_message_t *message, News *news)
{
	count_arrival(message);
	th_kafka_take_back(message->payload);
	if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
		message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
		news->purged = true;
	else if (is_refusal(message->err))
		take_refusal(message, news);
	else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		take_failure(message, news);
	else if (!th_kafka.transactional)
		take_success(message);
}

static void
take_reports(rd_kafka_event_t *event, News *news)
{
	const rd_kafka_message_t *message;

	while ((message = rd_kafka_event_message_next(event)) != NULL)
		take_report(message, news);
}

static void
take_log(rd_kafka_event_t *event, News *news)
{
	const char *facility;
	const char *text;
	int level;

	if (rd_kafka_event_log(event, &facility, &text, &level) != 0)
		return;
	news->is_log = true;
	snprintf(news->text, sizeof(news->text), "%s: %s", facility, text);
}

static void
take_created(rd_kafka_event_t *event)
{
	const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
	KafkaTopic *topic = rd_kafka_event_opaque(event);
	const rd_kafka_topic_result_t **answers;
	size_t count = 0;

	if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
	{
		th_kafka_topic_created(topic, rd_kafka_event_error(event),
							   rd_kafka_event_error_string(event));
		return;
	}
	answers = rd_kafka_CreateTopics_result_topics(result, &count);
	if (count == 1)
		th_kafka_topic_created(topic, rd_kafka_topic_result_error(answers[0]),
							   rd_kafka_topic_result_error_string(answers[0]));
}

static void
take_event(rd_kafka_event_t *event, News *news)
{
	news->is_log = false;
	news->text[0] = '\0';
	news->error = RD_KAFKA_RESP_ERR_NO_ERROR;
	switch (rd_kafka_event_type(event))
	{
		case RD_KAFKA_EVENT_DR:
			take_reports(event, news);
			break;
		case RD_KAFKA_EVENT_LOG:
			take_log(event, news);
			break;
		case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
			take_created(event);
			break;
		case RD_KAFKA_EVENT_ERROR:
			news->error = rd_kafka_event_error(event);
			strlcpy(news->text, rd_kafka_event_error_string(event), sizeof(news->text));
			break;
		default:
			break;
	}
}

/*
 * A login that fails does not heal in this process: its successor reads the options and
 * the password file anew.  So does one whose TLS never came about.
 */
static void
act_on_error(const News *news)
{
	if (news->error == RD_KAFKA_RESP_ERR__FATAL)
		th_kafka_raise_transaction();
	if (news->error == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
		(news->error == RD_KAFKA_RESP_ERR__SSL && !th_kafka.connected))
		th_kafka_raise(news->error, "log in", news->text);
	/* That all brokers are down says less than what the last of them said. */
	if (news->error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		return;
	if (news->error != RD_KAFKA_RESP_ERR_NO_ERROR)
		th_kafka_note(news->error, news->text);
	else if (news->is_log)
		elog(DEBUG1, "kafka client: %s", news->text);
}

static bool
next_event(int wait_ms, News *news)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(th_kafka.events, wait_ms);

	if (event == NULL)
		return false;
	take_event(event, news);
	rd_kafka_event_destroy(event);
	return true;
}

/* Others of the same cause are told from it now rather than one per process. */
static void
collect(News *news)
{
	for (int i = 0; i < COLLECT_SLICES && th_kafka.in_flight > 0; i++)
		while (next_event(COLLECT_SLICE_MS, news))
			;
}

TH_NORETURN static void
raise_refusal(const News *news)
{
	const KafkaFlight *flight = &news->refused_message;
	const char *found = th_kafka.careful ? "becomes a dead letter" :
										   "or another of its batch is sent again alone";

	ereport(ERROR,
			(errcode(th_kafka_sqlstate(news->refused)),
			 errmsg("feed \"%s\" has a message that Kafka refuses: %s", th_kafka.row->name,
					rd_kafka_err2str(news->refused)),
			 errdetail("Change %u of the transaction at %X/%X %s.", flight->index,
					   LSN_FORMAT_ARGS(flight->commit_lsn), found),
			 errhint("Set \"batch.size\" and \"message.max.bytes\" of server \"%s\" to what "
					 "its topics take.",
					 th_kafka.row->server)));
}

/* A refusal names the message, so it goes before what the client makes of it. */
TH_NORETURN static void
give_up(News *news)
{
	collect(news);
	if (news->refused != RD_KAFKA_RESP_ERR_NO_ERROR)
		raise_refusal(news);
	if (news->failed != RD_KAFKA_RESP_ERR_NO_ERROR && !news->purged)
		th_kafka_raise(news->failed, "deliver a message", news->failure);
	th_kafka_raise_transaction();
}

void
th_kafka_give_up(void)
{
	News news = { 0 };

	give_up(&news);
}

static void
act_on_failures(News *news)
{
	if (news->purged || news->failed != RD_KAFKA_RESP_ERR_NO_ERROR ||
		news->refused != RD_KAFKA_RESP_ERR_NO_ERROR)
		give_up(news);
}

static void
show_in_flight(void)
{
	FeedState *state = th_kafka.state;

	SpinLockAcquire(&state->mutex);
	state->in_flight = th_kafka.in_flight + th_kafka_held();
	state->in_flight_bytes = th_kafka.in_flight_bytes + th_kafka_held_bytes();
	SpinLockRelease(&state->mutex);
}

bool
th_kafka_poll(void)
{
	News news = { 0 };
	uint64 value;
	/* A commit that has ended says so there too. */
	bool busy = read(th_kafka.event_fd, &value, sizeof(value)) == sizeof(value);

	while (next_event(0, &news))
	{
		busy = true;
		act_on_error(&news);
	}
	show_in_flight();
	act_on_failures(&news);
	return busy;
}
