SELECT tidehold.refuse_planted('inventory'::pg_catalog.regnamespace);
GRANT USAGE ON SCHEMA inventory TO tidehold_reader;
COMMENT ON SCHEMA inventory IS 'items, locations, lots, the ledger of movements, balances and reservations';

-- One sequence for every id of the schema, read in one place in C, which puts the
-- node number in the upper 16 bits: ids stay unique when the tables are spread
-- over several servers.  Ids up to 999 belong to rows that the extension brings.
CREATE SEQUENCE inventory.id_seq AS bigint MINVALUE 1 MAXVALUE 281474976710655 START 1000 CACHE 32;
COMMENT ON SEQUENCE inventory.id_seq IS 'source of inventory.new_id(); do not call nextval on it';

CREATE FUNCTION inventory.new_id() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_new_id';
COMMENT ON FUNCTION inventory.new_id() IS
    'a new id: tidehold.node_id in the upper 16 bits, a number of this database in the lower 48';

-- Backends remember items, locations and statuses.  A change of those tables
-- reaches every backend as a relation-cache invalidation, which PostgreSQL
-- delivers at commit, over crash recovery and on standbys.  For each row:
-- logical replication fires no statement triggers except that of TRUNCATE.
CREATE FUNCTION inventory.forget_cached() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_forget_cached';
COMMENT ON FUNCTION inventory.forget_cached() IS
    'trigger: backends forget what they remember of the changed table';

CREATE FUNCTION inventory.refuse_in_use() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_inventory_refuse_in_use';
COMMENT ON FUNCTION inventory.refuse_in_use() IS
    'trigger: refuses to delete an item, location or lot that movements, balances or reservations refer to (TH024)';

CREATE FUNCTION inventory.refuse_builtin() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RAISE EXCEPTION 'cannot change a built-in row of table "%"', TG_TABLE_NAME
        USING ERRCODE = 'TH029',
              DETAIL = 'Built-in rows come with the extension and are not part of a dump.',
              HINT = 'Create a row of your own and use that.';
END
$$;
COMMENT ON FUNCTION inventory.refuse_builtin() IS
    'trigger: refuses to change rows that come with the extension, which a dump would not carry (TH029)';
