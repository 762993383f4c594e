-- Request ids: a request that was served answers with its first result.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
\set SHOW_CONTEXT never

INSERT INTO inventory.tenant (tenant_id, name) VALUES (82, 'request'), (83, 'request of another');
INSERT INTO inventory.item (tenant_id, sku, tracking) VALUES
    (82, 'A', 'none'), (82, 'B', 'none'), (82, 'MILK', 'lot'), (83, 'A', 'none');
INSERT INTO inventory.location (tenant_id, code) VALUES (82, 'L1'), (82, 'L2'), (83, 'L1');
CREATE TEMPORARY VIEW total AS
    SELECT s.tenant_id, sku, location, on_hand FROM inventory.stock AS s
    WHERE s.tenant_id IN (82, 83) AND on_hand <> 0 ORDER BY s.tenant_id, sku, location;

-- Sent again, it does nothing and returns the same movement.
SELECT inventory.receive('A', 10, 'L1', request_id => 'r1', tenant_id => 82) AS first \gset
SELECT inventory.receive('A', 10, 'L1', request_id => 'r1', tenant_id => 82) = :first AS same;
SELECT inventory.receive(sku => 'A', quantity => 10, location => 'L1', source => 'SUPPLIER',
                         request_id => 'r1', tenant_id => 82) = :first AS same;
TABLE total;
SELECT operation, array_remove(arguments, NULL) AS arguments, result = ARRAY[:first::text] AS result
    FROM inventory.request WHERE tenant_id = 82 AND request_id = 'r1';

-- With another argument it is an error that names the first one that differs.
SELECT inventory.receive('B', 11, 'L2', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 11, 'L2', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L2', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', lot => 'X', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', expires_on => '2031-01-31', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', unit => 'piece', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', source => 'CUSTOMER', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', reference => 'PO', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', reason => 'why', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive(NULL, 10, 'L1', request_id => 'r1', tenant_id => 82);
SELECT inventory.issue('A', 10, 'L1', request_id => 'r1', tenant_id => 82);
SELECT inventory.receive('A', 10, 'L1', reference => repeat('r', 300), request_id => 'r1', tenant_id => 82);

-- Before any business rule: an item that no longer has a rule to pass still answers.
SELECT inventory.issue('A', 10, 'L1', request_id => 'r2', tenant_id => 82) AS second \gset
SELECT inventory.issue('A', 10, 'L1', request_id => 'r2', tenant_id => 82) = :second AS same;
SELECT inventory.issue('A', 10, 'L1', tenant_id => 82);
SELECT inventory.issue('A', -1, 'NOWHERE', request_id => 'r2', tenant_id => 82);

-- An id belongs to its tenant.
SELECT inventory.receive('A', 99, 'L1', request_id => 'r1', tenant_id => 83) > 0 AS served;
TABLE total;

-- A request that failed leaves its id free.
SELECT inventory.issue('A', 5, 'L1', request_id => 'r3', tenant_id => 82);
SELECT inventory.receive('A', 5, 'L1', tenant_id => 82) > 0 AS received;
SELECT inventory.issue('A', 5, 'L1', request_id => 'r3', tenant_id => 82) > 0 AS issued;
BEGIN;
SELECT inventory.receive('A', 5, 'L1', request_id => 'r4', tenant_id => 82) > 0 AS received;
ROLLBACK;
SELECT inventory.receive('A', 6, 'L1', request_id => 'r4', tenant_id => 82) > 0 AS received;
BEGIN;
SAVEPOINT s;
SELECT inventory.receive('A', 5, 'L1', request_id => 'r5', tenant_id => 82) > 0 AS received;
ROLLBACK TO s;
SELECT inventory.receive('A', 7, 'L1', request_id => 'r5', tenant_id => 82) > 0 AS received;
SELECT inventory.receive('A', 7, 'L1', request_id => 'r5', tenant_id => 82) > 0 AS received;
COMMIT;
TABLE total;

-- Twice in one statement, and many in one transaction.
SELECT count(DISTINCT inventory.receive('B', 1, 'L2', request_id => 'r6', tenant_id => 82)) FROM generate_series(1, 5);
BEGIN;
SELECT count(DISTINCT inventory.receive('B', 1, 'L2', request_id => 'bulk ' || n % 20000, tenant_id => 82)) FROM generate_series(1, 40000) AS n;
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory';
ROLLBACK;
TABLE total;

-- A refusal that is an answer and no error gives its id free as well.
BEGIN;
SELECT code, count(*) FROM generate_series(1, 20) AS n, inventory.try_reserve('A', 1000000, request_id => 'try ' || n, tenant_id => 82) GROUP BY code;
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory';
COMMIT;
SELECT code, reserved FROM inventory.try_reserve('A', 1, request_id => 'try 1', ttl => '1 ms', tenant_id => 82);

-- Transfers, counts that found nothing to do, and lots.
SELECT inventory.transfer('A', 3, 'L1', 'L2', request_id => 'r7', tenant_id => 82) = inventory.transfer('A', 3, 'L1', 'L2', request_id => 'r7', tenant_id => 82) AS same;
SELECT inventory.adjust('A', counted => 10, location => 'L1', reason => 'count', request_id => 'r8', tenant_id => 82) IS NULL AS agrees;
SELECT inventory.receive('A', 1, 'L1', tenant_id => 82) > 0 AS received;
SELECT inventory.adjust('A', counted => 10, location => 'L1', reason => 'count', request_id => 'r8', tenant_id => 82) IS NULL AS agrees;
SELECT inventory.adjust('A', counted => 10, location => 'L1', reason => 'count', force => true, request_id => 'r8', tenant_id => 82);
TABLE total;
-- Dates and intervals compare as they are, not as a session likes to see them.
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'postgres_verbose';
SELECT inventory.receive('MILK', 4, 'L1', lot => 'M1', expires_on => DATE '31/01/2099', request_id => 'r9', tenant_id => 82) AS ninth,
    inventory.reserve('MILK', 4, ttl => INTERVAL '90 min', request_id => 'r10', tenant_id => 82) AS tenth \gset
SET datestyle = 'German';
SET intervalstyle = 'iso_8601';
SELECT inventory.receive('MILK', 4, 'L1', lot => 'M1', expires_on => '31.01.2099', request_id => 'r9', tenant_id => 82) = :ninth AS same,
    inventory.reserve('MILK', 4, ttl => INTERVAL '90 min', request_id => 'r10', tenant_id => 82) = :'tenth' AS same;
SELECT inventory.reserve('MILK', 4, ttl => INTERVAL '91 min', request_id => 'r10', tenant_id => 82);
RESET datestyle;
RESET intervalstyle;

-- What is no id.
SELECT inventory.receive('A', 1, 'L1', request_id => '', tenant_id => 82);
SELECT inventory.receive('A', 1, 'L1', request_id => repeat('ä', 201), tenant_id => 82);
SELECT inventory.receive('A', 1, 'L1', request_id => repeat('ä', 200), tenant_id => 82) > 0 AS received;
SELECT inventory.receive('A', 1, 'L1', request_id => 'r1', tenant_id => NULL);

-- The id is claimed with a lock that no call of a user can meet.
BEGIN;
SELECT pg_advisory_xact_lock(n), pg_advisory_xact_lock(n, n) FROM generate_series(-1, 1) AS n;
SELECT inventory.receive('A', 1, 'L1', request_id => 'r11', tenant_id => 82) > 0 AS received;
COMMIT;

SELECT v.problem FROM inventory.verify() AS v JOIN inventory.item USING (item_id) WHERE tenant_id IN (82, 83);
