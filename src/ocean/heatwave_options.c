/*
 * heatwave_options.c
 *	  Options of climatologies and heatwaves, and what the core refuses, as errors.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "forecast/work.h"
#include "ocean/heatwave_options.h"

/* Fields of ocean.heatwave_options, in their order. */
enum OptionField
{
	OPTION_KIND = 1,
	OPTION_FIRST_YEAR,
	OPTION_LAST_YEAR,
	OPTION_PERCENTILE,
	OPTION_MONTH_PERCENTILES,
	OPTION_WINDOW_HALF_WIDTH,
	OPTION_SMOOTHING_WIDTH,
	OPTION_PAD_DAYS,
	OPTION_MIN_YEARS,
	OPTION_MIN_DURATION,
	OPTION_MAX_GAP,
	OPTION_SHIFT_YEARS
};

#define YEAR_MAX 9999
#define YEARS_MAX 1000

/* ---- fields ---- */

static void
refuse_integer(const char *name, int value, int low, int high)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("%s %d is out of range", name, value),
			 errdetail("It is from %d to %d.", low, high)));
}

/* The field, or what it is where it is NULL. */
static int
read_integer(HeapTupleHeader composite, enum OptionField field, const char *name, int low,
			 int high, int when_null)
{
	bool is_null;
	Datum datum = GetAttributeByNum(composite, field, &is_null);
	int value = is_null ? when_null : DatumGetInt32(datum);

	if (!is_null && (value < low || value > high))
		refuse_integer(name, value, low, high);
	return value;
}

static bool
read_year(HeapTupleHeader composite, enum OptionField field, const char *name, int *year)
{
	bool is_null;

	GetAttributeByNum(composite, field, &is_null);
	*year = read_integer(composite, field, name, 1, YEAR_MAX, 0);
	return !is_null;
}

static void
check_percentile(double percentile)
{
	if (!(percentile > 0 && percentile < 100))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("percentile %g is out of range", percentile),
				 errdetail("Percentiles are above 0 and below 100."),
				 errhint("For cold spells too it is counted from the usual towards the extreme: 90 is usual.")));
}

static void
read_percentile(HeapTupleHeader composite, OceanClimatologyOptions *options)
{
	bool is_null;
	Datum datum = GetAttributeByNum(composite, OPTION_PERCENTILE, &is_null);

	if (is_null)
		return;
	check_percentile(DatumGetFloat8(datum));
	ocean_climatology_percentile(options, 0, DatumGetFloat8(datum));
}

static void
read_month_percentiles(HeapTupleHeader composite, OceanClimatologyOptions *options)
{
	bool is_null;
	Datum datum = GetAttributeByNum(composite, OPTION_MONTH_PERCENTILES, &is_null);
	Datum *elements;
	bool *nulls;
	int count;

	if (is_null)
		return;
	deconstruct_array(DatumGetArrayTypeP(datum), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &count);
	if (count != OCEAN_MONTHS)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("month_percentiles has %d elements", count),
				 errdetail("It has one for each month, January first.")));
	for (int i = 0; i < count; i++)
	{
		double percentile = nulls[i] ? NAN : DatumGetFloat8(elements[i]);

		check_percentile(percentile);
		options->percentile[0][i] = percentile;
	}
}

static bool
read_cold(HeapTupleHeader composite, bool *is_given)
{
	bool is_null;
	Datum datum = GetAttributeByNum(composite, OPTION_KIND, &is_null);
	char *kind = is_null ? NULL : TextDatumGetCString(datum);

	*is_given = !is_null;
	if (kind == NULL || strcmp(kind, "heatwave") == 0)
		return false;
	if (strcmp(kind, "cold_spell") == 0)
		return true;
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("kind \"%s\" does not exist", kind),
			 errdetail("Kinds are heatwave and cold_spell.")));
}

static void
read_smoothing(HeapTupleHeader composite, OceanClimatologyOptions *options)
{
	options->smoothing_width = read_integer(composite, OPTION_SMOOTHING_WIDTH, "smoothing_width", 1,
											365, options->smoothing_width);
	if (options->smoothing_width % 2 == 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("smoothing_width %d is even", options->smoothing_width),
				 errdetail("It is odd, as many days before a day as after it; 1 smooths nothing.")));
}

