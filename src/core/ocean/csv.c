/*
 * csv.c
 *	  Observations as comma-separated values.
 */
#include "core/ocean/csv.h"

#include <math.h>
#include <string.h>

#include "core/ocean/number.h"
#include "core/ocean/utc_time.h"

static const char *const field_names[OCEAN_CSV_FIELDS] = {
	"station", "time", "variable", "value", "flag"
};

/* ---- one field ---- */

/* Where a field is copied to; what does not fit makes it too long. */
typedef struct Target
{
	char *text; /* NULL: nobody wants it */
	size_t length;
	bool too_long;
} Target;

static void
put(Target *target, char c)
{
	if (target->text == NULL)
		return;
	if (target->length == OCEAN_CSV_FIELD_MAX)
		target->too_long = true;
	else
		target->text[target->length++] = c;
}

/* Behind the opening quote.  False: the text ends before the field does. */
static bool
take_quoted(OceanCsvReader *reader, Target *target)
{
	while (reader->at < reader->end)
	{
		char c = *reader->at++;

		if (c == '"')
		{
			if (reader->at == reader->end || *reader->at != '"')
				return true;
			reader->at++;
		}
		else if (c == '\n')
			reader->next_line++;
		put(target, c);
	}
	return false;
}

/* At the field's first byte; afterwards at the comma, the end of the line or of the text. */
static bool
take_field(OceanCsvReader *reader, Target *target)
{
	if (reader->at < reader->end && *reader->at == '"')
	{
		reader->at++;
		if (!take_quoted(reader, target))
		{
			reader->problem = "a quoted field has no end";
			return false;
		}
		if (reader->at < reader->end && *reader->at == '\r')
			reader->at++;
		if (reader->at == reader->end || *reader->at == ',' || *reader->at == '\n')
			return true;
		reader->problem = "something stands behind a quoted field";
		return false;
	}
	while (reader->at < reader->end && *reader->at != ',' && *reader->at != '\n')
		put(target, *reader->at++);
	if (target->text != NULL && target->length > 0 && target->text[target->length - 1] == '\r')
		target->length--;
	return true;
}

static void
skip_line(OceanCsvReader *reader)
{
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
	if (reader->at < reader->end)
	{
		reader->at++;
		reader->next_line++;
	}
}

/* ---- one line ---- */

static int
field_of_column(const OceanCsvReader *reader, int column)
{
	for (int i = 0; i < OCEAN_CSV_FIELDS; i++)
	{
		if (reader->column_of[i] == column)
			return i;
	}
	return -1;
}

