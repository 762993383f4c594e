/*
 * plan_buffer_test.c
 *	  Demand-driven buffers and classes of items.
 */
#include <math.h>

#include "core/plan/buffer.h"
#include "core/plan/classify.h"

#include "unit.h"

/* ---- buffers ---- */

static PlanZones
zones_of(double usage, double lead_days, double lead_factor, double variability_factor)
{
	PlanBuffer buffer = { usage, lead_days, lead_factor, variability_factor, 0, 0 };
	PlanZones zones = { 0 };

	CHECK(plan_zones(&buffer, &zones) == PLAN_OK);
	return zones;
}

static int64_t
order_of(const PlanZones *zones, int64_t net_flow)
{
	int64_t need = -1;

	CHECK(plan_zones_order(zones, net_flow, &need) == PLAN_OK);
	return need;
}

/* Case E4: usage 4, lead time 10, both factors a half. */
static void
zones_published(void)
{
	PlanZones zones = zones_of(4, 10, 0.5, 0.5);

	CHECK(zones.red_base == 20 && zones.red_safety == 10 && zones.red == 30);
	CHECK(zones.yellow == 40 && zones.top_of_yellow == 70);
	CHECK(zones.green == 20 && zones.top_of_green == 90);
	CHECK(order_of(&zones, 50) == 40 && order_of(&zones, 60) == 30);
	CHECK(order_of(&zones, 70) == 20 && order_of(&zones, 71) == 0 && order_of(&zones, -5) == 95);
	zones = zones_of(4, 10, 1, 0.5);
	CHECK(zones.red_base == 40 && zones.red_safety == 20 && zones.red == 60);
	zones = zones_of(4, 10, 1, 1);
	CHECK(zones.red == 80);
	zones = zones_of(2, 10, 1, 1);
	CHECK(zones.red_base == 20 && zones.red_safety == 20 && zones.red == 40);
}

/* Green is the largest of three, and parts of a unit are whole ones. */
static void
zones_green(void)
{
	PlanBuffer buffer = { 4, 10, 0.5, 0.5, 7, 0 };
	PlanZones zones;

	CHECK(plan_zones(&buffer, &zones) == PLAN_OK && zones.green == 28);
	buffer.minimum = 50;
	CHECK(plan_zones(&buffer, &zones) == PLAN_OK && zones.green == 50 && zones.top_of_green == 120);
	zones = zones_of(0.3, 3, 0.5, 0.5);
	CHECK(zones.red_base == 1 && zones.red_safety == 1 && zones.yellow == 1);
	/* 0.1 * 3 * 10 is 3 and a rounding error. */
	zones = zones_of(0.1, 30, 1, 0);
	CHECK(zones.red_base == 3 && zones.yellow == 3);
	zones = zones_of(0, 10, 0.5, 0.5);
	CHECK(zones.top_of_green == 0 && order_of(&zones, 0) == 0);
}

static void
zones_refused(void)
{
	PlanBuffer good = { 4, 10, 0.5, 0.5, 0, 0 };
	PlanBuffer bad[] = { good, good, good, good, good, good };
	PlanZones zones = { .top_of_green = INT64_MAX, .top_of_yellow = 0 };
	int64_t need;

	CHECK(plan_zones_order(&zones, -1, &need) == PLAN_OVERFLOW);
	bad[0].usage = NAN;
	bad[1].lead_days = -1;
	bad[2].lead_factor = 1.5;
	bad[3].variability_factor = INFINITY;
	bad[4].minimum = -1;
	bad[5].order_cycle = -1;
	for (int i = 0; i < 6; i++)
		CHECK(plan_zones(&bad[i], &zones) == PLAN_BAD_ARGUMENT);
	good.usage = 1e300;
	CHECK(plan_zones(&good, &zones) == PLAN_OVERFLOW);
	good.usage = 4;
	good.minimum = INT64_MAX;
	CHECK(plan_zones(&good, &zones) == PLAN_OVERFLOW);
}

