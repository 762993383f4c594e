/*
 * ingest_array.c
 *	  Observations from arrays: of one stream, named by codes or by its id, or of many.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/query.h"
#include "ocean/ingest.h"

/* Stands for NULL: ids are made from 1 on. */
#define NO_STREAM INT64CONST(0)

PG_FUNCTION_INFO_V1(th_ocean_ingest);
PG_FUNCTION_INFO_V1(th_ocean_ingest_stream);
PG_FUNCTION_INFO_V1(th_ocean_ingest_many);

typedef struct Elements
{
	Datum *values;
	bool *nulls;
	int count;
} Elements;

static void
refuse_null(const char *argument)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("%s must not be null", argument)));
}

static Elements
elements(FunctionCallInfo fcinfo, int number, const char *name, Oid type, int length, char align)
{
	Elements all = { 0 };

	if (PG_ARGISNULL(number))
		refuse_null(name);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), type, length, true, align,
					  &all.values, &all.nulls, &all.count);
	return all;
}

static void
check_count(const Elements *all, const Elements *times, const char *name)
{
	if (all->count != times->count)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s has %d elements and observed_at has %d", name, all->count, times->count)));
}

/* The arguments after the streams, the same ones in all functions. */
typedef struct Rows
{
	Elements at;
	Elements value;
	Elements flag; /* count 0: none are given */
} Rows;

static Rows
rows(FunctionCallInfo fcinfo, int first)
{
	Rows all = { 0 };

	all.at = elements(fcinfo, first, "observed_at", TIMESTAMPTZOID, 8, TYPALIGN_DOUBLE);
	all.value = elements(fcinfo, first + 1, "value", FLOAT8OID, 8, TYPALIGN_DOUBLE);
	check_count(&all.value, &all.at, "value");
	if (!PG_ARGISNULL(first + 2))
	{
		all.flag = elements(fcinfo, first + 2, "flag", INT2OID, 2, TYPALIGN_SHORT);
		check_count(&all.flag, &all.at, "flag");
	}
	return all;
}

static ThIngestOptions
options(FunctionCallInfo fcinfo, int first)
{
	ThIngestOptions given;

	if (PG_ARGISNULL(first) || PG_ARGISNULL(first + 1) || PG_ARGISNULL(first + 2))
		refuse_null("withdraw, strict and reason");
	given.withdraw = PG_GETARG_BOOL(first);
	given.strict = PG_GETARG_BOOL(first + 1);
	given.reason = text_to_cstring(PG_GETARG_TEXT_PP(first + 2));
	return given;
}

static void
take_row(ThIngest *ingest, int64 stream_id, const Rows *all, int i)
{
	ThOutcome why = { 0 };
	char source[32];
	int flag = TH_INGEST_NO_FLAG;

	snprintf(source, sizeof(source), "element %d", i + 1);
	if (all->flag.count > 0 && !all->flag.nulls[i])
		flag = DatumGetInt16(all->flag.values[i]);
	if (all->at.nulls[i])
	{
		th_refuse(&why, TH_INVALID_ARGUMENT, "observed_at is null");
		th_ingest_refuse(ingest, &why, source);
	}
	else if (flag < TH_INGEST_NO_FLAG || flag > 9)
	{
		th_refuse(&why, TH_INVALID_ARGUMENT, "flag %d is not one of 0 to 9", flag);
		th_ingest_refuse(ingest, &why, source);
	}
	else
		th_ingest_row(ingest, stream_id, DatumGetTimestampTz(all->at.values[i]),
					  all->value.nulls[i] ? NAN : DatumGetFloat8(all->value.values[i]), flag,
					  source);
}

static Datum
take_rows(ThIngest *ingest, int64 stream_id, const Rows *all, FunctionCallInfo fcinfo)
{
	MemoryContext before = MemoryContextSwitchTo(ingest->row);

	for (int i = 0; i < all->at.count; i++)
	{
		take_row(ingest, stream_id, all, i);
		MemoryContextReset(ingest->row);
	}
	MemoryContextSwitchTo(before);
	return th_ingest_finish(ingest, fcinfo);
}

