/*
 * sweep.c
 *	  Removes the keys that match a pattern and are older than a version: the rows that a
 *	  TRUNCATE took away, or that were deleted while nobody looked.
 *
 * Their names are in no WAL: they are found by SCAN.  That is done at the flush, when all
 * that was sent before has been answered, so that no older write comes behind the sweep;
 * younger ones are told by their guards.  The position follows the sweep: a process that
 * ends in between does it again.
 *
 *	 ASKING    the map of the cluster is being renewed
 *	 SCANNING  each node is read once, for all sweeps together
 *	 CHECKING  the map again: were slots moved, some key may have been met nowhere
 *
 * What is found is queued like any other message, and a node is asked for more only when
 * few of them wait.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/feed/glob.h"
#include "feed/redis/redis.h"

/* The server does nothing else while it looks at so many keys. */
#define SCAN_COUNT "1000"
#define WAITING_MAX 4000
#define RETRY_MS 100
#define CURSOR_ROOM 21

typedef struct Sweep
{
	dlist_node link;
	RedisMessage *message;
	FeedMessage content; /* of message */
} Sweep;

typedef enum SweepPhase
{
	SWEEP_IDLE,
	SWEEP_ASKING,
	SWEEP_SCANNING,
	SWEEP_CHECKING
} SweepPhase;

/* One for each node ever seen, as long as the process: an answer may come late. */
typedef struct NodeScan
{
	RedisNode *node;
	char cursor[CURSOR_ROOM];
	bool is_asked;
	bool is_read; /* to its end */
	bool is_done; /* and has said which slots are on their way */
	int pass;	  /* that it is part of */
	int asked_in; /* pass of the question that is not answered yet */
	int64 not_before;
} NodeScan;

static dlist_head sweeps = DLIST_STATIC_INIT(sweeps);
static SweepPhase phase = SWEEP_IDLE;
static List *scans = NIL; /* of NodeScan */
static int pass = 0;
static int64 wanted_maps;
static int64 moves_before;
static bool slots_move; /* as some node says */
static bool second_pass = false;
static StringInfoData prefix;

/* ---- what there is to sweep ---- */

static bool
is_later(const FeedMessage *one, const FeedMessage *other)
{
	if (one->txn->end_lsn != other->txn->end_lsn)
		return one->txn->end_lsn > other->txn->end_lsn;
	return one->index > other->index;
}

static void
forget(Sweep *sweep)
{
	dlist_delete(&sweep->link);
	pfree(unconstify(FeedField *, sweep->content.fields));
	pfree(sweep->message);
	pfree(sweep);
}

static void
forget_all(void)
{
	while (!dlist_is_empty(&sweeps))
		forget(dlist_head_element(Sweep, link, &sweeps));
	phase = SWEEP_IDLE;
	second_pass = false;
}

static Sweep *
find_same(const FeedMessage *content)
{
	dlist_iter iter;

	dlist_foreach(iter, &sweeps)
	{
		Sweep *sweep = dlist_container(Sweep, link, iter.cur);
		FeedBytes pattern = sweep->content.destination;

		if (sweep->content.form == content->form && pattern.len == content->destination.len &&
			memcmp(pattern.data, content->destination.data, pattern.len) == 0)
			return sweep;
	}
	return NULL;
}

static bool
is_ours_alone(const FeedMessage *content, StringInfo why)
{
	FeedBytes pattern = content->destination;

	if (pattern.len == 0 || pattern.data[0] == '*' || pattern.data[0] == '[')
	{
		appendStringInfo(why, "the keys of removed rows cannot be found: template of keys like \"%.*s\" begins with no text",
						 pattern.len, pattern.data);
		return false;
	}
	for (int i = 0; i < content->field_count; i++)
	{
		FeedBytes other = content->fields[i].name;

		if (!feed_glob_covers(other.data, other.len, pattern.data, pattern.len))
			continue;
		appendStringInfo(why, "the keys of removed rows cannot be told: keys like \"%.*s\" are like those of another table, \"%.*s\"",
						 pattern.len, pattern.data, other.len, other.data);
		return false;
	}
	return true;
}

