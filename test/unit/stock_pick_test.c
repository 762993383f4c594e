/*
 * stock_pick_test.c
 *	  Order of picking, allocation and ranks of paths.
 */
#include <stdlib.h>

#include "core/stock/stock.h"

#include "unit.h"

static int
sign(int value)
{
	return (value > 0) - (value < 0);
}

static bool
before(StockCandidate a, StockCandidate b)
{
	return stock_candidate_compare(&a, &b) < 0 && stock_candidate_compare(&b, &a) > 0;
}

/* Each field decides where those before it are equal, against all behind it. */
static void
precedence(void)
{
	CHECK(before((StockCandidate){ 1, 9, 9, 9, 9 }, (StockCandidate){ 2, 1, 1, 1, 1 }));
	CHECK(before((StockCandidate){ 1, 1, 9, 9, 9 }, (StockCandidate){ 1, 2, 1, 1, 1 }));
	CHECK(before((StockCandidate){ 1, 1, 1, 9, 9 }, (StockCandidate){ 1, 1, 2, 1, 1 }));
	CHECK(before((StockCandidate){ 1, 1, 1, 1, 9 }, (StockCandidate){ 1, 1, 1, 2, 1 }));
	CHECK(before((StockCandidate){ 1, 1, 1, 1, 1 }, (StockCandidate){ 1, 1, 1, 1, 2 }));

	/* A lot that never expires comes after every lot that does. */
	CHECK(before((StockCandidate){ 0, INT32_MAX - 1, 9, 9, 9 },
				 (StockCandidate){ 0, INT32_MAX, INT64_MIN, 1, 0 }));
	CHECK(before((StockCandidate){ INT32_MIN, 0, 0, 0, 0 },
				 (StockCandidate){ INT32_MAX, 0, 0, 0, 0 }));
	CHECK(before((StockCandidate){ 0, 0, INT64_MIN, 0, 0 },
				 (StockCandidate){ 0, 0, INT64_MAX, 0, 0 }));
	CHECK(before((StockCandidate){ 0, 0, 0, INT64_MIN, 0 },
				 (StockCandidate){ 0, 0, 0, INT64_MAX, 0 }));
}

/* Few values, so that ties are frequent, and the limits among them. */
static int64_t
few_values64(void)
{
	static const int64_t values[] = { INT64_MIN, -1, 0, 1, INT64_MAX };

	return values[unit_random_in(0, 4)];
}

static int32_t
few_values32(void)
{
	static const int32_t values[] = { INT32_MIN, -1, 0, 1, INT32_MAX };

	return values[unit_random_in(0, 4)];
}

static StockCandidate
random_candidate(void)
{
	StockCandidate candidate;

	candidate.rank = few_values32();
	candidate.removal_day = few_values32();
	candidate.received_at = few_values64();
	candidate.location_id = few_values64();
	candidate.lot_id = few_values64();
	return candidate;
}

static bool
same(const StockCandidate *a, const StockCandidate *b)
{
	return a->rank == b->rank && a->removal_day == b->removal_day &&
		   a->received_at == b->received_at && a->location_id == b->location_id &&
		   a->lot_id == b->lot_id;
}

static void
total_order(void)
{
	for (int i = 0; i < 200000; i++)
	{
		StockCandidate a = random_candidate();
		StockCandidate b = i % 4 == 0 ? a : random_candidate();
		StockCandidate c = random_candidate();
		int ab = sign(stock_candidate_compare(&a, &b));
		int bc = sign(stock_candidate_compare(&b, &c));
		int ac = sign(stock_candidate_compare(&a, &c));

		if (!CHECK(ab == -sign(stock_candidate_compare(&b, &a))) ||
			!CHECK((ab == 0) == same(&a, &b)) ||
			!CHECK(!(ab <= 0 && bc <= 0) || ac <= 0) ||
			!CHECK(!(ab < 0 && bc <= 0) || ac < 0))
			return;
	}
}

static int
compare_void(const void *a, const void *b)
{
	return stock_candidate_compare(a, b);
}

/* Whatever order candidates come in, they are picked in one. */
static void
sorts_alike(void)
{
	enum
	{
		COUNT = 200
	};
	StockCandidate once[COUNT];
	StockCandidate again[COUNT];

	for (int i = 0; i < COUNT; i++)
		once[i] = again[COUNT - 1 - i] = random_candidate();
	qsort(once, COUNT, sizeof(StockCandidate), compare_void);
	qsort(again, COUNT, sizeof(StockCandidate), compare_void);
	for (int i = 0; i < COUNT; i++)
	{
		CHECK(same(&once[i], &again[i]));
		if (i > 0)
			CHECK(stock_candidate_compare(&once[i - 1], &once[i]) <= 0);
	}
}

