-- Back-filling movements with timestamps of their own.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
\set SHOW_CONTEXT never

INSERT INTO inventory.tenant (tenant_id, name) VALUES (85, 'import');
INSERT INTO inventory.item (tenant_id, sku, tracking) VALUES
    (85, 'A', 'none'), (85, 'B', 'none'), (85, 'MILK', 'lot'), (85, 'DRONE', 'serial');
INSERT INTO inventory.lot (item_id, code)
    SELECT item_id, lot FROM inventory.item JOIN (VALUES ('MILK', 'M1'), ('DRONE', 'SN1'), ('DRONE', 'SN2')) AS v (sku, lot) USING (sku)
    WHERE tenant_id = 85;
INSERT INTO inventory.location (tenant_id, code, kind, allow_negative) VALUES
    (85, 'L1', 'internal', false), (85, 'L2', 'internal', false), (85, 'DEBT', 'internal', true),
    (85, 'WH', 'view', false), (85, 'FROZEN', 'internal', false), (85, 'PORT', 'transit', false);
SELECT inventory.freeze('FROZEN', '1 day', tenant_id => 85) > now() AS frozen;

CREATE SCHEMA import_test;
SET search_path = import_test, public;
CREATE FUNCTION stock(OUT sku text, OUT location text, OUT lot text, OUT on_hand bigint) RETURNS SETOF record LANGUAGE sql BEGIN ATOMIC
    SELECT s.sku, s.location, s.lot, s.on_hand FROM inventory.stock AS s
    WHERE s.tenant_id = 85 AND s.on_hand <> 0 ORDER BY s.sku, s.location, s.lot;
END;
CREATE FUNCTION lines() RETURNS bigint LANGUAGE sql BEGIN ATOMIC
    SELECT count(*) FROM inventory.movement JOIN inventory.item USING (item_id) WHERE tenant_id = 85;
END;
CREATE TABLE history (sku text, quantity integer, source varchar(20), destination text, occurred_at timestamptz, lot text, reference text, reason text);

-- The order of the rows does not matter: what arrives later in the file counts.
INSERT INTO history (sku, quantity, source, destination, occurred_at, reference, reason) VALUES
    ('A', 6, 'L2', 'CUSTOMER', '2024-03-01', NULL, NULL),
    ('A', 7, 'L1', 'L2', '2024-02-01', 'T1', 'move'),
    ('A', 10, 'SUPPLIER', 'L1', '2024-01-01', 'PO 1', NULL),
    ('B', 5, 'SUPPLIER', 'PORT', '0001-01-01', NULL, NULL),
    ('B', 3, 'SUPPLIER', 'CUSTOMER', '2024-01-01', 'drop shipped', NULL);
SELECT * FROM inventory.import('history', tenant_id => 85);
SELECT * FROM stock();
SELECT line_no, m.kind, sku, s.code AS source, d.code AS destination, quantity, occurred_at, recorded_at > now() - interval '1 day' AS recorded_now, reference, m.reason
    FROM inventory.movement AS m JOIN inventory.item USING (item_id)
    JOIN inventory.location AS s ON s.location_id = source_id JOIN inventory.location AS d ON d.location_id = destination_id
    WHERE item.tenant_id = 85 ORDER BY line_no;
SELECT count(DISTINCT movement_no) AS movements FROM inventory.movement JOIN inventory.item USING (item_id) WHERE tenant_id = 85;
-- History can be asked for, and what was imported can be sold.
SELECT location_code, on_hand FROM inventory.stock_at('2024-02-15', 'A', tenant_id => 85);
SELECT inventory.available('A', tenant_id => 85);
SELECT inventory.reserve('A', 4, ttl => NULL, tenant_id => 85) AS held \gset

