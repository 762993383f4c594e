-- Freezing a location, for example while it is counted.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET intervalstyle = 'postgres';

INSERT INTO inventory.tenant (tenant_id, name) VALUES (84, 'freeze');
INSERT INTO inventory.item (tenant_id, sku) VALUES (84, 'A');
INSERT INTO inventory.location (tenant_id, code, kind) VALUES (84, 'WH', 'view'), (84, 'L2', 'internal'), (84, 'SHOP', 'customer');
INSERT INTO inventory.location (tenant_id, code, parent_id)
    SELECT 84, bin, location_id FROM inventory.location, (VALUES ('BIN1'), ('BIN2')) AS v (bin)
    WHERE tenant_id = 84 AND code = 'WH';
CREATE TEMPORARY VIEW frozen AS
    SELECT code, frozen_until > clock_timestamp() AS frozen, frozen_reason FROM inventory.location
    WHERE tenant_id = 84 ORDER BY code;
SELECT inventory.receive('A', 10, code, tenant_id => 84) > 0 AS received
    FROM inventory.location WHERE tenant_id = 84 AND code IN ('BIN1', 'BIN2', 'L2') ORDER BY code;
SELECT inventory.reserve('A', 2, 'BIN1', ttl => NULL, tenant_id => 84) AS held,
    inventory.reserve('A', 3, 'BIN1', ttl => NULL, tenant_id => 84) AS other,
    inventory.reserve('A', 4, 'BIN1', ttl => '1 ms', tenant_id => 84) IS NOT NULL AS dying \gset

-- The details say until when, which is another moment each time.
\set VERBOSITY terse
\set SHOW_CONTEXT never

-- Everything below a frozen location is frozen.
SELECT inventory.freeze('WH', '1 hour', 'stocktake', tenant_id => 84) BETWEEN now() + interval '1 hour' AND clock_timestamp() + interval '1 hour' AS until;
TABLE frozen;
SELECT inventory.receive('A', 1, 'BIN1', tenant_id => 84);
SELECT inventory.issue('A', 1, 'BIN1', tenant_id => 84);
SELECT inventory.issue('A', 1, 'WH', tenant_id => 84);
SELECT inventory.transfer('A', 1, 'BIN2', 'L2', tenant_id => 84);
SELECT inventory.transfer('A', 1, 'L2', 'BIN2', tenant_id => 84);
SELECT inventory.adjust('A', 1, 'BIN1', 'found', tenant_id => 84);
SELECT inventory.adjust('A', counted => 1, location => 'BIN1', reason => 'count', tenant_id => 84);
SELECT inventory.reserve('A', 1, 'BIN1', tenant_id => 84);
SELECT code FROM inventory.try_reserve('A', 1, 'WH', tenant_id => 84);
-- What a reservation holds there cannot be shipped, but goes back or expires.
SELECT inventory.fulfil(:'held', tenant_id => 84);
SELECT inventory.release(:'held', tenant_id => 84);
SELECT pg_sleep(0.01);
SELECT location, on_hand, reserved FROM inventory.stock WHERE tenant_id = 84 AND location = 'BIN1';
-- Elsewhere life goes on, and nobody is sent to a frozen place.
SELECT inventory.available('A', tenant_id => 84);
SELECT inventory.issue('A', 11, tenant_id => 84);
SELECT inventory.issue('A', 10, tenant_id => 84) > 0 AS issued;

-- Freezing again never shortens: the later end holds, with the newer reason.
SELECT inventory.freeze('WH', '2 hours', 'second', tenant_id => 84) > now() + interval '90 minutes' AS later;
SELECT inventory.freeze('WH', '1 second', 'third', tenant_id => 84) > now() + interval '90 minutes' AS still_later;
TABLE frozen;
SELECT inventory.unfreeze('WH', tenant_id => 84), inventory.unfreeze('WH', tenant_id => 84);
TABLE frozen;
SELECT inventory.fulfil(:'other', tenant_id => 84);

-- A freeze ends by itself.
SELECT inventory.freeze('BIN1', '1 ms', tenant_id => 84) > now() AS frozen, pg_sleep(0.01);
SELECT inventory.issue('A', 7, 'BIN1', tenant_id => 84) > 0 AS issued;
SELECT inventory.unfreeze('BIN1', tenant_id => 84);

-- Rolled back, it never was, not even for the session that froze.
BEGIN;
SELECT inventory.freeze('BIN2', '1 hour', tenant_id => 84) > now() AS frozen;
SAVEPOINT s;
SELECT inventory.issue('A', 1, 'BIN2', tenant_id => 84);
ROLLBACK TO s;
ROLLBACK;
SELECT inventory.issue('A', 1, 'BIN2', tenant_id => 84) > 0 AS issued;

-- Places outside can be frozen too: nothing goes to them.
SELECT inventory.freeze('SHOP', '1 hour', tenant_id => 84) > now() AS frozen;
SELECT inventory.issue('A', 1, destination => 'SHOP', tenant_id => 84);
SELECT inventory.receive('A', 1, 'L2', source => 'SHOP', tenant_id => 84);

-- What is refused.
SELECT inventory.freeze('WH', '0 s', tenant_id => 84);
SELECT inventory.freeze('WH', '-1 s', tenant_id => 84);
SELECT inventory.freeze('WH', '1 month -32 days', tenant_id => 84);
SELECT inventory.freeze('WH', NULL, tenant_id => 84);
SELECT inventory.freeze('WH', '1 s', repeat('r', 501), tenant_id => 84);
SELECT inventory.freeze('NOWHERE', '1 s', tenant_id => 84);
SELECT inventory.freeze(duration => '1 s', tenant_id => 84);
SELECT inventory.freeze('WH', '1 s', tenant_id => NULL);
SELECT inventory.freeze('CUSTOMER', '1 s', tenant_id => 84);
SELECT inventory.unfreeze('CUSTOMER', tenant_id => 84);
SELECT inventory.unfreeze('NOWHERE', tenant_id => 84);
SELECT inventory.unfreeze('WH', tenant_id => NULL);
BEGIN READ ONLY;
SELECT inventory.freeze('WH', '1 s', tenant_id => 84);
ROLLBACK;
BEGIN READ ONLY;
SELECT inventory.unfreeze('WH', tenant_id => 84);
ROLLBACK;

-- An operator may freeze, though he may not change locations.
SET ROLE tidehold_operator;
SELECT inventory.freeze('L2', '1 hour', tenant_id => 84) > now() AS frozen, inventory.unfreeze('L2', tenant_id => 84);
UPDATE inventory.location SET frozen_until = NULL WHERE tenant_id = 84;
RESET ROLE;

SELECT v.problem FROM inventory.verify() AS v JOIN inventory.item USING (item_id) WHERE tenant_id = 84;
