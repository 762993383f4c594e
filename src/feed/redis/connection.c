/*
 * connection.c
 *	  One connection to each node, from the name to the answered greeting and back.
 *
 *	  down -> resolving -> connecting -> greeting -> ready
 *	   ^___________|____________|____________|_________|   with a pause that grows
 *
 * Nothing here waits.  A peer that says nothing for the time-out is taken for dead,
 * whether it was stopped, or the network swallows what is sent: where no command is in
 * flight a PING is, so there is always something to be answered.
 */
#include "postgres.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/pg_prng.h"
#include "utils/memutils.h"

#include "feed/redis/redis.h"

#define BACKOFF_MIN_MS 20
#define BACKOFF_MAX_MS 2000
#define RESOLVE_SLICE_MS 10
#define IDLE_PING_MS 2000

/* Of an array in an answer; the longest we ask for is the map of a cluster. */
#define ELEMENTS_MAX 65536

dlist_head th_redis_nodes = DLIST_STATIC_INIT(th_redis_nodes);

RedisNode *
th_redis_node(const char *host, int port, bool is_sentinel)
{
	RedisNode *node;
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
	{
		node = dlist_container(RedisNode, link, iter.cur);
		if (node->address.port == port && node->is_sentinel == is_sentinel &&
			strcmp(node->address.host, host) == 0)
			return node;
	}
	node = MemoryContextAllocZero(th_redis.context, sizeof(RedisNode));
	node->address.host = MemoryContextStrdup(th_redis.context, host);
	node->address.port = port;
	node->is_sentinel = is_sentinel;
	dlist_init(&node->requests);
	dlist_push_tail(&th_redis_nodes, &node->link);
	return node;
}

void
th_redis_node_want(RedisNode *node)
{
	node->wanted = true;
	if (node->state == REDIS_NODE_DOWN)
		th_redis_wake_at(node->due);
}

bool
th_redis_node_is_ready(const RedisNode *node)
{
	return node != NULL && node->state == REDIS_NODE_READY;
}

static void
forget_addresses(RedisNode *node)
{
	if (node->lookup != NULL)
		th_redis_lookup_end(node->lookup);
	if (node->found != NULL)
		freeaddrinfo(node->found);
	node->lookup = NULL;
	node->found = node->next_address = NULL;
}

static void
close_connection(RedisNode *node)
{
	redisContext *connection = node->connection;

	node->connection = NULL;
	node->tls = NULL;
	if (connection != NULL)
		redisFree(connection);
}

static void
back_off(RedisNode *node)
{
	node->backoff_ms = Min(Max(node->backoff_ms * 2, BACKOFF_MIN_MS), BACKOFF_MAX_MS);
	node->due = th_monotonic_ms() + node->backoff_ms / 2 +
				(int64) pg_prng_uint64_range(&pg_global_prng_state, 0, node->backoff_ms / 2);
	th_redis_wake_at(node->due);
}

/* A sentinel that is gone troubles nobody while the master is there. */
static bool
is_trouble(const RedisNode *node)
{
	return node->wanted && !(node->is_sentinel && th_redis_node_is_ready(th_redis.server));
}

/* why may lie in the connection that is closed here. */
void
th_redis_node_drop(RedisNode *node, const char *why)
{
	if (is_trouble(node))
		th_redis_trouble(ERRCODE_CONNECTION_FAILURE, "could not use Redis server %s:%d: %s",
						 node->address.host, node->address.port, th_redis_tls_reason(node, why));
	node->state = REDIS_NODE_DOWN;
	close_connection(node);
	forget_addresses(node);
	back_off(node);
	th_redis_requests_lost(node);
	if (th_redis.options.cluster)
		th_redis_cluster_doubt();
	else if (th_redis.options.sentinels != NIL)
		th_redis_sentinel_doubt(node);
}

/* ---- opening ---- */

static void
watch(RedisNode *node, int operation, bool output)
{
	struct epoll_event event = {
		.events = EPOLLIN | (output ? EPOLLOUT : 0),
		.data.ptr = node,
	};

	if (epoll_ctl(th_redis.epoll, operation, node->connection->fd, &event) != 0)
		ereport(ERROR,
				(errcode_for_socket_access(), errmsg("could not watch a connection to Redis: %m")));
	node->watches_output = output;
}

