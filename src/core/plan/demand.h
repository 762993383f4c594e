/*
 * demand.h
 *	  The distribution of what is asked for in a stretch of time, in three shapes: normal, of
 *	  counts, and as a sample.  What every service level and every expected cost is read from.
 *
 * The loss of x is E[max(D - x, 0)], what is missing on average if x is there (Silver, Pyke
 * & Thomas 2017, Inventory and Production Management in Supply Chains, 4th ed., appendix II).
 * The second loss is what the loss comes to above x: of normal demand its integral from x on
 * (Zipkin 2000, Foundations of Inventory Management, C.2), of the other shapes its sum over
 * x + 1, x + 2 and so on, x being whole.
 */
#ifndef TIDEHOLD_CORE_PLAN_DEMAND_H
#define TIDEHOLD_CORE_PLAN_DEMAND_H

#include "core/plan/plan.h"

typedef enum PlanShape
{
	PLAN_NORMAL,
	PLAN_COUNTS, /* whole numbers from 0, by probabilities */
	PLAN_SAMPLE	 /* values that are equally likely */
} PlanShape;

/* Values with a probability that is kept; of the rest there is less than 1e-13 either way. */
#define PLAN_COUNTS_MAX 1000000

typedef struct PlanDemand
{
	PlanShape shape;
	double mean;
	double deviation; /* standard deviation */

	/* PLAN_COUNTS: of first + i.  PLAN_SAMPLE: the i-th least, first unused. */
	int64_t first;
	int count;
	double *value; /* probability, or the value itself */
	double *below; /* sum of value[0..i-1]; count + 1 of them */
	double *loss;  /* PLAN_COUNTS: loss of first + i */
	double *loss2; /* PLAN_COUNTS: second loss of first + i */
} PlanDemand;

/* mean from 0, deviation from 0: 0 is demand that is known.  Exact. */
PlanStatus plan_demand_normal(double mean, double deviation, PlanDemand *demand);

/*
 * Poisson where variance is not above mean, negative binomial of these moments above it
 * (Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, 4 and 5).  Exact to 1e-9;
 * PLAN_TOO_LARGE where more than PLAN_COUNTS_MAX values would be kept.
 */
PlanStatus plan_demand_counts(const ForecastWork *work, double mean, double variance,
							  PlanDemand *demand);

/*
 * count values from 0, in any order, each as likely as another: simulated or seen demands, or
 * quantiles at evenly spaced levels.  They are copied.
 */
PlanStatus plan_demand_sample(const ForecastWork *work, const double *value, int count,
							  PlanDemand *demand);

/* Probabilities of 0 to count - 1, which are scaled to sum to 1.  They are copied. */
PlanStatus plan_demand_table(const ForecastWork *work, const double *probability, int count,
							 PlanDemand *demand);

/*
 * Demand of a number of periods, from 1, each as PLAN_COUNTS of period has it and none
 * depending on another: exact, by convolution.
 */
PlanStatus plan_demand_periods(const ForecastWork *work, const PlanDemand *period, int periods,
							   PlanDemand *demand);

/* Probability that x is enough. */
double plan_demand_reach(const PlanDemand *demand, double x);

/* The least x that is enough with this probability, between 0 and 1. */
double plan_demand_quantile(const PlanDemand *demand, double level);

double plan_demand_loss(const PlanDemand *demand, double x);
double plan_demand_loss2(const PlanDemand *demand, double x);

/* Loss functions of the standard normal distribution. */
double plan_normal_loss(double z);
double plan_normal_loss2(double z);

#endif
