/*
 * series.h
 *	  Daily series by the calendar, and what every function over them may answer.
 *
 * Days are counted from 2000-01-01, which is day 0.  A series has one value for every day
 * from its first to its last; NaN is a value that is missing.  A day that has no row is a
 * missing day, and never bridged: what was measured before it and after it are no
 * neighbours.  Memory and interruption are lent as to a forecast (core/forecast/forecast.h).
 */
#ifndef TIDEHOLD_CORE_OCEAN_SERIES_H
#define TIDEHOLD_CORE_OCEAN_SERIES_H

#include "core/forecast/forecast.h"

typedef enum OceanStatus
{
	OCEAN_OK = 0,
	OCEAN_BAD_ARGUMENT,		/* outside of what a header says; days beyond OCEAN_DAY_MAX */
	OCEAN_BAD_VALUE,		/* infinite, or beyond OCEAN_VALUE_MAX */
	OCEAN_UNORDERED,		/* days that do not ascend: one twice, or one before another */
	OCEAN_TOO_LONG,			/* more than OCEAN_DAYS_MAX from the first day to the last */
	OCEAN_EMPTY,			/* no day, or where values are needed none */
	OCEAN_BASELINE_OUTSIDE, /* no day of the first or of the last year of the baseline */
	OCEAN_TOO_FEW_YEARS,	/* fewer years with values than the policy wants */
	OCEAN_NO_MEMORY,
	OCEAN_INTERRUPTED
} OceanStatus;

/* More than a thousand years: one bogus date must not ask for memory without end. */
#define OCEAN_DAYS_MAX 400000

/* To both sides of day 0. */
#define OCEAN_DAY_MAX 2000000

/* Sums of squares of so large values do not overflow. */
#define OCEAN_VALUE_MAX 1e15

typedef struct OceanSeries
{
	int32_t first_day;
	int n;
	const double *value; /* NaN where missing */
} OceanSeries;

/* OCEAN_EMPTY, OCEAN_TOO_LONG, OCEAN_BAD_VALUE or OCEAN_BAD_ARGUMENT of what is none. */
OceanStatus ocean_series_check(const OceanSeries *series);

/* Rows with ascending days, to a series with the days between them missing. */
OceanStatus ocean_series_of_rows(const ForecastWork *work, const int32_t *day,
								 const double *value, int rows, OceanSeries *series);

/*
 * Runs of at most pad_days missing values, 0 to OCEAN_PAD_MAX, are put on the straight line
 * between their neighbours; at the ends of the series they take the nearest value.  Longer
 * runs stay missing as a whole.
 */
OceanStatus ocean_series_pad(const ForecastWork *work, const OceanSeries *series, int pad_days,
							 OceanSeries *padded);

#define OCEAN_PAD_MAX 366

#endif /* TIDEHOLD_CORE_OCEAN_SERIES_H */
