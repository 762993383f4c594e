/*
 * threshold.c
 *	  Thresholds of quality control, from JSON.
 *
 * {"gross_range": {"fail": [low, high], "suspect": [low, high]},
 *	"spike": {"suspect": n, "fail": n, "method": "average" or "differential"},
 *	"rate_of_change": {"suspect_per_s": n, "fail_per_s": n},
 *	"flat_line": {"suspect_s": n, "fail_s": n, "tolerance": n},
 *	"climatology": [{"tspan": [from, to], "period": "month", "vspan": [low, high],
 *					 "fspan": [low, high], "zspan": [low, high]}],
 *	"attenuated_signal": {"suspect": n, "fail": n, "type": "std" or "range", "period_s": n,
 *						  "min_obs": n},
 *	"location": {"latitude": n, "longitude": n, "max_distance_m": n},
 *	"time_gap": {"suspect_s": n, "fail_s": n}}
 *
 * A test that is not named is not made.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/nearest.h"
#include "core/ocean/ocean.h"
#include "ocean/threshold.h"

#define MEMBERS_MAX 1000
#define PERIOD_S_MAX (366.0 * 86400.0)

/* Rows of a period, at this many times the cadence. */
#define ATTENUATED_DENSITY 4.0

typedef struct Reader
{
	const char *path;
	JsonbContainer *object;
} Reader;

TH_NORETURN static void refuse(const Reader *reader, const char *key, const char *what);

static void
refuse(const Reader *reader, const char *key, const char *what)
{
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("threshold \"%s%s%s\" %s", reader->path, key[0] != '\0' ? "." : "", key, what),
			 errhint("doc/ocean_quality.md lists the thresholds of each test.")));
}

/* NULL where it is not there, or null. */
static JsonbValue *
find(const Reader *reader, const char *key)
{
	JsonbValue *value = getKeyJsonValueFromContainer(reader->object, key, strlen(key), NULL);

	return value != NULL && value->type == jbvNull ? NULL : value;
}

static double
number_of(const Reader *reader, const char *key, const JsonbValue *value)
{
	double number;

	if (value->type != jbvNumeric)
		refuse(reader, key, "wants a number");
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	if (!isfinite(number))
		refuse(reader, key, "is too large");
	return number;
}

/* NaN where it is not given. */
static double
read_number(const Reader *reader, const char *key)
{
	JsonbValue *value = find(reader, key);

	return value == NULL ? NAN : number_of(reader, key, value);
}

static double
read_positive(const Reader *reader, const char *key)
{
	double number = read_number(reader, key);

	if (!isnan(number) && !(number > 0.0))
		refuse(reader, key, "must be above 0");
	return number;
}

static double
require(const Reader *reader, const char *key, double number)
{
	if (isnan(number))
		refuse(reader, key, "is wanted");
	return number;
}

static int
read_choice(const Reader *reader, const char *key, const char *const *names, int otherwise)
{
	JsonbValue *value = find(reader, key);

	if (value == NULL)
		return otherwise;
	for (int i = 0; names[i] != NULL; i++)
	{
		if (value->type == jbvString && value->val.string.len == (int) strlen(names[i]) &&
			memcmp(value->val.string.val, names[i], value->val.string.len) == 0)
			return i;
	}
	refuse(reader, key, psprintf("is none of its names, the first of which is \"%s\"", names[0]));
}

static JsonbValue *
read_pair(const Reader *reader, const char *key, JsonbValue *second)
{
	JsonbValue *value = find(reader, key);
	JsonbValue *first;

	if (value == NULL)
		return NULL;
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerSize(value->val.binary.data) != 2)
		refuse(reader, key, "wants an array of two, the lower one first");
	first = getIthJsonbValueFromContainer(value->val.binary.data, 0);
	*second = *getIthJsonbValueFromContainer(value->val.binary.data, 1);
	return first;
}

static QartodSpan
read_span(const Reader *reader, const char *key)
{
	JsonbValue high;
	JsonbValue *low = read_pair(reader, key, &high);
	QartodSpan span = QARTOD_EVERYWHERE;

	if (low == NULL)
		return span;
	span.low = number_of(reader, key, low);
	span.high = number_of(reader, key, &high);
	if (span.low > span.high)
		refuse(reader, key, "has its higher end first");
	return span;
}

