/*
 * work.h
 *	  What PostgreSQL lends to the pure core while it works on one series: memory that is
 *	  bounded by tidehold.forecast_memory, and interruption.
 */
#ifndef TIDEHOLD_FORECAST_WORK_H
#define TIDEHOLD_FORECAST_WORK_H

#include "nodes/memnodes.h"

#include "core/forecast/forecast.h"

typedef struct ThWork
{
	MemoryContext memory; /* of one series; emptied by th_work_reset */
	size_t used;
	ForecastWork lent;
} ThWork;

/* Its memory is a child of the parent. */
extern void th_work_init(ThWork *work, MemoryContext parent);
extern void th_work_reset(ThWork *work);

/* Zeroed; raises the error of a series that needs more memory than is allowed. */
extern void *th_work_allocate(ThWork *work, size_t size);

/* Raises that error for the core, which only says so. */
extern void th_work_no_memory(void);

#endif /* TIDEHOLD_FORECAST_WORK_H */
