/*
 * lane.c
 *	  Queues of messages, and the one batch of each that is in flight.
 *
 * A message leaves its lane when the server has taken it, knew it already or refused it
 * for good; until then it is sent again, before everything behind it.  A connection that
 * is lost changes nothing: whether the batch was done is not known, and the guards make
 * a repetition harmless.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "common/pg_prng.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/feed/hash_slot.h"
#include "feed/redis/redis.h"

/* While a batch runs the server does nothing else. */
#define BATCH_MESSAGES 256
#define BATCH_BYTES (256 * 1024)

#define RETRY_MIN_MS 2
#define RETRY_MAX_MS 250

typedef struct RedisLane
{
	dlist_node link; /* in waiting, where is_waiting */
	dlist_head queue;
	bool is_waiting; /* has messages, and none in flight */
	int flying;		 /* of the first of the queue */
	int alone;		 /* so many of the first are sent one by one */
	int retry_ms;
	int64 retry_at;
	RedisNode *asked; /* where an ASK sent it, for one batch */
} RedisLane;

static RedisLane *lanes;

/* No entry of a stream that we or a predecessor sent can be of a later place. */
static XLogRecPtr newest_entry;
static dlist_head waiting = DLIST_STATIC_INIT(waiting);
static StringInfoData batch;

void
th_redis_lanes_start(void)
{
	int count = th_redis.options.cluster ? FEED_HASH_SLOTS : 1;
	MemoryContext before = MemoryContextSwitchTo(th_redis.context);

	lanes = palloc0(sizeof(RedisLane) * count);
	for (int i = 0; i < count; i++)
		dlist_init(&lanes[i].queue);
	initStringInfo(&batch);
	newest_entry = GetFlushRecPtr(NULL);
	MemoryContextSwitchTo(before);
}

static RedisLane *
lane_of(int slot)
{
	return &lanes[th_redis.options.cluster ? slot : 0];
}

static RedisMessage *
first_message(RedisLane *lane)
{
	return dlist_container(RedisMessage, link, dlist_head_node(&lane->queue));
}

/* No timer is set: before the process waits it polls, which sends what may be sent. */
static void
let_wait(RedisLane *lane)
{
	if (lane->is_waiting || lane->flying > 0 || dlist_is_empty(&lane->queue))
		return;
	lane->is_waiting = true;
	dlist_push_tail(&waiting, &lane->link);
}

void
th_redis_lane_push(RedisMessage *message)
{
	RedisLane *lane = lane_of(message->slot);

	th_redis.queued++;
	th_redis.queued_bytes += message->size;
	dlist_push_tail(&lane->queue, &message->link);
	let_wait(lane);
}

/* ---- what became of a message ---- */

static void
count_event(int64 *counter)
{
	SpinLockAcquire(&th_redis.state->mutex);
	(*counter)++;
	SpinLockRelease(&th_redis.state->mutex);
}

static void
settle_first(RedisLane *lane, const redisReply *result)
{
	RedisMessage *message = first_message(lane);
	const char *text = result->type == REDIS_REPLY_STRING ? result->str : NULL;

	dlist_delete(&message->link);
	th_redis.queued--;
	th_redis.queued_bytes -= message->size;
	lane->alone = Max(lane->alone - 1, 0);
	if (message->kind == REDIS_KIND_POSITION || message->kind == REDIS_KIND_READ)
		th_redis_position_answered(message, text);
	else if (text != NULL)
		th_redis_refuse(message, text + 1);
	else if (result->integer == 0 && message->kind != REDIS_KIND_SWEEP)
		count_event(&th_redis.state->counters.duplicates);
	pfree(message);
}

static void
refuse_first(RedisLane *lane, const redisReply *error)
{
	redisReply refused = { .type = REDIS_REPLY_STRING };
	char *text = psprintf("!%s", error->str);

	refused.str = text;
	settle_first(lane, &refused);
	pfree(text);
}

static void
retry_later(RedisLane *lane, const char *why)
{
	lane->retry_ms = Min(Max(lane->retry_ms * 2, RETRY_MIN_MS), RETRY_MAX_MS);
	lane->retry_at = th_monotonic_ms() + lane->retry_ms / 2 +
					 (int64) pg_prng_uint64_range(&pg_global_prng_state, 0, lane->retry_ms / 2);
	count_event(&th_redis.state->counters.retries);
	th_redis_trouble(ERRCODE_CONNECTION_EXCEPTION, "Redis does not take changes now: %s", why);
}

static void
doubt_role(RedisNode *node, const char *why)
{
	if (th_redis.options.cluster)
		th_redis_cluster_doubt();
	else if (strncmp(why, "CLUSTERDOWN", 11) != 0)
		th_redis_node_drop(node, why);
}

static void
follow(RedisLane *lane, RedisNode *node, RedisFault fault, const char *why)
{
	int slot;
	RedisNode *to;

	if (!th_redis.options.cluster)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("server %s:%d belongs to a Redis cluster", node->address.host,
						node->address.port),
				 errhint("Set option \"cluster\" of the server to true.")));
	to = th_redis_redirected(node, why, &slot);
	if (to == NULL || slot < 0 || slot >= FEED_HASH_SLOTS)
	{
		retry_later(lane, why);
		return;
	}
	th_redis_node_want(to);
	if (fault == REDIS_FAULT_ASK)
		lane->asked = to;
	else
		th_redis_cluster_moved(slot, to);
}

