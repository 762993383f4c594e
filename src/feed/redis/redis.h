/*
 * redis.h
 *	  The Redis sink's own parts: nodes, requests, lanes, positions.
 *
 * Order.  A lane is the queue of everything that must not overtake each other: all
 * messages of a single server, those of one hash slot in a cluster.  Of a lane one batch
 * is in flight at a time: one call of a script that takes the messages in order and
 * stops at the first that the server cannot take now.  So a retry never comes after
 * anything younger, whatever the server answers, and a key's messages are applied in the
 * order they were sent.  Throughput comes from the size of the batches, which grow with
 * what has piled up during the one before.
 *
 * Everything here belongs to the feed's worker process alone; nothing survives it.
 */
#ifndef TIDEHOLD_FEED_REDIS_REDIS_H
#define TIDEHOLD_FEED_REDIS_REDIS_H

#include <hiredis/hiredis.h>

#include "lib/ilist.h"
#include "lib/stringinfo.h"

#include "base/clock.h"
#include "feed/worker/sink.h"

/* ---- options.c ---- */

typedef struct RedisAddress
{
	char *host;
	int port;
} RedisAddress;

typedef struct RedisOptions
{
	RedisAddress server;
	int database;
	bool cluster;
	List *sentinels; /* of RedisAddress; NIL: none */
	char *sentinel_master;
	char *username; /* NULL: the default user */
	char *password; /* NULL: no login */
	char *sentinel_username;
	char *sentinel_password;
	bool tls;
	char *tls_ca;
	char *tls_cert;
	char *tls_key;
	char *tls_server_name;
	int64 timeout_ms; /* to connect, and for the answer to a command */
	int64 hold_back_ms;
	int64 guard_ms;
	int64 stream_max_length; /* 0: without limit */
	char *client_name;
	char feed_id[37];
} RedisOptions;

/* 0 where it is no port. */
extern int th_redis_port(const char *text);
extern void th_redis_read_options(RedisOptions *options, const FeedSinkStart *start);

/* ---- sink.c ---- */

typedef struct RedisNode RedisNode;

typedef struct RedisSink
{
	RedisOptions options;
	MemoryContext context;
	const FeedRow *row; /* its epoch may grow before the first message */
	FeedState *state;
	int epoll;
	int timer;
	int64 timer_at;	   /* when the timer fires; 0: not set */
	RedisNode *server; /* without a cluster: where everything goes; NULL: not known yet */
	bool running;	   /* connect() has given a position: losses count from here */
	int64 queued;	   /* messages that are not acknowledged, and their bytes */
	int64 queued_bytes;
	int64 limit;		/* of queued_bytes */
	int64 sent_bytes;	/* since the last finished flush */
	FeedPosition known; /* that the sink held when we came */
} RedisSink;

extern RedisSink th_redis;

/* The descriptor becomes readable at this time at the latest; times are th_monotonic_ms(). */
extern void th_redis_wake_at(int64 when);

/* Where messages of this slot go; NULL: not known now. */
extern RedisNode *th_redis_owner(int slot);

/* What keeps the feed from going on: shown in its state, logged once. */
extern void th_redis_trouble(int sqlstate, const char *format, ...) pg_attribute_printf(2, 3);
extern void th_redis_trouble_over(void);

/* ---- resolve.c ---- */

struct addrinfo;
typedef struct RedisLookup RedisLookup;
extern RedisLookup *th_redis_lookup_begin(const RedisAddress *address);

/* True when it has ended; *found NULL: it failed and *why says it. */
extern bool th_redis_lookup_ended(RedisLookup *lookup, struct addrinfo **found, const char **why);
extern void th_redis_lookup_end(RedisLookup *lookup);

/* ---- connection.c ---- */

typedef enum RedisNodeState
{
	REDIS_NODE_DOWN, /* until due, where it is wanted */
	REDIS_NODE_RESOLVING,
	REDIS_NODE_CONNECTING,
	REDIS_NODE_GREETING,
	REDIS_NODE_READY
} RedisNodeState;

#define REDIS_ID_LEN 40

/* A server process and its data set, as INFO names them; "" where it did not say. */
typedef struct RedisIdentity
{
	char run[REDIS_ID_LEN + 1];
	char data[REDIS_ID_LEN + 1];
	char data_before[REDIS_ID_LEN + 1]; /* of the master that it was a replica of */
	bool is_master;
} RedisIdentity;

