/*
 * qc_tests.c
 *	  Reads the packed flags of an observation.
 */
#include "postgres.h"

#include "access/table.h"
#include "fmgr.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/ocean/qartod.h"
#include "ocean/observation.h"
#include "ocean/qc_stream.h"

PG_FUNCTION_INFO_V1(th_ocean_spike_flag);

static bool
is_neighbour(int found, const ThObservation *row, int64 time_us)
{
	int64 away = found > 0 ? row->time_us - time_us : 0;

	return found > 0 && !qartod_is_missing(row->value) && away <= TH_QC_HORIZON_US &&
		   -away <= TH_QC_HORIZON_US;
}

static bool
has_neighbours(int64 stream_id, int64 time_us)
{
	Relation observation = th_observation_open();
	Snapshot snapshot = GetActiveSnapshot();
	ThObservation row;
	int found = th_observation_before(observation, snapshot, stream_id, time_us,
									  TH_QC_HORIZON_US, 1, &row);
	bool has_both = is_neighbour(found, &row, time_us);

	if (has_both)
	{
		found = th_observation_after(observation, snapshot, stream_id, time_us, 1, &row);
		has_both = is_neighbour(found, &row, time_us);
	}
	table_close(observation, NoLock);
	return has_both;
}

Datum
th_ocean_spike_flag(PG_FUNCTION_ARGS)
{
	int32 tests = PG_GETARG_INT32(0);
	int flag = qartod_unpack(tests, QARTOD_TEST_SPIKE, false);

	if (flag == 0)
		PG_RETURN_NULL();
	if (flag == QARTOD_NOT_EVALUATED &&
		has_neighbours(PG_GETARG_INT64(1), PG_GETARG_TIMESTAMPTZ(2)))
		flag = QARTOD_GOOD;
	PG_RETURN_INT16((int16) flag);
}
