-- Items, units, barcodes, locations, lots and search.  Tenants of its own keep this
-- file apart from what other files leave behind.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
INSERT INTO inventory.tenant (tenant_id, name) VALUES (71, 'tea house'), (72, 'coffee house');

-- A sku is unique within its tenant, and compared byte by byte.
INSERT INTO inventory.item (item_id, tenant_id, sku, name, base_unit, tracking) VALUES
    (71000001, 71, 'TEA', 'Green tea', 'gram', 'none'),
    (71000002, 71, 'tea', 'Black tea', 'piece', 'none'),
    (72000001, 72, 'TEA', 'Herbal tea', 'piece', 'none');
INSERT INTO inventory.item (tenant_id, sku) VALUES (71, 'TEA');
INSERT INTO inventory.item (tenant_id, sku) VALUES (71, '');
INSERT INTO inventory.item (tenant_id, sku) VALUES (71, repeat('x', 201));
INSERT INTO inventory.item (tenant_id, sku, tracking) VALUES (71, 'TRACKED', 'maybe');
INSERT INTO inventory.item (tenant_id, sku) VALUES (73, 'NOBODY');
UPDATE inventory.tenant SET name = 'mine' WHERE tenant_id = 1;
DELETE FROM inventory.tenant WHERE tenant_id = 1;

-- The tree of locations: tenant 71 has two houses with bins.
INSERT INTO inventory.location (location_id, tenant_id, code, kind, parent_id, priority) VALUES
    (71000100, 71, 'NORTH', 'view', NULL, 20),
    (71000110, 71, 'N1', 'internal', 71000100, 1),
    (71000120, 71, 'N2', 'internal', 71000100, 2),
    (71000200, 71, 'SOUTH', 'view', NULL, 10),
    (71000210, 71, 'S1', 'internal', 71000200, 1),
    (72000100, 72, 'N1', 'internal', NULL, 1);
INSERT INTO inventory.location (tenant_id, code) VALUES (71, 'N1');
INSERT INTO inventory.location (tenant_id, code, kind) VALUES (71, 'HEAP', 'heap');
INSERT INTO inventory.location (tenant_id, code, parent_id) VALUES (71, 'ORPHAN', 71000999);

-- It stays a tree of at most 32 levels.
\set VERBOSITY default
UPDATE inventory.location SET parent_id = 71000110 WHERE location_id = 71000110;
UPDATE inventory.location SET parent_id = 71000110 WHERE location_id = 71000100;
SELECT code, parent_id FROM inventory.location WHERE location_id = 71000100;
DO $$
BEGIN
    FOR level IN 1..40 LOOP
        INSERT INTO inventory.location (location_id, tenant_id, code, parent_id)
        VALUES (71001000 + level, 71, 'DEEP' || level, nullif(71000999 + level, 71001000));
    END LOOP;
END
$$;
SELECT count(*) FROM inventory.location WHERE code LIKE 'DEEP%';

-- What comes with the extension cannot be changed; a tenant's own location hides it.
UPDATE inventory.location SET name = 'mine' WHERE code = 'SUPPLIER' AND builtin;
DELETE FROM inventory.location WHERE code = 'LOSS' AND builtin;
UPDATE inventory.stock_status SET sellable = true WHERE status = 'damaged';
INSERT INTO inventory.location (location_id, tenant_id, code, kind) VALUES (72000200, 72, 'SUPPLIER', 'supplier');
SELECT inventory.receive('TEA', 3, 'N1', tenant_id => 72) > 0 AS received;
SELECT inventory.receive('TEA', 500, 'N1', tenant_id => 71) > 0 AS received;
SELECT item_id, source_id, destination_id, quantity FROM inventory.movement
WHERE item_id IN (71000001, 72000001) ORDER BY item_id;

-- Places and items are of a tenant, and found by code or id, which must agree.
SELECT inventory.receive('TEA', 1, 'S1', tenant_id => 72);
SELECT inventory.receive('COCOA', 1, 'N1', tenant_id => 71);
SELECT inventory.receive(NULL, 1, 'N1', tenant_id => 71);
SELECT inventory.receive('TEA', 1, tenant_id => 71);
SELECT inventory.receive('TEA', 1, 'N1', item_id => 71000002, tenant_id => 71);
SELECT inventory.receive('TEA', 1, 'N1', location_id => 71000120, tenant_id => 71);
SELECT inventory.receive(quantity => 1, item_id => 71000999, location_id => 71000110, tenant_id => 71);
SELECT inventory.receive(quantity => 1, item_id => 71000001, location_id => 71000999, tenant_id => 71);
SELECT inventory.receive('TEA', 1, 'NORTH', tenant_id => 71);