struct RedisNode
{
	dlist_node link;
	RedisAddress address;
	bool is_sentinel;
	bool wanted; /* connect again when the connection is lost */
	bool was_ready;
	RedisNodeState state;
	int64 due; /* down: next try; not ready yet: gives up */
	int backoff_ms;
	RedisLookup *lookup;
	struct addrinfo *found;
	struct addrinfo *next_address;
	redisContext *connection;
	void *tls; /* the session, which is the connection's */
	bool watches_output;
	dlist_head requests; /* sent and not answered, oldest first */
	int64 heard_at;
	RedisIdentity identity; /* of the last greeting */
	RedisIdentity greeted;	/* of the one that is going on */
	int slots;				/* that it owns, in a cluster */
};

extern dlist_head th_redis_nodes;

/* The node of that address, made where there is none. */
extern RedisNode *th_redis_node(const char *host, int port, bool is_sentinel);
extern void th_redis_node_want(RedisNode *node);
extern bool th_redis_node_is_ready(const RedisNode *node);

/* Ends the connection: its requests are answered with NULL, and it is tried again. */
extern void th_redis_node_drop(RedisNode *node, const char *why);
extern void th_redis_node_ready(RedisNode *node);
extern void th_redis_node_write(RedisNode *node);
extern void th_redis_node_event(RedisNode *node, uint32 events);
extern void th_redis_nodes_work(int64 now);
extern void th_redis_nodes_write(void);
extern void th_redis_nodes_stop(void);

/* ---- tls.c ---- */
extern void th_redis_tls_init(const RedisOptions *options);
extern bool th_redis_tls_begin(RedisNode *node, const char **why);

/* Why the connection ended, if TLS knows better. */
extern const char *th_redis_tls_reason(const RedisNode *node, const char *why);

/* After a write: it goes on when something was read, and not when the socket takes more. */
extern bool th_redis_tls_wants_input(const RedisNode *node);
extern void th_redis_tls_stop(void);

/* ---- greeting.c ---- */
extern void th_redis_greet(RedisNode *node);
extern void th_redis_load_script(RedisNode *node);

/* ---- pipeline.c ---- */

/* reply NULL: the connection was lost, the command may have been done or not. */
typedef void (*RedisAnswer)(RedisNode *node, void *context, redisReply *reply);

/* Length and bytes of one argument, as the protocol has them. */
extern void th_redis_bulk(StringInfo out, const char *data, int len);
extern void th_redis_bulk_text(StringInfo out, const char *text);
extern void th_redis_bulk_number(StringInfo out, int64 number);
extern void th_redis_put(RedisNode *node, const char *command, int len, RedisAnswer answer,
						 void *context);
extern void th_redis_command(RedisNode *node, RedisAnswer answer, void *context,
							 const char *const *words, int count);
extern void th_redis_take_replies(RedisNode *node);
extern void th_redis_requests_lost(RedisNode *node);

/* When the oldest request was sent; 0: none is in flight. */
extern int64 th_redis_oldest_request(RedisNode *node);

/* ---- fault.c ---- */

typedef enum RedisFault
{
	REDIS_FAULT_REFUSED, /* this command is wrong, now and later */
	REDIS_FAULT_AGAIN,	 /* the server cannot now */
	REDIS_FAULT_ROLE,	 /* it is no master, or its cluster is in a bad state */
	REDIS_FAULT_MOVED,
	REDIS_FAULT_ASK,
	REDIS_FAULT_SCRIPT, /* the script is not there */
	REDIS_FAULT_LOGIN	/* not logged in, or not allowed to be */
} RedisFault;

extern RedisFault th_redis_fault(const char *text);

/* Node named by "MOVED 1234 host:port" or "ASK 1234 host:port"; NULL where it is none. */
extern RedisNode *th_redis_redirected(const RedisNode *from, const char *text, int *slot);

/* ---- command.c ---- */

/* The number that, as a hash tag, leads to this slot. */
extern uint32 th_redis_slot_tag(int slot);

