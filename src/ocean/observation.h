/*
 * observation.h
 *	  Rows of ocean.observation by index: those of a stream before and after a time.
 *
 * With SnapshotSelf rows are read as the transaction itself sees them this instant: what others
 * have committed and all it has written, rows of the statement that runs included.
 */
#ifndef TIDEHOLD_OCEAN_OBSERVATION_H
#define TIDEHOLD_OCEAN_OBSERVATION_H

#include "access/tupdesc.h"
#include "executor/tuptable.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

/* Columns by their number in one table; partitions may have an order of their own. */
typedef struct ThObservationColumns
{
	Oid relid;
	int stream_id;
	int observed_at;
	int value;
	int flag;
	int flag_scheme;
	int tests;
	int qc_config_id;
	int received_at;
} ThObservationColumns;

typedef struct ThObservation
{
	int64 time_us;
	double value; /* NaN: missing */
	int16 flag;
	int16 flag_scheme;
	int32 tests;	 /* 0: not judged */
	int32 config_id; /* 0: none */
	int64 received_us;
	/* Only of a row read from a table. */
	Oid partition;
	ItemPointerData tid;
	bool is_own; /* the transaction has written it */
} ThObservation;

extern const ThObservationColumns *th_observation_columns(Relation rel);
extern void th_observation_read(TupleTableSlot *slot, const ThObservationColumns *columns,
								ThObservation *row);

/* ocean.observation, locked for reading until the transaction ends. */
extern Relation th_observation_open(void);

/*
 * Rows of a stream earlier than a time, the latest first, into room for rows_max; their
 * number.  Partitions that end earlier than horizon_us before the last row found are not
 * looked at; PG_INT64_MAX is no horizon.
 */
extern int th_observation_before(Relation rel, Snapshot snapshot, int64 stream_id, int64 time_us,
								 int64 horizon_us, int rows_max, ThObservation *rows);

/* The same for rows later than a time, the earliest first. */
extern int th_observation_after(Relation rel, Snapshot snapshot, int64 stream_id, int64 time_us,
								int rows_max, ThObservation *rows);

#endif /* TIDEHOLD_OCEAN_OBSERVATION_H */
