/*
 * qc_finish.c
 *	  What is done for the streams that a statement has written, when it ends.
 *
 *	  1. Their rows of ocean.latest are locked, in order of stream_id, so that statements do
 *		 not wait for each other in a circle, and get the newest value; changes is counted up.
 *	  2. Where changes went up by more than ours, another session wrote the stream after we
 *		 read it: all that the statement wrote is judged again.
 *	  3. The days are entered in ocean.dirty_day.
 *	  4. Rows that came late, were corrected, or turned out to be spikes are judged again.
 *	  5. Where that changed rows, or rows are gone, the latest value is looked up.
 *
 * The locks are held until the transaction ends: whoever writes the stream next sees all of
 * it.  The trigger at the end of the statement does this; what a statement leaves that fires
 * none, because it wrote to a partition by name or through the executor alone, is done
 * before the transaction commits.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/query.h"
#include "ocean/qc_config.h"
#include "ocean/qc_finish.h"

PG_FUNCTION_INFO_V1(th_observation_statement);
PG_FUNCTION_INFO_V1(th_ocean_rejudge);
PG_FUNCTION_INFO_V1(th_ocean_refresh_latest);

#define STREAMS_AT_ONCE 10000
#define ROWS_AT_ONCE 256

/* Statements on ocean.observation that have begun and not ended, one within the other. */
static int open_statements = 0;

/* Of each subtransaction level, what open_statements was when it began. */
#define LEVELS_KEPT 64
static int open_at_level[LEVELS_KEPT];

static ArrayType *
array_of(Datum *elements, bool *nulls, int count, Oid type, int length, char align)
{
	int dimension = count;
	int bound = 1;

	return construct_md_array(elements, nulls, 1, &dimension, &bound, type, length, true, align);
}

/* ---- 1, 2: the latest values, and the locks ---- */

static ThKept lock_latest = {
	"INSERT INTO ocean.latest AS l (stream_id, observed_at, value, flag, flag_scheme, received_at, changes) "
	"SELECT n.stream_id, n.observed_at, n.value, n.flag, n.flag_scheme, n.received_at, $7 "
	"FROM ROWS FROM (unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::double precision[]), "
	"unnest($4::smallint[]), unnest($5::smallint[]), unnest($6::timestamptz[])) "
	"AS n (stream_id, observed_at, value, flag, flag_scheme, received_at) "
	"ON CONFLICT (stream_id) DO UPDATE SET changes = l.changes + 1, "
	"(observed_at, value, flag, flag_scheme, received_at) = (SELECT "
	"CASE WHEN b.newer THEN excluded.observed_at ELSE l.observed_at END, "
	"CASE WHEN b.newer THEN excluded.value ELSE l.value END, "
	"CASE WHEN b.newer THEN excluded.flag ELSE l.flag END, "
	"CASE WHEN b.newer THEN excluded.flag_scheme ELSE l.flag_scheme END, "
	"CASE WHEN b.newer THEN excluded.received_at ELSE l.received_at END "
	"FROM (SELECT (excluded.value IS NOT NULL, excluded.observed_at) >= "
	"(l.value IS NOT NULL, l.observed_at)) AS b (newer)) "
	"RETURNING l.stream_id, l.changes",
	NULL
};

static void
compare_changes(HeapTuple row, TupleDesc shape, void *context)
{
	int64 first = *(int64 *) context;
	bool is_null;
	ThQcStream *stream =
		th_qc_stream_unread(DatumGetInt64(heap_getattr(row, 1, shape, &is_null)));
	int64 changes = DatumGetInt64(heap_getattr(row, 2, shape, &is_null));
	bool expected = stream->has_latest ? changes == stream->changes + 1 : changes == first;

	/* One that was not read has brought its verdicts, or is of an aborted subtransaction. */
	if (stream->is_read && !expected)
	{
		th_qc_forget_tail(stream);
		th_qc_judge_again(stream, stream->low, stream->high);
		stream->from_table = true;
	}
	stream->has_latest = true;
	stream->changes = changes;
}

static void
lock_streams(Relation observation, ThQcStream **streams, int count)
{
	static const Oid types[] = { INT8ARRAYOID, TIMESTAMPTZARRAYOID, FLOAT8ARRAYOID, INT2ARRAYOID,
								 INT2ARRAYOID, TIMESTAMPTZARRAYOID, INT8OID };
	static const struct
	{
		Oid type;
		int length;
		char align;
	} element[6] = {
		{ INT8OID, 8, TYPALIGN_DOUBLE },
		{ TIMESTAMPTZOID, 8, TYPALIGN_DOUBLE },
		{ FLOAT8OID, 8, TYPALIGN_DOUBLE },
		{ INT2OID, 2, TYPALIGN_SHORT },
		{ INT2OID, 2, TYPALIGN_SHORT },
		{ TIMESTAMPTZOID, 8, TYPALIGN_DOUBLE },
	};
	/* Not 1: a stream that lost all its rows and got new ones is not taken for the old. */
	int64 first = GetCurrentTimestamp();
	Datum values[7];
	Datum *column[6];
	bool *no_value = palloc(count * sizeof(bool));

	for (int i = 0; i < 6; i++)
		column[i] = palloc(count * sizeof(Datum));
	for (int i = 0; i < count; i++)
	{
		const ThObservation *newest = &streams[i]->newest;

		column[0][i] = Int64GetDatum(streams[i]->stream_id);
		column[1][i] = TimestampTzGetDatum(newest->time_us);
		column[2][i] = Float8GetDatum(newest->value);
		no_value[i] = qartod_is_missing(newest->value);
		column[3][i] = Int16GetDatum(newest->flag);
		column[4][i] = Int16GetDatum(newest->flag_scheme);
		column[5][i] = TimestampTzGetDatum(newest->received_us);
	}
	for (int i = 0; i < 6; i++)
		values[i] = PointerGetDatum(array_of(column[i], i == 2 ? no_value : NULL, count,
											 element[i].type, element[i].length,
											 element[i].align));
	values[6] = Int64GetDatum(first);
	th_query_kept_as_owner(&lock_latest, RelationGetRelid(observation), false, 7, types, values,
						   NULL, compare_changes, &first);
}

