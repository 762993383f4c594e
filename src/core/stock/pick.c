/*
 * pick.c
 *	  The order in which stock is picked, and how much is taken of each place.
 */
#include "core/stock/stock.h"

/* -1, 0 or 1: a difference of two values could overflow. */
static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int
stock_candidate_compare(const StockCandidate *a, const StockCandidate *b)
{
	int order = compare(a->rank, b->rank);

	if (order == 0)
		order = compare(a->removal_day, b->removal_day);
	if (order == 0)
		order = compare(a->received_at, b->received_at);
	if (order == 0)
		order = compare(a->location_id, b->location_id);
	if (order == 0)
		order = compare(a->lot_id, b->lot_id);
	return order;
}

int64_t
stock_allocate(const int64_t *available, int count, int64_t wanted, int64_t *taken)
{
	int64_t missing = wanted;
	int64_t granted = 0;

	for (int i = 0; i < count; i++)
	{
		/* Below 1 where the place has nothing, and where nothing is wanted. */
		int64_t take = available[i] < missing ? available[i] : missing;

		taken[i] = take > 0 ? take : 0;
		missing -= taken[i];
		granted += taken[i];
	}
	return granted;
}

int
stock_path_compare(const int32_t *a, int a_length, const int32_t *b, int b_length)
{
	int shorter = a_length < b_length ? a_length : b_length;

	for (int i = 0; i < shorter; i++)
	{
		if (a[i] != b[i])
			return compare(a[i], b[i]);
	}
	return compare(a_length, b_length);
}
