/*
 * buffer.h
 *	  Demand-driven buffers: zones of stock, and the order that fills them (Ptak & Smith 2016,
 *	  Demand Driven Material Requirements Planning, 7 to 9).
 */
#ifndef TIDEHOLD_CORE_PLAN_BUFFER_H
#define TIDEHOLD_CORE_PLAN_BUFFER_H

#include "core/plan/plan.h"

typedef struct PlanBuffer
{
	double usage;			   /* average daily usage, units a day, from 0 */
	double lead_days;		   /* from 0 */
	double lead_factor;		   /* share of lead-time usage in red base and green, from 0 to 1 */
	double variability_factor; /* share of red base in red safety, from 0 */
	double order_cycle;		   /* days between orders, 0: none imposed */
	int64_t minimum;		   /* order quantity, from 0 */
} PlanBuffer;

/* Each rounded up to whole units. */
typedef struct PlanZones
{
	int64_t red_base;	/* usage * lead_days * lead_factor */
	int64_t red_safety; /* red base * variability_factor, of what was not rounded */
	int64_t red;		/* both */
	int64_t yellow;		/* usage * lead_days */
	int64_t green;		/* the largest of red base, usage * order_cycle and minimum */
	int64_t top_of_yellow;
	int64_t top_of_green;
} PlanZones;

PlanStatus plan_zones(const PlanBuffer *buffer, PlanZones *zones);

/*
 * Before rounding to what the supplier accepts: up to the top of green where the net flow (on
 * hand + on order - qualified demand) is not above the top of yellow, else 0.
 */
PlanStatus plan_zones_order(const PlanZones *zones, int64_t net_flow, int64_t *need);

/*
 * Average of n daily usages.  Days above spike_factor times the mean of the rest are left
 * out, one after the other from the largest on; INFINITY leaves none out.  NaN are days that
 * do not count.  scratch is an array of n.
 */
PlanStatus plan_usage(const double *daily, int n, double spike_factor, double *scratch,
					  double *usage, int *spikes);

/* share of the forward usage and 1 - share of the past one; share from 0 to 1. */
PlanStatus plan_usage_blend(double past, double forward, double share, double *usage);

#endif
