-- A trace context is in the WAL before the first change of a transaction, once, and again
-- where a rollback took it away.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tidehold_inventory CASCADE;
RESET client_min_messages;
CREATE TABLE traced (id integer);
SELECT count(*) FROM pg_create_logical_replication_slot('regress_trace', 'test_decoding');
-- Numbers the transactions; those of a background worker are none of ours.
CREATE FUNCTION pg_temp.decoded() RETURNS TABLE (tx bigint, line text)
    LANGUAGE sql
    AS $$
    SELECT dense_rank() OVER (ORDER BY xid::text::bigint), data
    FROM pg_logical_slot_get_changes('regress_trace', NULL, NULL) WITH ORDINALITY AS c (lsn, xid, data, place)
    WHERE data ~ '^(message|table public.traced(_too)?:)' ORDER BY place
    $$;
CREATE FUNCTION pg_temp.add(id integer) RETURNS void
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO traced VALUES (id); END $$;

SET tidehold.traceparent = 'nonsense';
SET tidehold.traceparent = '00-00000000000000000000000000000000-b7ad6b7169203331-01';

INSERT INTO traced VALUES (1);
SELECT * FROM pg_temp.decoded();

SET tidehold.traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
INSERT INTO traced VALUES (2);
SELECT pg_temp.add(3);
WITH added AS (INSERT INTO traced VALUES (4) RETURNING id) SELECT id FROM added;
COPY traced FROM stdin;
5
\.
TRUNCATE traced;
EXPLAIN (COSTS off) INSERT INTO traced VALUES (6);
SELECT count(*) FROM traced;
CREATE TABLE traced_too AS SELECT 1 AS id;
SELECT * FROM pg_temp.decoded();

-- Once a transaction.
BEGIN;
INSERT INTO traced VALUES (7);
UPDATE traced SET id = 8;
COMMIT;
SELECT * FROM pg_temp.decoded();

-- A savepoint that is kept keeps it, one that is rolled back takes it along.
BEGIN;
SAVEPOINT one;
INSERT INTO traced VALUES (9);
RELEASE one;
INSERT INTO traced VALUES (10);
SAVEPOINT two;
INSERT INTO traced VALUES (11);
ROLLBACK TO two;
INSERT INTO traced VALUES (12);
COMMIT;
SELECT * FROM pg_temp.decoded();
BEGIN;
SAVEPOINT one;
INSERT INTO traced VALUES (13);
ROLLBACK TO one;
INSERT INTO traced VALUES (14);
COMMIT;
SELECT * FROM pg_temp.decoded();

-- Another context for what follows.
BEGIN;
INSERT INTO traced VALUES (15);
SET LOCAL tidehold.traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00';
INSERT INTO traced VALUES (16);
COMMIT;
SELECT * FROM pg_temp.decoded();

-- Functions of ours that write without the executor.
INSERT INTO inventory.tenant (tenant_id, name) VALUES (86, 'trace');
INSERT INTO inventory.item (tenant_id, sku) VALUES (86, 'A');
INSERT INTO inventory.location (tenant_id, code, kind) VALUES (86, 'L', 'internal');
SELECT count(*) > 0 AS some FROM pg_temp.decoded();
SELECT inventory.receive('A', 1, 'L', tenant_id => 86) > 0 AS received;
SELECT * FROM pg_temp.decoded();

RESET tidehold.traceparent;
SELECT pg_drop_replication_slot('regress_trace');
DROP TABLE traced, traced_too;
