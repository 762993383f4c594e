/*
 * ingest_text.c
 *	  Observations from text: files of the National Data Buoy Center and CSV.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/ocean/csv.h"
#include "core/ocean/ndbc.h"
#include "ocean/ingest.h"

#define LINE_NAME_SIZE 32

PG_FUNCTION_INFO_V1(th_ocean_ingest_ndbc);
PG_FUNCTION_INFO_V1(th_ocean_ingest_csv);

static ThIngestOptions
options(FunctionCallInfo fcinfo, int first)
{
	ThIngestOptions given;

	given.withdraw = PG_GETARG_BOOL(first);
	given.strict = PG_GETARG_BOOL(first + 1);
	given.reason = text_to_cstring(PG_GETARG_TEXT_PP(first + 2));
	return given;
}

static void
refuse_line(ThIngest *ingest, int64 line, const char *problem)
{
	ThOutcome why = { 0 };
	char source[LINE_NAME_SIZE];

	snprintf(source, sizeof(source), "line " INT64_FORMAT, line);
	th_refuse(&why, TH_OBSERVATION_REFUSED, "%s", problem);
	th_ingest_refuse(ingest, &why, source);
}

/* A station has streams of what it is asked for; other columns of its files are no mistake. */
static void
take_ndbc_row(ThIngest *ingest, const char *station, const OceanNdbcReader *reader)
{
	char source[LINE_NAME_SIZE];

	snprintf(source, sizeof(source), "line " INT64_FORMAT, reader->line);
	for (int i = 0; i < reader->cell_count; i++)
	{
		ThOutcome why;
		int64 stream_id = th_ingest_find_stream(ingest, station, reader->cell[i].column->variable,
												reader->depth_m, NULL, &why);

		if (stream_id != 0)
			th_ingest_row(ingest, stream_id, reader->time_us, reader->cell[i].value,
						  TH_INGEST_NO_FLAG, source);
		else
			ingest->ignored++;
	}
}

Datum
th_ocean_ingest_ndbc(PG_FUNCTION_ARGS)
{
	char *station = text_to_cstring(PG_GETARG_TEXT_PP(0));
	text *content = PG_GETARG_TEXT_PP(1);
	ThIngestOptions given = options(fcinfo, 2);
	OceanNdbcReader reader;
	OceanNdbcResult result;
	MemoryContext before;
	ThIngest ingest;

	th_ingest_begin(&ingest, "ocean.ingest_ndbc()", &given);
	th_ingest_require_station(&ingest, station);
	ocean_ndbc_begin(&reader, VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content));
	before = MemoryContextSwitchTo(ingest.row);
	while ((result = ocean_ndbc_next(&reader)) != OCEAN_NDBC_END)
	{
		if (result == OCEAN_NDBC_ROW)
			take_ndbc_row(&ingest, station, &reader);
		else
			refuse_line(&ingest, reader.line, reader.problem);
		MemoryContextReset(ingest.row);
	}
	MemoryContextSwitchTo(before);
	return th_ingest_finish(&ingest, fcinfo);
}

static void
take_csv_row(ThIngest *ingest, const OceanCsvReader *reader)
{
	char source[LINE_NAME_SIZE];
	ThOutcome why;
	int64 stream_id = th_ingest_find_stream(ingest, reader->field[OCEAN_CSV_STATION],
											reader->field[OCEAN_CSV_VARIABLE], NAN, NULL, &why);

	snprintf(source, sizeof(source), "line " INT64_FORMAT, reader->line);
	if (stream_id != 0)
		th_ingest_row(ingest, stream_id, reader->time_us, reader->value,
					  reader->flag >= 0 ? reader->flag : TH_INGEST_NO_FLAG, source);
	else
		th_ingest_refuse(ingest, &why, source);
}

Datum
th_ocean_ingest_csv(PG_FUNCTION_ARGS)
{
	text *content = PG_GETARG_TEXT_PP(0);
	ThIngestOptions given = options(fcinfo, 1);
	OceanCsvReader *reader = palloc(sizeof(OceanCsvReader));
	OceanCsvResult result;
	MemoryContext before;
	ThIngest ingest;

	th_ingest_begin(&ingest, "ocean.ingest_csv()", &given);
	ocean_csv_begin(reader, VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content));
	before = MemoryContextSwitchTo(ingest.row);
	while ((result = ocean_csv_next(reader)) != OCEAN_CSV_END)
	{
		if (result == OCEAN_CSV_ROW)
			take_csv_row(&ingest, reader);
		else
			refuse_line(&ingest, reader->line, reader->problem);
		MemoryContextReset(ingest.row);
	}
	MemoryContextSwitchTo(before);
	return th_ingest_finish(&ingest, fcinfo);
}