/* Of two with the same pattern the later one does what both do. */
bool
th_redis_sweep(RedisMessage *message, StringInfo why)
{
	MemoryContext before = MemoryContextSwitchTo(th_redis.context);
	Sweep *sweep = palloc0(sizeof(Sweep));
	Sweep *same;

	sweep->message = message;
	th_redis_decode(message, &sweep->content);
	same = find_same(&sweep->content);
	dlist_push_tail(&sweeps, &sweep->link);
	MemoryContextSwitchTo(before);
	if (!is_ours_alone(&sweep->content, why))
	{
		forget(sweep);
		return false;
	}
	if (same != NULL)
		forget(is_later(&sweep->content, &same->content) ? same : sweep);
	return true;
}

static void
refuse_all(const char *reason)
{
	dlist_iter iter;

	dlist_foreach(iter, &sweeps)
		th_redis_refuse(dlist_container(Sweep, link, iter.cur)->message, reason);
	forget_all();
}

/* ---- a pass over the nodes ---- */

static int
common_length(FeedBytes one, FeedBytes other, int limit)
{
	int len = 0;

	limit = Min(limit, other.len);
	while (len < limit && one.data[len] == other.data[len] && !feed_glob_is_special(one.data[len]))
		len++;
	return len;
}

/* Where all patterns begin alike, the servers leave out what begins otherwise. */
static void
find_prefix(void)
{
	MemoryContext before = MemoryContextSwitchTo(th_redis.context);
	FeedBytes first = dlist_head_element(Sweep, link, &sweeps)->content.destination;
	int len = first.len;
	dlist_iter iter;

	if (prefix.data == NULL)
		initStringInfo(&prefix);
	MemoryContextSwitchTo(before);
	resetStringInfo(&prefix);
	dlist_foreach(iter, &sweeps)
	{
		FeedBytes pattern = dlist_container(Sweep, link, iter.cur)->content.destination;

		len = common_length(first, pattern, len);
	}
	appendBinaryStringInfo(&prefix, first.data, len);
	appendStringInfoString(&prefix, FEED_GLOB_ANY);
}

static void
join_pass(RedisNode *node)
{
	NodeScan *scan = NULL;
	ListCell *cell;

	foreach(cell, scans)
	{
		scan = lfirst(cell);
		if (scan->node == node)
			break;
		scan = NULL;
	}
	if (scan == NULL)
	{
		MemoryContext before = MemoryContextSwitchTo(th_redis.context);

		scan = palloc0(sizeof(NodeScan));
		scan->node = node;
		scans = lappend(scans, scan);
		MemoryContextSwitchTo(before);
	}
	strlcpy(scan->cursor, "0", sizeof(scan->cursor));
	scan->is_read = scan->is_done = false;
	scan->pass = pass;
}

static void
begin_pass(void)
{
	dlist_iter iter;

	pass++;
	phase = SWEEP_SCANNING;
	slots_move = false;
	find_prefix();
	if (!th_redis.options.cluster)
	{
		join_pass(th_redis.server);
		return;
	}
	moves_before = th_redis_cluster_moves();
	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *node = dlist_container(RedisNode, link, iter.cur);

		if (node->slots > 0)
			join_pass(node);
	}
}

static void
ask_for_map(SweepPhase next)
{
	phase = next;
	wanted_maps = th_redis_cluster_ask();
}

static bool
has_map(void)
{
	if (th_redis_cluster_maps() >= wanted_maps && th_redis_cluster_complete())
		return true;
	th_redis_cluster_doubt();
	return false;
}

/* ---- what is found ---- */

static bool
is_swept_by(const FeedMessage *content, const char *key, int len)
{
	if (!feed_glob_matches(content->destination.data, content->destination.len, key, len))
		return false;
	for (int i = 0; i < content->field_count; i++)
	{
		FeedBytes other = content->fields[i].name;

		if (feed_glob_matches(other.data, other.len, key, len))
			return false;
	}
	return true;
}

static void
look_at(const char *key, int len)
{
	dlist_iter iter;

	dlist_foreach(iter, &sweeps)
	{
		const FeedMessage *content = &dlist_container(Sweep, link, iter.cur)->content;

		if (is_swept_by(content, key, len))
			th_redis_lane_push(th_redis_encode_swept(content, key, len));
	}
}

