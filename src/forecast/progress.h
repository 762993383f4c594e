/*
 * progress.h
 *	  What the forecasting of a backend is busy with: tidehold.stat_progress_forecast.
 *
 * One slot for each backend, parallel workers too, in shared memory, each under a spinlock
 * of its own.  Only its backend writes a slot, and only once its run takes longer than a
 * second, so a short one costs a look at the clock for each series; readers copy.  A run
 * lasts as long as the call sites of a statement that attached themselves: the memory
 * context of each takes the slot back when it goes, at the end of the statement, on error
 * and on cancel alike, and so does the end of the backend.  After kill -9 the postmaster
 * makes all slots anew.
 */
#ifndef TIDEHOLD_FORECAST_PROGRESS_H
#define TIDEHOLD_FORECAST_PROGRESS_H

#include "fmgr.h"

typedef enum ThForecastPhase
{
	TH_FORECAST_READING,
	TH_FORECAST_FITTING,
	TH_FORECAST_PREDICTING
} ThForecastPhase;

extern void th_progress_request_shmem(void);
extern void th_progress_startup_shmem(void);

/* The run goes on until the context goes; call it once for each call site. */
extern void th_progress_attach(MemoryContext context);

/* So many rows more have been read; for whoever reads without forecasting. */
extern void th_progress_rows(int rows);

/* A series begins; name, or NULL, and method are copied. */
extern void th_progress_series(const char *name, const char *method, int values);
extern void th_progress_phase(ThForecastPhase phase);
extern void th_progress_series_done(void);

/* To be called now and then in between; shows a run that has become long. */
extern void th_progress_look(void);

#endif /* TIDEHOLD_FORECAST_PROGRESS_H */
