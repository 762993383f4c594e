/*
 * loan.c
 *	  Memory that the client reads messages from until it reports on them.
 *
 * The client could copy each, into memory of its own that it asks for and frees again; for
 * small messages that is an eighth of the process's time.  Here they are written once, one
 * behind the other, into chunks, and a chunk only counts those that are still in it.  The
 * one that came free last is the next to be written, for it is in the processor's cache.
 *
 * Only the process's own thread writes here and counts.  The client's threads read what was
 * lent to them, and report in any order.  Nothing is given back to the system before the
 * process ends, so a thread that outlives the clean-up (exit.c) still finds its messages.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "feed/kafka/kafka.h"

typedef struct Chunk
{
	int used;	/* bytes from its start */
	int inside; /* messages; at zero it is free, but for the one being written */
	int next;	/* of those that are free */
} Chunk;

static char *memory = NULL;
static int64 room = 0; /* a whole number of chunks */
static Chunk *chunks = NULL;
static int free_chunk = -1;
static int current = -1; /* the one being written */

void
th_kafka_loan_create(int64 bytes)
{
	int count = (int) Max(bytes / KAFKA_CHUNK, 1);

	room = (int64) count * KAFKA_CHUNK;
	memory = MemoryContextAllocHuge(TopMemoryContext, room);
	chunks = MemoryContextAllocZero(TopMemoryContext, sizeof(Chunk) * count);
	for (int i = count - 1; i >= 0; i--)
	{
		chunks[i].next = free_chunk;
		free_chunk = i;
	}
}

/* Of the one being written nothing is kept when the last message in it goes. */
static void
set_free(int number)
{
	chunks[number].used = 0;
	if (number == current)
		return;
	chunks[number].next = free_chunk;
	free_chunk = number;
}

static bool
turn_to_free_chunk(void)
{
	if (free_chunk < 0)
		return false;
	current = free_chunk;
	free_chunk = chunks[current].next;
	return true;
}

/* A message without a byte takes one too, so that its place tells the chunk. */
char *
th_kafka_lend(int size)
{
	Chunk *chunk;
	char *place;

	size = Max(size, 1);
	if (current < 0 || chunks[current].used + size > KAFKA_CHUNK)
	{
		if (!turn_to_free_chunk())
			return NULL;
	}
	chunk = &chunks[current];
	place = memory + (int64) current * KAFKA_CHUNK + chunk->used;
	chunk->used += size;
	chunk->inside++;
	return place;
}

void
th_kafka_take_back(const void *place)
{
	int number;

	if ((const char *) place < memory || (const char *) place >= memory + room)
		return;
	number = (int) (((const char *) place - memory) / KAFKA_CHUNK);
	Assert(chunks[number].inside > 0);
	if (--chunks[number].inside == 0)
		set_free(number);
}