/* Case E4: 60 and 60 in 120 days; 20, 20 and 10 in six; half of each of two usages. */
static void
usages(void)
{
	double daily[120] = { 0 };
	double scratch[120];
	double usage = -1;
	int spikes = -1;

	daily[3] = daily[90] = 60;
	CHECK(plan_usage(daily, 120, INFINITY, scratch, &usage, &spikes) == PLAN_OK);
	CHECK(usage == 1 && spikes == 0);
	CHECK(plan_usage((double[]){ 20, 0, 20, 0, 0, 10 }, 6, INFINITY, scratch, &usage, &spikes) ==
		  PLAN_OK);
	CHECK(fabs(usage - 8.33) < 0.005);
	CHECK(plan_usage_blend(1, 3, 0.5, &usage) == PLAN_OK && usage == 2);
	CHECK(plan_usage_blend(1, 3, 0.25, &usage) == PLAN_OK && usage == 1.5);
	CHECK(plan_usage_blend(1, 3, 1.5, &usage) == PLAN_BAD_ARGUMENT);
	CHECK(plan_usage_blend(NAN, 3, 0.5, &usage) == PLAN_BAD_ARGUMENT);
}

static void
spikes_left_out(void)
{
	static const double daily[] = { 4, NAN, 6, 100, 5, 50, 5 };
	static const double bad[] = { 4, -1 };
	double scratch[7];
	double usage = -1;
	int spikes = -1;

	CHECK(plan_usage(daily, 7, 3, scratch, &usage, &spikes) == PLAN_OK);
	CHECK(usage == 5 && spikes == 2);
	/* 5 times the mean of the others, but not of all, which is 28. */
	CHECK(plan_usage(daily, 7, 5, scratch, &usage, &spikes) == PLAN_OK);
	CHECK(usage == 5 && spikes == 2);
	/* 100 is not 8 times the mean of the other five, which is 14. */
	CHECK(plan_usage(daily, 7, 8, scratch, &usage, &spikes) == PLAN_OK);
	CHECK(fabs(usage - 170.0 / 6) < 1e-12 && spikes == 0);
	CHECK(plan_usage((double[]){ 0, 0, 9 }, 3, 2, scratch, &usage, &spikes) == PLAN_OK);
	CHECK(usage == 3 && spikes == 0);
	CHECK(plan_usage((double[]){ NAN }, 1, 2, scratch, &usage, &spikes) == PLAN_NO_DEMAND);
	CHECK(plan_usage(daily, 0, 2, scratch, &usage, &spikes) == PLAN_BAD_ARGUMENT);
	CHECK(plan_usage(daily, 7, NAN, scratch, &usage, &spikes) == PLAN_BAD_ARGUMENT);
	CHECK(plan_usage(bad, 2, 2, scratch, &usage, &spikes) == PLAN_BAD_ARGUMENT);
	CHECK(plan_usage((double[]){ 1.7e308, 1.7e308 }, 2, 2, scratch, &usage, &spikes) ==
		  PLAN_OVERFLOW);
}

/* ---- classes ---- */

static const PlanAbc usual = { 0.8, 0.95 };

static void
abc(void)
{
	static const double values[] = { 5, 500, 15, 0, 300, 150, 30 };
	PlanAbcItem item[10];

	for (int i = 0; i < 7; i++)
		item[i] = (PlanAbcItem){ .value = values[i], .index = i };
	CHECK(plan_abc(&usual, item, 7) == PLAN_OK);
	/* 500 and 300 are 80 %, 150 reaches 95 %, the rest is C. */
	CHECK(item[0].index == 1 && item[0].class == 'A' && item[0].share == 0.5);
	CHECK(item[1].index == 4 && item[1].class == 'A' && fabs(item[1].cumulated - 0.8) < 1e-12);
	CHECK(item[2].index == 5 && item[2].class == 'B');
	CHECK(item[3].class == 'C' && item[3].index == 6 && item[4].class == 'C');
	CHECK(item[6].index == 3 && item[6].class == 'C' && item[6].share == 0);

	/* One that is nearly all is A; ties go together, in the order given. */
	CHECK(plan_abc(&usual, (PlanAbcItem[]){ { .value = 1 } }, 1) == PLAN_OK);
	for (int i = 0; i < 10; i++)
		item[i] = (PlanAbcItem){ .value = 1, .index = i };
	CHECK(plan_abc(&usual, item, 10) == PLAN_OK);
	for (int i = 0; i < 10; i++)
		CHECK(item[i].class == 'A' && item[i].index == i);
	item[0].value = item[1].value = 0;
	CHECK(plan_abc(&usual, item, 2) == PLAN_OK && item[0].class == 'C');
	CHECK(plan_abc(&usual, item, 0) == PLAN_OK);
}

