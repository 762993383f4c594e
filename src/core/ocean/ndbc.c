/*
 * ndbc.c
 *	  Text files of the U.S. National Data Buoy Center.
 */
#include "core/ocean/ndbc.h"

#include <math.h>
#include <string.h>

#include "core/ocean/number.h"
#include "core/ocean/utc_time.h"

#define METRES_PER_FOOT 0.3048

/* Two digits were used until 1998 only. */
#define CENTURY_OF_SHORT_YEARS 1900

static const OceanNdbcColumn known_columns[] = {
	{ "WDIR", "wind_from_direction", 999, 1 },
	{ "WD", "wind_from_direction", 999, 1 },
	{ "WSPD", "wind_speed", 99, 1 },
	{ "GST", "wind_speed_of_gust", 99, 1 },
	{ "WVHT", "sea_surface_wave_significant_height", 99, 1 },
	{ "DPD", "sea_surface_wave_period_at_variance_spectral_density_maximum", 99, 1 },
	{ "APD", "sea_surface_wave_mean_period", 99, 1 },
	{ "MWD", "sea_surface_wave_from_direction", 999, 1 },
	{ "PRES", "air_pressure_at_mean_sea_level", 9999, 1 },
	{ "BAR", "air_pressure_at_mean_sea_level", 9999, 1 },
	{ "ATMP", "air_temperature", 99, 1 },
	{ "WTMP", "sea_water_temperature", 99, 1 },
	{ "DEWP", "dew_point_temperature", 99, 1 },
	{ "VIS", "visibility_in_air", 99, 1 },
	{ "PTDY", "tendency_of_air_pressure", 99, 1 },
	{ "TIDE", "water_level", 99, METRES_PER_FOOT },
	{ "DEPTH", NULL, 999, 1 },
	{ "OTMP", "sea_water_temperature", 99, 1 },
	{ "COND", "sea_water_electrical_conductivity", 99, 1 },
	{ "SAL", "sea_water_practical_salinity", 99, 1 },
	{ "O2%", "fractional_saturation_of_oxygen_in_sea_water", 999, 1 },
	{ "O2PPM", "mass_concentration_of_oxygen_in_sea_water", 99, 1 },
	{ "CLCON", "mass_concentration_of_chlorophyll_in_sea_water", 99, 1 },
	{ "TURB", "sea_water_turbidity", 999, 1 },
	{ "PH", "sea_water_ph_reported_on_total_scale", 99, 1 },
	{ "EH", "redox_potential", 999, 1 },
};

static const double nines[] = { 99, 99.9, 99.99, 999, 999.9, 999.99, 9999, 9999.9, 99999 };

typedef struct Token
{
	const char *text;
	size_t length;
} Token;

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
token_is(const Token *token, const char *word)
{
	return token->length == strlen(word) && memcmp(token->text, word, token->length) == 0;
}

/* Splits the next line; -1 at the end of the text; of too many columns one more is counted. */
static int
next_line(OceanNdbcReader *reader, Token *tokens)
{
	int count = 0;

	if (reader->at == reader->end)
		return -1;
	reader->line++;
	while (reader->at < reader->end && *reader->at != '\n')
	{
		const char *start = reader->at;

		while (reader->at < reader->end && *reader->at != '\n' && !is_blank(*reader->at))
			reader->at++;
		if (reader->at == start)
		{
			reader->at++;
			continue;
		}
		if (count < OCEAN_NDBC_COLUMNS_MAX)
			tokens[count] = (Token){ start, (size_t) (reader->at - start) };
		if (count <= OCEAN_NDBC_COLUMNS_MAX)
			count++;
	}
	if (reader->at < reader->end)
		reader->at++;
	return count;
}

/* ---- header ---- */

static bool
is_header(const Token *first)
{
	return token_is(first, "#YY") || token_is(first, "YY") ||
		   token_is(first, "YYYY") || token_is(first, "#YYYY");
}

static bool
is_comment(const Token *first)
{
	return first->text[0] == '#' || token_is(first, "yr");
}

