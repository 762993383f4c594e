/*
 * plan_order_test.c
 *	  Rounding of orders, the reorder rule, netting over time, and supplier calendars.
 */
#include "core/plan/calendar.h"
#include "core/plan/netting.h"

#include "unit.h"

/* ---- rounding ---- */

static int64_t
rounded(int64_t need, int64_t minimum, int64_t multiple, int64_t maximum, int expected_orders)
{
	int64_t total = -1;
	int orders = -1;

	CHECK(plan_round(&(PlanRounding){ minimum, multiple, maximum }, need, &total, &orders) ==
		  PLAN_OK);
	CHECK(orders == expected_orders);
	return total;
}

static void
rounding(void)
{
	int64_t total = 5;
	int orders = 5;

	CHECK(rounded(20, 50, 3, INT64_MAX, 1) == 51);
	CHECK(rounded(52, 50, 3, INT64_MAX, 1) == 54);
	CHECK(rounded(0, 50, 3, INT64_MAX, 0) == 0 && rounded(-7, 50, 3, INT64_MAX, 0) == 0);
	CHECK(rounded(1, 0, 1, INT64_MAX, 1) == 1 && rounded(100, 0, 12, INT64_MAX, 1) == 108);
	/* At most 100 an order, which are 96 in dozens. */
	CHECK(rounded(96, 24, 12, 100, 1) == 96 && rounded(97, 24, 12, 100, 2) == 120);
	CHECK(rounded(300, 24, 12, 100, 4) == 312);
	CHECK(plan_round(&(PlanRounding){ 0, 2, INT64_MAX }, INT64_MAX, &total, &orders) ==
		  PLAN_OVERFLOW);
	CHECK(plan_round(&(PlanRounding){ 0, 1, 1 }, INT64_MAX, &total, &orders) == PLAN_OVERFLOW);
	CHECK(plan_round(&(PlanRounding){ 50, 3, 50 }, 1, &total, &orders) == PLAN_BAD_ARGUMENT);
	CHECK(plan_round(&(PlanRounding){ 0, 0, 50 }, 1, &total, &orders) == PLAN_BAD_ARGUMENT);
	CHECK(plan_round(&(PlanRounding){ -1, 1, 50 }, 1, &total, &orders) == PLAN_BAD_ARGUMENT);
	CHECK(plan_round(&(PlanRounding){ INT64_MAX, 2, INT64_MAX }, 1, &total, &orders) ==
		  PLAN_BAD_ARGUMENT);
	CHECK(total == 5 && orders == 5);
}

/* Each part is accepted, they are what is needed, and no fewer or smaller would do. */
static void
rounding_by_search(void)
{
	for (int i = 0; i < 100000; i++)
	{
		PlanRounding rule = { unit_random_in(0, 40), unit_random_in(1, 9), unit_random_in(1, 60) };
		int64_t need = unit_random_in(1, 300);
		int64_t total;
		int64_t parts = 0;
		int orders;

		if (plan_round(&rule, need, &total, &orders) != PLAN_OK)
		{
			CHECK(!plan_rounding_valid(&rule));
			continue;
		}
		for (int k = 0; k < orders; k++)
		{
			int64_t part = plan_round_part(&rule, total, orders, k);

			CHECK(part >= 1 && part >= rule.minimum && part <= rule.maximum);
			CHECK(part % rule.multiple == 0);
			parts += part;
		}
		CHECK(parts == total && total >= need);
		CHECK((orders - 1) * (rule.maximum - rule.maximum % rule.multiple) < need);
		CHECK(total - rule.multiple < need || total - rule.multiple < orders * rule.minimum ||
			  plan_round_part(&rule, total, orders, orders - 1) - rule.multiple < rule.minimum);
	}
}

/* ---- the reorder rule ---- */

static int64_t
reorder(int64_t projected, int64_t level, int64_t quantity, int64_t up_to)
{
	int64_t need = -1;

	CHECK(plan_reorder(&(PlanReorder){ level, quantity, up_to }, projected, &need) == PLAN_OK);
	return need;
}

/* Case E3. */
static void
reorder_rule(void)
{
	int64_t need = 3;

	/* At or below the level: what is missing to it, or the fixed quantity if that is more. */
	CHECK(reorder(11, 10, 25, 10) == 0 && reorder(10, 10, 25, 10) == 25);
	CHECK(reorder(-30, 10, 25, 10) == 40 && reorder(10, 10, 0, 10) == 0);
	/* Minimum 5, maximum 200: nothing at 10, and when due up to 200. */
	CHECK(reorder(10, 5, 0, 200) == 0 && reorder(5, 5, 0, 200) == 195);
	CHECK(reorder(10, 200, 0, 200) == 190);
	/* 40 are missing, bought in boxes of 12. */
	CHECK(rounded(reorder(-30, 10, 0, 10), 0, 12, INT64_MAX, 1) == 48);
	CHECK(plan_reorder(&(PlanReorder){ 10, 0, 9 }, 0, &need) == PLAN_BAD_ARGUMENT);
	CHECK(plan_reorder(&(PlanReorder){ 10, -1, 10 }, 0, &need) == PLAN_BAD_ARGUMENT);
	CHECK(plan_reorder(&(PlanReorder){ 10, 0, 10 }, INT64_MIN, &need) == PLAN_OVERFLOW);
	CHECK(need == 3);
}

