-- The mathematics of planning, with published values and at its limits.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET datestyle = 'ISO, YMD';
SET extra_float_digits = 0;

-- Order quantities: plain, at 250, with backorders, with discounts.
SELECT quantity, round(optimum::numeric, 4) AS optimum, round(cost, 4) AS cost, round(orders::numeric, 4) AS orders,
       backorder_share FROM inventory.eoq(1300, 8, 0.225);
SELECT inventory.eoq_cost(250, 1300, 8, 0.225);
SELECT quantity, round(optimum::numeric, 4) AS optimum, round(cost, 4) AS cost,
       round(100 * backorder_share::numeric, 4) AS waiting
FROM inventory.eoq(demand_rate => 1300, order_cost => 8, holding_cost => 0.225, shortage_cost => 5);
SELECT * FROM inventory.eoq_discount(1300, 8, 0.3, '{0,400,800}', '{0.75,0.72,0.68}');
SELECT quantity, round(optimum::numeric, 3) AS optimum, round(cost, 3) AS cost, round(price, 4) AS price
FROM inventory.eoq_discount(1300, 8, 0.3, '{0,400,800}', '{0.75,0.72,0.68}', incremental => true);
SELECT inventory.eoq(0, 8, 1);
SELECT inventory.eoq(-5, 8, 1);
SELECT inventory.eoq('NaN', 8, 1);
SELECT inventory.eoq(1300, 0, 1);
SELECT inventory.eoq(1300, 8, 'Infinity');
SELECT inventory.eoq(1e300, 1e10, 1e-300);
SELECT inventory.eoq(NULL, 8, 1) IS NULL AS null_of_null;
SELECT inventory.eoq_cost(0, 1300, 8, 1);
SELECT inventory.eoq_discount(1300, 8, 0.3, '{0,400}', '{0.75}');
SELECT inventory.eoq_discount(1300, 8, 0.3, '{1,400}', '{0.75,0.7}');
SELECT inventory.eoq_discount(1300, 8, 0.3, '{0,400}', '{0.75,0.8}');
SELECT inventory.eoq_discount(1300, 8, 0.3, '{0,NULL}', '{0.75,0.7}');
SELECT inventory.eoq_discount(1300, 8, 0.3, '{{0,400}}', '{0.75,0.7}');

-- Newsvendor: at once, with a lead time of 4 and a review every period, of counts, of a sample.
SELECT quantity, round(optimum::numeric, 4) AS optimum, round(cost, 4) AS cost, service_level >= 0.7 / 0.88 AS reached
FROM inventory.newsvendor(50, 0.18, 0.7, deviation => 8);
SELECT quantity, round(optimum::numeric, 4) AS optimum, round(cost, 4) AS cost
FROM inventory.newsvendor(50, 0.18, 0.7, deviation => 8, lead_time => 4);
SELECT quantity, round(service_level::numeric, 4) AS service_level, round(cost, 4) AS cost
FROM inventory.newsvendor(4, 1, 4, distribution => 'poisson');
SELECT quantity, round(service_level::numeric, 4) AS service_level, round(cost, 4) AS cost
FROM inventory.newsvendor(4, 1, 4, deviation => 4, distribution => 'negative_binomial');
SELECT * FROM inventory.newsvendor_sample(demands => '{7,1,4,4}', overage_cost => 1, shortage_cost => 3);
SELECT inventory.newsvendor(50, 0.18, 0.7, deviation => 8, distribution => 'weibull');
SELECT inventory.newsvendor(50, 0.18, 0.7, deviation => 8, distribution => 'poisson');
SELECT inventory.newsvendor(50, 0, 0.7);
SELECT inventory.newsvendor_sample('{}'::float8[], 1, 1);
SELECT inventory.newsvendor_sample('{1,-2}'::float8[], 1, 1);
SELECT inventory.newsvendor_sample('{1,NULL}'::float8[], 1, 1);

-- Safety stock: a lead time multiplies the mean by 4 and the deviation by 2, which is 264.
SELECT round(inventory.service_factor(0.95)::numeric, 4) AS factor;
SELECT safety_stock, reorder_point, demand_at_risk, deviation_at_risk, round(cycle_service::numeric, 4) AS cycle_service,
       fill_rate
