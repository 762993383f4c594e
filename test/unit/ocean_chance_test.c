/*
 * ocean_chance_test.c
 *	  Chances against closed forms, all paths one by one, and simulated walks.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/heatwave_chance.h"

#include "ocean_heatwave.h"

#define DAYS_MAX 40
#define PATHS 40000

static const OceanHeatwaveRule usual = { 5, 2, 0, false };
static const OceanBaselines baselines = { &sea_climatology, 1, 2000 };
static OceanOutlook outlook[DAYS_MAX];
static OceanChance chance[DAYS_MAX];

/* Standard normal, by the sum of uniform ones turned through the polar form. */
static double
random_normal(void)
{
	double radius = sqrt(-2 * log((double) unit_random_in(1, 1000000000) / 1000000001));

	return radius * cos(2 * acos(-1) * random_unit());
}

static void
same_outlook(int days, double mean, double deviation, double correlation)
{
	for (int i = 0; i < days; i++)
		outlook[i] = (OceanOutlook){ mean, deviation, 1, i == 0 ? 0 : correlation };
}

static OceanStatus
ask(const OceanHeatwaveRule *rule, const OceanHeatwaveState *state, int days)
{
	OceanStatus status = ocean_heatwave_chance(&unit_work, rule, state, outlook, days, chance);

	drop_pieces();
	return status;
}

/* The state after some days, one letter each: '1' is beyond the threshold. */
static OceanHeatwaveState
state_after(const OceanHeatwaveRule *rule, const char *days)
{
	OceanHeatwaveState state = { 0 };

	flat_climatology();
	for (int32_t day = 0; days[day] != '\0'; day++)
		CHECK(ocean_heatwave_advance(&state, rule, &baselines, day, days[day] == '1' ? 2 : 0, NULL,
									 NULL) == OCEAN_OK);
	return state;
}

/* ---- closed forms ---- */

static void
closed_forms(void)
{
	const OceanHeatwaveRule two = { 2, 0, 0, false };
	OceanHeatwaveState none = { 0 };
	OceanHeatwaveState watch = state_after(&usual, "1111");

	/* Both of two days beyond the median: 1/4 + asin(r) / 2 pi (Sheppard 1899). */
	for (int i = -9; i <= 9; i++)
	{
		double correlation = i / 10.0;

		same_outlook(2, 1, 0.7, correlation);
		CHECK(ask(&two, &none, 2) == OCEAN_OK);
		CHECK(fabs(chance[1].started - (0.25 + asin(correlation) / (2 * acos(-1)))) < 1e-6);
		CHECK(near(chance[0].exceeds, 0.5, 1e-12) && chance[0].started == 0);
	}

	/* The last day that is wanted: the chance of that day. */
	same_outlook(1, 0, 1, 0);
	CHECK(ask(&usual, &watch, 1) == OCEAN_OK);
	CHECK(fabs(chance[0].active - 0.158655253931457) < 1e-7);
	CHECK(fabs(chance[0].exceeds - 0.158655253931457) < 1e-12);
	CHECK(chance[0].started == chance[0].active && chance[0].lasting == 0);

	/* Cold: the same on the other side. */
	outlook[0] = (OceanOutlook){ 0, 1, -1, 0 };
	watch.event = (OceanStretch){ 0 };
	CHECK(ask(&(OceanHeatwaveRule){ 5, 2, 0, true }, &watch, 1) == OCEAN_OK);
	CHECK(fabs(chance[0].active - 0.158655253931457) < 1e-7);
}

