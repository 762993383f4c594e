/*
 * timeline.c
 *	  On which timeline a place in the WAL was written: part of every event's id.
 *
 * The history of a running primary does not change, so it is read once.
 */
#include "postgres.h"

#include "access/timeline.h"
#include "access/xlog.h"
#include "utils/memutils.h"

#include "feed/decode/decode.h"

static List *history = NIL; /* newest first */

static void
read_history(void)
{
	MemoryContext old;

	if (history != NIL)
		return;
	old = MemoryContextSwitchTo(TopMemoryContext);
	history = readTimeLineHistory(GetWALInsertionTimeLine());
	MemoryContextSwitchTo(old);
}

uint32
th_decode_timeline_of(XLogRecPtr lsn)
{
	const TimeLineHistoryEntry *newest;

	read_history();
	newest = linitial(history);
	if (lsn >= newest->begin)
		return newest->tli;
	return tliOfPointInHistory(lsn, history);
}

XLogRecPtr
th_decode_timeline_end(uint32 timeline)
{
	ListCell *cell;

	read_history();
	foreach(cell, history)
	{
		const TimeLineHistoryEntry *entry = lfirst(cell);

		if (entry->tli == timeline)
			return XLogRecPtrIsInvalid(entry->end) ? PG_UINT64_MAX : entry->end;
	}
	return InvalidXLogRecPtr;
}
