/*
 * ingest.h
 *	  Taking in observations: the same row twice is one row, a changed value is a correction.
 *
 *	   th_ingest_begin(&ingest, "ocean.ingest()", &options);
 *	   for each row, in ingest.row: th_ingest_row(...) or th_ingest_refuse(...)
 *	   PG_RETURN_DATUM(th_ingest_finish(&ingest, fcinfo));
 *
 * Rows are written in batches, each by one statement that inserts or corrects: nothing is
 * looked up first, so sessions that bring the same rows do not meet between a look and a
 * write.  Memory is that of one batch.
 */
#ifndef TIDEHOLD_OCEAN_INGEST_H
#define TIDEHOLD_OCEAN_INGEST_H

#include "fmgr.h"
#include "utils/hsearch.h"

#include "ocean/partition.h"

#define TH_INGEST_BATCH_ROWS 20000
#define TH_INGEST_REASONS_MAX 10
#define TH_INGEST_NO_FLAG (-1)

typedef struct ThIngestOptions
{
	bool withdraw; /* a missing value replaces a value */
	bool strict;   /* one refused row is an error */
	char *reason;  /* of revisions */
} ThIngestOptions;

typedef struct ThIngest
{
	ThIngestOptions options;
	ThTimeSpan span;
	Oid table;
	MemoryContext context; /* of the whole call */
	MemoryContext row;	   /* the caller takes each row in it, and resets it */
	int settings;		   /* nest level of settings */
	HTAB *streams;		   /* by name; NULL until needed */

	/* The batch. */
	int count;
	Datum *stream_id;
	Datum *observed_at;
	Datum *value;
	bool *value_missing;
	Datum *flag;
	bool *flag_missing;

	/* What became of the rows. */
	int64 inserted;
	int64 unchanged;
	int64 corrected;
	int64 refused;
	int64 ignored; /* values of columns that the station has no stream for */
	int reason_count;
	Datum reasons[TH_INGEST_REASONS_MAX]; /* text */
	ThOutcome first;					  /* the first refusal */
} ThIngest;

extern void th_ingest_begin(ThIngest *ingest, const char *function, const ThIngestOptions *options);

/* Value NaN is missing; flag is 0 to 9 or TH_INGEST_NO_FLAG; source says where the row was. */
extern void th_ingest_row(ThIngest *ingest, int64 stream_id, TimestampTz observed_at, double value,
						  int flag, const char *source);
extern void th_ingest_refuse(ThIngest *ingest, const ThOutcome *why, const char *source);

/* Raises where there is no station of that code. */
extern void th_ingest_require_station(ThIngest *ingest, const char *station);

/* Writes what is left and gives the result row. */
extern Datum th_ingest_finish(ThIngest *ingest, FunctionCallInfo fcinfo);

/*
 * The stream of a variable at a station, by codes.  depth_m NaN: not said; sensor NULL: not
 * said.  Of several streams the one without depth and sensor is meant.  0 and *why where
 * there is none or none is meant.
 */
extern int64 th_ingest_find_stream(ThIngest *ingest, const char *station, const char *variable,
								   double depth_m, const char *sensor, ThOutcome *why);

#endif /* TIDEHOLD_OCEAN_INGEST_H */
