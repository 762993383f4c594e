/*
 * sparkline.h
 *	  A series as one line of text (Tufte 2006, Beautiful Evidence).
 */
#ifndef TIDEHOLD_CORE_FORECAST_SPARKLINE_H
#define TIDEHOLD_CORE_FORECAST_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a cell at most. */
#define FORECAST_SPARKLINE_CELL 3

/*
 * Writes one cell for each of width parts of the n values, width being from 1 to n: the mean
 * of the part, from the lowest of eight signs at the least mean to the highest at the
 * largest; a space where nothing is known.  The signs are U+2581 to U+2588 in UTF-8, or
 * ASCII.  Infinite values are the lowest or the highest.  text holds FORECAST_SPARKLINE_CELL
 * bytes a cell; returns how many are used, without a zero at the end.
 */
size_t forecast_sparkline(const double *value, int n, int width, bool utf8, char *text);

#endif
