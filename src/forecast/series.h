/*
 * series.h
 *	  The transition state of the aggregates: the rows of one group, as they came.
 *
 * Pieces of 128 bytes, 256 and so on up to 8 kB hold 16 bytes a row; a piece that is full
 * stays where it is, so that nothing is copied and no memory left behind while many groups
 * grow side by side.  Nothing is sorted here: the final functions read a state and leave it
 * as it is, and may be called again after further rows.
 */
#ifndef TIDEHOLD_FORECAST_SERIES_H
#define TIDEHOLD_FORECAST_SERIES_H

#include "fmgr.h"

#include "forecast/axis.h"

/*
 * What is the same in all rows of a series, and so shared by the series of a call site.
 * Lives as long as the call site.
 */
typedef struct ThSeriesTerms
{
	ThAxisStep step;
	int horizon;				   /* 0: none was given */
	const struct varlena *options; /* as given, or NULL; found right */
} ThSeriesTerms;

typedef struct ThSeriesPiece
{
	struct ThSeriesPiece *next;
	int32 count;
	int32 capacity;
	ForecastPoint point[FLEXIBLE_ARRAY_MEMBER];
} ThSeriesPiece;

typedef struct ThSeries
{
	const ThSeriesTerms *terms;
	int64 count;
	ThSeriesPiece *first;
	ThSeriesPiece *last;
} ThSeries;

/*
 * A missing value, told from a NaN that somebody stored by its bits.  Both are NaN to
 * arithmetic.
 */
extern double th_series_missing(void);
extern bool th_series_is_missing(double value);

/* Without a row; the context is that of the aggregate. */
extern ThSeries *th_series_make(MemoryContext context, const ThSeriesTerms *terms);

/* value is NaN of th_series_missing where the row has none. */
extern void th_series_add(MemoryContext context, ThSeries *series, int64 at, double value);
extern void th_series_append(MemoryContext context, ThSeries *series, const ThSeries *other);

/* All rows in order of arrival into point[0..count-1]. */
extern void th_series_copy(const ThSeries *series, ForecastPoint *point);

#endif /* TIDEHOLD_FORECAST_SERIES_H */
