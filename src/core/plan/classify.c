/*
 * classify.c
 *	  Classes of items by how much they are worth and by how evenly they are asked for.
 */
#include "core/plan/classify.h"

#include <math.h>
#include <stdlib.h>

/* Of a sum of shares that should be a limit exactly. */
#define ROUNDING_ERROR 1e-12

static int
compare_items(const void *a, const void *b)
{
	const PlanAbcItem *left = a;
	const PlanAbcItem *right = b;

	if (left->value != right->value)
		return left->value < right->value ? 1 : -1;
	return (left->index > right->index) - (left->index < right->index);
}

static char
class_after(const PlanAbc *abc, double before, double value)
{
	if (value <= 0 || before >= abc->b_share - ROUNDING_ERROR)
		return 'C';
	return before < abc->a_share - ROUNDING_ERROR ? 'A' : 'B';
}

PlanStatus
plan_abc(const PlanAbc *abc, PlanAbcItem *item, int count)
{
	double total = 0;
	double sum = 0;

	if (count < 0 || !(abc->a_share > 0 && abc->a_share <= abc->b_share && abc->b_share <= 1))
		return PLAN_BAD_ARGUMENT;
	for (int i = 0; i < count; i++)
	{
		if (!plan_is_amount(item[i].value))
			return PLAN_BAD_ARGUMENT;
		total += item[i].value;
	}
	if (!isfinite(total))
		return PLAN_OVERFLOW;
	if (count > 0)
		qsort(item, (size_t) count, sizeof(*item), compare_items);
	for (int i = 0; i < count; i++)
	{
		double before = total > 0 ? sum / total : 0;

		if (i > 0 && item[i].value == item[i - 1].value)
			item[i].class = item[i - 1].class;
		else
			item[i].class = class_after(abc, before, item[i].value);
		sum += item[i].value;
		item[i].share = total > 0 ? item[i].value / total : 0;
		item[i].cumulated = total > 0 ? sum / total : 0;
	}
	return PLAN_OK;
}

PlanStatus
plan_xyz(const PlanXyz *xyz, const double *demand, int n, double *variation, char *class)
{
	int known = 0;
	double mean = 0;
	double squares = 0;
	double found;

	if (n < 0 || !(xyz->x_max > 0 && xyz->x_max <= xyz->y_max && isfinite(xyz->y_max)))
		return PLAN_BAD_ARGUMENT;
	for (int i = 0; i < n; i++)
	{
		double from_mean = demand[i] - mean;

		if (isnan(demand[i]))
			continue;
		if (!plan_is_amount(demand[i]))
			return PLAN_BAD_ARGUMENT;
		mean += from_mean / ++known;
		squares += from_mean * (demand[i] - mean);
	}
	if (known == 0)
		return PLAN_NO_DEMAND;
	if (!isfinite(squares))
		return PLAN_OVERFLOW;
	found = mean > 0 ? sqrt(squares / known) / mean : NAN;
	*variation = found;
	*class = found <= xyz->x_max ? 'X' : found <= xyz->y_max ? 'Y' :
															   'Z';
	return PLAN_OK;
}