FROM inventory.safety_stock(50, 4, 0.899727, deviation => 25);
SELECT inventory.reorder_point(50, 4, 0.899727, deviation => 25);
-- The lead time varies, the stock is reviewed every second period, 99 % are to be served at once.
SELECT safety_stock, reorder_point FROM inventory.safety_stock(50, 4, 0.95, lead_time_deviation => 1, deviation => 25);
SELECT inventory.reorder_point(50, 4, 0.95, review_period => 2, deviation => 25);
SELECT safety_stock, reorder_point, round(fill_rate::numeric, 4) AS fill_rate
FROM inventory.safety_stock(100, 1, 0.99, order_quantity => 200, measure => 'fill_rate', deviation => 20);
SELECT inventory.reorder_point(3, 2, 0.95, distribution => 'poisson') AS poisson,
       inventory.reorder_point(3, 2, 0.95, deviation => 3, distribution => 'negative_binomial') AS negative_binomial;
-- Intermittent demand: 8 pieces every tenth period.
SELECT level, inventory.intermittent_reorder_point(history, 4, level) AS cycle,
       inventory.intermittent_reorder_point(history, 4, level, order_quantity => 16, measure => 'fill_rate') AS fill_rate
FROM (SELECT array_agg(CASE WHEN t % 10 = 3 THEN 8 WHEN t <> 77 THEN 0 END::float8 ORDER BY t) AS history
      FROM generate_series(0, 199) AS t) AS h, (VALUES (0.5), (0.9), (0.99)) AS l(level) ORDER BY level;
SELECT safety_stock, reorder_point, demand_at_risk FROM inventory.intermittent_safety_stock('{0,0,0}'::float8[], 4, 0.95);
SELECT inventory.intermittent_reorder_point('{}'::float8[], 4, 0.95);
SELECT inventory.intermittent_reorder_point('{NULL,NULL}'::float8[], 4, 0.95);
SELECT inventory.intermittent_reorder_point('{1,-1}'::float8[], 4, 0.95);
SELECT inventory.intermittent_reorder_point('{0,1}'::float8[], 0, 0.95);
SELECT inventory.intermittent_reorder_point('{0,1}'::float8[], 2000, 0.95);
SELECT inventory.reorder_point(50, 4, 1);
SELECT inventory.reorder_point(50, 4, 0.95, measure => 'ready_rate');
SELECT inventory.reorder_point(50, 4, 0.95, measure => 'fill_rate');
SELECT inventory.reorder_point(1e200, 1e200, 0.95);
SELECT inventory.reorder_point(1e17, 1, 0.95);
SELECT inventory.reorder_point(1e17, 1, 0.95, distribution => 'poisson');

-- (r, Q): a year of 1300 with deviation 150, a month of lead time.
SELECT method, p.reorder_point, p.quantity, round(p.optimal_reorder_point::numeric, 3) AS optimal_reorder_point,
       round(p.optimal_quantity::numeric, 3) AS optimal_quantity, round(p.cost, 4) AS cost
FROM unnest('{exact,eil,eoq}'::text[]) AS m(method),
     inventory.rq_policy(1300, 8, 0.225, 7.5, 1.0 / 12, deviation => 150, method => m.method) AS p;
SELECT reorder_point, quantity, round(cost, 4) AS cost
FROM inventory.rq_policy(1.5, 5, 1, 25, 2, distribution => 'poisson');
SELECT inventory.rq_policy(1300, 8, 0.225, 7.5, 1, method => 'best');
SELECT inventory.rq_policy(1, 1, 1, 0.5, 1, deviation => 1, method => 'eil');

-- (s, S): tables of Zheng & Federgruen; a lead time; any table of probabilities.
SELECT demand, order_cost, p.reorder_point, p.order_up_to, round(p.cost, 4) AS cost
FROM (VALUES (10, 64, 9), (15, 64, 9), (6, 5, 4)) AS c(demand, order_cost, shortage_cost),
     inventory.ss_policy(c.demand, c.order_cost, 1, c.shortage_cost) AS p;
