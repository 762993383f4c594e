/*
 * refusal.c
 *	  Messages that the server refused for good, until the worker has taken them.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "feed/redis/redis.h"

typedef struct Refusal
{
	dlist_node link;
	MemoryContext context; /* holds everything of it */
	RedisMessage *message;
	char *reason;
} Refusal;

static dlist_head refusals = DLIST_STATIC_INIT(refusals);
static Refusal *given = NULL;

void
th_redis_refuse(const RedisMessage *message, const char *reason)
{
	MemoryContext context =
		AllocSetContextCreate(th_redis.context, "refused message", ALLOCSET_SMALL_SIZES);
	Refusal *refusal = MemoryContextAlloc(context, sizeof(Refusal));

	refusal->context = context;
	refusal->message = MemoryContextAllocHuge(context, message->size);
	memcpy(refusal->message, message, message->size);
	refusal->reason = MemoryContextStrdup(context, reason);
	dlist_push_tail(&refusals, &refusal->link);
}

bool
th_redis_has_refusals(void)
{
	return !dlist_is_empty(&refusals) || given != NULL;
}

static int
state_of(const char *reason)
{
	if (strncmp(reason, "NOPERM", 6) == 0 || strstr(reason, "ACL") != NULL)
		return ERRCODE_INSUFFICIENT_PRIVILEGE;
	if (strncmp(reason, "WRONGTYPE", 9) == 0)
		return ERRCODE_DATATYPE_MISMATCH;
	return ERRCODE_FDW_ERROR;
}

bool
th_redis_refused(FeedRefusal *refusal)
{
	MemoryContext before;

	if (given != NULL)
		MemoryContextDelete(given->context);
	given = NULL;
	if (dlist_is_empty(&refusals))
		return false;
	given = dlist_container(Refusal, link, dlist_pop_head_node(&refusals));
	before = MemoryContextSwitchTo(given->context);
	th_redis_decode(given->message, &refusal->message);
	MemoryContextSwitchTo(before);
	refusal->reason = given->reason;
	refusal->sqlstate = state_of(given->reason);
	return true;
}
