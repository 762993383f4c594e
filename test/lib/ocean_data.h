/*
 * ocean_data.h
 *	  Reads the daily series of seas, and the reference values for them: see shared_data.h.
 *
 * For test programs alone, which define _POSIX_C_SOURCE 200809L before all else.
 */
#ifndef TIDEHOLD_TEST_OCEAN_DATA_H
#define TIDEHOLD_TEST_OCEAN_DATA_H

#include "core/ocean/heatwave.h"

#include "shared_data.h"

#define OCEAN_COLUMNS_MAX 80
#define OCEAN_DATA_DAYS_MAX 20000

typedef struct OceanTable
{
	FILE *stream;
	char line[8192];
	char *field[OCEAN_COLUMNS_MAX];
	int fields;
} OceanTable;

/* The next line, cut at its commas; the files quote nothing. */
static inline bool
ocean_table_next(OceanTable *table)
{
	char *rest;

	if (fgets(table->line, sizeof(table->line), table->stream) == NULL)
		return false;
	table->line[strcspn(table->line, "\r\n")] = '\0';
	rest = table->line;
	for (table->fields = 0; rest != NULL && table->fields < OCEAN_COLUMNS_MAX; table->fields++)
	{
		char *comma = strchr(rest, ',');

		table->field[table->fields] = rest;
		if (comma != NULL)
			*comma++ = '\0';
		rest = comma;
	}
	return true;
}

/* A file below data/ocean, and its line of names; false where it is not there. */
static inline bool
ocean_table_open(OceanTable *table, const char *name)
{
	char below[512];
	const char *path;

	snprintf(below, sizeof(below), "data/ocean/%s", name);
	path = shared_path(below);
	table->stream = path == NULL ? NULL : fopen(path, "r");
	return table->stream != NULL && ocean_table_next(table);
}

static inline void
ocean_table_close(OceanTable *table)
{
	if (table->stream != NULL)
		fclose(table->stream);
}

/* NaN of an empty field. */
static inline double
ocean_number(const char *field)
{
	char *end;
	double number = strtod(field, &end);

	return end == field ? NAN : number;
}

static inline int
ocean_whole(const char *field)
{
	return (int) strtol(field, NULL, 10);
}

/* Days since 2000-01-01 of YYYY-MM-DD. */
static inline int32_t
ocean_day_of_text(const char *text)
{
	static const int before_month[] = { 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335 };
	int year = ocean_whole(text);
	int of_year = before_month[ocean_whole(text + 5) - 1] + ocean_whole(text + 8);

	return ocean_year_start(year) + of_year - 1 - (!ocean_leap_year(year) && of_year > 60);
}

typedef struct OceanSeriesFile
{
	int32_t day[OCEAN_DATA_DAYS_MAX];
	double value[OCEAN_DATA_DAYS_MAX];
	int rows;
} OceanSeriesFile;

/* One column of daily values; false where the file is not there. */
static inline bool
ocean_read_series(OceanSeriesFile *series, const char *name, int column)
{
	OceanTable table;

	series->rows = 0;
	if (!ocean_table_open(&table, name))
		return false;
	while (series->rows < OCEAN_DATA_DAYS_MAX && ocean_table_next(&table))
	{
		series->day[series->rows] = ocean_day_of_text(table.field[0]);
		series->value[series->rows++] = ocean_number(table.field[column]);
	}
	ocean_table_close(&table);
	return true;
}

#endif /* TIDEHOLD_TEST_OCEAN_DATA_H */
