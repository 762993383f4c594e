/*
 * stock_quantity_test.c
 *	  Checked sums and unit conversion.
 */
#include "core/stock/stock.h"

#include "unit.h"

__extension__ typedef __int128 wide;

/* What must still be there where a call refuses. */
#define UNTOUCHED INT64_C(-777)

static bool
converts(int64_t quantity, int64_t numerator, int64_t denominator, int64_t expected)
{
	int64_t base = UNTOUCHED;

	return stock_to_base(quantity, numerator, denominator, &base) == STOCK_OK &&
		   base == expected;
}

static bool
refuses(int64_t quantity, int64_t numerator, int64_t denominator, StockStatus expected)
{
	int64_t base = UNTOUCHED;

	return stock_to_base(quantity, numerator, denominator, &base) == expected &&
		   base == UNTOUCHED;
}

static bool
adds(int64_t a, int64_t b, int64_t expected)
{
	int64_t sum = UNTOUCHED;

	return stock_add(a, b, &sum) == STOCK_OK && sum == expected;
}

static bool
add_overflows(int64_t a, int64_t b)
{
	int64_t sum = UNTOUCHED;

	return stock_add(a, b, &sum) == STOCK_OVERFLOW && sum == UNTOUCHED;
}

/*
 * Case C6: stock kept in dozens and in boxes.  Where the piece is the base unit nothing
 * is lost on the way; where the dozen is, a part of it is refused.
 */
static void
round_trips(void)
{
	CHECK(converts(1, 12, 1, 12));
	CHECK(converts(12, 1, 12, 1));
	CHECK(refuses(1, 1, 12, STOCK_INEXACT));
	CHECK(refuses(200, 1, 12, STOCK_INEXACT));
	CHECK(converts(204, 1, 12, 17));
	CHECK(converts(17, 12, 1, 204));
	CHECK(converts(1, 4, 1, 4));
	CHECK(converts(6, 4, 1, 24));
	CHECK(converts(4, 1, 4, 1));
	CHECK(converts(24, 1, 4, 6));

	for (int i = 0; i < 100000; i++)
	{
		int64_t quantity = unit_random_in(-1000000, 1000000);
		int64_t factor = unit_random_in(1, 1000000);

		if (!CHECK(converts(quantity, factor, 1, quantity * factor)) ||
			!CHECK(converts(quantity * factor, 1, factor, quantity)))
			return;
	}
}

/* A pound is 45359237/100000 grams. */
static void
rational_factors(void)
{
	CHECK(converts(100000, 45359237, 100000, 45359237));
	CHECK(refuses(1, 45359237, 100000, STOCK_INEXACT));
	CHECK(converts(-100000, 45359237, 100000, -45359237));
	CHECK(converts(3, 2, 6, 1));
	CHECK(converts(2, 3, 6, 1));
	CHECK(refuses(1, 3, 6, STOCK_INEXACT));
	CHECK(refuses(-1, 3, 6, STOCK_INEXACT));
	CHECK(converts(6, 10, 15, 4));
	CHECK(converts(0, 1, 7, 0));
	CHECK(converts(0, INT64_MAX, INT64_MAX, 0));
}

static void
factors_below_one(void)
{
	CHECK(refuses(1, 0, 1, STOCK_BAD_FACTOR));
	CHECK(refuses(1, 1, 0, STOCK_BAD_FACTOR));
	CHECK(refuses(1, -1, 1, STOCK_BAD_FACTOR));
	CHECK(refuses(1, 1, -1, STOCK_BAD_FACTOR));
	CHECK(refuses(0, INT64_MIN, INT64_MIN, STOCK_BAD_FACTOR));
}

