/*
 * base64.h
 *	  Base64 of RFC 4648 without line breaks, from bytes and from hexadecimal digits.
 */
#ifndef TIDEHOLD_CORE_FEED_BASE64_H
#define TIDEHOLD_CORE_FEED_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Characters that count bytes need; no NUL is written. */
#define FEED_BASE64_LENGTH(count) (((count) + 2) / 3 * 4)

/* Both return how many characters were written. */
size_t feed_base64(char *out, const uint8_t *bytes, size_t count);

/* Of 2 * count digits of either case; other characters count as 0. */
size_t feed_base64_of_hex(char *out, const char *digits, size_t count);

#endif /* TIDEHOLD_CORE_FEED_BASE64_H */
