/*
 * resolve.c
 *	  Addresses of a host name, without waiting for the name server.
 *
 * The C library asks in a thread of its own.  That thread must never run a signal
 * handler of the server: it inherits the mask, so every signal is blocked while it is
 * made.
 */
#include "postgres.h"

#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>

#include "utils/memutils.h"

#include "feed/redis/redis.h"

struct RedisLookup
{
	struct gaicb request;
	struct gaicb *list[1];
	struct addrinfo hints;
	char port[8];
	int status;
};

static int
ask_in_thread(RedisLookup *lookup)
{
	struct sigevent quiet = { .sigev_notify = SIGEV_NONE };
	sigset_t all;
	sigset_t before;
	int status;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	status = getaddrinfo_a(GAI_NOWAIT, lookup->list, 1, &quiet);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status == 0 ? EAI_INPROGRESS : status;
}

RedisLookup *
th_redis_lookup_begin(const RedisAddress *address)
{
	RedisLookup *lookup = MemoryContextAllocZero(th_redis.context, sizeof(RedisLookup));

	snprintf(lookup->port, sizeof(lookup->port), "%d", address->port);
	lookup->hints.ai_socktype = SOCK_STREAM;
	lookup->hints.ai_flags = AI_NUMERICHOST;
	lookup->request.ar_name = address->host;
	lookup->request.ar_service = lookup->port;
	lookup->request.ar_request = &lookup->hints;
	lookup->list[0] = &lookup->request;
	lookup->status =
		getaddrinfo(address->host, lookup->port, &lookup->hints, &lookup->request.ar_result);
	if (lookup->status == 0)
		return lookup;
	lookup->hints.ai_flags = AI_ADDRCONFIG;
	lookup->status = ask_in_thread(lookup);
	return lookup;
}

bool
th_redis_lookup_ended(RedisLookup *lookup, struct addrinfo **found, const char **why)
{
	if (lookup->status == EAI_INPROGRESS)
		lookup->status = gai_error(&lookup->request);
	if (lookup->status == EAI_INPROGRESS)
		return false;
	*found = lookup->status == 0 ? lookup->request.ar_result : NULL;
	*why = gai_strerror(lookup->status);
	if (lookup->status == 0)
		lookup->request.ar_result = NULL;
	return true;
}

/* A question that is being asked cannot be taken back: its memory stays. */
void
th_redis_lookup_end(RedisLookup *lookup)
{
	if (lookup->status == EAI_INPROGRESS && gai_cancel(&lookup->request) == EAI_NOTCANCELED)
		return;
	if (lookup->request.ar_result != NULL)
		freeaddrinfo(lookup->request.ar_result);
	pfree(lookup);
}
