/*
 * maintenance.c
 *	  The tasks of the maintenance worker for the inventory.
 */
#include "postgres.h"

#include "storage/lmgr.h"
#include "utils/timestamp.h"

#include "base/settings.h"
#include "base/worker.h"
#include "inventory/catalog.h"
#include "inventory/demand.h"
#include "inventory/lost_sale.h"
#include "inventory/maintenance.h"

/* A transaction holds this many row locks at most; more is done in the next turn. */
#define EXPIRE_BATCH 1000
#define FOLD_BATCH 64
#define FORGET_BATCH 10000

/* What is kept for days need not be looked at twice a second. */
#define FORGET_INTERVAL_MS 60000

/*
 * Of the tables that a task locks, and this one, DROP EXTENSION locks item first: so a
 * drop that is under way is waited for here, with nothing locked that it needs.
 */
static bool
is_installed(void)
{
	const InventoryCatalog *catalog = th_catalog_if_installed();

	if (catalog == NULL)
		return false;
	LockRelationOid(catalog->item, AccessShareLock);
	return th_catalog_if_installed() != NULL;
}

static int
expire(bool *again, TimestampTz *next_due)
{
	/* A batch pins its entries, and others need some as well. */
	int batch = Min(EXPIRE_BATCH, th_setting_escrow_entries / 4);
	int done = th_expire_due(batch, next_due);

	*again = done >= batch;
	return done;
}

static int
fold(bool *again, TimestampTz *next_due)
{
	return th_fold_balances(FOLD_BATCH);
}

static int
flush_lost_sales(bool *again, TimestampTz *next_due)
{
	return th_lost_sale_flush(again);
}

static int
forget(bool *again, TimestampTz *next_due)
{
	static TimestampTz run_at = 0;
	int done;

	if (GetCurrentTimestamp() < run_at)
		return 0;
	done = th_forget_history(FORGET_BATCH);
	*again = done >= FORGET_BATCH;
	if (!*again)
		run_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), FORGET_INTERVAL_MS);
	return done;
}

static const WorkerTask tasks[] = {
	{ "expire reservations", is_installed, expire, WORKER_COUNT_EXPIRED },
	{ "fold balances", is_installed, fold, WORKER_COUNT_FOLDED },
	{ "write lost sales", is_installed, flush_lost_sales, WORKER_COUNT_NONE },
	{ "sum up demand", is_installed, th_demand_maintain, WORKER_COUNT_NONE },
	{ "forget history", is_installed, forget, WORKER_COUNT_NONE },
};

void
th_maintenance_init(void)
{
	for (int i = 0; i < (int) lengthof(tasks); i++)
		th_worker_add_task(&tasks[i]);
}
