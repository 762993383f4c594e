/*
 * work.c
 *	  Memory and interruption for the pure core.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/settings.h"
#include "forecast/progress.h"
#include "forecast/work.h"

static void *
allocate(void *context, size_t size)
{
	ThWork *work = context;

	if (size > (size_t) th_setting_forecast_memory * 1024 - work->used)
		return NULL;
	work->used += size;
	return MemoryContextAllocExtended(work->memory, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* A cancel leaves by longjmp. */
static bool
interrupted(void *context)
{
	CHECK_FOR_INTERRUPTS();
	th_progress_look();
	return false;
}

void
th_work_init(ThWork *work, MemoryContext parent)
{
	work->memory = AllocSetContextCreate(parent, "tidehold forecast", ALLOCSET_DEFAULT_SIZES);
	work->used = 0;
	work->lent.allocate = allocate;
	work->lent.interrupted = interrupted;
	work->lent.context = work;
}

void
th_work_reset(ThWork *work)
{
	MemoryContextReset(work->memory);
	work->used = 0;
}

void *
th_work_allocate(ThWork *work, size_t size)
{
	void *block = allocate(work, size);

	if (block == NULL)
		th_work_no_memory();
	return block;
}

void
th_work_no_memory(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("forecast of one series needs more memory than tidehold.forecast_memory"),
			 errdetail("It is %d kB.", th_setting_forecast_memory),
			 errhint("Use longer steps, or increase tidehold.forecast_memory.")));
}