#if HIREDIS_MAJOR >= 1
typedef size_t ArrayLength;
#else
typedef int ArrayLength;
#endif

static redisReplyObjectFunctions reply_functions;
static void *(*make_array)(const redisReadTask *, ArrayLength);

/* A peer that is no Redis may announce an array that fills the memory. */
static void *
make_bounded_array(const redisReadTask *task, ArrayLength length)
{
	return length <= ELEMENTS_MAX ? make_array(task, length) : NULL;
}

static void
bound_replies(redisReader *reader)
{
	reply_functions = *reader->fn;
	if (reply_functions.createArray != make_bounded_array)
		make_array = reply_functions.createArray;
	reply_functions.createArray = make_bounded_array;
	reader->fn = &reply_functions;
}

/* The next of its addresses; each has the time-out for itself. */
static void
connect_next_address(RedisNode *node)
{
	struct addrinfo *address = node->next_address;
	char host[NI_MAXHOST];

	node->next_address = address->ai_next;
	node->state = REDIS_NODE_CONNECTING;
	node->due = th_monotonic_ms() + th_redis.options.timeout_ms;
	if (getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof(host), NULL, 0,
					NI_NUMERICHOST) != 0)
		strlcpy(host, node->address.host, sizeof(host));
	node->connection = redisConnectNonBlock(host, node->address.port);
	if (node->connection == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (node->connection->err == 0)
	{
		bound_replies(node->connection->reader);
		watch(node, EPOLL_CTL_ADD, true);
		th_redis_wake_at(node->due);
	}
}

static void
connect_failed(RedisNode *node, const char *why)
{
	if (node->next_address == NULL)
	{
		th_redis_node_drop(node, why);
		return;
	}
	close_connection(node);
	connect_next_address(node);
}

static void
look_up(RedisNode *node)
{
	const char *why;

	if (node->lookup == NULL)
	{
		node->lookup = th_redis_lookup_begin(&node->address);
		node->state = REDIS_NODE_RESOLVING;
		node->due = th_monotonic_ms() + th_redis.options.timeout_ms;
	}
	if (!th_redis_lookup_ended(node->lookup, &node->found, &why))
	{
		th_redis_wake_at(th_monotonic_ms() + RESOLVE_SLICE_MS);
		return;
	}
	th_redis_lookup_end(node->lookup);
	node->lookup = NULL;
	if (node->found == NULL)
	{
		th_redis_node_drop(node, why);
		return;
	}
	node->next_address = node->found;
	connect_next_address(node);
}

