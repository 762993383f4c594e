/*
 * qc_rejudge.c
 *	  Judges rows of a stream again, from the table.
 *
 * Rows are read in order of time with those before that their tests look at, some thousands
 * at once, judged, and written where the verdict is another.  Each is judged by the
 * configuration that judged it first, so that a late neighbour does not bring today's
 * thresholds to the rows of last year; only a row that nobody has judged, or a call that asks
 * for it, takes the configuration in force.
 *
 * The caller holds the stream's row of ocean.latest, so no other session judges it meanwhile.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/table_write.h"
#include "core/ocean/flag_scheme.h"
#include "ocean/qc_finish.h"

#define BATCH_ROWS 4096

/* Created by our scripts. */
#define REVISION_TRIGGER_NAME "keep_revision"

/* Reset by the end of every attempt, and by the transaction's callback after an error. */
static bool rewriting = false;

bool
th_qc_is_rewriting(void)
{
	return rewriting;
}

typedef struct Batch
{
	Relation observation;
	ThQcStream *stream;
	bool by_rules_in_force;
	ThQcRules other; /* of the last row that another configuration has judged */
	ThObservation *rows;
	int64 *time_us;
	double *value;
	int count;
	int room;
	int chain;	 /* first row of those that are neighbours of each other */
	int pending; /* first row that is not judged yet */
	int left;	 /* rows that may still depend on what has changed */
	int before;	 /* rows that a verdict looks at */
	int wider;	 /* another configuration looks at more */
	bool changed;
} Batch;

/* ---- writing ---- */

static void
write_row(ThTable *table, const ThObservation *row)
{
	const ThObservationColumns *columns = th_observation_columns(table->rel);
	TupleTableSlot *old = table_slot_create(table->rel, NULL);
	int attributes = RelationGetDescr(table->rel)->natts;
	Datum *values = palloc(attributes * sizeof(Datum));
	bool *nulls = palloc(attributes * sizeof(bool));

	old->tts_tid = row->tid;
	/* False: another statement has corrected it, and judges it when it ends. */
	if (th_table_lock(table, old, GetActiveSnapshot(), true))
	{
		slot_getallattrs(old);
		memcpy(values, old->tts_values, attributes * sizeof(Datum));
		memcpy(nulls, old->tts_isnull, attributes * sizeof(bool));
		values[columns->flag - 1] = Int16GetDatum(row->flag);
		values[columns->tests - 1] = Int32GetDatum(row->tests);
		values[columns->qc_config_id - 1] = Int32GetDatum(row->config_id);
		nulls[columns->qc_config_id - 1] = row->config_id == 0;
		th_table_update(table, old, values, nulls);
	}
	ExecDropSingleTupleTableSlot(old);
}

/* What a row was for the length of a statement that nobody saw is no revision of it. */
static void
leave_out_revisions(ThTable *table)
{
	TriggerDesc *description = table->result->ri_TrigDesc;
	int kept = 0;

	if (description == NULL)
		return;
	for (int i = 0; i < description->numtriggers; i++)
	{
		if (strcmp(description->triggers[i].tgname, REVISION_TRIGGER_NAME) != 0)
			description->triggers[kept++] = description->triggers[i];
	}
	description->numtriggers = kept;
}

static bool
is_open_for(const ThTable *table, const ThObservation *row, bool of_own)
{
	return table->rel != NULL && RelationGetRelid(table->rel) == row->partition &&
		   of_own == row->is_own;
}

static void
write_rows(const ThObservation *rows, int count)
{
	ThTable table = { 0 };
	int settings;

	if (count == 0)
		return;
	settings = NewGUCNestLevel();
	(void) set_config_option("tidehold.revision_reason", "quality control", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	rewriting = true;
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0 && !is_open_for(&table, &rows[i], rows[i - 1].is_own))
		{
			th_table_close(&table);
			table.rel = NULL;
		}
		if (table.rel == NULL)
		{
			th_table_open(&table, rows[i].partition);
			if (rows[i].is_own)
				leave_out_revisions(&table);
		}
		write_row(&table, &rows[i]);
	}
	th_table_close(&table);
	rewriting = false;
	AtEOXact_GUC(false, settings);
}

