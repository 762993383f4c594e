SELECT tidehold.refuse_planted('ocean'::pg_catalog.regnamespace);
GRANT USAGE ON SCHEMA ocean TO tidehold_reader;
COMMENT ON SCHEMA ocean IS 'stations of ocean observation';

-- One sequence for every id of the schema, read in one place in C, which puts the
-- node number in the upper 16 bits, as schema inventory does.
CREATE SEQUENCE ocean.id_seq AS bigint MINVALUE 1 MAXVALUE 281474976710655 START 1000 CACHE 32;
COMMENT ON SEQUENCE ocean.id_seq IS 'source of ocean.new_id(); do not call nextval on it';

CREATE FUNCTION ocean.new_id() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'th_ocean_new_id';
COMMENT ON FUNCTION ocean.new_id() IS
    'a new id: tidehold.node_id in the upper 16 bits, a number of this database in the lower 48';
