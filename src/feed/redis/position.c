/*
 * position.c
 *	  How far the feed has come, kept in each node beside what was sent to it.
 *
 * A node keeps a position only after everything before it: a server that lost its last
 * writes lost the position with them, because restarts and failovers go back to a prefix
 * of what was written.  So what a position covers is there.
 *
 * Key: tidehold:{NUMBER}:position:FEED.  In a cluster it lies in sixteen slots evenly
 * spread, always the same, and in the lowest slot of each node that has none of them:
 * every node has one, and a slot that moves takes its position along.  All are written at
 * each flush, the lowest counts, and one that is missing while others are there belongs
 * to a node that lost everything.
 *
 * What is lost and what follows:
 * - within hold_back: the slot of the database is confirmed only up to safe(), so
 *	 decoding begins before what was lost, and everything is sent again;
 * - more: connect() gives a position below the slot's confirmed place (0/0 where a node
 *	 has none), which is a gap: the worker's judgement parks the feed or asks for all rows;
 * - while we run: a server that was restarted or replaced ends the process (identity.c),
 *	 and so does one whose position is not what we left there, as after FLUSHALL.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/feed/hash_slot.h"
#include "feed/redis/redis.h"

#define SPREAD 16
#define VALUE_AT (REDIS_POSITION_VERSION_LEN + 1) /* behind the version and a space */

typedef struct RedisMark
{
	dlist_node link;
	int slot;
	bool in_use;
	char *key;
	char version[REDIS_POSITION_VERSION_LEN + 1]; /* that the server has; "" none */
	char sent[REDIS_POSITION_VERSION_LEN + 1];
	FeedPosition position; /* as read at the start */
} RedisMark;

static dlist_head marks = DLIST_STATIC_INIT(marks);
static int unanswered = 0;
static bool is_reading = false;
static bool is_writing = false;

/* ---- where ---- */

static char *
make_key(int slot)
{
	MemoryContext before = MemoryContextSwitchTo(th_redis.context);
	char *key =
		psprintf("tidehold:{%u}:position:%s", th_redis_slot_tag(slot), th_redis.options.feed_id);

	MemoryContextSwitchTo(before);
	return key;
}

static void
use_slot(int slot)
{
	RedisMark *mark;
	dlist_iter iter;

	dlist_foreach(iter, &marks)
	{
		mark = dlist_container(RedisMark, link, iter.cur);
		if (mark->slot == slot)
		{
			mark->in_use = true;
			return;
		}
	}
	mark = MemoryContextAllocZero(th_redis.context, sizeof(RedisMark));
	mark->slot = slot;
	mark->key = make_key(slot);
	mark->in_use = true;
	dlist_push_tail(&marks, &mark->link);
}

static bool
has_spread_slot(const RedisNode *node)
{
	for (int i = 0; i < SPREAD; i++)
	{
		if (th_redis_owner(i * (FEED_HASH_SLOTS / SPREAD)) == node)
			return true;
	}
	return false;
}

static int
lowest_slot(const RedisNode *node)
{
	int slot = 0;

	while (th_redis_owner(slot) != node)
		slot++;
	return slot;
}

static void
choose_marks(void)
{
	dlist_iter iter;

	dlist_foreach(iter, &marks)
		dlist_container(RedisMark, link, iter.cur)->in_use = false;
	use_slot(0);
	if (!th_redis.options.cluster)
		return;
	for (int i = 1; i < SPREAD; i++)
		use_slot(i * (FEED_HASH_SLOTS / SPREAD));
	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		if (node->slots > 0 && !has_spread_slot(node))
			use_slot(lowest_slot(node));
	}
}

/* ---- asking and answers ---- */

static void
push_marks(char kind, const char *version, const char *value)
{
	dlist_iter iter;

	choose_marks();
	dlist_foreach(iter, &marks)
	{
		RedisMark *mark = dlist_container(RedisMark, link, iter.cur);
		RedisMessage *message;

		if (!mark->in_use)
			continue;
		message = th_redis_encode_position(kind, mark->slot, mark->key, mark->version, version,
										   value);
		message->context = mark;
		strlcpy(mark->sent, version, sizeof(mark->sent));
		unanswered++;
		th_redis_lane_push(message);
	}
}

static void
take_read(RedisMark *mark, const char *value)
{
	MemoryContext before;

	if (value[0] == '\0')
		return;
	before = MemoryContextSwitchTo(th_redis.context);
	if (strlen(value) < VALUE_AT ||
		!th_position_parse(value + VALUE_AT, (int) strlen(value + VALUE_AT), &mark->position))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("key \"%s\" in Redis holds no position of a feed", mark->key)));
	MemoryContextSwitchTo(before);
	strlcpy(mark->version, value, sizeof(mark->version));
}

static void
raise_lost(const RedisMark *mark)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("writes that Redis had acknowledged are lost"),
			 errdetail("Key \"%s\" is older than what was written there, or missing.", mark->key)));
}

void
th_redis_position_answered(RedisMessage *message, const char *text)
{
	RedisMark *mark = message->context;

	unanswered--;
	if (text == NULL)
		strlcpy(mark->version, mark->sent, sizeof(mark->version));
	else if (text[0] == '=')
		take_read(mark, text + 1);
	else if (text[0] == '?')
		raise_lost(mark);
	else
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("position in key \"%s\" was refused", mark->key),
				 errdetail("The server says: %s", text + 1)));
}

/* ---- at the start ---- */

static void
judge_marks(FeedPosition *position)
{
	const RedisMark *oldest = NULL;
	const RedisMark *newest = NULL;
	bool missing = false;
	dlist_iter iter;

	memset(position, 0, sizeof(*position));
	dlist_foreach(iter, &marks)
	{
		RedisMark *mark = dlist_container(RedisMark, link, iter.cur);

		if (mark->version[0] == '\0')
		{
			missing = true;
			continue;
		}
		if (oldest == NULL || strcmp(mark->version, oldest->version) < 0)
			oldest = mark;
		if (newest == NULL || strcmp(mark->version, newest->version) > 0)
			newest = mark;
	}
	if (oldest == NULL)
		return;
	*position = missing ? newest->position : oldest->position;
	if (!missing)
		return;
	position->lsn = InvalidXLogRecPtr;
	position->snapshot_chunk = position->letter = 0;
	position->xids = NULL;
}

bool
th_redis_positions_read(FeedPosition *position)
{
	if (!is_reading)
		push_marks(REDIS_KIND_READ, "", "");
	is_reading = true;
	if (unanswered > 0)
		return false;
	judge_marks(position);
	return true;
}

/* ---- at a flush ---- */

static void
push_position(const FeedPosition *position)
{
	char version[REDIS_POSITION_VERSION_LEN + 1];
	StringInfoData value;

	snprintf(version, sizeof(version), "%03x%016llx", position->epoch & 0xfff,
			 (unsigned long long) position->lsn);
	initStringInfo(&value);
	appendStringInfo(&value, "%s ", version);
	th_position_print(&value, position);
	push_marks(REDIS_KIND_POSITION, version, value.data);
	pfree(value.data);
	is_writing = true;
}

/*
 * A single lane keeps the order, so the position may follow right behind its messages;
 * in a cluster it waits for all of them, which lie in other lanes.
 */
bool
th_redis_positions_write(const FeedPosition *position)
{
	if (th_redis_has_refusals())
		return false;
	if (!is_writing)
	{
		if (th_redis.options.cluster && th_redis.queued > 0)
			return false;
		push_position(position);
		return false;
	}
	if (unanswered > 0)
		return false;
	is_writing = false;
	return true;
}