static void
check_keys(const Reader *reader, const char *const *names)
{
	JsonbIterator *iterator = JsonbIteratorInit(reader->object);
	JsonbValue key;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char *name;
		ThNearest nearest;
		int i = 0;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		while (names[i] != NULL && strcmp(names[i], name) != 0)
			i++;
		if (names[i] != NULL)
			continue;
		th_nearest_start(&nearest, name);
		for (i = 0; names[i] != NULL; i++)
			th_nearest_try(&nearest, names[i]);
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("unknown threshold \"%s%s%s\"", reader->path,
						reader->path[0] != '\0' ? "." : "", name),
				 nearest.name ? errhint("Perhaps you meant \"%s\".", nearest.name) : 0));
	}
}

/* False where the test is not named. */
static bool
read_test(const Reader *all, const char *name, const char *const *keys, Reader *test)
{
	JsonbValue *value = find(all, name);

	if (value == NULL)
		return false;
	test->path = name;
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		refuse(test, "", "wants an object");
	test->object = value->val.binary.data;
	check_keys(test, keys);
	return true;
}

/* Two thresholds of which the one for fail is the harder; one of them may be left out. */
static void
read_levels(const Reader *reader, const char *suspect_key, const char *fail_key, double *suspect,
			double *fail)
{
	*suspect = read_number(reader, suspect_key);
	*fail = read_number(reader, fail_key);
	if (isnan(*suspect) && isnan(*fail))
		refuse(reader, fail_key, psprintf("or %s is wanted", suspect_key));
	if (*suspect < 0.0)
		refuse(reader, suspect_key, "must not be below 0");
	if (*fail < 0.0)
		refuse(reader, fail_key, "must not be below 0");
}

static void
read_rising_levels(const Reader *reader, const char *suspect_key, const char *fail_key,
				   double *suspect, double *fail)
{
	read_levels(reader, suspect_key, fail_key, suspect, fail);
	if (*suspect > *fail)
		refuse(reader, suspect_key, psprintf("is above %s", fail_key));
}

/* ---- each test ---- */

static bool
read_gross_range(const Reader *all, QartodGrossRange *gross_range)
{
	static const char *const keys[] = { "fail", "suspect", NULL };
	Reader reader;

	if (!read_test(all, "gross_range", keys, &reader))
		return false;
	if (find(&reader, "fail") == NULL && find(&reader, "suspect") == NULL)
		refuse(&reader, "fail", "or suspect is wanted");
	gross_range->fail = read_span(&reader, "fail");
	gross_range->suspect = read_span(&reader, "suspect");
	if (find(&reader, "suspect") != NULL &&
		(gross_range->suspect.low < gross_range->fail.low ||
		 gross_range->suspect.high > gross_range->fail.high))
		refuse(&reader, "suspect", "reaches beyond fail");
	return true;
}

static bool
read_spike(const Reader *all, QartodSpike *spike)
{
	static const char *const keys[] = { "suspect", "fail", "method", NULL };
	static const char *const methods[] = { "average", "differential", NULL };
	Reader reader;

	if (!read_test(all, "spike", keys, &reader))
		return false;
	spike->method = (QartodSpikeMethod) read_choice(&reader, "method", methods,
													QARTOD_SPIKE_AVERAGE);
	read_rising_levels(&reader, "suspect", "fail", &spike->suspect, &spike->fail);
	return true;
}

static bool
read_rate_of_change(const Reader *all, QartodRate *rate)
{
	static const char *const keys[] = { "suspect_per_s", "fail_per_s", NULL };
	Reader reader;

	if (!read_test(all, "rate_of_change", keys, &reader))
		return false;
	read_rising_levels(&reader, "suspect_per_s", "fail_per_s", &rate->suspect_per_s,
					   &rate->fail_per_s);
	return true;
}

static bool
read_flat_line(const Reader *all, ThThresholds *thresholds)
{
	static const char *const keys[] = { "suspect_s", "fail_s", "tolerance", NULL };
	Reader reader;

	if (!read_test(all, "flat_line", keys, &reader))
		return false;
	read_rising_levels(&reader, "suspect_s", "fail_s", &thresholds->flat_suspect_s,
					   &thresholds->flat_fail_s);
	thresholds->rules.flat_line.tolerance =
		require(&reader, "tolerance", read_positive(&reader, "tolerance"));
	return true;
}