/* ---- 3: days ---- */

static void
enter_days(Relation observation)
{
	static ThKept enter = {
		"INSERT INTO ocean.dirty_day (stream_id, day) SELECT d.stream_id, d.day "
		"FROM ROWS FROM (unnest($1::bigint[]), unnest($2::date[])) AS d (stream_id, day)",
		NULL
	};
	static const Oid types[] = { INT8ARRAYOID, DATEARRAYOID };
	int count = th_qc_day_count();
	ThQcDay *days;
	Datum *stream;
	Datum *day;
	Datum values[2];

	if (count == 0)
		return;
	days = palloc_extended(count * sizeof(ThQcDay), MCXT_ALLOC_HUGE);
	stream = palloc_extended(count * sizeof(Datum), MCXT_ALLOC_HUGE);
	day = palloc_extended(count * sizeof(Datum), MCXT_ALLOC_HUGE);
	th_qc_take_days(days);
	for (int done = 0; done < count;)
	{
		int n = Min(count - done, STREAMS_AT_ONCE);

		for (int i = 0; i < n; i++)
		{
			stream[i] = Int64GetDatum(days[done + i].stream_id);
			day[i] = Int32GetDatum(days[done + i].day);
		}
		values[0] = PointerGetDatum(array_of(stream, NULL, n, INT8OID, 8, TYPALIGN_DOUBLE));
		values[1] = PointerGetDatum(array_of(day, NULL, n, DATEOID, 4, TYPALIGN_INT));
		th_query_kept_as_owner(&enter, RelationGetRelid(observation), false, 2, types, values,
							   NULL, NULL, NULL);
		done += n;
	}
}

/* ---- 5: the latest value from the table ---- */

static bool
find_latest(Relation observation, int64 stream_id, ThObservation *latest)
{
	ThObservation *rows = palloc(ROWS_AT_ONCE * sizeof(ThObservation));
	int64 before = PG_INT64_MAX;
	bool found_any = false;
	int wanted = 1;
	int found;

	do
	{
		CHECK_FOR_INTERRUPTS();
		found = th_observation_before(observation, SnapshotSelf, stream_id, before,
									  PG_INT64_MAX, wanted, rows);
		for (int i = 0; i < found; i++)
		{
			if (!found_any || !qartod_is_missing(rows[i].value))
				*latest = rows[i];
			found_any = true;
			if (!qartod_is_missing(rows[i].value))
				return true;
		}
		before = found > 0 ? rows[found - 1].time_us : before;
		if (found < wanted)
			break;
		wanted = ROWS_AT_ONCE;
	} while (true);
	return found_any;
}

static void
look_up_latest(Relation observation, int64 stream_id)
{
	static ThKept set = {
		"UPDATE ocean.latest SET observed_at = $2, value = $3, flag = $4, flag_scheme = $5, "
		"received_at = $6 WHERE stream_id = $1 AND (observed_at, value, flag, flag_scheme, received_at) "
		"IS DISTINCT FROM ($2, $3, $4, $5, $6)",
		NULL
	};
	static ThKept drop = { "DELETE FROM ocean.latest WHERE stream_id = $1", NULL };
	static const Oid types[] = { INT8OID, TIMESTAMPTZOID, FLOAT8OID,
								 INT2OID, INT2OID, TIMESTAMPTZOID };
	Datum values[6] = { Int64GetDatum(stream_id) };
	char nulls[] = "      ";
	ThObservation latest;

	if (!find_latest(observation, stream_id, &latest))
	{
		th_query_kept_as_owner(&drop, RelationGetRelid(observation), false, 1, types, values,
							   NULL, NULL, NULL);
		th_qc_stream_unread(stream_id)->has_latest = false;
		return;
	}
	values[1] = TimestampTzGetDatum(latest.time_us);
	values[2] = Float8GetDatum(latest.value);
	values[3] = Int16GetDatum(latest.flag);
	values[4] = Int16GetDatum(latest.flag_scheme);
	values[5] = TimestampTzGetDatum(latest.received_us);
	if (qartod_is_missing(latest.value))
		nulls[2] = 'n';
	th_query_kept_as_owner(&set, RelationGetRelid(observation), false, 6, types, values, nulls,
						   NULL, NULL);
}

