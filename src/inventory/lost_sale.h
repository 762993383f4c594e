/*
 * lost_sale.h
 *	  What had to be refused for want of stock: counted in shared memory, written to
 *	  inventory.lost_sale by the maintenance worker.
 *
 * Whoever is refused rolls back as a rule, so no row of his transaction can tell of it.
 */
#ifndef TIDEHOLD_INVENTORY_LOST_SALE_H
#define TIDEHOLD_INVENTORY_LOST_SALE_H

#include "datatype/timestamp.h"

#include "inventory/pick.h"

/* What of a request could not be served for want of stock; 0 where there was enough. */
static inline int64
th_lost_sale_missing(const PickRequest *request, bool served)
{
	if (served)
		return request->quantity - request->granted;
	if (request->outcome.code != TH_INSUFFICIENT_STOCK)
		return 0;
	return request->quantity - Max(request->available, 0);
}

/*
 * Counts a request that lacked so much.  The same request_id (or NULL) of a tenant
 * counts once per item and place, for as long as its slot is not needed for another.
 */
extern void th_lost_sale_count(const PickRequest *request, int64 missing, int32 tenant_id,
							   text *request_id);

static inline void
th_lost_sale_note(const PickRequest *request, bool served, int32 tenant_id, text *request_id)
{
	int64 missing = th_lost_sale_missing(request, served);

	if (unlikely(missing > 0))
		th_lost_sale_count(request, missing, tenant_id, request_id);
}

/* Writes at most one batch of what was counted; *again where there may be more. */
extern int th_lost_sale_flush(bool *again);

extern void th_lost_sale_request_shmem(void);
extern void th_lost_sale_startup_shmem(void);
extern void th_lost_sale_init(void);

#endif /* TIDEHOLD_INVENTORY_LOST_SALE_H */
