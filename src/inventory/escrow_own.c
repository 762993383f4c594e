/*
 * escrow_own.c
 *	  Sums per entry of what this transaction has done: an open-addressed table that only
 *	  grows, and is emptied when the transaction ends.
 *
 * Emptying neither allocates nor fails, because it runs in the commit callback.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "inventory/escrow_own.h"

#define SLOTS_MIN 128	/* a power of two */
#define SLOTS_KEPT 4096 /* larger tables are given back with the transaction */
#define NO_ENTRY (-1)

static EscrowOwn *slots = NULL;
static int slot_count = 0;
static int used = 0;

static void
empty_slots(void)
{
	for (int i = 0; i < slot_count; i++)
		slots[i].entry = NO_ENTRY;
	used = 0;
}

/* The slot of the entry, or the free one where it belongs. */
static EscrowOwn *
probe(int entry)
{
	uint32 i = murmurhash32((uint32) entry);

	for (;; i++)
	{
		EscrowOwn *slot = &slots[i & (slot_count - 1)];

		if (slot->entry == entry || slot->entry == NO_ENTRY)
			return slot;
	}
}

static void
grow_slots(int wanted)
{
	EscrowOwn *old = slots;
	int old_count = slot_count;

	slots = MemoryContextAllocHuge(TopMemoryContext, (Size) wanted * sizeof(EscrowOwn));
	slot_count = wanted;
	empty_slots();
	for (int i = 0; i < old_count; i++)
	{
		if (old[i].entry == NO_ENTRY)
			continue;
		*probe(old[i].entry) = old[i];
		used++;
	}
	if (old)
		pfree(old);
}

void
th_escrow_own_reserve(void)
{
	if (slots == NULL || (used == 0 && slot_count > SLOTS_KEPT))
		grow_slots(SLOTS_MIN);
	else if (used >= slot_count / 2)
		grow_slots(slot_count * 2);
}

EscrowOwn *
th_escrow_own_get(int entry)
{
	EscrowOwn *slot = probe(entry);

	if (slot->entry == NO_ENTRY)
	{
		*slot = (EscrowOwn){
			.entry = entry, .last_op = -1
		};
		used++;
	}
	return slot;
}

EscrowOwn *
th_escrow_own_find(int entry)
{
	EscrowOwn *slot;

	if (used == 0)
		return NULL;
	slot = probe(entry);
	return slot->entry == NO_ENTRY ? NULL : slot;
}

void
th_escrow_own_forget(void)
{
	if (used > 0)
		empty_slots();
}
