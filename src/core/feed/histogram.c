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

/* The geometric middle, as the buckets are even on a logarithmic scale. */
static double
middle_us(int bucket)
{
	if (bucket == 0)
		return SMALLEST_US / 2;
	return sqrt(limit_us(bucket - 1) * limit_us(bucket));
}

double
feed_histogram_quantile_us(const uint32_t *buckets, double q)
{
	double total = 0;
	double seen = 0;

	for (int i = 0; i < FEED_HISTOGRAM_BUCKETS; i++)
		total += buckets[i];
	if (total == 0)
		return -1;
	for (int i = 0; i < FEED_HISTOGRAM_BUCKETS; i++)
	{
		seen += buckets[i];
		if (buckets[i] > 0 && seen >= q * total)
			return middle_us(i);
	}
	return middle_us(FEED_HISTOGRAM_BUCKETS - 1);
}
