CREATE FUNCTION ocean.thresholds_valid(thresholds jsonb) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_thresholds_valid';
COMMENT ON FUNCTION ocean.thresholds_valid(jsonb) IS
    'true for thresholds that the tests can be made with, else an error that names the one that is wrong (TH026)';

-- Observations refer to the thresholds they were judged by: rows are added and never change.
CREATE TABLE ocean.qc_config (
    qc_config_id integer PRIMARY KEY CHECK (qc_config_id > 0),
    stream_id bigint REFERENCES ocean.stream,
    variable_id smallint REFERENCES ocean.variable,
    cadence interval CHECK (cadence > '0'),
    version integer NOT NULL CHECK (version > 0),
    thresholds jsonb NOT NULL CHECK (ocean.thresholds_valid(thresholds)),
    remark text NOT NULL DEFAULT '' CHECK (length(remark) <= 10000),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by name NOT NULL DEFAULT session_user,
    CONSTRAINT qc_config_scope_check CHECK (num_nonnulls(stream_id, variable_id) = 1 AND (stream_id IS NULL OR cadence IS NULL)),
    CONSTRAINT qc_config_version_key UNIQUE NULLS NOT DISTINCT (stream_id, variable_id, cadence, version)
);
COMMENT ON TABLE ocean.qc_config IS
    'thresholds of quality control, of a stream or of a variable at a cadence; the highest version is in force, and what was in force before stays to explain old flags';
COMMENT ON COLUMN ocean.qc_config.qc_config_id IS 'observations name it; ocean.set_qc_config() gives it, once';
COMMENT ON COLUMN ocean.qc_config.stream_id IS 'for this stream; NULL: for a variable';
COMMENT ON COLUMN ocean.qc_config.variable_id IS 'for streams of this variable that have none of their own';
COMMENT ON COLUMN ocean.qc_config.cadence IS 'for streams of this cadence; NULL: of any that has none of its own';
COMMENT ON COLUMN ocean.qc_config.version IS '1 is the first of its stream, or of its variable and cadence';
COMMENT ON COLUMN ocean.qc_config.thresholds IS 'object with a member for each test that is made, see doc/ocean_quality.md; {} makes none';
COMMENT ON COLUMN ocean.qc_config.remark IS 'why these';
COMMENT ON COLUMN ocean.qc_config.created_at IS 'since when';
COMMENT ON COLUMN ocean.qc_config.created_by IS 'role that set it';

CREATE FUNCTION ocean.refuse_change() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RAISE EXCEPTION 'configuration % of quality control cannot be changed', OLD.qc_config_id
        USING ERRCODE = 'TH026',
              DETAIL = 'Observations refer to the thresholds that they were judged by.',
              HINT = 'Set a new version with ocean.set_qc_config().';
END
$$;
COMMENT ON FUNCTION ocean.refuse_change() IS 'trigger: configurations of quality control stay as they are';

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON ocean.qc_config
    FOR EACH ROW EXECUTE FUNCTION ocean.refuse_change();
COMMENT ON TRIGGER refuse_change ON ocean.qc_config IS 'keeps what observations refer to';

CREATE FUNCTION ocean.qc_config_in_force(stream_id bigint) RETURNS SETOF ocean.qc_config
    LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT f.* FROM (
        (SELECT c.* FROM ocean.qc_config AS c
         WHERE c.stream_id = qc_config_in_force.stream_id ORDER BY c.version DESC LIMIT 1)
        UNION ALL
        (SELECT c.* FROM ocean.stream AS s
         JOIN ocean.qc_config AS c ON c.stream_id IS NULL AND c.variable_id = s.variable_id
             AND (c.cadence = s.cadence OR c.cadence IS NULL)
         WHERE s.stream_id = qc_config_in_force.stream_id
         ORDER BY c.cadence IS NULL, c.version DESC LIMIT 1)) AS f
    ORDER BY f.stream_id IS NULL LIMIT 1;
END;
COMMENT ON FUNCTION ocean.qc_config_in_force(bigint) IS
    'thresholds that new rows of a stream are judged by: its own, else those of its variable at its cadence, else those of its variable; no row: the sane range of the variable alone';

CREATE FUNCTION ocean.set_qc_config(
    thresholds jsonb, stream_id bigint DEFAULT NULL, variable text DEFAULT NULL,
    cadence interval DEFAULT NULL, remark text DEFAULT '')
    RETURNS integer
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    wanted_variable_id smallint;
    made integer;
BEGIN
    IF num_nonnulls(stream_id, variable) <> 1 THEN
        RAISE EXCEPTION 'thresholds are for a stream or for a variable'
            USING ERRCODE = 'TH026', HINT = 'Give stream_id, or variable and, if you like, cadence.';
    END IF;
    IF stream_id IS NOT NULL AND NOT EXISTS (SELECT FROM ocean.stream AS s WHERE s.stream_id = set_qc_config.stream_id) THEN
        RAISE EXCEPTION 'stream % does not exist', stream_id USING ERRCODE = 'TH026';
    END IF;
    IF stream_id IS NOT NULL AND cadence IS NOT NULL THEN
        RAISE EXCEPTION 'stream % has its own cadence', stream_id
            USING ERRCODE = 'TH026', HINT = 'Leave cadence out, or give a variable.';
    END IF;
    IF variable IS NOT NULL THEN
        SELECT v.variable_id INTO wanted_variable_id FROM ocean.variable AS v WHERE v.code = variable;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'variable "%" does not exist', variable USING ERRCODE = 'TH026';
        END IF;
    END IF;
    -- Two calls at once would choose the same numbers.
    LOCK TABLE ocean.qc_config IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO ocean.qc_config (qc_config_id, stream_id, variable_id, cadence, version, thresholds, remark)
    SELECT 1 + coalesce(max(c.qc_config_id), 0), set_qc_config.stream_id, wanted_variable_id, set_qc_config.cadence,
           1 + coalesce(max(c.version) FILTER (WHERE c.stream_id IS NOT DISTINCT FROM set_qc_config.stream_id
               AND c.variable_id IS NOT DISTINCT FROM wanted_variable_id
               AND c.cadence IS NOT DISTINCT FROM set_qc_config.cadence), 0),
           set_qc_config.thresholds, coalesce(set_qc_config.remark, '')
    FROM ocean.qc_config AS c
    RETURNING qc_config.qc_config_id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION ocean.set_qc_config(jsonb, bigint, text, interval, text) IS
    'sets the thresholds of a stream, or of the streams of a variable (at a cadence) that have none of their own, and returns their id; rows that are there keep their flags until ocean.rejudge()';
