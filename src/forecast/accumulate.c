/*
 * accumulate.c
 *	  Transition, combine and serial functions of the aggregates over rows.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "core/forecast/method.h"
#include "forecast/options.h"
#include "forecast/predict.h"
#include "forecast/progress.h"
#include "forecast/series.h"

PG_FUNCTION_INFO_V1(th_forecast_accumulate);
PG_FUNCTION_INFO_V1(th_fit_accumulate);
PG_FUNCTION_INFO_V1(th_series_combine);
PG_FUNCTION_INFO_V1(th_series_serialize);
PG_FUNCTION_INFO_V1(th_series_deserialize);

/* Rows between two looks at the clock. */
#define ROWS_BETWEEN_LOOKS 65536

/* Of a call site */
typedef struct Site
{
	ThAxisType type;
	int rows; /* that progress has not been told of */
	const ThSeriesTerms *terms;
} Site;

/* Arguments beside time and value */
typedef struct Terms
{
	ThAxisStep step;
	int horizon;
	const struct varlena *options;
} Terms;

/* ---- call site ---- */

static ThAxisType
axis_type(Oid type)
{
	switch (type)
	{
		case INT8OID:
			return TH_AXIS_BIGINT;
		case DATEOID:
			return TH_AXIS_DATE;
		case TIMESTAMPOID:
			return TH_AXIS_TIMESTAMP;
		case TIMESTAMPTZOID:
			return TH_AXIS_TIMESTAMPTZ;
	}
	elog(ERROR, "type %s is no time axis", format_type_be(type));
}

static Site *
site_of(FunctionCallInfo fcinfo)
{
	FmgrInfo *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
	{
		flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(Site));
		th_progress_attach(flinfo->fn_mcxt);
	}
	return flinfo->fn_extra;
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "a transition function was called outside an aggregate");
	return context;
}

/* ---- terms ---- */

static bool
same_bytes(const struct varlena *a, const struct varlena *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		   memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* Name of the argument that differs, or NULL. */
static const char *
difference(const ThSeriesTerms *made, const Terms *terms)
{
	if (memcmp(&made->step, &terms->step, sizeof(ThAxisStep)) != 0)
		return "step";
	if (made->horizon != terms->horizon)
		return "horizon";
	return same_bytes(made->options, terms->options) ? NULL : "options";
}

static void
require_same(const ThSeriesTerms *made, const Terms *terms)
{
	const char *name = difference(made, terms);

	if (name != NULL)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("argument \"%s\" is not the same in all rows of a series", name)));
}

/*
 * Terms that live as long as the call site; of the series made before, if they are the same.
 * The options are read to find faults at the first row, and again when the series is done.
 */
static const ThSeriesTerms *
make_terms(FunctionCallInfo fcinfo, Site *site, const Terms *terms)
{
	MemoryContext lasting = fcinfo->flinfo->fn_mcxt;
	ThForecastOptions parsed;
	ThSeriesTerms *made;

	if (site->terms != NULL && difference(site->terms, terms) == NULL)
		return site->terms;
	th_axis_check_step(&terms->step);
	th_forecast_options_read(terms->options, &parsed);
	made = MemoryContextAllocZero(lasting, sizeof(*made));
	made->step = terms->step;
	made->horizon = terms->horizon;
	if (terms->options != NULL)
	{
		Size size = VARSIZE_ANY(terms->options);

		made->options = memcpy(MemoryContextAlloc(lasting, size), terms->options, size);
	}
	site->terms = made;
	return made;
}

static void
require_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s must not be null", name)));
}

static void
read_step(FunctionCallInfo fcinfo, ThAxisType type, ThAxisStep *step)
{
	require_argument(fcinfo, 3, "step");
	memset(step, 0, sizeof(*step));
	step->type = type;
	if (type == TH_AXIS_BIGINT)
		step->length = PG_GETARG_INT64(3);
	else
		step->interval = *PG_GETARG_INTERVAL_P(3);
}

/* ---- transition ---- */

static int64
read_time(FunctionCallInfo fcinfo, ThAxisType type)
{
	int64 at;

	require_argument(fcinfo, 1, "time of a value");
	at = th_axis_from_datum(type, PG_GETARG_DATUM(1));
	if (!th_axis_is_finite(type, at))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("time %s of a value is not finite", th_axis_text(type, at))));
	return at;
}

static double
read_value(FunctionCallInfo fcinfo)
{
	double value;

	if (PG_ARGISNULL(2))
		return th_series_missing();
	value = PG_GETARG_FLOAT8(2);
	return isnan(value) ? get_float8_nan() : value;
}

static void
count_row(Site *site)
{
	if (++site->rows < ROWS_BETWEEN_LOOKS)
		return;
	th_progress_rows(site->rows);
	site->rows = 0;
}

