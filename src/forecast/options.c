/*
 * options.c
 *	  tidehold.forecast_options: which options there are, and their checks.
 *
 * One table names them in the order of the arguments of the SQL function.  Both ways to
 * options, the function and an object that somebody wrote by hand, lead through the same
 * reader.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/errors.h"
#include "base/nearest.h"
#include "forecast/option_json.h"
#include "forecast/options.h"

PG_FUNCTION_INFO_V1(th_forecast_options);

#define HORIZON_DEFAULT 10
#define LEVEL_DEFAULT 0.95

static const char *const interval_names[] = { "own", "analytic", "calibrated", NULL };
static const char *const gap_names[] = { "error", "status", "missing", "zero",
										 "previous", "linear", NULL };
static const char *const duplicate_names[] = { "error", "status", "sum", "mean",
											   "first", "last", NULL };

#define AT(field) offsetof(ThForecastOptions, field)
#define CORE(field) (AT(core) + offsetof(ForecastOptions, field))
#define BIT(method) (UINT32_C(1) << FORECAST_METHOD_##method)
#define OF_ALL UINT32_MAX
#define OF_CROSTON (BIT(CROSTON) | BIT(SBA) | BIT(TSB))

#define METHOD(field_name, at) \
	{ \
		.name = field_name, .kind = TH_OPTION_METHOD, .offset = at, .of = OF_ALL \
	}
#define FLAG(field_name, at, methods) \
	{ \
		.name = field_name, .kind = TH_OPTION_FLAG, .offset = at, .of = methods \
	}
#define NAME(field_name, at, values) \
	{ \
		.name = field_name, .kind = TH_OPTION_NAME, .offset = at, .names = values, .of = OF_ALL \
	}
#define TEXT(field_name, kind_of, at, methods) \
	{ \
		.name = field_name, .kind = kind_of, .offset = at, .of = methods \
	}
#define COUNT(field_name, kind_of, at, least, most, methods) \
	{ \
		.name = field_name, .kind = kind_of, .offset = at, .low = least, .high = most, \
		.of = methods \
	}
/* From 0, which is out of range, to 1. */
#define SHARE(field_name, kind_of, at, open, methods) \
	{ \
		.name = field_name, .kind = kind_of, .offset = at, .high = 1, .open_low = true, \
		.open_high = open, .of = methods \
	}

static const ThOption options_known[] = {
	METHOD("method", CORE(method)),
	COUNT("periods", TH_OPTION_COUNTS, 0, 2, FORECAST_PERIOD_LIMIT, OF_ALL),
	SHARE("level", TH_OPTION_NUMBER, AT(level), true, OF_ALL),
	SHARE("quantiles", TH_OPTION_NUMBERS, 0, true, OF_ALL),
	FLAG("nonnegative", CORE(nonnegative), OF_ALL),
	NAME("intervals", CORE(intervals), interval_names),
	NAME("gaps", AT(gaps), gap_names),
	NAME("duplicates", AT(duplicates), duplicate_names),
	TEXT("series", TH_OPTION_TEXT, AT(series), OF_ALL),
	COUNT("horizon", TH_OPTION_COUNT, CORE(horizon), 1, FORECAST_HORIZON_MAX, OF_ALL),
	FLAG("may_end", CORE(may_end), BIT(AUTO) | BIT(DEMAND) | BIT(ADIDA) | OF_CROSTON),
	COUNT("window_size", TH_OPTION_COUNT, CORE(window), 1, FORECAST_PERIOD_LIMIT,
		  BIT(WINDOW_MEAN)),
	SHARE("alpha", TH_OPTION_NUMBER, CORE(alpha), false, OF_CROSTON | BIT(ADIDA)),
	SHARE("beta", TH_OPTION_NUMBER, CORE(beta), false, OF_CROSTON),
	FLAG("start_first", CORE(start_first), OF_CROSTON),
	COUNT("bucket", TH_OPTION_COUNT, CORE(bucket), 1, FORECAST_PERIOD_LIMIT, BIT(ADIDA)),
	FLAG("periodic", CORE(periodic), BIT(MSTL)),
	TEXT("form", TH_OPTION_FORM, CORE(ets), BIT(ETS)),
	COUNT("arima_order", TH_OPTION_COUNTS, 0, 0, FORECAST_ARIMA_ORDER_MAX, BIT(ARIMA)),
	FLAG("arima_constant", CORE(arima.order.constant), BIT(ARIMA)),
	COUNT("year", TH_OPTION_NUMBER, CORE(climatology.period), 2, 1e6, BIT(CLIMATOLOGY)),
	COUNT("harmonics", TH_OPTION_COUNT, CORE(climatology.harmonics), 0, FORECAST_HARMONICS_MAX,
		  BIT(CLIMATOLOGY)),
	FLAG("trend", CORE(climatology.trend), BIT(CLIMATOLOGY)),
};

