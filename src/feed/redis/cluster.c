/*
 * cluster.c
 *	  Which node owns which hash slot.
 *
 * The map comes from CLUSTER SLOTS of any node that answers.  It is asked for again when
 * there is a doubt: a MOVED, a node that is lost or says that its cluster is down.  Until
 * the new map is there, a MOVED alone corrects its slot.
 */
#include "postgres.h"

#include "core/feed/hash_slot.h"
#include "feed/redis/redis.h"

#define REFRESH_PAUSE_MS 200

static RedisNode *owners[FEED_HASH_SLOTS];
static int owned = 0;
static bool is_doubted = true;
static bool is_asked = false;
static int64 not_before = 0;
static int64 maps_taken = 0;
static int64 moves = 0;

void
th_redis_cluster_start(void)
{
	const RedisAddress *seed = &th_redis.options.server;

	th_redis_node_want(th_redis_node(seed->host, seed->port, false));
}

RedisNode *
th_redis_cluster_owner(int slot)
{
	return owners[slot];
}

void
th_redis_cluster_doubt(void)
{
	is_doubted = true;
	th_redis_wake_at(Max(not_before, th_monotonic_ms()));
}

/*
 * A node that gets its first slots may have been a replica until now: who it is has to
 * be asked again before anything is sent there.
 */
static void
give_slot(int slot, RedisNode *to)
{
	RedisNode *from = owners[slot];

	if (from == to)
		return;
	owned += (to != NULL) - (from != NULL);
	owners[slot] = to;
	moves++;
	if (from != NULL)
		from->slots--;
	if (to == NULL)
		return;
	th_redis_node_want(to);
	if (to->slots++ == 0 && th_redis.running && th_redis_node_is_ready(to))
		th_redis_node_drop(to, "it has become a master");
}

void
th_redis_cluster_moved(int slot, RedisNode *to)
{
	give_slot(slot, to);
	th_redis_cluster_doubt();
}

/* ---- the map ---- */

static RedisNode *
node_of(const RedisNode *from, const redisReply *range)
{
	const redisReply *address;
	const char *host;

	if (range->type != REDIS_REPLY_ARRAY || range->elements < 3)
		return NULL;
	address = range->element[2];
	if (address->type != REDIS_REPLY_ARRAY || address->elements < 2)
		return NULL;
	host = address->element[0]->str;
	if (host == NULL || host[0] == '\0' || strcmp(host, "?") == 0)
		host = from->address.host;
	return th_redis_node(host, (int) address->element[1]->integer, false);
}

static void
take_range(const RedisNode *from, const redisReply *range, bool *seen)
{
	RedisNode *node = node_of(from, range);

	if (node == NULL)
		return;
	for (int64 slot = range->element[0]->integer; slot <= range->element[1]->integer; slot++)
	{
		if (slot < 0 || slot >= FEED_HASH_SLOTS)
			return;
		give_slot((int) slot, node);
		seen[slot] = true;
	}
}

static void
leave_idle_nodes(void)
{
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		if (node->slots > 0 || !dlist_is_empty(&node->requests))
			continue;
		node->wanted = false;
		if (node->state != REDIS_NODE_DOWN)
			th_redis_node_drop(node, "it has no slots");
	}
}

static void
take_map(RedisNode *node, const redisReply *reply)
{
	bool seen[FEED_HASH_SLOTS] = { false };

	for (size_t i = 0; i < reply->elements; i++)
		take_range(node, reply->element[i], seen);
	for (int slot = 0; slot < FEED_HASH_SLOTS; slot++)
	{
		if (!seen[slot])
			give_slot(slot, NULL);
	}
	leave_idle_nodes();
	maps_taken++;
	is_doubted = false;
}

static void
on_map(RedisNode *node, void *context, redisReply *reply)
{
	is_asked = false;
	not_before = th_monotonic_ms() + REFRESH_PAUSE_MS;
	if (reply == NULL)
		return;
	if (reply->type == REDIS_REPLY_ARRAY)
		take_map(node, reply);
	else if (reply->type == REDIS_REPLY_ERROR &&
			 strstr(reply->str, "cluster support disabled") != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("server %s:%d belongs to no Redis cluster", node->address.host,
						node->address.port),
				 errhint("Set option \"cluster\" of the server to false.")));
}

/* Not the same one each time: one of them may see an old map. */
static RedisNode *
choose_node(void)
{
	static RedisNode *last = NULL;
	RedisNode *first = NULL;
	bool behind = last == NULL;
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		if (th_redis_node_is_ready(node) && behind)
			return last = node;
		if (th_redis_node_is_ready(node) && first == NULL)
			first = node;
		behind = behind || node == last;
	}
	return last = first;
}

static void
want_all(void)
{
	dlist_iter iter;

	dlist_foreach(iter, &th_redis_nodes)
		th_redis_node_want(dlist_container(RedisNode, link, iter.cur));
}

void
th_redis_cluster_work(int64 now)
{
	static const char *const slots[] = { "CLUSTER", "SLOTS" };
	RedisNode *node;

	if (!is_doubted && !th_redis_cluster_complete())
		is_doubted = true;
	if (!is_doubted || is_asked)
		return;
	if (now < not_before)
	{
		th_redis_wake_at(not_before);
		return;
	}
	node = choose_node();
	if (node == NULL)
	{
		want_all();
		return;
	}
	is_asked = true;
	th_redis_command(node, on_map, NULL, slots, lengthof(slots));
}

/* One that was asked for before may be older than the question. */
int64
th_redis_cluster_ask(void)
{
	th_redis_cluster_doubt();
	return maps_taken + (is_asked ? 2 : 1);
}

int64
th_redis_cluster_maps(void)
{
	return maps_taken;
}

int64
th_redis_cluster_moves(void)
{
	return moves;
}

bool
th_redis_cluster_complete(void)
{
	dlist_iter iter;

	if (owned < FEED_HASH_SLOTS)
		return false;
	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		if (node->slots > 0 && !th_redis_node_is_ready(node))
			return false;
	}
	return true;
}
