/*
 * candidate.h
 *	  Where an item lies: its keys in inventory.balance, in the order of picking.
 */
#ifndef TIDEHOLD_INVENTORY_CANDIDATE_H
#define TIDEHOLD_INVENTORY_CANDIDATE_H

#include "core/stock/stock.h"
#include "inventory/master.h"

typedef struct Candidate
{
	StockCandidate order;
	int32 place;		/* Location.first, to compare with a node of the tree */
	bool holds_stock;	/* internal or transit */
	bool sellable;		/* location and lot are */
	DateADT removal_on; /* not promised from this day */
	TimestampTz frozen_until;
} Candidate;

typedef struct CandidateList
{
	int count;
	Candidate *candidates;
} CandidateList;

/*
 * The list of this item, remembered by this backend until somebody commits a new key,
 * changes a lot of the item, or the tree of locations.  With fresh true it is read again.
 * Valid until the next call.  The caller holds a lock on inventory.balance.
 */
extern const CandidateList *th_candidates(const StockItem *item, bool fresh);

/*
 * May a request that wants node (NULL: anywhere), a lot (or any) and a status take from
 * here at this moment?
 */
typedef struct CandidateFilter
{
	bool nowhere; /* the node is no more */
	const Location *node;
	bool has_lot;
	int64 lot_id;
	bool any_status;
	TimestampTz now;
} CandidateFilter;

/*
 * Looks the node up again by its id: the tree may have been read again since the caller
 * did.  Call it after th_candidates, whose places are numbered by the tree of then.
 */
extern void th_candidate_filter_init(CandidateFilter *filter, const Location *node, bool has_lot,
									 int64 lot_id, bool any_status);
extern bool th_candidate_matches(const Candidate *candidate, const CandidateFilter *filter);

#endif /* TIDEHOLD_INVENTORY_CANDIDATE_H */
