/*
 * final.c
 *	  From the state of an aggregate to a series that can be forecast.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/primnodes.h"

#include "core/forecast/method.h"
#include "forecast/final.h"
#include "forecast/progress.h"

/*
 * Rows have an order where ORDER BY stands inside the aggregate; those of a window have
 * that of the window.
 */
static bool
is_ordered(FunctionCallInfo fcinfo)
{
	const Aggref *aggregate = AggGetAggref(fcinfo);

	return aggregate == NULL || aggregate->aggorder != NIL;
}

void
th_final_init(ThFinal *final, FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "a final function was called outside an aggregate");
	th_work_init(&final->work, fcinfo->flinfo->fn_mcxt);
	final->source.first_has_meaning = is_ordered(fcinfo);
	th_progress_attach(fcinfo->flinfo->fn_mcxt);
}

/* The name of the series is in the memory of the work, so options with one are read again. */
static void
read_options(ThFinal *final, const ThSeriesTerms *terms)
{
	if (final->terms == terms && final->options.series == NULL)
		return;
	final->terms = terms;
	th_forecast_options_read(terms->options, &final->options);
}

const char *
th_final_grid(ThFinal *final, const ThSeries *series, ThGrid *grid)
{
	const char *refused;

	read_options(final, series->terms);
	final->source.series = series;
	final->source.options = &final->options;
	refused = th_grid_make(&final->work, &final->source, grid);
	if (refused == NULL)
		th_progress_series(final->options.series,
						   forecast_method_name(final->options.core.method), grid->series.n);
	return refused;
}

void
th_final_done(ThFinal *final)
{
	th_work_reset(&final->work);
	th_progress_series_done();
}
