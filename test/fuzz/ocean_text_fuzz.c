/*
 * ocean_text_fuzz.c
 *	  Any text as a file of the National Data Buoy Center, as CSV and as a time.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/ocean/csv.h"
#include "core/ocean/ndbc.h"
#include "core/ocean/utc_time.h"

#include "fuzz.h"

/* Years 1 to 9999, with room for offsets. */
static bool
time_is_possible(int64_t us)
{
	return us >= ocean_utc_year_begin(1) - OCEAN_US_PER_DAY &&
		   us <= ocean_utc_year_begin(9999) + 367 * OCEAN_US_PER_DAY;
}

/* Pieces of what the readers know make more of a file than random bytes do. */
static size_t
make_text(const uint8_t *data, size_t size, char *text, size_t room)
{
	static const char *const pieces[] = {
		"#YY  MM DD hh mm WDIR WVHT PRES WTMP DEPTH O2%\n", "YY MM DD hh WD WTMP\n", "#yr mo dy\n",
		"2023 08 14 12 20 ", "98 12 31 23 ", "MM ", "99.00 ", "999 ", "9999.0 ", "\n", "\r\n",
		"station,time,variable,value,flag\n", "44013,", "2022-08-01T00:10:00Z,", "sea_water_temperature,",
		"\"", "\"\"", ",", "NaN", "1e999", "-1.5", "+02:30", " "
	};
	size_t count = sizeof(pieces) / sizeof(pieces[0]);
	size_t length = 0;

	for (size_t i = 0; i < size; i++)
	{
		const char *piece = data[i] < 128 ? pieces[data[i] % count] : (const char *) &data[i];
		size_t piece_length = data[i] < 128 ? strlen(piece) : 1;

		if (length + piece_length > room)
			break;
		memcpy(text + length, piece, piece_length);
		length += piece_length;
	}
	return length;
}

static void
read_all(const char *text, size_t length)
{
	OceanNdbcReader *ndbc = malloc(sizeof(*ndbc));
	OceanCsvReader *csv = malloc(sizeof(*csv));
	OceanNdbcResult from_ndbc;
	OceanCsvResult from_csv;
	int64_t us;
	int64_t line = 0;

	ocean_ndbc_begin(ndbc, text, length);
	while ((from_ndbc = ocean_ndbc_next(ndbc)) != OCEAN_NDBC_END)
	{
		HOLDS(ndbc->line > line);
		line = ndbc->line;
		HOLDS((from_ndbc == OCEAN_NDBC_BAD) == (ndbc->problem != NULL));
		HOLDS(from_ndbc == OCEAN_NDBC_BAD || time_is_possible(ndbc->time_us));
		for (int i = 0; from_ndbc == OCEAN_NDBC_ROW && i < ndbc->cell_count; i++)
			HOLDS(!isinf(ndbc->cell[i].value) && ndbc->cell[i].column->variable != NULL);
	}
	HOLDS(ndbc->at == ndbc->end);
	line = 0;
	ocean_csv_begin(csv, text, length);
	while ((from_csv = ocean_csv_next(csv)) != OCEAN_CSV_END)
	{
		HOLDS(csv->line > line);
		line = csv->line;
		HOLDS((from_csv == OCEAN_CSV_BAD) == (csv->problem != NULL));
		if (from_csv == OCEAN_CSV_BAD)
			continue;
		HOLDS(time_is_possible(csv->time_us) && !isinf(csv->value));
		HOLDS(csv->flag >= -1 && csv->flag <= 9);
		HOLDS(csv->length[OCEAN_CSV_STATION] > 0);
	}
	HOLDS(csv->at == csv->end);
	if (ocean_time_from_iso(text, length, &us))
		HOLDS(time_is_possible(us) && ocean_utc_month_begin(ocean_utc_month_of(us)) <= us);
	free(csv);
	free(ndbc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as the text: what is read behind it is seen. */
	char *text = malloc(size * 64 + 1);
	size_t length = make_text(data, size, text, size * 64);
	char *exact = malloc(length > 0 ? length : 1);
	char *raw = malloc(size > 0 ? size : 1);

	memcpy(exact, text, length);
	read_all(exact, length);
	if (size > 0)
		memcpy(raw, data, size);
	read_all(raw, size);
	free(raw);
	free(exact);
	free(text);
	return 0;
}