/* Without an error the future is the walk over it. */
static void
certain(void)
{
	OceanHeatwaveState pending = state_after(&usual, "11111.");
	OceanHeatwaveState active = state_after(&usual, "11111");

	same_outlook(6, 2, 0, 0.5);
	CHECK(ask(&usual, &pending, 6) == OCEAN_OK);
	CHECK(chance[0].exceeds == 1 && chance[3].active == 0 && near(chance[3].lasting, 1, 1e-12));
	CHECK(near(chance[4].active, 1, 1e-12) && chance[4].started == 0);
	same_outlook(6, 0, 0, 0.5);
	CHECK(ask(&usual, &active, 6) == OCEAN_OK);
	CHECK(near(chance[1].open, 1, 1e-12) && chance[2].open == 0 && chance[0].active == 0);
	outlook[0].limit = NAN;
	CHECK(ask(&usual, &active, 1) == OCEAN_OK && chance[0].exceeds == 0);
}

/* ---- all paths ---- */

static void
add_path(const OceanHeatwaveRule *rule, OceanHeatwaveState state, int days, int path,
		 double weight, OceanChance *sum)
{
	int32_t before = state.event.days > 0 ? state.event.first_day : -1;
	bool was_open = state.phase >= OCEAN_PHASE_ACTIVE;

	for (int i = 0; i < days; i++)
	{
		bool beyond = path >> i & 1;
		bool open, own;

		ocean_heatwave_advance(&state, rule, &baselines, state.day + 1, beyond ? 2 : 0, NULL, NULL);
		open = state.phase >= OCEAN_PHASE_ACTIVE;
		own = state.event.first_day == before;
		sum[i].active += state.phase == OCEAN_PHASE_ACTIVE ? weight : 0;
		sum[i].open += open ? weight : 0;
		sum[i].lasting += was_open && open && own ? weight : 0;
		sum[i].started += state.event.days > 0 && !own ? weight : 0;
	}
}

static bool
same_chances(const OceanChance *sum, int days, double tolerance)
{
	for (int i = 0; i < days; i++)
	{
		if (fabs(sum[i].active - chance[i].active) > tolerance ||
			fabs(sum[i].open - chance[i].open) > tolerance ||
			fabs(sum[i].lasting - chance[i].lasting) > tolerance ||
			fabs(sum[i].started - chance[i].started) > tolerance)
			return false;
	}
	return true;
}

/* Independent days: each path has the product of its days' chances. */
static void
all_paths(void)
{
	static const char *const before[] = { "..", ".111", "..11111", ".11111.", ".11111.1", ".11111.." };

	for (int k = 0; k < 6; k++)
	{
		const OceanHeatwaveRule rule = { 4, 3, 0, false };
		OceanHeatwaveState state = state_after(&rule, before[k]);
		OceanChance sum[10] = { { 0 } };

		for (int i = 0; i < 10; i++)
			outlook[i] = (OceanOutlook){ 0.5 + 0.2 * (i % 4), 0.5 + 0.1 * i, 1, 0 };
		CHECK(ask(&rule, &state, 10) == OCEAN_OK);
		for (int path = 0; path < 1 << 10; path++)
		{
			double weight = 1;

			for (int i = 0; i < 10; i++)
				weight *= path >> i & 1 ? chance[i].exceeds : 1 - chance[i].exceeds;
			add_path(&rule, state, 10, path, weight, sum);
		}
		CHECK(same_chances(sum, 10, 1e-7));
	}
}

/* ---- simulation ---- */

static int
random_path(int days)
{
	double error = random_normal();
	int path = 0;

	for (int i = 0; i < days; i++)
	{
		double correlation = outlook[i].correlation;

		if (i > 0)
			error = correlation * error + sqrt(1 - correlation * correlation) * random_normal();
		if (outlook[i].mean + outlook[i].deviation * error > outlook[i].limit)
			path |= 1 << i;
	}
	return path;
}

