/*
 * safety.h
 *	  Safety stock and reorder point for a service level.
 *
 * Lead-time demand here is that of the whole time at risk: the lead time, and with periodic
 * review the review period too.
 */
#ifndef TIDEHOLD_CORE_PLAN_SAFETY_H
#define TIDEHOLD_CORE_PLAN_SAFETY_H

#include "core/plan/demand.h"

typedef enum PlanService
{
	PLAN_CYCLE_SERVICE, /* probability that a cycle brings no stock-out */
	PLAN_FILL_RATE		/* share of demand that is served at once */
} PlanService;

typedef struct PlanTarget
{
	PlanService service;
	double level;		   /* between 0 and 1, both excluded */
	double order_quantity; /* above 0; PLAN_FILL_RATE only */
} PlanTarget;

typedef struct PlanSafety
{
	double mean;		  /* of lead-time demand */
	double deviation;	  /* of lead-time demand */
	double safety_stock;  /* reorder_point - mean; of normal demand not below 0 */
	double reorder_point; /* whole where demand is */
	double cycle_service; /* what is reached */
	double fill_rate;	  /* what is reached; NaN where no order quantity is given */
} PlanSafety;

/*
 * Moments of the demand of an uncertain number of periods: mean and variance of the demand
 * of a period, mean and variance of the number of periods (Hadley & Whitin 1963, 3-6;
 * variance = periods * demand_variance + demand^2 * periods_variance).  All from 0.
 */
typedef struct PlanLeadTime
{
	double demand;
	double demand_variance;
	double periods;
	double periods_variance;
} PlanLeadTime;

PlanStatus plan_lead_time_moments(const PlanLeadTime *lead_time, double *mean,
								  double *variance);

/*
 * The least reorder point with which demand of any shape reaches the target.  The fill rate
 * is exact for orders of order_quantity under continuous review: what is missing on average
 * is (loss(r) - loss(r + Q)) / Q of the demand (Axsäter 2015, Inventory Control, 3rd ed.,
 * 5.3; Silver, Pyke & Thomas 2017, 6.7).
 */
PlanStatus plan_safety(const PlanDemand *demand, const PlanTarget *target, PlanSafety *safety);

/* 1 - what is missing, of an order quantity above 0 and any reorder point. */
double plan_fill_rate(const PlanDemand *demand, double reorder_point, double order_quantity);

/*
 * A sample of the demand of periods from a history of counts that are often zero, by the
 * simulation of core/forecast/demand.h; lead times vary by a normal distribution cut at 0 and
 * at twice its mean and rounded to whole periods.  history are n demands, the oldest first,
 * NaN where unknown.  periods from 1 to FORECAST_LEAD_TIME_MAX.
 */
PlanStatus plan_demand_intermittent(const ForecastWork *work, const double *history, int n,
									double periods, double periods_variance,
									PlanDemand *demand);

#endif
