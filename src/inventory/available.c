/*
 * available.c
 *	  inventory.available: what reserve would grant now.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "common/int.h"
#include "fmgr.h"
#include "utils/snapmgr.h"

#include "base/call.h"
#include "base/table_scan.h"
#include "inventory/candidate.h"
#include "inventory/escrow.h"
#include "inventory/escrow_load.h"
#include "inventory/escrow_take.h"
#include "inventory/expiry.h"

PG_FUNCTION_INFO_V1(th_inventory_available);

enum AvailableArgument
{
	ARG_SKU,
	ARG_LOCATION,
	ARG_LOT,
	ARG_ITEM_ID,
	ARG_LOCATION_ID,
	ARG_TENANT_ID
};

/* A standby keeps no entries: they would be stale the moment it is promoted. */
static int64
value_from_rows(const StockCandidate *place, int64 item_id)
{
	Snapshot snapshot = th_snapshot_latest();
	EscrowKey key;
	EscrowCount count;

	th_escrow_key(&key, item_id, place->location_id, place->lot_id);
	th_escrow_count_rows(&key, snapshot, &count);
	UnregisterSnapshot(snapshot);
	return count.on_hand - count.reserved;
}

static int64
value_from_entry(const StockCandidate *place, int64 item_id)
{
	int mark = th_escrow_mark();
	int op_index = th_escrow_choose(item_id, place->location_id, place->lot_id);
	int64 value = th_escrow_value(op_index);

	th_escrow_forget_unused(mark);
	return value;
}

/* The value before what is due: a row that the worker ends in between counts once or not. */
static int64
candidate_value(const StockCandidate *place, int64 item_id)
{
	int64 value = RecoveryInProgress() ? value_from_rows(place, item_id) :
										 value_from_entry(place, item_id);

	value += th_due_quantity(item_id, place->location_id, place->lot_id);
	return Max(value, 0);
}

/* What a call asks for. */
typedef struct Question
{
	StockItem item;
	const Location *node;
	bool has_lot;
	Lot lot;
} Question;

static int64
sum_available(const Question *question)
{
	const CandidateList *list = th_candidates(&question->item, false);
	StockCandidate *places = palloc(Max(list->count, 1) * sizeof(StockCandidate));
	int count = 0;
	int64 sum = 0;
	CandidateFilter filter;

	th_candidate_filter_init(&filter, question->node, question->has_lot,
							 question->lot.lot_id, false);
	for (int i = 0; i < list->count; i++)
	{
		if (th_candidate_matches(&list->candidates[i], &filter))
			places[count++] = list->candidates[i].order;
	}
	for (int i = 0; i < count; i++)
	{
		int64 value = candidate_value(&places[i], question->item.item_id);

		if (pg_add_s64_overflow(sum, value, &sum))
			sum = PG_INT64_MAX;
	}
	pfree(places);
	return sum;
}

static bool
resolve(FunctionCallInfo fcinfo, Question *question, ThOutcome *outcome)
{
	int32 tenant_id = PG_ARGISNULL(ARG_TENANT_ID) ? 0 : PG_GETARG_INT32(ARG_TENANT_ID);
	bool has_item = !PG_ARGISNULL(ARG_ITEM_ID);
	bool has_place = !PG_ARGISNULL(ARG_LOCATION_ID);
	text *location = TH_GETARG_TEXT(ARG_LOCATION);
	text *lot_code = TH_GETARG_TEXT(ARG_LOT);

	if (!th_item_find(tenant_id, TH_GETARG_TEXT(ARG_SKU), has_item,
					  has_item ? PG_GETARG_INT64(ARG_ITEM_ID) : 0, &question->item, outcome))
		return false;
	question->has_lot = lot_code != NULL;
	if (lot_code && !th_lot_find(&question->item, lot_code, &question->lot, outcome))
		return false;
	if (location == NULL && !has_place)
		return true;
	return th_location_find(tenant_id, location, has_place,
							has_place ? PG_GETARG_INT64(ARG_LOCATION_ID) : 0,
							&question->node, outcome);
}

Datum
th_inventory_available(PG_FUNCTION_ARGS)
{
	ThOutcome outcome = { 0 };
	Question question = { 0 };

	th_escrow_lock_rows(AccessShareLock);
	if (!resolve(fcinfo, &question, &outcome))
		th_raise(&outcome);
	PG_RETURN_INT64(sum_available(&question));
}
