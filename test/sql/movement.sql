-- Receipts, issues, transfers and adjustments.  A tenant of its own keeps this file apart
-- from what other files leave behind.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

INSERT INTO inventory.tenant (tenant_id, name) VALUES (81, 'movement');
INSERT INTO inventory.item (tenant_id, sku, base_unit, tracking, best_before_days, removal_days) VALUES
    (81, 'TEA', 'gram', 'none', NULL, NULL),
    (81, 'EGGS', 'piece', 'none', NULL, NULL),
    (81, 'MILK', 'carton', 'lot', 5, 2),
    (81, 'DRONE', 'piece', 'serial', NULL, NULL),
    (81, 'HUGE', 'piece', 'none', NULL, NULL),
    (81, 'X', 'piece', 'none', NULL, NULL),
    (81, 'Y', 'piece', 'none', NULL, NULL);
INSERT INTO inventory.location (tenant_id, code, kind, priority) VALUES
    (81, 'MAIN', 'view', 1), (81, 'L1', 'internal', 10), (81, 'L2', 'internal', 20),
    (81, 'DEBT', 'internal', 30), (81, 'DAMAGED', 'internal', 40), (81, 'CUSTOMS', 'transit', 50),
    (81, 'FROZEN', 'internal', 60);
UPDATE inventory.location SET frozen_until = 'infinity' WHERE tenant_id = 81 AND code = 'FROZEN';
INSERT INTO inventory.location (tenant_id, code, kind, parent_id, priority)
    SELECT 81, 'BIN' || n, 'internal', location_id, n
    FROM inventory.location, generate_series(1, 3) AS n WHERE tenant_id = 81 AND code = 'MAIN';
UPDATE inventory.location SET allow_negative = true WHERE tenant_id = 81 AND code = 'DEBT';
UPDATE inventory.location SET status = 'damaged' WHERE tenant_id = 81 AND code = 'DAMAGED';

-- What this file calls is of tenant 81, so it has short names here.
\set SHOW_CONTEXT never
CREATE SCHEMA movement_test;
SET search_path = movement_test, public;
CREATE FUNCTION receive(sku text, quantity bigint, location text, lot text DEFAULT NULL, expires_on date DEFAULT NULL,
    best_before date DEFAULT NULL, unit text DEFAULT NULL, source text DEFAULT 'SUPPLIER') RETURNS text LANGUAGE sql
    RETURN CASE WHEN inventory.receive(sku, quantity, location, lot, expires_on, best_before, unit => unit,
                                       source => source, tenant_id => 81) > 0 THEN 'received' END;
CREATE FUNCTION issue(sku text, quantity bigint, location text DEFAULT NULL, lot text DEFAULT NULL,
    destination text DEFAULT 'CUSTOMER') RETURNS text LANGUAGE sql
    RETURN CASE WHEN inventory.issue(sku, quantity, location, lot, destination => destination, tenant_id => 81) > 0 THEN 'issued' END;
CREATE FUNCTION transfer(sku text, quantity bigint, source text, destination text, lot text DEFAULT NULL) RETURNS text LANGUAGE sql
    RETURN CASE WHEN inventory.transfer(sku, quantity, source, destination, lot, tenant_id => 81) > 0 THEN 'moved' END;
CREATE FUNCTION adjust(sku text, quantity bigint, location text, lot text DEFAULT NULL, counted bigint DEFAULT NULL,
    force boolean DEFAULT false, unit text DEFAULT NULL, reason text DEFAULT 'stocktake') RETURNS text LANGUAGE sql
    RETURN CASE WHEN inventory.adjust(sku, quantity, location, reason, lot, counted, force, unit, tenant_id => 81) > 0
                THEN 'adjusted' ELSE 'agrees' END;
