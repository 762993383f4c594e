/*
 * heatwave_chance.c
 *	  Chances of the phases of a walk, from forecasts whose errors are a Markov chain.
 *
 * What is followed is the density of the day's error, in units of its deviation, together
 * with the phase: on the nodes of a grid a mass for each phase.  The grid of a day has panels
 * of Gauss-Legendre nodes to both sides of that day's limit, so that what is integrated is
 * smooth; their width goes with that of the kernels that lead to the day and away from it.
 */
#include "core/ocean/heatwave_chance.h"

#include <math.h>
#include <string.h>

#include "core/forecast/series.h"

#define SQRT_TWO 1.41421356237309504880
#define DENSITY_AT_0 0.39894228040143267794

/* Beyond it lie 2e-9 of the mass. */
#define REACH 6.0

#define PANEL_NODES 8
#define PANEL_KERNELS 3.0 /* its width, in deviations of the kernel */
#define PANEL_WIDTH_MAX 3.0

/* At the largest correlation, with a panel begun on both sides. */
#define NODES_MAX (PANEL_NODES * 32)

/* Positive nodes and weights of 8 points: Abramowitz & Stegun (1964), table 25.4. */
static const double node[PANEL_NODES / 2] = { 0.183434642495649805, 0.525532409916328986,
											  0.796666477413626740, 0.960289856497536232 };
static const double weight[PANEL_NODES / 2] = { 0.362683783378361983, 0.313706645877887287,
												0.222381034453374471, 0.101228536290376259 };

typedef struct Grid
{
	int nodes;
	int below; /* of the nodes, those not beyond the limit: they come first */
	double z[NODES_MAX];
	double weight[NODES_MAX];
} Grid;

/*
 * Phases by number: those without an open event by the days of the run, then active, then
 * pending by the days of the gap and of the run.  All of them twice: the second set is of
 * paths on which the forecast has declared an event.
 */
typedef struct Chain
{
	const OceanHeatwaveRule *rule;
	int phases;
	Grid grid[2];	 /* of the day before, and of the day */
	double *mass[2]; /* 2 * phases rows of NODES_MAX */
	double *kernel;	 /* a row of NODES_MAX to each node of the day */
	double moved[NODES_MAX];
} Chain;

/* ---- phases ---- */

static int
active_phase(const OceanHeatwaveRule *rule)
{
	return rule->min_duration_days;
}

static int
pending_phase(const OceanHeatwaveRule *rule, int gap, int run)
{
	return rule->min_duration_days + 1 + (gap - 1) * rule->min_duration_days + run;
}

static int
count_phases(const OceanHeatwaveRule *rule)
{
	return rule->min_duration_days + 1 + rule->max_gap_days * rule->min_duration_days;
}

static int
after_gap(const OceanHeatwaveRule *rule, int gap)
{
	return gap > rule->max_gap_days ? 0 : pending_phase(rule, gap, 0);
}

/* As the walk does it. */
static int
next_phase(const OceanHeatwaveRule *rule, int phase, bool exceeds)
{
	int duration = rule->min_duration_days;
	int gap = (phase - duration - 1) / duration + 1;
	int run = phase < duration ? phase : (phase - duration - 1) % duration;

	if (phase == active_phase(rule))
		return exceeds ? phase : after_gap(rule, 1);
	if (exceeds)
		return run + 1 == duration ? active_phase(rule) : phase + 1;
	return phase < duration ? 0 : after_gap(rule, gap + run + 1);
}

static int
phase_of(const OceanHeatwaveRule *rule, const OceanHeatwaveState *state)
{
	switch (state->phase)
	{
		case OCEAN_PHASE_WATCH:
			return state->run.days;
		case OCEAN_PHASE_ACTIVE:
			return active_phase(rule);
		case OCEAN_PHASE_PENDING:
			return pending_phase(rule, state->gap.days, state->run.days);
		default:
			return 0;
	}
}

/* ---- one day ---- */

/* Of the error, in its deviations; without an error it lies beyond reach. */
static double
limit_of(const OceanOutlook *outlook, bool cold)
{
	double off = cold ? outlook->mean - outlook->limit : outlook->limit - outlook->mean;

	if (isnan(off))
		return INFINITY;
	if (outlook->deviation == 0)
		return off < 0 ? -INFINITY : INFINITY;
	return off / outlook->deviation;
}

