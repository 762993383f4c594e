/*
 * feed_fuzz.c
 *	  Any bytes as template, JSON string, base64, literal of an array or a row, and time.
 *
 * Every buffer has just the size that the caller must give, so that a byte too many is
 * found.
 */
#include "core/feed/base64.h"
#include "core/feed/iso_time.h"
#include "core/feed/json_escape.h"
#include "core/feed/literal.h"
#include "core/feed/template.h"

#include "fuzz.h"

/* malloc(0) may be NULL. */
static void *
room_for(size_t size)
{
	return malloc(size > 0 ? size : 1);
}

/* What was written means what was read. */
static void
escape(const char *text, size_t length)
{
	size_t room = 6 * length + FEED_JSON_ESCAPE_ROOM;
	char *out = room_for(room);
	size_t taken;
	size_t written = feed_json_escape(out, room, text, length, &taken);
	size_t read = 0;

	HOLDS(taken == length && written <= 6 * length);
	for (size_t at = 0; at < written; read++)
	{
		unsigned char byte = (unsigned char) out[at++];

		HOLDS(byte >= 0x20 && byte != '"');
		if (byte == '\\')
		{
			static const char letters[] = "btnfr\"\\";
			static const char meanings[] = "\b\t\n\f\r\"\\";
			const char *letter = strchr(letters, out[at]);

			if (out[at] == 'u')
			{
				char digits[5] = { 0 };

				memcpy(digits, out + at + 1, 4);
				byte = (unsigned char) strtoul(digits, NULL, 16);
				at += 5;
			}
			else
			{
				HOLDS(letter != NULL);
				byte = (unsigned char) meanings[letter - letters];
				at++;
			}
		}
		HOLDS(read < length && byte == (unsigned char) text[read]);
	}
	HOLDS(read == length);
	free(out);
}

static void
base64(const char *text, size_t length)
{
	size_t room = FEED_BASE64_LENGTH(length);
	char *out = room_for(room);

	HOLDS(feed_base64(out, (const uint8_t *) text, length) == room);
	HOLDS(feed_base64_of_hex(out, text, length / 2) == FEED_BASE64_LENGTH(length / 2));
	free(out);
}

/* The parts, with braces doubled again, are the text. */
static void template(const char *text, size_t length)
{
	FeedTemplateError error = { NULL, 0 };
	int count = feed_template_parse(text, length, NULL, 0, &error);
	FeedPart *parts;
	size_t sum = 0;

	if (count < 0)
	{
		HOLDS(error.problem != NULL && error.at < length);
		return;
	}
	HOLDS((size_t) count <= length);
	parts = room_for(sizeof(FeedPart) * (size_t) count);
	HOLDS(feed_template_parse(text, length, parts, count, &error) == count);
	for (int i = 0; i < count; i++)
	{
		char last = parts[i].text[parts[i].length - 1];

		HOLDS(parts[i].length > 0 && parts[i].text >= text &&
			  parts[i].text + parts[i].length <= text + length);
		sum += parts[i].length;
		if (parts[i].kind != FEED_PART_LITERAL)
			sum += 2;
		else if (last == '{' || last == '}')
			sum++;
	}
	HOLDS(sum == length);
	free(parts);
}

static void
read_array(const char *text, size_t length)
{
	char *buffer = room_for(length);
	FeedLiteral literal;
	FeedToken token;
	size_t tokens = 0;

	feed_array_start(&literal, text, length, length > 0 && text[0] % 2 ? ';' : ',', buffer);
	do
	{
		token = feed_array_next(&literal);
		HOLDS(literal.at <= length && ++tokens <= length + 1);
	} while (token != FEED_TOKEN_BROKEN && literal.depth > 0);
	free(buffer);
}

static void
read_row(const char *text, size_t length)
{
	char *buffer = room_for(length);
	FeedLiteral literal;
	FeedToken token;
	size_t tokens = 0;

	feed_row_start(&literal, text, length, buffer);
	do
	{
		token = feed_row_next(&literal);
		HOLDS(literal.at <= length && ++tokens <= length + 1);
	} while (token == FEED_TOKEN_VALUE || token == FEED_TOKEN_NULL);
	free(buffer);
}

static void
times(FuzzInput input)
{
	char out[FEED_ISO_ROOM];

	HOLDS(feed_iso_timestamp(out, fuzz_int64(&input), true) <= sizeof(out));
	HOLDS(feed_iso_date(out, fuzz_int32(&input)) <= sizeof(out));
}

static void
time_of_text(const char *text, size_t length)
{
	char *out = room_for(length + 1);

	HOLDS(feed_iso_of_text(out, text, length, true) <= length);
	HOLDS(feed_iso_of_text(out, text, length, false) == length);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput input = { data, size };
	char *text = room_for(size);

	if (size > 0)
		memcpy(text, data, size);
	escape(text, size);
	base64(text, size);
	template(text, size);
	read_array(text, size);
	read_row(text, size);
	times(input);
	time_of_text(text, size);
	free(text);
	return 0;
}
