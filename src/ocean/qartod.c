/*
 * qartod.c
 *	  Tests of quality control over arrays, so that thresholds can be tried on history.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "core/ocean/flag_scheme.h"
#include "core/ocean/qartod.h"
#include "forecast/doubles.h"
#include "ocean/threshold.h"

PG_FUNCTION_INFO_V1(th_qartod_gross_range);
PG_FUNCTION_INFO_V1(th_qartod_spike);
PG_FUNCTION_INFO_V1(th_qartod_rate_of_change);
PG_FUNCTION_INFO_V1(th_qartod_flat_line);
PG_FUNCTION_INFO_V1(th_qartod_climatology);
PG_FUNCTION_INFO_V1(th_qartod_attenuated_signal);
PG_FUNCTION_INFO_V1(th_qartod_time_gap);
PG_FUNCTION_INFO_V1(th_qartod_location);
PG_FUNCTION_INFO_V1(th_qartod_location_bounds);
PG_FUNCTION_INFO_V1(th_qartod_density_inversion);
PG_FUNCTION_INFO_V1(th_qartod_percentile_range);
PG_FUNCTION_INFO_V1(th_qartod_aggregate);
PG_FUNCTION_INFO_V1(th_qartod_series);

#define ROWS_BETWEEN_INTERRUPTS 1024

/* ---- arguments ---- */

static void
require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s must not be null", name)));
}

static double *
doubles(FunctionCallInfo fcinfo, int argument, const char *name, int *count)
{
	require_argument(fcinfo, argument, name);
	return th_doubles(PG_GETARG_ARRAYTYPE_P(argument), name, count);
}

/* NaN where it is NULL. */
static double
number(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
}

static void
require_same_length(int count, const char *name, int other)
{
	if (count != other)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements and not %d", name, other, count),
				 errdetail("The arrays have one element for each row.")));
}

static int64 *
times(FunctionCallInfo fcinfo, int argument, int *count)
{
	ArrayType *array;
	Datum *elements;
	bool *nulls;
	int64 *time;

	require_argument(fcinfo, argument, "observed_at");
	array = PG_GETARG_ARRAYTYPE_P(argument);
	deconstruct_array(array, TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, count);
	time = palloc_extended(Max(*count, 1) * sizeof(int64), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i] || TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(elements[i])))
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("observed_at[%d] is %s", i + 1, nulls[i] ? "null" : "infinite")));
		time[i] = DatumGetTimestampTz(elements[i]);
		if (i > 0 && time[i] <= time[i - 1])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("observed_at[%d] is not later than the one before", i + 1),
					 errhint("Order both arrays by time, each time once.")));
	}
	return time;
}

static QartodRows
rows_of(FunctionCallInfo fcinfo, int time_argument, int value_argument)
{
	int count;
	int values;
	QartodRows rows;

	rows.time_us = times(fcinfo, time_argument, &count);
	rows.value = doubles(fcinfo, value_argument, "value", &values);
	rows.count = count;
	require_same_length(count, "value", values);
	return rows;
}

static bool
is_named(FunctionCallInfo fcinfo, int argument, const char *name, const char *first,
		 const char *second)
{
	char *given;

	require_argument(fcinfo, argument, name);
	given = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (strcmp(given, second) == 0)
		return true;
	if (strcmp(given, first) != 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("unknown %s \"%s\"", name, given),
				 errhint("It is \"%s\" or \"%s\".", first, second)));
	return false;
}

/* ---- results ---- */

