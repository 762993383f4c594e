/*
 * hash_slot.h
 *	  Which of a Redis cluster's hash slots a key belongs to.  Pure C11: no PostgreSQL, no
 *	  memory of its own, no clock.
 */
#ifndef TIDEHOLD_CORE_FEED_HASH_SLOT_H
#define TIDEHOLD_CORE_FEED_HASH_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_HASH_SLOTS 16384

/*
 * The part of a key between its first '{' and the '}' after it, where that is not empty.
 * False where there is none: the whole key counts then.
 */
bool feed_hash_tag(const char *key, size_t len, const char **tag, size_t *tag_len);

/* 0 .. FEED_HASH_SLOTS - 1, as CLUSTER KEYSLOT says. */
int feed_hash_slot(const char *key, size_t len);

/* For each slot the smallest number that, written in decimal as a tag, leads to it. */
void feed_hash_slot_tags(uint32_t tags[FEED_HASH_SLOTS]);

#endif /* TIDEHOLD_CORE_FEED_HASH_SLOT_H */
