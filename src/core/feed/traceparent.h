/*
 * traceparent.h
 *	  A trace context as the W3C recommendation writes it.
 */
#ifndef TIDEHOLD_CORE_FEED_TRACEPARENT_H
#define TIDEHOLD_CORE_FEED_TRACEPARENT_H

#include <stdbool.h>

#define FEED_TRACE_PREFIX "tidehold.trace"
#define FEED_TRACEPARENT_LEN 55

/* version-traceid-parentid-flags in small hexadecimal digits; ids of zeros are none. */
bool feed_traceparent_is_valid(const char *text);

#endif /* TIDEHOLD_CORE_FEED_TRACEPARENT_H */
