/*
 * worker.c
 *	  Entry point of the feed's background worker.
 *
 *	  This library links librdkafka and hiredis; it is loaded in the worker's
 *	  process alone, never in the postmaster or a client's backend.
 */
#include "postgres.h"

#include "fmgr.h"
#include "postmaster/bgworker.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void th_feed_worker_main(Datum main_arg);

/*
 * There is no feed yet.  Returning gives exit code 0, which unregisters the
 * worker: the postmaster does not start it again.
 */
void
th_feed_worker_main(Datum main_arg)
{
	BackgroundWorkerUnblockSignals();
}
