/*
 * snapshot_key.c
 *	  Snapshots: which rows of a chunk the stream has brought since it was read.
 */
#include "postgres.h"

#include "access/transam.h"

#include "feed/worker/row_key.h"
#include "feed/worker/snapshot_own.h"

#define SEED_KEY 1

/* Places of the chunk's key in the shape of the change. */
static const int *
key_in(SnapshotChunk *chunk, const FeedShape *shape)
{
	if (chunk->seen == shape && chunk->seen_fingerprint == shape->fingerprint)
		return chunk->seen_key;
	if (chunk->seen_key == NULL)
		chunk->seen_key = MemoryContextAlloc(chunk->context, sizeof(int) * chunk->key_count);
	for (int i = 0; i < chunk->key_count; i++)
	{
		const char *name = chunk->shape->columns[chunk->key[i]].name;
		int place = shape->column_count - 1;

		while (place >= 0 && strcmp(shape->columns[place].name, name) != 0)
			place--;
		if (place < 0)
			return NULL;
		chunk->seen_key[i] = place;
	}
	chunk->seen = shape;
	chunk->seen_fingerprint = shape->fingerprint;
	return chunk->seen_key;
}

static bool
lacks_unchanged(const FeedChange *change)
{
	if (change->after == NULL)
		return false;
	for (int i = 0; i < change->shape->column_count; i++)
		if (change->after[i].kind == FEED_VALUE_UNCHANGED &&
			(change->before == NULL || change->before[i].kind == FEED_VALUE_ABSENT ||
			 change->before[i].kind == FEED_VALUE_UNCHANGED))
			return true;
	return false;
}

bool
th_snapshot_hash(const FeedShape *shape, const int *key, int count, const FeedValue *row,
				 const FeedValue *before, uint64 *hash)
{
	StringInfoData text;

	initStringInfo(&text);
	if (!th_row_key(&text, shape, key, count, row, before))
		return false;
	*hash = th_key_hash(text.data, text.len, SEED_KEY);
	return true;
}

static bool
add_key(HTAB *set, const SnapshotChunk *chunk, const FeedChange *change, const int *key,
		const FeedValue *row, const FeedValue *before)
{
	uint64 hash;

	if (!th_snapshot_hash(change->shape, key, chunk->key_count, row, before, &hash))
		return false;
	th_key_set_add(set, hash);
	return true;
}

/* An update has the old key in the WAL where it changed. */
static bool
note_key(SnapshotChunk *chunk, const FeedChange *change, const int *key)
{
	bool known = change->before != NULL &&
				 add_key(chunk->changed, chunk, change, key, change->before, NULL);

	if (change->after == NULL)
		return known;
	if (lacks_unchanged(change))
		(void) add_key(chunk->unchanged, chunk, change, key, change->after, change->before);
	return add_key(chunk->changed, chunk, change, key, change->after, change->before);
}

static bool
is_shown(const SnapshotChunk *chunk, TransactionId xid)
{
	if (TransactionIdFollowsOrEquals(xid, chunk->xmax))
		return false;
	for (int i = 0; i < chunk->running_count; i++)
		if (chunk->running[i] == xid)
			return false;
	return true;
}

/*
 * Rows without a key are told by all they have, and counted: the chunk has the new one
 * of a change that it shows, the old one of another.  Of rows that are alike in
 * everything nobody can tell which was updated or deleted.
 */
static bool
note_row(SnapshotChunk *chunk, const FeedChange *change, const int *key)
{
	const FeedValue *row = is_shown(chunk, change->txn->xid) ? change->after : change->before;

	return row == NULL || add_key(chunk->changed, chunk, change, key, row, change->before);
}

bool
th_snapshot_note(SnapshotChunk *chunk, const FeedChange *change)
{
	const int *key = key_in(chunk, change->shape);

	return key != NULL && (chunk->keyed ? note_key : note_row)(chunk, change, key);
}
