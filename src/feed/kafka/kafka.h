/*
 * kafka.h
 *	  The Kafka sink's own pieces; internal to src/feed/kafka.
 *
 *	 sink.c			the table of functions, send and connect
 *	 producer.c		configuration of the clients
 *	 delivery.c		what is in flight, events of the client
 *	 error.c		errors of the client as SQLSTATE and state of the feed
 *	 topic.c		topics: are they there, make them, how many partitions
 *	 transaction.c	begin, the position that ends a batch, commit
 *	 hold.c			messages on their way to the client
 *	 commit.c		the calls that wait, in a thread of their own
 *	 loan.c			memory that it reads them from
 *	 produce.c		messages as the client takes them
 *	 position.c		reads back the position that the predecessor left
 *	 exit.c			tears everything down within 200 ms
 *
 * One producer per process.  Its threads never see PostgreSQL: no callback is set, what
 * they report comes as events that this process takes from one queue.  An event is
 * destroyed before anything is raised, for a longjmp would leave it to nobody.
 */
#ifndef TIDEHOLD_FEED_KAFKA_KAFKA_H
#define TIDEHOLD_FEED_KAFKA_KAFKA_H

#include <librdkafka/rdkafka.h>

#include "base/compat.h"
#include "feed/worker/sink.h"

#define KAFKA_SLICE_MS 50 /* how long a call may block */
#define KAFKA_TOPIC_LEN 249
#define KAFKA_PART_POSITION 255
#define KAFKA_LOT 64			 /* messages that the client is given in a call */
#define KAFKA_CHUNK (256 * 1024) /* bytes; a larger message is sent by itself */

typedef enum KafkaTopicState
{
	KAFKA_TOPIC_ASKING,	  /* the brokers have not said yet */
	KAFKA_TOPIC_CREATING, /* asked for; the answer comes as an event */
	KAFKA_TOPIC_PRESENT,
	KAFKA_TOPIC_MISSING /* and may not or cannot be made; asked again at ask_at */
} KafkaTopicState;

/* Never freed before the exit: routes keep pointers to them. */
typedef struct KafkaTopic
{
	char name[KAFKA_TOPIC_LEN + 1]; /* key of the hash */
	rd_kafka_topic_t *handle;
	KafkaTopicState state;
	int32 partitions;		  /* keys are spread over; changes only when nothing is in flight */
	int64 ask_at;			  /* monotonic ms */
	int64 made_at;			  /* it takes a while until every broker knows a new topic */
	rd_kafka_resp_err_t code; /* why it is missing */
	char reason[256];
	struct KafkaTopic *next;
} KafkaTopic;

/* Which message it is that a delivery report speaks of. */
typedef struct KafkaFlight
{
	XLogRecPtr commit_lsn; /* of a position: its lsn; invalid: of no transaction */
	uint32 index;
	uint8 part; /* or KAFKA_PART_POSITION */
} KafkaFlight;

/* One that is ready to be sent; the client frees the headers when it takes it. */
typedef struct KafkaMessage
{
	KafkaTopic *topic;
	KafkaFlight flight;
	FeedBytes key;
	FeedBytes value;
	rd_kafka_headers_t *headers; /* NULL: none */
	const char *loan;			 /* where it lies, see loan.c; NULL: the client copies it */
} KafkaMessage;

typedef int32_t (*KafkaPartitioner)(const rd_kafka_topic_t *topic, const void *key, size_t len,
									int32_t partitions, void *topic_opaque, void *opaque);

typedef struct Kafka
{
	const FeedRow *row;
	List *server_options;
	FeedState *state;
	char *id; /* of the feed, as text: key of its position */

	rd_kafka_t *producer;
	rd_kafka_queue_t *events;
	int event_fd;
	bool transactional;
	bool connected;
	bool careful;				  /* one message per batch, see delivery.c */
	XLogRecPtr newest;			  /* commit of the newest message sent */
	char *principal;			  /* for messages; never a secret */
	KafkaPartitioner partitioner; /* of keys; NULL: the client's choice */
	KafkaTopic *topics;

	XLogRecPtr *commits; /* of what is in flight, see delivery.c */
	int commit_count;
	int in_flight;
	int64 in_flight_bytes;

	int64 pending; /* bytes sent since the end of the last batch */
	bool in_transaction;
	int64 committed_at; /* monotonic us; 0: none yet */
	XLogRecPtr safe;
} Kafka;

/* Of the position topic; see position.c. */
typedef struct KafkaReader
{
	rd_kafka_t *consumer;
	rd_kafka_topic_t *topic;
	bool reading;
} KafkaReader;

