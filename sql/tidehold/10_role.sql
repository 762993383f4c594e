-- Roles are shared by all databases of a cluster, so the second CREATE EXTENSION
-- finds them.  A role of that name that can log in or is superuser was made by
-- somebody for another purpose, and granting to it would hand out our tables.
DO $$
DECLARE
    role_name text;
    existing record;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['tidehold_reader', 'tidehold_operator', 'tidehold_admin'] LOOP
        SELECT rolcanlogin, rolsuper INTO existing FROM pg_catalog.pg_roles WHERE rolname = role_name;
        IF NOT FOUND THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role_name);
        ELSIF existing.rolcanlogin OR existing.rolsuper THEN
            RAISE EXCEPTION 'role "%" exists and can log in or is superuser', role_name
                USING ERRCODE = 'duplicate_object',
                      HINT = 'Rename that role: tidehold grants its privileges to a group role of this name.';
        END IF;
    END LOOP;
END
$$;
GRANT tidehold_reader TO tidehold_operator;
GRANT tidehold_operator TO tidehold_admin;

COMMENT ON ROLE tidehold_reader IS 'may read stock, reservations, observations and statistics of tidehold';
COMMENT ON ROLE tidehold_operator IS 'may call the operations of tidehold that change stock; includes tidehold_reader';
COMMENT ON ROLE tidehold_admin IS 'may keep master data and repair; includes tidehold_operator';

GRANT USAGE ON SCHEMA tidehold TO tidehold_reader, pg_monitor;
COMMENT ON SCHEMA tidehold IS 'platform of the tidehold distribution: version, workers, statistics';