-- Units are exact: what is not a whole number of base units is refused, not rounded.
INSERT INTO inventory.unit (item_id, unit, numerator, denominator) VALUES
    (71000001, 'kilogram', 1000, 1), (71000001, 'third', 1, 3),
    (71000002, 'dozen', 12, 1), (71000002, 'box', 4, 1);
\set VERBOSITY terse
INSERT INTO inventory.unit (item_id, unit, numerator) VALUES (71000001, 'nothing', 0);
\set VERBOSITY default
SELECT inventory.receive('TEA', 2, 'N1', unit => 'kilogram', tenant_id => 71) > 0 AS received;
SELECT inventory.receive('TEA', 6, 'N1', unit => 'third', tenant_id => 71) > 0 AS received;
SELECT inventory.receive('TEA', 8, 'N1', unit => 'gram', tenant_id => 71) > 0 AS received;
SELECT inventory.available('TEA', tenant_id => 71);
SELECT inventory.receive('TEA', 5, 'N1', unit => 'third', tenant_id => 71);
SELECT inventory.receive('TEA', 5, 'N1', unit => 'sack', tenant_id => 71);
SELECT inventory.receive('TEA', 9223372036854775807, 'N1', unit => 'kilogram', tenant_id => 71);
-- Case C6: a factor is applied once, and there and back is the same.
SELECT inventory.receive('tea', 20, 'S1', unit => 'dozen', tenant_id => 71) > 0 AS received;
SELECT inventory.reserve('tea', 1, unit => 'box', tenant_id => 71) IS NOT NULL AS reserved;
SELECT inventory.available('tea', tenant_id => 71);
SELECT inventory.reserve('tea', 6, unit => 'box', tenant_id => 71) IS NOT NULL AS reserved;
SELECT inventory.available('tea', tenant_id => 71);
-- A changed factor is used at once.
UPDATE inventory.unit SET numerator = 10 WHERE item_id = 71000002 AND unit = 'dozen';
SELECT inventory.reserve('tea', 1, unit => 'dozen', tenant_id => 71) IS NOT NULL AS reserved;
SELECT inventory.available('tea', tenant_id => 71);

-- Several barcodes, each for one unit of the item.
INSERT INTO inventory.barcode (item_id, barcode, tenant_id, unit) VALUES
    (71000001, '4012345678901', 71, NULL), (71000001, '4012345678918', 71, 'kilogram'),
    (72000001, '4012345678901', 72, NULL);
INSERT INTO inventory.barcode (item_id, barcode, tenant_id) VALUES (71000002, '4012345678901', 71);
INSERT INTO inventory.barcode (item_id, barcode, tenant_id, unit) VALUES (71000002, '4099999999999', 71, 'kilogram');
DELETE FROM inventory.unit WHERE item_id = 71000001 AND unit = 'kilogram';

-- A backend forgets what its own transaction took back: items ...
BEGIN;
INSERT INTO inventory.item (tenant_id, sku) VALUES (71, 'SHORT-LIVED');
SELECT inventory.receive('SHORT-LIVED', 1, 'N1', tenant_id => 71) > 0 AS received;
ROLLBACK;
SELECT inventory.receive('SHORT-LIVED', 1, 'N1', tenant_id => 71);
BEGIN;
SAVEPOINT before_item;
INSERT INTO inventory.item (tenant_id, sku) VALUES (71, 'SHORT-LIVED');
SELECT inventory.receive('SHORT-LIVED', 1, 'N1', tenant_id => 71) > 0 AS received;
ROLLBACK TO before_item;
SELECT inventory.receive('SHORT-LIVED', 1, 'N1', tenant_id => 71);
ROLLBACK;
-- ... locations, new, renamed and deleted ...
BEGIN;
INSERT INTO inventory.location (tenant_id, code) VALUES (71, 'TENT');
SELECT inventory.receive('TEA', 1, 'TENT', tenant_id => 71) > 0 AS received;
ROLLBACK;
SELECT inventory.receive('TEA', 1, 'TENT', tenant_id => 71);
BEGIN;
SAVEPOINT before_rename;
UPDATE inventory.location SET code = 'N2-NEW' WHERE location_id = 71000120;
SELECT inventory.receive('TEA', 1, 'N2-NEW', tenant_id => 71) > 0 AS received;
ROLLBACK TO before_rename;
SELECT inventory.receive('TEA', 1, 'N2', tenant_id => 71) > 0 AS received;
SELECT inventory.receive('TEA', 1, 'N2-NEW', tenant_id => 71);
ROLLBACK;
BEGIN;
DELETE FROM inventory.location WHERE location_id = 71000120;
SELECT inventory.available('TEA', 'N2', tenant_id => 71);
ROLLBACK;
SELECT inventory.available('TEA', 'N2', tenant_id => 71);
-- ... and what was read of a row before any trigger of ours could tell of it.
CREATE FUNCTION pg_temp.look_and_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory.available('TEA', NEW.code, tenant_id => 71);
    RAISE EXCEPTION 'location "%" is looked up and refused', NEW.code;
