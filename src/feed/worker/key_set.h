/*
 * key_set.h
 *	  A set of keys by their hashes: keys of 64 bits stand for the bytes.
 *
 * Two keys that share a hash are taken for one.  Who uses it must be right then too,
 * only slower: a message waits without need, a row is read again.
 */
#ifndef TIDEHOLD_FEED_WORKER_KEY_SET_H
#define TIDEHOLD_FEED_WORKER_KEY_SET_H

#include "common/hashfn.h"
#include "utils/hsearch.h"

/* In the current memory context. */
extern HTAB *th_key_set_make(const char *name);
extern void th_key_set_add(HTAB *set, uint64 key);
extern bool th_key_set_has(HTAB *set, uint64 key);
extern bool th_key_set_take(HTAB *set, uint64 key); /* away, as often as it was added */
extern void th_key_set_clear(HTAB *set);

static inline uint64
th_key_hash(const char *data, int len, uint64 seed)
{
	return hash_bytes_extended((const unsigned char *) data, len, seed);
}

#endif /* TIDEHOLD_FEED_WORKER_KEY_SET_H */
