/*
 * ocean_text_test.c
 *	  Times, numbers, files of the National Data Buoy Center and CSV.
 */
#include <math.h>
#include <string.h>

#include "core/ocean/csv.h"
#include "core/ocean/ndbc.h"
#include "core/ocean/number.h"
#include "core/ocean/utc_time.h"

#include "unit.h"

static bool
iso(const char *text, int64_t seconds)
{
	int64_t us;

	return ocean_time_from_iso(text, strlen(text), &us) && us == seconds * OCEAN_US_PER_SECOND;
}

static bool
no_time(const char *text)
{
	int64_t us = 77;

	return !ocean_time_from_iso(text, strlen(text), &us) && us == 77;
}

static void
times(void)
{
	int64_t us;

	CHECK(iso("2000-01-01", 0));
	CHECK(iso("1970-01-01T00:00:00Z", -946684800));
	CHECK(iso("2000-02-29 00:00", 59 * 86400));
	CHECK(iso("2100-03-01", INT64_C(3160857600)));
	CHECK(iso("2000-01-01T02:00+02", 0));
	CHECK(iso("2000-01-01T02:30+0230", 0));
	CHECK(iso("1999-12-31T21:30-02:30", 0));
	CHECK(iso("1999-12-31T23:59:60Z", 0));
	CHECK(iso("0001-01-01", INT64_C(-63082281600)));
	CHECK(ocean_time_from_iso("2000-01-01T00:00:00.1234567", 27, &us) && us == 123456);
	CHECK(ocean_time_from_iso("2000-01-01T00:00:00.5", 21, &us) && us == 500000);

	CHECK(no_time(""));
	CHECK(no_time("2001-02-29"));
	CHECK(no_time("1900-02-29"));
	CHECK(no_time("2000-13-01"));
	CHECK(no_time("2000-00-01"));
	CHECK(no_time("2000-04-31"));
	CHECK(no_time("0000-01-01"));
	CHECK(no_time("2000-01-01T24:00"));
	CHECK(no_time("2000-01-01T00:60"));
	CHECK(no_time("2000-01-01T00:00:61"));
	CHECK(no_time("2000-01-01T00:00."));
	CHECK(no_time("2000-01-01T00:00:00."));
	CHECK(no_time("2000-01-01T"));
	CHECK(no_time("2000-01-01T00:00+17:00"));
	CHECK(no_time("2000-01-01T00:00+2"));
	CHECK(no_time("2000-01-01 00:00 UTC"));
	CHECK(no_time("infinity"));
}

/* Every month of the calendar begins when the one before it ends. */
static void
months(void)
{
	bool right = true;

	for (int month = -1999 * 12; month < 8000 * 12; month++)
	{
		int64_t begin = ocean_utc_month_begin(month);

		right = right && ocean_utc_month_of(begin) == month &&
				ocean_utc_month_of(begin - 1) == month - 1;
	}
	CHECK(right);
	CHECK(ocean_utc_month_of(0) == 0 && ocean_utc_month_of(-1) == -1);
	CHECK(ocean_utc_year_begin(2001) == 366 * OCEAN_US_PER_DAY);
	CHECK(ocean_utc_year_begin(1850) == -54786 * OCEAN_US_PER_DAY);
}

static void
numbers(void)
{
	double value;
	int digits;

	CHECK(ocean_number("-1.25e1", 7, &value) && value == -12.5);
	CHECK(ocean_number("+0.5", 4, &value) && value == 0.5);
	CHECK(ocean_number("1.5xx", 3, &value) && value == 1.5);
	CHECK(!ocean_number("1.5xx", 5, &value));
	CHECK(!ocean_number("", 0, &value));
	CHECK(!ocean_number("inf", 3, &value));
	CHECK(!ocean_number("nan", 3, &value));
	CHECK(!ocean_number("0x10", 4, &value));
	CHECK(!ocean_number("1e999", 5, &value));
	CHECK(!ocean_number("1-1", 3, &value));
	CHECK(!ocean_number("\0001", 2, &value));
	CHECK(!ocean_number("00000000000000000000000000000000000000001", 41, &value));
	CHECK(ocean_digits("007", 3, &digits) && digits == 7);
	CHECK(!ocean_digits("-7", 2, &digits));
	CHECK(!ocean_digits("1234567890", 10, &digits));
}

