/*
 * plot.c
 *	  Series and forecasts for the eye: tidehold.sparkline and tidehold.forecast_svg.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "core/forecast/plot.h"
#include "core/forecast/sparkline.h"
#include "forecast/doubles.h"

PG_FUNCTION_INFO_V1(th_sparkline);
PG_FUNCTION_INFO_V1(th_forecast_svg);

enum SvgArgument
{
	ARG_HISTORY,
	ARG_MEAN,
	ARG_LOWER,
	ARG_UPPER,
	ARG_TITLE,
	ARG_WIDTH,
	ARG_HEIGHT,
	ARG_LABELS
};

/* ---- sparkline ---- */

Datum
th_sparkline(PG_FUNCTION_ARGS)
{
	int n;
	double *value;
	int width;
	text *line;
	size_t length;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = th_doubles(PG_GETARG_ARRAYTYPE_P(0), "value", &n);
	width = PG_ARGISNULL(1) ? n : PG_GETARG_INT32(1);
	if (width < 1 && n > 0)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("width %d is below 1", width)));
	width = Min(width, n);
	line = palloc(VARHDRSZ + (size_t) width * FORECAST_SPARKLINE_CELL);
	length = forecast_sparkline(value, n, width, GetDatabaseEncoding() == PG_UTF8, VARDATA(line));
	SET_VARSIZE(line, VARHDRSZ + length);
	PG_RETURN_TEXT_P(line);
}

/* ---- plot ---- */

static void
append(void *context, const char *text, size_t length)
{
	appendBinaryStringInfo((StringInfo) context, text, (int) length);
}

/* Bytes of a database that has no encoding are taken as UTF-8. */
static const char *
utf8_of(text *given)
{
	char *string = text_to_cstring(given);

	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return string;
	return pg_server_to_any(string, (int) strlen(string), PG_UTF8);
}

/* One array of the forecast; all that are given have one length. */
static const double *
forecast_values(FunctionCallInfo fcinfo, enum SvgArgument argument, const char *name,
				ForecastPlot *plot)
{
	const double *value;
	int n;

	if (PG_ARGISNULL(argument))
		return NULL;
	value = th_doubles(PG_GETARG_ARRAYTYPE_P(argument), name, &n);
	if (plot->steps >= 0 && n != plot->steps)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements where the forecast has %d steps", name, n,
						plot->steps)));
	plot->steps = n;
	return value;
}

static const char *const *
labels(ArrayType *array, int count)
{
	Datum *elements;
	bool *nulls;
	int n;
	const char **label;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	if (n != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("labels has %d elements where history and forecast have %d", n, count),
				 errhint("Give one label for each value and each step, NULL for none.")));
	label = palloc_extended(Max(n, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		label[i] = nulls[i] ? NULL : utf8_of(DatumGetTextPP(elements[i]));
	return label;
}

static int
size_of(FunctionCallInfo fcinfo, enum SvgArgument argument, const char *name, int least)
{
	int size;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s must not be null", name)));
	size = PG_GETARG_INT32(argument);
	if (size < least || size > FORECAST_PLOT_SIZE_MAX)
		ereport(ERROR,
				(errcode(th_code_sqlstate(TH_INVALID_ARGUMENT)),
				 errmsg("%s %d is out of range", name, size),
				 errdetail("It is in pixels, from %d to %d.", least, FORECAST_PLOT_SIZE_MAX)));
	return size;
}

Datum
th_forecast_svg(PG_FUNCTION_ARGS)
{
	ForecastPlot plot = { .steps = -1 };
	StringInfoData drawing;
	ForecastPlotSink sink = { append, &drawing };

	plot.width = size_of(fcinfo, ARG_WIDTH, "width", FORECAST_PLOT_WIDTH_MIN);
	plot.height = size_of(fcinfo, ARG_HEIGHT, "height", FORECAST_PLOT_HEIGHT_MIN);
	if (!PG_ARGISNULL(ARG_HISTORY))
		plot.history =
			th_doubles(PG_GETARG_ARRAYTYPE_P(ARG_HISTORY), "history", &plot.history_count);
	plot.mean = forecast_values(fcinfo, ARG_MEAN, "mean", &plot);
	plot.lower = forecast_values(fcinfo, ARG_LOWER, "lower", &plot);
	plot.upper = forecast_values(fcinfo, ARG_UPPER, "upper", &plot);
	plot.steps = Max(plot.steps, 0);
	if (!PG_ARGISNULL(ARG_TITLE))
		plot.title = utf8_of(PG_GETARG_TEXT_PP(ARG_TITLE));
	if (!PG_ARGISNULL(ARG_LABELS))
		plot.label =
			labels(PG_GETARG_ARRAYTYPE_P(ARG_LABELS), plot.history_count + plot.steps);
	initStringInfo(&drawing);
	forecast_plot(&plot, &sink);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(drawing.data, drawing.len));
}
