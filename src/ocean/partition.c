/*
 * partition.c
 *	  Times that observations may have, and the partitions of their months.
 *
 * A time is judged before a row is routed: a bogus one would make a partition that stays.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/array.h"
#include "utils/partcache.h"
#include "utils/timestamp.h"

#include "base/call.h"
#include "base/query.h"
#include "base/settings.h"
#include "core/ocean/utc_time.h"
#include "ocean/observation.h"
#include "ocean/partition.h"

/* Of ocean.make_partitions(): a slip of the pen must not make a thousand partitions. */
#define PARTITION_YEARS_AHEAD_MAX 10
#define MONTHS_PER_YEAR 12

PG_FUNCTION_INFO_V1(th_ocean_make_partitions);
PG_FUNCTION_INFO_V1(th_ocean_drop_partitions);
PG_FUNCTION_INFO_V1(th_ocean_check_time);

static Oid
observation_table(void)
{
	Relation rel = th_observation_open();
	Oid relid = RelationGetRelid(rel);

	table_close(rel, NoLock);
	return relid;
}

/* ---- sanity of a time ---- */

static void
take_kept_from(HeapTuple row, TupleDesc shape, void *context)
{
	ThTimeSpan *span = context;
	bool is_null;
	TimestampTz kept_from = DatumGetTimestampTz(heap_getattr(row, 1, shape, &is_null));

	if (!is_null && kept_from > span->first)
	{
		span->first = kept_from;
		span->retention = true;
	}
}

ThTimeSpan
th_observation_span(void)
{
	static ThKept kept = { .command = "SELECT r.kept_from FROM ocean.retention AS r" };
	ThTimeSpan span = { 0 };

	span.first = ocean_utc_year_begin(th_setting_observation_first_year);
	span.last = GetCurrentTimestamp() + th_setting_observation_ahead_max * USECS_PER_SEC;
	th_query_kept_as_owner(&kept, observation_table(), true, 0, NULL, NULL, NULL,
						   take_kept_from, &span);
	return span;
}

bool
th_observation_time_check(const ThTimeSpan *span, TimestampTz observed_at, ThOutcome *outcome)
{
	if (observed_at >= span->first && observed_at <= span->last)
		return true;
	if (observed_at > span->last)
	{
		th_refuse(outcome, TH_OBSERVATION_TIME, "observed_at %s is too far ahead",
				  timestamptz_to_str(observed_at));
		return th_refuse_detail(outcome, "The limit is now %s, by the setting tidehold.observation_ahead_max.",
								timestamptz_to_str(span->last));
	}
	if (span->retention)
	{
		th_refuse(outcome, TH_OBSERVATION_TIME, "observed_at %s is older than what is kept",
				  timestamptz_to_str(observed_at));
		th_refuse_detail(outcome, "Observations before %s were dropped by ocean.drop_partitions().",
						 timestamptz_to_str(span->first));
		return th_refuse_hint(outcome, "To load them again delete the row of ocean.retention.");
	}
	th_refuse(outcome, TH_OBSERVATION_TIME, "observed_at %s is too early",
			  timestamptz_to_str(observed_at));
	return th_refuse_detail(outcome, "The first year is %d, by the setting tidehold.observation_first_year.",
							th_setting_observation_first_year);
}

/* For the trigger of ocean.late_observation. */
Datum
th_ocean_check_time(PG_FUNCTION_ARGS)
{
	TimestampTz observed_at = PG_GETARG_TIMESTAMPTZ(0);
	ThTimeSpan span = th_observation_span();
	ThOutcome outcome = { 0 };

	if (!th_observation_time_check(&span, observed_at, &outcome))
		th_raise(&outcome);
	PG_RETURN_VOID();
}

/* ---- making ---- */