/* ---- netting ---- */

#define PERIODS 90

static int64_t arrival[PERIODS];
static int64_t release[PERIODS];
static int64_t projected[PERIODS];
static int64_t missing[PERIODS];
static const PlanNettingResult result = { arrival, release, projected, missing };

static PlanNetting
netting(int n, const int64_t *demand, const int64_t *target, int lead_time)
{
	return (PlanNetting){ .n = n,
						  .demand = demand,
						  .target = target,
						  .lead_time = lead_time,
						  .cover = 1,
						  .rounding = { 0, 1, INT64_MAX } };
}

static int64_t
sum(const int64_t *values)
{
	int64_t total = 0;

	for (int t = 0; t < PERIODS; t++)
		total += values[t];
	return total;
}

static void
constant(int64_t *values, int from, int to, int64_t value)
{
	for (int t = from; t < to; t++)
		values[t] = value;
}

/* Case E2: 20 are to be there, at least 50 in threes are ordered, and take four days. */
static void
one_location(void)
{
	int64_t target[PERIODS];
	PlanNetting plan = netting(PERIODS, NULL, target, 4);

	constant(target, 0, PERIODS, 20);
	plan.rounding = (PlanRounding){ 50, 3, INT64_MAX };
	CHECK(plan_netting(&plan, &result) == PLAN_OK);
	CHECK(arrival[4] == 51 && release[0] == 51 && sum(arrival) == 51 && sum(release) == 51);
	for (int t = 0; t < PERIODS; t++)
		CHECK(missing[t] == (t < 4 ? 20 : 0) && projected[t] == (t < 4 ? 0 : 51));
}

/* Case E2: 10 are to be at A, which feeds B where 20 are to be, four days either way. */
static void
two_locations(void)
{
	int64_t target[PERIODS];
	static int64_t moved[PERIODS];
	PlanNetting shop = netting(PERIODS, NULL, target, 4);
	PlanNetting store = netting(PERIODS, moved, target, 4);

	constant(target, 0, PERIODS, 20);
	CHECK(plan_netting(&shop, &result) == PLAN_OK && sum(release) == 20);
	for (int t = 0; t < PERIODS; t++)
		moved[t] = release[t];
	constant(target, 0, PERIODS, 10);
	CHECK(plan_netting(&store, &result) == PLAN_OK);
	CHECK(arrival[4] == 30 && sum(arrival) == 30 && release[0] == 30);
	CHECK(projected[3] == -20 && missing[3] == 30 && projected[4] == 10);

	/* Nothing can be moved before it has come. */
	constant(target, 0, PERIODS, 20);
	shop.first = 4;
	CHECK(plan_netting(&shop, &result) == PLAN_OK);
	CHECK(release[4] == 20 && arrival[8] == 20 && missing[7] == 20 && missing[8] == 0);
}

/* Case E2: 10 in January, 20 in February, 5 in March; 10 are asked for in each month. */
static void
target_over_time(void)
{
	int64_t target[PERIODS];
	static int64_t demand[PERIODS] = { 10 };
	PlanNetting plan = netting(PERIODS, demand, target, 0);

	constant(target, 0, 31, 10);
	constant(target, 31, 59, 20);
	constant(target, 59, PERIODS, 5);
	demand[31 + 11] = 10;
	demand[59 + 11] = 10;
	CHECK(plan_netting(&plan, &result) == PLAN_OK);
	CHECK(arrival[0] == 20 && arrival[31] == 10 && arrival[42] == 10 && sum(arrival) == 40);
	CHECK(projected[PERIODS - 1] == 10 && sum(missing) == 0);
}

/* Receipts count when they come, backorders are served first, an order covers three days. */
static void
receipts_and_cover(void)
{
	static const int64_t demand[] = { 4, 4, 4, 4, 4, 4 };
	static const int64_t receipt[] = { 0, 7, 0, 0, 0, 0 };
	PlanNetting plan = netting(6, demand, NULL, 1);

	plan.receipt = receipt;
	plan.opening = -3;
	plan.cover = 3;
	CHECK(plan_netting(&plan, &result) == PLAN_OK);
	/* -3 - 4, then + 7 - 4: 4 short, and 4 in each of two days more. */
	CHECK(projected[0] == -7 && missing[0] == 7 && arrival[1] == 12 && release[0] == 12);
	CHECK(arrival[2] == 0 && arrival[3] == 0 && projected[3] == 0 && arrival[4] == 8);
	CHECK(projected[5] == 0);
}