SELECT reorder_point, order_up_to, round(cost, 4) AS cost FROM inventory.ss_policy(2, 10, 1, 9, lead_time => 3);
SELECT reorder_point, order_up_to, round(cost, 4) AS cost FROM inventory.ss_policy(2, 10, 1, 9, lead_time => 3, deviation => 3);
SELECT reorder_point, order_up_to, round(cost, 4) AS cost
FROM inventory.ss_policy_table(probabilities => '{3,0,2,0,0,1}', order_cost => 20, holding_cost => 1, shortage_cost => 9, lead_time => 2);
SELECT inventory.ss_policy(0, 64, 1, 9);
SELECT inventory.ss_policy_table('{1}'::float8[], 64, 1, 9);
SELECT inventory.ss_policy(10, 64, 0, 9);
SELECT inventory.ss_policy(10, 64, 1, 9, lead_time => -1);
SELECT inventory.ss_policy(1e15, 64, 1, 9);

-- A chain of three places; of counts; one place alone; a place whose level is never reached.
SELECT stage, base_stock, echelon_base_stock, round(optimum::numeric, 3) AS optimum, round(cost, 3) AS cost
FROM inventory.serial_policy(5, '{1,1,2}', '{7,4,2}', 37.12, deviation => 1);
SELECT stage, base_stock, echelon_base_stock, optimum, round(cost, 3) AS cost
FROM inventory.serial_policy(16, '{0.25,0.25,0.25,0.25}', '{1,0.75,0.5,0.25}', 9, distribution => 'poisson');
SELECT base_stock, round(optimum::numeric, 3) AS optimum, round(cost, 3) AS cost FROM inventory.serial_policy(50, '{1}', '{0.18}', 0.7, deviation => 8);
SELECT base_stock, echelon_base_stock FROM inventory.serial_policy(5, '{1,0}', '{10,9.9}', 5, deviation => 3);
SELECT * FROM inventory.serial_policy(5, '{1,1}', '{7}', 37.12);
SELECT * FROM inventory.serial_policy(5, '{1,1}', '{4,4}', 37.12);
SELECT * FROM inventory.serial_policy(5, '{}', '{}', 37.12);
SELECT * FROM inventory.serial_policy(5, '{1,NULL}', '{4,2}', 37.12);
SELECT * FROM inventory.serial_policy(0, '{1}', '{4}', 37.12);
SELECT * FROM inventory.serial_policy(5, '{1}', '{4}', 0);
SELECT * FROM inventory.serial_policy(5, '{1,1e-12,1}', '{4,3,2}', 9, deviation => 1);

-- Lot sizes: Wagner and Whitin; with stock; a price that rises.
SELECT * FROM inventory.lot_sizes('{90,120,80,70}', '{500}', '{2}');
SELECT sum(cost) FROM inventory.lot_sizes('{90,120,80,70}', '{500}', '{2}');
SELECT period, quantity, kept FROM inventory.lot_sizes('{90,120,80,70}', '{500}', '{2}', opening => 100);
SELECT period, quantity, kept, cost FROM inventory.lot_sizes('{10,10,10}', '{1,1,1}', '{1}', unit_cost => '{1,5,2}');
SELECT * FROM inventory.lot_sizes('{}', '{500}', '{2}');
SELECT * FROM inventory.lot_sizes('{1,-2}', '{500}', '{2}');
SELECT * FROM inventory.lot_sizes('{1,2,3}', '{500,1}', '{2}');
SELECT * FROM inventory.lot_sizes('{1,9223372036854775807}', '{500}', '{2}');
SELECT * FROM inventory.lot_sizes('{1,2}', '{500}', '{2}', opening => -1);

-- What a supplier accepts, and the reorder rule.
SELECT need, inventory.round_order(need, minimum => 50, multiple => 3) AS minimum_and_multiple,
       inventory.round_order(need, 24, 12, maximum => 100) AS with_maximum