/* Cases B1: warehouses of 3 and 4, of 4 and 1, and so on. */
static void
known_splits(void)
{
	int64_t taken[4];

	CHECK(stock_allocate((int64_t[]){ 3, 4 }, 2, 5, taken) == 5);
	CHECK(taken[0] == 3 && taken[1] == 2);
	CHECK(stock_allocate((int64_t[]){ 4, 3 }, 2, 5, taken) == 5);
	CHECK(taken[0] == 4 && taken[1] == 1);
	CHECK(stock_allocate((int64_t[]){ 3 }, 1, 5, taken) == 3);
	CHECK(taken[0] == 3);
	CHECK(stock_allocate((int64_t[]){ 0, -7, 9, 1 }, 4, 4, taken) == 4);
	CHECK(taken[0] == 0 && taken[1] == 0 && taken[2] == 4 && taken[3] == 0);
	CHECK(stock_allocate(NULL, 0, 5, taken) == 0);
	CHECK(stock_allocate((int64_t[]){ INT64_MAX, INT64_MAX }, 2, INT64_MAX, taken) == INT64_MAX);
	CHECK(taken[0] == INT64_MAX && taken[1] == 0);
	CHECK(stock_allocate((int64_t[]){ INT64_MIN, INT64_MAX - 1, INT64_MAX }, 3, INT64_MAX, taken) ==
		  INT64_MAX);
	CHECK(taken[0] == 0 && taken[1] == INT64_MAX - 1 && taken[2] == 1);
}

static void
nothing_wanted(void)
{
	int64_t taken[2] = { -1, -1 };

	CHECK(stock_allocate((int64_t[]){ 5, 5 }, 2, 0, taken) == 0);
	CHECK(taken[0] == 0 && taken[1] == 0);
	taken[0] = taken[1] = -1;
	CHECK(stock_allocate((int64_t[]){ 5, -5 }, 2, INT64_MIN, taken) == 0);
	CHECK(taken[0] == 0 && taken[1] == 0);
}

/* Takes one piece at a time from the first place that has one left. */
static int64_t
slow_allocate(const int64_t *available, int count, int64_t wanted, int64_t *taken)
{
	int64_t granted = 0;
	int place = 0;

	for (int i = 0; i < count; i++)
		taken[i] = 0;
	while (granted < wanted && place < count)
	{
		if (taken[place] < available[place])
		{
			taken[place]++;
			granted++;
		}
		else
			place++;
	}
	return granted;
}

static void
allocation_agrees_with_reference(void)
{
	for (int i = 0; i < 100000; i++)
	{
		int64_t available[8];
		int64_t taken[8];
		int64_t expected[8];
		int64_t sum = 0;
		int count = (int) unit_random_in(0, 8);
		int64_t wanted = unit_random_in(-2, 30);
		int64_t granted;

		for (int k = 0; k < count; k++)
			available[k] = unit_random_in(-3, 9);
		granted = stock_allocate(available, count, wanted, taken);
		CHECK(granted == slow_allocate(available, count, wanted, expected));
		for (int k = 0; k < count; k++)
		{
			CHECK(taken[k] == expected[k]);
			sum += taken[k];
		}
		if (!CHECK(sum == granted))
			return;
	}
}

static void
known_paths(void)
{
	static const int32_t north[] = { 1 };
	static const int32_t north_bin[] = { 1, 5 };
	static const int32_t north_next[] = { 1, 6 };
	static const int32_t south[] = { 2 };
	static const int32_t south_deep[] = { 2, INT32_MIN, 0 };

	CHECK(stock_path_compare(north, 1, south, 1) < 0);
	CHECK(stock_path_compare(north, 1, north_bin, 2) < 0);
	CHECK(stock_path_compare(north_bin, 2, north, 1) > 0);
	CHECK(stock_path_compare(north_bin, 2, north_next, 2) < 0);
	CHECK(stock_path_compare(north_next, 2, south, 1) < 0);
	CHECK(stock_path_compare(south_deep, 3, north_next, 2) > 0);
	CHECK(stock_path_compare(south_deep, 3, south, 1) > 0);
	CHECK(stock_path_compare(north_bin, 2, north_bin, 2) == 0);
	CHECK(stock_path_compare(NULL, 0, NULL, 0) == 0);
	CHECK(stock_path_compare(NULL, 0, south_deep + 1, 1) < 0);
	CHECK(stock_path_compare((int32_t[]){ INT32_MIN }, 1, (int32_t[]){ INT32_MAX }, 1) < 0);
}

static int
random_path(int32_t *path)
{
	int length = (int) unit_random_in(0, 4);

	for (int i = 0; i < length; i++)
		path[i] = few_values32();
	return length;
}

static void
path_order(void)
{
	for (int i = 0; i < 200000; i++)
	{
		int32_t a[4];
		int32_t b[4];
		int32_t c[4];
		int a_length = random_path(a);
		int b_length = random_path(b);
		int c_length = random_path(c);
		int ab = sign(stock_path_compare(a, a_length, b, b_length));
		int bc = sign(stock_path_compare(b, b_length, c, c_length));
		int ac = sign(stock_path_compare(a, a_length, c, c_length));

		if (!CHECK(ab == -sign(stock_path_compare(b, b_length, a, a_length))) ||
			!CHECK(ab != 0 || a_length == b_length) ||
			!CHECK(!(ab <= 0 && bc <= 0) || ac <= 0) ||
			!CHECK(!(ab < 0 && bc <= 0) || ac < 0))
			return;
	}
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "stock: precedence of the picking order", precedence },
		{ "stock: picking order is total and transitive", total_order },
		{ "stock: picking order is independent of input", sorts_alike },
		{ "stock: known splits over places", known_splits },
		{ "stock: nothing wanted takes nothing", nothing_wanted },
		{ "stock: allocation agrees with reference", allocation_agrees_with_reference },
		{ "stock: known ranks of paths", known_paths },
		{ "stock: path order is total and transitive", path_order },
	};

	return UNIT_RUN(groups);
}
