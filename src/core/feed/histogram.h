/*
 * histogram.h
 *	  Distribution of latencies from 10 us to hours in 64 counters.
 *
 * Bucket 0 holds what took less than 10 us.  From there each bucket's upper limit is
 * 2^(1/2) of the one before; the last holds everything from 2^31 times 10 us (6 hours) on.
 * A quantile is interpolated in its bucket: it is less than the bucket's width (two fifths)
 * from the truth, and of many latencies about a fiftieth.  Counters are halved together
 * before one overflows: the shape stays.
 */
#ifndef TIDEHOLD_CORE_FEED_HISTOGRAM_H
#define TIDEHOLD_CORE_FEED_HISTOGRAM_H

#include <stdint.h>

#define FEED_HISTOGRAM_BUCKETS 64

void feed_histogram_add(uint32_t *buckets, uint64_t latency_us);

/* What q (0 to 1) of all latencies do not exceed, in us; -1 of none. */
double feed_histogram_quantile_us(const uint32_t *buckets, double q);

#endif /* TIDEHOLD_CORE_FEED_HISTOGRAM_H */
