/*
 * stat.c
 *	  tidehold.stat_feed: state, lag and figures of a feed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlog.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

#include "core/feed/histogram.h"
#include "feed/stat.h"

#define COLUMNS 30

StaticAssertDecl(FEED_LATENCY_BUCKETS == FEED_HISTOGRAM_BUCKETS, "one bucket, one counter");

PG_FUNCTION_INFO_V1(th_stat_feed);

void
th_feed_look(const pg_uuid_t *id, FeedView *view)
{
	memset(view, 0, sizeof(*view));
	view->has_process = th_slot_of_task(id, &view->slot);
	view->has_state = th_feed_state_copy(MyDatabaseId, id, &view->state);
}

/* ---- state ---- */

static const char *
phase_name(FeedPhase phase)
{
	switch (phase)
	{
		case FEED_PHASE_STARTING:
			return "starting";
		case FEED_PHASE_CONNECTING:
			return "connecting";
		case FEED_PHASE_CREATING:
			return "creating slot";
		case FEED_PHASE_RUNNING:
			return "running";
		case FEED_PHASE_PAUSED:
			return "paused";
		case FEED_PHASE_PARKED:
			return "parked";
		case FEED_PHASE_STOPPED:
			return "stopped";
	}
	return NULL;
}

static bool
is_attached(const FeedView *view)
{
	return view->has_process && view->slot.state == SLOT_RUNNING && view->slot.pid != 0;
}

static bool
is_in_phase(const FeedView *view, FeedPhase phase)
{
	return is_attached(view) && view->has_state && view->state.phase == phase;
}

bool
th_feed_is_parked(const FeedView *view)
{
	return is_in_phase(view, FEED_PHASE_PARKED);
}

bool
th_feed_is_running(const FeedView *view)
{
	return is_in_phase(view, FEED_PHASE_RUNNING);
}

/* No process has been asked for: there is no room, or it has not been looked for yet. */
static bool
is_left_out(const FeedView *view)
{
	return !view->has_process && !RecoveryInProgress() && !th_slot_has_room(WORKER_FEED);
}

static const char *
name_without_process(const FeedView *view)
{
	if (RecoveryInProgress())
		return "stopped";
	return is_left_out(view) ? "no worker slot" : "starting";
}

const char *
th_feed_state_name(const FeedView *view)
{
	if (!view->has_process)
		return name_without_process(view);
	switch (view->slot.state)
	{
		case SLOT_RUNNING:
			return view->has_state ? phase_name(view->state.phase) : "starting";
		case SLOT_WAITING:
		case SLOT_STARTING:
			return "starting";
		case SLOT_FAILED:
			return "failed";
		case SLOT_NO_SLOT:
			return "no worker slot";
		case SLOT_FREE:
		case SLOT_ABSENT:
		case SLOT_DROPPING:
		case SLOT_STOPPING:
			break;
	}
	return "stopped";
}

const char *
th_feed_reason(const FeedView *view)
{
	if (is_left_out(view))
		return "as many feeds as tidehold.max_feeds allows have a worker";
	if (view->has_process && view->slot.state == SLOT_NO_SLOT)
		return "no background worker is free: increase max_worker_processes";
	if (view->has_process && view->slot.lost)
		return "the worker process ended before it began: see the server's log";
	if (th_feed_is_running(view) || is_in_phase(view, FEED_PHASE_PAUSED) || !view->has_state ||
		view->state.last_error[0] == '\0')
		return NULL;
	return pstrdup(view->state.last_error);
}

/* ---- the row ---- */

typedef struct Row
{
	int count;
	Datum values[COLUMNS];
	bool nulls[COLUMNS];
} Row;

static void
put(Row *row, Datum value)
{
	Assert(row->count < COLUMNS);
	row->values[row->count++] = value;
}

static void
put_unless(Row *row, bool is_null, Datum value)
{
	row->nulls[row->count] = is_null;
	put(row, value);
}

static void
put_text(Row *row, const char *value)
{
	put_unless(row, value == NULL, value == NULL ? (Datum) 0 : CStringGetTextDatum(value));
}

static void
put_time(Row *row, TimestampTz value)
{
	put_unless(row, value == 0, TimestampTzGetDatum(value));
}

static void
put_lsn(Row *row, XLogRecPtr value)
{
	put_unless(row, XLogRecPtrIsInvalid(value), LSNGetDatum(value));
}

