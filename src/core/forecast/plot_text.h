/*
 * plot_text.h
 *	  Text in a drawing.
 */
#ifndef TIDEHOLD_CORE_FORECAST_PLOT_TEXT_H
#define TIDEHOLD_CORE_FORECAST_PLOT_TEXT_H

#include "core/forecast/plot.h"

/*
 * Writes format with its arguments: %s is a text in ASCII, %d an int, %f a double from -1e8 to
 * 1e8 with one decimal, %x an unsigned int in upper-case hexadecimal digits.
 */
void forecast_plot_write(const ForecastPlotSink *sink, const char *format, ...);

/*
 * UTF-8 as content of an element, in ASCII: what has a meaning in XML and what is not ASCII
 * as references, what XML cannot hold as U+FFFD.  After limit characters an ellipsis.
 */
void forecast_plot_text(const ForecastPlotSink *sink, const char *text, int limit);

/* Characters of a text; 0 of NULL. */
int forecast_plot_length(const char *text);

#endif
