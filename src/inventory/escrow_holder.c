/*
 * escrow_holder.c
 *	  What open transactions hold, for the view.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"

#include "base/compat.h"
#include "inventory/escrow_holder.h"

static EscrowHolder *holders = NULL;

void
th_escrow_holder_request_shmem(void)
{
	RequestAddinShmemSpace(mul_size(MaxBackends, sizeof(EscrowHolder)));
}

void
th_escrow_holder_startup_shmem(void)
{
	bool found;

	holders = ShmemInitStruct("tidehold escrow holders",
							  mul_size(MaxBackends, sizeof(EscrowHolder)), &found);
	if (found)
		return;
	memset(holders, 0, mul_size(MaxBackends, sizeof(EscrowHolder)));
	for (int i = 0; i < MaxBackends; i++)
		SpinLockInit(&holders[i].mutex);
}

int
th_escrow_holder_count(void)
{
	return MaxBackends;
}

void
th_escrow_holder_read(int index, EscrowHolder *copy)
{
	EscrowHolder *holder = &holders[index];

	SpinLockAcquire(&holder->mutex);
	memcpy(copy, holder, sizeof(EscrowHolder));
	SpinLockRelease(&holder->mutex);
}

/* An auxiliary process has no slot, and shows nothing. */
static EscrowHolder *
own_holder(void)
{
	int index = TH_PROC_INDEX;

	return index >= 0 && index < MaxBackends ? &holders[index] : NULL;
}

void
th_escrow_holder_count_ops(int count)
{
	EscrowHolder *holder = own_holder();

	if (holder == NULL)
		return;
	SpinLockAcquire(&holder->mutex);
	holder->count = count;
	holder->pid = count > 0 ? MyProcPid : 0;
	SpinLockRelease(&holder->mutex);
}

void
th_escrow_holder_show(int index, const EscrowKey *key, int64 taken, int64 give)
{
	EscrowHolder *holder = own_holder();

	if (holder == NULL || index >= ESCROW_HOLDINGS_SHOWN)
		return;
	SpinLockAcquire(&holder->mutex);
	holder->shown[index].key = *key;
	holder->shown[index].taken = taken;
	holder->shown[index].give = give;
	SpinLockRelease(&holder->mutex);
}
