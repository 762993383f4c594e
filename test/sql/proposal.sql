-- Order proposals: from positions and demand to what to order, and what becomes of it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
INSERT INTO inventory.tenant (tenant_id, name) VALUES (33, 'proposals');
INSERT INTO inventory.location (tenant_id, code, kind) VALUES (33, 'WH', 'view'), (33, 'A', 'internal'), (33, 'B', 'internal');
INSERT INTO inventory.location (tenant_id, code, parent_id) SELECT 33, 'BIN', location_id FROM inventory.location WHERE code = 'WH' AND tenant_id = 33;
INSERT INTO inventory.supplier (tenant_id, code, order_weekdays, delivery_weekdays, working_days)
VALUES (33, 'DAILY', '{1,2,3,4,5,6,7}', '{1,2,3,4,5,6,7}', false), (33, 'MONDAYS', '{1}', '{1,2,3,4,5}', false);
INSERT INTO inventory.supplier_holiday SELECT supplier_id, '2026-01-12' FROM inventory.supplier WHERE code = 'MONDAYS' AND tenant_id = 33;
CREATE TEMP VIEW proposal AS
    SELECT sku, l.code AS location, o.code AS source, u.code AS supplier, p.state, p.quantity, p.orders, p.order_on, p.due_on, p.value,
           p.explanation, p.proposal_no, p.item_id
    FROM inventory.order_proposal AS p JOIN inventory.item AS i USING (item_id)
    LEFT JOIN inventory.location AS l ON l.location_id = p.location_id LEFT JOIN inventory.location AS o ON o.location_id = p.source_id
    LEFT JOIN inventory.supplier AS u ON u.supplier_id = p.supplier_id
    WHERE i.tenant_id = 33 ORDER BY sku, l.code, p.proposal_no;
CREATE FUNCTION pg_temp.item(sku text) RETURNS bigint LANGUAGE sql AS $$ SELECT item_id FROM inventory.item WHERE tenant_id = 33 AND item.sku = $1 $$;
CREATE FUNCTION pg_temp.place(code text) RETURNS bigint LANGUAGE sql AS $$ SELECT location_id FROM inventory.location WHERE tenant_id = 33 AND location.code = $1 $$;
-- What an error says, without ids, which differ from run to run.
CREATE FUNCTION pg_temp.try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE 'SELECT ' || call INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || regexp_replace(SQLERRM, '\d{4,}', 'N', 'g');
END
$$;

-- Case E2: minimum 20, orders from 50 in multiples of 3, lead time 4 days, stock 0 on 1 January:
-- 51 that arrive on the 5th, until when 20 are missing.
INSERT INTO inventory.item (tenant_id, sku) VALUES (33, 'E2'), (33, 'E2 AB'), (33, 'E3');
INSERT INTO inventory.item_supply (item_id, location_id, supplier_id, policy, stock_minimum, order_minimum, order_multiple, lead_days, unit_cost)
SELECT pg_temp.item('E2'), pg_temp.place('WH'), supplier_id, 'order_up_to', 20, 50, 3, 4, 1.25 FROM inventory.supplier WHERE code = 'DAILY' AND tenant_id = 33;
SELECT * FROM inventory.propose_orders(today => '2026-01-01', tenant_id => 33);
SELECT sku, location, supplier, state, quantity, orders, order_on, due_on, value, explanation -> 'missing_until_due' AS missing FROM proposal;
SELECT explanation ->> 'text' AS text FROM proposal;
-- The second half: minimum 10 at A, which fills up 20 at B: buy 30, move 20.
INSERT INTO inventory.item_supply (item_id, location_id, source_id, policy, stock_minimum, lead_days)
VALUES (pg_temp.item('E2 AB'), pg_temp.place('A'), NULL, 'order_up_to', 10, 4),
       (pg_temp.item('E2 AB'), pg_temp.place('B'), pg_temp.place('A'), 'order_up_to', 20, 4);