FROM unnest('{-3,0,1,20,52,97,300}'::bigint[]) AS n(need);
SELECT inventory.round_order(1, 50, 3, 50);
SELECT inventory.round_order(1, multiple => 0);
SELECT inventory.round_order(9223372036854775807, multiple => 2);
SELECT projected, inventory.reorder_quantity(projected, 10, 25) AS fixed, inventory.reorder_quantity(projected, 5, order_up_to => 200) AS up_to,
       inventory.round_order(inventory.reorder_quantity(projected, 10), multiple => 12) AS in_boxes
FROM unnest('{11,10,5,-30,NULL}'::bigint[]) AS p(projected);
SELECT inventory.reorder_quantity(1, 10, order_up_to => 9);
SELECT inventory.reorder_quantity(-9223372036854775808, 10);

-- Netting: 20 are to be there, at least 50 in threes are ordered, and take four days.
SELECT * FROM inventory.plan_orders(array_fill(0::bigint, ARRAY[6]), target => '{20}', lead_time => 4, minimum => 50, multiple => 3);
-- 10 at A, which feeds B where 20 are to be, four days either way: buy 30, move 20, when they are there.
WITH b AS (
    SELECT array_agg(ordered ORDER BY period) AS moved
    FROM inventory.plan_orders(array_fill(0::bigint, ARRAY[10]), target => '{20}', lead_time => 4)
), a AS (
    SELECT array_agg(a.arriving ORDER BY a.period) AS bought, min(a.period) FILTER (WHERE a.arriving > 0) AS there
    FROM b, inventory.plan_orders(b.moved, target => '{10}', lead_time => 4) AS a
)
SELECT a.bought, array_agg(later.ordered ORDER BY later.period) AS moved, array_agg(later.missing ORDER BY later.period) AS missing
FROM a, inventory.plan_orders(array_fill(0::bigint, ARRAY[10]), target => '{20}', lead_time => 4, first_period => a.there) AS later
GROUP BY a.bought;
-- A target of 10 in January, 20 in February, 5 in March; 10 are asked for in each month.
SELECT date '2009-01-01' + period - 1 AS day, arriving, projected
FROM (SELECT array_agg(CASE WHEN d IN ('2009-01-01', '2009-02-12', '2009-03-12') THEN 10 ELSE 0 END::bigint ORDER BY d) AS demand,
             array_agg((ARRAY[10, 20, 5])[extract(month FROM d)::int]::bigint ORDER BY d) AS target
      FROM generate_series(timestamp '2009-01-01', '2009-03-31', '1 day') AS d) AS calendar,
     inventory.plan_orders(demand, target => calendar.target)
WHERE arriving > 0;
SELECT * FROM inventory.plan_orders('{4,4,4,4,4,4}', opening => -3, receipts => '{0,7,0,0,0,0}', lead_time => 1, cover => 3);
SELECT * FROM inventory.plan_orders('{}');
SELECT * FROM inventory.plan_orders('{1,2}', receipts => '{1,2,3}');
SELECT * FROM inventory.plan_orders('{1,2}', target => '{1,-2}');
SELECT * FROM inventory.plan_orders('{1,2}', lead_time => -1);
SELECT * FROM inventory.plan_orders('{1,2}', cover => 0);
SELECT * FROM inventory.plan_orders('{1,2}', first_period => 0);
SELECT * FROM inventory.plan_orders('{9223372036854775807,9223372036854775807}', lead_time => 5);

-- Calendars: orders on Monday and Thursday, goods on weekdays; 2026-12-25 was a Friday.
SELECT d::date AS on_date, to_char(d, 'Dy') AS weekday, a.*
FROM generate_series(timestamp '2026-12-21', '2026-12-27', '1 day') AS d,
     inventory.supplier_arrival(d::date, 3, order_weekdays => '{1,4}', delivery_weekdays => '{1,2,3,4,5}',
                                holidays => '{2026-12-25,2026-12-24,2027-01-01}') AS a;