static uint8 *
new_flags(int count)
{
	return palloc_extended(Max(count, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static Datum
flags_datum(const uint8 *flag, int count)
{
	Datum *elements = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
		elements[i] = Int16GetDatum(flag[i]);
	return PointerGetDatum(
		construct_array(elements, count, INT2OID, sizeof(int16), true, TYPALIGN_SHORT));
}

static void
check_interrupts(int row)
{
	if (row % ROWS_BETWEEN_INTERRUPTS == 0)
		CHECK_FOR_INTERRUPTS();
}

/* ---- tests ---- */

static double
bound(FunctionCallInfo fcinfo, int argument, double otherwise)
{
	return PG_ARGISNULL(argument) ? otherwise : PG_GETARG_FLOAT8(argument);
}

Datum
th_qartod_gross_range(PG_FUNCTION_ARGS)
{
	int count;
	double *value = doubles(fcinfo, 0, "value", &count);
	QartodGrossRange test = {
		{ bound(fcinfo, 1, -INFINITY), bound(fcinfo, 2, INFINITY) },
		{ bound(fcinfo, 3, -INFINITY), bound(fcinfo, 4, INFINITY) }
	};
	uint8 *flag = new_flags(count);

	if (!(test.fail.low <= test.fail.high) || !(test.suspect.low <= test.suspect.high))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a range has its higher end first")));
	if ((!PG_ARGISNULL(3) && test.suspect.low < test.fail.low) ||
		(!PG_ARGISNULL(4) && test.suspect.high > test.fail.high))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the suspect range reaches beyond the fail range")));
	for (int i = 0; i < count; i++)
		flag[i] = (uint8) qartod_gross_range(&test, value[i]);
	return flags_datum(flag, count);
}

Datum
th_qartod_spike(PG_FUNCTION_ARGS)
{
	int count;
	double *value = doubles(fcinfo, 0, "value", &count);
	QartodSpike test = { QARTOD_SPIKE_AVERAGE, number(fcinfo, 1), number(fcinfo, 2) };
	uint8 *flag = new_flags(count);

	if (is_named(fcinfo, 3, "method", "average", "differential"))
		test.method = QARTOD_SPIKE_DIFFERENTIAL;
	for (int i = 0; i < count; i++)
		flag[i] = (uint8) qartod_spike(&test, i > 0 ? value[i - 1] : NAN, value[i],
									   i + 1 < count ? value[i + 1] : NAN);
	return flags_datum(flag, count);
}

Datum
th_qartod_rate_of_change(PG_FUNCTION_ARGS)
{
	QartodRows rows = rows_of(fcinfo, 0, 1);
	QartodRate test = { number(fcinfo, 2), number(fcinfo, 3) };
	uint8 *flag = new_flags(rows.count);

	for (int i = 0; i < rows.count; i++)
	{
		double before = i > 0 ? rows.value[i - 1] : NAN;
		double seconds = i > 0 ? (rows.time_us[i] - rows.time_us[i - 1]) / 1e6 : NAN;

		flag[i] = (uint8) qartod_rate_of_change(&test, before, rows.value[i], seconds);
	}
	return flags_datum(flag, rows.count);
}

static int
compare_doubles(const void *one, const void *other)
{
	double a = *(const double *) one;
	double b = *(const double *) other;

	return (a > b) - (a < b);
}

/* Seconds between rows; of an even number of steps the mean of the middle two. */
static double
median_interval_s(const QartodRows *rows)
{
	int steps = rows->count - 1;
	double *step = palloc_extended(Max(steps, 1) * sizeof(double), MCXT_ALLOC_HUGE);

	if (steps < 1)
		return 1.0;
	for (int i = 0; i < steps; i++)
		step[i] = (rows->time_us[i + 1] - rows->time_us[i]) / 1e6;
	qsort(step, steps, sizeof(double), compare_doubles);
	return (step[(steps - 1) / 2] + step[steps / 2]) / 2.0;
}

Datum
th_qartod_flat_line(PG_FUNCTION_ARGS)
{
	QartodRows rows = rows_of(fcinfo, 0, 1);
	double interval_s = median_interval_s(&rows);
	QartodFlatLine test = { qartod_intervals(number(fcinfo, 2), interval_s),
							qartod_intervals(number(fcinfo, 3), interval_s), number(fcinfo, 4) };
	uint8 *flag = new_flags(rows.count);

	for (int i = 0; i < rows.count; i++)
	{
		check_interrupts(i);
		flag[i] = (uint8) qartod_flat_line(&test, &rows, i);
	}
	return flags_datum(flag, rows.count);
}

Datum
th_qartod_climatology(PG_FUNCTION_ARGS)
{
	QartodRows rows = rows_of(fcinfo, 0, 1);
	double *depth_m = NULL;
	int depths;
	QartodMember *member;
	int members;
	uint8 *flag = new_flags(rows.count);

	require_argument(fcinfo, 2, "members");
	member = th_threshold_members(&PG_GETARG_JSONB_P(2)->root, "climatology", &members);
	if (!PG_ARGISNULL(3))
	{
		depth_m = doubles(fcinfo, 3, "depth_m", &depths);
		require_same_length(rows.count, "depth_m", depths);
	}
	for (int i = 0; i < rows.count; i++)
	{
		check_interrupts(i);
		flag[i] = (uint8) qartod_climatology(member, members, rows.time_us[i], rows.value[i],
											 depth_m != NULL ? depth_m[i] : NAN);
	}
	return flags_datum(flag, rows.count);
}

Datum
th_qartod_attenuated_signal(PG_FUNCTION_ARGS)
{
	QartodRows rows = rows_of(fcinfo, 0, 1);
	QartodAttenuated test = {
		.spread = QARTOD_STANDARD_DEVIATION,
		.suspect = number(fcinfo, 2),
		.fail = number(fcinfo, 3),
		.rows_max = TH_QC_WINDOW_ROWS_MAX,
	};
	double period_s = number(fcinfo, 5);
	uint8 *flag = new_flags(rows.count);

	if (is_named(fcinfo, 4, "type", "std", "range"))
		test.spread = QARTOD_RANGE;
	test.min_observations = PG_ARGISNULL(6) ? 1 : PG_GETARG_INT32(6);
	if (isnan(period_s))
	{
		qartod_attenuated_series(&test, rows.value, rows.count, flag);
		return flags_datum(flag, rows.count);
	}
	if (!(period_s > 0.0 && period_s < 1e12))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("period_s %g is out of range", period_s),
				 errdetail("It is seconds, above 0.")));
	test.period_us = (int64) (period_s * 1e6);
	for (int i = 0; i < rows.count; i++)
	{
		check_interrupts(i);
		flag[i] = (uint8) qartod_attenuated(&test, &rows, i);
	}
	return flags_datum(flag, rows.count);
}

Datum
th_qartod_time_gap(PG_FUNCTION_ARGS)
{
	int count;
	int64 *time = times(fcinfo, 0, &count);
	QartodGap test = { number(fcinfo, 2), number(fcinfo, 1) };
	uint8 *flag = new_flags(count);

	for (int i = 0; i < count; i++)
		flag[i] = (uint8) qartod_time_gap(&test, i > 0 ? (time[i] - time[i - 1]) / 1e6 : NAN);
	return flags_datum(flag, count);
}

static QartodPositions
positions_of(FunctionCallInfo fcinfo, int argument)
{
	QartodPositions positions;
	int latitudes;

	positions.longitude = doubles(fcinfo, argument, "longitude", &positions.count);
	positions.latitude = doubles(fcinfo, argument + 1, "latitude", &latitudes);
	require_same_length(positions.count, "latitude", latitudes);
	return positions;
}

Datum
th_qartod_location(PG_FUNCTION_ARGS)
{
	QartodPositions positions = positions_of(fcinfo, 0);
	QartodDistance distance = is_named(fcinfo, 3, "method", "wgs84", "haversine") ? QARTOD_SPHERE : QARTOD_WGS84;
	uint8 *flag = new_flags(positions.count);

	qartod_location(&positions, number(fcinfo, 2), distance, flag);
	return flags_datum(flag, positions.count);
}

Datum
th_qartod_location_bounds(PG_FUNCTION_ARGS)
{
	QartodPositions positions = positions_of(fcinfo, 0);
	QartodPositions polygon = positions_of(fcinfo, 2);
	bool inside = is_named(fcinfo, 4, "flag_area", "outside", "inside");
	uint8 *flag = new_flags(positions.count);

	if (polygon.count < 3)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a polygon of %d corners has no inside", polygon.count)));
	for (int i = 0; i < polygon.count; i++)
	{
		if (qartod_is_missing(polygon.longitude[i]) || qartod_is_missing(polygon.latitude[i]))
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("corner %d of the polygon is no position", i + 1)));
	}
	qartod_location_bounds(&positions, &polygon, inside, flag);
	return flags_datum(flag, positions.count);
}