/* ---- judging ---- */

static const ThQcRules *
rules_of(Batch *batch, const ThObservation *row)
{
	ThQcStream *stream = batch->stream;

	if (batch->by_rules_in_force || row->tests == 0 ||
		row->config_id == stream->in_force.config_id)
		return &stream->in_force;
	if (batch->other.config_id != row->config_id || row->config_id == 0)
		th_qc_rules_of(batch->observation, stream, row->config_id, &batch->other);
	batch->wider = Max(batch->wider, batch->other.rows_before + 1);
	return &batch->other;
}

/* Where it was when the row came, not where it is now. */
static QartodPlace
place_of(const Batch *batch, const ThObservation *row)
{
	QartodPlace place = batch->stream->place;
	int flag = qartod_unpack(row->tests, QARTOD_TEST_LOCATION, false);

	if (flag != 0)
		place.location_flag = flag;
	return place;
}

/* False where the verdict is what the row has. */
static bool
judge_row(Batch *batch, int i, ThObservation *judged)
{
	const ThObservation *row = &batch->rows[i];
	const ThQcRules *rules = rules_of(batch, row);
	QartodPlace place = place_of(batch, row);
	int supplied = qartod_supplied(row->tests);
	int end = i + 1;
	QartodRows rows = { batch->time_us + batch->chain, batch->value + batch->chain, 0 };
	QartodVerdict verdict;

	if (end < batch->count && batch->time_us[end] - batch->time_us[i] <= TH_QC_HORIZON_US)
		end++;
	rows.count = end - batch->chain;
	qartod_judge(&rules->rules, &place, &rows, i - batch->chain, supplied, &verdict);
	*judged = *row;
	judged->tests = qartod_pack(&verdict) | (row->tests & QARTOD_BY_HAND);
	judged->config_id = rules->config_id;
	if ((row->tests & QARTOD_BY_HAND) == 0)
		judged->flag = th_qc_flag_of(verdict.flag, row);
	return judged->tests != row->tests || judged->flag != row->flag ||
		   judged->config_id != row->config_id;
}

/* Judges what is pending; the last row only where none follows it. */
static void
judge_batch(Batch *batch, int64 high, bool at_end)
{
	ThObservation *found = palloc(Max(batch->count, 1) * sizeof(ThObservation));
	int found_count = 0;
	int end = at_end ? batch->count : batch->count - 1;

	for (; batch->pending < end && batch->left > 0; batch->pending++)
	{
		int i = batch->pending;

		if (i > 0 && batch->time_us[i] - batch->time_us[i - 1] > TH_QC_HORIZON_US)
			batch->chain = i;
		if (batch->time_us[i] > high)
			batch->left--;
		if (judge_row(batch, i, &found[found_count]))
			found_count++;
	}
	if (found_count > 0)
		batch->changed = true;
	write_rows(found, found_count);
	pfree(found);
}

/* ---- reading ---- */

static void
add_row(Batch *batch, const ThObservation *row)
{
	batch->rows[batch->count] = *row;
	batch->time_us[batch->count] = row->time_us;
	batch->value[batch->count] = row->value;
	batch->count++;
}

static void
find_chain(Batch *batch)
{
	batch->chain = 0;
	for (int i = 1; i < batch->count; i++)
	{
		if (batch->time_us[i] - batch->time_us[i - 1] > TH_QC_HORIZON_US)
			batch->chain = i;
	}
}