extern Kafka th_kafka;

/* producer.c */
extern void th_kafka_producer_create(const FeedSinkStart *start);
extern rd_kafka_t *th_kafka_consumer_create(void);
extern char *th_kafka_server_option(const char *name); /* or NULL */

/*
 * produce.c: a message of ours, all but its headers pointing into what was given; whether
 * two go in one call, which takes at most KAFKA_LOT, and says how many of them the client
 * had room for; one by itself, which may be too large.
 */
extern KafkaMessage th_kafka_message(KafkaTopic *topic, const FeedMessage *message);
extern bool th_kafka_go_together(const KafkaMessage *one, const KafkaMessage *other);
extern int th_kafka_produce(const KafkaMessage *messages, int n);
extern rd_kafka_resp_err_t th_kafka_produce_one(const KafkaMessage *message);

/*
 * hold.c: how many; could one be taken; takes it, or has no room now; are there enough for
 * a call; gives all to the client, or as many as that has room for.
 */
extern void th_kafka_hold_create(int messages);
extern int th_kafka_held(void);
extern int64 th_kafka_held_bytes(void);
extern bool th_kafka_can_hold(const FeedMessage *message);
extern bool th_kafka_hold(KafkaTopic *topic, const FeedMessage *message);
extern bool th_kafka_hold_is_due(void);
extern bool th_kafka_release(void);

/*
 * loan.c: room for a message of at most KAFKA_CHUNK bytes, or NULL; the end of a loan by its
 * first byte, of which any other place is none.
 */
extern void th_kafka_loan_create(int64 bytes);
extern char *th_kafka_lend(int size);
extern void th_kafka_take_back(const void *place);

/* delivery.c */
extern void th_kafka_commits_create(void);
extern bool th_kafka_commits_are_many(void); /* the batch has to end */
extern void *th_kafka_opaque(KafkaFlight flight);
extern void th_kafka_depart(int bytes); /* the client took a message of so many bytes */
/* Of n that departed it took the first; so many commits were listed before. */
extern void th_kafka_come_back(const rd_kafka_message_t *lot, int taken, int n, int commits);
extern bool th_kafka_poll(void);
TH_NORETURN extern void th_kafka_give_up(void); /* the producer takes no more */
extern void th_kafka_leave_careful(XLogRecPtr durable);
extern const char *th_kafka_refused_before(const FeedMessage *message);
extern void th_kafka_forget_refusals(void);

/* error.c: SQLSTATE of a client's error; shows it as the feed's state; raises it. */
extern int th_kafka_sqlstate(rd_kafka_resp_err_t code);
extern void th_kafka_note(rd_kafka_resp_err_t code, const char *text);
TH_NORETURN extern void th_kafka_raise(rd_kafka_resp_err_t code, const char *action,
									   const char *text);
extern bool th_kafka_done(rd_kafka_error_t *error, const char *action);
TH_NORETURN extern void th_kafka_raise_transaction(void);

/* topic.c: of any state; NULL where it is no name of a topic. */
extern KafkaTopic *th_kafka_topic(const char *name, int len);
extern KafkaTopicState th_kafka_topic_ask(KafkaTopic *topic);
extern void th_kafka_topic_created(KafkaTopic *topic, rd_kafka_resp_err_t code,
								   const char *text);
extern void th_kafka_topics_recheck(void); /* only when nothing is in flight */
extern void th_kafka_topics_destroy(void);

/* transaction.c */
extern void th_kafka_transaction_begin(void);
extern long th_kafka_gather_ms(void);
extern bool th_kafka_close(const FeedPosition *position);
extern bool th_kafka_flush(const FeedPosition *position);

/* False while a batch that was closed is not committed; settle() goes on with that. */
extern bool th_kafka_is_open(void);
extern bool th_kafka_settle(void);

/*
 * commit.c: true when committed; asks for what is in flight not to wait for more; the
 * thread's own function for exit.c.
 */
extern bool th_kafka_commit(void);
extern void th_kafka_hurry(void);
extern void th_kafka_wait_stop(void);
extern void *th_kafka_wait_on_demand(void *unused);

/* position.c: true when read to the end. */
extern KafkaTopic *th_kafka_position_topic(void);
extern bool th_kafka_position_read(FeedPosition *position);
extern void th_kafka_position_stop(void);

/* exit.c */
extern void th_kafka_exit_prepare(void);
extern void th_kafka_run_waiter(void);
extern void th_kafka_retire_reader(const KafkaReader *reader);
extern void th_kafka_stop(void);

#endif /* TIDEHOLD_FEED_KAFKA_KAFKA_H */
