/*
 * feed_histogram_test.c
 *	  Latencies in logarithmic buckets.
 */
#include <string.h>

#include "core/feed/histogram.h"

#include "unit.h"

/* The square root of two, and a little for rounding. */
#define A_BUCKET 1.4143

static bool
within(double factor, double actual, double expected)
{
	return actual <= expected * factor && actual >= expected / factor;
}

static void
nothing_recorded(void)
{
	uint32_t buckets[FEED_HISTOGRAM_BUCKETS] = { 0 };

	CHECK(feed_histogram_quantile_us(buckets, 0.5) < 0);
	feed_histogram_add(buckets, 0);
	CHECK(feed_histogram_quantile_us(buckets, 0.5) >= 0);
}

/* One latency alone is every quantile, from 10 us to 6 hours. */
static void
one_latency(void)
{
	for (uint64_t us = 10; us < UINT64_C(21474836480); us += 1 + us / 7)
	{
		uint32_t buckets[FEED_HISTOGRAM_BUCKETS] = { 0 };

		feed_histogram_add(buckets, us);
		CHECK(within(A_BUCKET, feed_histogram_quantile_us(buckets, 0), (double) us));
		CHECK(within(A_BUCKET, feed_histogram_quantile_us(buckets, 0.5), (double) us));
		CHECK(within(A_BUCKET, feed_histogram_quantile_us(buckets, 1), (double) us));
	}
}

static void
beyond_the_ends(void)
{
	uint32_t buckets[FEED_HISTOGRAM_BUCKETS] = { 0 };

	feed_histogram_add(buckets, 0);
	feed_histogram_add(buckets, 9);
	CHECK(buckets[0] == 2);
	feed_histogram_add(buckets, UINT64_C(21474836480));
	feed_histogram_add(buckets, UINT64_MAX);
	CHECK(buckets[FEED_HISTOGRAM_BUCKETS - 1] == 2);
	CHECK(feed_histogram_quantile_us(buckets, 1) > 21474836480.0);
	CHECK(feed_histogram_quantile_us(buckets, 0.25) < 10);
}

/* Evenly from 1 to 115,852 us, the end of a bucket, so the quantiles are known. */
static void
quantiles(void)
{
	uint32_t buckets[FEED_HISTOGRAM_BUCKETS] = { 0 };

	for (uint64_t us = 1; us <= 115852; us++)
		feed_histogram_add(buckets, us);
	CHECK(within(1.02, feed_histogram_quantile_us(buckets, 0.5), 57926));
	CHECK(within(1.02, feed_histogram_quantile_us(buckets, 0.95), 110060));
	CHECK(within(1.02, feed_histogram_quantile_us(buckets, 0.99), 114694));
	CHECK(within(1.02, feed_histogram_quantile_us(buckets, 0.001), 116));
}

static void
full_counter(void)
{
	uint32_t buckets[FEED_HISTOGRAM_BUCKETS] = { 0 };

	for (int i = 0; i < 3; i++)
		feed_histogram_add(buckets, 1000000);
	feed_histogram_add(buckets, 20);
	for (int i = 0; i < FEED_HISTOGRAM_BUCKETS; i++)
		if (buckets[i] == 3)
			buckets[i] = UINT32_MAX;
		else if (buckets[i] == 1)
			buckets[i] = UINT32_MAX / 4;
	feed_histogram_add(buckets, 1000000);
	CHECK(within(A_BUCKET, feed_histogram_quantile_us(buckets, 0.1), 20));
	CHECK(within(A_BUCKET, feed_histogram_quantile_us(buckets, 0.5), 1000000));
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "feed: no latency has no quantile", nothing_recorded },
		{ "feed: one latency is every quantile", one_latency },
		{ "feed: latencies beyond the buckets", beyond_the_ends },
		{ "feed: quantiles of known latencies", quantiles },
		{ "feed: a full counter keeps the shape", full_counter },
	};

	return UNIT_RUN(groups);
}
