/*
 * observation.c
 *	  Rows of ocean.observation by index.
 *
 * The planner is not asked: with hundreds of partitions a plan costs more than the rows.
 * Partitions are visited in order of time, and only as many as it takes.
 */
#include "postgres.h"

#include <math.h>

#include "access/sysattr.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/table_scan.h"
#include "ocean/observation.h"

/* ---- one row ---- */

static int
column(Relation rel, const char *name)
{
	AttrNumber number = get_attnum(RelationGetRelid(rel), name);

	if (number == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(rel), name),
				 errhint("Its parent is ocean.observation; rows of other tables are not judged.")));
	return number;
}

/* Of the table asked for last: rows come in runs. */
const ThObservationColumns *
th_observation_columns(Relation rel)
{
	static ThObservationColumns columns;

	if (columns.relid == RelationGetRelid(rel))
		return &columns;
	columns.relid = InvalidOid;
	columns.stream_id = column(rel, "stream_id");
	columns.observed_at = column(rel, "observed_at");
	columns.value = column(rel, "value");
	columns.flag = column(rel, "flag");
	columns.flag_scheme = column(rel, "flag_scheme");
	columns.tests = column(rel, "tests");
	columns.qc_config_id = column(rel, "qc_config_id");
	columns.received_at = column(rel, "received_at");
	columns.relid = RelationGetRelid(rel);
	return &columns;
}

void
th_observation_read(TupleTableSlot *slot, const ThObservationColumns *columns, ThObservation *row)
{
	bool is_null;
	Datum value;

	row->time_us = DatumGetTimestampTz(slot_getattr(slot, columns->observed_at, &is_null));
	value = slot_getattr(slot, columns->value, &is_null);
	row->value = is_null ? NAN : DatumGetFloat8(value);
	value = slot_getattr(slot, columns->flag, &is_null);
	row->flag = is_null ? 0 : DatumGetInt16(value);
	value = slot_getattr(slot, columns->flag_scheme, &is_null);
	row->flag_scheme = is_null ? 0 : DatumGetInt16(value);
	value = slot_getattr(slot, columns->tests, &is_null);
	row->tests = is_null ? 0 : DatumGetInt32(value);
	value = slot_getattr(slot, columns->qc_config_id, &is_null);
	row->config_id = is_null ? 0 : DatumGetInt32(value);
	value = slot_getattr(slot, columns->received_at, &is_null);
	row->received_us = is_null ? 0 : DatumGetTimestampTz(value);
}

/* ---- partitions ---- */

Relation
th_observation_open(void)
{
	Oid relid = get_relname_relid("observation", get_namespace_oid("ocean", false));

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"ocean.observation\" does not exist"),
				 errhint("Run CREATE EXTENSION tidehold_ocean.")));
	return table_open(relid, AccessShareLock);
}

/* -1, 0 or 1: bound i lies before, at or after a time. */
static int
compare_bound(PartitionBoundInfo bounds, int i, int64 time_us)
{
	int64 bound;

	if (bounds->kind[i][0] != PARTITION_RANGE_DATUM_VALUE)
		return bounds->kind[i][0] == PARTITION_RANGE_DATUM_MINVALUE ? -1 : 1;
	bound = DatumGetTimestampTz(bounds->datums[i][0]);
	return (bound > time_us) - (bound < time_us);
}

/* Number of bounds at or before a time, which is also the place of its partition. */
static int
place_of(PartitionBoundInfo bounds, int64 time_us)
{
	int low = 0;
	int high = bounds->ndatums;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (compare_bound(bounds, middle, time_us) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

typedef struct Search
{
	Snapshot snapshot;
	int64 stream_id;
	int64 time_us;
	bool backwards;
	int rows_max;
	int found;
	ThObservation *rows;
} Search;

static void
read_found(TupleTableSlot *slot, const ThObservationColumns *columns, ThObservation *row)
{
	bool is_null;
	Datum writer = slot_getsysattr(slot, MinTransactionIdAttributeNumber, &is_null);

	th_observation_read(slot, columns, row);
	row->partition = slot->tts_tableOid;
	row->tid = slot->tts_tid;
	row->is_own = TransactionIdIsCurrentTransactionId(DatumGetTransactionId(writer));
}

static void
search_partition(Search *search, Oid relid)
{
	Relation partition = table_open(relid, AccessShareLock);
	const ThObservationColumns *columns = th_observation_columns(partition);
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, search->stream_id);
	if (search->backwards)
		th_scan_key_timestamp_until(&scan, search->time_us - 1);
	else
		th_scan_key_timestamp_after(&scan, search->time_us);
	th_scan_begin(&scan, partition, th_RelationGetPrimaryKeyIndex(partition),
				  search->snapshot);
	while (search->found < search->rows_max &&
		   (search->backwards ? th_scan_back(&scan) : th_scan_next(&scan)))
		read_found(scan.slot, columns, &search->rows[search->found++]);
	th_scan_end(&scan);
	table_close(partition, AccessShareLock);
}

/* The partition at a place ends too early. */
static bool
is_beyond(PartitionBoundInfo bounds, int place, const Search *search, int64 horizon_us)
{
	int64 last = search->found > 0 ? search->rows[search->found - 1].time_us : search->time_us;

	return horizon_us != PG_INT64_MAX && place < bounds->ndatums &&
		   compare_bound(bounds, place, last - horizon_us) < 0;
}

int
th_observation_before(Relation rel, Snapshot snapshot, int64 stream_id, int64 time_us,
					  int64 horizon_us, int rows_max, ThObservation *rows)
{
	PartitionDesc partitions = RelationGetPartitionDesc(rel, true);
	PartitionBoundInfo bounds = partitions->boundinfo;
	Search search = { snapshot, stream_id, time_us, true, rows_max, 0, rows };

	if (partitions->nparts == 0 || rows_max < 1)
		return 0;
	for (int place = place_of(bounds, time_us - 1); place >= 0; place--)
	{
		if (is_beyond(bounds, place, &search, horizon_us))
			break;
		if (bounds->indexes[place] >= 0)
			search_partition(&search, partitions->oids[bounds->indexes[place]]);
		if (search.found >= rows_max)
			break;
		CHECK_FOR_INTERRUPTS();
	}
	return search.found;
}

int
th_observation_after(Relation rel, Snapshot snapshot, int64 stream_id, int64 time_us,
					 int rows_max, ThObservation *rows)
{
	PartitionDesc partitions = RelationGetPartitionDesc(rel, true);
	PartitionBoundInfo bounds = partitions->boundinfo;
	Search search = { snapshot, stream_id, time_us, false, rows_max, 0, rows };

	if (partitions->nparts == 0 || rows_max < 1)
		return 0;
	for (int place = place_of(bounds, time_us + 1); place <= bounds->ndatums; place++)
	{
		if (bounds->indexes[place] >= 0)
			search_partition(&search, partitions->oids[bounds->indexes[place]]);
		if (search.found >= rows_max)
			break;
		CHECK_FOR_INTERRUPTS();
	}
	return search.found;
}
