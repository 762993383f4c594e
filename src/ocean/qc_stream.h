/*
 * qc_stream.h
 *	  What a backend knows of the streams that the running transaction writes.
 *
 * A stream is read at its first row: its thresholds, its place and its last rows, to which
 * rows that follow in order of time are added, so that judging one needs no look at the
 * table.  Private to the backend; lives until the transaction ends.
 *
 * Nothing here is trusted further than it must be.  Other sessions may write the stream
 * meanwhile, and the rows of a subtransaction may vanish: ocean.latest.changes, read first
 * and counted up under the row's lock when the statement ends, tells the former, and what
 * is left of an aborted subtransaction is forgotten.  In both cases rows are judged again
 * from the table.
 */
#ifndef TIDEHOLD_OCEAN_QC_STREAM_H
#define TIDEHOLD_OCEAN_QC_STREAM_H

#include "core/ocean/qartod.h"
#include "ocean/observation.h"

/* A row farther away in time than this is no neighbour. */
#define TH_QC_HORIZON_US (INT64CONST(62) * 86400 * 1000000)

/* Spans of time of a stream whose rows are to be judged again; more become one. */
#define TH_QC_SPANS_MAX 64

typedef struct ThQcSpan
{
	int64 low;
	int64 high;
} ThQcSpan;

/* The rules of one configuration at the cadence of one stream. */
typedef struct ThQcRules
{
	int32 config_id; /* 0: none, the sane range of the variable */
	int rows_before;
	QartodRules rules;
} ThQcRules;

typedef struct ThQcStream
{
	int64 stream_id; /* key of the table of streams */

	/* Read once. */
	bool is_read;
	double interval_s;
	QartodPlace place;
	QartodRules sane; /* where no configuration is in force */
	ThQcRules in_force;
	bool has_latest;
	int64 changes; /* of ocean.latest, when first read or last counted up */

	/* The last rows of the stream, as long as tail_is_read. */
	bool tail_is_read;
	int64 *time_us;
	double *value;
	int count;
	int room;
	uint8 last_flag; /* aggregate of the last row */

	/* What is to be done when the statement ends. */
	bool touched;
	bool from_table; /* the latest value is to be looked up */
	int64 low;		 /* earliest and latest row that the statement touched */
	int64 high;
	int64 last_day;
	ThObservation newest; /* of the rows with a value, else of the others; tid is not set */
	int span_count;
	ThQcSpan span[TH_QC_SPANS_MAX];
} ThQcStream;

/* Read; the calling statement is the one that writes. */
extern ThQcStream *th_qc_stream(int64 stream_id);

/* As it is; only what is to be done at the end may be noted in it. */
extern ThQcStream *th_qc_stream_unread(int64 stream_id);

/* The last rows are in it afterwards. */
extern void th_qc_read_tail(ThQcStream *stream);
extern void th_qc_append(ThQcStream *stream, int64 time_us, double value);
extern void th_qc_forget_tail(ThQcStream *stream);

/* Those of a configuration, which need not be the one in force. */
extern void th_qc_rules_of(Relation observation, ThQcStream *stream, int32 config_id,
						   ThQcRules *rules);

/* Notes that a row at this time is written, and that rows of a span are to be judged again. */
extern void th_qc_touch(ThQcStream *stream, int64 time_us);
extern void th_qc_judge_again(ThQcStream *stream, int64 low, int64 high);

/* All streams touched, by stream_id; palloc'd. */
extern ThQcStream **th_qc_touched(int *count);

/* Days (since 2000) of streams that were touched. */
typedef struct ThQcDay
{
	int64 stream_id;
	int32 day;
} ThQcDay;

extern int th_qc_day_count(void);
extern void th_qc_take_days(ThQcDay *day); /* all of them, into room for their number */

extern bool th_qc_anything_to_do(void);

/* Whatever was read of streams is no longer so. */
extern void th_qc_forget_all(void);

extern void th_qc_stream_init(void);

#endif /* TIDEHOLD_OCEAN_QC_STREAM_H */