/* ---- all of it ---- */

static void
finish_stream(Relation observation, ThQcStream *stream, bool by_rules_in_force)
{
	bool changed = th_qc_rejudge(observation, stream, by_rules_in_force);

	if (changed || stream->from_table)
		look_up_latest(observation, stream->stream_id);
	if (changed)
		th_qc_forget_tail(stream);
	stream->touched = false;
	stream->from_table = false;
	stream->span_count = 0;
	stream->last_day = PG_INT64_MIN;
}

/* A stream that was not read, because its rows brought their verdicts, has none to judge. */
static void
read_those_to_judge(ThQcStream **streams, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (streams[i]->span_count > 0)
			(void) th_qc_stream(streams[i]->stream_id);
	}
}

static void
finish(bool by_rules_in_force)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "tidehold end of statement",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext callers = MemoryContextSwitchTo(own);
	Relation observation;
	ThQcStream **streams;
	int count;

	/* What the statement has written is ours to change. */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	UpdateActiveSnapshotCommandId();
	observation = th_observation_open();
	streams = th_qc_touched(&count);
	for (int done = 0; done < count; done += STREAMS_AT_ONCE)
		lock_streams(observation, streams + done, Min(count - done, STREAMS_AT_ONCE));
	enter_days(observation);
	read_those_to_judge(streams, count);
	for (int i = 0; i < count; i++)
		finish_stream(observation, streams[i], by_rules_in_force);
	table_close(observation, NoLock);
	PopActiveSnapshot();
	MemoryContextSwitchTo(callers);
	MemoryContextDelete(own);
}

/* TRUNCATE holds an AccessExclusiveLock: no other session is writing. */
static void
forget_rows(Relation observation)
{
	static ThKept drop_all = { "DELETE FROM ocean.latest", NULL };

	th_qc_forget_all();
	th_query_kept_as_owner(&drop_all, RelationGetRelid(observation), false, 0, NULL, NULL, NULL,
						   NULL, NULL);
}

Datum
th_observation_statement(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"observation_statement\" was not called by a trigger for a statement")));
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
	{
		forget_rows(trigger->tg_relation);
		return PointerGetDatum(NULL);
	}
	if (TRIGGER_FIRED_BEFORE(trigger->tg_event))
	{
		open_statements++;
		return PointerGetDatum(NULL);
	}
	if (open_statements > 0)
		open_statements--;
	if (open_statements == 0 && th_qc_anything_to_do())
		finish(false);
	return PointerGetDatum(NULL);
}

/* Judges a span of a stream by the configuration in force; returns whether flags changed. */
Datum
th_ocean_rejudge(PG_FUNCTION_ARGS)
{
	ThQcStream *stream;
	static const ThObservation nothing = { .time_us = PG_INT64_MIN, .value = NAN };
	int64 low = PG_ARGISNULL(1) ? PG_INT64_MIN + 1 : PG_GETARG_TIMESTAMPTZ(1);
	int64 high = PG_ARGISNULL(2) ? PG_INT64_MAX : PG_GETARG_TIMESTAMPTZ(2);

	if (PG_ARGISNULL(0))
		PG_RETURN_VOID();
	th_require_writable("rejudge()");
	stream = th_qc_stream(PG_GETARG_INT64(0));
	if (!stream->touched)
		stream->newest = nothing;
	low = Max(low, PG_INT64_MIN + 1);
	stream->touched = true;
	stream->low = low;
	stream->high = high;
	stream->from_table = true;
	stream->span_count = 0;
	stream->span[stream->span_count++] = (ThQcSpan){ low, high };
	finish(true);
	PG_RETURN_VOID();
}

/* Where rows went without a trigger: with their partition, or on the side of a replica. */
Datum
th_ocean_refresh_latest(PG_FUNCTION_ARGS)
{
	static const ThObservation nothing = { .time_us = PG_INT64_MIN, .value = NAN };
	ThQcStream *stream;

	th_require_writable("refresh_latest()");
	stream = th_qc_stream(PG_GETARG_INT64(0));
	if (!stream->touched)
		stream->newest = nothing;
	stream->touched = true;
	stream->from_table = true;
	finish(false);
	PG_RETURN_VOID();
}

/* Subtransactions deeper than is kept count as begun outside of all statements. */
static void
at_subtransaction(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	int level = GetCurrentTransactionNestLevel();

	if (level < 0 || level >= LEVELS_KEPT)
		return;
	if (event == SUBXACT_EVENT_START_SUB)
		open_at_level[level] = open_statements;
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		open_statements = open_at_level[level];
}

static void
at_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (th_qc_anything_to_do())
				finish(false);
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			open_statements = 0;
			break;
		default:
			break;
	}
}

void
th_qc_finish_init(void)
{
	RegisterXactCallback(at_transaction, NULL);
	RegisterSubXactCallback(at_subtransaction, NULL);
	th_qc_config_init();
	th_qc_rejudge_init();
	th_qc_stream_init();
}