END
$$;
CREATE TRIGGER a_trigger_that_runs_first AFTER INSERT ON inventory.location
    FOR EACH ROW WHEN (NEW.code = 'GHOST') EXECUTE FUNCTION pg_temp.look_and_refuse();
BEGIN;
UPDATE inventory.location SET name = 'makes backends read locations again' WHERE location_id = 71000110;
SAVEPOINT before_ghost;
INSERT INTO inventory.location (tenant_id, code) VALUES (71, 'GHOST');
ROLLBACK TO before_ghost;
SELECT inventory.available('TEA', 'GHOST', tenant_id => 71);
ROLLBACK;
DROP TRIGGER a_trigger_that_runs_first ON inventory.location;

-- A status decides what can be sold, for a location and all that lies there.
INSERT INTO inventory.stock_status (status, sellable) VALUES ('outlet', true);
UPDATE inventory.location SET status = 'outlet' WHERE location_id = 71000110;
SELECT inventory.available('TEA', tenant_id => 71);
UPDATE inventory.stock_status SET sellable = false WHERE status = 'outlet';
SELECT inventory.available('TEA', tenant_id => 71);
UPDATE inventory.location SET status = 'available' WHERE location_id = 71000110;
SELECT inventory.available('TEA', tenant_id => 71);
UPDATE inventory.location SET status = 'unheard of' WHERE location_id = 71000110;

-- Lots, case C2: dates count back from the expiry and move with it.
INSERT INTO inventory.item (item_id, tenant_id, sku, tracking, best_before_days, removal_days, alert_days)
VALUES (71000003, 71, 'MILK', 'lot', 5, 2, 6), (71000004, 71, 'CREAM', 'lot', NULL, NULL, NULL);
SELECT inventory.receive('MILK', 10, 'N1', lot => 'M1', expires_on => '2099-01-20', tenant_id => 71) > 0 AS received;
SELECT inventory.receive('MILK', 10, 'N1', lot => 'M2', expires_on => '2099-01-20',
                         best_before => '2099-01-01', tenant_id => 71) > 0 AS received;
SELECT inventory.receive('MILK', 10, 'N1', lot => 'M3', tenant_id => 71) > 0 AS received;
SELECT code, expires_on, best_before, removal_date, alert_date FROM inventory.lot WHERE item_id = 71000003 ORDER BY code;
UPDATE inventory.lot SET expires_on = '2099-01-25' WHERE item_id = 71000003 AND code = 'M1';
UPDATE inventory.lot SET expires_on = '2099-01-25', alert_date = '2099-01-02' WHERE item_id = 71000003 AND code = 'M2';
UPDATE inventory.lot SET expires_on = '2099-01-25' WHERE item_id = 71000003 AND code = 'M3';
SELECT code, expires_on, best_before, removal_date, alert_date FROM inventory.lot WHERE item_id = 71000003 ORDER BY code;
INSERT INTO inventory.lot (item_id, code) VALUES (71000003, 'M1');
SELECT inventory.reserve('MILK', 1, lot => 'M9', tenant_id => 71);

-- Not promised from the day of removal on; without one, from the day after the expiry.
SELECT inventory.receive('CREAM', 1, 'N1', lot => 'GONE', expires_on => current_date - 1, tenant_id => 71) > 0 AS received;
SELECT inventory.receive('CREAM', 2, 'N1', lot => 'LAST-DAY', expires_on => current_date, tenant_id => 71) > 0 AS received;
SELECT inventory.receive('CREAM', 4, 'N1', lot => 'REMOVED', expires_on => current_date + 9,
                         removal_date => current_date, tenant_id => 71) > 0 AS received;
SELECT inventory.receive('CREAM', 8, 'N1', lot => 'TOMORROW', expires_on => current_date + 9,
                         removal_date => current_date + 1, tenant_id => 71) > 0 AS received;
SELECT inventory.receive('CREAM', 16, 'N1', lot => 'UNDATED', tenant_id => 71) > 0 AS received;
SELECT inventory.available('CREAM', tenant_id => 71);
-- A changed date or status counts at once.
UPDATE inventory.lot SET removal_date = current_date + 1 WHERE item_id = 71000004 AND code = 'REMOVED';
SELECT inventory.available('CREAM', tenant_id => 71);
UPDATE inventory.lot SET status = 'recalled' WHERE item_id = 71000004 AND code = 'UNDATED';
SELECT inventory.available('CREAM', tenant_id => 71);
SELECT inventory.reserve('CREAM', 15, tenant_id => 71);
SELECT inventory.reserve('CREAM', 14, tenant_id => 71) IS NOT NULL AS reserved;
UPDATE inventory.lot SET status = 'available' WHERE item_id = 71000004 AND code = 'UNDATED';
SELECT inventory.available('CREAM', tenant_id => 71);

