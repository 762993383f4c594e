/*
 * qc_judge.c
 *	  Quality control of rows as they are inserted, corrected and deleted.
 *
 * A row that follows the rows of its stream is judged at once from those.  A row that comes
 * late, or is corrected or deleted, changes the verdict of its neighbours as well: it gets
 * what can be said of it alone, and its surroundings are judged again from the table when
 * the statement ends (qc_finish.c).  So does the row before, in the rare case that the one
 * that follows makes it a spike.
 *
 * A row that brings a verdict (tests is not 0) keeps it: that is a restore, or a copy.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"

#include "base/errors.h"
#include "core/ocean/flag_scheme.h"
#include "ocean/qc_finish.h"
#include "ocean/qc_stream.h"

PG_FUNCTION_INFO_V1(th_observation_judge);

typedef struct Changed
{
	Relation table;
	const ThObservationColumns *columns;
	HeapTuple tuple;
	ThObservation row;
	int64 stream_id;
} Changed;

static void
read_changed(TriggerData *trigger, HeapTuple tuple, TupleTableSlot *slot, Changed *changed)
{
	bool is_null;
	Datum stream_id;

	changed->table = trigger->tg_relation;
	changed->columns = th_observation_columns(trigger->tg_relation);
	changed->tuple = tuple;
	stream_id = slot_getattr(slot, changed->columns->stream_id, &is_null);
	if (!is_null)
		(void) slot_getattr(slot, changed->columns->observed_at, &is_null);
	if (is_null)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("an observation without a stream or a time")));
	changed->stream_id = DatumGetInt64(stream_id);
	th_observation_read(slot, changed->columns, &changed->row);
}

/* What the row says of itself, in the terms of QARTOD; 0: nothing. */
static int
supplied_flag(const ThObservation *row)
{
	int flag = ocean_flag_map(row->flag, row->flag_scheme, OCEAN_QARTOD);

	if (flag < 0)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("flag %d is none of flag scheme %d", row->flag, row->flag_scheme),
				 errhint("View ocean.flag_meaning lists the schemes and their flags.")));
	return flag == QARTOD_NOT_EVALUATED ? 0 : flag;
}

static HeapTuple
write_verdict(const Changed *changed, int16 flag, int32 tests, int32 config_id)
{
	int columns[] = { changed->columns->flag, changed->columns->tests,
					  changed->columns->qc_config_id };
	Datum values[] = { Int16GetDatum(flag), Int32GetDatum(tests), Int32GetDatum(config_id) };
	bool nulls[] = { false, false, config_id == 0 };

	return heap_modify_tuple_by_cols(changed->tuple, RelationGetDescr(changed->table), 3, columns,
									 values, nulls);
}

/* ---- the latest of a statement ---- */

static bool
is_newer(const ThObservation *row, const ThObservation *than)
{
	bool has_value = !qartod_is_missing(row->value);

	if (has_value != !qartod_is_missing(than->value))
		return has_value;
	return row->time_us >= than->time_us;
}

static void
note(ThQcStream *stream, const ThObservation *row)
{
	if (!stream->touched || is_newer(row, &stream->newest))
		stream->newest = *row;
	th_qc_touch(stream, row->time_us);
}

/* Its neighbours are others now; what it was may be the latest value. */
static void
note_gone(ThQcStream *stream, const ThObservation *row)
{
	static const ThObservation nothing = { .time_us = PG_INT64_MIN, .value = NAN };

	if (!stream->touched)
		stream->newest = nothing;
	th_qc_touch(stream, row->time_us);
	th_qc_judge_again(stream, row->time_us, row->time_us);
	th_qc_forget_tail(stream);
	stream->from_table = true;
}

/* ---- insert ---- */

static double
value_at(const ThQcStream *stream, int row)
{
	return row >= 0 ? stream->value[row] : NAN;
}

/* The row before, of which the new one is the successor, was judged without it. */
static void
judge_predecessor(ThQcStream *stream)
{
	const QartodRules *rules = &stream->in_force.rules;
	int before = stream->count - 2;
	int spike;

	if (before < 0)
		return;
	if (before == 1 && (rules->tests & 1 << QARTOD_TEST_FLAT_LINE) != 0 &&
		Min(rules->flat_line.suspect_rows, rules->flat_line.fail_rows) < 2)
		th_qc_judge_again(stream, stream->time_us[0], stream->time_us[before]);
	if ((rules->tests & 1 << QARTOD_TEST_SPIKE) == 0)
		return;
	spike = qartod_spike(&rules->spike, value_at(stream, before - 1), stream->value[before],
						 stream->value[before + 1]);
	if (spike == QARTOD_SUSPECT || spike == QARTOD_FAIL ||
		(spike == QARTOD_GOOD && stream->last_flag == QARTOD_NOT_EVALUATED))
		th_qc_judge_again(stream, stream->time_us[before], stream->time_us[before]);
}

static void
judge_last(ThQcStream *stream, int supplied, QartodVerdict *verdict)
{
	QartodRows rows = { stream->time_us, stream->value, stream->count };

	judge_predecessor(stream);
	qartod_judge(&stream->in_force.rules, &stream->place, &rows, stream->count - 1, supplied,
				 verdict);
	stream->last_flag = verdict->flag;
}

/* Most rows are good: so most need not be written again when the statement ends. */
static void
suppose_good(QartodVerdict *verdict)
{
	static const QartodTest of_neighbours[] = { QARTOD_TEST_SPIKE, QARTOD_TEST_ATTENUATED_SIGNAL,
												QARTOD_TEST_TIME_GAP };

	for (int i = 0; i < (int) lengthof(of_neighbours); i++)
	{
		if (verdict->test[of_neighbours[i]] != QARTOD_NOT_EVALUATED)
			continue;
		verdict->test[of_neighbours[i]] = QARTOD_GOOD;
		if (verdict->flag == QARTOD_NOT_EVALUATED)
			verdict->flag = QARTOD_GOOD;
	}
}