Datum
th_ocean_ingest(PG_FUNCTION_ARGS)
{
	ThOutcome why;
	ThIngest ingest;
	ThIngestOptions given = options(fcinfo, 7);
	char *sensor;
	int64 stream_id;
	Rows all;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		refuse_null(PG_ARGISNULL(0) ? "station" : "variable");
	all = rows(fcinfo, 2);
	sensor = PG_ARGISNULL(6) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(6));
	th_ingest_begin(&ingest, "ocean.ingest()", &given);
	stream_id = th_ingest_find_stream(&ingest, text_to_cstring(PG_GETARG_TEXT_PP(0)),
									  text_to_cstring(PG_GETARG_TEXT_PP(1)),
									  PG_ARGISNULL(5) ? NAN : PG_GETARG_FLOAT8(5), sensor, &why);
	if (stream_id == 0)
		th_raise(&why);
	return take_rows(&ingest, stream_id, &all, fcinfo);
}

/* ---- by id ---- */

static void
note_stream(HeapTuple row, TupleDesc shape, void *context)
{
	*(bool *) context = true;
}

static bool
stream_exists(ThIngest *ingest, int64 stream_id, ThOutcome *why)
{
	static ThKept kept = { .command = "SELECT FROM ocean.stream AS s WHERE s.stream_id = $1" };
	Oid type = INT8OID;
	Datum value = Int64GetDatum(stream_id);
	bool is_there = false;

	th_query_kept_as_owner(&kept, ingest->table, true, 1, &type, &value, NULL, note_stream,
						   &is_there);
	if (!is_there)
		th_refuse(why, TH_STREAM_NOT_FOUND, "stream " INT64_FORMAT " does not exist", stream_id);
	return is_there;
}

Datum
th_ocean_ingest_stream(PG_FUNCTION_ARGS)
{
	ThOutcome why = { 0 };
	ThIngest ingest;
	ThIngestOptions given = options(fcinfo, 4);
	Rows all;

	if (PG_ARGISNULL(0))
		refuse_null("stream_id");
	all = rows(fcinfo, 1);
	th_ingest_begin(&ingest, "ocean.ingest_stream()", &given);
	if (!stream_exists(&ingest, PG_GETARG_INT64(0), &why))
		th_raise(&why);
	return take_rows(&ingest, PG_GETARG_INT64(0), &all, fcinfo);
}

typedef struct KnownStream
{
	int64 stream_id;
	bool is_there;
	ThOutcome why;
} KnownStream;

static void
take_row_of(ThIngest *ingest, HTAB *known, int64 stream_id, const Rows *all, int i)
{
	bool is_known;
	KnownStream *stream = hash_search(known, &stream_id, HASH_ENTER, &is_known);

	if (!is_known)
	{
		MemoryContext before = MemoryContextSwitchTo(ingest->context);

		memset(&stream->why, 0, sizeof(stream->why));
		if (stream_id == NO_STREAM)
			th_refuse(&stream->why, TH_INVALID_ARGUMENT, "stream_id is null");
		stream->is_there = stream_id != NO_STREAM && stream_exists(ingest, stream_id, &stream->why);
		MemoryContextSwitchTo(before);
	}
	if (stream->is_there)
		take_row(ingest, stream_id, all, i);
	else
		th_ingest_refuse(ingest, &stream->why, psprintf("element %d", i + 1));
}

Datum
th_ocean_ingest_many(PG_FUNCTION_ARGS)
{
	HASHCTL control = {
		.keysize = sizeof(int64),
		.entrysize = sizeof(KnownStream),
		.hcxt = CurrentMemoryContext,
	};
	HTAB *known = hash_create("streams by id", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	ThIngest ingest;
	ThIngestOptions given = options(fcinfo, 4);
	Elements streams = elements(fcinfo, 0, "stream_id", INT8OID, 8, TYPALIGN_DOUBLE);
	Rows all = rows(fcinfo, 1);
	MemoryContext before;

	check_count(&streams, &all.at, "stream_id");
	th_ingest_begin(&ingest, "ocean.ingest_many()", &given);
	before = MemoryContextSwitchTo(ingest.row);
	for (int i = 0; i < streams.count; i++)
	{
		take_row_of(&ingest, known, streams.nulls[i] ? NO_STREAM : DatumGetInt64(streams.values[i]),
					&all, i);
		MemoryContextReset(ingest.row);
	}
	MemoryContextSwitchTo(before);
	return th_ingest_finish(&ingest, fcinfo);
}