CREATE FUNCTION stock(sku text, OUT location text, OUT lot text, OUT on_hand bigint, OUT reserved bigint, OUT sellable boolean)
    RETURNS SETOF record LANGUAGE sql BEGIN ATOMIC
    SELECT s.location, s.lot, s.on_hand, s.reserved, s.sellable FROM inventory.stock AS s
    WHERE s.tenant_id = 81 AND s.sku = stock.sku AND (s.on_hand, s.reserved) <> (0, 0) ORDER BY s.location, s.lot;
END;
CREATE FUNCTION ledger(sku text, OUT kind text, OUT line integer, OUT source text, OUT destination text, OUT lot text, OUT quantity bigint)
    RETURNS SETOF record LANGUAGE sql BEGIN ATOMIC
    SELECT m.kind, m.line_no, s.code, d.code, t.code, m.quantity
    FROM inventory.movement AS m JOIN inventory.item AS i USING (item_id)
    JOIN inventory.location AS s ON s.location_id = m.source_id
    JOIN inventory.location AS d ON d.location_id = m.destination_id
    LEFT JOIN inventory.lot AS t ON t.item_id = m.item_id AND t.lot_id = m.lot_id
    WHERE i.tenant_id = 81 AND i.sku = ledger.sku ORDER BY m.movement_no, m.line_no;
END;

-- Two locations through a lifecycle: 100 at L1 and 120 at L2, issues and a return.
SELECT receive(sku, quantity, location) FROM (VALUES ('X', 100, 'L1'), ('X', 120, 'L2'), ('Y', 100, 'L1'), ('Y', 120, 'L2'))
    AS v (sku, quantity, location);
SELECT issue('X', 2, 'L1'), issue('Y', 2, 'L2');
SELECT receive('Y', 1, 'L2', source => 'CUSTOMER');
SELECT * FROM stock('X');
SELECT * FROM stock('Y');
SELECT * FROM ledger('Y');

-- Without a place stock is picked as reserve picks: by priority, over several locations.
SELECT issue('X', 100);
SELECT * FROM stock('X');
SELECT issue('X', 119);
SELECT issue('X', 118);
SELECT * FROM stock('X');
SELECT * FROM ledger('X');

-- What is reserved stays.
SELECT reservation_id AS held FROM inventory.try_reserve('Y', 100, ttl => NULL, tenant_id => 81) \gset
SELECT issue('Y', 200);
SELECT transfer('Y', 110, 'L1', 'DAMAGED');
SELECT adjust('Y', -110, 'L1');
SELECT issue('Y', 119);
SELECT issue('Y', 1);
SELECT inventory.release(:'held', tenant_id => 81);
SELECT issue('Y', 100);
SELECT * FROM stock('Y');

-- Quantities in other units are exact or refused.
INSERT INTO inventory.unit (item_id, unit, numerator, denominator)
    SELECT item_id, unit, numerator, denominator
    FROM inventory.item, (VALUES ('dozen', 12, 1), ('box', 4, 1), ('tray', 5, 2), ('world', 9223372036854775807, 1)) AS u (unit, numerator, denominator)
    WHERE tenant_id = 81 AND sku = 'EGGS';
SELECT receive('EGGS', 17, 'L1', unit => 'dozen');
SELECT on_hand FROM stock('EGGS');
SELECT issue('EGGS', 200, 'L1');
SELECT on_hand FROM stock('EGGS');
SELECT receive('EGGS', 1, 'L1', unit => 'box'), receive('EGGS', 6, 'L1', unit => 'box'), receive('EGGS', 2, 'L1', unit => 'tray');
SELECT on_hand FROM stock('EGGS');
SELECT receive('EGGS', 3, 'L1', unit => 'tray');
SELECT receive('EGGS', 2, 'L1', unit => 'world');
SELECT receive('EGGS', 1, 'L1', unit => 'crate');
SELECT adjust('EGGS', NULL, 'L1', counted => 3, unit => 'dozen');
SELECT on_hand FROM stock('EGGS');