/* The batch as a whole was refused: nothing of it was done. */
static void
batch_refused(RedisLane *lane, RedisNode *node, int count, const redisReply *error)
{
	RedisFault fault = th_redis_fault(error->str);

	switch (fault)
	{
		case REDIS_FAULT_MOVED:
		case REDIS_FAULT_ASK:
			follow(lane, node, fault, error->str);
			return;
		case REDIS_FAULT_SCRIPT:
			th_redis_load_script(node);
			return;
		case REDIS_FAULT_AGAIN:
			retry_later(lane, error->str);
			return;
		case REDIS_FAULT_ROLE:
			retry_later(lane, error->str);
			doubt_role(node, error->str);
			return;
		case REDIS_FAULT_LOGIN:
			th_redis_node_drop(node, error->str);
			return;
		case REDIS_FAULT_REFUSED:
			if (count == 1)
				refuse_first(lane, error);
			else
				lane->alone = count;
	}
}

/* The script stopped at a message that the server does not take now. */
static void
batch_stopped(RedisLane *lane, RedisNode *node, const char *why)
{
	retry_later(lane, why);
	if (th_redis_fault(why) == REDIS_FAULT_ROLE)
		doubt_role(node, why);
}

static void
take_results(RedisLane *lane, RedisNode *node, int count, const redisReply *reply)
{
	for (size_t i = 0; i < reply->elements && (int) i < count; i++)
	{
		const redisReply *result = reply->element[i];

		if (result->type == REDIS_REPLY_STRING && result->str[0] == '-')
		{
			batch_stopped(lane, node, result->str + 1);
			return;
		}
		lane->retry_ms = 0;
		settle_first(lane, result);
	}
}

static void
on_batch(RedisNode *node, void *context, redisReply *reply)
{
	RedisLane *lane = context;
	int count = lane->flying;

	lane->flying = 0;
	if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
		batch_refused(lane, node, count, reply);
	else if (reply != NULL && reply->type == REDIS_REPLY_ARRAY)
		take_results(lane, node, count, reply);
	let_wait(lane);
}

/* ---- sending ---- */

static bool
is_position(const RedisMessage *message)
{
	return message->kind == REDIS_KIND_POSITION;
}

/* A position says that everything before it is kept: dead letters come first. */
static int
choose(RedisLane *lane, int *key_count, int *argument_count, int *bytes)
{
	int limit = lane->alone > 0 ? 1 : BATCH_MESSAGES;
	int count = 0;
	dlist_iter iter;

	*key_count = *argument_count = *bytes = 0;
	dlist_foreach(iter, &lane->queue)
	{
		RedisMessage *message = dlist_container(RedisMessage, link, iter.cur);

		if (count == limit || (count > 0 && *bytes + message->size > BATCH_BYTES) ||
			(is_position(message) && th_redis_has_refusals()))
			break;
		*key_count += message->key_count;
		*argument_count += message->argument_count;
		*bytes += message->size;
		count++;
	}
	return count;
}

static void
append_parts(RedisLane *lane, int count, bool of_keys)
{
	dlist_iter iter;

	dlist_foreach(iter, &lane->queue)
	{
		RedisMessage *message = dlist_container(RedisMessage, link, iter.cur);

		if (count-- == 0)
			return;
		if (of_keys)
			appendBinaryStringInfo(&batch, message->data, message->keys_len);
		else
			appendBinaryStringInfo(&batch, message->data + message->keys_len,
								   message->arguments_len);
	}
}

static void
append_highest_id(void)
{
	char id[MAXINT8LEN + 2];

	snprintf(id, sizeof(id), UINT64_FORMAT, th_redis_stream_place(newest_entry));
	th_redis_bulk_text(&batch, id);
}

/* Only now: the batch itself must not vouch for what others wrote. */
static void
note_entries(RedisLane *lane, int count)
{
	dlist_iter iter;

	dlist_foreach(iter, &lane->queue)
	{
		RedisMessage *message = dlist_container(RedisMessage, link, iter.cur);

		if (count-- == 0)
			return;
		if (message->kind == REDIS_KIND_STREAM)
			newest_entry = Max(newest_entry, message->txn.end_lsn);
	}
}

static void
put_asking(RedisNode *node)
{
	const char *const asking[] = { "ASKING" };

	th_redis_command(node, NULL, NULL, asking, lengthof(asking));
}

static void
send_batch(RedisLane *lane, RedisNode *node)
{
	int key_count, argument_count, bytes;
	int count = choose(lane, &key_count, &argument_count, &bytes);

	if (count == 0)
		return;
	resetStringInfo(&batch);
	appendStringInfo(&batch, "*%d\r\n", 5 + key_count + argument_count);
	th_redis_bulk_text(&batch, "EVALSHA");
	th_redis_bulk_text(&batch, th_redis_script_sha);
	th_redis_bulk_number(&batch, key_count);
	append_parts(lane, count, true);
	th_redis_bulk_number(&batch, th_redis.options.guard_ms);
	append_highest_id();
	append_parts(lane, count, false);
	note_entries(lane, count);
	if (lane->asked != NULL)
		put_asking(node);
	lane->asked = NULL;
	lane->flying = count;
	lane->is_waiting = false;
	dlist_delete(&lane->link);
	th_redis_put(node, batch.data, batch.len, on_batch, lane);
}

void
th_redis_lanes_work(int64 now)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &waiting)
	{
		RedisLane *lane = dlist_container(RedisLane, link, iter.cur);
		RedisNode *node = lane->asked;

		if (now < lane->retry_at)
		{
			th_redis_wake_at(lane->retry_at);
			continue;
		}
		if (node != NULL && node->state == REDIS_NODE_DOWN && node->backoff_ms > 0)
			node = lane->asked = NULL;
		if (node == NULL)
			node = th_redis_owner(first_message(lane)->slot);
		if (th_redis_node_is_ready(node))
			send_batch(lane, node);
	}
}
