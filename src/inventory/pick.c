/*
 * pick.c
 *	  Chooses where to take stock from, and takes it.
 *
 * A request that an entry can serve alone takes from it and is done.  Otherwise all
 * entries of all requests are taken under their locks at once.  Before a refusal, in
 * this order: the keys are read again, reservations that are due are ended, and
 * increases that are being committed, or due reservations that others are ending, are
 * waited for.  So a refusal means that at some instant of the call too little was left.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "inventory/candidate.h"
#include "inventory/escrow_take.h"
#include "inventory/expiry.h"
#include "inventory/pick.h"

/* The longest a caller waits for others before it is refused. */
#define WAIT_MS_MAX 1000
#define WAIT_MS_STEP 20

/* One round of serving requests from several entries. */
typedef struct PickRound
{
	PickRequest *requests;
	int count;
	EscrowDemand *demands;
	Pick **places; /* of each request: where its choices lie */
	int mark;
} PickRound;

static void
request_filter(const PickRequest *request, CandidateFilter *filter)
{
	th_candidate_filter_init(filter, request->node, request->has_lot, request->lot_id,
							 request->any_status);
}

static void
grant_one(PickRequest *request, const StockCandidate *place)
{
	request->picks = palloc(sizeof(Pick));
	request->picks[0].location_id = place->location_id;
	request->picks[0].lot_id = place->lot_id;
	request->picks[0].quantity = request->quantity;
	request->pick_count = 1;
	request->granted = request->quantity;
}

/*
 * Serves a request from the first entry that has anything, where that has enough.
 * False says nothing about the stock: it may lie in several entries.
 */
static bool
pick_from_one(PickRequest *request)
{
	const CandidateList *list = th_candidates(&request->item, false);
	CandidateFilter filter;

	request_filter(request, &filter);
	for (int i = 0; i < list->count; i++)
	{
		const StockCandidate *place = &list->candidates[i].order;
		int mark = th_escrow_mark();
		int op_index;

		if (!th_candidate_matches(&list->candidates[i], &filter))
			continue;
		op_index = th_escrow_choose(request->item.item_id, place->location_id, place->lot_id);
		if (th_escrow_value(op_index) >= request->quantity &&
			th_escrow_take_chosen(op_index, request->quantity))
		{
			grant_one(request, place);
			return true;
		}
		if (th_escrow_value(op_index) > 0)
		{
			th_escrow_forget_unused(mark);
			return false;
		}
		th_escrow_forget_unused(mark);
	}
	return false;
}

static void
build_demand(PickRound *round, int index, bool fresh)
{
	PickRequest *request = &round->requests[index];
	EscrowDemand *demand = &round->demands[index];
	const CandidateList *list = th_candidates(&request->item, fresh);
	CandidateFilter filter;

	request_filter(request, &filter);
	demand->choices = palloc(Max(list->count, 1) * sizeof(EscrowChoice));
	round->places[index] = palloc(Max(list->count, 1) * sizeof(Pick));
	demand->choice_count = 0;
	demand->wanted = request->quantity;
	demand->minimum = request->quantity;
	for (int i = 0; i < list->count; i++)
	{
		const StockCandidate *place = &list->candidates[i].order;
		Pick *pick = &round->places[index][demand->choice_count];

		if (!th_candidate_matches(&list->candidates[i], &filter))
			continue;
		pick->location_id = place->location_id;
		pick->lot_id = place->lot_id;
		demand->choice_count++;
	}
	/* Loading an entry may change the list: it is copied by now. */
	for (int i = 0; i < demand->choice_count; i++)
		demand->choices[i].op_index =
			th_escrow_choose(request->item.item_id, round->places[index][i].location_id,
							 round->places[index][i].lot_id);
}

static void
build_round(PickRound *round, bool fresh)
{
	th_escrow_forget_unused(round->mark);
	for (int i = 0; i < round->count; i++)
		build_demand(round, i, fresh);
}

static void
grant_round(PickRound *round)
{
	for (int i = 0; i < round->count; i++)
	{
		PickRequest *request = &round->requests[i];
		EscrowDemand *demand = &round->demands[i];

		request->picks = palloc(Max(demand->choice_count, 1) * sizeof(Pick));
		request->pick_count = 0;
		request->granted = demand->granted;
		for (int j = 0; j < demand->choice_count; j++)
		{
			if (demand->choices[j].taken == 0)
				continue;
			request->picks[request->pick_count] = round->places[i][j];
			request->picks[request->pick_count++].quantity = demand->choices[j].taken;
		}
	}
}

