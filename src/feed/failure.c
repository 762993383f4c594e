/*
 * failure.c
 *	  The error that ends a feed's worker: kept for tidehold.stat_feed, logged once.
 *
 * A worker that cannot reach its goal ends and is started again, for hours if need be.
 * The log gets the first of a row of equal failures; the view always has the last.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "utils/elog.h"

#include "feed/state.h"

static FeedState *my_state = NULL;
static emit_log_hook_type previous_hook = NULL;

/* Nothing has been acknowledged since the process that failed alike. */
static bool
is_repetition(const ErrorData *error)
{
	FeedState *state = my_state;
	bool same;

	SpinLockAcquire(&state->mutex);
	same = state->last_error_sqlstate == error->sqlerrcode &&
		   state->last_error_at > state->last_sent &&
		   strncmp(state->last_error, error->message, FEED_ERROR_LEN - 1) == 0;
	SpinLockRelease(&state->mutex);
	return same;
}

static void
note_error(ErrorData *error)
{
	bool repeated;

	if (previous_hook)
		previous_hook(error);
	if (error->elevel < ERROR || error->message == NULL || ShutdownRequestPending)
		return;
	repeated = is_repetition(error);
	th_feed_state_set_error(my_state, error->sqlerrcode, error->message);
	if (repeated && error->elevel < PANIC)
		error->output_to_server = false;
}

void
th_feed_state_note_errors(FeedState *state)
{
	my_state = state;
	previous_hook = emit_log_hook;
	emit_log_hook = note_error;
}
