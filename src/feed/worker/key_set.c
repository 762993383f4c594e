/*
 * key_set.c
 *	  A set of keys by their hashes.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "feed/worker/key_set.h"

#define KEY_SET_START 256

typedef struct KeyEntry
{
	uint64 key;
	int64 count; /* how often it was added */
} KeyEntry;

HTAB *
th_key_set_make(const char *name)
{
	HASHCTL control = { 0 };

	control.keysize = sizeof(uint64);
	control.entrysize = sizeof(KeyEntry);
	control.hcxt = CurrentMemoryContext;
	return hash_create(name, KEY_SET_START, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void
th_key_set_add(HTAB *set, uint64 key)
{
	bool found;
	KeyEntry *entry = hash_search(set, &key, HASH_ENTER, &found);

	entry->count = found ? entry->count + 1 : 1;
}

bool
th_key_set_has(HTAB *set, uint64 key)
{
	return hash_get_num_entries(set) > 0 && hash_search(set, &key, HASH_FIND, NULL) != NULL;
}

bool
th_key_set_take(HTAB *set, uint64 key)
{
	KeyEntry *entry = hash_search(set, &key, HASH_FIND, NULL);

	if (entry == NULL)
		return false;
	if (--entry->count == 0)
		(void) hash_search(set, &key, HASH_REMOVE, NULL);
	return true;
}

void
th_key_set_clear(HTAB *set)
{
	HASH_SEQ_STATUS scan;
	KeyEntry *entry;

	hash_seq_init(&scan, set);
	while ((entry = hash_seq_search(&scan)) != NULL)
		(void) hash_search(set, &entry->key, HASH_REMOVE, NULL);
}
