/*
 * hash_slot.c
 *	  CRC-16/XMODEM of a key or of its hash tag, modulo the number of slots.
 */
#include <string.h>

#include "core/feed/hash_slot.h"

/* The CRC of each nibble in the top four bits, polynomial 0x1021. */
static const uint16_t nibbles[16] = {
	0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
	0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef
};

static uint16_t
crc16(const char *bytes, size_t len)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < len; i++)
	{
		uint8_t byte = (uint8_t) bytes[i];

		crc = (uint16_t) (crc << 4) ^ nibbles[(crc >> 12) ^ (byte >> 4)];
		crc = (uint16_t) (crc << 4) ^ nibbles[(crc >> 12) ^ (byte & 0x0f)];
	}
	return crc;
}

bool
feed_hash_tag(const char *key, size_t len, const char **tag, size_t *tag_len)
{
	const char *open = len > 0 ? memchr(key, '{', len) : NULL;
	const char *close;

	if (open == NULL)
		return false;
	open++;
	close = memchr(open, '}', len - (size_t) (open - key));
	if (close == NULL || close == open)
		return false;
	*tag = open;
	*tag_len = (size_t) (close - open);
	return true;
}

int
feed_hash_slot(const char *key, size_t len)
{
	const char *tag;
	size_t tag_len;

	if (feed_hash_tag(key, len, &tag, &tag_len))
		return crc16(tag, tag_len) % FEED_HASH_SLOTS;
	return crc16(key, len) % FEED_HASH_SLOTS;
}

static size_t
print_decimal(char *out, uint32_t number)
{
	char digits[10];
	size_t count = 0;

	do
		digits[count++] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	for (size_t i = 0; i < count; i++)
		out[i] = digits[count - 1 - i];
	return count;
}

void
feed_hash_slot_tags(uint32_t tags[FEED_HASH_SLOTS])
{
	bool found[FEED_HASH_SLOTS] = { false };
	int missing = FEED_HASH_SLOTS;

	for (uint32_t number = 0; missing > 0; number++)
	{
		char text[10];
		size_t len = print_decimal(text, number);
		int slot = crc16(text, len) % FEED_HASH_SLOTS;

		if (found[slot])
			continue;
		found[slot] = true;
		tags[slot] = number;
		missing--;
	}
}
