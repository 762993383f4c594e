-- Demand per period: what was shipped, and what had to be refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
INSERT INTO inventory.tenant (tenant_id, name) VALUES (32, 'demand');
INSERT INTO inventory.location (tenant_id, code, kind) VALUES (32, 'NORTH', 'view'), (32, 'SOUTH', 'internal'), (32, 'WEB', 'customer');
INSERT INTO inventory.location (tenant_id, code, parent_id)
    SELECT 32, bin, location_id FROM inventory.location, (VALUES ('BIN1'), ('BIN2')) AS v (bin) WHERE code = 'NORTH' AND tenant_id = 32;
INSERT INTO inventory.item (tenant_id, sku) VALUES (32, 'TEA'), (32, 'CUP');
CREATE TEMP TABLE history (sku text, quantity bigint, source text, destination text, occurred_at timestamptz);
INSERT INTO history VALUES
    ('TEA', 100, 'SUPPLIER', 'BIN1', '2026-01-05 08:00+00'),
    ('TEA', 5, 'BIN1', 'CUSTOMER', '2026-01-05 09:00+00'),
    ('TEA', 7, 'BIN1', 'WEB', '2026-01-05 23:30+00'),
    ('TEA', 20, 'BIN1', 'BIN2', '2026-01-06 10:00+00'),
    ('TEA', 3, 'BIN2', 'CUSTOMER', '2026-01-07 10:00+00'),
    ('TEA', 2, 'CUSTOMER', 'BIN2', '2026-01-08 10:00+00'),
    ('TEA', 4, 'BIN1', 'LOSS', '2026-01-08 11:00+00'),
    ('TEA', 1, 'LOSS', 'BIN1', '2026-01-08 12:00+00'),
    ('TEA', 30, 'BIN1', 'SOUTH', '2026-01-13 10:00+00'),
    ('TEA', 30, 'SOUTH', 'CUSTOMER', '2026-01-14 10:00+00'),
    ('TEA', 9, 'BIN1', 'SUPPLIER', '2026-01-15 10:00+00'),
    ('CUP', 5, 'SUPPLIER', 'SOUTH', '2026-01-20 10:00+00');
SELECT * FROM inventory.import('pg_temp.history', tenant_id => 32);
INSERT INTO inventory.lost_sale
    SELECT item_id, 0, timestamptz '2026-01-16 23:00+00', 2, 9, 6 FROM inventory.item WHERE tenant_id = 32 AND sku = 'TEA'
    UNION ALL
    SELECT item_id, location_id, timestamptz '2026-01-17 10:00+00', 1, 8, 8 FROM inventory.item JOIN inventory.location USING (tenant_id)
    WHERE tenant_id = 32 AND sku = 'TEA' AND code = 'NORTH';
SELECT inventory.update_demand() IS NOT NULL AS updated;
SELECT sku, code, day, shipped, returned, corrected, change
FROM inventory.demand_day JOIN inventory.item USING (item_id) JOIN inventory.location USING (location_id)
WHERE item.tenant_id = 32 ORDER BY sku, code, day;

SELECT * FROM inventory.demand('TEA', until => '2026-01-18', tenant_id => 32);
SELECT * FROM inventory.demand('TEA', period => 'week', until => '2026-01-31', tenant_id => 32);
SELECT * FROM inventory.demand('TEA', 'NORTH', 'week', until => '2026-01-31', tenant_id => 32);
SELECT * FROM inventory.demand('TEA', 'SOUTH', 'week', until => '2026-01-31', tenant_id => 32);
-- Whole periods alone; since takes in the period that it lies in.
SELECT * FROM inventory.demand('TEA', period => 'month', since => '2025-11-20', until => '2026-02-28', tenant_id => 32);
SELECT * FROM inventory.demand('TEA', period => 'week', since => '2026-01-14', until => '2026-01-24', tenant_id => 32);
SELECT sku, starts_on, demand, on_hand, out_of_stock
FROM inventory.demand_of_items(period => 'week', until => '2026-01-31', tenant_id => 32);
SELECT sku, starts_on, demand, on_hand, out_of_stock
FROM inventory.demand_of_items('SOUTH', 'month', until => '2026-02-01', tenant_id => 32);
-- An item that never moved has no demand from some day on.
INSERT INTO inventory.item (tenant_id, sku) VALUES (32, 'NEW');
SELECT * FROM inventory.demand('NEW', until => '2026-01-03', tenant_id => 32);
SELECT * FROM inventory.demand('NEW', since => '2026-01-01', until => '2026-01-03', tenant_id => 32);

