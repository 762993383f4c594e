/*
 * suspect.c
 *	  A change that fails again and again must not stop the feed for ever.
 */
#include "postgres.h"

#include "storage/spin.h"
#include "utils/memutils.h"

#include "feed/decode/decode.h"
#include "feed/decode/suspect.h"

#define FAILURES_BEFORE_CARE 3

static FeedState *state;
static FeedSuspect suspect; /* as state->suspect, which only this process writes */

static struct
{
	bool set;
	bool blamed;
	XLogRecPtr commit_lsn;
	uint32 index;
} mark;

void
th_suspect_start(FeedState *feed_state)
{
	state = feed_state;
	SpinLockAcquire(&state->mutex);
	suspect = state->suspect;
	SpinLockRelease(&state->mutex);
}

static void
publish_suspect(void)
{
	SpinLockAcquire(&state->mutex);
	state->suspect = suspect;
	SpinLockRelease(&state->mutex);
}

void
th_suspect_look_at(XLogRecPtr commit_lsn, uint32 index)
{
	mark.set = true;
	mark.blamed = true;
	mark.commit_lsn = commit_lsn;
	mark.index = index;
}

void
th_suspect_passed(void)
{
	mark.set = false;
}

bool
th_decode_blame(bool change)
{
	bool before = mark.blamed;

	mark.blamed = change;
	return before;
}

bool
th_suspect_is_blamed(void)
{
	return mark.set && mark.blamed;
}

static bool
is_same_failure(int sqlstate)
{
	return suspect.failures > 0 && suspect.commit_lsn == mark.commit_lsn &&
		   suspect.index == mark.index && suspect.sqlstate == sqlstate;
}

void
th_suspect_failed(void)
{
	MemoryContext old;
	ErrorData *error;

	if (!th_suspect_is_blamed())
		return;
	old = MemoryContextSwitchTo(TopMemoryContext);
	error = CopyErrorData();
	suspect.failures = is_same_failure(error->sqlerrcode) ? suspect.failures + 1 : 1;
	suspect.commit_lsn = mark.commit_lsn;
	suspect.index = mark.index;
	suspect.sqlstate = error->sqlerrcode;
	strlcpy(suspect.reason, error->message != NULL ? error->message : "", FEED_ERROR_LEN);
	publish_suspect();
	MemoryContextSwitchTo(old);
}

bool
th_suspect_needs_care(XLogRecPtr commit_lsn)
{
	return suspect.failures >= FAILURES_BEFORE_CARE && suspect.commit_lsn == commit_lsn;
}

int
th_suspect_failures(void)
{
	return suspect.failures;
}

void
th_suspect_confirmed(XLogRecPtr lsn)
{
	if (suspect.failures == 0 || lsn <= suspect.commit_lsn)
		return;
	memset(&suspect, 0, sizeof(suspect));
	publish_suspect();
}
