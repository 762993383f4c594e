/*
 * import_settle.c
 *	  What the rows of an import come to, and what stock allows of them.
 *
 * The order of the rows does not matter to stock: a key may give what it had free before
 * and all that the good rows bring.  Where they take more, rows are refused in the order
 * of the source as soon as one does not fit, so a single absurd row does not take the
 * others with it.  A refused row brings nothing to its destination, which may leave that
 * short: rounds go on until none is.  Each round refuses at least one row.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/stock/stock.h"
#include "inventory/escrow.h"
#include "inventory/escrow_take.h"
#include "inventory/expiry.h"
#include "inventory/import.h"
#include "inventory/movement.h"

void
th_import_keys_open(Import *import)
{
	HASHCTL control;

	control.keysize = IMPORT_KEY_SIZE;
	control.entrysize = sizeof(ImportKey);
	control.hcxt = import->context;
	import->keys = hash_create("tidehold import keys", 1024, &control,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static ImportKey *
find_key(const Import *import, int64 item_id, int64 location_id, int64 lot_id)
{
	ImportKey key = { .item_id = item_id, .location_id = location_id, .lot_id = lot_id };

	return hash_search(import->keys, &key, HASH_FIND, NULL);
}

static ImportKey *
make_key(Import *import, int64 item_id, int64 location_id, int64 lot_id)
{
	ImportKey key = { .item_id = item_id, .location_id = location_id, .lot_id = lot_id };
	bool found;
	ImportKey *entry = hash_search(import->keys, &key, HASH_ENTER, &found);

	if (!found)
		*entry = key;
	return entry;
}

static bool
add(ImportKey *source, ImportKey *destination, int64 quantity, ThOutcome *outcome)
{
	int64 outflow = 0;
	int64 inflow = 0;

	if ((source && stock_add(source->outflow, quantity, &outflow) != STOCK_OK) ||
		(destination && stock_add(destination->inflow, quantity, &inflow) != STOCK_OK))
		return th_refuse(outcome, TH_QUANTITY_OVERFLOW,
						 "sum of quantities is out of range with quantity " INT64_FORMAT,
						 quantity);
	if (source)
		source->outflow = outflow;
	if (destination)
		destination->inflow = inflow;
	return true;
}

bool
th_import_count(Import *import, const ImportRow *row, const StockItem *item,
				const Location *source, const Location *destination, ThOutcome *outcome)
{
	bool leaves = th_location_holds_stock(source);
	bool arrives = th_location_holds_stock(destination);
	ImportKey *from = NULL;
	ImportKey *to = NULL;

	if (leaves)
		from = make_key(import, row->item_id, row->source_id, row->lot_id);
	if (arrives)
		to = make_key(import, row->item_id, row->destination_id, row->lot_id);
	if (!add(from, to, row->quantity, outcome))
		return false;
	if (item->tracking == TRACK_SERIAL)
	{
		ImportKey *serial = make_key(import, row->item_id, ALL_LOCATIONS, row->lot_id);

		import->has_serials = true;
		serial->outflow += leaves;
		serial->inflow += arrives;
	}
	return true;
}

/* What the key could give right now, apart from what the import brings. */
static int64
read_available(const ImportKey *key, int64 wanted)
{
	bool others;
	int64 available;

	do
	{
		int mark = th_escrow_mark();

		available = th_escrow_value(th_escrow_choose(key->item_id, key->location_id,
													 key->lot_id));
		th_escrow_forget_unused(mark);
	} while (available < wanted &&
			 th_expire_key(key->item_id, key->location_id, key->lot_id, wanted - available,
						   &others) > 0);
	return available;
}

static bool
may_go_negative(const ImportKey *key)
{
	const Location *location = th_location_by_id(key->location_id);

	return location != NULL && location->allow_negative;
}

/* Sets what the key may give in the next round; false where the rows take more. */
static bool
limit_key(ImportKey *key)
{
	int64 needed = key->outflow - key->inflow;

	if (!key->limited && needed > 0 && !may_go_negative(key))
	{
		key->base = read_available(key, needed);
		key->limited = true;
	}
	if (!key->limited)
		return true;
	if (stock_add(key->base, key->inflow, &key->left) != STOCK_OK)
		key->left = PG_INT64_MAX;
	return needed <= 0 || key->left >= key->outflow;
}

/* False where more than one unit of the serial number would be in stock. */
static bool
limit_serial(Import *import, ImportKey *key)
{
	int64 net = key->inflow - key->outflow;

	if (!key->limited && net > 0)
	{
		import->ledger.item_id = key->item_id;
		key->base = th_serial_claim(&import->ledger, key->lot_id);
		key->limited = true;
	}
	key->crowded = net > 0 && key->base + net > 1;
	return !key->crowded;
}

