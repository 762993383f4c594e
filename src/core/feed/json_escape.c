/*
 * json_escape.c
 *	  Escapes JSON strings, eight bytes at a time where there is nothing to escape.
 */
#include "core/feed/json_escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/*
 * Is a byte of the word below limit (at most 128)?  A borrow may mark the neighbour of
 * such a byte too, but none where there is no such byte.
 */
static inline uint64_t
bytes_below(uint64_t word, uint8_t limit)
{
	return (word - EACH_BYTE(limit)) & ~word & EACH_BYTE(0x80);
}

static inline uint64_t
bytes_equal(uint64_t word, uint8_t value)
{
	return bytes_below(word ^ EACH_BYTE(value), 1);
}

static inline bool
word_is_plain(uint64_t word)
{
	return (bytes_below(word, 0x20) | bytes_equal(word, '"') | bytes_equal(word, '\\')) == 0;
}

static size_t
escape_byte(char *out, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";
	static const char letters[] = "btn?fr"; /* of bytes 8 to 13; 11 has none */

	out[0] = '\\';
	if (byte == '"' || byte == '\\')
	{
		out[1] = (char) byte;
		return 2;
	}
	if (byte >= 8 && byte <= 13 && byte != 11)
	{
		out[1] = letters[byte - 8];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	out[4] = digits[byte >> 4];
	out[5] = digits[byte & 15];
	return 6;
}

static inline bool
byte_is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte != '"' && byte != '\\';
}

size_t
feed_json_escape(char *out, size_t room, const char *text, size_t length, size_t *taken)
{
	size_t in = 0;
	size_t written = 0;

	while (in < length && room - written >= FEED_JSON_ESCAPE_ROOM)
	{
		uint64_t word;

		if (length - in >= sizeof(word))
		{
			memcpy(&word, text + in, sizeof(word));
			if (word_is_plain(word))
			{
				memcpy(out + written, &word, sizeof(word));
				in += sizeof(word);
				written += sizeof(word);
				continue;
			}
		}
		if (byte_is_plain((uint8_t) text[in]))
			out[written++] = text[in];
		else
			written += escape_byte(out + written, (uint8_t) text[in]);
		in++;
	}
	*taken = in;
	return written;
}
