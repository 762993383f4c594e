/*
 * plot_text.c
 *	  Text in a drawing.
 */
#include "core/forecast/plot_text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/forecast/plot_number.h"

#define REPLACEMENT 0xfffd
#define ELLIPSIS 0x2026

static int
put_hexadecimal(unsigned int value, char *text)
{
	int shift = 28;
	int length = 0;

	while (shift > 0 && value >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		text[length++] = "0123456789ABCDEF"[value >> shift & 0xf];
	return length;
}

static void
take(const ForecastPlotSink *sink, const char *text, size_t length)
{
	if (length > 0)
		sink->take(sink->context, text, length);
}

void
forecast_plot_write(const ForecastPlotSink *sink, const char *format, ...)
{
	char number[FORECAST_NUMBER_MAX];
	va_list arguments;
	const char *next;
	const char *text;

	va_start(arguments, format);
	for (next = strchr(format, '%'); next != NULL; next = strchr(format, '%'))
	{
		take(sink, format, (size_t) (next - format));
		format = next + 2;
		if (next[1] == 's')
		{
			text = va_arg(arguments, const char *);
			take(sink, text, strlen(text));
		}
		else if (next[1] == 'd')
			take(sink, number, (size_t) forecast_number_fixed(va_arg(arguments, int), 0, number));
		else if (next[1] == 'f')
			take(sink, number,
				 (size_t) forecast_number_fixed(va_arg(arguments, double), 1, number));
		else
			take(sink, number,
				 (size_t) put_hexadecimal(va_arg(arguments, unsigned int), number));
	}
	va_end(arguments);
	take(sink, format, strlen(format));
}

/* Bytes of a character by its first one, 0 where none begins so. */
static int
length_by_lead(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* What a character of XML 1.0 may be (production 2). */
static bool
may_stand(uint32_t code)
{
	if (code < 0x20)
		return code == '\t' || code == '\n' || code == '\r';
	return code < 0xd800 || (code >= 0xe000 && code < 0xfffe) ||
		   (code >= 0x10000 && code < 0x110000);
}

/* Moves on by one character, or by one byte that begins none. */
static uint32_t
next_character(const char **text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *byte = (const unsigned char *) *text;
	int length = length_by_lead(byte[0]);
	uint32_t code = length > 1 ? byte[0] & (0x7f >> length) : byte[0];

	(*text)++;
	for (int i = 1; i < length; i++)
	{
		if ((byte[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		code = code << 6 | (byte[i] & 0x3f);
	}
	if (length == 0 || code < least[length] || !may_stand(code))
		return REPLACEMENT;
	*text += length - 1;
	return code;
}

int
forecast_plot_length(const char *text)
{
	int length = 0;

	while (text != NULL && *text != '\0')
	{
		next_character(&text);
		length++;
	}
	return length;
}

static void
write_character(const ForecastPlotSink *sink, uint32_t code)
{
	char plain = (char) code;

	if (code < 0x20 || code >= 0x7f || strchr("<>&\"'", (int) code) != NULL)
		forecast_plot_write(sink, "&#x%x;", (unsigned int) code);
	else
		take(sink, &plain, 1);
}

void
forecast_plot_text(const ForecastPlotSink *sink, const char *text, int limit)
{
	bool whole = forecast_plot_length(text) <= limit;

	for (int i = 0; text != NULL && *text != '\0' && i < (whole ? limit : limit - 1); i++)
		write_character(sink, next_character(&text));
	if (!whole)
		write_character(sink, ELLIPSIS);
}