-- A transfer collects from below its source, and moves to one place.
SELECT receive('TEA', 10, 'BIN1'), receive('TEA', 10, 'BIN2'), receive('TEA', 10, 'BIN3');
SELECT transfer('TEA', 25, 'MAIN', 'L1');
SELECT * FROM ledger('TEA') WHERE kind = 'transfer';
SELECT * FROM stock('TEA');
SELECT count(*) AS balance_rows_of_the_destination
FROM inventory.balance JOIN inventory.item USING (item_id) JOIN inventory.location AS l USING (location_id)
WHERE item.tenant_id = 81 AND sku = 'TEA' AND l.code = 'L1';
SELECT transfer('TEA', 25, 'L1', 'MAIN');
SELECT transfer('TEA', 25, 'L1', 'L1');
SELECT transfer('TEA', 5, 'MAIN', 'BIN1');
SELECT transfer('TEA', 26, 'L1', 'L2');
SELECT transfer('TEA', 5, 'SUPPLIER', 'L2');
SELECT transfer('TEA', 5, 'L1', 'CUSTOMER');
SELECT transfer('TEA', 5, 'L1', NULL);
SELECT transfer('TEA', 6, 'L1', 'CUSTOMS');
SELECT transfer('TEA', 4, 'CUSTOMS', 'L2');
SELECT * FROM stock('TEA');
-- Of what lies in transit and of what is damaged nobody sells anything; by name it moves.
SELECT inventory.available('TEA', tenant_id => 81);
SELECT transfer('TEA', 3, 'L1', 'DAMAGED');
SELECT issue('TEA', 24);
SELECT issue('TEA', 1, 'DAMAGED', destination => 'LOSS');
SELECT * FROM stock('TEA');

-- Move 6 of 10: 4 stay.
SELECT receive('TEA', 9, 'L2'), transfer('TEA', 6, 'L2', 'BIN1');
SELECT * FROM stock('TEA') WHERE location IN ('L2', 'BIN1');

-- What is refused leaves nothing behind.
SELECT receive('TEA', 0, 'L1');
SELECT receive('TEA', -10, 'L1');
SELECT receive('TEA', NULL, 'L1');
SELECT receive('TEA', 1, 'MAIN');
SELECT receive('TEA', 1, 'CUSTOMER');
SELECT receive('TEA', 1, 'L1', source => 'L2');
SELECT receive('TEA', 1, 'L1', source => NULL);
SELECT receive('TEA', 1, NULL);
SELECT receive('TEA', 1, 'NOWHERE');
SELECT receive('COFFEE', 1, 'L1');
SELECT receive(NULL, 1, 'L1');
SELECT issue('TEA', 0);
SELECT issue('TEA', 1, 'NOWHERE');
SELECT issue('TEA', 1, 'CUSTOMER');
SELECT issue('TEA', 1, destination => 'L2');
SELECT issue('TEA', 1, destination => NULL);
SELECT inventory.receive('TEA', 1, 'L1', tenant_id => NULL);
SELECT inventory.receive('TEA', 1, 'L1', reference => repeat('r', 501), tenant_id => 81);
SELECT inventory.receive('TEA', 1, 'L1', reason => repeat('r', 501), tenant_id => 81);
SELECT inventory.issue('TEA', 1, 'L1', lot => '', tenant_id => 81);
SELECT sum(on_hand) AS unchanged FROM stock('TEA');

