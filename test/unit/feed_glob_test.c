/*
 * feed_glob_test.c
 *	  Patterns of keys: what they match, what covers what, what cannot meet.
 */
#include <stdlib.h>
#include <string.h>

#include "core/feed/glob.h"

#include "unit.h"

static bool
matches(const char *pattern, const char *key)
{
	return feed_glob_matches(pattern, strlen(pattern), key, strlen(key));
}

static bool
covers(const char *wide, const char *narrow)
{
	return feed_glob_covers(wide, strlen(wide), narrow, strlen(narrow));
}

static bool
are_apart(const char *one, const char *other)
{
	bool are = feed_glob_are_apart(one, strlen(one), other, strlen(other));

	CHECK(are == feed_glob_are_apart(other, strlen(other), one, strlen(one)));
	return are;
}

static void
any_bytes(void)
{
	CHECK(matches("item:*", "item:5"));
	CHECK(matches("item:*", "item:"));
	CHECK(matches("item:*", "item:a:b"));
	CHECK(!matches("item:*", "items:5"));
	CHECK(!matches("item:*", "item"));
	CHECK(matches("*:x:*:y", "a:x:x:b:y"));
	CHECK(!matches("*:x:*:y", "a:x:b:z"));
	CHECK(matches("stock", "stock") && !matches("stock", "stock:1"));
	CHECK(matches("", "") && !matches("", "a"));
}

static void
sets(void)
{
	CHECK(matches("item:[-0-9]*", "item:-51"));
	CHECK(!matches("item:[-0-9]*", "item:5:stock"));
	CHECK(!matches("item:[-0-9]*", "item:"));
	CHECK(!matches("item:[-0-9]*", "item:f"));
	CHECK(matches("a:[-0-9]*:[-0-9]*", "a:1:22"));
	CHECK(matches("a:[-0-9]*[-0-9]*1", "a:111"));
	CHECK(!matches("a:[-0-9]*[-0-9]*1", "a:11"));
	CHECK(matches("u:[-0-9a-f]*", "u:01234567-89ab-cdef-0123-456789abcdef"));
	CHECK(!matches("u:[-0-9a-f]*", "u:01g"));
}

static void
escapes(void)
{
	CHECK(matches("a\\*b:*", "a*b:1"));
	CHECK(!matches("a\\*b:*", "axb:1"));
	CHECK(matches("\\[-0-9\\]\\*", "[-0-9]*"));
	for (int byte = 1; byte < 256; byte++)
	{
		char pattern[3] = { '\\', (char) byte, '\0' };
		char key[2] = { (char) byte, '\0' };

		CHECK(matches(pattern, key));
		CHECK(feed_glob_is_special((char) byte) || matches(key, key));
	}
}

static void
covering(void)
{
	CHECK(covers("item:*", "item:*"));
	CHECK(covers("item:*", "item:*:stock"));
	CHECK(!covers("item:*:stock", "item:*"));
	CHECK(covers("item:*", "item:[-0-9]*"));
	CHECK(!covers("item:[-0-9]*", "item:*"));
	CHECK(covers("u:[-0-9a-f]*", "u:[-0-9]*"));
	CHECK(!covers("u:[-0-9]*", "u:[-0-9a-f]*"));
	CHECK(!covers("a*b:*", "c*b:*"));
	CHECK(!covers("a\\*:*", "a*:*"));
	CHECK(covers("a*:*", "a\\*:*"));
	CHECK(covers("*", "x"));
}

static void
apart(void)
{
	CHECK(are_apart("item:*", "order:*"));
	CHECK(!are_apart("item:*", "item:[-0-9]*:x"));
	CHECK(!are_apart("item:*", "i*"));
	CHECK(are_apart("item", "items"));
	CHECK(!are_apart("item", "item"));
	CHECK(!are_apart("*", "anything"));
}

/* Time is bounded where a key almost matches in many ways; reads stay inside. */
static void
almost(void)
{
	size_t length = 2000;
	char *key = malloc(length);

	memset(key, 'a', length);
	CHECK(!feed_glob_matches("*a*a*a*a*a*a*a*b", 16, key, length));
	free(key);
}

static const UnitGroup groups[] = {
	{ "any bytes", any_bytes },
	{ "sets", sets },
	{ "escapes", escapes },
	{ "covering", covering },
	{ "apart", apart },
	{ "almost a match", almost },
};

int
main(void)
{
	return UNIT_RUN(groups);
}
