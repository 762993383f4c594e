/*
 * feed_text_test.c
 *	  What the feed writes of texts, bytes and times: JSON escapes, base64, ISO 8601.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/feed/base64.h"
#include "core/feed/iso_time.h"
#include "core/feed/json_escape.h"

#include "unit.h"

/* ---- JSON escapes ---- */

/* One byte at a time, as RFC 8259 says. */
static size_t
escape_slowly(char *out, const char *text, size_t length)
{
	static const char named[][2] = { { '\b', 'b' }, { '\f', 'f' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' }, { '"', '"' }, { '\\', '\\' } };
	size_t written = 0;

	for (size_t i = 0; i < length; i++)
	{
		unsigned char byte = (unsigned char) text[i];
		size_t name = 0;

		while (name < 7 && named[name][0] != text[i])
			name++;
		if (name < 7)
			written += (size_t) snprintf(out + written, 8, "\\%c", named[name][1]);
		else if (byte < 32)
			written += (size_t) snprintf(out + written, 8, "\\u%04x", byte);
		else
			out[written++] = text[i];
	}
	return written;
}

/* With just the room given at a time, so that every place to stop is met. */
static bool
escapes_as_slowly(const char *text, size_t length, size_t room)
{
	char *expected = malloc(6 * length + 16);
	char *out = malloc(6 * length + 8);
	char *piece = malloc(room); /* not a byte more: a write behind it is found */
	size_t expected_length = escape_slowly(expected, text, length);
	size_t written = 0;
	size_t done = 0;

	while (done < length)
	{
		size_t taken;
		size_t piece_length = feed_json_escape(piece, room, text + done, length - done, &taken);

		if (taken == 0 || written + piece_length > expected_length)
			break;
		memcpy(out + written, piece, piece_length);
		written += piece_length;
		done += taken;
	}

	bool same = done == length && written == expected_length &&
				memcmp(out, expected, written) == 0;

	free(piece);
	free(out);
	free(expected);
	return same;
}

static void
every_byte_is_escaped(void)
{
	for (int byte = 0; byte < 256; byte++)
	{
		for (size_t place = 0; place < 24; place++)
		{
			char text[24];

			memset(text, 'x', sizeof(text));
			text[place] = (char) byte;
			CHECK(escapes_as_slowly(text, sizeof(text), sizeof(text) + FEED_JSON_ESCAPE_ROOM));
			CHECK(escapes_as_slowly(text, place + 1, FEED_JSON_ESCAPE_ROOM));
		}
	}
}

static void
random_texts_are_escaped(void)
{
	static const char frequent[] = "\"\\\n\x1f\x20\x7f\x80\xff\x00";

	for (int i = 0; i < 20000; i++)
	{
		char text[64];
		size_t length = (size_t) unit_random_in(0, sizeof(text));
		size_t room = (size_t) unit_random_in(FEED_JSON_ESCAPE_ROOM, 100);

		for (size_t at = 0; at < length; at++)
		{
			uint64_t random = unit_random();

			text[at] = random % 4 == 0 ? frequent[random / 4 % sizeof(frequent)] :
										 (char) (random >> 32);
		}
		if (!CHECK(escapes_as_slowly(text, length, room)))
			return;
	}
}

static void
plain_text_takes_one_call(void)
{
	char text[100];
	char out[sizeof(text) + FEED_JSON_ESCAPE_ROOM];

	memset(text, 'y', sizeof(text));
	for (size_t length = 0; length <= sizeof(text); length++)
	{
		size_t taken = 0;
		size_t room = length + FEED_JSON_ESCAPE_ROOM;
		size_t written = feed_json_escape(out, room, text, length, &taken);

		CHECK(taken == length && written == length && memcmp(out, text, length) == 0);
	}
}

/* ---- base64 ---- */

static bool
encodes(const char *text, const char *expected)
{
	char out[64];
	size_t length = feed_base64(out, (const uint8_t *) text, strlen(text));

	return length == strlen(expected) && memcmp(out, expected, length) == 0 &&
		   length == FEED_BASE64_LENGTH(strlen(text));
}

/* Section 10 of RFC 4648. */
static void
base64_of_the_standard(void)
{
	CHECK(encodes("", ""));
	CHECK(encodes("f", "Zg=="));
	CHECK(encodes("fo", "Zm8="));
	CHECK(encodes("foo", "Zm9v"));
	CHECK(encodes("foob", "Zm9vYg=="));
	CHECK(encodes("fooba", "Zm9vYmE="));
	CHECK(encodes("foobar", "Zm9vYmFy"));
	CHECK(encodes("\xfb\xff\xbe", "+/++"));
}

static void
hexadecimal_gives_the_same(void)
{
	for (int i = 0; i < 5000; i++)
	{
		uint8_t bytes[40];
		char digits[2 * sizeof(bytes) + 1];
		char from_bytes[64];
		char from_digits[64];
		size_t count = (size_t) unit_random_in(0, sizeof(bytes));
		const char *format = i % 2 == 0 ? "%02x" : "%02X";

		for (size_t at = 0; at < count; at++)
		{
			bytes[at] = (uint8_t) unit_random();
			snprintf(digits + 2 * at, 3, format, bytes[at]);
		}

		size_t length = feed_base64(from_bytes, bytes, count);

		if (!CHECK(feed_base64_of_hex(from_digits, digits, count) == length &&
				   memcmp(from_bytes, from_digits, length) == 0))
			return;
	}
}

/* ---- dates and times ---- */

#define SECONDS_TO_2000 INT64_C(946684800)
#define DAY INT64_C(86400)

static bool
is(const char *text, size_t length, const char *expected)
{
	return strlen(expected) == length && memcmp(text, expected, length) == 0;
}

/* The C library's calendar; datestyle ISO where separator is a space. */
static void
expect(char *out, size_t room, int64_t seconds, int microsecond, char separator, const char *zone)
{
	time_t time = (time_t) (seconds + SECONDS_TO_2000);
	const struct tm *civil = gmtime(&time);
	long year = 1900L + civil->tm_year;
	char fraction[16] = "";

	if (microsecond != 0)
	{
		snprintf(fraction, sizeof(fraction), ".%06d", microsecond);
		for (size_t end = strlen(fraction); fraction[end - 1] == '0'; end--)
			fraction[end - 1] = '\0';
	}
	snprintf(out, room, "%04ld-%02d-%02d%c%02d:%02d:%02d%s%s%s", year > 0 ? year : 1 - year,
			 civil->tm_mon + 1, civil->tm_mday, separator, civil->tm_hour, civil->tm_min,
			 civil->tm_sec, fraction, zone, year > 0 ? "" : " BC");
}

static bool
writes_time(int64_t seconds, int microsecond, bool utc)
{
	char expected[64] = "";
	char text[64] = "";
	char out[64];
	size_t length = feed_iso_timestamp(out, seconds * 1000000 + microsecond, utc);

	expect(expected, sizeof(expected), seconds, microsecond, 'T', utc ? "Z" : "");
	if (length > FEED_ISO_ROOM || !is(out, length, expected))
		return false;
	expect(text, sizeof(text), seconds, microsecond, ' ', utc ? "+00" : "");
	length = feed_iso_of_text(out, text, strlen(text), utc);
	return is(out, length, expected);
}

/* Of all that PostgreSQL can hold: 4714 BC to 294276. */
static void
times_as_the_calendar_says(void)
{
	const int64_t first = INT64_C(-2451545) * DAY;
	const int64_t last = INT64_C(106751983) * DAY;

	for (int i = 0; i < 100000; i++)
	{
		int64_t seconds = i % 2 == 0 ? unit_random_in(first, last) :
									   unit_random_in(-1000000000, 1000000000);
		int microsecond = (int) (i % 3 == 0 ? unit_random_in(0, 9) * 100000 :
											  unit_random_in(0, 999999));

		if (!CHECK(writes_time(seconds, microsecond, i % 5 < 3)))
			return;
	}
	CHECK(writes_time(0, 0, true));
	CHECK(writes_time(-1, 999999, true));
	CHECK(writes_time(first, 0, false));
	CHECK(writes_time(last + DAY - 1, 999999, true));
}

static bool
writes_date(int32_t days)
{
	char expected[64];
	char out[64];
	char *end;
	size_t length = feed_iso_date(out, days);

	expect(expected, sizeof(expected), days * DAY, 0, 'T', "");
	end = strchr(expected, 'T');
	memmove(end, end + strlen("T00:00:00"), strlen(end + strlen("T00:00:00")) + 1);
	return is(out, length, expected);
}

static void
dates_as_the_calendar_says(void)
{
	for (int32_t day = -800000; day < 800000; day++)
		if (!CHECK(writes_date(day)))
			return;
	for (int i = 0; i < 20000; i++)
		if (!CHECK(writes_date((int32_t) unit_random_in(-2451545, 2145031948))))
			return;
}

static void
infinity_is_no_time(void)
{
	char out[64] = "";

	CHECK(is(out, feed_iso_timestamp(out, INT64_MAX, true), "infinity"));
	CHECK(is(out, feed_iso_timestamp(out, INT64_MIN, true), "-infinity"));
	CHECK(is(out, feed_iso_date(out, INT32_MAX), "infinity"));
	CHECK(is(out, feed_iso_date(out, INT32_MIN), "-infinity"));
	CHECK(is(out, feed_iso_of_text(out, "-infinity", 9, true), "-infinity"));
}

static const UnitGroup groups[] = {
	{ "feed: every byte is escaped in JSON", every_byte_is_escaped },
	{ "feed: random texts are escaped in JSON", random_texts_are_escaped },
	{ "feed: plain text takes one call", plain_text_takes_one_call },
	{ "feed: base64 of the standard", base64_of_the_standard },
	{ "feed: base64 of hexadecimal digits", hexadecimal_gives_the_same },
	{ "feed: times as the calendar says", times_as_the_calendar_says },
	{ "feed: dates as the calendar says", dates_as_the_calendar_says },
	{ "feed: infinity is no time", infinity_is_no_time },
};

int
main(void)
{
	return UNIT_RUN(groups);
}
