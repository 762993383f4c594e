/*
 * daily_aggregate.c
 *	  Rows of one series for the aggregates ocean.climatology and ocean.heatwaves.
 *
 * The rows are kept as the aggregates of forecasts keep theirs; the options, a value of
 * ocean.heatwave_options, lie where those have theirs.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "ocean/daily.h"
#include "ocean/daily_aggregate.h"

PG_FUNCTION_INFO_V1(th_ocean_daily_accumulate);

static bool
same_bytes(const struct varlena *a, const struct varlena *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/* Terms live as long as the call site, and are shared by series that have the same. */
static const ThSeriesTerms *
terms_of(FunctionCallInfo fcinfo, const struct varlena *options)
{
	FmgrInfo *site = fcinfo->flinfo;
	ThSeriesTerms *terms = site->fn_extra;
	ThHeatwaveOptions parsed;

	if (terms != NULL && same_bytes(terms->options, options))
		return terms;
	if (options != NULL)
		th_heatwave_options_read((HeapTupleHeader) options, &parsed);
	terms = MemoryContextAllocZero(site->fn_mcxt, sizeof(*terms));
	if (options != NULL)
		terms->options = memcpy(MemoryContextAlloc(site->fn_mcxt, VARSIZE(options)), options,
								VARSIZE(options));
	site->fn_extra = terms;
	return terms;
}

/* Arguments: state, day, value, options. */
Datum
th_ocean_daily_accumulate(PG_FUNCTION_ARGS)
{
	ThSeries *series = PG_ARGISNULL(0) ? NULL : (ThSeries *) PG_GETARG_POINTER(0);
	struct varlena *options = NULL;
	MemoryContext context;
	double value;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "a transition function was called outside an aggregate");
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		options = (struct varlena *) PG_GETARG_HEAPTUPLEHEADER(3);
	if (series == NULL)
		series = th_series_make(context, terms_of(fcinfo, options));
	else if (!same_bytes(series->terms->options, options))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("argument \"options\" is not the same in all rows of a series")));
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("a day of the series is null")));
	value = PG_ARGISNULL(2) ? NAN : PG_GETARG_FLOAT8(2);
	th_daily_check(PG_GETARG_DATEADT(1), value);
	th_series_add(context, series, PG_GETARG_DATEADT(1), value);
	PG_RETURN_POINTER(series);
}

void
th_daily_state_options(const ThSeries *rows, ThHeatwaveOptions *options)
{
	if (rows->terms->options == NULL)
		th_heatwave_options_default(options);
	else
		th_heatwave_options_read((HeapTupleHeader) rows->terms->options, options);
}