static bool
read_attenuated(const Reader *all, QartodAttenuated *attenuated)
{
	static const char *const keys[] = { "suspect", "fail", "type", "period_s", "min_obs", NULL };
	static const char *const types[] = { "std", "range", NULL };
	double period_s;
	double least;
	Reader reader;

	if (!read_test(all, "attenuated_signal", keys, &reader))
		return false;
	attenuated->spread = (QartodSpread) read_choice(&reader, "type", types,
													QARTOD_STANDARD_DEVIATION);
	read_levels(&reader, "suspect", "fail", &attenuated->suspect, &attenuated->fail);
	if (attenuated->suspect < attenuated->fail)
		refuse(&reader, "suspect", "is below fail");
	period_s = require(&reader, "period_s", read_positive(&reader, "period_s"));
	if (period_s > PERIOD_S_MAX)
		refuse(&reader, "period_s", "is longer than a year");
	attenuated->period_us = (int64) (period_s * 1e6);
	least = read_number(&reader, "min_obs");
	if (least < 0.0 || least > TH_QC_WINDOW_ROWS_MAX)
		refuse(&reader, "min_obs", psprintf("must be 0 to %d", TH_QC_WINDOW_ROWS_MAX));
	attenuated->min_observations = isnan(least) ? 1 : (int32) least;
	return true;
}

static bool
read_location(const Reader *all, ThWatchCircle *circle)
{
	static const char *const keys[] = { "latitude", "longitude", "max_distance_m", NULL };
	Reader reader;

	if (!read_test(all, "location", keys, &reader))
		return false;
	circle->latitude = require(&reader, "latitude", read_number(&reader, "latitude"));
	circle->longitude = require(&reader, "longitude", read_number(&reader, "longitude"));
	if (!ocean_latitude_valid(circle->latitude))
		refuse(&reader, "latitude", "must be -90 to 90");
	if (!ocean_longitude_valid(circle->longitude))
		refuse(&reader, "longitude", "must be -180 to 180");
	circle->max_distance_m =
		require(&reader, "max_distance_m", read_positive(&reader, "max_distance_m"));
	return true;
}

static bool
read_time_gap(const Reader *all, QartodGap *gap)
{
	static const char *const keys[] = { "suspect_s", "fail_s", NULL };
	Reader reader;

	if (!read_test(all, "time_gap", keys, &reader))
		return false;
	read_rising_levels(&reader, "suspect_s", "fail_s", &gap->suspect_s, &gap->fail_s);
	return true;
}

/* ---- climatology ---- */

/* A date or time of UTC; a month is its first day. */
static int64
time_of(const Reader *reader, const JsonbValue *value)
{
	char *text;

	if (value->type != jbvString)
		refuse(reader, "tspan", "wants dates, or numbers and a period");
	text = pnstrdup(value->val.string.val, value->val.string.len);
	if (strlen(text) < 7 || strspn(text, "0123456789-:. TZ") != strlen(text))
		refuse(reader, "tspan", psprintf("has \"%s\", which is no date or time of UTC", text));
	if (strlen(text) == 7)
		text = psprintf("%s-01", text);
	return DatumGetTimestamp(DirectFunctionCall3(timestamp_in, CStringGetDatum(text),
												 ObjectIdGetDatum(InvalidOid),
												 Int32GetDatum(-1)));
}

static int64
moment_of(const Reader *reader, QartodPeriod period, const JsonbValue *value)
{
	double number;

	if (period == QARTOD_ABSOLUTE)
		return time_of(reader, value);
	number = number_of(reader, "tspan", value);
	if (number != floor(number) || number < 0.0 || number > 366.0)
		refuse(reader, "tspan", "of a period wants whole numbers");
	return (int64) number;
}

static void
read_member(const Reader *reader, QartodMember *member)
{
	static const char *const keys[] = { "tspan", "period", "vspan", "fspan", "zspan", NULL };
	static const char *const periods[] = { "month", "weekofyear", "dayofyear",
										   "quarter", NULL };
	JsonbValue high;
	JsonbValue *low;

	check_keys(reader, keys);
	member->period = (QartodPeriod) (read_choice(reader, "period", periods, -1) + 1);
	low = read_pair(reader, "tspan", &high);
	if (low == NULL)
		refuse(reader, "tspan", "is wanted");
	member->time_low = moment_of(reader, member->period, low);
	member->time_high = moment_of(reader, member->period, &high);
	if (member->time_low > member->time_high)
		refuse(reader, "tspan", "has its later end first");
	if (find(reader, "vspan") == NULL)
		refuse(reader, "vspan", "is wanted");
	member->value = read_span(reader, "vspan");
	member->fail = read_span(reader, "fspan");
	member->has_depth = find(reader, "zspan") != NULL;
	member->depth_m = read_span(reader, "zspan");
}