/* Of arguments with or without a horizon; options are the last ones. */
static Datum
accumulate(FunctionCallInfo fcinfo, bool has_horizon)
{
	MemoryContext context = aggregate_context(fcinfo);
	bool is_new = fcinfo->flinfo->fn_extra == NULL;
	ThSeries *series = PG_ARGISNULL(0) ? NULL : (ThSeries *) PG_GETARG_POINTER(0);
	int options = has_horizon ? 5 : 4;
	Site *site = site_of(fcinfo);
	Terms terms = { 0 };

	if (is_new)
		site->type = axis_type(get_fn_expr_argtype(fcinfo->flinfo, 1));
	read_step(fcinfo, site->type, &terms.step);
	if (has_horizon)
	{
		require_argument(fcinfo, 4, "horizon");
		terms.horizon = PG_GETARG_INT32(4);
		th_check_horizon(terms.horizon);
	}
	if (PG_NARGS() > options && !PG_ARGISNULL(options))
		terms.options = PG_GETARG_VARLENA_PP(options);
	if (series == NULL)
		series = th_series_make(context, make_terms(fcinfo, site, &terms));
	else
		require_same(series->terms, &terms);
	th_series_add(context, series, read_time(fcinfo, site->type), read_value(fcinfo));
	count_row(site);
	PG_RETURN_POINTER(series);
}

Datum
th_forecast_accumulate(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, true);
}

Datum
th_fit_accumulate(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, false);
}

/* ---- parallel plans ---- */

static Terms
terms_of(const ThSeries *series)
{
	return (Terms){
		.step = series->terms->step,
		.horizon = series->terms->horizon,
		.options = series->terms->options,
	};
}

Datum
th_series_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	ThSeries *into = PG_ARGISNULL(0) ? NULL : (ThSeries *) PG_GETARG_POINTER(0);
	const ThSeries *from = PG_ARGISNULL(1) ? NULL : (ThSeries *) PG_GETARG_POINTER(1);
	Terms terms;

	if (from == NULL)
	{
		if (into == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(into);
	}
	terms = terms_of(from);
	if (into == NULL)
		into = th_series_make(context, make_terms(fcinfo, site_of(fcinfo), &terms));
	else
		require_same(into->terms, &terms);
	th_series_append(context, into, from);
	PG_RETURN_POINTER(into);
}

/*
 * Terms, size of the options, options, rows; between processes of one server, so as memory
 * has them.
 */
Datum
th_series_serialize(PG_FUNCTION_ARGS)
{
	const ThSeries *series = (ThSeries *) PG_GETARG_POINTER(0);
	const ThSeriesTerms *terms = series->terms;
	int32 options_size = terms->options == NULL ? 0 : VARSIZE_ANY(terms->options);
	StringInfoData buffer;

	aggregate_context(fcinfo);
	pq_begintypsend(&buffer);
	appendBinaryStringInfo(&buffer, (const char *) &terms->step, sizeof(terms->step));
	appendBinaryStringInfo(&buffer, (const char *) &terms->horizon, sizeof(terms->horizon));
	appendBinaryStringInfo(&buffer, (const char *) &options_size, sizeof(options_size));
	if (options_size > 0)
		appendBinaryStringInfo(&buffer, (const char *) terms->options, options_size);
	appendBinaryStringInfo(&buffer, (const char *) &series->count, sizeof(series->count));
	for (const ThSeriesPiece *piece = series->first; piece != NULL; piece = piece->next)
		appendBinaryStringInfo(&buffer, (const char *) piece->point,
							   piece->count * sizeof(ForecastPoint));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

static void
take(StringInfo buffer, void *into, int size)
{
	pq_copymsgbytes(buffer, into, size);
}

/* The state lives until it is combined; its terms as long as the call site. */
Datum
th_series_deserialize(PG_FUNCTION_ARGS)
{
	bytea *serialized = PG_GETARG_BYTEA_PP(0);
	StringInfoData buffer;
	Terms terms = { 0 };
	int32 options_size;
	int64 count;
	ThSeries *series;

	aggregate_context(fcinfo);
	initStringInfo(&buffer);
	appendBinaryStringInfo(&buffer, VARDATA_ANY(serialized), VARSIZE_ANY_EXHDR(serialized));
	take(&buffer, &terms.step, sizeof(terms.step));
	take(&buffer, &terms.horizon, sizeof(terms.horizon));
	take(&buffer, &options_size, sizeof(options_size));
	if (options_size > 0)
	{
		struct varlena *options = palloc(options_size);

		take(&buffer, options, options_size);
		terms.options = options;
	}
	series = th_series_make(CurrentMemoryContext,
							make_terms(fcinfo, site_of(fcinfo), &terms));
	take(&buffer, &count, sizeof(count));
	for (int64 i = 0; i < count; i++)
	{
		ForecastPoint point;

		take(&buffer, &point, sizeof(point));
		th_series_add(CurrentMemoryContext, series, point.at, point.value);
	}
	pq_getmsgend(&buffer);
	PG_RETURN_POINTER(series);
}
