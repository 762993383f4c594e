-- inventory.verify() finds what is planted, and nothing else.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
INSERT INTO inventory.tenant (tenant_id, name) VALUES (30, 'verify');
INSERT INTO inventory.location (tenant_id, location_id, code) VALUES (30, 30001, 'SHELF');
INSERT INTO inventory.item (tenant_id, item_id, sku) VALUES (30, 30002, 'NUT');
SELECT inventory.receive('NUT', 10, 'SHELF', tenant_id => 30) > 0 AS received;
SELECT inventory.reserve('NUT', 4, tenant_id => 30) IS NOT NULL AS reserved;
CREATE FUNCTION pg_temp.verify() RETURNS TABLE (problem text, expected bigint, actual bigint) LANGUAGE sql AS $$
    SELECT problem, expected, actual FROM inventory.verify() WHERE item_id BETWEEN 30000 AND 30999 ORDER BY 1, 2
$$;
SELECT * FROM pg_temp.verify();

-- A balance that the ledger does not explain.
BEGIN;
INSERT INTO inventory.balance VALUES (30002, 30001, 0, 1, 5);
SELECT * FROM pg_temp.verify();
ROLLBACK;

-- A movement without its balance, of nothing, and to a place that does not exist.
BEGIN;
INSERT INTO inventory.movement SELECT 30002, 1, 1, 'receipt', 1, 30001, 0, 7, now(), now(), NULL, 'me', NULL, NULL;
SELECT * FROM pg_temp.verify();
ROLLBACK;
BEGIN;
INSERT INTO inventory.movement SELECT 30002, 1, 1, 'receipt', 1, 30999, 0, 0, now(), now(), NULL, 'me', NULL, NULL;
SELECT * FROM pg_temp.verify();
ROLLBACK;

-- More promised than there is, and rows of an item and a lot that do not exist.
BEGIN;
INSERT INTO inventory.reservation VALUES (30002, 1, 30001, 0, 7, 0, now(), NULL, 'me', NULL);
SELECT * FROM pg_temp.verify();
ROLLBACK;
BEGIN;
INSERT INTO inventory.reservation VALUES (30003, 1, 30001, 5, 0, 0, now(), NULL, 'me', NULL);
SELECT * FROM pg_temp.verify();
ROLLBACK;
SELECT * FROM pg_temp.verify();

-- An entry that does not follow its rows, because somebody switched the triggers off.
ALTER TABLE inventory.balance DISABLE TRIGGER escrow_follow;
UPDATE inventory.balance SET quantity = 6 WHERE item_id = 30002;
UPDATE inventory.movement SET quantity = 6 WHERE item_id = 30002;
ALTER TABLE inventory.balance ENABLE ALWAYS TRIGGER escrow_follow;
SELECT * FROM pg_temp.verify();
SELECT inventory.available('NUT', tenant_id => 30);
SELECT inventory.rebuild() > 0 AS rebuilt;
SELECT * FROM pg_temp.verify();
SELECT inventory.available('NUT', tenant_id => 30);

-- A trigger that logical replication would not fire.
ALTER TABLE inventory.balance ENABLE TRIGGER escrow_follow;
SELECT problem, detail FROM inventory.verify() WHERE problem LIKE 'trigger%';
ALTER TABLE inventory.balance ENABLE ALWAYS TRIGGER escrow_follow;
SELECT problem, detail FROM inventory.verify() WHERE problem LIKE 'trigger%';

-- Followed where the triggers are on, below 0 as well, and nothing is sold from it.
UPDATE inventory.balance SET quantity = 3 WHERE item_id = 30002;
SELECT available, oversold FROM inventory.escrow_entry WHERE item_id = 30002;
SELECT code, available FROM inventory.try_reserve('NUT', 1, tenant_id => 30);
SELECT * FROM pg_temp.verify();
UPDATE inventory.balance SET quantity = 6 WHERE item_id = 30002;
SELECT available, oversold FROM inventory.escrow_entry WHERE item_id = 30002;
SELECT * FROM pg_temp.verify();
