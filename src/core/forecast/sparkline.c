/*
 * sparkline.c
 *	  A series as one line of text.
 */
#include "core/forecast/sparkline.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LEVELS 8

/* Where all means are equal. */
#define MIDDLE 3

/* Mean of the known values of part i of width; NaN where there is none. */
static double
mean_of_part(const double *value, int n, int width, int i)
{
	int end = (int) ((int64_t) n * (i + 1) / width);
	double mean = 0;
	int count = 0;

	for (int t = (int) ((int64_t) n * i / width); t < end; t++)
	{
		if (isinf(value[t]))
			return value[t];
		/* By quotients, as a difference of two values may overflow. */
		if (!isnan(value[t]))
		{
			count++;
			mean += value[t] / count - mean / count;
		}
	}
	return count > 0 ? mean : NAN;
}

/* By halves: the range of two values may overflow. */
static int
level_of(double mean, double low, double high)
{
	double range = high / 2 - low / 2;
	double share;

	if (isinf(mean))
		return mean > 0 ? LEVELS - 1 : 0;
	if (!(range > 0))
		return MIDDLE;
	share = (mean / 2 - low / 2) / range;
	return share < 1 ? (int) (share * LEVELS) : LEVELS - 1;
}

static size_t
write_cell(int level, bool utf8, char *text)
{
	static const char ascii[LEVELS + 1] = ".:-=+*#@";

	if (!utf8)
	{
		*text = ascii[level];
		return 1;
	}
	memcpy(text, "\xe2\x96\x81", FORECAST_SPARKLINE_CELL);
	text[2] = (char) (text[2] + level);
	return FORECAST_SPARKLINE_CELL;
}

size_t
forecast_sparkline(const double *value, int n, int width, bool utf8, char *text)
{
	double low = INFINITY;
	double high = -INFINITY;
	size_t length = 0;

	for (int i = 0; i < width; i++)
	{
		double mean = mean_of_part(value, n, width, i);

		if (isfinite(mean))
		{
			low = fmin(low, mean);
			high = fmax(high, mean);
		}
	}
	for (int i = 0; i < width; i++)
	{
		double mean = mean_of_part(value, n, width, i);

		if (isnan(mean))
			text[length++] = ' ';
		else
			length += write_cell(level_of(mean, low, high), utf8, text + length);
	}
	return length;
}
