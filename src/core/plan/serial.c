/*
 * serial.c
 *	  How much stock a chain of places should hold.
 *
 * With the costs of the echelon of stage j, given that its inventory position is y when an
 * order is placed that will have arrived a lead time later,
 *
 *	C_j(y) = h_j (y - E[D_j]) + E[c_{j-1}(y - D_j)],  c_j(x) = C_j(min(x, S_j)),
 *
 * S_j the y of least C_j, and c_0(x) = (p + h_1 + ... + h_n) max(-x, 0).  C_j is convex.
 * Far below its level nothing is on hand anywhere, and C_j is a straight line.
 */
#include "core/plan/serial.h"

#include <math.h>

#include "core/forecast/series.h"

#define SQRT_HALF 0.70710678118654752440
#define SQRT_2_PI 2.50662827463100050242

/* Standard deviations beyond which nothing counts. */
#define REACH 9.0

/* Values of a table to the least standard deviation, and of an integral. */
#define VALUES_PER_DEVIATION 24
#define PANELS 256 /* of two intervals each */

typedef struct Table
{
	double low;	  /* below it the cost is the line through it */
	double slope; /* of that line */
	double step;
	int count;
	double *cost; /* at low + k * step, the last one the level */
} Table;

typedef struct Chain
{
	const ForecastWork *work;
	PlanStage *stage;
	int stages;
	double lost;		/* p + h_1 + ... + h_n */
	double least_sigma; /* above 0; 0 where all demand is known */
	Table table[PLAN_STAGES_MAX];
} Chain;

/* ---- what the stages below cost ---- */

/* Between values of the table by the cubic through the four around x. */
static double
interpolate(const Table *table, double x)
{
	double place = (x - table->low) / table->step;
	int k = (int) fmin(fmax(floor(place) - 1, 0), table->count - 4);
	const double *f = table->cost + k;
	double t = place - k;

	return f[0] * (t - 1) * (t - 2) * (t - 3) / -6 + f[1] * t * (t - 2) * (t - 3) / 2 +
		   f[2] * t * (t - 1) * (t - 3) / -2 + f[3] * t * (t - 1) * (t - 2) / 6;
}

static double stage_cost(const Chain *chain, int j, double y);

/* c_j(x) of normal demand. */
static double
cost_below(const Chain *chain, int j, double x)
{
	const Table *table = &chain->table[j];

	if (x >= chain->stage[j].level)
		return chain->stage[j].cost;
	if (j == 0 || table->count == 0)
		return stage_cost(chain, j, x);
	if (x < table->low)
		return table->cost[0] + table->slope * (x - table->low);
	return interpolate(table, x);
}

static double
normal_tail(double z)
{
	return erfc(z * SQRT_HALF) / 2;
}

/* Simpson's rule over what lies below the level; above it c_j is constant. */
static double
expect_normal(const Chain *chain, int j, const PlanDemand *demand, double y)
{
	double sigma = demand->deviation;
	double left = y - demand->mean;
	double from = (left - chain->stage[j].level) / sigma;
	double sum = 0;
	double width;

	if (from >= REACH)
		return chain->stage[j].cost;
	from = fmax(from, -REACH);
	width = (REACH - from) / (2 * PANELS);
	for (int i = 0; i <= 2 * PANELS; i++)
	{
		double z = from + i * width;
		double weight = i == 0 || i == 2 * PANELS ? 1 : i % 2 == 1 ? 4 :
																	 2;

		sum += weight * exp(-z * z / 2) * cost_below(chain, j, left - z * sigma);
	}
	return sum * width / (3 * SQRT_2_PI) + chain->stage[j].cost * normal_tail(-from);
}

static double
expect_counts(const Chain *chain, int j, const PlanDemand *demand, double y)
{
	const Table *table = &chain->table[j];
	double sum = 0;

	for (int i = 0; i < demand->count; i++)
	{
		double x = fmin(y - (double) (demand->first + i), chain->stage[j].level) - table->low;

		sum += demand->value[i] *
			   (x < 0 ? table->cost[0] + table->slope * x : table->cost[(int) x]);
	}
	return sum;
}

/* C_j(y) */
static double
stage_cost(const Chain *chain, int j, double y)
{
	const PlanStage *stage = &chain->stage[j];
	double held = stage->holding_cost * (y - stage->demand.mean);

	if (j == 0)
		return held + chain->lost * plan_demand_loss(&stage->demand, y);
	if (stage->demand.shape == PLAN_COUNTS)
		return held + expect_counts(chain, j - 1, &stage->demand, y);
	if (stage->demand.deviation <= 0)
		return held + cost_below(chain, j - 1, y - stage->demand.mean);
	return held + expect_normal(chain, j - 1, &stage->demand, y);
}

/* Of C_j far below: each unit more is held in the echelons up to j, and one less is missing. */
static double
far_slope(const Chain *chain, int j)
{
	double slope = -chain->lost;

	for (int i = 0; i <= j; i++)
		slope += chain->stage[i].holding_cost;
	return slope;
}

/* ---- normal demand ---- */