static void
read_baseline(HeapTupleHeader composite, ThHeatwaveOptions *options)
{
	OceanClimatologyOptions *made = &options->climatology;

	options->has_first_year = read_year(composite, OPTION_FIRST_YEAR, "first_year", &made->first_year);
	options->has_last_year = read_year(composite, OPTION_LAST_YEAR, "last_year", &made->last_year);
	if (options->has_first_year && options->has_last_year && made->first_year > made->last_year)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("first_year %d is after last_year %d", made->first_year, made->last_year)));
	options->shift_years = read_integer(composite, OPTION_SHIFT_YEARS, "shift_years", 1, YEARS_MAX, 0);
	if (options->shift_years > 0 && (options->has_first_year || options->has_last_year))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a baseline cannot both be fixed and shift"),
				 errhint("Give shift_years, or first_year and last_year.")));
}

void
th_heatwave_options_default(ThHeatwaveOptions *options)
{
	memset(options, 0, sizeof(*options));
	ocean_climatology_defaults(&options->climatology);
	options->climatology.min_years = 0;
	options->rule.min_duration_days = 5;
	options->rule.max_gap_days = 2;
}

void
th_heatwave_options_read(HeapTupleHeader composite, ThHeatwaveOptions *options)
{
	OceanClimatologyOptions *made = &options->climatology;
	OceanHeatwaveRule *rule = &options->rule;

	th_heatwave_options_default(options);
	made->cold = rule->cold = read_cold(composite, &options->has_kind);
	read_baseline(composite, options);
	read_percentile(composite, made);
	read_month_percentiles(composite, made);
	made->window_half_width = read_integer(composite, OPTION_WINDOW_HALF_WIDTH, "window_half_width", 0,
										   OCEAN_WINDOW_MAX, made->window_half_width);
	read_smoothing(composite, made);
	made->pad_days = rule->pad_days = read_integer(composite, OPTION_PAD_DAYS, "pad_days", 0,
												   OCEAN_PAD_MAX, 0);
	made->min_years = read_integer(composite, OPTION_MIN_YEARS, "min_years", 0, YEARS_MAX, 0);
	rule->min_duration_days = read_integer(composite, OPTION_MIN_DURATION, "min_duration", 1,
										   OCEAN_DURATION_MAX, rule->min_duration_days);
	rule->max_gap_days = read_integer(composite, OPTION_MAX_GAP, "max_gap", 0, OCEAN_GAP_MAX,
									  rule->max_gap_days);
}

OceanClimatologyOptions
th_climatology_options(const ThHeatwaveOptions *options, const OceanSeries *series)
{
	OceanClimatologyOptions made = options->climatology;
	int32_t last_day = series->first_day + series->n - 1;

	if (options->shift_years > 0)
	{
		made.last_year = ocean_year_of(last_day + 1) - 1;
		made.first_year = made.last_year - options->shift_years + 1;
		return made;
	}
	if (!options->has_first_year)
		made.first_year = ocean_year_of(series->first_day);
	if (!options->has_last_year)
		made.last_year = ocean_year_of(last_day);
	return made;
}

/* ---- what the core refuses ---- */

static void
refuse_series(OceanStatus status)
{
	const char *message = NULL;

	switch (status)
	{
		case OCEAN_BAD_VALUE:
			message = "a value of the series is infinite or beyond 1e15";
			break;
		case OCEAN_UNORDERED:
			message = "a day of the series comes twice";
			break;
		case OCEAN_TOO_LONG:
			message = "the series has more than 400000 days from its first to its last";
			break;
		case OCEAN_EMPTY:
			message = "the baseline has no value";
			break;
		default:
			return;
	}
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s", message)));
}

static void
refuse_baseline(OceanStatus status)
{
	if (status == OCEAN_BASELINE_OUTSIDE)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the baseline lies outside of the data"),
				 errdetail("The series has no day in its first or in its last year."),
				 errhint("Name years that the series has, or borrow the climatology of a longer one.")));
	if (status == OCEAN_TOO_FEW_YEARS)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("the baseline has fewer years with values than min_years"),
				 errdetail("A year counts with values on half of its days."),
				 errhint("Lower min_years, or borrow the climatology of a longer series.")));
}

void
th_ocean_check(OceanStatus status)
{
	if (status == OCEAN_OK)
		return;
	refuse_series(status);
	refuse_baseline(status);
	if (status == OCEAN_NO_MEMORY)
		th_work_no_memory();
	if (status == OCEAN_INTERRUPTED)
		elog(ERROR, "detection was interrupted without a reason");
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("the series or an option of its climatology is not valid")));
}
