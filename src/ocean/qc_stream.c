/*
 * qc_stream.c
 *	  What a backend knows of the streams that the running transaction writes.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/query.h"
#include "core/ocean/flag_scheme.h"
#include "ocean/qc_config.h"
#include "ocean/qc_stream.h"

#define US_PER_DAY INT64CONST(86400000000)

/* Rows kept of all streams together: 32 MB. */
#define TAIL_ROWS_MAX (2 * 1024 * 1024)

/* Spans this near are one. */
#define SPAN_SLACK_US US_PER_DAY

/* All in a child of the transaction's memory; NULL between transactions. */
static MemoryContext memory = NULL;
static HTAB *streams = NULL;
static HTAB *days = NULL;
static ThQcStream *recent = NULL;
static int64 tail_rows = 0;
static bool anything_to_do = false;

/* ---- the table of streams ---- */

static void
create_tables(void)
{
	HASHCTL control = { 0 };

	memory = AllocSetContextCreate(TopTransactionContext, "tidehold observed streams",
								   ALLOCSET_DEFAULT_SIZES);
	control.keysize = sizeof(int64);
	control.entrysize = sizeof(ThQcStream);
	control.hcxt = memory;
	streams = hash_create("observed streams", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	control.keysize = sizeof(ThQcDay);
	control.entrysize = sizeof(ThQcDay);
	days = hash_create("observed days", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
start_entry(ThQcStream *stream)
{
	int64 stream_id = stream->stream_id;

	memset(stream, 0, sizeof(*stream));
	stream->stream_id = stream_id;
	stream->last_day = PG_INT64_MIN;
}

static ThQcStream *
find(int64 stream_id)
{
	bool found;

	if (recent != NULL && recent->stream_id == stream_id)
		return recent;
	if (streams == NULL)
		create_tables();
	recent = hash_search(streams, &stream_id, HASH_ENTER, &found);
	if (!found)
		start_entry(recent);
	return recent;
}

/* ---- reading a stream ---- */

static double
number(HeapTuple row, TupleDesc shape, int column)
{
	bool is_null;
	Datum value = heap_getattr(row, column, shape, &is_null);

	return is_null ? NAN : DatumGetFloat8(value);
}

typedef struct Reading
{
	ThQcStream *stream;
	double latitude;
	double longitude;
} Reading;

static void
read_row(HeapTuple row, TupleDesc shape, void *context)
{
	Reading *reading = context;
	ThQcStream *stream = reading->stream;
	QartodSpan sane = { number(row, shape, 5), number(row, shape, 6) };
	bool is_null;
	Datum value;

	stream->interval_s = number(row, shape, 1);
	stream->place.depth_m = number(row, shape, 2);
	reading->latitude = number(row, shape, 3);
	reading->longitude = number(row, shape, 4);
	stream->sane.tests = 1 << QARTOD_TEST_GROSS_RANGE;
	stream->sane.gross_range = (QartodGrossRange){ sane, sane };
	value = heap_getattr(row, 7, shape, &is_null);
	stream->in_force.config_id = is_null ? 0 : DatumGetInt32(value);
	value = heap_getattr(row, 8, shape, &is_null);
	stream->has_latest = !is_null;
	stream->changes = is_null ? 0 : DatumGetInt64(value);
}

static void
set_rules(Relation observation, ThQcStream *stream, int32 config_id, ThQcRules *rules)
{
	const ThThresholds *thresholds = NULL;

	if (config_id != 0)
		thresholds = th_qc_config(observation, config_id);
	rules->config_id = thresholds != NULL ? config_id : 0;
	if (thresholds != NULL)
		th_thresholds_apply(thresholds, stream->interval_s, &rules->rules);
	else
		rules->rules = stream->sane;
	rules->rows_before = qartod_rows_before(&rules->rules);
}

static void
read_stream(ThQcStream *stream)
{
	static ThKept about = {
		"SELECT extract(epoch FROM s.cadence)::double precision, s.depth_m, p.latitude, p.longitude, "
		"v.sane_min, v.sane_max, c.qc_config_id, l.changes "
		"FROM (SELECT $1 AS stream_id) AS i "
		"LEFT JOIN ocean.stream AS s ON s.stream_id = i.stream_id "
		"LEFT JOIN ocean.station AS p ON p.station_id = s.station_id "
		"LEFT JOIN ocean.variable AS v ON v.variable_id = s.variable_id "
		"LEFT JOIN ocean.latest AS l ON l.stream_id = i.stream_id "
		"LEFT JOIN LATERAL ocean.qc_config_in_force(i.stream_id) AS c ON true",
		NULL
	};
	Relation observation = th_observation_open();
	Reading reading = { stream, NAN, NAN };
	const Oid type = INT8OID;
	Datum value = Int64GetDatum(stream->stream_id);

	th_query_kept_as_owner(&about, RelationGetRelid(observation), true, 1, &type, &value, NULL,
						   read_row, &reading);
	/* There are no foreign keys, and a restore may bring observations before their stream. */
	if (isnan(stream->interval_s))
	{
		stream->interval_s = 1.0;
		stream->sane.tests = 0;
	}
	set_rules(observation, stream, stream->in_force.config_id, &stream->in_force);
	stream->place.location_flag = QARTOD_NOT_EVALUATED;
	if (stream->in_force.config_id != 0 && !isnan(reading.latitude))
		stream->place.location_flag =
			th_watch_circle_flag(&th_qc_config(observation, stream->in_force.config_id)->circle,
								 reading.latitude, reading.longitude);
	table_close(observation, NoLock);
	stream->is_read = true;
}

ThQcStream *
th_qc_stream_unread(int64 stream_id)
{
	return find(stream_id);
}

ThQcStream *
th_qc_stream(int64 stream_id)
{
	ThQcStream *stream = find(stream_id);

	if (!stream->is_read)
		read_stream(stream);
	return stream;
}

void
th_qc_rules_of(Relation observation, ThQcStream *stream, int32 config_id, ThQcRules *rules)
{
	if (config_id == stream->in_force.config_id)
		*rules = stream->in_force;
	else
		set_rules(observation, stream, config_id, rules);
}

/* ---- the tail ---- */

static void
forget_all_tails(void)
{
	HASH_SEQ_STATUS scan;
	ThQcStream *stream;

	hash_seq_init(&scan, streams);
	while ((stream = hash_seq_search(&scan)) != NULL)
		th_qc_forget_tail(stream);
}

void
th_qc_forget_tail(ThQcStream *stream)
{
	tail_rows -= stream->room;
	if (stream->time_us != NULL)
	{
		pfree(stream->time_us);
		pfree(stream->value);
	}
	stream->time_us = NULL;
	stream->value = NULL;
	stream->count = 0;
	stream->room = 0;
	stream->tail_is_read = false;
}

static void
make_room(ThQcStream *stream)
{
	/* Twice what is looked at: the rows move once in so many that are added. */
	int room = 2 * (stream->in_force.rows_before + 2);

	if (tail_rows + room > TAIL_ROWS_MAX)
		forget_all_tails();
	stream->time_us = MemoryContextAlloc(memory, room * sizeof(int64));
	stream->value = MemoryContextAlloc(memory, room * sizeof(double));
	stream->room = room;
	tail_rows += room;
}

/* Only the rows after the last gap that is wider than the horizon are neighbours. */
static int
chain_length(const ThObservation *newest_first, int found)
{
	int length = Min(found, 1);

	while (length < found && newest_first[length - 1].time_us - newest_first[length].time_us <=
								 TH_QC_HORIZON_US)
		length++;
	return length;
}

static void
fill_tail(ThQcStream *stream, ThObservation *rows, int wanted)
{
	Relation observation = th_observation_open();
	int found = th_observation_before(observation, SnapshotSelf, stream->stream_id, PG_INT64_MAX,
									  PG_INT64_MAX, 1, rows);

	if (found == 1)
		found += th_observation_before(observation, SnapshotSelf, stream->stream_id,
									   rows[0].time_us, TH_QC_HORIZON_US, wanted - 1, rows + 1);
	found = chain_length(rows, found);
	for (int i = found - 1; i >= 0; i--)
		th_qc_append(stream, rows[i].time_us, rows[i].value);
	if (found > 0)
		stream->last_flag = (uint8) ocean_flag_map(rows[0].flag, rows[0].flag_scheme,
												   OCEAN_QARTOD);
	table_close(observation, NoLock);
}

void
th_qc_read_tail(ThQcStream *stream)
{
	int wanted = stream->in_force.rows_before + 2;
	ThObservation *rows;

	if (stream->tail_is_read)
		return;
	make_room(stream);
	stream->count = 0;
	stream->last_flag = 0;
	/* Every stream that has rows has a latest one, be it of this statement. */
	if (stream->has_latest || stream->touched)
	{
		rows = palloc(wanted * sizeof(ThObservation));
		fill_tail(stream, rows, wanted);
		pfree(rows);
	}
	stream->tail_is_read = true;
}

void
th_qc_append(ThQcStream *stream, int64 time_us, double value)
{
	int keep = stream->in_force.rows_before + 1;

	if (stream->count > 0 && time_us - stream->time_us[stream->count - 1] > TH_QC_HORIZON_US)
		stream->count = 0;
	if (stream->count == stream->room)
	{
		memmove(stream->time_us, stream->time_us + stream->count - keep, keep * sizeof(int64));
		memmove(stream->value, stream->value + stream->count - keep, keep * sizeof(double));
		stream->count = keep;
	}
	stream->time_us[stream->count] = time_us;
	stream->value[stream->count] = value;
	stream->count++;
}

/* ---- what is to be done at the end of the statement ---- */

static void
touch_day(ThQcStream *stream, int64 time_us)
{
	int64 day = time_us / US_PER_DAY - (time_us % US_PER_DAY < 0);
	ThQcDay key;

	if (day == stream->last_day)
		return;
	stream->last_day = day;
	memset(&key, 0, sizeof(key));
	key.stream_id = stream->stream_id;
	key.day = (int32) day;
	hash_search(days, &key, HASH_ENTER, NULL);
}

void
th_qc_touch(ThQcStream *stream, int64 time_us)
{
	if (!stream->touched)
	{
		stream->touched = true;
		stream->low = time_us;
		stream->high = time_us;
		anything_to_do = true;
	}
	stream->low = Min(stream->low, time_us);
	stream->high = Max(stream->high, time_us);
	touch_day(stream, time_us);
}

static bool
is_near(const ThQcSpan *span, int64 low, int64 high)
{
	return low - SPAN_SLACK_US <= span->high && high + SPAN_SLACK_US >= span->low;
}

static void
widen(ThQcSpan *span, int64 low, int64 high)
{
	span->low = Min(span->low, low);
	span->high = Max(span->high, high);
}

void
th_qc_judge_again(ThQcStream *stream, int64 low, int64 high)
{
	int last = stream->span_count - 1;

	if (last >= 0 && is_near(&stream->span[last], low, high))
	{
		widen(&stream->span[last], low, high);
		return;
	}
	if (stream->span_count == TH_QC_SPANS_MAX)
	{
		for (int i = 1; i < stream->span_count; i++)
			widen(&stream->span[0], stream->span[i].low, stream->span[i].high);
		stream->span_count = 1;
		widen(&stream->span[0], low, high);
		return;
	}
	stream->span[stream->span_count].low = low;
	stream->span[stream->span_count].high = high;
	stream->span_count++;
}

bool
th_qc_anything_to_do(void)
{
	return anything_to_do;
}

static int
compare_streams(const void *one, const void *other)
{
	int64 a = (*(ThQcStream *const *) one)->stream_id;
	int64 b = (*(ThQcStream *const *) other)->stream_id;

	return (a > b) - (a < b);
}

ThQcStream **
th_qc_touched(int *count)
{
	HASH_SEQ_STATUS scan;
	ThQcStream *stream;
	ThQcStream **touched = palloc((hash_get_num_entries(streams) + 1) * sizeof(ThQcStream *));

	*count = 0;
	hash_seq_init(&scan, streams);
	while ((stream = hash_seq_search(&scan)) != NULL)
	{
		if (stream->touched)
			touched[(*count)++] = stream;
	}
	qsort(touched, *count, sizeof(ThQcStream *), compare_streams);
	anything_to_do = false;
	return touched;
}

int
th_qc_day_count(void)
{
	return days == NULL ? 0 : (int) hash_get_num_entries(days);
}

void
th_qc_take_days(ThQcDay *day)
{
	HASH_SEQ_STATUS scan;
	ThQcDay *entry;

	hash_seq_init(&scan, days);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		*day++ = *entry;
		hash_search(days, entry, HASH_REMOVE, NULL);
	}
}

void
th_qc_forget_all(void)
{
	HASH_SEQ_STATUS scan;
	ThQcStream *stream;

	if (streams == NULL)
		return;
	hash_seq_init(&scan, streams);
	while ((stream = hash_seq_search(&scan)) != NULL)
	{
		th_qc_forget_tail(stream);
		stream->is_read = false;
		stream->from_table = true;
	}
}

/* ---- end of transactions ---- */

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PARALLEL_PRE_COMMIT ||
		event == XACT_EVENT_PRE_PREPARE)
		return;
	/* The memory goes with the transaction's. */
	memory = NULL;
	streams = NULL;
	days = NULL;
	recent = NULL;
	tail_rows = 0;
	anything_to_do = false;
}

/* What the subtransaction wrote is gone, and so is the lock that it took on ocean.latest. */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	HASH_SEQ_STATUS scan;
	ThQcStream *stream;

	if (event != SUBXACT_EVENT_ABORT_SUB || streams == NULL)
		return;
	hash_seq_init(&scan, streams);
	while ((stream = hash_seq_search(&scan)) != NULL)
	{
		th_qc_forget_tail(stream);
		stream->is_read = false;
		stream->last_day = PG_INT64_MIN;
		if (!stream->touched)
			continue;
		/* Rows of the outer statement may be left. */
		anything_to_do = true;
		stream->from_table = true;
		th_qc_judge_again(stream, stream->low, stream->high);
	}
}

void
th_qc_stream_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}
