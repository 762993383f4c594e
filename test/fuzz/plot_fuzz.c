/*
 * plot_fuzz.c
 *	  Drawings and sparklines of any values and texts, and exact sums of any terms.
 */
#include <math.h>

#include "core/forecast/exact_sum.h"
#include "core/forecast/plot.h"
#include "core/forecast/sparkline.h"

#include "../lib/svg.h"
#include "fuzz.h"

#define VALUES_MAX 48
#define TEXT_MAX 24

static char drawing[1 << 18];
static size_t drawn;

static void
append(void *context, const char *text, size_t length)
{
	(void) context;
	HOLDS(drawn + length < sizeof(drawing));
	memcpy(drawing + drawn, text, length);
	drawn += length;
	drawing[drawn] = '\0';
}

/* Any bits, or a small number, which alone make an axis that people would see. */
static int
values(FuzzInput *input, double *value)
{
	int count = fuzz_byte(input) % VALUES_MAX;
	uint8_t kind = fuzz_byte(input);

	for (int i = 0; i < count; i++)
		value[i] = kind % 2 ? (int8_t) fuzz_byte(input) / 4.0 : fuzz_double(input);
	return count;
}

static const char *
text(FuzzInput *input, char *buffer)
{
	int length = fuzz_byte(input) % TEXT_MAX;

	for (int i = 0; i < length; i++)
		buffer[i] = (char) fuzz_byte(input);
	buffer[length] = '\0';
	return buffer;
}

static void
draw(FuzzInput *input)
{
	static char buffer[2 * VALUES_MAX + 1][TEXT_MAX + 1];
	const char *label[2 * VALUES_MAX];
	double value[4][VALUES_MAX] = { { 0 } };
	ForecastPlot plot = {
		.history = value[0],
		.mean = value[1],
		.lower = value[2],
		.upper = value[3],
	};
	ForecastPlotSink sink = { append, NULL };

	plot.width = FORECAST_PLOT_WIDTH_MIN + fuzz_byte(input) * 4;
	plot.height = FORECAST_PLOT_HEIGHT_MIN + fuzz_byte(input) * 2;
	plot.history_count = values(input, value[0]);
	plot.steps = values(input, value[1]);
	values(input, value[2]);
	values(input, value[3]);
	plot.title = text(input, buffer[2 * VALUES_MAX]);
	for (int i = 0; i < plot.history_count + plot.steps; i++)
		label[i] = text(input, buffer[i]);
	plot.label = fuzz_byte(input) % 2 ? label : NULL;
	drawn = 0;
	forecast_plot(&plot, &sink);
	HOLDS(svg_is_well_formed(drawing));
	HOLDS(strlen(drawing) == drawn);
}

static void
spark(FuzzInput *input)
{
	char line[VALUES_MAX * FORECAST_SPARKLINE_CELL];
	double value[VALUES_MAX];
	int n = values(input, value);
	int width = n > 0 ? 1 + fuzz_byte(input) % n : 0;

	HOLDS(forecast_sparkline(value, n, width, false, line) == (size_t) width);
	HOLDS(forecast_sparkline(value, n, width, true, line) <= sizeof(line));
}

static void
sum(FuzzInput *input)
{
	double value[VALUES_MAX];
	int n = values(input, value);
	ForecastExactSum forward = { 0 };
	ForecastExactSum backward = { 0 };

	for (int i = 0; i < n; i++)
	{
		if (isfinite(value[i]))
			forecast_exact_add(&forward, value[i]);
		if (isfinite(value[n - 1 - i]))
			forecast_exact_subtract(&backward, value[n - 1 - i]);
	}
	HOLDS(forecast_exact_mean(&forward, n) == -forecast_exact_mean(&backward, n) || n == 0);
	forecast_exact_merge(&forward, &backward);
	HOLDS(forecast_exact_mean(&forward, 1) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput input = { data, size };

	draw(&input);
	spark(&input);
	sum(&input);
	return 0;
}
