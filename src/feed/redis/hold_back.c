/*
 * hold_back.c
 *	  Finished flushes that are not old enough yet to be confirmed to the slot.
 *
 * Redis acknowledges before it has saved or replicated.  What it may still lose is kept
 * in the database's WAL for hold_back.  Flushes close to each other share an entry.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

#define ENTRIES 32

typedef struct HeldFlush
{
	XLogRecPtr lsn;
	int64 at;
} HeldFlush;

static HeldFlush held[ENTRIES];
static int first = 0;
static int count = 0;
static HeldFlush latest; /* lsn invalid: it is in an entry already */
static XLogRecPtr safe = InvalidXLogRecPtr;

static void
keep_latest(void)
{
	int64 apart = th_redis.options.hold_back_ms / (ENTRIES / 2);

	if (latest.lsn == InvalidXLogRecPtr || count == ENTRIES)
		return;
	if (count > 0 && latest.at < held[(first + count - 1) % ENTRIES].at + apart)
		return;
	held[(first + count) % ENTRIES] = latest;
	count++;
	latest.lsn = InvalidXLogRecPtr;
}

void
th_redis_hold_back_note(XLogRecPtr lsn)
{
	keep_latest();
	latest.lsn = lsn;
	latest.at = th_monotonic_ms();
	keep_latest();
}

static bool
is_old(const HeldFlush *flush)
{
	return th_monotonic_ms() >= flush->at + th_redis.options.hold_back_ms;
}

XLogRecPtr
th_redis_hold_back_safe(void)
{
	while (count > 0 && is_old(&held[first]))
	{
		safe = held[first].lsn;
		first = (first + 1) % ENTRIES;
		count--;
	}
	if (count == 0 && latest.lsn != InvalidXLogRecPtr && is_old(&latest))
	{
		safe = latest.lsn;
		latest.lsn = InvalidXLogRecPtr;
	}
	return safe;
}