/* Golden section: C_j is convex. */
static double
least_between(const Chain *chain, int j, double low, double high)
{
	const double golden = 0.61803398874989484820;
	double x[2] = { high - golden * (high - low), low + golden * (high - low) };
	double cost[2] = { stage_cost(chain, j, x[0]), stage_cost(chain, j, x[1]) };

	for (int i = 0; i < 64; i++)
	{
		int worse = cost[0] <= cost[1];

		if (worse)
			high = x[1];
		else
			low = x[0];
		x[worse] = x[!worse];
		cost[worse] = cost[!worse];
		x[!worse] = worse ? high - golden * (high - low) : low + golden * (high - low);
		cost[!worse] = stage_cost(chain, j, x[!worse]);
	}
	return (low + high) / 2;
}

static PlanStatus
tabulate(Chain *chain, int j, double low)
{
	Table *table = &chain->table[j];
	double width = chain->stage[j].level - low;
	double wanted = ceil(width / chain->least_sigma * VALUES_PER_DEVIATION) + 4;

	if (!(wanted <= PLAN_SERIAL_MAX))
		return PLAN_TOO_LARGE;
	*table = (Table){ .low = low, .slope = far_slope(chain, j), .count = (int) wanted };
	table->step = width / (table->count - 1);
	table->cost = forecast_numbers(chain->work, (size_t) table->count);
	if (table->cost == NULL)
		return PLAN_NO_MEMORY;
	for (int k = 0; k < table->count; k++)
	{
		if (chain->work->interrupted(chain->work->context))
			return PLAN_INTERRUPTED;
		table->cost[k] = stage_cost(chain, j, low + k * table->step);
	}
	return PLAN_OK;
}

static PlanStatus
solve_normal(Chain *chain)
{
	double mean = 0;
	double variance = 0;

	for (int j = 0; j < chain->stages; j++)
	{
		PlanStage *stage = &chain->stage[j];
		double low, high;
		PlanStatus status;

		mean += stage->demand.mean;
		variance += stage->demand.deviation * stage->demand.deviation;
		low = mean - REACH * sqrt(variance);
		high = mean + REACH * sqrt(variance);
		stage->level = INFINITY;
		stage->level = least_between(chain, j, low, high);
		stage->cost = stage_cost(chain, j, stage->level);
		if (!isfinite(stage->cost))
			return PLAN_OVERFLOW;
		if (j == 0 || j == chain->stages - 1 || variance <= 0)
			continue;
		status = tabulate(chain, j, low);
		if (status != PLAN_OK)
			return status;
	}
	return PLAN_OK;
}

/* ---- counts ---- */

/* From where demand is certain up to the first y after which the cost rises. */
static PlanStatus
solve_count(Chain *chain, int j, double low)
{
	PlanStage *stage = &chain->stage[j];
	Table *table = &chain->table[j];
	double next;

	*table = (Table){ .low = low, .slope = far_slope(chain, j), .step = 1 };
	table->cost = forecast_numbers(chain->work, PLAN_SERIAL_MAX);
	if (table->cost == NULL)
		return PLAN_NO_MEMORY;
	next = stage_cost(chain, j, low);
	do
	{
		if (table->count == PLAN_SERIAL_MAX)
			return PLAN_TOO_LARGE;
		if (chain->work->interrupted(chain->work->context))
			return PLAN_INTERRUPTED;
		table->cost[table->count++] = next;
		next = stage_cost(chain, j, low + table->count);
	} while (next < table->cost[table->count - 1]);
	stage->level = low + table->count - 1;
	stage->cost = table->cost[table->count - 1];
	return isfinite(stage->cost) ? PLAN_OK : PLAN_OVERFLOW;
}

static PlanStatus
solve_counts(Chain *chain)
{
	double low = 0;

	for (int j = 0; j < chain->stages; j++)
	{
		PlanStatus status;

		low += (double) chain->stage[j].demand.first;
		status = solve_count(chain, j, low);
		if (status != PLAN_OK)
			return status;
	}
	return PLAN_OK;
}

/* ---- the chain ---- */

static PlanStatus
check(const PlanStage *stage, int stages, double shortage_cost)
{
	PlanStatus status = PLAN_OK;

	if (stages < 1 || stages > PLAN_STAGES_MAX || !plan_is_amount(shortage_cost))
		return PLAN_BAD_ARGUMENT;
	for (int j = 0; j < stages; j++)
	{
		if (!plan_is_amount(stage[j].holding_cost) || stage[j].demand.shape == PLAN_SAMPLE ||
			stage[j].demand.shape != stage[0].demand.shape)
			return PLAN_BAD_ARGUMENT;
		if (stage[j].holding_cost <= 0)
			status = PLAN_NO_OPTIMUM;
	}
	return shortage_cost <= 0 ? PLAN_NO_OPTIMUM : status;
}

PlanStatus
plan_serial(const ForecastWork *work, PlanStage *stage, int stages, double shortage_cost)
{
	Chain chain = { .work = work, .stage = stage, .stages = stages, .lost = shortage_cost };
	PlanStatus status = check(stage, stages, shortage_cost);

	if (status != PLAN_OK)
		return status;
	for (int j = 0; j < stages; j++)
	{
		double sigma = stage[j].demand.deviation;

		chain.lost += stage[j].holding_cost;
		if (sigma > 0 && (chain.least_sigma <= 0 || sigma < chain.least_sigma))
			chain.least_sigma = sigma;
	}
	if (!isfinite(chain.lost))
		return PLAN_OVERFLOW;
	return stage[0].demand.shape == PLAN_COUNTS ? solve_counts(&chain) : solve_normal(&chain);
}