#define OPTIONS ((int) lengthof(options_known))

/* ---- what more than one field depends on ---- */

static int
compare_counts(const void *a, const void *b)
{
	int left = *(const int *) a;
	int right = *(const int *) b;

	return (left > right) - (left < right);
}

static void
read_periods(const ThOption *option, const JsonbValue *value, ThForecastOptions *parsed)
{
	double number[FORECAST_PERIODS_MAX];

	parsed->period_count = th_option_numbers(option, value, number, FORECAST_PERIODS_MAX);
	for (int i = 0; i < parsed->period_count; i++)
		parsed->period[i] = (int) number[i];
	qsort(parsed->period, parsed->period_count, sizeof(int), compare_counts);
	for (int i = 1; i < parsed->period_count; i++)
	{
		if (parsed->period[i] == parsed->period[i - 1])
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("seasonal period %d is given twice", parsed->period[i])));
	}
}

/* p, d, q, or these and P, D, Q of the season. */
static void
read_order(const ThOption *option, const JsonbValue *value, ThForecastOptions *parsed)
{
	ForecastArimaOrder *order = &parsed->core.arima.order;
	double number[6] = { 0 };
	int count = th_option_numbers(option, value, number, lengthof(number));

	if (count != 3 && count != 6)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("arima_order has %d elements", count),
				 errdetail("An order is {p,d,q} or {p,d,q,P,D,Q}.")));
	parsed->core.arima.automatic = false;
	order->p = (int) number[0];
	order->d = (int) number[1];
	order->q = (int) number[2];
	order->seasonal_p = (int) number[3];
	order->seasonal_d = (int) number[4];
	order->seasonal_q = (int) number[5];
}

/* A mean or a drift is what an order has unless somebody says no. */
static void
check_order(ForecastArimaOptions *arima, bool constant_given)
{
	ForecastArimaOrder *order = &arima->order;

	if (!constant_given)
		order->constant = order->d + order->seasonal_d < 2;
	if (order->d > FORECAST_ARIMA_DIFFERENCES_MAX ||
		order->seasonal_p > FORECAST_ARIMA_SEASONAL_MAX ||
		order->seasonal_d > FORECAST_ARIMA_SEASONAL_DIFFERENCES_MAX ||
		order->seasonal_q > FORECAST_ARIMA_SEASONAL_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("ARIMA order (%d,%d,%d)(%d,%d,%d) is out of range", order->p, order->d,
						order->q, order->seasonal_p, order->seasonal_d, order->seasonal_q),
				 errdetail("Orders go up to (%d,%d,%d)(%d,%d,%d).", FORECAST_ARIMA_ORDER_MAX,
						   FORECAST_ARIMA_DIFFERENCES_MAX, FORECAST_ARIMA_ORDER_MAX,
						   FORECAST_ARIMA_SEASONAL_MAX, FORECAST_ARIMA_SEASONAL_DIFFERENCES_MAX,
						   FORECAST_ARIMA_SEASONAL_MAX)));
	if (order->constant && order->d + order->seasonal_d > 1)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("an ARIMA model of %d differences has no constant",
						order->d + order->seasonal_d),
				 errhint("Leave arima_constant out.")));
}

