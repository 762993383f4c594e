/*
 * daily.h
 *	  Daily series for the core: out of arrays, of an aggregate's rows, of ocean.daily_mean.
 *
 * The values are in the memory of the work.  A day without a row is a missing day; NULL and
 * NaN are missing values.  A day that comes twice and an infinite value are errors.
 */
#ifndef TIDEHOLD_OCEAN_DAILY_H
#define TIDEHOLD_OCEAN_DAILY_H

#include "utils/array.h"

#include "core/ocean/series.h"
#include "forecast/series.h"
#include "forecast/work.h"

/* In any order; the arrays are of one length. */
extern void th_daily_of_arrays(ThWork *work, ArrayType *days, ArrayType *values,
							   OceanSeries *series);

/* In the order in which they came. */
extern void th_daily_of_rows(ThWork *work, const ThSeries *rows, OceanSeries *series);

/*
 * Daily means of a stream, by the primary key; the caller must be allowed to read the
 * table.  Sees what the statement that calls it sees.
 */
extern void th_daily_of_stream(ThWork *work, int64 stream_id, OceanSeries *series);

/* Refuses a value that is infinite, or a day that is; day and value of a row. */
extern void th_daily_check(int32 day, double value);

extern char *th_day_text(int32 day);

#endif /* TIDEHOLD_OCEAN_DAILY_H */
