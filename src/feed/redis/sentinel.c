/*
 * sentinel.c
 *	  Who is the master: asked of one sentinel after the other until one answers, and of
 *	  that one again and again.
 *
 * A failover ends the connection to the old master, but not at once: one that was alive
 * takes writes, and loses them, until the sentinels turn it into a replica many seconds
 * later.  So we do not wait for that.  The greeting checks the role of what they name.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

#define ASK_PAUSE_MS 100
#define CHECK_PAUSE_MS 500

static int next_sentinel = 0;
static RedisNode *sentinel = NULL;
static bool is_asked = false;
static int64 not_before = 0;
static const RedisNode *other_master = NULL; /* than ours, as some sentinels say */
static int times_named = 0;

static void
ask_again_in(int64 ms)
{
	not_before = th_monotonic_ms() + ms;
	th_redis_wake_at(not_before);
}

static void
leave_sentinel(void)
{
	RedisNode *node = sentinel;

	sentinel = NULL;
	is_asked = false;
	ask_again_in(ASK_PAUSE_MS);
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
	ask_again_in(0);
}

/* One that is cut off may hold an old view: two have to say the same. */
static void
judge_other(const RedisNode *named)
{
	times_named = named == other_master ? times_named + 1 : 1;
	other_master = named;
	leave_sentinel();
	if (times_named >= Min(2, list_length(th_redis.options.sentinels)))
		th_redis_node_drop(th_redis.server, "the sentinels name another master");
}

static void
take_address(const char *host, const char *port)
{
	RedisNode *named = th_redis_node(host, th_redis_port(port), false);

	if (th_redis.server == NULL)
	{
		th_redis.server = named;
		th_redis_node_want(named);
	}
	else if (th_redis.server != named)
	{
		judge_other(named);
		return;
	}
	other_master = NULL;
	ask_again_in(CHECK_PAUSE_MS);
}

static void
on_address(RedisNode *node, void *context, redisReply *reply)
{
	is_asked = false;
	if (reply == NULL)
		return;
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
		reply->element[0]->str != NULL && reply->element[1]->str != NULL)
	{
		take_address(reply->element[0]->str, reply->element[1]->str);
		return;
	}
	if (th_redis.server == NULL)
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
	const char *words[] = {
		"SENTINEL",
		"get-master-addr-by-name",
		th_redis.options.sentinel_master,
	};

	if (is_asked)
		return;
	if (now < not_before)
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
