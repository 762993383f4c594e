-- CREATE EXTENSION takes a schema that is there already, and a restore needs that.  But
-- functions that somebody put into it beforehand would be called in place of ours, and
-- its owner could put some there later.
CREATE FUNCTION tidehold.refuse_planted(schema regnamespace) RETURNS void
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    planted text := (
        SELECT min(pg_describe_object(d.classid, d.objid, 0))
        FROM pg_depend AS d
        WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = schema
          AND d.classid = ANY (ARRAY['pg_class', 'pg_operator', 'pg_proc', 'pg_type']::regclass[])
          AND NOT EXISTS (
              SELECT FROM pg_depend AS e
              WHERE e.classid = d.classid AND e.objid = d.objid
                AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'));
    owner text := (
        SELECT r.rolname FROM pg_namespace AS n JOIN pg_roles AS r ON r.oid = n.nspowner
        WHERE n.oid = schema AND NOT r.rolsuper);
BEGIN
    IF planted IS NOT NULL THEN
        RAISE EXCEPTION 'schema "%" already holds %', schema, planted
            USING ERRCODE = 'duplicate_object',
                  HINT = 'Drop it, or move it to another schema: this one is for the extension alone.';
    END IF;
    IF owner IS NOT NULL THEN
        RAISE EXCEPTION 'schema "%" belongs to role "%", which is not superuser', schema, owner
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Drop the schema, or give it to a superuser.';
    END IF;
END
$$;
COMMENT ON FUNCTION tidehold.refuse_planted(regnamespace) IS
    'refuses a schema that holds objects of others or belongs to an ordinary role; the install scripts call it';
REVOKE ALL ON FUNCTION tidehold.refuse_planted(regnamespace) FROM PUBLIC;
-- The cast is needed: without it a planted overload could be the better match.
SELECT tidehold.refuse_planted('tidehold'::pg_catalog.regnamespace);