-- Every kind of bad row, with the good ones kept.
TRUNCATE history;
INSERT INTO history (sku, quantity, source, destination, occurred_at, lot, reference, reason) VALUES
    ('A', 1, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, 'good'),
    ('NONE', 1, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, NULL),
    (NULL, 1, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('A', 1, 'NOWHERE', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', NULL, '2024-04-01', NULL, NULL, NULL),
    ('A', 0, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('A', -1, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('A', NULL, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', NULL, NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', 'infinity', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', '-infinity', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', now() + interval '1 day', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', '0044-03-15 BC', NULL, NULL, NULL),
    ('A', 1, 'L1', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'WH', '2024-04-01', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'FROZEN', '2024-04-01', NULL, NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', '2024-04-01', 'M1', NULL, NULL),
    ('MILK', 1, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, NULL),
    ('MILK', 1, 'SUPPLIER', 'L1', '2024-04-01', 'M2', NULL, NULL),
    ('DRONE', 2, 'SUPPLIER', 'L1', '2024-04-01', 'SN1', NULL, NULL),
    ('A', 1, 'SUPPLIER', 'L1', '2024-04-01', NULL, repeat('r', 501), NULL),
    ('A', 1, 'SUPPLIER', 'L1', '2024-04-01', NULL, NULL, repeat('r', 501)),
    ('MILK', 8, 'SUPPLIER', 'L1', '2024-04-01', 'M1', NULL, 'good');
SELECT lines() AS before \gset
SELECT * FROM inventory.import('history', tenant_id => 85);
SELECT lines() - :before AS written;
SELECT * FROM stock();

-- All or nothing, as asked.
SELECT lines() AS before \gset
SELECT count(*) AS refused FROM inventory.import('history', keep_good => false, tenant_id => 85);
SELECT lines() - :before AS written;
CREATE VIEW good AS SELECT * FROM history WHERE reason = 'good';
SELECT count(*) AS refused FROM inventory.import('good', keep_good => false, tenant_id => 85);
SELECT lines() - :before AS written;

-- Nothing goes below what is there, or below what is promised: 4 of A are.  A row that
-- does not fit is refused, and so is what would have been taken from what it brings.
TRUNCATE history;
INSERT INTO history (sku, quantity, source, destination, occurred_at) VALUES
    ('A', 1, 'L1', 'CUSTOMER', '2024-05-01'),
    ('A', 1000, 'L1', 'L2', '2024-05-02'),
    ('A', 1, 'L1', 'CUSTOMER', '2024-05-03'),
    ('A', 900, 'L2', 'PORT', '2024-05-04'),
    ('A', 800, 'PORT', 'CUSTOMER', '2024-05-05'),
    ('A', 3, 'DEBT', 'CUSTOMER', '2024-05-06');
SELECT location, on_hand, reserved FROM inventory.stock WHERE tenant_id = 85 AND sku = 'A' ORDER BY location;
SELECT lines() AS before \gset
SELECT * FROM inventory.import('history', false, 85);
SELECT lines() - :before AS written, inventory.available('A', tenant_id => 85);
SET client_min_messages = error;
SELECT * FROM inventory.import('history', true, 85);
RESET client_min_messages;
SELECT lines() - :before AS written, inventory.available('A', tenant_id => 85);
SELECT location, on_hand, reserved FROM inventory.stock WHERE tenant_id = 85 AND sku = 'A' ORDER BY location;

-- A serial number is in stock once at most, whatever its history.
TRUNCATE history;
INSERT INTO history (sku, quantity, source, destination, occurred_at, lot) VALUES
    ('DRONE', 1, 'SUPPLIER', 'L1', '2024-06-01', 'SN1'),
    ('DRONE', 1, 'L1', 'CUSTOMER', '2024-06-02', 'SN1'),
    ('DRONE', 1, 'CUSTOMER', 'L2', '2024-06-03', 'SN1'),
    ('DRONE', 1, 'SUPPLIER', 'L1', '2024-06-01', 'SN2'),
    ('DRONE', 1, 'SUPPLIER', 'L2', '2024-06-02', 'SN2');
SELECT * FROM inventory.import('history', tenant_id => 85);
SELECT * FROM inventory.import('history', tenant_id => 85);
SELECT * FROM stock() WHERE sku = 'DRONE';

-- Sums that do not fit are refused row by row.
CREATE TABLE huge AS SELECT 'B' AS sku, 9223372036854775000 AS quantity, 'SUPPLIER' AS source, 'DEBT' AS destination, timestamptz '2024-07-01' AS occurred_at
    FROM generate_series(1, 2);
SELECT * FROM inventory.import('huge', false, tenant_id => 85);

-- The source is any relation that the caller may read, with columns of fitting types.
SELECT * FROM inventory.import('nothing', tenant_id => 85);
SELECT * FROM inventory.import(NULL);
SELECT * FROM inventory.import('huge', NULL);
SELECT * FROM inventory.import('huge', tenant_id => NULL);
CREATE VIEW narrow AS SELECT sku, quantity, source, destination FROM history;
SELECT * FROM inventory.import('narrow', tenant_id => 85);
CREATE VIEW rough AS SELECT sku, quantity::numeric, source, destination, occurred_at FROM history;
SELECT * FROM inventory.import('rough', tenant_id => 85);
CREATE VIEW local_time AS SELECT sku, quantity, source, destination, occurred_at::timestamp FROM history;
SELECT * FROM inventory.import('local_time', tenant_id => 85);
CREATE TABLE "My ""Rows""; --" (LIKE history);
SELECT * FROM inventory.import('"My ""Rows""; --"', tenant_id => 85);
CREATE VIEW changing AS SELECT 'B'::text AS sku, (1 + random() * 9)::integer AS quantity, 'SUPPLIER'::text AS source,
    CASE WHEN random() < 0.5 THEN 'L1' ELSE 'L2' END AS destination, now() AS occurred_at FROM generate_series(1, 1000);
SELECT * FROM inventory.import('changing', tenant_id => 85);
GRANT USAGE ON SCHEMA import_test TO tidehold_admin, tidehold_operator;
SET ROLE tidehold_admin;
SELECT * FROM inventory.import('history', tenant_id => 85);
RESET ROLE;
SET ROLE tidehold_operator;
SELECT * FROM inventory.import('history', tenant_id => 85);
RESET ROLE;
BEGIN READ ONLY;
SELECT * FROM inventory.import('history', tenant_id => 85);
ROLLBACK;

-- Within the caller's transaction.
BEGIN;
SELECT lines() AS before \gset
SELECT count(*) FROM inventory.import('changing', tenant_id => 85);
SELECT lines() - :before AS written;
ROLLBACK;
SELECT lines() - :before AS written;

SELECT v.problem FROM inventory.verify() AS v JOIN inventory.item USING (item_id) WHERE tenant_id = 85;
SET client_min_messages = warning;
DROP SCHEMA import_test CASCADE;
