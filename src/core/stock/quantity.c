/*
 * quantity.c
 *	  Checked sums and exact conversion between units.
 *
 * A result is written only where the status is STOCK_OK.
 */
#include "core/stock/stock.h"

StockStatus
stock_add(int64_t a, int64_t b, int64_t *sum)
{
	int64_t result;

	if (__builtin_add_overflow(a, b, &result))
		return STOCK_OVERFLOW;
	*sum = result;
	return STOCK_OK;
}

/* Greatest common divisor; b > 0. */
static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	while (a != 0)
	{
		uint64_t rest = b % a;

		b = a;
		a = rest;
	}
	return b;
}

/* The absolute value; unlike -value it is there for INT64_MIN too. */
static uint64_t
magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t) value : (uint64_t) value;
}

/*
 * Reduces before it multiplies.  Once the denominator has no divisor in common with
 * either factor, it divides their product only where it is 1, and a product that
 * overflows then is the result itself and not a step on the way to a smaller one.
 */
StockStatus
stock_to_base(int64_t quantity, int64_t numerator, int64_t denominator, int64_t *base)
{
	int64_t divisor;
	int64_t result;

	if (numerator < 1 || denominator < 1)
		return STOCK_BAD_FACTOR;

	/* A divisor of denominator fits where denominator does. */
	divisor = (int64_t) common_divisor(magnitude(quantity), (uint64_t) denominator);
	quantity /= divisor;
	denominator /= divisor;

	divisor = (int64_t) common_divisor((uint64_t) numerator, (uint64_t) denominator);
	numerator /= divisor;
	denominator /= divisor;

	if (denominator != 1)
		return STOCK_INEXACT;
	if (__builtin_mul_overflow(quantity, numerator, &result))
		return STOCK_OVERFLOW;
	*base = result;
	return STOCK_OK;
}
