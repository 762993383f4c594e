/*
 * greeting.c
 *	  What is said first on each connection: login, database, who are you, our script.
 *
 * RESP 2 throughout: older client libraries cannot read RESP 3.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "feed/redis/redis.h"

static bool
is_error(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR;
}

static void
raise_refused(const RedisNode *node, int sqlstate, const char *what, const char *why)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("server %s:%d refuses %s", node->address.host, node->address.port, what),
			 errdetail("The server says: %s", why),
			 errhint("The user needs the commands EVALSHA, SCRIPT LOAD, INFO, PING and those of the values.")));
}

/* A server that is only not ready yet is tried again. */
static void
step_failed(RedisNode *node, const char *what, const char *why)
{
	RedisFault fault = th_redis_fault(why);

	if (fault == REDIS_FAULT_AGAIN || fault == REDIS_FAULT_ROLE)
		th_redis_node_drop(node, why);
	else if (fault == REDIS_FAULT_LOGIN)
		raise_refused(node, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, "the login", why);
	else
		raise_refused(node, ERRCODE_INSUFFICIENT_PRIVILEGE, what, why);
}

static void
on_login(RedisNode *node, void *context, redisReply *reply)
{
	if (reply == NULL || !is_error(reply))
		return;
	if (th_redis_fault(reply->str) == REDIS_FAULT_AGAIN)
		th_redis_node_drop(node, reply->str);
	else
		raise_refused(node, ERRCODE_INVALID_PASSWORD, "the login", reply->str);
}

static void
on_select(RedisNode *node, void *context, redisReply *reply)
{
	if (reply != NULL && is_error(reply))
		step_failed(node, psprintf("database %d", th_redis.options.database), reply->str);
}

/* Who may not ask INFO lives with more restarts: every reconnection looks like a loss. */
static void
on_info(RedisNode *node, void *context, redisReply *reply)
{
	if (reply != NULL && reply->type == REDIS_REPLY_STRING)
		th_redis_identity_parse(&node->greeted, reply->str);
	else if (reply != NULL && is_error(reply) && th_redis_fault(reply->str) == REDIS_FAULT_LOGIN)
		step_failed(node, "INFO", reply->str);
}

static void
on_trial(RedisNode *node, void *context, redisReply *reply)
{
	if (reply == NULL)
		return;
	if (is_error(reply))
		step_failed(node, "EVALSHA", reply->str);
	else if (!node->greeted.is_master && !th_redis.options.cluster)
		th_redis_node_drop(node, "it is a replica");
	else
		th_redis_node_ready(node);
}

static void
on_loaded(RedisNode *node, void *context, redisReply *reply)
{
	const char *words[] = { "EVALSHA", th_redis_script_sha, "0", "0" };

	if (reply == NULL)
		return;
	if (is_error(reply))
	{
		step_failed(node, "SCRIPT LOAD", reply->str);
		return;
	}
	strlcpy(th_redis_script_sha, reply->str, sizeof(th_redis_script_sha));
	if (node->state == REDIS_NODE_GREETING)
		th_redis_command(node, on_trial, NULL, words, lengthof(words));
	th_redis_node_write(node);
}

/* Goes before whatever is put after it. */
void
th_redis_load_script(RedisNode *node)
{
	const char *words[] = { "SCRIPT", "LOAD", th_redis_script };

	th_redis_command(node, on_loaded, NULL, words, lengthof(words));
}

static void
log_in(RedisNode *node, const char *username, const char *password)
{
	const char *words[3] = { "AUTH" };
	int count = 1;

	if (password == NULL)
		return;
	if (username != NULL)
		words[count++] = username;
	words[count++] = password;
	th_redis_command(node, on_login, NULL, words, count);
}

static void
on_sentinel(RedisNode *node, void *context, redisReply *reply)
{
	if (reply == NULL)
		return;
	if (is_error(reply))
		step_failed(node, "PING", reply->str);
	else
		th_redis_node_ready(node);
}

static void
greet_sentinel(RedisNode *node)
{
	const char *const ping[] = { "PING" };

	log_in(node, th_redis.options.sentinel_username, th_redis.options.sentinel_password);
	th_redis_command(node, on_sentinel, NULL, ping, lengthof(ping));
}

void
th_redis_greet(RedisNode *node)
{
	const RedisOptions *options = &th_redis.options;
	const char *name[] = { "CLIENT", "SETNAME", options->client_name };
	const char *server[] = { "INFO", "server" };
	const char *replication[] = { "INFO", "replication" };
	char database[12];
	const char *select[] = { "SELECT", database };

	memset(&node->greeted, 0, sizeof(node->greeted));
	node->greeted.is_master = true;
	if (node->is_sentinel)
	{
		greet_sentinel(node);
		return;
	}
	log_in(node, options->username, options->password);
	if (options->database != 0)
	{
		pg_ltoa(options->database, database);
		th_redis_command(node, on_select, NULL, select, lengthof(select));
	}
	th_redis_command(node, NULL, NULL, name, lengthof(name));
	th_redis_command(node, on_info, NULL, server, lengthof(server));
	th_redis_command(node, on_info, NULL, replication, lengthof(replication));
	th_redis_load_script(node);
}
