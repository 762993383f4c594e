/*
 * histogram.c
 *	  Distribution of latencies from 10 us to hours in 64 counters.
 */
#include "core/feed/histogram.h"

#include <math.h>

#define SMALLEST_US 10.0
#define BUCKETS_PER_DOUBLING 2.0

/* Upper limit of a bucket, which the next one begins with. */
static double
limit_us(int bucket)
{
	return SMALLEST_US * exp2(bucket / BUCKETS_PER_DOUBLING);
}

static int
bucket_of(uint64_t latency_us)
{
	double doublings;

	if ((double) latency_us < SMALLEST_US)
		return 0;
	doublings = log2((double) latency_us / SMALLEST_US);
	if (doublings * BUCKETS_PER_DOUBLING >= FEED_HISTOGRAM_BUCKETS - 2)
		return FEED_HISTOGRAM_BUCKETS - 1;
	return 1 + (int) (doublings * BUCKETS_PER_DOUBLING);
}

void
feed_histogram_add(uint32_t *buckets, uint64_t latency_us)
{
	uint32_t *bucket = &buckets[bucket_of(latency_us)];

	if (*bucket == UINT32_MAX)
		for (int i = 0; i < FEED_HISTOGRAM_BUCKETS; i++)
			buckets[i] /= 2;
	(*bucket)++;
}

/* Where share (0 to 1) of a bucket lies, as it is evenly filled on the logarithmic scale. */
static double
inside_us(int bucket, double share)
{
	if (bucket == 0)
		return SMALLEST_US * share;
	return limit_us(bucket - 1) * exp2(share / BUCKETS_PER_DOUBLING);
}

double
feed_histogram_quantile_us(const uint32_t *buckets, double q)
{
	double total = 0;
	double before = 0;

	for (int i = 0; i < FEED_HISTOGRAM_BUCKETS; i++)
		total += buckets[i];
	if (total == 0)
		return -1;
	for (int i = 0; i < FEED_HISTOGRAM_BUCKETS; i++)
	{
		if (buckets[i] > 0 && before + buckets[i] >= q * total)
			return inside_us(i, (q * total - before) / buckets[i]);
		before += buckets[i];
	}
	return inside_us(FEED_HISTOGRAM_BUCKETS - 1, 1);
}