/* Whatever is asked: quantities balance, every order is accepted, targets are kept. */
static void
netting_holds(void)
{
	for (int i = 0; i < 20000; i++)
	{
		int64_t demand[PERIODS];
		int64_t receipt[PERIODS];
		int64_t target[PERIODS];
		PlanNetting plan = netting((int) unit_random_in(1, 20), demand, target, 0);
		int64_t stock = plan.opening = unit_random_in(-30, 60);

		plan.receipt = receipt;
		plan.lead_time = (int) unit_random_in(0, 5);
		plan.first = (int) unit_random_in(0, 3);
		plan.cover = (int) unit_random_in(1, 6);
		plan.rounding = (PlanRounding){ unit_random_in(0, 20), unit_random_in(1, 6), INT64_MAX };
		for (int t = 0; t < PERIODS; t++)
		{
			demand[t] = unit_random_in(0, 12);
			receipt[t] = unit_random_in(0, 4) == 0 ? unit_random_in(0, 20) : 0;
			target[t] = unit_random_in(0, 15);
		}
		CHECK(plan_netting(&plan, &result) == PLAN_OK);
		for (int t = 0; t < plan.n; t++)
		{
			int64_t without = stock + receipt[t] - demand[t];

			stock = without + arrival[t];
			CHECK(projected[t] == stock);
			CHECK(missing[t] == (target[t] > stock ? target[t] - stock : 0));
			CHECK(arrival[t] % plan.rounding.multiple == 0);
			if (arrival[t] == 0)
				CHECK(without >= target[t] || t < plan.first + plan.lead_time);
			else
				CHECK(arrival[t] >= plan.rounding.minimum && without < target[t]);
			CHECK(t < plan.first + plan.lead_time || missing[t] == 0);
			CHECK(t < plan.lead_time ? arrival[t] == 0 : release[t - plan.lead_time] == arrival[t]);
		}
	}
}

static void
netting_refused(void)
{
	static const int64_t negative[] = { 1, -1 };
	static const int64_t most[] = { INT64_MAX, INT64_MAX };
	PlanNetting plan = netting(2, NULL, NULL, 0);

	CHECK(plan_netting(&plan, &result) == PLAN_OK && arrival[0] == 0);
	plan = netting(0, NULL, NULL, 0);
	CHECK(plan_netting(&plan, &result) == PLAN_BAD_ARGUMENT);
	plan = netting(PLAN_PERIODS_MAX + 1, NULL, NULL, 0);
	CHECK(plan_netting(&plan, &result) == PLAN_TOO_LARGE);
	plan = netting(2, negative, NULL, 0);
	CHECK(plan_netting(&plan, &result) == PLAN_BAD_ARGUMENT);
	plan = netting(2, NULL, negative, 0);
	CHECK(plan_netting(&plan, &result) == PLAN_BAD_ARGUMENT);
	plan = netting(2, NULL, NULL, -1);
	CHECK(plan_netting(&plan, &result) == PLAN_BAD_ARGUMENT);
	plan = netting(2, NULL, NULL, 0);
	plan.cover = 0;
	CHECK(plan_netting(&plan, &result) == PLAN_BAD_ARGUMENT);
	plan = netting(2, NULL, NULL, INT32_MAX);
	plan.first = INT32_MAX;
	plan.cover = INT32_MAX;
	CHECK(plan_netting(&plan, &result) == PLAN_OK);
	plan = netting(2, NULL, NULL, 0);
	plan.receipt = most;
	CHECK(plan_netting(&plan, &result) == PLAN_OVERFLOW);
	plan = netting(2, most, NULL, 5);
	CHECK(plan_netting(&plan, &result) == PLAN_OVERFLOW);
	plan = netting(2, NULL, most, 0);
	plan.opening = -2;
	CHECK(plan_netting(&plan, &result) == PLAN_OVERFLOW);
}

/* ---- calendars ---- */

enum Day
{
	MONDAY,
	TUESDAY,
	WEDNESDAY,
	THURSDAY,
	FRIDAY,
	SATURDAY,
	SUNDAY,
	WEEK
};

#define WEEKDAYS (PLAN_EVERY_DAY & ~(1 << SATURDAY) & ~(1 << SUNDAY))