static void
sums_at_limits(void)
{
	CHECK(adds(2, 3, 5));
	CHECK(adds(INT64_MAX, INT64_MIN, -1));
	CHECK(adds(INT64_MAX, 0, INT64_MAX));
	CHECK(adds(INT64_MAX - 1, 1, INT64_MAX));
	CHECK(adds(INT64_MIN + 1, -1, INT64_MIN));
	CHECK(add_overflows(INT64_MAX, 1));
	CHECK(add_overflows(1, INT64_MAX));
	CHECK(add_overflows(INT64_MIN, -1));
	CHECK(add_overflows(INT64_MAX, INT64_MAX));
	CHECK(add_overflows(INT64_MIN, INT64_MIN));
}

static void
conversions_at_limits(void)
{
	CHECK(converts(INT64_MAX, 1, 1, INT64_MAX));
	CHECK(converts(INT64_MIN, 1, 1, INT64_MIN));
	CHECK(converts(1, INT64_MAX, 1, INT64_MAX));
	CHECK(converts(-1, INT64_MAX, 1, -INT64_MAX));
	CHECK(refuses(INT64_MAX, 2, 1, STOCK_OVERFLOW));
	CHECK(refuses(INT64_MIN, 2, 1, STOCK_OVERFLOW));
	CHECK(refuses(2, INT64_MAX, 1, STOCK_OVERFLOW));
	CHECK(converts(INT64_MAX / 2, 2, 1, INT64_MAX - 1));
	CHECK(converts(INT64_MIN / 2, 2, 1, INT64_MIN));
	CHECK(refuses(INT64_MAX / 2 + 1, 2, 1, STOCK_OVERFLOW));
	CHECK(refuses(INT64_MIN / 2 - 1, 2, 1, STOCK_OVERFLOW));

	/* The product does not fit in 64 bits and the result does. */
	CHECK(converts(INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX));
	CHECK(converts(INT64_MIN, INT64_MAX, INT64_MAX, INT64_MIN));
	CHECK(converts(INT64_MIN, 3, INT64_C(1) << 62, -6));
	CHECK(refuses(INT64_MIN, 1, INT64_MAX, STOCK_INEXACT));
}

/* 128 bits hold every product. */
static StockStatus
slow_to_base(int64_t quantity, int64_t numerator, int64_t denominator, int64_t *base)
{
	wide product = (wide) quantity * numerator;

	if (product % denominator != 0)
		return STOCK_INEXACT;
	product /= denominator;
	if (product < INT64_MIN || product > INT64_MAX)
		return STOCK_OVERFLOW;
	*base = (int64_t) product;
	return STOCK_OK;
}

/* All sizes equally often, so that small numbers and limits both come up. */
static int64_t
any_size(void)
{
	return (int64_t) unit_random() >> unit_random_in(0, 63);
}

static int64_t
any_factor(void)
{
	return (int64_t) (unit_random() >> unit_random_in(2, 63)) + 1;
}

static void
agrees_with_reference(void)
{
	int seen[STOCK_BAD_FACTOR] = { 0 };

	for (int i = 0; i < 300000; i++)
	{
		int64_t quantity = any_size();
		int64_t numerator = any_factor();
		int64_t denominator = i % 2 == 0 ? unit_random_in(1, 12) : any_factor();
		int64_t expected = UNTOUCHED;
		int64_t base = UNTOUCHED;
		StockStatus status = slow_to_base(quantity, numerator, denominator, &expected);

		seen[status]++;
		if (!CHECK(stock_to_base(quantity, numerator, denominator, &base) == status) ||
			!CHECK(base == expected))
			return;
	}
	CHECK(seen[STOCK_OK] > 1000);
	CHECK(seen[STOCK_OVERFLOW] > 1000);
	CHECK(seen[STOCK_INEXACT] > 1000);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "stock: conversion round trips", round_trips },
		{ "stock: rational factors exact or refused", rational_factors },
		{ "stock: factors below one refused", factors_below_one },
		{ "stock: sums at the limits of 64 bits", sums_at_limits },
		{ "stock: conversions at the limits of 64 bits", conversions_at_limits },
		{ "stock: conversion agrees with 128-bit reference", agrees_with_reference },
	};

	return UNIT_RUN(groups);
}