SELECT order_date, arrival_date, effective_lead_days
FROM inventory.supplier_arrival('2026-12-22', 5, order_weekdays => '{5,4,3,2,1}', holidays => '{2026-12-25}', working_days => true);
SELECT inventory.supplier_arrival('2026-12-22', 5, order_weekdays => '{}');
SELECT inventory.supplier_arrival('2026-12-22', 5, order_weekdays => '{0}');
SELECT inventory.supplier_arrival('infinity', 5);
SELECT inventory.supplier_arrival('2026-12-22', 5000);
SELECT inventory.supplier_arrival('2026-12-22', 5, holidays => '{-infinity}');
SELECT order_date, arrival_date FROM inventory.supplier_arrival('4714-11-24 BC', 5);

-- Buffers: usage 4, lead time 10, factors a half; net flows; usages of windows.
SELECT * FROM inventory.buffer_zones(4, 10, 0.5, 0.5);
SELECT net_flow, inventory.buffer_order(net_flow, 70, 90) FROM unnest('{50,60,70,71}'::bigint[]) AS n(net_flow);
SELECT usage, lead_factor, variability_factor, z.top_of_red
FROM (VALUES (4, 1, 0.5), (4, 1, 1), (2, 1, 1)) AS v(usage, lead_factor, variability_factor),
     inventory.buffer_zones(v.usage, 10, v.lead_factor, v.variability_factor) AS z;
SELECT green FROM inventory.buffer_zones(4, 10, 0.5, 0.5, order_cycle => 7);
SELECT green FROM inventory.buffer_zones(4, 10, 0.5, 0.5, minimum => 50);
SELECT (inventory.daily_usage(array_agg(CASE WHEN d IN (3, 90) THEN 60 ELSE 0 END::float8))).* FROM generate_series(1, 120) AS d;
SELECT round(usage::numeric, 2) AS usage FROM inventory.daily_usage('{20,0,20,0,0,10}');
SELECT * FROM inventory.daily_usage('{4,NULL,6,100,5,50,5}', spike_factor => 3);
SELECT inventory.blended_usage(1, 3) AS half, inventory.blended_usage(1, 3, forward_share => 0.25) AS quarter;
SELECT inventory.buffer_zones(4, 10, 1.5, 0.5);
SELECT inventory.buffer_zones(4, -10, 0.5, 0.5);
SELECT inventory.buffer_order(50, 90, 70);
SELECT inventory.daily_usage('{}');
SELECT inventory.daily_usage('{1}', 0);
SELECT inventory.blended_usage(1, 3, 2);

-- Classes, keys of any type.
SELECT key, class, round(share::numeric, 3) AS share, round(cumulated::numeric, 3) AS cumulated
FROM inventory.abc_classes('{TEA,CUP,MUG,OLD,POT,JAR,LID}'::text[], '{5,500,15,0,300,150,30}');
SELECT key, class FROM inventory.abc_classes('{7,8,9}'::bigint[], '{1,1,1}', a_share => 0.5, b_share => 0.5);
SELECT count(*) FROM inventory.abc_classes('{}'::date[], '{}');
SELECT * FROM inventory.abc_classes('{1,2}'::int[], '{1}');
SELECT * FROM inventory.abc_classes('{1}'::int[], '{-1}');
SELECT * FROM inventory.abc_classes('{1}'::int[], '{1}', 0.9, 0.8);
SELECT demand, x.class, round(x.variation::numeric, 3) AS variation
FROM (VALUES ('{8,12}'::float8[]), ('{5,15}'), ('{4,NULL,16}'), ('{0,0,9}'), ('{0,0}')) AS v(demand),
     inventory.xyz_class(v.demand) AS x;
SELECT inventory.xyz_class('{}');
SELECT inventory.xyz_class('{1,2}', 1, 0.5);

-- Every message has its detail, and the SQLSTATE is ours.
\set VERBOSITY default
SELECT inventory.eoq(1300, 0, 1);
SELECT inventory.round_order(1, 50, 3, 50);
SELECT inventory.newsvendor(50, 1, 1, distribution => 'weibull');
\set VERBOSITY sqlstate
SELECT inventory.eoq(-5, 8, 1);
SELECT inventory.reorder_point(1e17, 1, 0.95);
