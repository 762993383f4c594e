/*
 * json_escape.h
 *	  Characters between the quotes of a JSON string.
 */
#ifndef TIDEHOLD_CORE_FEED_JSON_ESCAPE_H
#define TIDEHOLD_CORE_FEED_JSON_ESCAPE_H

#include <stddef.h>

/* An escape that starts must fit, and words of eight are copied whole. */
#define FEED_JSON_ESCAPE_ROOM 8

/*
 * Copies text and escapes what JSON demands: quote, backslash and bytes below 32.  Other
 * bytes are copied, so that UTF-8 stays what it is.  Stops where less than
 * FEED_JSON_ESCAPE_ROOM of room is left; returns how much was written and sets *taken to
 * how much of text that was.  With room for length + FEED_JSON_ESCAPE_ROOM one call is
 * enough for text without anything to escape.
 */
size_t feed_json_escape(char *out, size_t room, const char *text, size_t length,
						size_t *taken);

#endif /* TIDEHOLD_CORE_FEED_JSON_ESCAPE_H */