static bool
demand_is_short(const EscrowDemand *demand)
{
	return demand->available < demand->wanted;
}

/* Ends due reservations of short requests.  *others: some are in other hands. */
static bool
free_due(PickRound *round, bool *others)
{
	int64 freed = 0;

	for (int i = 0; i < round->count; i++)
	{
		EscrowDemand *demand = &round->demands[i];
		int64 missing = demand->wanted - demand->available;

		for (int j = 0; j < demand->choice_count && missing > 0; j++)
		{
			Pick *place = &round->places[i][j];
			int64 got = th_expire_key(round->requests[i].item.item_id,
									  place->location_id, place->lot_id, missing, others);

			missing -= got;
			freed += got;
		}
	}
	return freed > 0;
}

static bool
minimum_there(const PickRound *round)
{
	for (int i = 0; i < round->count; i++)
	{
		if (round->demands[i].available < round->requests[i].minimum)
			return false;
	}
	return true;
}

/* Where a change would help: an entry of a short request, -1 where nothing is coming. */
static int
awaited_op(const PickRound *round, bool others_have_due)
{
	int op_index = -1;

	for (int i = 0; i < round->count; i++)
	{
		EscrowDemand *demand = &round->demands[i];

		if (!demand_is_short(demand) || demand->choice_count == 0)
			continue;
		if (demand->coming_op >= 0)
			return demand->coming_op;
		if (others_have_due)
			op_index = demand->choices[0].op_index;
	}
	return op_index;
}

/* Waits a little for what others are ending; false where there is nothing to wait for. */
static bool
wait_for_others(PickRound *round, bool others_have_due, TimestampTz deadline)
{
	int op_index = awaited_op(round, others_have_due);

	if (op_index < 0 || GetCurrentTimestamp() >= deadline)
		return false;
	th_escrow_wait_change(op_index, WAIT_MS_STEP);
	return true;
}

static bool
take_minimum(PickRound *round)
{
	for (int i = 0; i < round->count; i++)
		round->demands[i].minimum = round->requests[i].minimum;
	return th_escrow_take_all(round->demands, round->count);
}

/* Serves the round, with all there is to try before a refusal. */
static bool
serve_round(PickRound *round)
{
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), WAIT_MS_MAX);

	/* Several requests begin with what this backend remembers, a short one reads again. */
	for (bool fresh = round->count == 1;; fresh = true)
	{
		bool others = false;

		CHECK_FOR_INTERRUPTS();
		build_round(round, fresh);
		if (th_escrow_take_all(round->demands, round->count))
			return true;
		if (!fresh || free_due(round, &others))
			continue;
		if (minimum_there(round) && take_minimum(round))
			return true;
		if (!wait_for_others(round, others, deadline))
			return false;
	}
}

static void
refuse_short(PickRound *round)
{
	for (int i = 0; i < round->count; i++)
	{
		PickRequest *request = &round->requests[i];

		request->granted = 0;
		request->pick_count = 0;
		request->available = round->demands[i].available;
		if (request->available >= request->minimum)
			continue;
		th_refuse(&request->outcome, TH_INSUFFICIENT_STOCK, "insufficient stock of item \"%s\"",
				  th_item_name(&request->item));
		th_refuse_detail(&request->outcome, "Requested " INT64_FORMAT ", available " INT64_FORMAT ".",
						 request->minimum, request->available);
	}
}

/* A frozen node refuses by name; frozen places below it are passed over. */
static bool
check_nodes(PickRequest *requests, int count)
{
	TimestampTz now = GetCurrentTimestamp();
	bool all = true;

	for (int i = 0; i < count; i++)
	{
		if (requests[i].node &&
			!th_location_check_frozen(requests[i].node, now, &requests[i].outcome))
			all = false;
	}
	return all;
}

bool
th_pick_all(PickRequest *requests, int count)
{
	PickRound round = { .requests = requests, .count = count, .mark = th_escrow_mark() };
	bool served;

	if (!check_nodes(requests, count))
		return false;
	round.demands = palloc0(count * sizeof(EscrowDemand));
	round.places = palloc0(count * sizeof(Pick *));
	served = serve_round(&round);
	if (served)
		grant_round(&round);
	else
		refuse_short(&round);
	th_escrow_forget_unused(round.mark);
	return served;
}

bool
th_pick(PickRequest *request)
{
	if (request->node &&
		!th_location_check_frozen(request->node, GetCurrentTimestamp(), &request->outcome))
		return false;
	return pick_from_one(request) || th_pick_all(request, 1);
}