SELECT * FROM inventory.propose_orders(today => '2026-01-01', tenant_id => 33);
SELECT location, source, quantity, due_on, explanation -> 'position' AS position FROM proposal WHERE sku = 'E2 AB';

-- Case E3: 5 to 200, on hand 10: nothing.  At 5 it is filled up to 200.
INSERT INTO inventory.item_supply (item_id, policy, stock_minimum, stock_maximum) VALUES (pg_temp.item('E3'), 'min_max', 5, 200);
SELECT inventory.receive('E3', 10, 'BIN', tenant_id => 33) > 0 AS received;
SELECT * FROM inventory.propose_orders('E3', '2026-01-01', tenant_id => 33);
SELECT inventory.reserve('E3', 5, tenant_id => 33) IS NOT NULL AS reserved;
SELECT * FROM inventory.propose_orders('E3', '2026-01-01', tenant_id => 33);
SELECT quantity, explanation -> 'position' AS position FROM proposal WHERE sku = 'E3';

-- Nothing new changes nothing; a need that goes away withdraws; one open proposal each.
CREATE TEMP TABLE before AS SELECT * FROM inventory.order_proposal WHERE item_id IN (SELECT item_id FROM inventory.item WHERE tenant_id = 33);
SELECT * FROM inventory.propose_orders(today => '2026-01-01', tenant_id => 33);
SELECT count(*) AS changed FROM (TABLE before EXCEPT TABLE inventory.order_proposal) AS x;
SELECT inventory.receive('E3', 100, 'BIN', tenant_id => 33) > 0 AS received;
SELECT * FROM inventory.propose_orders(today => '2026-01-01', tenant_id => 33);
SELECT state, quantity FROM proposal WHERE sku = 'E3';
SELECT state, reason FROM inventory.order_proposal WHERE item_id = pg_temp.item('E3');
\set VERBOSITY terse
INSERT INTO inventory.order_proposal (item_id, location_id, quantity, orders, order_on, due_on, explanation)
SELECT item_id, location_id, 1, 1, '2026-01-01', '2026-01-01', '{}' FROM inventory.order_proposal WHERE item_id = pg_temp.item('E2');
\set VERBOSITY default

-- Accepted, it is on order; what arrives is not; what is dismissed stays away for a while.
SELECT proposal_no FROM proposal WHERE sku = 'E2' \gset
SELECT inventory.accept_proposal(:proposal_no, reference => 'PO 7') AS receipt_no \gset
SELECT pg_temp.try('inventory.accept_proposal(' || :proposal_no || ')');
SELECT pg_temp.try('inventory.dismiss_proposal(' || :proposal_no || ')');
SELECT inventory.accept_proposal(1);
SELECT quantity, received, due_on, reference, closed_at IS NULL AS open FROM inventory.expected_receipt WHERE receipt_no = :receipt_no;
SELECT proposed, unchanged, withdrawn FROM inventory.propose_orders('E2', '2026-01-01', tenant_id => 33);
SELECT inventory.receive_expected(:receipt_no, 20, 'BIN', request_id => 'first', tenant_id => 33) AS movement_no \gset
SELECT inventory.receive_expected(:receipt_no, 20, 'BIN', request_id => 'first', tenant_id => 33) = :movement_no AS repeated;
SELECT on_hand, on_order, position FROM inventory.supply_position WHERE item_id = pg_temp.item('E2');
SELECT inventory.receive_expected(:receipt_no, location => 'BIN', request_id => 'rest', tenant_id => 33) AS movement_no \gset
SELECT inventory.receive_expected(:receipt_no, location => 'BIN', request_id => 'rest', tenant_id => 33) = :movement_no AS repeated;
SELECT inventory.receive_expected(:receipt_no, location => 'BIN', tenant_id => 33);
SELECT inventory.settle_expected(pg_temp.item('E2'), :receipt_no, :movement_no) AS again;
SELECT on_hand, on_order, position FROM inventory.supply_position WHERE item_id = pg_temp.item('E2');
SELECT quantity, received, closed_at IS NULL AS open FROM inventory.expected_receipt WHERE receipt_no = :receipt_no;
SELECT pg_temp.try('inventory.receive_expected(' || :receipt_no || ')');