-- Checks come in one order: a call that is wrong in every way, put right step by step.
\set VERBOSITY sqlstate
BEGIN READ ONLY;
SELECT inventory.transfer(NULL, 0, 'NOWHERE', 'FROZEN', 'M1', 'crate', '', repeat('r', 501), tenant_id => 81);
ROLLBACK;
SELECT inventory.transfer(NULL, 0, 'NOWHERE', 'FROZEN', 'M1', 'crate', '', repeat('r', 501), tenant_id => 81);
SELECT inventory.transfer(NULL, 0, 'NOWHERE', 'FROZEN', 'M1', 'crate', 'new', repeat('r', 501), tenant_id => 81);
SELECT inventory.transfer(NULL, 0, 'NOWHERE', 'FROZEN', 'M1', 'crate', 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer(NULL, 9, 'NOWHERE', 'FROZEN', 'M1', 'crate', 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEAS', 9, 'NOWHERE', 'FROZEN', 'M1', 'crate', 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'NOWHERE', 'FROZEN', 'M1', 'crate', 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'NOWHERE', 'FROZEN', 'M1', NULL, 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'SUPPLIER', 'FROZEN', 'M1', NULL, 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'FROZEN', 'FROZEN', 'M1', NULL, 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'L2', 'FROZEN', 'M1', NULL, 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'L2', 'FROZEN', NULL, NULL, 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 9, 'L2', 'L1', NULL, NULL, 'new', 'ref', tenant_id => 81);
SELECT inventory.transfer('TEA', 4, 'L2', 'L1', NULL, NULL, 'new', 'ref', tenant_id => 81) > 0 AS moved;
\set VERBOSITY default
SELECT transfer('TEA', 4, 'L1', 'L2');

-- Adjustments need a reason, and either a quantity or a count.
SELECT adjust('TEA', 1, 'L1', reason => NULL);
SELECT adjust('TEA', 1, 'L1', reason => '');
SELECT adjust('TEA', 1, 'L1', counted => 1);
SELECT adjust('TEA', NULL, 'L1');
SELECT adjust('TEA', 0, 'L1');
SELECT adjust('TEA', NULL, 'L1', counted => -1);
SELECT adjust('TEA', 1, 'MAIN');
SELECT adjust('TEA', 1, 'SUPPLIER');
SELECT adjust('TEA', -9223372036854775808, 'L1');

-- A count writes the difference, or nothing: 5000 to 255 is one line of the ledger.
SELECT receive('TEA', 5000, 'L1');
SELECT adjust('TEA', NULL, 'L1', counted => 255);
SELECT adjust('TEA', NULL, 'L1', counted => 255);
SELECT adjust('TEA', NULL, 'L1', counted => 300);
SELECT adjust('TEA', -50, 'L1'), adjust('TEA', 5, 'L1');
SELECT * FROM ledger('TEA') WHERE kind = 'adjustment';
SELECT * FROM stock('TEA') WHERE location = 'L1';

-- Force goes below what is reserved, never below nothing.  The warning names ids.
SET client_min_messages = error;
SELECT reservation_id AS held FROM inventory.try_reserve('TEA', 200, 'L1', ttl => NULL, tenant_id => 81) \gset
SELECT adjust('TEA', NULL, 'L1', counted => 100);
SELECT adjust('TEA', NULL, 'L1', counted => 100, force => true);
SELECT adjust('TEA', -101, 'L1', force => true);
SELECT * FROM stock('TEA') WHERE location = 'L1';
SELECT inventory.available('TEA', 'L1', tenant_id => 81);
SELECT inventory.release(:'held', tenant_id => 81);
SELECT inventory.available('TEA', 'L1', tenant_id => 81);

-- An expired reservation blocks nobody, though nobody has ended it.
SELECT inventory.reserve('TEA', 100, 'L1', ttl => '1 ms', tenant_id => 81) IS NOT NULL AS reserved, pg_sleep(0.01);
SELECT adjust('TEA', -100, 'L1');
SELECT receive('TEA', 100, 'L1');

-- Where stock may be negative it is, but no reservation is made of it.
SELECT issue('TEA', 7, 'DEBT');
SELECT receive('TEA', 3, 'DEBT');
SELECT transfer('TEA', 6, 'DEBT', 'L2');
SELECT adjust('TEA', -1, 'DEBT');
SELECT * FROM stock('TEA') WHERE location IN ('DEBT', 'L2');
SELECT code FROM inventory.try_reserve('TEA', 1, 'DEBT', tenant_id => 81);
SELECT receive('TEA', 20, 'DEBT');
SELECT issue('TEA', 12, 'DEBT');
SELECT * FROM stock('TEA') WHERE location = 'DEBT';
SELECT * FROM ledger('TEA') WHERE 'DEBT' IN (source, destination);
SELECT adjust('TEA', NULL, 'DEBT', counted => 0);
RESET client_min_messages;

-- A receipt makes its lot; the dates come from the item unless they are given.
SELECT receive('MILK', 10, 'L1');
SELECT receive('MILK', 10, 'L1', lot => 'M1', expires_on => '2031-06-10');
SELECT receive('MILK', 10, 'L1', lot => 'M2', expires_on => '2031-06-05', best_before => '2031-06-04');
SELECT receive('MILK', 5, 'L2', lot => 'M1');
SELECT receive('MILK', 5, 'L2', lot => 'M1', expires_on => '2031-06-10', best_before => '2031-06-05');
SELECT receive('MILK', 5, 'L2', lot => 'M1', expires_on => '2031-06-11');
SELECT receive('MILK', 5, 'L2', lot => 'M2', best_before => '2031-06-05');
SELECT receive('MILK', 5, 'L2', lot => repeat('m', 201));
SELECT receive('TEA', 5, 'L2', lot => 'T1');
SELECT receive('TEA', 5, 'L2', expires_on => '2031-06-11');
SELECT code, status, expires_on, best_before, removal_date FROM inventory.lot JOIN inventory.item USING (item_id)
    WHERE tenant_id = 81 AND sku = 'MILK' ORDER BY code;
SELECT * FROM stock('MILK');

-- First expired, first out, over lots; a lot given by name is the only one.
SELECT issue('MILK', 12, 'L1');
SELECT issue('MILK', 9, 'L1', lot => 'M1');
SELECT issue('MILK', 1, 'L1', lot => 'M3');
SELECT issue('TEA', 1, 'L1', lot => 'M1');
SELECT transfer('MILK', 11, 'L2', 'BIN1', lot => 'M1');
SELECT transfer('MILK', 10, 'L2', 'BIN1', lot => 'M1');
SELECT transfer('MILK', 8, 'L1', 'BIN1');
SELECT * FROM stock('MILK');
-- A recalled lot is picked by name only.
UPDATE inventory.lot SET status = 'recalled' WHERE code = 'M1' AND item_id = (SELECT item_id FROM inventory.item WHERE tenant_id = 81 AND sku = 'MILK');
SELECT issue('MILK', 1);
SELECT issue('MILK', 18, lot => 'M1', destination => 'SUPPLIER');
SELECT * FROM stock('MILK');

-- A count of a lot resets that lot alone.
SELECT adjust('MILK', NULL, 'L1', counted => 10);
SELECT adjust('MILK', NULL, 'L1', lot => 'M1', counted => 10), issue('MILK', 2, 'L1', lot => 'M1');
SELECT adjust('MILK', NULL, 'L1', lot => 'M2', counted => 25), issue('MILK', 2, 'L1', lot => 'M2');
SELECT adjust('MILK', NULL, 'L1', lot => 'M1', counted => 100);
SELECT receive('MILK', 24, 'L1', lot => 'M1'), issue('MILK', 30, 'L1', lot => 'M1');
SELECT * FROM stock('MILK');
SELECT adjust('MILK', 1, 'L1', lot => 'M9');

-- Below zero the lot has to be named.
SET client_min_messages = error;
SELECT issue('MILK', 1, 'DEBT');
SELECT issue('MILK', 1, 'DEBT', lot => 'M2');
SELECT * FROM stock('MILK') WHERE location = 'DEBT';
SELECT adjust('MILK', NULL, 'DEBT', lot => 'M2', counted => 0);
RESET client_min_messages;

-- A serial number is one unit, and lies at one place.
SELECT receive('DRONE', 1, 'L1', lot => 'SN1'), receive('DRONE', 1, 'L1', lot => 'SN2');
SELECT receive('DRONE', 2, 'L1', lot => 'SN3');
SELECT receive('DRONE', 1, 'L2', lot => 'SN1');
SELECT adjust('DRONE', 1, 'L2', lot => 'SN1');
SELECT adjust('DRONE', NULL, 'L2', lot => 'SN1', counted => 1);
SELECT adjust('DRONE', NULL, 'L1', lot => 'SN1', counted => 2);
SELECT transfer('DRONE', 2, 'L1', 'L2');
SELECT issue('DRONE', 1, lot => 'SN1');
SELECT issue('DRONE', 1, lot => 'SN1');
SELECT receive('DRONE', 1, 'L1', lot => 'SN1', source => 'CUSTOMER');
SELECT issue('DRONE', 1, 'DEBT', lot => 'SN2');
SELECT adjust('DRONE', -1, 'L1', lot => 'SN1');
SELECT adjust('DRONE', 1, 'BIN2', lot => 'SN1');
SELECT * FROM stock('DRONE');
SELECT * FROM ledger('DRONE');

-- Savepoints and rollback take everything back, lots too.
BEGIN;
SELECT receive('MILK', 7, 'BIN3', lot => 'M7', expires_on => '2031-09-09');
SAVEPOINT s;
SELECT receive('MILK', 7, 'BIN3', lot => 'M8'), issue('MILK', 3, 'BIN3', lot => 'M7'), adjust('X', 5, 'L1');
SELECT location, lot, on_hand FROM stock('MILK') WHERE location = 'BIN3';
ROLLBACK TO s;
SELECT location, lot, on_hand FROM stock('MILK') WHERE location = 'BIN3';
SELECT issue('MILK', 7, 'BIN3');
ROLLBACK;
SELECT count(*) FROM inventory.lot WHERE code IN ('M7', 'M8') AND item_id = (SELECT item_id FROM inventory.item WHERE tenant_id = 81 AND sku = 'MILK');
SELECT * FROM stock('MILK') WHERE location = 'BIN3';

-- One statement may do many: each sees what the one before it did.
SELECT count(inventory.receive('MILK', 1, 'BIN3', lot => 'M' || 20 + n % 2, tenant_id => 81)) FROM generate_series(1, 100) AS n;
SELECT inventory.adjust('MILK', location => 'BIN3', lot => 'M20', counted => 10 * n, reason => 'again', tenant_id => 81) IS NULL AS agrees
    FROM (VALUES (1), (1), (2), (2)) AS v (n);
SELECT * FROM stock('MILK') WHERE location = 'BIN3';

-- Stock on hand stays within 2^62, so that no sum of it overflows for anybody.
SELECT receive('HUGE', 9223372036854775807, 'L1');
SELECT receive('HUGE', 4611686018427387904, 'L1');
SELECT receive('HUGE', 4611686018427387904, 'L1');
SELECT receive('HUGE', 4611686018427387904, 'L2');
SELECT transfer('HUGE', 4611686018427387904, 'L1', 'L2');
SELECT adjust('HUGE', NULL, 'L1', counted => 9223372036854775807);
SET client_min_messages = error;
SELECT issue('HUGE', 4611686018427387904, 'DEBT');
SELECT issue('HUGE', 4611686018427387904, 'DEBT');
RESET client_min_messages;
SELECT * FROM stock('HUGE');
SELECT issue('HUGE', 4611686018427387904, 'L1'), adjust('HUGE', NULL, 'L2', counted => 3), adjust('HUGE', NULL, 'DEBT', counted => 0);
SELECT * FROM stock('HUGE');

-- Not in a read-only transaction.
BEGIN READ ONLY;
SELECT receive('TEA', 1, 'L1');
ROLLBACK;

-- The ledger records who, why and when; nobody writes it by hand.
SELECT inventory.receive('TEA', 1, 'L1', reference => 'PO 17', reason => 'ordered', tenant_id => 81) AS number \gset
SELECT kind, reference, reason, actor = current_user AS me, occurred_at = recorded_at AS now, reservation_no
    FROM inventory.movement WHERE movement_no = :number;

SELECT v.problem FROM inventory.verify() AS v JOIN inventory.item USING (item_id) WHERE tenant_id = 81;
SET client_min_messages = warning;
DROP SCHEMA movement_test CASCADE;