static bool
limit_keys(Import *import)
{
	HASH_SEQ_STATUS walk;
	ImportKey *key;
	bool all_fit = true;

	hash_seq_init(&walk, import->keys);
	while ((key = hash_seq_search(&walk)) != NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(import->row_context);
		bool fits = key->location_id == ALL_LOCATIONS ? limit_serial(import, key) :
														limit_key(key);

		all_fit = all_fit && fits;
		MemoryContextSwitchTo(caller);
		MemoryContextReset(import->row_context);
	}
	return all_fit;
}

static ImportKey *
find_serial(const Import *import, const ImportRow *row)
{
	if (!import->has_serials)
		return NULL;
	return find_key(import, row->item_id, ALL_LOCATIONS, row->lot_id);
}

static ThCode
judge(const Import *import, const ImportRow *row)
{
	const ImportKey *serial = find_serial(import, row);
	ImportKey *from = find_key(import, row->item_id, row->source_id, row->lot_id);

	if (serial && serial->crowded)
		return TH_SERIAL_IN_STOCK;
	if (from == NULL || !from->limited)
		return TH_OK;
	if (from->left < row->quantity)
		return TH_INSUFFICIENT_STOCK;
	from->left -= row->quantity;
	return TH_OK;
}

static void
withdraw(const Import *import, const ImportRow *row)
{
	ImportKey *from = find_key(import, row->item_id, row->source_id, row->lot_id);
	ImportKey *to = find_key(import, row->item_id, row->destination_id, row->lot_id);
	ImportKey *serial = find_serial(import, row);

	if (from)
		from->outflow -= row->quantity;
	if (to)
	{
		to->inflow -= row->quantity;
		to->left -= row->quantity;
	}
	if (serial)
	{
		serial->outflow -= from != NULL;
		serial->inflow -= to != NULL;
	}
}

static void
refuse_what_does_not_fit(Import *import)
{
	ImportRow row;

	th_import_spool_rewind(import);
	for (int64 number = 1; th_import_spool_next(import, &row); number++)
	{
		ThCode verdict;

		if (import->verdicts[number - 1] != TH_OK)
			continue;
		verdict = judge(import, &row);
		if (verdict == TH_OK)
			continue;
		th_import_refuse(import, number, verdict);
		withdraw(import, &row);
	}
}

void
th_import_settle(Import *import)
{
	while (!limit_keys(import))
		refuse_what_does_not_fit(import);
}

/* What the keys give that may not go below zero, as demands on their entries. */
typedef struct Taking
{
	int count;
	ImportKey **keys;
	EscrowDemand *demands;
	EscrowChoice *choices;
} Taking;

static bool
gives(const ImportKey *key)
{
	return key->location_id != ALL_LOCATIONS && key->outflow > key->inflow;
}

static void
add_demand(Taking *taking, ImportKey *key)
{
	EscrowDemand *demand = &taking->demands[taking->count];
	EscrowChoice *choice = &taking->choices[taking->count];

	taking->keys[taking->count++] = key;
	choice->op_index = th_escrow_choose(key->item_id, key->location_id, key->lot_id);
	demand->choices = choice;
	demand->choice_count = 1;
	demand->wanted = key->outflow - key->inflow;
	demand->minimum = demand->wanted;
}

static void
collect_demands(Import *import, Taking *taking)
{
	Size capacity = hash_get_num_entries(import->keys);
	HASH_SEQ_STATUS walk;
	ImportKey *key;

	taking->count = 0;
	taking->keys = palloc_extended(capacity * sizeof(ImportKey *), MCXT_ALLOC_HUGE);
	taking->demands = palloc_extended(capacity * sizeof(EscrowDemand),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	taking->choices = palloc_extended(capacity * sizeof(EscrowChoice), MCXT_ALLOC_HUGE);
	hash_seq_init(&walk, import->keys);
	while ((key = hash_seq_search(&walk)) != NULL)
	{
		if (gives(key) && key->limited)
			add_demand(taking, key);
	}
}

static void
free_demands(Taking *taking)
{
	pfree(taking->keys);
	pfree(taking->demands);
	pfree(taking->choices);
}

static void
force_the_rest(Import *import)
{
	HASH_SEQ_STATUS walk;
	ImportKey *key;

	hash_seq_init(&walk, import->keys);
	while ((key = hash_seq_search(&walk)) != NULL)
	{
		if (gives(key) && !key->limited)
			th_escrow_force(key->item_id, key->location_id, key->lot_id,
							key->outflow - key->inflow);
	}
}

bool
th_import_take(Import *import)
{
	int mark = th_escrow_mark();
	Taking taking;
	bool taken;

	collect_demands(import, &taking);
	taken = th_escrow_take_all(taking.demands, taking.count);
	for (int i = 0; i < taking.count && !taken; i++)
	{
		if (taking.demands[i].available < taking.demands[i].wanted)
			taking.keys[i]->base = taking.demands[i].available;
	}
	if (!taken)
		th_escrow_forget_unused(mark);
	free_demands(&taking);
	if (taken)
		force_the_rest(import);
	return taken;
}
