-- Alerts for simple clients: NOTIFY.  Off until somebody names a channel, because NOTIFY
-- takes a lock that all committing sessions of the server that notify share.
CREATE TABLE ocean.alert_channel (
    channel text COLLATE "C" PRIMARY KEY CHECK (length(channel) BETWEEN 1 AND 63),
    station text,
    min_category smallint NOT NULL DEFAULT 1 CHECK (min_category BETWEEN 1 AND 4)
);
COMMENT ON TABLE ocean.alert_channel IS 'channels of LISTEN that hear of alerts';
COMMENT ON COLUMN ocean.alert_channel.channel IS 'name of the channel';
COMMENT ON COLUMN ocean.alert_channel.station IS 'hears of that station alone; NULL: of all';
COMMENT ON COLUMN ocean.alert_channel.min_category IS 'hears of events that are or were of this category or above';

-- The payload is below 8000 bytes whatever the codes are.  Alerts that a restore brings are
-- not news: they have the time of another transaction.
CREATE FUNCTION ocean.notify_alerts() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM pg_notify(c.channel, json_build_object(
        'alert_id', a.alert_id, 'event_id', a.event_id, 'revision', a.revision, 'station', a.station, 'variable', a.variable,
        'kind', a.kind, 'state_before', a.state_before, 'state', a.state_after, 'category', a.category_after,
        'day', a.day, 'start_date', a.start_date, 'end_date', a.end_date, 'intensity_max', a.intensity_max)::text)
    FROM added AS a
    JOIN ocean.alert_channel AS c ON (c.station IS NULL OR c.station = a.station)
        AND greatest(a.category_before, a.category_after) >= c.min_category
    WHERE a.at = now()
    ORDER BY a.alert_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ocean.notify_alerts() IS 'tells the channels of ocean.alert_channel of new alerts, as JSON, when the transaction commits';
CREATE TRIGGER notify_alerts AFTER INSERT ON ocean.alert
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ocean.notify_alerts();
COMMENT ON TRIGGER notify_alerts ON ocean.alert IS 'for simple clients; others have a feed';

CREATE VIEW ocean.heatwave_now AS
    SELECT s.stream_id, st.code AS station, v.code AS variable, s.climatology_id, c.kind, c.name AS climatology, c.version,
           s.phase, s.through, e.event_id, e.revision, e.start_date, e.end_date, e.duration, e.category, e.category_name,
           e.intensity_max, e.intensity_mean, e.intensity_cumulative
    FROM ocean.heatwave_state AS s
    JOIN ocean.climatology AS c ON c.climatology_id = s.climatology_id
    JOIN ocean.stream AS m ON m.stream_id = s.stream_id
    JOIN ocean.station AS st ON st.station_id = m.station_id
    JOIN ocean.variable AS v ON v.variable_id = m.variable_id
    LEFT JOIN ocean.event AS e ON e.climatology_id = s.climatology_id AND e.stream_id = s.stream_id
        AND e.state IN ('active', 'pending')
    WHERE s.active;
COMMENT ON VIEW ocean.heatwave_now IS
    'where each watched stream stands by each of its climatologies, baselines side by side, and the event that is not over';
