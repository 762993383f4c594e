/*
 * daily.c
 *	  Daily series for the core.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/table_scan.h"
#include "core/forecast/points.h"
#include "forecast/doubles.h"
#include "ocean/daily.h"
#include "ocean/heatwave_options.h"

#define ROWS_FIRST 4096

/* Columns of ocean.daily_mean by number. */
enum DailyMeanColumn
{
	DAILY_MEAN_STREAM_ID = 1,
	DAILY_MEAN_DAY,
	DAILY_MEAN_MEAN
};

/* Rows with what the core wants of them, side by side. */
typedef struct Rows
{
	int32 *day;
	double *value;
	int count;
} Rows;

char *
th_day_text(int32 day)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(day)));
}

void
th_daily_check(int32 day, double value)
{
	if (DATE_NOT_FINITE(day) || day > OCEAN_DAY_MAX || day < -OCEAN_DAY_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("day %s of a series is out of range", th_day_text(day))));
	if (isinf(value) || fabs(value) > OCEAN_VALUE_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("value %g of day %s is out of range", value, th_day_text(day)),
				 errhint("Give NULL for a value that is not known.")));
}

static void
refuse_twice(const Rows *rows)
{
	for (int i = 1; i < rows->count; i++)
	{
		if (rows->day[i] == rows->day[i - 1])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("day %s comes twice in a series", th_day_text(rows->day[i])),
					 errhint("Group by day, or by series and day.")));
	}
}

static void
series_of(ThWork *work, const Rows *rows, OceanSeries *series)
{
	OceanStatus status;

	if (rows->count == 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the series has no day")));
	status = ocean_series_of_rows(&work->lent, rows->day, rows->value, rows->count, series);
	if (status == OCEAN_UNORDERED)
		refuse_twice(rows);
	th_ocean_check(status);
}

/* ---- arrays and aggregates ---- */

static Rows
rows_of_points(ThWork *work, ForecastPoint *point, int count)
{
	Rows rows = { .count = count };
	bool sorted = true;

	for (int i = 1; i < count && sorted; i++)
		sorted = point[i].at > point[i - 1].at;
	if (!sorted)
		forecast_points_sort(point, th_work_allocate(work, count * sizeof(*point)), count);
	rows.day = th_work_allocate(work, Max(count, 1) * sizeof(*rows.day));
	rows.value = th_work_allocate(work, Max(count, 1) * sizeof(*rows.value));
	for (int i = 0; i < count; i++)
	{
		rows.day[i] = (int32) point[i].at;
		rows.value[i] = point[i].value;
	}
	return rows;
}

static void
check_lengths(int days, int values)
{
	if (days != values)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d days and %d values", days, values)));
}

void
th_daily_of_arrays(ThWork *work, ArrayType *days, ArrayType *values, OceanSeries *series)
{
	Datum *day;
	bool *nulls;
	int count, value_count;
	double *value = th_doubles(values, "value", &value_count);
	ForecastPoint *point;
	Rows rows;

	deconstruct_array(days, DATEOID, sizeof(DateADT), true, TYPALIGN_INT, &day, &nulls, &count);
	check_lengths(count, value_count);
	point = th_work_allocate(work, Max(count, 1) * sizeof(*point));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("a day of the series is null")));
		point[i] = (ForecastPoint){ .at = DatumGetDateADT(day[i]), .value = value[i] };
		th_daily_check(DatumGetDateADT(day[i]), value[i]);
	}
	rows = rows_of_points(work, point, count);
	series_of(work, &rows, series);
	pfree(day);
	pfree(nulls);
	pfree(value);
}

void
th_daily_of_rows(ThWork *work, const ThSeries *rows, OceanSeries *series)
{
	ForecastPoint *point = th_work_allocate(work, Max(rows->count, 1) * sizeof(*point));
	Rows sorted;

	th_series_copy(rows, point);
	sorted = rows_of_points(work, point, (int) rows->count);
	series_of(work, &sorted, series);
}

/* ---- ocean.daily_mean ---- */

typedef struct StreamRows
{
	ThWork *work;
	Rows *rows;
	int room;
} StreamRows;

static void
grow(StreamRows *into)
{
	Rows *rows = into->rows;
	int wanted = into->room == 0 ? ROWS_FIRST : into->room * 2;
	int32 *day = th_work_allocate(into->work, wanted * sizeof(*day));
	double *value = th_work_allocate(into->work, wanted * sizeof(*value));

	if (rows->count > 0)
	{
		memcpy(day, rows->day, rows->count * sizeof(*day));
		memcpy(value, rows->value, rows->count * sizeof(*value));
	}
	rows->day = day;
	rows->value = value;
	into->room = wanted;
}

static void
take_row(HeapTuple row, TupleDesc shape, void *context)
{
	StreamRows *into = context;
	Rows *rows = into->rows;
	bool is_null;
	Datum day = heap_getattr(row, DAILY_MEAN_DAY, shape, &is_null);
	Datum mean;

	Assert(!is_null);
	mean = heap_getattr(row, DAILY_MEAN_MEAN, shape, &is_null);
	if (rows->count == into->room)
		grow(into);
	rows->day[rows->count] = DatumGetDateADT(day);
	rows->value[rows->count++] = is_null ? NAN : DatumGetFloat8(mean);
}

static void
read_stream(ThWork *work, Relation table, Oid index, int64 stream_id, Rows *rows)
{
	StreamRows into = { work, rows, 0 };
	ThScan scan;

	th_scan_init(&scan);
	th_scan_key_int8(&scan, stream_id);
	th_scan_begin(&scan, table, index, GetActiveSnapshot());
	th_scan_each(&scan, table, take_row, &into);
	th_scan_end(&scan);
}

static void
require_readable(Oid table)
{
	AclResult allowed = pg_class_aclcheck(table, GetUserId(), ACL_SELECT);

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_TABLE, get_rel_name(table));
}

void
th_daily_of_stream(ThWork *work, int64 stream_id, OceanSeries *series)
{
	Oid schema = get_namespace_oid("ocean", false);
	Oid relid = get_relname_relid("daily_mean", schema);
	Oid index = get_relname_relid("daily_mean_pkey", schema);
	Relation table;
	Rows rows = { 0 };

	if (!OidIsValid(relid) || !OidIsValid(index))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"ocean.daily_mean\" does not exist"),
				 errhint("Run CREATE EXTENSION tidehold_ocean.")));
	require_readable(relid);
	table = table_open(relid, AccessShareLock);
	read_stream(work, table, index, stream_id, &rows);
	table_close(table, AccessShareLock);
	if (rows.count == 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("stream " INT64_FORMAT " has no daily means", stream_id),
				 errhint("They are in ocean.daily_mean.")));
	series_of(work, &rows, series);
}