static const OceanNdbcColumn *
find_column(const Token *name)
{
	for (size_t i = 0; i < sizeof(known_columns) / sizeof(known_columns[0]); i++)
	{
		if (token_is(name, known_columns[i].name))
			return &known_columns[i];
	}
	return NULL;
}

/* False: these are no columns of time. */
static bool
take_header(OceanNdbcReader *reader, const Token *tokens, int count)
{
	reader->has_header = false;
	if (count > OCEAN_NDBC_COLUMNS_MAX || count < 5 || !token_is(&tokens[1], "MM") ||
		!token_is(&tokens[2], "DD") || !token_is(&tokens[3], "hh"))
	{
		reader->problem = "the header names no columns YY MM DD hh";
		return false;
	}
	reader->time_columns = token_is(&tokens[4], "mm") ? 5 : 4;
	reader->column_count = count;
	for (int i = 0; i < count; i++)
		reader->column[i] = i < reader->time_columns ? NULL : find_column(&tokens[i]);
	reader->has_header = true;
	return true;
}

/* ---- rows ---- */

static bool
take_time(OceanNdbcReader *reader, const Token *tokens)
{
	int field[5] = { 0 };
	OceanDateTime moment = { 0 };

	for (int i = 0; i < reader->time_columns; i++)
	{
		if (!ocean_digits(tokens[i].text, tokens[i].length, &field[i]))
			return false;
	}
	moment.year = field[0] < 100 ? field[0] + CENTURY_OF_SHORT_YEARS : field[0];
	moment.month = field[1];
	moment.day = field[2];
	moment.hour = field[3];
	moment.minute = field[4];
	return ocean_time_from_fields(&moment, &reader->time_us);
}

static bool
is_filling(double number, double smallest)
{
	for (size_t i = 0; i < sizeof(nines) / sizeof(nines[0]); i++)
	{
		if (number == nines[i])
			return number >= smallest;
	}
	return false;
}

/* False: not a number. */
static bool
take_value(const Token *token, const OceanNdbcColumn *column, double *value)
{
	double number;

	*value = NAN;
	if (token_is(token, "MM"))
		return true;
	if (!ocean_number(token->text, token->length, &number))
		return false;
	if (!is_filling(number, column->fill))
		*value = number * column->factor;
	return true;
}

static bool
take_row(OceanNdbcReader *reader, const Token *tokens, int count)
{
	reader->cell_count = 0;
	reader->depth_m = NAN;
	reader->problem = "it has not the columns of the header";
	if (count != reader->column_count)
		return false;
	reader->problem = "its time does not exist";
	if (!take_time(reader, tokens))
		return false;
	reader->problem = "a value is no number";
	for (int i = reader->time_columns; i < count; i++)
	{
		const OceanNdbcColumn *column = reader->column[i];
		double value;

		if (column == NULL)
			continue;
		if (!take_value(&tokens[i], column, &value))
			return false;
		if (column->variable == NULL)
			reader->depth_m = value;
		else
			reader->cell[reader->cell_count++] = (OceanNdbcCell){ column, value };
	}
	reader->problem = NULL;
	return true;
}

void
ocean_ndbc_begin(OceanNdbcReader *reader, const char *text, size_t length)
{
	memset(reader, 0, sizeof(*reader));
	reader->at = text;
	reader->end = text + length;
}

OceanNdbcResult
ocean_ndbc_next(OceanNdbcReader *reader)
{
	Token tokens[OCEAN_NDBC_COLUMNS_MAX];
	int count;

	while ((count = next_line(reader, tokens)) >= 0)
	{
		if (count == 0)
			continue;
		if (is_header(&tokens[0]))
		{
			if (!take_header(reader, tokens, count))
				return OCEAN_NDBC_BAD;
			continue;
		}
		if (is_comment(&tokens[0]))
			continue;
		reader->problem = "no header line that begins with #YY, YY or YYYY stands before it";
		if (!reader->has_header)
			return OCEAN_NDBC_BAD;
		return take_row(reader, tokens, count) ? OCEAN_NDBC_ROW : OCEAN_NDBC_BAD;
	}
	return OCEAN_NDBC_END;
}
