/*
 * glob.h
 *	  Patterns of Redis keys that templates become.  Pure C11: no memory of its own.
 *
 *	  *				any bytes
 *	  [-0-9]*		an integer
 *	  [-0-9a-f]*	a UUID
 *	  \c			the byte c
 *
 * Redis takes the last but two for one byte of the set and then anything: it finds all
 * that we find, and some more.
 */
#ifndef TIDEHOLD_CORE_FEED_GLOB_H
#define TIDEHOLD_CORE_FEED_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#define FEED_GLOB_ANY "*"
#define FEED_GLOB_INTEGER "[-0-9]*"
#define FEED_GLOB_UUID "[-0-9a-f]*"

/* Has the byte a meaning of its own in a pattern? */
bool feed_glob_is_special(char byte);

bool feed_glob_matches(const char *pattern, size_t pattern_len, const char *key, size_t key_len);

/* Does wide match everything that narrow does?  May say no where it does. */
bool feed_glob_covers(const char *wide, size_t wide_len, const char *narrow, size_t narrow_len);

/* True where the texts that they begin with let no key match both. */
bool feed_glob_are_apart(const char *one, size_t one_len, const char *other, size_t other_len);

#endif /* TIDEHOLD_CORE_FEED_GLOB_H */