static void
add_panels(Grid *grid, double low, double high, double width)
{
	int panels = (int) ceil((high - low) / width);
	double half = panels > 0 ? (high - low) / panels / 2 : 0;

	for (int panel = 0; panel < panels; panel++)
	{
		double middle = low + (2 * panel + 1) * half;

		for (int i = 0; i < PANEL_NODES; i++)
		{
			int pair = i / 2;

			grid->z[grid->nodes] = middle + (i % 2 == 0 ? -half : half) * node[pair];
			grid->weight[grid->nodes++] = half * weight[pair];
		}
	}
}

/* Deviation of the error, given that of the day before. */
static double
kernel_deviation(double correlation)
{
	return sqrt(1 - correlation * correlation);
}

static void
make_grid(Grid *grid, double limit, double before, double after)
{
	double at = fmin(fmax(limit, -REACH), REACH);
	double kernel = fmin(kernel_deviation(before), kernel_deviation(after));
	double width = fmin(PANEL_KERNELS * kernel, PANEL_WIDTH_MAX);

	grid->nodes = 0;
	add_panels(grid, -REACH, at, width);
	grid->below = grid->nodes;
	add_panels(grid, at, REACH, width);
}

static double
density(double z)
{
	return DENSITY_AT_0 * exp(-z * z / 2);
}

/* From a node of the day before to all of the day; what quadrature misses is shared out. */
static void
make_kernel(Chain *chain, double correlation)
{
	double deviation = kernel_deviation(correlation);
	const Grid *from = &chain->grid[0];
	const Grid *to = &chain->grid[1];

	for (int j = 0; j < from->nodes; j++)
	{
		double sum = 0;

		for (int k = 0; k < to->nodes; k++)
		{
			double z = (to->z[k] - correlation * from->z[j]) / deviation;

			chain->moved[k] = to->weight[k] * density(z);
			sum += chain->moved[k];
		}
		for (int k = 0; k < to->nodes; k++)
			chain->kernel[(size_t) k * NODES_MAX + (size_t) j] =
				sum > 0 ? chain->moved[k] / sum : 0;
	}
}

/* Sum over a row; 0 of a phase that is not reached. */
static double
mass_of(const double *row, int nodes)
{
	double sum = 0;

	for (int i = 0; i < nodes; i++)
		sum += row[i];
	return sum;
}

static void
move_mass(Chain *chain, const double *row)
{
	for (int k = 0; k < chain->grid[1].nodes; k++)
	{
		const double *kernel = chain->kernel + (size_t) k * NODES_MAX;
		double sum = 0;

		for (int j = 0; j < chain->grid[0].nodes; j++)
			sum += kernel[j] * row[j];
		chain->moved[k] = sum;
	}
}

/* An event that is declared brings a path into the second set; one that goes on does not. */
static int
next_row(const Chain *chain, int row, bool exceeds)
{
	int set = row / chain->phases;
	int phase = row % chain->phases;
	int next = next_phase(chain->rule, phase, exceeds);

	if (next == active_phase(chain->rule) && phase < active_phase(chain->rule))
		set = 1;
	return set * chain->phases + next;
}

static void
share_out(Chain *chain, int row)
{
	const Grid *to = &chain->grid[1];
	double *usual = chain->mass[1] + (size_t) next_row(chain, row, false) * NODES_MAX;
	double *beyond = chain->mass[1] + (size_t) next_row(chain, row, true) * NODES_MAX;

	for (int k = 0; k < to->below; k++)
		usual[k] += chain->moved[k];
	for (int k = to->below; k < to->nodes; k++)
		beyond[k] += chain->moved[k];
}

static void
swap_days(Chain *chain)
{
	double *before = chain->mass[0];

	chain->mass[0] = chain->mass[1];
	chain->mass[1] = before;
	chain->grid[0] = chain->grid[1];
}

static void
first_day(Chain *chain, double limit, double after, int phase)
{
	Grid *grid = &chain->grid[1];
	double sum = 0;

	make_grid(grid, limit, 0, after);
	for (int k = 0; k < grid->nodes; k++)
	{
		chain->moved[k] = grid->weight[k] * density(grid->z[k]);
		sum += chain->moved[k];
	}
	for (int k = 0; k < grid->nodes; k++)
		chain->moved[k] /= sum;
	share_out(chain, phase);
}

static void
next_day(Chain *chain, double limit, double before, double after)
{
	make_grid(&chain->grid[1], limit, before, after);
	make_kernel(chain, before);
	memset(chain->mass[1], 0, 2 * (size_t) chain->phases * NODES_MAX * sizeof(double));
	for (int row = 0; row < 2 * chain->phases; row++)
	{
		const double *mass = chain->mass[0] + (size_t) row * NODES_MAX;

		if (mass_of(mass, chain->grid[0].nodes) == 0)
			continue;
		move_mass(chain, mass);
		share_out(chain, row);
	}
}

