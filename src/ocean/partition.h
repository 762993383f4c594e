/*
 * partition.h
 *	  Times that observations may have, and the partitions of their months.
 */
#ifndef TIDEHOLD_OCEAN_PARTITION_H
#define TIDEHOLD_OCEAN_PARTITION_H

#include "datatype/timestamp.h"

#include "base/errors.h"

/* Within them an observation is taken; both ends belong to it. */
typedef struct ThTimeSpan
{
	TimestampTz first;
	TimestampTz last;
	bool retention; /* first is what retention keeps */
} ThTimeSpan;

/* By the settings, the clock and what retention has dropped. */
extern ThTimeSpan th_observation_span(void);

/* Refuses (TH042) a time outside. */
extern bool th_observation_time_check(const ThTimeSpan *span, TimestampTz observed_at,
									  ThOutcome *outcome);

/*
 * Makes the partitions of these months (counted from January 2000) that are missing, as
 * the owner of the table; returns how many that were.  Other sessions that make partitions
 * wait until the transaction ends.
 */
extern int th_partition_ensure(const int *months, int count);

#endif /* TIDEHOLD_OCEAN_PARTITION_H */
