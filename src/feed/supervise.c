/*
 * supervise.c
 *	  A task of the maintenance worker: tells the launcher which feeds of this database
 *	  want a worker.
 *
 * The rows are read again when some feed of the server has changed, and now and then in
 * case an extension was dropped.  A database whose last feed is gone keeps its
 * maintenance worker until the feed's process has ended and its entry is given back.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/settings.h"
#include "base/worker.h"
#include "base/worker_slot.h"
#include "feed/feed_row.h"
#include "feed/leftover.h"
#include "feed/state.h"
#include "feed/supervise.h"

#define READ_INTERVAL_MS 5000

/* Nobody wakes us when the process of a feed that is gone has ended. */
#define LEFTOVER_INTERVAL_MS 500

/* What this process has told the launcher last. */
static WorkerWish *wishes = NULL;
static int wish_count = 0;
static int left_out = 0;

/* Entries of feeds that are gone, whose process has not ended. */
static int leftovers = 0;

static uint32 read_generation;
static int64 read_again_at = 0; /* monotonic ms */

static void
remember(List *rows)
{
	MemoryContext context = MemoryContextSwitchTo(TopMemoryContext);
	WorkerWish *fresh = palloc0(sizeof(WorkerWish) * Max(list_length(rows), 1));
	ListCell *cell;

	MemoryContextSwitchTo(context);
	if (wishes != NULL)
		pfree(wishes);
	wishes = fresh;
	wish_count = 0;
	foreach(cell, rows)
	{
		FeedRow *row = lfirst(cell);

		wishes[wish_count].task = row->id;
		namestrcpy(&wishes[wish_count].name, row->name);
		wish_count++;
	}
}

/* False where they were read a moment ago. */
static bool
read_feeds(void)
{
	uint32 generation = th_feed_rows_generation();

	if (generation == read_generation && th_monotonic_ms() < read_again_at)
		return false;
	remember(th_feed_rows());
	read_generation = generation;
	read_again_at = th_monotonic_ms() + READ_INTERVAL_MS;
	return true;
}

static bool
is_wanted(const pg_uuid_t *id)
{
	for (int i = 0; i < wish_count; i++)
		if (memcmp(&wishes[i].task, id, sizeof(*id)) == 0)
			return true;
	return false;
}

static bool
is_alive(const pg_uuid_t *id)
{
	WorkerSlot slot;

	return th_slot_of_task(id, &slot);
}

static void
warn_left_out(int now_left_out)
{
	if (now_left_out > left_out)
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("%d feeds of this database are left out", now_left_out),
				 errhint("Increase tidehold.max_feeds, which is %d.", th_setting_max_feeds)));
	left_out = now_left_out;
}

/* Does it all, for the launcher is to hear of the last feed's end too. */
static bool
supervises(void)
{
	bool fresh = read_feeds();
	bool had_leftovers = leftovers > 0;

	warn_left_out(th_worker_name_tasks(wishes, wish_count));
	leftovers = th_feed_state_sweep(is_wanted, is_alive);
	if (leftovers == 0 && (fresh || had_leftovers))
		th_feed_drop_leftovers();
	return leftovers > 0 || wish_count > 0;
}

static int
supervise(bool *again, TimestampTz *next_due)
{
	if (leftovers > 0)
		*next_due = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), LEFTOVER_INTERVAL_MS);
	return 0;
}

static const WorkerTask task = { "supervise feeds", supervises, supervise, WORKER_COUNT_NONE };

void
th_feed_supervise_init(void)
{
	th_worker_add_task(&task);
}