Datum
th_qartod_density_inversion(PG_FUNCTION_ARGS)
{
	int count;
	int depths;
	double *density = doubles(fcinfo, 0, "density", &count);
	double *depth_m = doubles(fcinfo, 1, "depth_m", &depths);
	uint8 *flag = new_flags(count);

	require_same_length(count, "depth_m", depths);
	qartod_density_inversion(number(fcinfo, 2), number(fcinfo, 3), density, depth_m, count, flag);
	return flags_datum(flag, count);
}

static double
percent(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double value;

	require_argument(fcinfo, argument, name);
	value = PG_GETARG_FLOAT8(argument);
	if (!(value >= 0.0 && value <= 100.0))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s %g is out of range", name, value),
				 errdetail("Percentiles are 0 to 100.")));
	return value;
}

Datum
th_qartod_percentile_range(PG_FUNCTION_ARGS)
{
	int count;
	double *value = doubles(fcinfo, 0, "value", &count);
	double low = percent(fcinfo, 1, "low_percentile");
	double high = percent(fcinfo, 2, "high_percentile");
	double *sorted = palloc_extended(Max(count, 1) * sizeof(double), MCXT_ALLOC_HUGE);
	uint8 *flag = new_flags(count);

	require_argument(fcinfo, 3, "pad");
	qartod_percentile_range(low, high, PG_GETARG_FLOAT8(3), value, count, sorted, flag);
	return flags_datum(flag, count);
}

