/*
 * plot.h
 *	  A forecast and what came before it as a drawing: scalable vector graphics (SVG 1.1, World
 *	  Wide Web Consortium 2011), complete and in ASCII, readable on light and on dark ground.
 */
#ifndef TIDEHOLD_CORE_FORECAST_PLOT_H
#define TIDEHOLD_CORE_FORECAST_PLOT_H

#include <stddef.h>

#define FORECAST_PLOT_WIDTH_MIN 160
#define FORECAST_PLOT_HEIGHT_MIN 120
#define FORECAST_PLOT_SIZE_MAX 10000

/* Takes what is drawn, piece by piece; may leave by longjmp. */
typedef struct ForecastPlotSink
{
	void (*take)(void *context, const char *text, size_t length);
	void *context;
} ForecastPlotSink;

/*
 * Values may be anything: NaN is a gap, what is beyond 1e300 is drawn there.  Texts are UTF-8,
 * a byte that is none is drawn as a replacement.
 */
typedef struct ForecastPlot
{
	const char *title; /* or NULL */
	int width;		   /* pixels, within the limits above */
	int height;
	const double *history;
	int history_count;
	const double *mean; /* of the steps after the history */
	const double *lower;
	const double *upper;
	int steps;
	const char *const *label; /* of history and steps, or NULL; one may be NULL */
} ForecastPlot;

/* The length of the text does not grow with the number of values beyond that of pixels. */
void forecast_plot(const ForecastPlot *plot, const ForecastPlotSink *sink);

#endif
