CREATE FUNCTION ocean.keep_revision() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    -- The row is locked by its update, so nobody else counts its revisions now.
    INSERT INTO ocean.observation_revision (
        stream_id, observed_at, revision, value, flag, flag_scheme, tests, qc_config_id, received_at, reason)
    SELECT OLD.stream_id, OLD.observed_at, 1 + coalesce(max(r.revision), 0), OLD.value, OLD.flag, OLD.flag_scheme,
           OLD.tests, OLD.qc_config_id, OLD.received_at, left(current_setting('tidehold.revision_reason'), 1000)
    FROM ocean.observation_revision AS r
    WHERE r.stream_id = OLD.stream_id AND r.observed_at = OLD.observed_at;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ocean.keep_revision() IS 'trigger: keeps in ocean.observation_revision what an observation was';

CREATE TRIGGER keep_revision AFTER UPDATE ON ocean.observation
    FOR EACH ROW WHEN (OLD.value IS DISTINCT FROM NEW.value OR OLD.flag <> NEW.flag OR OLD.flag_scheme <> NEW.flag_scheme)
    EXECUTE FUNCTION ocean.keep_revision();
CREATE TRIGGER keep_deleted AFTER DELETE ON ocean.observation
    FOR EACH ROW EXECUTE FUNCTION ocean.keep_revision();
COMMENT ON TRIGGER keep_revision ON ocean.observation IS 'keeps corrected values and flags';
COMMENT ON TRIGGER keep_deleted ON ocean.observation IS 'keeps deleted values';
