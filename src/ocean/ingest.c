/*
 * ingest.c
 *	  Taking in observations.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/query.h"
#include "core/ocean/utc_time.h"
#include "ocean/ingest.h"
#include "ocean/observation.h"

enum IngestColumn
{
	OUT_INSERTED,
	OUT_UNCHANGED,
	OUT_CORRECTED,
	OUT_REFUSED,
	OUT_IGNORED,
	OUT_REASONS,
	OUT_COLUMNS
};

void
th_ingest_begin(ThIngest *ingest, const char *function, const ThIngestOptions *options)
{
	Relation rel;

	th_require_writable(function);
	memset(ingest, 0, sizeof(*ingest));
	ingest->options = *options;
	ingest->context = CurrentMemoryContext;
	ingest->row = AllocSetContextCreate(CurrentMemoryContext, "observation", ALLOCSET_SMALL_SIZES);
	ingest->span = th_observation_span();
	rel = th_observation_open();
	ingest->table = RelationGetRelid(rel);
	table_close(rel, NoLock);
	ingest->stream_id = palloc(TH_INGEST_BATCH_ROWS * sizeof(Datum));
	ingest->observed_at = palloc(TH_INGEST_BATCH_ROWS * sizeof(Datum));
	ingest->value = palloc(TH_INGEST_BATCH_ROWS * sizeof(Datum));
	ingest->value_missing = palloc(TH_INGEST_BATCH_ROWS * sizeof(bool));
	ingest->flag = palloc(TH_INGEST_BATCH_ROWS * sizeof(Datum));
	ingest->flag_missing = palloc(TH_INGEST_BATCH_ROWS * sizeof(bool));
	/* An error ends the level: the end of the (sub)transaction does. */
	ingest->settings = NewGUCNestLevel();
	(void) set_config_option("tidehold.revision_reason", options->reason, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* ---- one batch ---- */

/* Partitions cannot be made while the statement runs, so before it. */
static void
make_partitions(ThIngest *ingest)
{
	int *months = palloc(ingest->count * sizeof(int));
	int count = 0;

	/* Rows come in order of time, more or less, so months come in runs. */
	for (int i = 0; i < ingest->count; i++)
	{
		int month = ocean_utc_month_of(DatumGetTimestampTz(ingest->observed_at[i]));
		int at = count - 1;

		while (at >= 0 && months[at] != month)
			at--;
		if (at < 0)
			months[count++] = month;
	}
	(void) th_partition_ensure(months, count);
	pfree(months);
}

static Datum
array_of(Datum *values, bool *nulls, int count, Oid type, int length)
{
	int lower = 1;

	return PointerGetDatum(construct_md_array(values, nulls, 1, &count, &lower, type, length,
											  true,
											  length == 8 ? TYPALIGN_DOUBLE : TYPALIGN_SHORT));
}

static void
take_counts(HeapTuple row, TupleDesc shape, void *context)
{
	ThIngest *ingest = context;
	bool is_null;
	int64 inserted = DatumGetInt64(heap_getattr(row, 1, shape, &is_null));
	int64 corrected = DatumGetInt64(heap_getattr(row, 2, shape, &is_null));

	ingest->inserted += inserted;
	ingest->corrected += corrected;
	ingest->unchanged += ingest->count - inserted - corrected;
}

/*
 * Of rows of the same time a value is better than none, and the later one than the earlier:
 * a statement may touch a row once only.  A flag that is given is compared with the one that
 * was given before (test 8), whatever quality control has made of them.
 */
static void
write_batch(ThIngest *ingest)
{
	static ThKept kept = {
		.command =
			"WITH given AS ("
			"  SELECT DISTINCT ON (g.stream_id, g.observed_at) g.stream_id, g.observed_at, g.value, g.flag"
			"  FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS g (stream_id, observed_at, value, flag, number)"
			"  ORDER BY g.stream_id, g.observed_at, g.value IS NULL, g.number DESC"
			"), stored AS ("
			"  INSERT INTO ocean.observation AS o (stream_id, observed_at, value, flag)"
			"  SELECT g.stream_id, g.observed_at, g.value, coalesce(g.flag, 2)"
			"  FROM given AS g"
			"  ON CONFLICT (stream_id, observed_at) DO UPDATE"
			"  SET value = excluded.value, flag = excluded.flag, flag_scheme = excluded.flag_scheme,"
			"      tests = excluded.tests, qc_config_id = excluded.qc_config_id,"
			"      corrections = o.corrections + 1, received_at = excluded.received_at"
			"  WHERE (excluded.value IS NOT NULL OR $5)"
			"    AND (o.value IS DISTINCT FROM excluded.value"
			"         OR ocean.test_flag(o.tests, 8) <> ocean.test_flag(excluded.tests, 8)"
			"         OR ocean.test_flag(o.tests, 8) IS NULL AND ocean.test_flag(excluded.tests, 8) IS NOT NULL)"
			"  RETURNING o.corrections = 0 AS is_new"
			") "
			"SELECT count(*) FILTER (WHERE s.is_new), count(*) FILTER (WHERE NOT s.is_new) FROM stored AS s"
	};
	Oid types[5] = { INT8ARRAYOID, TIMESTAMPTZARRAYOID, FLOAT8ARRAYOID, INT2ARRAYOID, BOOLOID };
	Datum values[5];
	MemoryContext batch;
	MemoryContext before;

	if (ingest->count == 0)
		return;
	batch = AllocSetContextCreate(ingest->context, "observations", ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(batch);
	make_partitions(ingest);
	values[0] = array_of(ingest->stream_id, NULL, ingest->count, INT8OID, sizeof(int64));
	values[1] = array_of(ingest->observed_at, NULL, ingest->count, TIMESTAMPTZOID, sizeof(int64));
	values[2] = array_of(ingest->value, ingest->value_missing, ingest->count, FLOAT8OID,
						 sizeof(float8));
	values[3] = array_of(ingest->flag, ingest->flag_missing, ingest->count, INT2OID, sizeof(int16));
	values[4] = BoolGetDatum(ingest->options.withdraw);
	th_query_kept_as_owner(&kept, ingest->table, false, 5, types, values, NULL, take_counts,
						   ingest);
	ingest->count = 0;
	MemoryContextSwitchTo(before);
	MemoryContextDelete(batch);
}

/* ---- one row ---- */

static void
keep_reason(ThIngest *ingest, const ThOutcome *why, const char *source)
{
	MemoryContext before = MemoryContextSwitchTo(ingest->context);

	if (ingest->reason_count == 0)
	{
		ingest->first = *why;
		ingest->first.message = psprintf("%s: %s", source, why->message);
		ingest->first.detail = why->detail ? pstrdup(why->detail) : NULL;
		ingest->first.hint = why->hint ? pstrdup(why->hint) : NULL;
	}
	ingest->reasons[ingest->reason_count++] =
		CStringGetTextDatum(psprintf("%s: %s", source, why->message));
	MemoryContextSwitchTo(before);
}

void
th_ingest_refuse(ThIngest *ingest, const ThOutcome *why, const char *source)
{
	ingest->refused++;
	if (ingest->reason_count < TH_INGEST_REASONS_MAX)
		keep_reason(ingest, why, source);
	if (ingest->options.strict)
		th_raise(&ingest->first);
}

static bool
check_row(ThIngest *ingest, TimestampTz observed_at, double value, ThOutcome *why)
{
	if (!th_observation_time_check(&ingest->span, observed_at, why))
		return false;
	if (isinf(value))
		return th_refuse(why, TH_INVALID_ARGUMENT, "value %g is not finite", value);
	return true;
}

void
th_ingest_row(ThIngest *ingest, int64 stream_id, TimestampTz observed_at, double value, int flag,
			  const char *source)
{
	ThOutcome why = { 0 };
	int at = ingest->count;

	if (!check_row(ingest, observed_at, value, &why))
	{
		th_ingest_refuse(ingest, &why, source);
		return;
	}
	ingest->stream_id[at] = Int64GetDatum(stream_id);
	ingest->observed_at[at] = TimestampTzGetDatum(observed_at);
	ingest->value[at] = Float8GetDatum(value);
	ingest->value_missing[at] = isnan(value);
	ingest->flag[at] = Int16GetDatum(flag);
	ingest->flag_missing[at] = flag == TH_INGEST_NO_FLAG;
	ingest->count++;
	if (ingest->count == TH_INGEST_BATCH_ROWS)
		write_batch(ingest);
	CHECK_FOR_INTERRUPTS();
}

/* ---- the result ---- */

static Datum
result_row(ThIngest *ingest, FunctionCallInfo fcinfo)
{
	TupleDesc shape;
	Datum values[OUT_COLUMNS];
	bool nulls[OUT_COLUMNS] = { false };

	if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[OUT_INSERTED] = Int64GetDatum(ingest->inserted);
	values[OUT_UNCHANGED] = Int64GetDatum(ingest->unchanged);
	values[OUT_CORRECTED] = Int64GetDatum(ingest->corrected);
	values[OUT_REFUSED] = Int64GetDatum(ingest->refused);
	values[OUT_IGNORED] = Int64GetDatum(ingest->ignored);
	values[OUT_REASONS] = PointerGetDatum(construct_array(ingest->reasons, ingest->reason_count,
														  TEXTOID, -1, false, TYPALIGN_INT));
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

/* Where nothing was good, somebody must be told: he may not look at the result. */
Datum
th_ingest_finish(ThIngest *ingest, FunctionCallInfo fcinfo)
{
	write_batch(ingest);
	if (ingest->refused > 0 && ingest->inserted + ingest->unchanged + ingest->corrected == 0)
		th_raise(&ingest->first);
	AtEOXact_GUC(false, ingest->settings);
	return result_row(ingest, fcinfo);
}