/* Columns of the line, or -1. */
static int
take_line(OceanCsvReader *reader)
{
	int column = 0;

	for (int i = 0; i < OCEAN_CSV_FIELDS; i++)
		reader->length[i] = 0;
	for (;;)
	{
		int field = field_of_column(reader, column);
		Target target = { field >= 0 ? reader->field[field] : NULL, 0, false };

		if (!take_field(reader, &target))
			return -1;
		reader->problem = "a field is too long";
		if (target.too_long)
			return -1;
		if (field >= 0)
			reader->length[field] = target.length;
		column++;
		if (reader->at == reader->end || *reader->at != ',')
			break;
		reader->at++;
	}
	for (int i = 0; i < OCEAN_CSV_FIELDS; i++)
		reader->field[i][reader->length[i]] = '\0';
	reader->problem = NULL;
	return column;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool
is_named(const char *text, size_t length, const char *name)
{
	while (length > 0 && *text == ' ')
	{
		text++;
		length--;
	}
	while (length > 0 && text[length - 1] == ' ')
		length--;
	for (size_t i = 0; i < length; i++)
	{
		if (name[i] == '\0' || lower(text[i]) != name[i])
			return false;
	}
	return name[length] == '\0';
}

/* Reads the first line as one of names; true where all four that are needed are there. */
static bool
take_names(OceanCsvReader *reader)
{
	int found[OCEAN_CSV_FIELDS] = { -1, -1, -1, -1, -1 };
	char room[OCEAN_CSV_FIELD_MAX + 1];

	for (int column = 0; column < OCEAN_CSV_COLUMNS_MAX; column++)
	{
		Target target = { room, 0, false };

		if (!take_field(reader, &target))
			return false;
		for (int i = 0; i < OCEAN_CSV_FIELDS; i++)
		{
			if (found[i] < 0 && is_named(room, target.length, field_names[i]))
				found[i] = column;
		}
		if (reader->at == reader->end || *reader->at != ',')
			break;
		reader->at++;
	}
	for (int i = 0; i < OCEAN_CSV_FLAG; i++)
	{
		if (found[i] < 0)
			return false;
	}
	memcpy(reader->column_of, found, sizeof(found));
	return true;
}

static void
begin_lines(OceanCsvReader *reader)
{
	OceanCsvReader before = *reader;

	reader->has_begun = true;
	if (take_names(reader))
	{
		skip_line(reader);
		return;
	}
	reader->at = before.at;
	reader->next_line = before.next_line;
	reader->problem = NULL;
}

static int
last_column(const OceanCsvReader *reader)
{
	int last = 0;

	for (int i = 0; i < OCEAN_CSV_FLAG; i++)
		last = reader->column_of[i] > last ? reader->column_of[i] : last;
	return last;
}

static bool
take_value(OceanCsvReader *reader)
{
	const char *text = reader->field[OCEAN_CSV_VALUE];
	size_t length = reader->length[OCEAN_CSV_VALUE];

	reader->value = NAN;
	return length == 0 || is_named(text, length, "nan") ||
		   ocean_number(text, length, &reader->value);
}

static bool
take_flag(OceanCsvReader *reader)
{
	reader->flag = -1;
	if (reader->length[OCEAN_CSV_FLAG] == 0)
		return true;
	return ocean_digits(reader->field[OCEAN_CSV_FLAG], reader->length[OCEAN_CSV_FLAG],
						&reader->flag) &&
		   reader->flag <= 9;
}

static const char *
problem_of_row(OceanCsvReader *reader)
{
	if (reader->length[OCEAN_CSV_STATION] == 0)
		return "its station is empty";
	if (!ocean_time_from_iso(reader->field[OCEAN_CSV_TIME], reader->length[OCEAN_CSV_TIME],
							 &reader->time_us))
		return "its time is not ISO 8601 or does not exist";
	if (!take_value(reader))
		return "its value is no number";
	if (!take_flag(reader))
		return "its flag is not one of 0 to 9";
	return NULL;
}

void
ocean_csv_begin(OceanCsvReader *reader, const char *text, size_t length)
{
	memset(reader, 0, sizeof(*reader));
	reader->at = text;
	reader->end = text + length;
	reader->next_line = 1;
	for (int i = 0; i < OCEAN_CSV_FIELDS; i++)
		reader->column_of[i] = i;
}

OceanCsvResult
ocean_csv_next(OceanCsvReader *reader)
{
	int columns;

	if (!reader->has_begun)
		begin_lines(reader);
	while (reader->at < reader->end && (*reader->at == '\n' || *reader->at == '\r'))
	{
		reader->next_line += *reader->at == '\n';
		reader->at++;
	}
	if (reader->at == reader->end)
		return OCEAN_CSV_END;
	reader->line = reader->next_line;
	columns = take_line(reader);
	skip_line(reader);
	if (columns < 0)
		return OCEAN_CSV_BAD;
	reader->problem = "it has not all of the columns station, time, variable and value";
	if (columns <= last_column(reader))
		return OCEAN_CSV_BAD;
	reader->problem = problem_of_row(reader);
	return reader->problem == NULL ? OCEAN_CSV_ROW : OCEAN_CSV_BAD;
}