static bool
has_partition(Relation rel, TimestampTz moment)
{
	PartitionKey key = RelationGetPartitionKey(rel);
	PartitionBoundInfo bounds = RelationGetPartitionDesc(rel, true)->boundinfo;
	Datum value = TimestampTzGetDatum(moment);
	bool is_equal;
	int at;

	if (bounds == NULL)
		return false;
	at = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1, &value,
									   &is_equal);
	return bounds->indexes[at + 1] >= 0;
}

static void
take_made(HeapTuple row, TupleDesc shape, void *context)
{
	bool is_null;

	*(int *) context = DatumGetInt32(heap_getattr(row, 1, shape, &is_null));
}

static int
attach(Oid table, Datum *begins, int count)
{
	Oid type = TIMESTAMPTZARRAYOID;
	Datum argument;
	int made = 0;

	argument = PointerGetDatum(construct_array(begins, count, TIMESTAMPTZOID, sizeof(TimestampTz),
											   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	th_query_as_owner(table, "SELECT ocean.attach_partitions($1)", 1, &type, &argument, NULL,
					  take_made, &made);
	return made;
}

int
th_partition_ensure(const int *months, int count)
{
	Relation rel = th_observation_open();
	Oid relid = RelationGetRelid(rel);
	Datum *begins = palloc(Max(count, 1) * sizeof(Datum));
	int missing = 0;

	for (int i = 0; i < count; i++)
	{
		TimestampTz begin = ocean_utc_month_begin(months[i]);

		if (!has_partition(rel, begin))
			begins[missing++] = TimestampTzGetDatum(begin);
	}
	/* What is open cannot be altered, and the lock stays. */
	table_close(rel, NoLock);
	return missing > 0 ? attach(relid, begins, missing) : 0;
}

static void
check_limit(TimestampTz moment, TimestampTz first, TimestampTz last, const char *argument)
{
	if (moment >= first && moment <= last)
		return;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_OBSERVATION_TIME)),
			 errmsg("%s %s is too %s for a partition", argument, timestamptz_to_str(moment),
					moment < first ? "early" : "far ahead"),
			 moment < first ? errdetail("The first year is %d, by the setting tidehold.observation_first_year.",
										th_setting_observation_first_year) :
							  errdetail("Partitions are made at most %d years ahead.",
										PARTITION_YEARS_AHEAD_MAX)));
}

Datum
th_ocean_make_partitions(PG_FUNCTION_ARGS)
{
	TimestampTz since = PG_GETARG_TIMESTAMPTZ(0);
	TimestampTz until = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz first = ocean_utc_year_begin(th_setting_observation_first_year);
	int this_month = ocean_utc_month_of(GetCurrentTimestamp());
	TimestampTz last;
	int count;
	int *months;

	th_require_writable("ocean.make_partitions()");
	last = ocean_utc_month_begin(this_month + PARTITION_YEARS_AHEAD_MAX * MONTHS_PER_YEAR);
	check_limit(since, first, last, "since");
	check_limit(until, first, last, "until");
	count = ocean_utc_month_of(until) - ocean_utc_month_of(since) + 1;
	if (count < 1)
		PG_RETURN_INT32(0);
	months = palloc(count * sizeof(int));
	for (int i = 0; i < count; i++)
		months[i] = ocean_utc_month_of(since) + i;
	PG_RETURN_INT32(th_partition_ensure(months, count));
}

Datum
th_ocean_drop_partitions(PG_FUNCTION_ARGS)
{
	Oid type = TIMESTAMPTZOID;
	Datum older_than = PG_GETARG_DATUM(0);
	int dropped = 0;

	th_require_writable("ocean.drop_partitions()");
	if (!(DatumGetTimestampTz(older_than) < GetCurrentTimestamp()))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("older_than %s is not in the past", timestamptz_to_str(DatumGetTimestampTz(older_than)))));
	th_query_as_owner(observation_table(), "SELECT ocean.drop_old_partitions($1)", 1, &type,
					  &older_than, NULL, take_made, &dropped);
	PG_RETURN_INT32(dropped);
}
