/*
 * key_set.c
 *	  A set of keys by their hashes.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "feed/worker/key_set.h"

#define KEY_SET_START 256

HTAB *
th_key_set_make(const char *name)
{
	HASHCTL control = { 0 };

	control.keysize = sizeof(uint64);
	control.entrysize = sizeof(uint64);
	control.hcxt = CurrentMemoryContext;
	return hash_create(name, KEY_SET_START, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void
th_key_set_add(HTAB *set, uint64 key)
{
	(void) hash_search(set, &key, HASH_ENTER, NULL);
}

bool
th_key_set_has(HTAB *set, uint64 key)
{
	return hash_get_num_entries(set) > 0 && hash_search(set, &key, HASH_FIND, NULL) != NULL;
}

void
th_key_set_clear(HTAB *set)
{
	HASH_SEQ_STATUS scan;
	uint64 *key;

	hash_seq_init(&scan, set);
	while ((key = hash_seq_search(&scan)) != NULL)
		(void) hash_search(set, key, HASH_REMOVE, NULL);
}