/* Rows before low; the last of them is judged too, for it has a new successor. */
static void
read_context(Batch *batch, int64 low)
{
	int wanted = batch->before + 1;
	ThObservation *rows = palloc(wanted * sizeof(ThObservation));
	int found = th_observation_before(batch->observation, SnapshotSelf, batch->stream->stream_id,
									  low, TH_QC_HORIZON_US, wanted, rows);

	batch->count = 0;
	for (int i = found - 1; i >= 0; i--)
		add_row(batch, &rows[i]);
	batch->pending = Max(found - 1, 0);
	find_chain(batch);
	pfree(rows);
}

/* Keeps what the rows that are not judged yet look at. */
static void
move_on(Batch *batch)
{
	int drop = Max(batch->pending - batch->before, 0);
	int keep = batch->count - drop;

	memmove(batch->rows, batch->rows + drop, keep * sizeof(ThObservation));
	memmove(batch->time_us, batch->time_us + drop, keep * sizeof(int64));
	memmove(batch->value, batch->value + drop, keep * sizeof(double));
	batch->count = keep;
	batch->pending -= drop;
	batch->chain = Max(batch->chain - drop, 0);
}

static void
rejudge_span(Batch *batch, const ThQcSpan *span)
{
	int64 after = span->low - 1;
	int step = batch->before + 64; /* most spans are a row: no need to read thousands */
	int wanted;
	int found;

	read_context(batch, span->low);
	batch->left = batch->before + 1;
	do
	{
		CHECK_FOR_INTERRUPTS();
		wanted = Min(batch->room - batch->count, step);
		step = Min(step * 4, batch->room);
		found = th_observation_after(batch->observation, SnapshotSelf, batch->stream->stream_id,
									 after, wanted, batch->rows + batch->count);
		for (int i = 0; i < found; i++)
			add_row(batch, &batch->rows[batch->count]);
		if (batch->count == 0)
			return;
		after = batch->time_us[batch->count - 1];
		judge_batch(batch, span->high, found < wanted);
		move_on(batch);
	} while (found == wanted && batch->left > 0);
}

static int
compare_spans(const void *one, const void *other)
{
	int64 a = ((const ThQcSpan *) one)->low;
	int64 b = ((const ThQcSpan *) other)->low;

	return (a > b) - (a < b);
}

/* Spans that overlap are one: no row is written twice. */
static void
merge_spans(ThQcStream *stream)
{
	int last = 0;

	qsort(stream->span, stream->span_count, sizeof(ThQcSpan), compare_spans);
	for (int i = 1; i < stream->span_count; i++)
	{
		if (stream->span[i].low <= stream->span[last].high)
			stream->span[last].high = Max(stream->span[last].high, stream->span[i].high);
		else
			stream->span[++last] = stream->span[i];
	}
	stream->span_count = last + 1;
}

static void
make_room(Batch *batch)
{
	batch->room = 2 * (batch->before + 2) + BATCH_ROWS;
	batch->rows = palloc(batch->room * sizeof(ThObservation));
	batch->time_us = palloc(batch->room * sizeof(int64));
	batch->value = palloc(batch->room * sizeof(double));
}

bool
th_qc_rejudge(Relation observation, ThQcStream *stream, bool by_rules_in_force)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "tidehold judged rows",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext callers = MemoryContextSwitchTo(own);
	Batch batch = {
		.observation = observation,
		.stream = stream,
		.by_rules_in_force = by_rules_in_force,
		.before = stream->in_force.rows_before + 1,
	};

	if (stream->span_count > 0)
		merge_spans(stream);
	batch.wider = batch.before;
	do
	{
		batch.before = batch.wider;
		make_room(&batch);
		for (int i = 0; i < stream->span_count; i++)
			rejudge_span(&batch, &stream->span[i]);
	} while (batch.wider > batch.before);
	MemoryContextSwitchTo(callers);
	MemoryContextDelete(own);
	return batch.changed;
}

/* An error leaves the flag set. */
static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		rewriting = false;
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		rewriting = false;
}

void
th_qc_rejudge_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}