QartodMember *
th_threshold_members(JsonbContainer *array, const char *path, int *count)
{
	Reader reader = { path, NULL };
	QartodMember *member;

	if (!JsonContainerIsArray(array) || JsonContainerIsScalar(array))
		refuse(&reader, "", "wants an array of members");
	*count = (int) JsonContainerSize(array);
	if (*count > MEMBERS_MAX)
		refuse(&reader, "", psprintf("has more than %d members", MEMBERS_MAX));
	member = palloc0(Max(*count, 1) * sizeof(QartodMember));
	for (int i = 0; i < *count; i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(array, i);

		reader.path = psprintf("%s[%d]", path, i);
		if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
			refuse(&reader, "", "wants an object");
		reader.object = value->val.binary.data;
		read_member(&reader, &member[i]);
	}
	return member;
}

static bool
read_climatology(const Reader *all, QartodRules *rules)
{
	Reader reader = { "climatology", NULL };
	JsonbValue *value = find(all, reader.path);

	if (value == NULL)
		return false;
	if (value->type != jbvBinary)
		refuse(&reader, "", "wants an array of members");
	rules->member = th_threshold_members(value->val.binary.data, reader.path,
										 &rules->member_count);
	return true;
}

/* ---- all of them ---- */

void
th_thresholds_read(Jsonb *json, ThThresholds *thresholds)
{
	static const char *const keys[] = { "gross_range", "spike", "rate_of_change",
										"flat_line", "climatology", "attenuated_signal",
										"location", "time_gap", NULL };
	Reader all = { "", &json->root };
	QartodRules *rules = &thresholds->rules;

	memset(thresholds, 0, sizeof(*thresholds));
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("thresholds are not a JSON object")));
	check_keys(&all, keys);
	rules->tests =
		(uint32) read_gross_range(&all, &rules->gross_range) << QARTOD_TEST_GROSS_RANGE |
		(uint32) read_spike(&all, &rules->spike) << QARTOD_TEST_SPIKE |
		(uint32) read_rate_of_change(&all, &rules->rate_of_change) << QARTOD_TEST_RATE_OF_CHANGE |
		(uint32) read_flat_line(&all, thresholds) << QARTOD_TEST_FLAT_LINE |
		(uint32) read_climatology(&all, rules) << QARTOD_TEST_CLIMATOLOGY |
		(uint32) read_attenuated(&all, &rules->attenuated) << QARTOD_TEST_ATTENUATED_SIGNAL |
		(uint32) read_location(&all, &thresholds->circle) << QARTOD_TEST_LOCATION |
		(uint32) read_time_gap(&all, &rules->time_gap) << QARTOD_TEST_TIME_GAP;
}

static int32
window_rows(double seconds, double interval_s)
{
	int32 rows = isnan(seconds) ? QARTOD_NEVER : qartod_intervals(seconds, interval_s);

	return rows == QARTOD_NEVER ? rows : Min(rows, TH_QC_WINDOW_ROWS_MAX);
}

void
th_thresholds_apply(const ThThresholds *thresholds, double interval_s, QartodRules *rules)
{
	double period_rows = (double) thresholds->rules.attenuated.period_us / 1e6 / interval_s;

	*rules = thresholds->rules;
	rules->flat_line.suspect_rows = window_rows(thresholds->flat_suspect_s, interval_s);
	rules->flat_line.fail_rows = window_rows(thresholds->flat_fail_s, interval_s);
	rules->attenuated.rows_max =
		(int32) Min(ceil(period_rows) * ATTENUATED_DENSITY + 1, TH_QC_WINDOW_ROWS_MAX);
}

int
th_watch_circle_flag(const ThWatchCircle *circle, double latitude, double longitude)
{
	double away = ocean_geodesic_m(circle->latitude, circle->longitude, latitude, longitude);

	return away > circle->max_distance_m ? QARTOD_SUSPECT : QARTOD_GOOD;
}