/* A row of the array for each test, a column for each observation. */
Datum
th_qartod_aggregate(PG_FUNCTION_ARGS)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	int dimensions = ARR_NDIM(array);
	int count = dimensions == 0 ? 0 : ARR_DIMS(array)[dimensions - 1];
	uint8 *flag = new_flags(count);
	Datum *elements;
	bool *nulls;
	int all;

	if (dimensions > 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("flags has %d dimensions", dimensions),
				 errdetail("It has a row for each test and a column for each observation.")));
	deconstruct_array(array, INT2OID, sizeof(int16), true, TYPALIGN_SHORT, &elements, &nulls,
					  &all);
	for (int i = 0; i < all; i++)
	{
		int one = nulls[i] ? 0 : DatumGetInt16(elements[i]);

		if (ocean_flag_meaning(OCEAN_QARTOD, one) == NULL)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 nulls[i] ? errmsg("a flag is null") : errmsg("%d is no flag of QARTOD", one),
					 errdetail("Flags are 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.")));
		flag[i % count] = (uint8) qartod_worse(flag[i % count], one);
	}
	return flags_datum(flag, count);
}

/* ---- all tests at once ---- */

#define SERIES_COLUMNS (2 + QARTOD_TEST_SUPPLIED + 1)

static void
put_row(ReturnSetInfo *result, const QartodRows *rows, int row, const QartodVerdict *verdict)
{
	Datum values[SERIES_COLUMNS];
	bool nulls[SERIES_COLUMNS] = { false };

	values[0] = TimestampTzGetDatum(rows->time_us[row]);
	values[1] = Float8GetDatum(rows->value[row]);
	nulls[1] = qartod_is_missing(rows->value[row]);
	values[2] = Int16GetDatum(verdict->flag);
	for (int i = 0; i < QARTOD_TEST_SUPPLIED; i++)
	{
		values[3 + i] = Int16GetDatum(verdict->test[i]);
		nulls[3 + i] = verdict->test[i] == 0;
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static double
interval_seconds(const Interval *interval)
{
	return (double) interval->time / 1e6 + interval->day * 86400.0 + interval->month * 2629800.0;
}

Datum
th_qartod_series(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	QartodRows rows = rows_of(fcinfo, 0, 1);
	QartodPlace place = { number(fcinfo, 4), QARTOD_NOT_EVALUATED };
	ThThresholds thresholds;
	QartodRules rules;
	double interval_s;

	require_argument(fcinfo, 2, "thresholds");
	th_thresholds_read(PG_GETARG_JSONB_P(2), &thresholds);
	interval_s = PG_ARGISNULL(3) ?
					 median_interval_s(&rows) :
					 interval_seconds(PG_GETARG_INTERVAL_P(3));
	if (!(interval_s > 0.0))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("cadence of %g s is out of range", interval_s)));
	th_thresholds_apply(&thresholds, interval_s, &rules);
	if (!PG_ARGISNULL(5) && !PG_ARGISNULL(6))
		place.location_flag = th_watch_circle_flag(&thresholds.circle, PG_GETARG_FLOAT8(5),
												   PG_GETARG_FLOAT8(6));
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < rows.count; i++)
	{
		QartodVerdict verdict;

		check_interrupts(i);
		qartod_judge(&rules, &place, &rows, i, 0, &verdict);
		put_row(result, &rows, i, &verdict);
	}
	return (Datum) 0;
}
