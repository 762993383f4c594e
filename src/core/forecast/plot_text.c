/*
 * plot_text.c
 *	  Text in a drawing.
 */
#include "core/forecast/plot_text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PIECE_MAX 256
#define REPLACEMENT 0xfffd
#define ELLIPSIS 0x2026

void
forecast_plot_write(const ForecastPlotSink *sink, const char *format, ...)
{
	char piece[PIECE_MAX];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(piece, sizeof(piece), format, arguments);
	va_end(arguments);
	if (length >= PIECE_MAX)
		length = PIECE_MAX - 1;
	if (length > 0)
		sink->write(sink->context, piece, (size_t) length);
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
	return code < 0xd800 || (code >= 0xe000 && code < 0xfffe) || (code >= 0x10000 && code < 0x110000);
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
		forecast_plot_write(sink, "&#x%X;", (unsigned int) code);
	else
		sink->write(sink->context, &plain, 1);
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