SELECT count(*) FROM inventory.demand('TEA', period => 'fortnight', tenant_id => 32);
SELECT count(*) FROM inventory.demand('NONE', tenant_id => 32);
SELECT count(*) FROM inventory.demand('TEA', 'NOWHERE', tenant_id => 32);
SELECT count(*) FROM inventory.demand(tenant_id => 32);

-- A movement of the past changes its day, a running one today.
CREATE TEMP VIEW wrong AS
    SELECT item.sku, v.* FROM inventory.verify_demand() AS v JOIN inventory.item USING (item_id) WHERE tenant_id = 32;
TRUNCATE history;
INSERT INTO history VALUES ('TEA', 1, 'BIN1', 'CUSTOMER', '2026-01-06 10:00+00');
SELECT * FROM inventory.import('pg_temp.history', tenant_id => 32);
SELECT inventory.fulfil(inventory.reserve('TEA', 2, 'BIN2', tenant_id => 32));
SELECT inventory.update_demand() IS NOT NULL AS updated;
SELECT count(*) FROM pg_temp.wrong;
SELECT starts_on, shipped FROM inventory.demand('TEA', 'NORTH', until => '2026-01-08', tenant_id => 32);
SELECT shipped FROM inventory.demand('TEA', 'BIN2', since => inventory.planning_date(), until => inventory.planning_date() + 1, tenant_id => 32);

-- Replay gives the same; a day begins elsewhere in another zone.
CREATE TEMP TABLE before AS SELECT d.* FROM inventory.demand_day AS d JOIN inventory.item USING (item_id) WHERE tenant_id = 32;
SELECT inventory.rebuild_demand() > 0 AS rebuilt;
SELECT count(*) FROM (TABLE before EXCEPT TABLE inventory.demand_day) AS x;
SELECT inventory.rebuild_demand('Asia/Tokyo') > 0 AS rebuilt;
SELECT starts_on, shipped, lost FROM inventory.demand('TEA', since => '2026-01-05', until => '2026-01-19', tenant_id => 32)
WHERE shipped + lost > 0;
SELECT inventory.rebuild_demand('Middle/Earth');
-- So does one that comes after the first sums, as in a restore.
UPDATE inventory.planning_setting SET time_zone = 'UTC';
SELECT inventory.update_demand() > 0 AS updated;
SELECT count(*) FROM pg_temp.wrong;
UPDATE inventory.demand_day SET shipped = shipped + 1
WHERE day = '2026-01-07' AND item_id = (SELECT item_id FROM inventory.item WHERE tenant_id = 32 AND sku = 'TEA');
SELECT sku, day, expected, actual FROM pg_temp.wrong;
SELECT inventory.rebuild_demand() > 0 AS rebuilt;
DELETE FROM inventory.planning_setting;

-- What comes with an old recorded_at, by a restore or logical replication, is not passed over.
SELECT inventory.update_demand() IS NOT NULL AS updated;
INSERT INTO inventory.movement (item_id, movement_no, line_no, kind, source_id, destination_id, lot_id, quantity, occurred_at, recorded_at, actor)
SELECT item_id, inventory.new_id(), 1, 'import', 1, location_id, 0, 4, '2020-02-02', '2020-02-02', 'elsewhere'
FROM inventory.item JOIN inventory.location USING (tenant_id) WHERE tenant_id = 32 AND sku = 'CUP' AND code = 'SOUTH';
SELECT inventory.update_demand() > 0 AS updated;
SELECT day, change FROM inventory.demand_day JOIN inventory.item USING (item_id) WHERE tenant_id = 32 AND sku = 'CUP' AND day = '2020-02-02';
DELETE FROM inventory.movement WHERE actor = 'elsewhere';
SELECT inventory.rebuild_demand() > 0 AS rebuilt;
