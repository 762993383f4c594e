/*
 * sentinel.c
 *	  Who is the master: asked of one sentinel after the other, each time it is not known.
 *
 * A failover ends the connection to the old master: the sentinels close it, or the
 * server is gone, or it answers that it is a replica now.  So nothing listens for the
 * sentinels' messages.  The greeting checks the role of what they name.
 */
#include "feed/redis/redis.h"

#define ASK_PAUSE_MS 100

static int next_sentinel = 0;
static RedisNode *sentinel = NULL;
static bool is_asked = false;
static int64 not_before = 0;

static void
leave_sentinel(void)
{
	RedisNode *node = sentinel;

	sentinel = NULL;
	is_asked = false;
	not_before = th_redis_now() + ASK_PAUSE_MS;
	th_redis_wake_at(not_before);
	if (node == NULL)
		return;
	node->wanted = false;
	if (node->state != REDIS_NODE_DOWN)
		th_redis_node_drop(node, "it was asked");
}

/* A node was lost: the master, or the sentinel that is being asked. */
void
th_redis_sentinel_doubt(RedisNode *node)
{
	if (node == sentinel)
		leave_sentinel();
	if (node != th_redis.server)
		return;
	node->wanted = false;
	th_redis.server = NULL;
}

static void
on_address(RedisNode *node, void *context, redisReply *reply)
{
	if (reply == NULL)
		return;
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
		reply->element[0]->str != NULL && reply->element[1]->str != NULL)
	{
		th_redis.server = th_redis_node(reply->element[0]->str, atoi(reply->element[1]->str), false);
		th_redis_node_want(th_redis.server);
	}
	else
		th_redis_trouble(ERRCODE_CONNECTION_FAILURE, "sentinel %s:%d does not know a master \"%s\"",
						 node->address.host, node->address.port, th_redis.options.sentinel_master);
	leave_sentinel();
}

static void
choose_sentinel(void)
{
	const List *all = th_redis.options.sentinels;
	const RedisAddress *address = list_nth(all, next_sentinel++ % list_length(all));

	sentinel = th_redis_node(address->host, address->port, true);
	sentinel->due = 0;
	th_redis_node_want(sentinel);
}

void
th_redis_sentinel_work(int64 now)
{
	const char *words[] = { "SENTINEL", "get-master-addr-by-name", th_redis.options.sentinel_master };

	if (th_redis.server != NULL || is_asked)
		return;
	if (sentinel == NULL && now < not_before)
	{
		th_redis_wake_at(not_before);
		return;
	}
	if (sentinel == NULL)
		choose_sentinel();
	if (!th_redis_node_is_ready(sentinel))
		return;
	is_asked = true;
	th_redis_command(sentinel, on_address, NULL, words, lengthof(words));
}
