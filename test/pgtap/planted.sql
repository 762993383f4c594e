-- CREATE EXTENSION refuses a schema in which somebody has prepared something: a function
-- there would be called in place of ours, with the rights of whoever calls.
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT plan(14);
CREATE ROLE tap_planter;

-- Installs an extension after what was planted, and takes all of it back.
CREATE FUNCTION pg_temp.install(planted text, extension text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE planted;
    EXECUTE format('CREATE EXTENSION %I CASCADE', extension);
END
$$;

CREATE FUNCTION pg_temp.refused(planted text, extension text, code text) RETURNS SETOF text
    LANGUAGE sql
    AS $$
    SELECT throws_ok(format('SELECT pg_temp.install(%L, %L)', planted, extension), code, NULL,
                     extension || ' after: ' || planted)
    $$;

SELECT pg_temp.refused(planted, extension, code)
FROM (VALUES
    -- the same object: plain CREATE stumbles over it, or the schema was looked at first
    ('CREATE SCHEMA tidehold CREATE TABLE stat_worker (a int)', 'tidehold', '42710'),
    ('CREATE SCHEMA tidehold; CREATE FUNCTION tidehold.version() RETURNS text LANGUAGE sql AS ''SELECT ''''1''''''', 'tidehold', '42710'),
    ('CREATE SCHEMA tidehold; CREATE FUNCTION tidehold.refuse_planted(regnamespace) RETURNS void LANGUAGE sql AS ''''', 'tidehold', '42723'),
    ('CREATE SCHEMA inventory CREATE TABLE item (a int)', 'tidehold_inventory', '42710'),
    ('CREATE SCHEMA inventory; CREATE FUNCTION inventory.new_id() RETURNS bigint LANGUAGE sql AS ''SELECT 1::bigint''',
     'tidehold_inventory', '42710'),
    ('CREATE SCHEMA ocean CREATE TABLE station (a int)', 'tidehold_ocean', '42710'),
    -- another object: an overload, an operator, a type
    ('CREATE SCHEMA tidehold; CREATE FUNCTION tidehold.refuse_planted(text) RETURNS void LANGUAGE sql AS ''''', 'tidehold', '42710'),
    ('CREATE SCHEMA inventory; CREATE FUNCTION inventory.reserve(sku text) RETURNS uuid LANGUAGE sql AS ''SELECT gen_random_uuid()''',
     'tidehold_inventory', '42710'),
    ('CREATE SCHEMA inventory; CREATE OPERATOR inventory.= (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int)',
     'tidehold_inventory', '42710'),
    ('CREATE SCHEMA ocean; CREATE TYPE ocean.station AS ENUM ()', 'tidehold_ocean', '42710'),
    -- a schema whose owner can plant later
    ('CREATE SCHEMA inventory AUTHORIZATION tap_planter', 'tidehold_inventory', '42501'),
    -- a role of our name that somebody logs in with
    ('CREATE EXTENSION tidehold; DROP EXTENSION tidehold; ALTER ROLE tidehold_reader LOGIN', 'tidehold', '42710')
) AS attempt(planted, extension, code);

SELECT lives_ok($$SELECT pg_temp.install('CREATE SCHEMA inventory', 'tidehold_inventory')$$, 'an empty schema serves: a restore makes it first');
SELECT lives_ok($$DROP EXTENSION tidehold_inventory; SELECT pg_temp.install('', 'tidehold_inventory')$$,
                'what is left of the schema serves again');

SELECT * FROM finish();
ROLLBACK;