static int
connect_error(const RedisNode *node)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(node->connection->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

/* The client library does not do it in every version. */
static void
send_at_once(const RedisNode *node)
{
	int yes = 1;

	(void) setsockopt(node->connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

static void
connected(RedisNode *node)
{
	const char *why = NULL;
	int error = connect_error(node);

	if (error != 0)
	{
		connect_failed(node, strerror(error));
		return;
	}
	send_at_once(node);
	if (th_redis.options.tls && !th_redis_tls_begin(node, &why))
	{
		th_redis_node_drop(node, why);
		return;
	}
	node->state = REDIS_NODE_GREETING;
	node->heard_at = th_monotonic_ms();
	node->due = node->heard_at + th_redis.options.timeout_ms;
	th_redis_greet(node);
	th_redis_node_write(node);
}

/* The greeting was answered. */
void
th_redis_node_ready(RedisNode *node)
{
	th_redis_identity_check(node);
	node->state = REDIS_NODE_READY;
	node->was_ready = true;
	node->backoff_ms = 0;
	forget_addresses(node);
	th_redis_wake_at(th_monotonic_ms());
}

/* ---- bytes ---- */

/*
 * As much as the socket takes; TLS takes a record at a time.  What a handshake holds up is
 * written with the next poll after its answer: see th_redis_nodes_write().
 */
void
th_redis_node_write(RedisNode *node)
{
	size_t before;
	int done = 0;
	bool watches;

	if (node->connection == NULL)
		return;
	do
	{
		before = sdslen(node->connection->obuf);
		if (redisBufferWrite(node->connection, &done) != REDIS_OK)
		{
			th_redis_node_drop(node, node->connection->errstr);
			return;
		}
	} while (!done && sdslen(node->connection->obuf) < before);
	watches = !done && !th_redis_tls_wants_input(node);
	if (node->watches_output != watches)
		watch(node, EPOLL_CTL_MOD, watches);
}

/* What was put since the last write. */
void
th_redis_nodes_write(void)
{
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		if (node->connection != NULL && node->state > REDIS_NODE_CONNECTING &&
			!node->watches_output && sdslen(node->connection->obuf) > 0)
			th_redis_node_write(node);
	}
}

/*
 * Until the socket is empty: what TLS has decrypted already does not make the descriptor
 * readable again.
 */
static bool
read_all(RedisNode *node)
{
	redisReader *reader = node->connection->reader;
	size_t before;

	do
	{
		before = reader->len;
		if (redisBufferRead(node->connection) != REDIS_OK)
			return false;
	} while (reader->len > before);
	return true;
}

void
th_redis_node_event(RedisNode *node, uint32 events)
{
	bool open;

	if (node->connection == NULL)
		return;
	if (node->state == REDIS_NODE_CONNECTING)
	{
		connected(node);
		return;
	}
	if (events & EPOLLOUT)
		th_redis_node_write(node);
	if (node->connection == NULL || !(events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		return;
	node->heard_at = th_monotonic_ms();
	open = read_all(node);
	th_redis_take_replies(node);
	if (!open && node->connection != NULL)
		th_redis_node_drop(node, node->connection->errstr);
}

/* ---- time ---- */

static void
ping_when_idle(RedisNode *node, int64 now)
{
	static const char *const ping[] = { "PING" };

	if (node->state != REDIS_NODE_READY || !dlist_is_empty(&node->requests))
		return;
	if (now < node->heard_at + IDLE_PING_MS)
	{
		th_redis_wake_at(node->heard_at + IDLE_PING_MS);
		return;
	}
	node->heard_at = now;
	th_redis_command(node, NULL, NULL, ping, lengthof(ping));
	th_redis_node_write(node);
}

/* A node that answers others of our commands is alive, but its time-out is per answer. */
static void
check_silence(RedisNode *node, int64 now)
{
	int64 since = th_redis_oldest_request(node);
	int64 limit;

	if (since == 0)
		return;
	limit = Max(since, node->heard_at) + th_redis.options.timeout_ms;
	if (now >= limit)
		th_redis_node_drop(node, "it does not answer");
	else
		th_redis_wake_at(limit);
}

static void
work_on(RedisNode *node, int64 now)
{
	switch (node->state)
	{
		case REDIS_NODE_DOWN:
			if (node->wanted && now >= node->due)
				look_up(node);
			else if (node->wanted)
				th_redis_wake_at(node->due);
			return;
		case REDIS_NODE_RESOLVING:
			if (now >= node->due)
				th_redis_node_drop(node, "its name is not resolved");
			else
				look_up(node);
			return;
		case REDIS_NODE_CONNECTING:
			if (node->connection->err != 0)
				connect_failed(node, node->connection->errstr);
			else if (now >= node->due)
				connect_failed(node, "it does not accept connections");
			else
				th_redis_wake_at(node->due);
			return;
		case REDIS_NODE_GREETING:
			if (now >= node->due)
				th_redis_node_drop(node, "it does not answer");
			else
				th_redis_wake_at(node->due);
			return;
		case REDIS_NODE_READY:
			ping_when_idle(node, now);
			check_silence(node, now);
			return;
	}
}

void
th_redis_nodes_work(int64 now)
{
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
		work_on(dlist_container(RedisNode, link, iter.cur), now);
}

/* Exit path: a lookup that goes on in its thread ends with the process. */
void
th_redis_nodes_stop(void)
{
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		node->state = REDIS_NODE_DOWN;
		node->wanted = false;
		close_connection(node);
		forget_addresses(node);
		dlist_init(&node->requests);
	}
}
