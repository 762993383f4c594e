/*
 * forecast_plot_test.c
 *	  Sparklines, axes, and drawings of whatever values: complete, well-formed, of bounded size.
 */
#include "core/forecast/plot.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/forecast/plot_axis.h"
#include "core/forecast/plot_number.h"
#include "core/forecast/plot_text.h"
#include "core/forecast/sparkline.h"

#include "../lib/svg.h"
#include "unit.h"

/* ---- sparkline ---- */

static bool
sparks(const double *value, int n, int width, bool utf8, const char *expected)
{
	char text[64 * FORECAST_SPARKLINE_CELL];
	size_t length = forecast_sparkline(value, n, width, utf8, text);

	return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static void
sparklines(void)
{
	static const double rising[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const double gaps[] = { NAN, 5, NAN, 6 };
	static const double wild[] = { -INFINITY, DBL_MAX, -DBL_MAX, 0, INFINITY };

	CHECK(sparks(rising, 8, 8, true, "▁▂▃▄▅▆▇█"));
	CHECK(sparks(rising, 8, 8, false, ".:-=+*#@"));
	CHECK(sparks(rising, 8, 4, false, ".-*@"));
	CHECK(sparks(rising, 8, 1, true, "▄"));
	CHECK(sparks(rising, 8, 3, false, ".=@"));
	CHECK(sparks(gaps, 4, 4, true, " ▁ █"));
	CHECK(sparks(gaps, 4, 2, false, ".@"));
	CHECK(sparks(wild, 5, 5, false, ".@.+@"));
	CHECK(sparks((double[]){ 7, 7, 7 }, 3, 3, true, "▄▄▄"));
	CHECK(sparks((double[]){ NAN }, 1, 1, true, " "));
	CHECK(sparks((double[]){ DBL_MAX, DBL_MAX, 0, 0 }, 4, 2, false, "@."));
	CHECK(sparks((double[]){ DBL_MAX, -DBL_MAX, 0, 0 }, 4, 2, false, "=="));
	CHECK(sparks(NULL, 0, 0, true, ""));
}

/* ---- axis ---- */

static const double range_low[] = { 0, 0, 37, 990, -3, -900, 5, 0, 1e9,
									1e-7, -1e300, 1e300, 0, 12345678, 1, 0.1, 12e3 };
static const double range_high[] = { 1, 100, 99, 1010, 7, -12, 5, 0, 3e9,
									 2e-7, 1e300, 1e300, DBL_TRUE_MIN, 12345679, 1 + DBL_EPSILON,
									 0.30000000000000004, 95e3 };

static void
axes(void)
{
	for (size_t i = 0; i < sizeof(range_low) / sizeof(double); i++)
	{
		char previous[FORECAST_AXIS_LABEL_MAX] = "";
		ForecastAxis axis;

		forecast_axis_fit(range_low[i], range_high[i], 6, &axis);
		CHECK(axis.low <= range_low[i] && axis.high >= range_high[i]);
		CHECK(axis.ticks >= 3 && axis.ticks <= 14);
		CHECK(fabs(forecast_axis_tick(&axis, axis.ticks - 1) - axis.high) < axis.step * 1e-9);
		for (int k = 0; k < axis.ticks; k++)
		{
			char label[FORECAST_AXIS_LABEL_MAX];

			forecast_axis_label(&axis, forecast_axis_tick(&axis, k), label);
			CHECK(strcmp(label, previous) != 0);
			memcpy(previous, label, sizeof(label));
		}
	}
}

static bool
first_labels(double low, double high, const char *first, const char *second)
{
	char label[FORECAST_AXIS_LABEL_MAX];
	ForecastAxis axis;
	bool same;

	forecast_axis_fit(low, high, 5, &axis);
	forecast_axis_label(&axis, forecast_axis_tick(&axis, 0), label);
	same = strcmp(label, first) == 0;
	forecast_axis_label(&axis, forecast_axis_tick(&axis, 1), label);
	return same && strcmp(label, second) == 0;
}

static bool
reads(double value, int decimals, bool scientific, const char *expected)
{
	char text[FORECAST_NUMBER_MAX];

	if (scientific)
		forecast_number_scientific(value, decimals, text);
	else
		forecast_number_fixed(value, decimals, text);
	return strcmp(text, expected) == 0;
}

static void
numbers(void)
{
	CHECK(reads(0, 0, false, "0") && reads(0, 2, false, "0.00") && reads(7, 0, false, "7"));
	CHECK(reads(-0.04, 1, false, "0.0") && reads(-0.06, 1, false, "-0.1"));
	CHECK(reads(1234.5, 1, false, "1234.5") && reads(0.05, 3, false, "0.050"));
	CHECK(reads(999999999, 9, false, "999999999.000000000") && reads(100, 1, false, "100.0"));
	CHECK(reads(1.5e6, 1, true, "1.5e6") && reads(-2e-7, 0, true, "-2e-7"));
	CHECK(reads(9.99e5, 1, true, "1.0e6") && reads(1e300, 2, true, "1.00e300"));
	CHECK(reads(1e-300, 0, true, "1e-300") && reads(1e23, 0, true, "1e23"));
}

static void
axis_labels(void)
{
	CHECK(first_labels(0, 100, "0", "20"));
	CHECK(first_labels(0, 0.9, "0", "0.2"));
	CHECK(first_labels(20e3, 90e3, "0", "20k"));
	CHECK(first_labels(1e6, 9e6, "0", "2M"));
	CHECK(first_labels(-9, 0, "-10", "-8"));
	CHECK(first_labels(0, 9e12, "0", "2.0e12"));
	CHECK(first_labels(0, 9e-8, "0", "2.0e-8"));
	CHECK(first_labels(990, 1010, "985", "990"));
}

/* ---- drawing ---- */

static char drawing[1 << 20];
static size_t drawn;

static void
append(void *context, const char *text, size_t length)
{
	(void) context;
	if (CHECK(drawn + length < sizeof(drawing)))
		memcpy(drawing + drawn, text, length);
	drawn += length;
	drawing[drawn] = '\0';
}

static const ForecastPlotSink sink = { append, NULL };

static void
draw(const ForecastPlot *plot)
{
	drawn = 0;
	forecast_plot(plot, &sink);
}

/* No number of a drawing is anything but a number. */
static bool
is_sound(void)
{
	return svg_is_well_formed(drawing) && strstr(drawing, "nan") == NULL &&
		   strstr(drawing, "inf") == NULL && strstr(drawing, "e+") == NULL;
}

static int
count_of(const char *part)
{
	int count = 0;

	for (const char *place = strstr(drawing, part); place != NULL; place = strstr(place + 1, part))
		count++;
	return count;
}

static const double wild_value[] = { 0, 1, -1, NAN, INFINITY, -INFINITY, DBL_MAX, -DBL_MAX,
									 DBL_TRUE_MIN, 1e-300, 1e300, 1e17, 0.1 };

static double
a_wild_value(void)
{
	return wild_value[unit_random_in(0, (int64_t) (sizeof(wild_value) / sizeof(double)) - 1)];
}

static void
whatever_values(void)
{
	double value[4][40];

	for (int round = 0; round < 3000; round++)
	{
		ForecastPlot plot = {
			.width = (int) unit_random_in(FORECAST_PLOT_WIDTH_MIN, 900),
			.height = (int) unit_random_in(FORECAST_PLOT_HEIGHT_MIN, 500),
			.title = round % 3 ? "Some title" : NULL,
			.history = round % 5 ? value[0] : NULL,
			.mean = round % 7 ? value[1] : NULL,
			.lower = round % 11 ? value[2] : NULL,
			.upper = round % 13 ? value[3] : NULL,
			.history_count = round % 5 ? (int) unit_random_in(0, 40) : 0,
			.steps = (int) unit_random_in(0, 40),
		};

		for (int i = 0; i < 160; i++)
			value[i / 40][i % 40] = a_wild_value();
		draw(&plot);
		CHECK(is_sound());
	}
}

static void
parts(void)
{
	static const double history[] = { 3, 4, NAN, 6 };
	static const double mean[] = { 7, 8 };
	ForecastPlot plot = { .width = 800, .height = 400, .history = history, .history_count = 4 };

	draw(&plot);
	CHECK(count_of("class=\"line history\"") == 2 && count_of(">history<") == 1);
	CHECK(count_of(">forecast<") == 0 && count_of(">interval<") == 0);
	CHECK(count_of("<circle") == 3 && count_of("class=\"now\"") == 0);
	plot.mean = mean;
	plot.steps = 2;
	draw(&plot);
	CHECK(count_of(">forecast<") == 1 && count_of(">interval<") == 0);
	CHECK(count_of("class=\"now\"") == 1);
	plot.lower = history;
	plot.upper = mean;
	draw(&plot);
	CHECK(count_of(">interval<") == 1 && count_of("<path class=\"band\"") == 1);
	CHECK(count_of("no values") == 0);
	plot = (ForecastPlot){ .width = 800, .height = 400 };
	draw(&plot);
	CHECK(count_of("no values") == 1 && is_sound());
	plot.history = (const double[]){ NAN, NAN };
	plot.history_count = 2;
	draw(&plot);
	CHECK(count_of("no values") == 1 && is_sound());
}

/* A single peak among a million values is there, and the text is no longer for them. */
static void
many_values(void)
{
	static double value[1000000];
	ForecastPlot plot = {
		.width = 800,
		.height = 400,
		.history = value,
		.history_count = 1000000,
		.mean = value,
		.lower = value,
		.upper = value,
		.steps = 1000000,
	};

	draw(&plot);
	CHECK(is_sound() && drawn < 100000);
	value[654321] = 1000;
	plot.steps = 0;
	draw(&plot);
	CHECK(count_of(">1000<") == 1);
}

static void
texts(void)
{
	static const char *const label[] = { "<script>", NULL, "a & b", "caf\xc3\xa9" };
	static const double history[] = { 1, 2, 3, 4 };
	ForecastPlot plot = {
		.width = 800,
		.height = 400,
		.history = history,
		.history_count = 4,
		.title = "\"A\" & <B> \xe2\x82\xac \xf0\x9f\x8c\x8a \xff \xed\xa0\x80 \xc3 \x01",
		.label = label,
	};

	draw(&plot);
	CHECK(is_sound());
	CHECK(count_of("<title>&#x22;A&#x22; &#x26; &#x3C;B&#x3E; &#x20AC; &#x1F30A; &#xFFFD; "
				   "&#xFFFD;&#xFFFD;&#xFFFD; &#xFFFD; &#xFFFD;</title>") == 1);
	CHECK(count_of(">&#x3C;script&#x3E;<") == 1 && count_of(">a &#x26; b<") == 1);
	CHECK(count_of(">caf&#xE9;<") == 1);
	CHECK(forecast_plot_length("caf\xc3\xa9") == 4 && forecast_plot_length(NULL) == 0);
	drawn = 0;
	forecast_plot_text(&sink, "\xe6\xbd\xae\xe6\xb1\x90 table", 4);
	CHECK(strcmp(drawing, "&#x6F6E;&#x6C50; &#x2026;") == 0);
	drawn = 0;
	/* A sequence that ends early is not read beyond its end. */
	forecast_plot_text(&sink, "\xf0\x9f", 10);
	CHECK(strcmp(drawing, "&#xFFFD;&#xFFFD;") == 0);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "forecast: sparklines", sparklines },
		{ "forecast: axes with round numbers", axes },
		{ "forecast: numbers as text", numbers },
		{ "forecast: labels of an axis", axis_labels },
		{ "forecast: drawings of whatever values", whatever_values },
		{ "forecast: parts of a drawing", parts },
		{ "forecast: drawings of many values", many_values },
		{ "forecast: texts in a drawing", texts },
	};

	return UNIT_RUN(groups);
}