-- What the ledger refers to cannot be deleted or renumbered.
\set VERBOSITY default
DELETE FROM inventory.item WHERE item_id = 72000001;
UPDATE inventory.item SET item_id = 72000009 WHERE item_id = 72000001;
UPDATE inventory.item SET item_id = item_id, name = 'Herbal' WHERE item_id = 72000001;
DELETE FROM inventory.location WHERE location_id = 71000110;
DELETE FROM inventory.location WHERE location_id = 72000200;
UPDATE inventory.location SET location_id = 71000119 WHERE location_id = 71000110;
DELETE FROM inventory.lot WHERE item_id = 71000004 AND code = 'GONE';
UPDATE inventory.lot SET lot_id = 5 WHERE item_id = 71000004 AND code = 'GONE';
UPDATE inventory.lot SET attributes = '{"shelf": 3}' WHERE item_id = 71000004 AND code = 'GONE';
-- The kind may change among those that count the same in the ledger.
UPDATE inventory.location SET kind = 'supplier' WHERE location_id = 71000110;
UPDATE inventory.location SET kind = 'view' WHERE location_id = 71000110;
UPDATE inventory.location SET kind = 'internal' WHERE location_id = 72000200;
UPDATE inventory.location SET kind = 'loss' WHERE location_id = 72000200;
UPDATE inventory.location SET kind = 'transit' WHERE location_id = 71000110;
SELECT inventory.available('TEA', tenant_id => 71);
UPDATE inventory.location SET kind = 'internal' WHERE location_id = 71000110;
SELECT inventory.available('TEA', tenant_id => 71);
-- A reservation and a balance count as much as a movement.
BEGIN;
DELETE FROM inventory.movement WHERE item_id = 72000001;
DELETE FROM inventory.item WHERE item_id = 72000001;
ROLLBACK;
BEGIN;
INSERT INTO inventory.item (item_id, tenant_id, sku) VALUES (72000002, 72, 'HELD');
INSERT INTO inventory.reservation (item_id, reservation_no, location_id, lot_id, quantity, fulfilled, created_at, actor)
VALUES (72000002, 1, 72000100, 0, 1, 0, now(), 'test');
DELETE FROM inventory.item WHERE item_id = 72000002;
ROLLBACK;
-- What nothing refers to goes, and is not found again.
INSERT INTO inventory.item (item_id, tenant_id, sku, tracking) VALUES (71000005, 71, 'UNUSED', 'lot');
INSERT INTO inventory.lot (item_id, code) VALUES (71000005, 'U1');
SELECT inventory.available('UNUSED', tenant_id => 71);
DELETE FROM inventory.lot WHERE item_id = 71000005;
DELETE FROM inventory.item WHERE item_id = 71000005;
SELECT inventory.available('UNUSED', tenant_id => 71);
UPDATE inventory.location SET kind = 'supplier' WHERE location_id = 71000120;
DELETE FROM inventory.location WHERE location_id = 71000120;

-- Search forgives typing errors, and an exact sku or barcode comes first.
INSERT INTO inventory.item (item_id, tenant_id, sku, name) VALUES
    (72000011, 72, 'KET-01', 'Kettle'),
    (72000012, 72, 'KET-02', 'Kettle with thermometer'),
    (72000013, 72, 'CUP-07', 'Porcelain cup, blue'),
    (72000014, 72, 'FIL-01', 'Paper filter'),
    (72000015, 72, '9900000000016', 'Gift card');
INSERT INTO inventory.barcode (item_id, barcode, tenant_id) VALUES (72000013, '4012345000013', 72), (72000014, '9900000000016', 72);
SELECT sku, name, barcode, score >= 1 AS literal FROM inventory.search('KET-02', tenant_id => 72);
SELECT sku, name, barcode, score >= 1 AS literal FROM inventory.search('ket', tenant_id => 72);
SELECT sku, name, barcode, score >= 1 AS literal FROM inventory.search('ketle', tenant_id => 72);
SELECT sku, name, barcode, score >= 1 AS literal FROM inventory.search('porcelian cup', tenant_id => 72);
SELECT sku, name, barcode, score FROM inventory.search('4012345000013', 1, 72);
SELECT sku, name, barcode, score FROM inventory.search('9900000000016', 2, 72);
SELECT sku, name, barcode, score >= 1 AS literal FROM inventory.search('401245000013', tenant_id => 72);
SELECT sku, name, score FROM inventory.search('kettle', 1, 72);
SELECT count(*) FROM inventory.search('kettle', tenant_id => 71);
SELECT count(*) FROM inventory.search('zzz', tenant_id => 72);

SELECT problem, v.item_id, detail FROM inventory.verify() AS v
JOIN inventory.item AS i USING (item_id) WHERE i.tenant_id IN (71, 72);
