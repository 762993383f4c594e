/*
 * clock.h
 *	  A clock for intervals: no step of the wall clock hurries or stalls what it measures.
 *
 * Times of it say nothing outside this server's boot, and are never shown: what commits,
 * expires or is read by people has the wall clock's.
 */
#ifndef TIDEHOLD_BASE_CLOCK_H
#define TIDEHOLD_BASE_CLOCK_H

#include <time.h>

static inline int64
th_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64
th_monotonic_ms(void)
{
	return th_monotonic_us() / 1000;
}

#endif /* TIDEHOLD_BASE_CLOCK_H */