/* ---- days ---- */

static void
sum_chances(const Chain *chain, double limit, OceanChance *chance)
{
	int active = active_phase(chain->rule);

	*chance = (OceanChance){ .exceeds = erfc(limit / SQRT_TWO) / 2 };
	for (int row = 0; row < 2 * chain->phases; row++)
	{
		const double *mass = chain->mass[0] + (size_t) row * NODES_MAX;
		double sum = fmin(mass_of(mass, chain->grid[0].nodes), 1);
		bool open = row % chain->phases >= active;

		chance->active += row % chain->phases == active ? sum : 0;
		chance->open += open ? sum : 0;
		chance->started += row >= chain->phases ? sum : 0;
		chance->lasting += open && row < chain->phases ? sum : 0;
	}
	chance->active = fmin(chance->active, 1);
	chance->open = fmin(chance->open, 1);
	chance->started = fmin(chance->started, 1);
	chance->lasting = fmin(chance->lasting, 1);
}

static OceanStatus
check(const OceanHeatwaveRule *rule, const OceanHeatwaveState *state,
	  const OceanOutlook *outlook, int days)
{
	if (ocean_heatwave_rule_check(rule) != OCEAN_OK || days < 1 ||
		days > OCEAN_CHANCE_DAYS_MAX || rule->min_duration_days > OCEAN_CHANCE_RULE_MAX ||
		rule->max_gap_days > OCEAN_CHANCE_RULE_MAX ||
		state->run.days < 0 || state->run.days >= rule->min_duration_days ||
		state->gap.days > rule->max_gap_days ||
		(state->phase == OCEAN_PHASE_PENDING && state->gap.days < 1))
		return OCEAN_BAD_ARGUMENT;
	for (int i = 0; i < days; i++)
	{
		const OceanOutlook *day = &outlook[i];

		if (!(fabs(day->mean) <= OCEAN_VALUE_MAX) || !(day->deviation >= 0) ||
			!(day->deviation <= OCEAN_VALUE_MAX) || fabs(day->limit) > OCEAN_VALUE_MAX)
			return OCEAN_BAD_VALUE;
		if (!(fabs(day->correlation) <= 1))
			return OCEAN_BAD_ARGUMENT;
	}
	return OCEAN_OK;
}

static double
correlation_of(const OceanOutlook *outlook)
{
	double most = OCEAN_CHANCE_CORRELATION_MAX;

	return fmin(fmax(outlook->correlation, -most), most);
}

static OceanStatus
chain_init(const ForecastWork *work, const OceanHeatwaveRule *rule, Chain **made)
{
	Chain *chain = work->allocate(work->context, sizeof(*chain));
	size_t phases = (size_t) count_phases(rule);

	if (chain == NULL)
		return OCEAN_NO_MEMORY;
	chain->rule = rule;
	chain->phases = (int) phases;
	chain->mass[0] = forecast_numbers(work, 2 * phases * NODES_MAX);
	chain->mass[1] = forecast_numbers(work, 2 * phases * NODES_MAX);
	chain->kernel = forecast_numbers(work, (size_t) NODES_MAX * NODES_MAX);
	*made = chain;
	return chain->mass[0] == NULL || chain->mass[1] == NULL || chain->kernel == NULL ?
			   OCEAN_NO_MEMORY :
			   OCEAN_OK;
}

OceanStatus
ocean_heatwave_chance(const ForecastWork *work, const OceanHeatwaveRule *rule,
					  const OceanHeatwaveState *state, const OceanOutlook *outlook, int days,
					  OceanChance *chance)
{
	Chain *chain;
	OceanStatus status = check(rule, state, outlook, days);

	if (status == OCEAN_OK)
		status = chain_init(work, rule, &chain);
	if (status != OCEAN_OK)
		return status;
	for (int i = 0; i < days; i++)
	{
		double limit = limit_of(&outlook[i], rule->cold);
		double after = i + 1 < days ? correlation_of(&outlook[i + 1]) : 0;

		if (forecast_is_interrupted(work))
			return OCEAN_INTERRUPTED;
		if (i == 0)
			first_day(chain, limit, after, phase_of(rule, state));
		else
			next_day(chain, limit, correlation_of(&outlook[i]), after);
		swap_days(chain);
		sum_chances(chain, limit, &chance[i]);
	}
	return OCEAN_OK;
}

double
ocean_outlook_correlation(double phi, double before, double after)
{
	return after > 0 ? phi * before / after : 0;
}
