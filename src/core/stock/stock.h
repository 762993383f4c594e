/*
 * stock.h
 *	  Arithmetic of quantities and the order in which stock is picked.  Pure C11: no
 *	  PostgreSQL, no memory of its own, no clock.
 */
#ifndef TIDEHOLD_CORE_STOCK_H
#define TIDEHOLD_CORE_STOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum StockStatus
{
	STOCK_OK = 0,
	STOCK_OVERFLOW,	 /* the result does not fit in 64 bits */
	STOCK_INEXACT,	 /* not a whole number of base units */
	STOCK_BAD_FACTOR /* numerator or denominator below 1 */
} StockStatus;

/* a + b, checked. */
StockStatus stock_add(int64_t a, int64_t b, int64_t *sum);

/*
 * quantity units in base units, where one unit is numerator/denominator base units.
 * Exact or refused, never rounded: 200 pieces are not 16.67 dozen.
 */
StockStatus stock_to_base(int64_t quantity, int64_t numerator, int64_t denominator,
						  int64_t *base);

/* A place to pick from, and what orders it among the others. */
typedef struct StockCandidate
{
	int32_t rank;		 /* of the location, smaller first */
	int32_t removal_day; /* day number; INT32_MAX where the lot has none */
	int64_t received_at; /* microseconds; of stock without a lot INT64_MIN */
	int64_t location_id;
	int64_t lot_id;
} StockCandidate;

/*
 * Order of picking: rank of the location, then first-expired-first-out by removal_day,
 * then the lot that came first, then ids so that the order is total.
 * For qsort: negative, 0, positive.
 */
int stock_candidate_compare(const StockCandidate *a, const StockCandidate *b);

/*
 * Takes wanted greedily from available[0..count) in order; entries with nothing or less
 * are passed over.  Writes what to take of each to taken[] and returns the sum, which is
 * less than wanted only where all are exhausted.
 */
int64_t stock_allocate(const int64_t *available, int count, int64_t wanted,
					   int64_t *taken);

/*
 * Rank of locations: compares two paths of priorities from the root, level by level;
 * a path that ends first ranks first.
 */
int stock_path_compare(const int32_t *a, int a_length, const int32_t *b, int b_length);

#endif /* TIDEHOLD_CORE_STOCK_H */
