/*
 * stock_fuzz.c
 *	  Quantities against 128-bit arithmetic, and the laws of order and allocation.
 */
#include <stdbool.h>

#include "core/stock/stock.h"

#include "fuzz.h"

__extension__ typedef __int128 wide;

#define PLACES_MAX 8
#define UNTOUCHED INT64_C(-777)

static StockStatus
fit(wide value, int64_t *result)
{
	if (value < INT64_MIN || value > INT64_MAX)
		return STOCK_OVERFLOW;
	*result = (int64_t) value;
	return STOCK_OK;
}

static void
add(FuzzInput *input)
{
	int64_t a = fuzz_int64(input);
	int64_t b = fuzz_int64(input);
	int64_t expected = UNTOUCHED;
	int64_t sum = UNTOUCHED;

	HOLDS(stock_add(a, b, &sum) == fit((wide) a + b, &expected));
	HOLDS(sum == expected);
}

static StockStatus
slow_to_base(int64_t quantity, int64_t numerator, int64_t denominator, int64_t *base)
{
	wide product = (wide) quantity * numerator;

	if (numerator < 1 || denominator < 1)
		return STOCK_BAD_FACTOR;
	if (product % denominator != 0)
		return STOCK_INEXACT;
	return fit(product / denominator, base);
}

static void
convert(FuzzInput *input)
{
	int64_t quantity = fuzz_int64(input);
	int64_t numerator = fuzz_int64(input);
	int64_t denominator = fuzz_int64(input);
	int64_t expected = UNTOUCHED;
	int64_t base = UNTOUCHED;
	StockStatus status = stock_to_base(quantity, numerator, denominator, &base);

	HOLDS(status == slow_to_base(quantity, numerator, denominator, &expected));
	HOLDS(base == expected);

	/* And back: what converts exactly converts back exactly. */
	if (status == STOCK_OK)
		HOLDS(stock_to_base(base, denominator, numerator, &base) == STOCK_OK && base == quantity);
}

/* From the heap and of the exact length, so that a step past the end is caught. */
static void *
array(int length, size_t element_size)
{
	void *elements = malloc(length > 0 ? (size_t) length * element_size : 1);

	HOLDS(elements != NULL);
	return elements;
}

static void
allocate(FuzzInput *input)
{
	int count = fuzz_byte(input) % (PLACES_MAX + 1);
	int64_t *available = array(count, sizeof(int64_t));
	int64_t *taken = array(count, sizeof(int64_t));
	int64_t wanted = fuzz_int64(input);
	int64_t granted;
	wide sum = 0;

	for (int i = 0; i < count; i++)
		available[i] = fuzz_int64(input);
	granted = stock_allocate(available, count, wanted, taken);

	for (int i = 0; i < count; i++)
	{
		wide left = (wide) (wanted > 0 ? wanted : 0) - sum;
		wide there = available[i] > 0 ? available[i] : 0;

		/* Greedy: a place is emptied before the next one is touched. */
		HOLDS(taken[i] == (there < left ? there : left));
		sum += taken[i];
	}
	HOLDS(granted == sum);
	free(available);
	free(taken);
}

static int
sign(int value)
{
	return (value > 0) - (value < 0);
}

/* What makes a comparison fit for sorting, of three values compared with each other. */
static void
check_order(int ab, int ba, int bc, int ac, bool a_is_b)
{
	HOLDS(sign(ab) == -sign(ba));
	HOLDS((ab == 0) == a_is_b);
	if (ab <= 0 && bc <= 0)
		HOLDS(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
}

static StockCandidate
candidate(FuzzInput *input)
{
	StockCandidate result;

	result.rank = fuzz_int32(input);
	result.removal_day = fuzz_int32(input);
	result.received_at = fuzz_int64(input);
	result.location_id = fuzz_int64(input);
	result.lot_id = fuzz_int64(input);
	return result;
}

static bool
same_candidate(const StockCandidate *a, const StockCandidate *b)
{
	return a->rank == b->rank && a->removal_day == b->removal_day &&
		   a->received_at == b->received_at && a->location_id == b->location_id &&
		   a->lot_id == b->lot_id;
}

static void
order_candidates(FuzzInput *input)
{
	StockCandidate a = candidate(input);
	StockCandidate b = candidate(input);
	StockCandidate c = candidate(input);

	check_order(stock_candidate_compare(&a, &b), stock_candidate_compare(&b, &a),
				stock_candidate_compare(&b, &c), stock_candidate_compare(&a, &c),
				same_candidate(&a, &b));
}

static int32_t *
path(FuzzInput *input, int *length)
{
	int32_t *levels;

	*length = fuzz_byte(input) % 5;
	levels = array(*length, sizeof(int32_t));
	for (int i = 0; i < *length; i++)
		levels[i] = fuzz_int32(input);
	return levels;
}

static void
order_paths(FuzzInput *input)
{
	int a_length;
	int b_length;
	int c_length;
	int32_t *a = path(input, &a_length);
	int32_t *b = path(input, &b_length);
	int32_t *c = path(input, &c_length);

	check_order(stock_path_compare(a, a_length, b, b_length),
				stock_path_compare(b, b_length, a, a_length),
				stock_path_compare(b, b_length, c, c_length),
				stock_path_compare(a, a_length, c, c_length),
				a_length == b_length && memcmp(a, b, (size_t) a_length * sizeof(int32_t)) == 0);
	free(a);
	free(b);
	free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const properties[])(FuzzInput *) = {
		add, convert, allocate, order_candidates, order_paths
	};
	FuzzInput input = { data, size };

	properties[fuzz_byte(&input) % (sizeof(properties) / sizeof(properties[0]))](&input);
	return 0;
}