static void
abc_refused(void)
{
	PlanAbcItem item[] = { { .value = 1e308 }, { .value = 1e308 } };

	CHECK(plan_abc(&(PlanAbc){ 0.9, 0.8 }, item, 1) == PLAN_BAD_ARGUMENT);
	CHECK(plan_abc(&(PlanAbc){ 0, 0.8 }, item, 1) == PLAN_BAD_ARGUMENT);
	CHECK(plan_abc(&(PlanAbc){ 0.5, 1.1 }, item, 1) == PLAN_BAD_ARGUMENT);
	CHECK(plan_abc(&(PlanAbc){ NAN, 1 }, item, 1) == PLAN_BAD_ARGUMENT);
	CHECK(plan_abc(&usual, item, 2) == PLAN_OVERFLOW);
	item[1].value = -1;
	CHECK(plan_abc(&usual, item, 2) == PLAN_BAD_ARGUMENT);
	item[1].value = NAN;
	CHECK(plan_abc(&usual, item, 2) == PLAN_BAD_ARGUMENT);
}

static void
xyz(void)
{
	const PlanXyz usual_xyz = { 0.5, 1 };
	double variation = -1;
	char class = '-';

	CHECK(plan_xyz(&usual_xyz, (double[]){ 8, 12 }, 2, &variation, &class) == PLAN_OK);
	CHECK(fabs(variation - 0.2) < 1e-12 && class == 'X');
	CHECK(plan_xyz(&usual_xyz, (double[]){ 5, 15 }, 2, &variation, &class) == PLAN_OK);
	CHECK(variation == 0.5 && class == 'X');
	CHECK(plan_xyz(&usual_xyz, (double[]){ 4, NAN, 16 }, 3, &variation, &class) == PLAN_OK);
	CHECK(fabs(variation - 0.6) < 1e-12 && class == 'Y');
	CHECK(plan_xyz(&usual_xyz, (double[]){ 0, 0, 9 }, 3, &variation, &class) == PLAN_OK);
	CHECK(fabs(variation - sqrt(2)) < 1e-12 && class == 'Z');
	CHECK(plan_xyz(&usual_xyz, (double[]){ 0, 0 }, 2, &variation, &class) == PLAN_OK);
	CHECK(isnan(variation) && class == 'Z');
	CHECK(plan_xyz(&usual_xyz, (double[]){ NAN }, 1, &variation, &class) == PLAN_NO_DEMAND);
	CHECK(plan_xyz(&usual_xyz, NULL, 0, &variation, &class) == PLAN_NO_DEMAND);
	CHECK(plan_xyz(&usual_xyz, (double[]){ -1 }, 1, &variation, &class) == PLAN_BAD_ARGUMENT);
	CHECK(plan_xyz(&(PlanXyz){ 1, 0.5 }, (double[]){ 1 }, 1, &variation, &class) ==
		  PLAN_BAD_ARGUMENT);
	CHECK(plan_xyz(&usual_xyz, (double[]){ 1e308, 1 }, 2, &variation, &class) == PLAN_OVERFLOW);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: buffer zones as published", zones_published },
		{ "plan: green zone and whole units", zones_green },
		{ "plan: buffer zones refuse what has no answer", zones_refused },
		{ "plan: average daily usage", usages },
		{ "plan: spikes are left out", spikes_left_out },
		{ "plan: classes by value", abc },
		{ "plan: classes by value refuse what has no answer", abc_refused },
		{ "plan: classes by variation", xyz }
	};

	return UNIT_RUN(groups);
}