SELECT count(inventory.accept_proposal(proposal_no)) AS accepted FROM proposal WHERE sku = 'E2 AB' AND state = 'open';
SELECT l.code AS location, on_order, outgoing, position FROM inventory.supply_position AS p JOIN inventory.location AS l USING (location_id)
WHERE item_id = pg_temp.item('E2 AB') ORDER BY 1;
SELECT proposed FROM inventory.propose_orders('E2 AB', '2026-01-01', tenant_id => 33);
SELECT inventory.receive('E2 AB', 30, 'A', tenant_id => 33) > 0 AS received;
SELECT inventory.receive_expected(receipt_no, tenant_id => 33) > 0 AS moved FROM inventory.expected_receipt
WHERE item_id = pg_temp.item('E2 AB') AND source_id IS NOT NULL;
SELECT inventory.close_expected(receipt_no, 33) AS closed FROM inventory.expected_receipt WHERE item_id = pg_temp.item('E2 AB') AND closed_at IS NULL;
SELECT l.code AS location, on_hand, on_order, outgoing, position FROM inventory.supply_position AS p JOIN inventory.location AS l USING (location_id)
WHERE item_id = pg_temp.item('E2 AB') ORDER BY 1;
SELECT inventory.expect_receipt('E2 AB', 7, 'A', '2026-03-01', tenant_id => 33) > 0 AS expected;
SELECT inventory.expect_receipt('E2 AB', 0, 'A', '2026-03-01', tenant_id => 33);
SELECT inventory.expect_receipt('E2 AB', 1, 'A', tenant_id => 33);
SELECT inventory.expect_receipt('E2 AB', 1, 'A', '2026-03-01', 'NOBODY', tenant_id => 33);

INSERT INTO inventory.item (tenant_id, sku) VALUES (33, 'NO');
INSERT INTO inventory.item_supply (item_id, policy, stock_minimum, stock_maximum) VALUES (pg_temp.item('NO'), 'min_max', 5, 10);
SELECT proposed FROM inventory.propose_orders('NO', '2026-01-01', tenant_id => 33);
SELECT inventory.dismiss_proposal(proposal_no, 'end of line', '2026-01-08') FROM proposal WHERE sku = 'NO';
SELECT proposed, unchanged FROM inventory.propose_orders('NO', '2026-01-07', tenant_id => 33);
SELECT proposed, unchanged FROM inventory.propose_orders('NO', '2026-01-08', tenant_id => 33);
DELETE FROM inventory.item_supply WHERE item_id = pg_temp.item('NO');
SELECT withdrawn FROM inventory.propose_orders('E3', '2026-01-08', tenant_id => 33);
SELECT state, reason, quiet_until FROM inventory.order_proposal WHERE item_id = pg_temp.item('NO') ORDER BY proposal_no;

-- Demand of the past makes the levels: steady and intermittent, with orders on Mondays.
INSERT INTO inventory.item (tenant_id, sku) VALUES (33, 'STEADY'), (33, 'RARE'), (33, 'BUFFER');
CREATE TEMP TABLE history AS
    SELECT sku, 11000::bigint AS quantity, 'SUPPLIER' AS source, 'BIN' AS destination, timestamptz '2025-01-01' AS occurred_at
    FROM unnest(ARRAY['STEADY', 'RARE', 'BUFFER']) AS s (sku)
    UNION ALL
    SELECT 'STEADY', 200 + 10 * (n % 5 - 2), 'BIN', 'CUSTOMER', timestamptz '2025-01-07' + n * interval '7 days' FROM generate_series(0, 51) AS n
    UNION ALL
    SELECT 'RARE', 1 + n % 3, 'BIN', 'CUSTOMER', timestamptz '2025-01-07' + n * interval '35 days' FROM generate_series(0, 10) AS n
    UNION ALL
    SELECT 'BUFFER', 28, 'BIN', 'CUSTOMER', timestamptz '2025-01-07' + n * interval '7 days' FROM generate_series(0, 51) AS n;
