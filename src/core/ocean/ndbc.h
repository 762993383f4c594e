/*
 * ndbc.h
 *	  Text files of the U.S. National Data Buoy Center: standard meteorological data and
 *	  oceanographic data, of the last 45 days (realtime2) and historical.  Pure C11: no
 *	  PostgreSQL, no memory of its own, no clock.
 *
 * Columns are named by a header line: "#YY  MM DD hh mm WDIR ..." (a line of units, also
 * with a #, may follow), "YYYY MM DD hh mm WD ..." or "YY MM DD hh WD ..." (before 2007:
 * no units; before 2005: no minutes; before 1999: years of two digits).  Columns of other
 * names are passed over.  A header may come again, as where files were joined.
 * https://www.ndbc.noaa.gov/faq/measdes.shtml describes the columns.
 *
 * Missing is MM, and in historical files the column filled up with nines.  How many is not
 * written anywhere, and it varies between years.  So of each column is known from which on
 * such a number is a filling: 99.0 is one for waves in metres, and a wind from 99 degrees
 * or a pressure of 999.0 hPa is not.
 */
#ifndef TIDEHOLD_CORE_OCEAN_NDBC_H
#define TIDEHOLD_CORE_OCEAN_NDBC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OCEAN_NDBC_COLUMNS_MAX 40

typedef struct OceanNdbcColumn
{
	const char *name;	  /* in the header */
	const char *variable; /* ocean.variable.code; NULL: depth in metres of the line */
	double fill;		  /* the smallest number of nines that is a filling */
	double factor;		  /* to the unit of the variable */
} OceanNdbcColumn;

typedef enum OceanNdbcResult
{
	OCEAN_NDBC_ROW,
	OCEAN_NDBC_BAD, /* a line that is none: problem says why, reading goes on */
	OCEAN_NDBC_END
} OceanNdbcResult;

typedef struct OceanNdbcCell
{
	const OceanNdbcColumn *column;
	double value; /* in the unit of the variable; NaN: missing */
} OceanNdbcCell;

typedef struct OceanNdbcReader
{
	const char *at;
	const char *end;
	int64_t line; /* of the row or the problem, from 1 */
	const char *problem;

	/* By the last header. */
	bool has_header;
	int column_count;
	int time_columns;									   /* 4 or 5, and 6 never */
	const OceanNdbcColumn *column[OCEAN_NDBC_COLUMNS_MAX]; /* NULL: passed over */

	/* The row. */
	int64_t time_us; /* since 2000-01-01 00:00 UTC */
	double depth_m;	 /* NaN: none */
	int cell_count;
	OceanNdbcCell cell[OCEAN_NDBC_COLUMNS_MAX];
} OceanNdbcReader;

/* The text stays the caller's and must live as long as the reader. */
void ocean_ndbc_begin(OceanNdbcReader *reader, const char *text, size_t length);
OceanNdbcResult ocean_ndbc_next(OceanNdbcReader *reader);

#endif /* TIDEHOLD_CORE_OCEAN_NDBC_H */