static void
take_found(NodeScan *scan, const redisReply *reply)
{
	const redisReply *keys = reply->element[1];

	for (size_t i = 0; i < keys->elements; i++)
		look_at(keys->element[i]->str, (int) keys->element[i]->len);
	strlcpy(scan->cursor, reply->element[0]->str, sizeof(scan->cursor));
	scan->is_read = strcmp(scan->cursor, "0") == 0;
	scan->is_done = scan->is_read && !th_redis.options.cluster;
}

static void
scan_failed(NodeScan *scan, const char *why)
{
	switch (th_redis_fault(why))
	{
		case REDIS_FAULT_REFUSED:
			refuse_all(why);
			return;
		case REDIS_FAULT_LOGIN:
			th_redis_node_drop(scan->node, why);
			return;
		default:
			scan->not_before = th_monotonic_ms() + RETRY_MS;
			th_redis_wake_at(scan->not_before);
	}
}

static bool
is_wanted(NodeScan *scan)
{
	scan->is_asked = false;
	return phase == SWEEP_SCANNING && scan->asked_in == pass && scan->pass == pass;
}

static void
on_scan(RedisNode *node, void *context, redisReply *reply)
{
	NodeScan *scan = context;

	if (!is_wanted(scan) || reply == NULL)
		return;
	if (reply->type == REDIS_REPLY_ERROR)
		scan_failed(scan, reply->str);
	else if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2)
		take_found(scan, reply);
}

/* "[93->-NODE]" behind a node's own name: the slot is on its way. */
static void
on_slots(RedisNode *node, void *context, redisReply *reply)
{
	NodeScan *scan = context;
	const char *own;

	if (!is_wanted(scan) || reply == NULL)
		return;
	own = reply->type == REDIS_REPLY_STRING ? strstr(reply->str, "myself") : NULL;
	if (own != NULL && memchr(own, '[', strcspn(own, "\n")) != NULL)
		slots_move = true;
	scan->is_done = true;
}

static void
ask(NodeScan *scan)
{
	static const char *const nodes[] = { "CLUSTER", "NODES" };
	const char *words[] = { "SCAN", scan->cursor, "MATCH", prefix.data, "COUNT", SCAN_COUNT };

	scan->is_asked = true;
	scan->asked_in = pass;
	if (scan->is_read)
		th_redis_command(scan->node, on_slots, scan, nodes, lengthof(nodes));
	else
		th_redis_command(scan->node, on_scan, scan, words, lengthof(words));
}

/* True when all nodes were read to their end. */
static bool
scan_on(void)
{
	int64 now = th_monotonic_ms();
	bool done = true;
	ListCell *cell;

	foreach(cell, scans)
	{
		NodeScan *scan = lfirst(cell);

		if (scan->pass != pass || scan->is_done)
			continue;
		done = false;
		if (scan->is_asked || th_redis.queued >= WAITING_MAX || now < scan->not_before ||
			!th_redis_node_is_ready(scan->node))
			continue;
		ask(scan);
	}
	return done;
}

/* ---- phases ---- */

/*
 * A key that moves may have left a node before it was read, for one that had been read.
 * Where slots are on their way but none has arrived, a second pass meets it at its aim.
 */
static void
end_pass(void)
{
	bool is_calm = moves_before == th_redis_cluster_moves();
	bool is_second = second_pass;

	second_pass = is_calm && slots_move && !is_second;
	if (is_calm && (!slots_move || is_second))
		forget_all();
	else
		begin_pass();
}

void
th_redis_sweep_work(void)
{
	if (phase == SWEEP_ASKING && has_map())
		begin_pass();
	if (phase == SWEEP_CHECKING && has_map())
		end_pass();
	if (phase != SWEEP_SCANNING || !scan_on())
		return;
	if (th_redis.options.cluster)
		ask_for_map(SWEEP_CHECKING);
	else
		forget_all();
}

bool
th_redis_swept(void)
{
	if (dlist_is_empty(&sweeps))
		return true;
	if (phase != SWEEP_IDLE || th_redis.queued > 0)
		return false;
	if (th_redis.options.cluster)
		ask_for_map(SWEEP_ASKING);
	else if (th_redis_node_is_ready(th_redis.server))
		begin_pass();
	th_redis_sweep_work();
	return false;
}
