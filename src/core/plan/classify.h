/*
 * classify.h
 *	  Classes of items by how much they are worth and by how evenly they are asked for.
 */
#ifndef TIDEHOLD_CORE_PLAN_CLASSIFY_H
#define TIDEHOLD_CORE_PLAN_CLASSIFY_H

#include "core/plan/plan.h"

typedef struct PlanAbc
{
	double a_share; /* of the total value, above 0 */
	double b_share; /* A and B together, a_share to 1 */
} PlanAbc;

typedef struct PlanAbcItem
{
	double value;	  /* given, from 0 */
	int index;		  /* given: orders what is equal */
	double share;	  /* of the total value */
	double cumulated; /* share of all down to this one */
	char class;		  /* 'A', 'B' or 'C' */
} PlanAbcItem;

/*
 * Sorts the items by value, the largest first, and classes them.  A class goes to those
 * before which less than its share lies, so that the largest is A; equal values are of one
 * class, and what is worth nothing is C (Dickie 1951, Factory Management and Maintenance
 * 109, 92; Silver, Pyke & Thomas 2017, 2.4).
 */
PlanStatus plan_abc(const PlanAbc *abc, PlanAbcItem *item, int count);

typedef struct PlanXyz
{
	double x_max; /* coefficient of variation up to which it is X, above 0 */
	double y_max; /* and Y, x_max at least */
} PlanXyz;

/*
 * By the coefficient of variation of n demands from 0, NaN being left out: standard
 * deviation over mean, that of the population.  Z where there was no demand, with NaN as the
 * coefficient; PLAN_NO_DEMAND where no value is known.  (Scholz-Reiter, Heger, Meinecke &
 * Bergmann 2012, Int. J. of Productivity and Performance Management 61, 445.)
 */
PlanStatus plan_xyz(const PlanXyz *xyz, const double *demand, int n, double *variation,
					char *class);

#endif
