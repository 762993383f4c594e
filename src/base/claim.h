/*
 * claim.h
 *	  Finding or making a row that may exist once only, without an error where two
 *	  transactions do it at the same time.
 *
 *	   th_claim(&claim, TH_CLAIM_LOT, item_id, code);
 *	   th_scan_init(&scan);  th_scan_key_...
 *	   if (!th_claim_find(&scan, table, index))
 *		   ... insert the row ...
 *	   th_claim_release(&claim);
 *
 * Claims last from the look to the insertion; from then on the row itself, committed or
 * not, is what others find.  So a transaction that makes thousands of rows does not fill
 * the shared lock table.
 */
#ifndef TIDEHOLD_BASE_CLAIM_H
#define TIDEHOLD_BASE_CLAIM_H

#include "storage/lock.h"

#include "base/table_scan.h"

/* What a name belongs to; equal names of different spaces do not meet. */
typedef enum ThClaimSpace
{
	TH_CLAIM_REQUEST = 1, /* scope: tenant */
	TH_CLAIM_LOT,		  /* scope: item */
	TH_CLAIM_COUNT,		  /* scope: location, no name: who depends on stock on hand */
	TH_CLAIM_LOST_SALE,	  /* scope: table, no name: who writes what was counted */
	TH_CLAIM_DEMAND		  /* the same: who sums up */
} ThClaimSpace;

typedef struct ThClaim
{
	LOCKTAG tag;
} ThClaim;

/*
 * Waits until no other transaction claims the name (NULL: the scope as a whole).
 * Without a release the claim lasts until the transaction ends.
 */
extern void th_claim(ThClaim *claim, ThClaimSpace space, int64 scope, const text *name);
extern void th_claim_release(ThClaim *claim);

/*
 * Moves the scan, whose keys are set and which has not begun, to the row and returns
 * true; the caller ends the scan.  A row that another transaction is inserting is waited
 * for.  False, and the scan is ended, where there is none.
 */
extern bool th_claim_find(ThScan *scan, Relation table, Oid index);

#endif /* TIDEHOLD_BASE_CLAIM_H */
