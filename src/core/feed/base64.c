/*
 * base64.c
 *	  Base64 of RFC 4648.
 */
#include "core/feed/base64.h"

static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Up to three bytes. */
static void
encode_group(char *out, const uint8_t *bytes, size_t count)
{
	uint32_t group = (uint32_t) bytes[0] << 16;

	if (count > 1)
		group |= (uint32_t) bytes[1] << 8;
	if (count > 2)
		group |= bytes[2];
	out[0] = letters[group >> 18];
	out[1] = letters[group >> 12 & 63];
	out[2] = count > 1 ? letters[group >> 6 & 63] : '=';
	out[3] = count > 2 ? letters[group & 63] : '=';
}

size_t
feed_base64(char *out, const uint8_t *bytes, size_t count)
{
	for (size_t done = 0; done < count; done += 3)
	{
		encode_group(out, bytes + done, count - done);
		out += 4;
	}
	return FEED_BASE64_LENGTH(count);
}

static uint8_t
digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (uint8_t) (digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (uint8_t) (digit - 'a' + 10);
	if (digit >= 'A' && digit <= 'F')
		return (uint8_t) (digit - 'A' + 10);
	return 0;
}

size_t
feed_base64_of_hex(char *out, const char *digits, size_t count)
{
	uint8_t bytes[3] = { 0 };
	size_t held = 0;

	for (size_t i = 0; i < count; i++)
	{
		const char *pair = digits + 2 * i;

		bytes[held++] = (uint8_t) (digit_value(pair[0]) << 4 | digit_value(pair[1]));
		if (held < 3 && i + 1 < count)
			continue;
		encode_group(out, bytes, held);
		out += 4;
		held = 0;
	}
	return FEED_BASE64_LENGTH(count);
}