static void
simulate(const OceanHeatwaveRule *rule, const char *before, double phi)
{
	OceanHeatwaveState state = state_after(rule, before);
	OceanChance sum[14] = { { 0 } };
	double deviation = 0.3;

	for (int i = 0; i < 14; i++)
	{
		double next = sqrt(phi * phi * deviation * deviation + 0.09);

		outlook[i] = (OceanOutlook){ 0.9 + 0.3 * sin(i), deviation, 1,
									 i == 0 ? 0 : outlook[i].correlation };
		if (i < 13)
			outlook[i + 1].correlation = ocean_outlook_correlation(phi, deviation, next);
		deviation = next;
	}
	CHECK(ask(rule, &state, 14) == OCEAN_OK);
	for (int path = 0; path < PATHS; path++)
		add_path(rule, state, 14, random_path(14), 1.0 / PATHS, sum);
	/* Four deviations of a share of one half. */
	CHECK(same_chances(sum, 14, 2 / sqrt(PATHS)));
}

static void
simulated(void)
{
	simulate(&usual, "..", 0.9);
	simulate(&usual, ".111", 0.95);
	simulate(&usual, ".11111", 0.7);
	simulate(&usual, ".11111.1", 0.98);
	simulate(&(OceanHeatwaveRule){ 3, 5, 0, false }, ".111..", -0.6);
}

/* ---- refusals ---- */

static void
refused(void)
{
	OceanHeatwaveState none = { 0 };
	OceanHeatwaveState wrong = { .phase = OCEAN_PHASE_PENDING };
	const OceanHeatwaveRule longest = { OCEAN_CHANCE_RULE_MAX, OCEAN_CHANCE_RULE_MAX, 0, false };
	const OceanHeatwaveRule longer = { OCEAN_CHANCE_RULE_MAX + 1, 2, 0, false };

	same_outlook(3, 1, 1, 1);
	CHECK(ask(&usual, &none, 3) == OCEAN_OK && ask(&longest, &none, 3) == OCEAN_OK);
	CHECK(ask(&usual, &none, 0) == OCEAN_BAD_ARGUMENT &&
		  ask(&longer, &none, 3) == OCEAN_BAD_ARGUMENT);
	CHECK(ask(&usual, &none, OCEAN_CHANCE_DAYS_MAX + 1) == OCEAN_BAD_ARGUMENT);
	CHECK(ask(&usual, &wrong, 3) == OCEAN_BAD_ARGUMENT);
	outlook[2].correlation = 1.01;
	CHECK(ask(&usual, &none, 3) == OCEAN_BAD_ARGUMENT && ask(&usual, &none, 2) == OCEAN_OK);
	outlook[1].deviation = -1;
	CHECK(ask(&usual, &none, 2) == OCEAN_BAD_VALUE);
	outlook[1] = (OceanOutlook){ NAN, 1, 1, 0 };
	CHECK(ask(&usual, &none, 2) == OCEAN_BAD_VALUE);
	outlook[1] = (OceanOutlook){ 1, INFINITY, 1, 0 };
	CHECK(ask(&usual, &none, 2) == OCEAN_BAD_VALUE);
	outlook[1] = (OceanOutlook){ 1, 1, INFINITY, 0 };
	CHECK(ask(&usual, &none, 2) == OCEAN_BAD_VALUE);
	same_outlook(3, 1, 1, 0);
	interruptions_left = 2;
	CHECK(ask(&usual, &none, 3) == OCEAN_INTERRUPTED);
	interruptions_left = -1;
	for (int pieces_given = 0; pieces_given < 4; pieces_given++)
	{
		allocations_left = pieces_given;
		CHECK(ask(&usual, &none, 3) == OCEAN_NO_MEMORY);
	}
	allocations_left = -1;
	CHECK(ocean_outlook_correlation(0.9, 1, 0) == 0 &&
		  ocean_outlook_correlation(0.9, 1, 2) == 0.45);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean chance: closed forms", closed_forms },
		{ "ocean chance: what is certain", certain },
		{ "ocean chance: all paths of independent days", all_paths },
		{ "ocean chance: simulated walks", simulated },
		{ "ocean chance: refusals", refused },
	};

	return UNIT_RUN(groups);
}
