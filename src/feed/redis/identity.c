/*
 * identity.c
 *	  Is this still the server, and the data, that acknowledged our writes?
 *
 * An acknowledged write is in the server's memory and perhaps nowhere else: a restart or
 * a failover may lose it.  A server that keeps both its run id and its replication id
 * has lost nothing.  Any other may have lost what came after its position key, and what
 * that was is in no memory of ours.  So the process ends, and the next one reads the
 * position keys and decodes again from the slot, which is held back by hold_back: the
 * guards refuse what is there still.  What was lost beyond the slot's confirmed place
 * shows itself in the position, see position.c.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

#define NO_REPLICATION_ID "0000000000000000000000000000000000000000"

static void
copy_field(char *to, const char *info, const char *name)
{
	const char *at = strstr(info, name);
	size_t len;

	if (at == NULL)
		return;
	at += strlen(name);
	len = Min(strcspn(at, "\r\n"), REDIS_ID_LEN);
	memcpy(to, at, len);
	to[len] = '\0';
}

void
th_redis_identity_parse(RedisIdentity *identity, const char *info)
{
	copy_field(identity->run, info, "\nrun_id:");
	copy_field(identity->data, info, "\nmaster_replid:");
	copy_field(identity->data_before, info, "\nmaster_replid2:");
	if (strstr(info, "\nrole:slave") != NULL)
		identity->is_master = false;
}

static bool
is_same(const RedisIdentity *before, const RedisIdentity *now)
{
	return before->run[0] != '\0' && strcmp(before->run, now->run) == 0 &&
		   before->data[0] != '\0' && strcmp(before->data, now->data) == 0;
}

/* Was this node a replica of one that we have written to? */
static bool
succeeds_another(const RedisNode *node)
{
	const char *before = node->greeted.data_before;
	dlist_iter iter;

	if (before[0] == '\0' || strcmp(before, NO_REPLICATION_ID) == 0)
		return false;
	dlist_foreach(iter, &th_redis_nodes)
	{
		RedisNode *other = dlist_container(RedisNode, link, iter.cur);

		if (other != node && strcmp(other->identity.data, before) == 0)
			return true;
	}
	return false;
}

static bool
may_have_lost(const RedisNode *node)
{
	if (node->was_ready)
		return !is_same(&node->identity, &node->greeted);
	if (!th_redis.options.cluster)
		return true;
	return node->greeted.data[0] == '\0' || succeeds_another(node);
}

void
th_redis_identity_check(RedisNode *node)
{
	if (th_redis.running && !node->is_sentinel && may_have_lost(node))
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("server %s:%d was restarted or replaced", node->address.host,
						node->address.port),
				 errdetail("It may have lost acknowledged writes; they are sent again.")));
	node->identity = node->greeted;
}