SELECT * FROM inventory.import('pg_temp.history', tenant_id => 33);
SELECT inventory.update_demand() > 0 AS updated;
SELECT inventory.issue(sku, inventory.available(sku, tenant_id => 33) - rest, 'BIN', destination => 'CUSTOMER', tenant_id => 33) > 0 AS issued
FROM (VALUES ('STEADY', 100), ('RARE', 1), ('BUFFER', 50)) AS v (sku, rest);
INSERT INTO inventory.item_supply (item_id, location_id, supplier_id, policy, lead_days, lead_days_sd, review_days, service_level,
    order_cost, unit_cost, order_multiple, order_maximum)
SELECT pg_temp.item(v.sku), pg_temp.place('WH'), s.supplier_id, v.policy, v.lead, v.sd, v.review, 0.98, v.order_cost, 2, v.multiple, v.maximum
FROM (VALUES ('STEADY', 'reorder_point', 10, 2, 7, 30, 12, 1000), ('RARE', 'order_up_to', 10, 2, 7, NULL, 1, NULL),
             ('BUFFER', 'buffer', 10, 0, 0, NULL, 1, NULL)) AS v (sku, policy, lead, sd, review, order_cost, multiple, maximum)
JOIN inventory.supplier AS s ON s.code = 'MONDAYS' AND s.tenant_id = 33;
SELECT sku, basis, observed, round(demand::numeric, 4) AS demand, round(variance::numeric, 4) AS variance, round(zero_share::numeric, 3) AS zero_share
FROM inventory.planned_demand('2026-01-06', ARRAY[pg_temp.item('STEADY'), pg_temp.item('RARE'), pg_temp.item('BUFFER')]) JOIN inventory.item USING (item_id) ORDER BY sku;
SELECT * FROM inventory.propose_orders(today => '2026-01-06', tenant_id => 33);
SELECT sku, quantity, orders, order_on, due_on, value, explanation -> 'demand' ->> 'distribution' AS distribution FROM proposal WHERE state = 'open';
SELECT sku, explanation ->> 'text' AS text FROM proposal WHERE state = 'open';
-- The numbers of every explanation add up.
SELECT sku,
    (e #>> '{position,total}')::numeric = (e #>> '{position,on_hand}')::numeric - (e #>> '{position,reserved}')::numeric
        + (e #>> '{position,in_transit}')::numeric + (e #>> '{position,on_order}')::numeric - (e #>> '{position,outgoing}')::numeric AS position,
    round((e #>> '{levels,mean}')::numeric + (e #>> '{levels,safety_stock}')::numeric, 6) = (e #>> '{levels,reorder_point}')::numeric AS level,
    (e #>> '{rounding,need}')::numeric + (e #>> '{rounding,added}')::numeric = quantity AS rounding,
    quantity % (e #>> '{rounding,multiple}')::numeric = 0 AS multiple,
    (e #>> '{position,total}')::numeric <= (e #>> '{levels,reorder_point}')::numeric AS due
FROM (SELECT sku, state, quantity, explanation AS e FROM proposal) AS p WHERE state = 'open' AND e -> 'levels' ? 'mean';

-- One that cannot be planned stops no other.
UPDATE inventory.item_supply SET lead_days = 3660, lead_days_sd = 3660, service_level = 0.999999999999 WHERE item_id = pg_temp.item('RARE');
UPDATE inventory.supplier SET order_weekdays = '{7}' WHERE code = 'MONDAYS' AND tenant_id = 33;
INSERT INTO inventory.supplier_holiday SELECT supplier_id, d::date FROM inventory.supplier, generate_series(timestamp '2026-01-01', '2037-01-01', '1 day') AS d
WHERE code = 'MONDAYS' AND tenant_id = 33 AND d <> '2026-01-12';
SELECT looked_at, failed FROM inventory.propose_orders(today => '2026-01-06', tenant_id => 33);
SELECT task, series, failed, regexp_replace(error, '\d{4,}', 'N', 'g') AS error FROM inventory.planning_run ORDER BY run_id DESC LIMIT 1;

-- What does not fit is refused.
\set VERBOSITY terse
INSERT INTO inventory.item_supply (item_id, location_id) VALUES (pg_temp.item('NO'), 2);
INSERT INTO inventory.item_supply (item_id, source_id) VALUES (pg_temp.item('NO'), 999);
INSERT INTO inventory.item_supply (item_id, order_minimum, order_multiple, order_maximum) VALUES (pg_temp.item('NO'), 10, 7, 13);
INSERT INTO inventory.item_supply (item_id, policy) VALUES (pg_temp.item('NO'), 'min_max');
INSERT INTO inventory.item_supply (item_id, service_level) VALUES (pg_temp.item('NO'), 'NaN');
INSERT INTO inventory.item_supply (item_id, lead_days) VALUES (pg_temp.item('NO'), 'Infinity');
INSERT INTO inventory.supplier (tenant_id, code, order_weekdays) VALUES (33, 'NEVER', '{0}');
\set VERBOSITY default
SELECT * FROM inventory.policy_order('guess', 0);
SELECT * FROM inventory.policy_order('order_up_to', 0, demand => -1);
SELECT * FROM inventory.policy_order('order_up_to', 0, demand => 'NaN');
SELECT quantity FROM inventory.policy_order('order_up_to', 0, demand => 1e18, periods => 100);
-- Case E4.
SELECT red, yellow, order_up_to, green, need FROM inventory.policy_order('buffer', 50, daily_usage => 4, lead_days => 10);
SELECT need FROM inventory.policy_order('buffer', 60, daily_usage => 4, lead_days => 10);
SELECT red FROM inventory.policy_order('buffer', 60, daily_usage => 4, lead_days => 10, lead_factor => 1);
SELECT red FROM inventory.policy_order('buffer', 60, daily_usage => 4, lead_days => 10, lead_factor => 1, variability_factor => 1);
-- The ANTI one of E5 the right way round: lead time times mean, not its square root.
SELECT round(safety_stock::numeric) AS safety_stock, reorder_point FROM inventory.policy_order('reorder_point', 0, 50, 625, 4, service_level => 0.9);

-- The third part of E2: 10 in January, 20 in February, 5 in March, by orders of 10 that take
-- four days.  An order comes for the day on which the target rises, and none for one that falls.
INSERT INTO inventory.item (tenant_id, sku) VALUES (33, 'E2 TIME');
INSERT INTO inventory.item_supply (item_id, location_id, supplier_id, policy, order_minimum, order_multiple, lead_days)
SELECT pg_temp.item('E2 TIME'), pg_temp.place('WH'), supplier_id, 'order_up_to', 10, 10, 4 FROM inventory.supplier WHERE code = 'DAILY' AND tenant_id = 33;
INSERT INTO inventory.stock_target VALUES
    (pg_temp.item('E2 TIME'), pg_temp.place('WH'), '2026-01-01', 10), (pg_temp.item('E2 TIME'), pg_temp.place('WH'), '2026-02-01', 20),
    (pg_temp.item('E2 TIME'), pg_temp.place('WH'), '2026-03-01', 5);
CREATE FUNCTION pg_temp.need(today date, OUT quantity bigint, OUT due_on date, OUT target bigint, OUT text text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory.propose_orders('E2 TIME', today, tenant_id => 33);
    SELECT p.quantity, p.due_on, p.explanation #>> '{levels,stock_target}', p.explanation ->> 'text'
    INTO quantity, due_on, target, text FROM proposal AS p WHERE p.sku = 'E2 TIME' AND p.state = 'open';
END
$$;
SELECT * FROM pg_temp.need('2025-12-27');
SELECT * FROM pg_temp.need('2025-12-28');
SELECT inventory.receive('E2 TIME', 10, 'BIN', tenant_id => 33) > 0 AS received;
SELECT d::date AS today, n.quantity, n.due_on, n.target FROM generate_series(timestamp '2026-01-27', '2026-01-29', '1 day') AS d, pg_temp.need(d::date) AS n;
SELECT inventory.receive('E2 TIME', 10, 'BIN', tenant_id => 33) > 0 AS received;
SELECT inventory.transfer('E2 TIME', 10, 'BIN', 'A', tenant_id => 33) > 0 AS moved;
SELECT d::date AS today, n.quantity, n.due_on, n.target FROM generate_series(timestamp '2026-02-22', '2026-02-25', '1 day') AS d, pg_temp.need(d::date) AS n;
-- So it is with stock between a minimum and a maximum; a target goes with what it belongs to.
UPDATE inventory.item_supply SET policy = 'min_max', stock_minimum = 2, stock_maximum = 12, order_minimum = 0, order_multiple = 1 WHERE item_id = pg_temp.item('E2 TIME');
SELECT d::date AS today, n.quantity, n.target FROM unnest('{2026-02-01,2026-02-25}'::date[]) AS d, pg_temp.need(d) AS n;
\set VERBOSITY terse
INSERT INTO inventory.stock_target VALUES (pg_temp.item('E2 TIME'), pg_temp.place('WH'), '2026-04-01', -1);
\set VERBOSITY default
DELETE FROM inventory.item_supply WHERE item_id = pg_temp.item('E2 TIME');
SELECT count(*) AS targets FROM inventory.stock_target;

-- An admin plans, an operator receives what was ordered, a reader looks.
INSERT INTO inventory.item (tenant_id, sku) VALUES (33, 'ROLES');
SET ROLE tidehold_admin;
INSERT INTO inventory.item_supply (item_id, location_id, policy, stock_minimum, stock_maximum, unit_cost)
VALUES (pg_temp.item('ROLES'), pg_temp.place('WH'), 'min_max', 5, 10, 2);
SELECT proposed FROM inventory.propose_orders('ROLES', '2026-01-06', tenant_id => 33);
SELECT inventory.accept_proposal(proposal_no) AS receipt_no FROM inventory.order_proposal WHERE item_id = pg_temp.item('ROLES') \gset
SELECT inventory.rebuild_demand() > 0 AS rebuilt;
SET ROLE tidehold_operator;
SELECT inventory.propose_orders(tenant_id => 33);
SELECT inventory.accept_proposal(1);
SELECT inventory.receive_expected(:receipt_no, 4, 'BIN', request_id => 'roles', tenant_id => 33) > 0 AS received;
SELECT inventory.settle_expected(pg_temp.item('ROLES'), :receipt_no, 12345) AS made_up;
SET ROLE tidehold_reader;
SELECT on_hand, on_order, position FROM inventory.supply_position WHERE item_id = pg_temp.item('ROLES');
SELECT count(*) > 0 AS planned FROM inventory.planned_demand('2026-01-06');
SELECT count(*) > 0 AS demand FROM inventory.demand('STEADY', period => 'month', until => '2026-01-01', tenant_id => 33);
SELECT inventory.receive_expected(:receipt_no, 1, 'BIN', tenant_id => 33);
SELECT count(abc) > 0 AS classes FROM inventory.item_class WHERE tenant_id = 33;
RESET ROLE;