static bool
delivers(const PlanCalendar *calendar, int32_t day, int32_t order, int32_t arrives,
		 int32_t next_order, int32_t next_arrives)
{
	PlanDelivery delivery;

	return plan_delivery(calendar, day, &delivery) == PLAN_OK && delivery.order_day == order &&
		   delivery.arrival_day == arrives && delivery.next_order == next_order &&
		   delivery.next_arrival == next_arrives;
}

static void
calendars(void)
{
	static const int32_t holiday[] = { WEEK + WEDNESDAY, WEEK + FRIDAY };
	PlanCalendar calendar = { PLAN_EVERY_DAY, PLAN_EVERY_DAY, NULL, 0, 4, false };

	CHECK(delivers(&calendar, TUESDAY, TUESDAY, SATURDAY, WEDNESDAY, SUNDAY));
	CHECK(delivers(&calendar, -1000, -1000, -996, -999, -995));

	/* Orders on Monday and Thursday, goods on weekdays, three days. */
	calendar = (PlanCalendar){ 1 << MONDAY | 1 << THURSDAY, WEEKDAYS, NULL, 0, 3, false };
	CHECK(delivers(&calendar, MONDAY, MONDAY, THURSDAY, THURSDAY, WEEK + MONDAY));
	CHECK(delivers(&calendar, TUESDAY, THURSDAY, WEEK + MONDAY, WEEK + MONDAY, WEEK + THURSDAY));
	CHECK(delivers(&calendar, SUNDAY - WEEK, MONDAY, THURSDAY, THURSDAY, WEEK + MONDAY));

	/* Neither orders nor goods on holidays. */
	calendar = (PlanCalendar){ 1 << WEDNESDAY, 1 << FRIDAY, holiday, 2, 2, false };
	CHECK(delivers(&calendar, THURSDAY, 2 * WEEK + WEDNESDAY, 2 * WEEK + FRIDAY,
				   3 * WEEK + WEDNESDAY, 3 * WEEK + FRIDAY));
	CHECK(delivers(&calendar, MONDAY, WEDNESDAY, FRIDAY, 2 * WEEK + WEDNESDAY,
				   2 * WEEK + FRIDAY));

	/* Five working days over a weekend and two holidays. */
	calendar = (PlanCalendar){ WEEKDAYS, PLAN_EVERY_DAY, holiday, 2, 5, true };
	CHECK(delivers(&calendar, FRIDAY, FRIDAY, 2 * WEEK + TUESDAY, WEEK + MONDAY,
				   2 * WEEK + WEDNESDAY));
	calendar.lead_days = 0;
	CHECK(delivers(&calendar, FRIDAY, FRIDAY, FRIDAY, WEEK + MONDAY, WEEK + MONDAY));
}

static void
calendars_refused(void)
{
	static const int32_t unsorted[] = { 5, 4 };
	PlanCalendar calendar = { 0, PLAN_EVERY_DAY, NULL, 0, 4, false };
	PlanDelivery delivery;

	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_NOT_FOUND);
	calendar = (PlanCalendar){ PLAN_EVERY_DAY, 0, NULL, 0, 4, false };
	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_NOT_FOUND);
	calendar = (PlanCalendar){ 1, 1, NULL, 0, PLAN_LEAD_DAYS_MAX, true };
	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_NOT_FOUND);
	calendar = (PlanCalendar){ 128, 1, NULL, 0, 1, false };
	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_BAD_ARGUMENT);
	calendar = (PlanCalendar){ 1, 1, unsorted, 2, 1, false };
	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_BAD_ARGUMENT);
	calendar = (PlanCalendar){ 1, 1, NULL, 0, -1, false };
	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_BAD_ARGUMENT);
	calendar = (PlanCalendar){ 1, 1, NULL, 0, PLAN_LEAD_DAYS_MAX + 1, false };
	CHECK(plan_delivery(&calendar, 0, &delivery) == PLAN_BAD_ARGUMENT);
	calendar = (PlanCalendar){ 1, 1, NULL, 0, 1, false };
	CHECK(plan_delivery(&calendar, INT32_MAX, &delivery) == PLAN_OVERFLOW);
	CHECK(plan_delivery(&calendar, INT32_MIN, &delivery) == PLAN_OVERFLOW);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "plan: orders are rounded up to what is accepted", rounding },
		{ "plan: rounding against its definition", rounding_by_search },
		{ "plan: reorder rule", reorder_rule },
		{ "plan: netting at one location", one_location },
		{ "plan: netting of two locations", two_locations },
		{ "plan: netting against a target that changes", target_over_time },
		{ "plan: netting with receipts and cover", receipts_and_cover },
		{ "plan: netting balances and keeps targets", netting_holds },
		{ "plan: netting refuses what has no answer", netting_refused },
		{ "plan: supplier calendars", calendars },
		{ "plan: calendars without a day", calendars_refused }
	};

	return UNIT_RUN(groups);
}