typedef struct RedisMessage
{
	dlist_node link;
	char kind; /* of script.c */
	FeedForm form;
	uint8 part;
	uint32 index;
	FeedRoute *route; /* our copy of its names, or NULL */
	FeedTxn txn;
	void *context; /* of a position */
	int slot;
	int size; /* bytes of memory */
	int key_count;
	int keys_len;
	int argument_count;
	int arguments_len;
	int computed_len;				  /* what a computed value's letter is known by; else 0 */
	char data[FLEXIBLE_ARRAY_MEMBER]; /* keys, arguments, as the protocol has them; then that */
} RedisMessage;

/* Version of a state: fixed width, so that the order of texts is the order of versions. */
#define REDIS_POSITION_VERSION_LEN 19
#define REDIS_MARK_DIGITS 8 /* of feed and cluster */
#define REDIS_VERSION_LEN (REDIS_MARK_DIGITS + REDIS_POSITION_VERSION_LEN + 9)

extern uint64 th_redis_stream_place(XLogRecPtr lsn);

/* NULL: it can never be sent, *why says it. */
extern RedisMessage *th_redis_encode(const FeedMessage *message, StringInfo why);
extern RedisMessage *th_redis_encode_position(char kind, int slot, const char *key,
											  const char *expected, const char *version,
											  const char *value);
extern void th_redis_publish(const FeedMessage *message);

/* Of one key that a sweep has found. */
extern RedisMessage *th_redis_encode_swept(const FeedMessage *sweep, const char *key, int len);

/* decode.c: the message as it was given; fields are made in the current memory context. */
extern void th_redis_decode(const RedisMessage *message, FeedMessage *out);

/* ---- lane.c ---- */
extern void th_redis_lanes_start(void);
extern void th_redis_lane_push(RedisMessage *message);
extern void th_redis_lanes_work(int64 now);

/* ---- refusal.c ---- */
extern void th_redis_refuse(const RedisMessage *message, const char *reason);
extern bool th_redis_refused(FeedRefusal *refusal);
extern bool th_redis_has_refusals(void);

/* ---- script.c ---- */
#define REDIS_KIND_HASH 'H'
#define REDIS_KIND_JSON 'J'
#define REDIS_KIND_DELETE 'D'
#define REDIS_KIND_STREAM 'S'
#define REDIS_KIND_SWEEP 'W'
#define REDIS_KIND_POSITION 'P'
#define REDIS_KIND_READ 'R'

extern const char th_redis_script[];
extern char th_redis_script_sha[REDIS_ID_LEN + 1];

/* ---- cluster.c ---- */
extern void th_redis_cluster_start(void);
extern RedisNode *th_redis_cluster_owner(int slot);
extern void th_redis_cluster_moved(int slot, RedisNode *to);
extern void th_redis_cluster_doubt(void);
extern void th_redis_cluster_work(int64 now);
extern bool th_redis_cluster_complete(void);

/* Asks for the map; what becomes of it is known when so many maps were taken. */
extern int64 th_redis_cluster_ask(void);
extern int64 th_redis_cluster_maps(void);

/* How often a slot was given to another node. */
extern int64 th_redis_cluster_moves(void);

/* ---- sentinel.c ---- */
extern void th_redis_sentinel_work(int64 now);
extern void th_redis_sentinel_doubt(RedisNode *node);

/* ---- identity.c ---- */
extern void th_redis_identity_parse(RedisIdentity *identity, const char *info);
extern void th_redis_identity_check(RedisNode *node);

/* ---- position.c ---- */

/* Reads what the nodes hold; true when *position is known. */
extern bool th_redis_positions_read(FeedPosition *position);
extern bool th_redis_positions_write(const FeedPosition *position);

/* Answer of the script to a position: "=value" read, "?" lost, NULL written. */
extern void th_redis_position_answered(RedisMessage *message, const char *text);

/* ---- sweep.c ---- */

/* Takes the message over.  False: its keys cannot be told from those of others. */
extern bool th_redis_sweep(RedisMessage *message, StringInfo why);

/* At a flush, until it is true: removes what there is to remove. */
extern bool th_redis_swept(void);
extern void th_redis_sweep_work(void);

/* ---- hold_back.c ---- */
extern void th_redis_hold_back_note(XLogRecPtr lsn);
extern XLogRecPtr th_redis_hold_back_safe(void);

#endif /* TIDEHOLD_FEED_REDIS_REDIS_H */
