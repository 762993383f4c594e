/*
 * feed_histogram_test.c
 *	  Latencies in logarithmic buckets.
 */
#include <string.h>

#include "core/feed/histogram.h"

#include "unit.h"

/* Half a bucket: the fourth root of two, and a little for rounding. */
#define HALF_A_BUCKET 1.1893

static bool
near(double actual, double expected)
{
	return actual <= expected * HALF_A_BUCKET && actual >= expected / HALF_A_BUCKET;
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
		CHECK(near(feed_histogram_quantile_us(buckets, 0), (double) us));
		CHECK(near(feed_histogram_quantile_us(buckets, 0.5), (double) us));
		CHECK(near(feed_histogram_quantile_us(buckets, 1), (double) us));
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
	CHECK(feed_histogram_quantile_us(buckets, 0.5) < 10);
}

/* Evenly from 1 to 100,000 us, so the quantiles are known. */
static void
quantiles(void)
{
	uint32_t buckets[FEED_HISTOGRAM_BUCKETS] = { 0 };

	for (uint64_t us = 1; us <= 100000; us++)
		feed_histogram_add(buckets, us);
	CHECK(near(feed_histogram_quantile_us(buckets, 0.5), 50000));
	CHECK(near(feed_histogram_quantile_us(buckets, 0.95), 95000));
	CHECK(near(feed_histogram_quantile_us(buckets, 0.99), 99000));
	CHECK(near(feed_histogram_quantile_us(buckets, 0.001), 100));
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
	CHECK(near(feed_histogram_quantile_us(buckets, 0.1), 20));
	CHECK(near(feed_histogram_quantile_us(buckets, 0.5), 1000000));
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
