/*
 * csv.h
 *	  Observations as comma-separated values, RFC 4180: station, time, variable, value and,
 *	  where wanted, flag.  Pure C11: no PostgreSQL, no memory of its own, no clock.
 *
 * A first line that holds these names (in any order, in either case, others are passed
 * over) says which column is which; else they come in the order above.  Times are ISO 8601,
 * of UTC where they do not say otherwise.  A value that is empty or NaN is missing.
 * Lines end in LF or CRLF; fields in double quotes may hold commas, quotes written twice,
 * and ends of lines.
 */
#ifndef TIDEHOLD_CORE_OCEAN_CSV_H
#define TIDEHOLD_CORE_OCEAN_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OCEAN_CSV_COLUMNS_MAX 64

/* Codes have at most 200 characters, of up to 4 bytes. */
#define OCEAN_CSV_FIELD_MAX 800

typedef enum OceanCsvField
{
	OCEAN_CSV_STATION,
	OCEAN_CSV_TIME,
	OCEAN_CSV_VARIABLE,
	OCEAN_CSV_VALUE,
	OCEAN_CSV_FLAG,
	OCEAN_CSV_FIELDS
} OceanCsvField;

typedef enum OceanCsvResult
{
	OCEAN_CSV_ROW,
	OCEAN_CSV_BAD, /* problem says why; reading goes on with the next line */
	OCEAN_CSV_END
} OceanCsvResult;

typedef struct OceanCsvReader
{
	const char *at;
	const char *end;
	int64_t line; /* that the row or the problem begins in, from 1 */
	int64_t next_line;
	const char *problem;
	bool has_begun;
	int column_of[OCEAN_CSV_FIELDS]; /* -1: there is none */

	/* The row; texts end in a zero byte. */
	char field[OCEAN_CSV_FIELDS][OCEAN_CSV_FIELD_MAX + 1];
	size_t length[OCEAN_CSV_FIELDS];
	int64_t time_us; /* since 2000-01-01 00:00 UTC */
	double value;	 /* NaN: missing */
	int flag;		 /* -1: none is given */
} OceanCsvReader;

/* The text stays the caller's and must live as long as the reader. */
void ocean_csv_begin(OceanCsvReader *reader, const char *text, size_t length);
OceanCsvResult ocean_csv_next(OceanCsvReader *reader);

#endif /* TIDEHOLD_CORE_OCEAN_CSV_H */
