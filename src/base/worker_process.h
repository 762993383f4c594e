/*
 * worker_process.h
 *	  Signals and sleep of our background workers.
 */
#ifndef TIDEHOLD_BASE_WORKER_PROCESS_H
#define TIDEHOLD_BASE_WORKER_PROCESS_H

#include "datatype/timestamp.h"

/* Installs the handlers and lets signals in. */
extern PGDLLEXPORT void th_process_set_signals(void);

/* At the top of each turn of a main loop; ends the process when it was asked to end. */
extern PGDLLEXPORT void th_process_serve_signals(int exit_code);

/* Sleeps until then, or until the latch is set. */
extern PGDLLEXPORT void th_process_sleep_until(TimestampTz wake_at, uint32 wait_event);

#endif /* TIDEHOLD_BASE_WORKER_PROCESS_H */
