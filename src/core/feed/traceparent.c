/*
 * traceparent.c
 *	  A trace context as the W3C recommendation writes it.
 */
#include "core/feed/traceparent.h"

#include <string.h>

#define HEX "0123456789abcdef"

/* The dash, or the end of the text, is looked for by the caller. */
static bool
is_field(const char *text, size_t digits, const char *invalid)
{
	return strspn(text, HEX) == digits && strncmp(text, invalid, digits) != 0;
}

bool
feed_traceparent_is_valid(const char *text)
{
	if (strlen(text) != FEED_TRACEPARENT_LEN)
		return false;
	return is_field(text, 2, "ff") && text[2] == '-' &&
		   is_field(text + 3, 32, "00000000000000000000000000000000") && text[35] == '-' &&
		   is_field(text + 36, 16, "0000000000000000") && text[52] == '-' &&
		   is_field(text + 53, 2, "");
}
