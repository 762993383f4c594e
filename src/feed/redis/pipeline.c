/*
 * pipeline.c
 *	  Commands on their way to a node and the answers that come back in the same order.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "feed/redis/redis.h"

typedef struct RedisRequest
{
	dlist_node link;
	RedisAnswer answer; /* NULL: nobody wants to know */
	void *context;
	int64 sent_at;
} RedisRequest;

void
th_redis_bulk(StringInfo out, const char *data, int len)
{
	char head[16];
	int head_len = 1;

	head[0] = '$';
	head_len += pg_ultoa_n((uint32) len, head + 1);
	head[head_len++] = '\r';
	head[head_len++] = '\n';
	enlargeStringInfo(out, head_len + len + 2);
	appendBinaryStringInfo(out, head, head_len);
	appendBinaryStringInfo(out, data, len);
	appendBinaryStringInfo(out, "\r\n", 2);
}

void
th_redis_bulk_text(StringInfo out, const char *text)
{
	th_redis_bulk(out, text, (int) strlen(text));
}

void
th_redis_bulk_number(StringInfo out, int64 number)
{
	char digits[MAXINT8LEN + 1];

	th_redis_bulk(out, digits, pg_lltoa(number, digits));
}

/* Goes out with the next write: th_redis_node_write() or the end of the poll. */
void
th_redis_put(RedisNode *node, const char *command, int len, RedisAnswer answer,
			 void *context)
{
	RedisRequest *request = MemoryContextAlloc(th_redis.context, sizeof(RedisRequest));

	if (redisAppendFormattedCommand(node->connection, command, len) != REDIS_OK)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	request->answer = answer;
	request->context = context;
	request->sent_at = th_monotonic_ms();
	dlist_push_tail(&node->requests, &request->link);
	th_redis_wake_at(request->sent_at + th_redis.options.timeout_ms);
}

void
th_redis_command(RedisNode *node, RedisAnswer answer, void *context,
				 const char *const *words, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "*%d\r\n", count);
	for (int i = 0; i < count; i++)
		th_redis_bulk_text(&out, words[i]);
	th_redis_put(node, out.data, out.len, answer, context);
	pfree(out.data);
}

static void
answer_next(RedisNode *node, redisReply *reply)
{
	RedisRequest *request =
		dlist_container(RedisRequest, link, dlist_pop_head_node(&node->requests));
	RedisAnswer answer = request->answer;
	void *context = request->context;

	pfree(request);
	if (answer != NULL)
		answer(node, context, reply);
}

/* An answer may drop the connection: then the rest has been answered with NULL. */
void
th_redis_take_replies(RedisNode *node)
{
	redisContext *connection = node->connection;

	while (node->connection == connection)
	{
		void *reply;

		if (redisGetReplyFromReader(connection, &reply) != REDIS_OK)
		{
			th_redis_node_drop(node, connection->errstr);
			return;
		}
		if (reply == NULL)
			return;
		if (dlist_is_empty(&node->requests))
		{
			freeReplyObject(reply);
			th_redis_node_drop(node, "it answered what was not asked");
			return;
		}
		answer_next(node, reply);
		freeReplyObject(reply);
	}
}

void
th_redis_requests_lost(RedisNode *node)
{
	while (!dlist_is_empty(&node->requests))
		answer_next(node, NULL);
}

int64
th_redis_oldest_request(RedisNode *node)
{
	if (dlist_is_empty(&node->requests))
		return 0;
	return dlist_head_element(RedisRequest, link, &node->requests)->sent_at;
}