/* What the row alone says: the rest is found good until the statement ends. */
static void
judge_alone(const ThQcStream *stream, const ThObservation *row, int supplied,
			QartodVerdict *verdict)
{
	QartodRows rows = { &row->time_us, &row->value, 1 };

	qartod_judge(&stream->in_force.rules, &stream->place, &rows, 0, supplied, verdict);
	suppose_good(verdict);
}

int16
th_qc_flag_of(int verdict, const ThObservation *row)
{
	int now = ocean_flag_map(row->flag, row->flag_scheme, OCEAN_QARTOD);

	if (row->flag_scheme == OCEAN_QARTOD)
		return (int16) verdict;
	/* The word that came is finer than what QARTOD makes of it: interpolated, say. */
	if (now == verdict ||
		(now == QARTOD_NOT_EVALUATED && row->flag != 0 && verdict == QARTOD_GOOD))
		return row->flag;
	return (int16) ocean_flag_map(verdict, OCEAN_QARTOD, row->flag_scheme);
}

static HeapTuple
judge_insert(Changed *after)
{
	ThObservation *row = &after->row;
	int supplied = supplied_flag(row);
	QartodVerdict verdict;
	ThQcStream *stream;

	if (row->tests != 0)
	{
		stream = th_qc_stream_unread(after->stream_id);
		th_qc_forget_tail(stream);
		note(stream, row);
		stream->from_table = true;
		return after->tuple;
	}
	stream = th_qc_stream(after->stream_id);
	th_qc_read_tail(stream);
	if (stream->count == 0 || row->time_us > stream->time_us[stream->count - 1])
	{
		th_qc_append(stream, row->time_us, row->value);
		judge_last(stream, supplied, &verdict);
	}
	else
	{
		judge_alone(stream, row, supplied, &verdict);
		th_qc_judge_again(stream, row->time_us, row->time_us);
		/* ON CONFLICT may leave it out. */
		stream->from_table = true;
	}
	row->flag = th_qc_flag_of(verdict.flag, row);
	note(stream, row);
	return write_verdict(after, row->flag, qartod_pack(&verdict), stream->in_force.config_id);
}

/* ---- update and delete ---- */

static bool
is_corrected(const Changed *before, const Changed *after)
{
	return before->stream_id != after->stream_id || before->row.time_us != after->row.time_us ||
		   qartod_is_missing(before->row.value) != qartod_is_missing(after->row.value) ||
		   (!qartod_is_missing(before->row.value) && before->row.value != after->row.value);
}

static HeapTuple
judge_corrected(const Changed *before, Changed *after)
{
	ThQcStream *stream;
	QartodVerdict verdict;
	int supplied = 0;

	note_gone(th_qc_stream(before->stream_id), &before->row);
	stream = th_qc_stream(after->stream_id);
	note_gone(stream, &after->row);
	/* A verdict that came with the correction stands until the end of the statement. */
	if (after->row.tests != 0 && after->row.tests != before->row.tests)
		return after->tuple;
	/* The old flag was of the old value. */
	if (after->row.tests != 0 && after->row.flag != before->row.flag)
		supplied = supplied_flag(&after->row);
	judge_alone(stream, &after->row, supplied, &verdict);
	return write_verdict(after, th_qc_flag_of(verdict.flag, &after->row),
						 qartod_pack(&verdict), stream->in_force.config_id);
}

/* A person knows better: his flag stays, whatever the tests say later. */
static HeapTuple
take_by_hand(Changed *after)
{
	int flag = ocean_flag_map(after->row.flag, after->row.flag_scheme, OCEAN_QARTOD);
	QartodVerdict supplied = { .test = { [QARTOD_TEST_SUPPLIED] = (uint8) Max(flag, 0) } };
	QartodVerdict everything = { .test = { [QARTOD_TEST_SUPPLIED] = 7 } };
	int32 tests = after->row.tests & ~qartod_pack(&everything);

	(void) supplied_flag(&after->row);
	return write_verdict(after, after->row.flag, tests | qartod_pack(&supplied) | QARTOD_BY_HAND,
						 after->row.config_id);
}

static HeapTuple
judge_update(const Changed *before, Changed *after)
{
	ThQcStream *stream;

	if (is_corrected(before, after))
		return judge_corrected(before, after);
	if (after->row.tests == before->row.tests &&
		after->row.flag == before->row.flag &&
		after->row.flag_scheme == before->row.flag_scheme)
		return after->tuple;
	stream = th_qc_stream(after->stream_id);
	note(stream, &after->row);
	stream->from_table = true;
	if (after->row.tests == 0)
		th_qc_judge_again(stream, after->row.time_us, after->row.time_us);
	if (after->row.tests != before->row.tests)
		return after->tuple;
	return take_by_hand(after);
}

Datum
th_observation_judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Changed before;
	Changed after;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"judge_observation\" was not called by a trigger before a row")));
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		read_changed(trigger, trigger->tg_trigtuple, trigger->tg_trigslot, &after);
		return PointerGetDatum(judge_insert(&after));
	}
	read_changed(trigger, trigger->tg_trigtuple, trigger->tg_trigslot, &before);
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		note_gone(th_qc_stream(before.stream_id), &before.row);
		return PointerGetDatum(before.tuple);
	}
	read_changed(trigger, trigger->tg_newtuple, trigger->tg_newslot, &after);
	/* Our own: it has been judged. */
	if (th_qc_is_rewriting())
		return PointerGetDatum(after.tuple);
	return PointerGetDatum(judge_update(&before, &after));
}
