-- Rules for everything that the extensions bring.  A rule is a query that returns what
-- breaks it: no rows as installed, some after faults have been planted.
\ir setup.psql
SELECT plan(38);

-- What an extension owns, its schema, and what hangs on its tables.  Types of rows and
-- arrays are a part of another object; from 17 on they are recorded as owned too.
CREATE TEMPORARY VIEW member AS
    SELECT d.classid, d.objid
    FROM pg_depend AS d JOIN extension AS e ON e.oid = d.refobjid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
      AND NOT EXISTS (SELECT FROM pg_depend AS p
                      WHERE p.classid = d.classid AND p.objid = d.objid AND p.objsubid = 0 AND p.deptype = 'i')
    UNION ALL
    SELECT 'pg_namespace'::regclass, schema FROM extension
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i JOIN relation AS r ON r.oid = i.indrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid);

CREATE TEMPORARY VIEW hot_table AS
    SELECT * FROM relation
    WHERE name IN ('inventory.movement', 'inventory.balance', 'inventory.reservation', 'inventory.reservation_end');

CREATE TEMPORARY TABLE rule (number integer GENERATED ALWAYS AS IDENTITY, name text, query text);
INSERT INTO rule (name, query) VALUES
('every object has a comment', $$
    SELECT pg_describe_object(classid, objid, 0) FROM member
    WHERE obj_description(objid, classid::regclass::name) IS NULL $$),
('every table, view and sequence belongs to its extension', $$
    SELECT name FROM relation AS r
    WHERE NOT EXISTS (SELECT FROM member AS m WHERE m.classid = 'pg_class'::regclass AND m.objid = r.oid
                         OR m.classid = 'pg_type'::regclass AND m.objid = r.reltype AND r.relkind = 'c') $$),
('every function belongs to its extension', $$
    SELECT name FROM routine AS r
    WHERE NOT EXISTS (SELECT FROM member AS m WHERE m.classid = 'pg_proc'::regclass AND m.objid = r.oid) $$),
-- A procedure that commits cannot have one: its body names everything in full.
('interpreted functions and those of SECURITY DEFINER have a search_path of their own', $$
    SELECT name FROM routine
    WHERE (language IN ('sql', 'plpgsql') AND prosqlbody IS NULL AND name <> 'ocean.run_job' OR prosecdef)
      AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp'] $$),
('no function is SECURITY DEFINER', $$
    SELECT name FROM routine WHERE prosecdef $$),
('functions are written in C, SQL or PL/pgSQL', $$
    SELECT name FROM routine WHERE language NOT IN ('c', 'sql', 'plpgsql', 'aggregate') $$),
('C functions are found in the library of the project', $$
    SELECT name FROM routine WHERE language = 'c' AND probin <> '$libdir/tidehold' $$),
('every argument can be passed by name', $$
    SELECT r.name FROM routine AS r CROSS JOIN LATERAL unnest(r.proargnames) AS a(name)
    WHERE a.name IN (SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'C')) $$),
('every argument has a name', $$
    SELECT name FROM routine WHERE pronargs > 0 AND (proargnames IS NULL OR '' = ANY (proargnames)) $$),
('functions that return rows say how many to expect', $$
    SELECT name FROM routine
    WHERE proretset AND prorows = 1000 AND name NOT IN ('inventory.escrow_entries', 'inventory.stock_at') $$),
('every table and sequence is registered for pg_dump', $$
    SELECT name FROM relation AS r WHERE relkind IN ('r', 'p', 'S') AND r.oid <> ALL (r.extconfig) $$),
('rows that come with the extension are not dumped', $$
    SELECT r.name FROM relation AS r
    JOIN pg_extension AS e ON r.oid = ANY (e.extconfig)
    WHERE EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = r.oid AND a.attname = 'builtin')
      AND e.extcondition[array_position(e.extconfig, r.oid)] <> 'WHERE NOT builtin' $$),
-- acldefault() is what an object has whose privileges were never touched.
('PUBLIC may not execute any function', $$
    SELECT r.name FROM routine AS r
    CROSS JOIN LATERAL aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) AS a WHERE a.grantee = 0 $$),
('PUBLIC has no privilege on any table, view or sequence', $$
    SELECT r.name FROM relation AS r
    CROSS JOIN LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS a WHERE a.grantee = 0 $$),
('PUBLIC may not use any schema', $$
    SELECT e.nspname FROM extension AS e JOIN pg_namespace AS n ON n.oid = e.schema
    CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a WHERE a.grantee = 0 $$),
-- Ready to be spread over servers.
('ids are made in one place: one sequence for each schema, no identity', $$
    SELECT name FROM relation WHERE relkind = 'S' AND relname <> 'id_seq'
    UNION ALL
    SELECT r.name FROM relation AS r JOIN pg_attribute AS a ON a.attrelid = r.oid WHERE a.attidentity <> '' $$),
('item_id comes first in every unique key of lots and hot tables', $$
    SELECT i.indexrelid::regclass FROM relation AS r JOIN pg_index AS i ON i.indrelid = r.oid AND i.indisunique
    JOIN pg_attribute AS first ON first.attrelid = r.oid AND first.attnum = i.indkey[0]
    WHERE first.attname <> 'item_id'
      AND (r.name = 'inventory.lot' OR r.oid IN (SELECT oid FROM hot_table)) $$),
('hot tables neither have a foreign key nor are the aim of one', $$
    SELECT c.conname FROM pg_constraint AS c JOIN hot_table AS r ON r.oid IN (c.conrelid, c.confrelid)
    WHERE c.contype = 'f' $$),
('hot tables fire their triggers always', $$
    SELECT t.tgname FROM pg_trigger AS t JOIN hot_table AS r ON r.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgenabled <> 'A' $$);

SELECT is_empty(query, name) FROM rule ORDER BY number;

CREATE FUNCTION inventory.planted("limit" integer, integer) RETURNS SETOF integer
    LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE FUNCTION inventory.planted_internal(double precision) RETURNS double precision
    LANGUAGE internal AS 'dsin';
CREATE FUNCTION inventory.planted_elsewhere(text, text) RETURNS real
    LANGUAGE c AS '$libdir/pg_trgm', 'similarity';
CREATE TABLE inventory.planted (number bigint GENERATED ALWAYS AS IDENTITY);
GRANT SELECT ON TABLE inventory.planted TO PUBLIC;
GRANT USAGE ON SCHEMA inventory TO PUBLIC;
CREATE TRIGGER planted AFTER INSERT ON inventory.movement
    FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE UNIQUE INDEX planted_idx ON inventory.balance (location_id);
ALTER TABLE inventory.reservation ADD CONSTRAINT planted FOREIGN KEY (item_id) REFERENCES inventory.item;
UPDATE pg_extension SET extcondition = array_fill(''::text, ARRAY[cardinality(extconfig)])
WHERE extname = 'tidehold_inventory';

SELECT isnt_empty(query, 'seen when broken: ' || name) FROM rule ORDER BY number;

SELECT * FROM finish();
ROLLBACK;
