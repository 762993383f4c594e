/*
 * fault.c
 *	  What an error of the server means for the command that got it.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

typedef struct FaultPrefix
{
	const char *prefix;
	RedisFault fault;
} FaultPrefix;

static const FaultPrefix prefixes[] = {
	{ "MOVED ", REDIS_FAULT_MOVED },
	{ "ASK ", REDIS_FAULT_ASK },
	{ "NOSCRIPT", REDIS_FAULT_SCRIPT },
	{ "OOM ", REDIS_FAULT_AGAIN },
	{ "LOADING", REDIS_FAULT_AGAIN },
	{ "BUSY", REDIS_FAULT_AGAIN },
	{ "TRYAGAIN", REDIS_FAULT_AGAIN },
	{ "NOREPLICAS", REDIS_FAULT_AGAIN },
	{ "MISCONF", REDIS_FAULT_AGAIN },
	{ "ERR max number of clients", REDIS_FAULT_AGAIN },
	{ "READONLY", REDIS_FAULT_ROLE },
	{ "MASTERDOWN", REDIS_FAULT_ROLE },
	{ "CLUSTERDOWN", REDIS_FAULT_ROLE },
	{ "UNBLOCKED", REDIS_FAULT_ROLE },
	{ "NOAUTH", REDIS_FAULT_LOGIN },
	{ "WRONGPASS", REDIS_FAULT_LOGIN },
	{ "DENIED", REDIS_FAULT_LOGIN },
	{ "ERR invalid password", REDIS_FAULT_LOGIN },
	{ "ERR operation not permitted", REDIS_FAULT_LOGIN },
};

RedisFault
th_redis_fault(const char *text)
{
	for (size_t i = 0; i < lengthof(prefixes); i++)
	{
		if (strncmp(text, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
			return prefixes[i].fault;
	}
	/* A server that meets one of these inside a script puts its own words in front. */
	if (strstr(text, "non local key") != NULL)
		return REDIS_FAULT_AGAIN;
	return REDIS_FAULT_REFUSED;
}

/* A node that does not know its own name leaves it out: it is the one that answered. */
RedisNode *
th_redis_redirected(const RedisNode *from, const char *text, int *slot)
{
	const char *address = strrchr(text, ' ');
	const char *colon = strrchr(text, ':');
	char host[256];
	int port;

	if (sscanf(text, "%*s %d", slot) != 1 || address == NULL || colon == NULL || colon < address)
		return NULL;
	address++;
	port = th_redis_port(colon + 1);
	if (port == 0 || colon - address >= (int) sizeof(host))
		return NULL;
	memcpy(host, address, colon - address);
	host[colon - address] = '\0';
	if (host[0] == '\0' || strcmp(host, "?") == 0)
		return th_redis_node(from->address.host, port, false);
	return th_redis_node(host, port, false);
}
