/*
 * worker_process.c
 *	  Signals and sleep of our background workers.
 */
#include "postgres.h"

#include <signal.h>

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/sinval.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "base/worker_process.h"

/*
 * Between two turns the process ends without a word; in the middle of work, a lock
 * wait included, CHECK_FOR_INTERRUPTS ends it.
 */
static void
on_sigterm(SIGNAL_ARGS)
{
	ShutdownRequestPending = true;
	die(postgres_signal_arg);
}

/* SIGUSR1 and SIGINT keep the server's handlers: they set the latch, and cancel. */
void
th_process_set_signals(void)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, on_sigterm);
	BackgroundWorkerUnblockSignals();
}

void
th_process_serve_signals(int exit_code)
{
	if (ShutdownRequestPending)
		proc_exit(exit_code);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
	if (catchupInterruptPending)
		ProcessCatchupInterrupt();
}

void
th_process_sleep_until(TimestampTz wake_at, uint32 wait_event)
{
	long ms = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), wake_at);

	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, wait_event);
	ResetLatch(MyLatch);
}