static void
ndbc(void)
{
	static const char text[] =
		"#YY MM DD hh mm WVHT NEW WTMP\n"
		"#yr mo dy hr mn m x degC\n"
		"\n"
		"2023 08 14 12 20 99.00 7 MM\n"
		"98 1 1 0 0 1.5 7 -1.8\n"
		"short\n"
		"YY MM DD hh PRES\n"
		"98 1 1 0 999.0";
	OceanNdbcReader reader;

	ocean_ndbc_begin(&reader, text, strlen(text));
	CHECK(ocean_ndbc_next(&reader) == OCEAN_NDBC_ROW && reader.line == 4 && reader.cell_count == 2);
	CHECK(isnan(reader.cell[0].value) && isnan(reader.cell[1].value) && isnan(reader.depth_m));
	CHECK(strcmp(reader.cell[1].column->variable, "sea_water_temperature") == 0);
	CHECK(ocean_ndbc_next(&reader) == OCEAN_NDBC_ROW && reader.cell[0].value == 1.5);
	CHECK(reader.cell[1].value == -1.8 && reader.time_us == -730 * OCEAN_US_PER_DAY);
	CHECK(ocean_ndbc_next(&reader) == OCEAN_NDBC_BAD && reader.line == 6);
	CHECK(ocean_ndbc_next(&reader) == OCEAN_NDBC_ROW && reader.line == 8);
	CHECK(reader.cell_count == 1 && reader.cell[0].value == 999);
	CHECK(ocean_ndbc_next(&reader) == OCEAN_NDBC_END);
	CHECK(ocean_ndbc_next(&reader) == OCEAN_NDBC_END);
}

static void
csv(void)
{
	static const char text[] =
		"A,2000-01-01,t,1\n"
		"\"A \"\"b\"\"\",2000-01-01T00:10,\"t\n,u\",,9\r\n"
		"A,2000-01-01\n"
		"A,2000-01-01,t,1,x\n"
		"A,2000-01-01,t,1,2,and,more";
	static OceanCsvReader reader;

	ocean_csv_begin(&reader, text, strlen(text));
	CHECK(ocean_csv_next(&reader) == OCEAN_CSV_ROW && reader.line == 1 && reader.value == 1);
	CHECK(reader.flag == -1 && reader.time_us == 0);
	CHECK(ocean_csv_next(&reader) == OCEAN_CSV_ROW && reader.line == 2 && isnan(reader.value));
	CHECK(strcmp(reader.field[OCEAN_CSV_STATION], "A \"b\"") == 0);
	CHECK(strcmp(reader.field[OCEAN_CSV_VARIABLE], "t\n,u") == 0);
	CHECK(reader.flag == 9);
	CHECK(ocean_csv_next(&reader) == OCEAN_CSV_BAD && reader.line == 4);
	CHECK(ocean_csv_next(&reader) == OCEAN_CSV_BAD && reader.line == 5);
	CHECK(ocean_csv_next(&reader) == OCEAN_CSV_ROW && reader.flag == 2);
	CHECK(ocean_csv_next(&reader) == OCEAN_CSV_END);
}

/* A field of the greatest length, and one more. */
static void
long_fields(void)
{
	static const char rest[] = ",2000-01-01,t,1\nB,2000-01-02,t,2";
	static char text[OCEAN_CSV_FIELD_MAX + 100];
	static OceanCsvReader reader;

	for (int longer = 0; longer <= 1; longer++)
	{
		memset(text, 'A', OCEAN_CSV_FIELD_MAX + 1);
		memcpy(text + OCEAN_CSV_FIELD_MAX + longer, rest, sizeof(rest));
		ocean_csv_begin(&reader, text, strlen(text));
		CHECK(ocean_csv_next(&reader) == (longer ? OCEAN_CSV_BAD : OCEAN_CSV_ROW));
		CHECK(ocean_csv_next(&reader) == OCEAN_CSV_ROW && reader.value == 2 && reader.line == 2);
	}
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean: times as ISO 8601", times },
		{ "ocean: months of UTC", months },
		{ "ocean: numbers in files", numbers },
		{ "ocean: files of the National Data Buoy Center", ndbc },
		{ "ocean: comma-separated values", csv },
		{ "ocean: fields of the greatest length", long_fields },
	};

	return UNIT_RUN(groups);
}
