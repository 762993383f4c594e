/*
 * feed_hash_slot_test.c
 *	  Slots of a Redis cluster: known values, hash tags, a tag for every slot.
 */
#include <stdlib.h>
#include <string.h>

#include "core/feed/hash_slot.h"

#include "unit.h"

static int
slot_of(const char *key)
{
	return feed_hash_slot(key, strlen(key));
}

/* Values that CLUSTER KEYSLOT of a server answered; 12739 is the CRC's published check. */
static void
known_values(void)
{
	CHECK(slot_of("123456789") == 12739);
	CHECK(slot_of("foo") == 12182);
	CHECK(slot_of("bar") == 5061);
	CHECK(slot_of("hello") == 866);
	CHECK(slot_of("") == 0);
	CHECK(feed_hash_slot("a\0b", 3) != slot_of("a"));
}

static void
tags_decide(void)
{
	CHECK(slot_of("{foo}bar") == slot_of("foo"));
	CHECK(slot_of("x{foo}y{bar}") == slot_of("foo"));
	CHECK(slot_of("{{foo}}bar") == slot_of("{foo"));
	CHECK(slot_of("{foo") != slot_of("foo"));
	CHECK(slot_of("foo}") != slot_of("foo"));
	CHECK(slot_of("{foo}:v") == slot_of("foo"));
}

/* Without a tag between the braces the whole key counts. */
static void
empty_tag(void)
{
	const char *tag;
	size_t len;

	CHECK(!feed_hash_tag("{}foo", 5, &tag, &len));
	CHECK(!feed_hash_tag("foo{", 4, &tag, &len));
	CHECK(!feed_hash_tag("", 0, &tag, &len));
	CHECK(feed_hash_tag("a{b}", 4, &tag, &len) && len == 1 && *tag == 'b');
	CHECK(slot_of("{}a") != slot_of("{}b"));
}

/* The key's bytes lie in an allocation of their own size: reading past them is seen. */
static void
any_bytes(void)
{
	for (int round = 0; round < 20000; round++)
	{
		size_t len = (size_t) unit_random_in(1, 12);
		char *key = malloc(len);
		int slot;

		for (size_t i = 0; i < len; i++)
			key[i] = "{}a\0"[unit_random_in(0, 3)];
		slot = feed_hash_slot(key, len);
		CHECK(slot >= 0 && slot < FEED_HASH_SLOTS);
		free(key);
	}
}

static void
tag_of_every_slot(void)
{
	static uint32_t tags[FEED_HASH_SLOTS];
	char key[32];

	feed_hash_slot_tags(tags);
	for (int slot = 0; slot < FEED_HASH_SLOTS; slot++)
	{
		snprintf(key, sizeof(key), "x:{%u}:y", tags[slot]);
		CHECK(slot_of(key) == slot);
	}
}

static const UnitGroup groups[] = {
	{ "known values", known_values },
	{ "tags decide", tags_decide },
	{ "empty tag", empty_tag },
	{ "any bytes", any_bytes },
	{ "tag of every slot", tag_of_every_slot },
};

int
main(void)
{
	return UNIT_RUN(groups);
}