/* ---- reading ---- */

static const ThOption *
find_option(const char *name)
{
	ThNearest nearest;

	th_nearest_start(&nearest, name);
	for (int i = 0; i < OPTIONS; i++)
	{
		if (strcmp(options_known[i].name, name) == 0)
			return &options_known[i];
		th_nearest_try(&nearest, options_known[i].name);
	}
	ereport(ERROR,
			(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
			 errmsg("unknown forecast option \"%s\"", name),
			 nearest.name ? errhint("Perhaps you meant \"%s\".", nearest.name) : 0));
}

static void
read_option(const ThOption *option, const JsonbValue *value, ThForecastOptions *parsed)
{
	if (strcmp(option->name, "periods") == 0)
		read_periods(option, value, parsed);
	else if (strcmp(option->name, "arima_order") == 0)
		read_order(option, value, parsed);
	else if (strcmp(option->name, "quantiles") == 0)
		parsed->quantile_count =
			th_option_numbers(option, value, parsed->quantile, TH_QUANTILES_MAX);
	else
		th_option_read(option, value, parsed);
}

/* An option that the method does not look at is a mistake that nobody would notice. */
static void
require_used(const bool *given, ForecastMethod method)
{
	for (int i = 0; i < OPTIONS; i++)
	{
		if (given[i] && (options_known[i].of & UINT32_C(1) << method) == 0)
			ereport(ERROR,
					(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
					 errmsg("method \"%s\" has no option \"%s\"", forecast_method_name(method),
							options_known[i].name)));
	}
}

static void
read_object(Jsonb *object, bool *given, ThForecastOptions *parsed)
{
	JsonbIterator *iterator = JsonbIteratorInit(&object->root);
	const ThOption *option = NULL;
	JsonbIteratorToken token;
	JsonbValue value;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			option = find_option(pnstrdup(value.val.string.val, value.val.string.len));
		else if (token == WJB_VALUE && value.type != jbvNull)
		{
			read_option(option, &value, parsed);
			given[option - options_known] = true;
		}
	}
}

void
th_forecast_options_read(const struct varlena *options, ThForecastOptions *parsed)
{
	bool given[OPTIONS] = { false };
	Jsonb *object;

	memset(parsed, 0, sizeof(*parsed));
	forecast_options_default(FORECAST_METHOD_AUTO, &parsed->core);
	parsed->core.horizon = 0;
	parsed->level = LEVEL_DEFAULT;
	parsed->period_count = -1;
	if (options == NULL)
		return;
	object = DatumGetJsonbP(PointerGetDatum(options));
	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("forecast options are no JSON object"),
				 errhint("tidehold.forecast_options() makes one.")));
	read_object(object, given, parsed);
	require_used(given, parsed->core.method);
	check_order(&parsed->core.arima, given[find_option("arima_constant") - options_known]);
}

int
th_forecast_options_horizon(const ThForecastOptions *options)
{
	if (options->core.horizon > 0)
		return options->core.horizon;
	return options->period_count > 0 ? options->period[0] : HORIZON_DEFAULT;
}

/* ---- SQL ---- */

Datum
th_forecast_options(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	ThForecastOptions parsed;
	Jsonb *object;

	if (PG_NARGS() != OPTIONS)
		elog(ERROR, "tidehold.forecast_options has %d arguments instead of %d", PG_NARGS(),
			 OPTIONS);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < PG_NARGS(); i++)
	{
		if (!PG_ARGISNULL(i))
			th_option_push(&options_known[i], PG_GETARG_DATUM(i), &state);
	}
	object = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
	th_forecast_options_read((struct varlena *) object, &parsed);
	PG_RETURN_JSONB_P(object);
}