static bool
has_retry(const WorkerSlot *slot)
{
	return slot->retry_at != 0 && (slot->state == SLOT_FAILED || slot->state == SLOT_NO_SLOT);
}

static void
put_process(Row *row, const FeedView *view)
{
	put_text(row, th_feed_state_name(view));
	put_text(row, th_feed_reason(view));
	put_time(row, has_retry(&view->slot) ? view->slot.retry_at : 0);
	put_unless(row, view->slot.pid == 0, Int32GetDatum(view->slot.pid));
	put_time(row, view->slot.started_at);
}

/* A clock that was set back makes no lag negative. */
static double
seconds_since(TimestampTz then, TimestampTz now)
{
	return Max((double) (now - then) / USECS_PER_SEC, 0);
}

/*
 * Behind are commits that nobody has acknowledged, and WAL that was not read: that began
 * after the last commit that was read, and after the end of the WAL was reached last.
 */
static void
put_lag_seconds(Row *row, const FeedState *state)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz since = Max(state->last_commit, state->caught_up);
	double lag = 0;

	if (RecoveryInProgress() || since == 0)
	{
		put_unless(row, true, (Datum) 0);
		return;
	}
	if (state->read_lsn < GetFlushRecPtr(NULL))
		lag = seconds_since(since, now);
	if (state->oldest_unacknowledged != 0)
		lag = Max(lag, seconds_since(state->oldest_unacknowledged, now));
	put(row, Float8GetDatum(lag));
}

static void
put_oldest_age(Row *row, const FeedState *state)
{
	Interval *age = palloc0(sizeof(Interval));

	if (state->oldest_unacknowledged != 0)
		age->time = Max(GetCurrentTimestamp() - state->oldest_unacknowledged, 0);
	put_unless(row, state->oldest_unacknowledged == 0, IntervalPGetDatum(age));
}

static void
put_progress(Row *row, const FeedState *state)
{
	put_lag_seconds(row, state);
	put_oldest_age(row, state);
	put(row, Int64GetDatum(state->in_flight));
	put(row, Int64GetDatum(state->in_flight_bytes));
}

static void
put_counters(Row *row, const FeedCounters *counters)
{
	put(row, Int64GetDatum(counters->transactions));
	put(row, Int64GetDatum(counters->changes));
	put(row, Int64GetDatum(counters->messages));
	put(row, Int64GetDatum(counters->bytes));
	put(row, Int64GetDatum(counters->retries));
	put(row, Int64GetDatum(counters->duplicates));
	put(row, Int64GetDatum(counters->skipped));
	put(row, Int64GetDatum(counters->expired));
	put(row, Int64GetDatum(counters->spilled_bytes));
}

static void
put_latency(Row *row, const FeedState *state, double quantile)
{
	double us = feed_histogram_quantile_us(state->latency, quantile);

	put_unless(row, us < 0, Float8GetDatum(us / 1000));
}

static void
put_last_error(Row *row, const FeedState *state)
{
	bool none = state->last_error_at == 0;

	put_text(row, none ? NULL : state->last_error);
	put_text(row, none ? NULL : unpack_sql_state(state->last_error_sqlstate));
	put_time(row, state->last_error_at);
}

static void
put_positions(Row *row, const FeedState *state)
{
	put_lsn(row, state->read_lsn);
	put_lsn(row, state->sent_lsn);
	put_lsn(row, state->confirmed_lsn);
	put_lsn(row, state->gap_from);
	put_lsn(row, state->gap_to);
}

Datum
th_stat_feed(PG_FUNCTION_ARGS)
{
	FeedView view;
	Row row = { 0 };
	TupleDesc shape;

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	th_feed_look(PG_GETARG_UUID_P(0), &view);
	put_process(&row, &view);
	put_progress(&row, &view.state);
	put_counters(&row, &view.state.counters);
	put_latency(&row, &view.state, 0.5);
	put_latency(&row, &view.state, 0.95);
	put_latency(&row, &view.state, 0.99);
	put_time(&row, view.state.last_sent);
	put_last_error(&row, &view.state);
	put_positions(&row, &view.state);
	Assert(row.count == COLUMNS && shape->natts == COLUMNS);
	shape = BlessTupleDesc(shape);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(shape, row.values, row.nulls)));
}
