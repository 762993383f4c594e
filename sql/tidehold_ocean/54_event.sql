-- Who may touch what is below, and how it stays right:
-- * A row of ocean.heatwave_state belongs to one stream and one climatology.  Whoever changes
--   it, its events, their revisions or alerts holds that row's lock (FOR UPDATE), taken in the
--   order of its key, so two callers of ocean.advance_heatwaves() wait for one another and
--   never deadlock; the second one finds nothing left to do.
-- * State, events, revisions and alerts are written by the transaction that read the daily
--   means: an abort or a kill -9 leaves all of them as they were, and the next call does it
--   again.  Nothing is kept outside of the tables, so a promoted standby goes on where the
--   last commit that it has left off.
-- * revision is that of the daily means that the state has seen.  Revisions of a stream follow
--   the order of commits (ocean.daily_state), so what has a greater one is new, and nothing
--   can come later with a smaller one.
CREATE TABLE ocean.heatwave_state (
    stream_id bigint NOT NULL REFERENCES ocean.stream,
    climatology_id bigint NOT NULL REFERENCES ocean.climatology ON DELETE CASCADE,
    min_duration integer NOT NULL CHECK (min_duration BETWEEN 1 AND 366),
    max_gap integer NOT NULL CHECK (max_gap BETWEEN 0 AND 366),
    active boolean NOT NULL DEFAULT true,
    phase text COLLATE "C" NOT NULL DEFAULT 'none' CHECK (phase IN ('none', 'watch', 'active', 'pending')),
    first_day date,
    judged date,
    through date,
    revision bigint NOT NULL DEFAULT 0,
    state bytea,
    advanced_at timestamptz,
    PRIMARY KEY (stream_id, climatology_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE ocean.heatwave_state IS
    'where the detection of each stream by each climatology stands; ocean.advance_heatwaves() moves it on';
COMMENT ON COLUMN ocean.heatwave_state.min_duration IS 'days in a row beyond the threshold that make an event';
COMMENT ON COLUMN ocean.heatwave_state.max_gap IS 'days between two events that join them';
COMMENT ON COLUMN ocean.heatwave_state.active IS 'false: is not moved on any more';
COMMENT ON COLUMN ocean.heatwave_state.phase IS 'none; watch: days beyond the threshold, too few for an event; active: the last day belongs to an event; pending: the event seems to be over and may go on';
COMMENT ON COLUMN ocean.heatwave_state.first_day IS 'first day of the stream';
COMMENT ON COLUMN ocean.heatwave_state.judged IS 'last day that is decided; days after it wait to be padded';
COMMENT ON COLUMN ocean.heatwave_state.through IS 'last day that was seen';
COMMENT ON COLUMN ocean.heatwave_state.revision IS 'of the daily means: later ones have not been seen';
COMMENT ON COLUMN ocean.heatwave_state.state IS 'what the core needs to go on; the same bytes on every machine';
COMMENT ON COLUMN ocean.heatwave_state.advanced_at IS 'when it was moved on';

CREATE TABLE ocean.event (
    event_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    stream_id bigint NOT NULL,
    climatology_id bigint NOT NULL REFERENCES ocean.climatology,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('heatwave', 'cold_spell')),
    state text COLLATE "C" NOT NULL CHECK (state IN ('active', 'pending', 'final', 'retracted')),
    revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
    merged_into bigint,
    split_from bigint,
    start_date date NOT NULL,
    peak_date date NOT NULL,
    end_date date NOT NULL,
    duration integer NOT NULL,
    missing_days integer NOT NULL,
    category smallint NOT NULL,
    category_name text NOT NULL,
    category_date date NOT NULL,
    days_moderate integer NOT NULL,
    days_strong integer NOT NULL,
    days_severe integer NOT NULL,
    days_extreme integer NOT NULL,
    intensity_max double precision NOT NULL,
    intensity_mean double precision NOT NULL,
    intensity_var double precision NOT NULL,
    intensity_cumulative double precision NOT NULL,
    intensity_max_rel_thresh double precision NOT NULL,
    intensity_mean_rel_thresh double precision NOT NULL,
    intensity_var_rel_thresh double precision NOT NULL,
    intensity_cumulative_rel_thresh double precision NOT NULL,
    intensity_max_abs double precision NOT NULL,
    intensity_mean_abs double precision NOT NULL,
    intensity_var_abs double precision NOT NULL,
    intensity_cumulative_abs double precision NOT NULL,
    rate_onset double precision,
    rate_decline double precision,
    declared_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CHECK (start_date <= end_date)
);
CREATE INDEX event_climatology_id_idx ON ocean.event (climatology_id, start_date);
CREATE INDEX event_stream_id_idx ON ocean.event (stream_id, start_date);
CREATE INDEX event_open_idx ON ocean.event (climatology_id) WHERE state IN ('active', 'pending');
COMMENT ON TABLE ocean.event IS 'marine heatwaves and cold spells of streams, as they are known now';
COMMENT ON COLUMN ocean.event.event_id IS 'stays the same while the event goes on and when late or corrected data move its ends';
COMMENT ON COLUMN ocean.event.stream_id IS 'the stream';
COMMENT ON COLUMN ocean.event.climatology_id IS 'by which it is an event';
COMMENT ON COLUMN ocean.event.kind IS 'heatwave or cold_spell';
COMMENT ON COLUMN ocean.event.state IS 'active: the last day belongs to it; pending: it seems to be over and may go on; final: only late or corrected data can change it; retracted: it is none by what is known now';
COMMENT ON COLUMN ocean.event.revision IS 'goes up by one whenever something of the row changes';
COMMENT ON COLUMN ocean.event.merged_into IS 'of a retracted event: the one that its days belong to now';
COMMENT ON COLUMN ocean.event.split_from IS 'event that it was a part of';
COMMENT ON COLUMN ocean.event.declared_at IS 'when it became known';
COMMENT ON COLUMN ocean.event.changed_at IS 'when its last revision was written';
COMMENT ON INDEX ocean.event_climatology_id_idx IS 'events of a climatology in order of time';
COMMENT ON INDEX ocean.event_stream_id_idx IS 'events of a stream in order of time';
COMMENT ON INDEX ocean.event_open_idx IS 'events that are not over';
COMMENT ON COLUMN ocean.event.start_date IS 'first day';
COMMENT ON COLUMN ocean.event.peak_date IS 'first day of the greatest anomaly';
COMMENT ON COLUMN ocean.event.end_date IS 'last day';
COMMENT ON COLUMN ocean.event.duration IS 'days, those of a gap included';
COMMENT ON COLUMN ocean.event.missing_days IS 'days of the duration without a value, which are taken for usual ones';
COMMENT ON COLUMN ocean.event.category IS '1 Moderate to 4 Extreme: the highest that a day had';
COMMENT ON COLUMN ocean.event.category_name IS 'name of the category';
COMMENT ON COLUMN ocean.event.category_date IS 'first day that had most of it';
COMMENT ON COLUMN ocean.event.days_moderate IS 'days of category 1';
COMMENT ON COLUMN ocean.event.days_strong IS 'days of category 2';
COMMENT ON COLUMN ocean.event.days_severe IS 'days of category 3';
COMMENT ON COLUMN ocean.event.days_extreme IS 'days of category 4';
COMMENT ON COLUMN ocean.event.intensity_max IS 'anomaly from the climatology on the peak day';
COMMENT ON COLUMN ocean.event.intensity_mean IS 'mean anomaly';
COMMENT ON COLUMN ocean.event.intensity_var IS 'standard deviation of the anomaly, of the population; the reference calls it so';
COMMENT ON COLUMN ocean.event.intensity_cumulative IS 'sum of the anomalies, in units times days';
COMMENT ON COLUMN ocean.event.intensity_max_rel_thresh IS 'distance from the threshold on the peak day';
COMMENT ON COLUMN ocean.event.intensity_mean_rel_thresh IS 'mean distance from the threshold';
COMMENT ON COLUMN ocean.event.intensity_var_rel_thresh IS 'standard deviation of the distance from the threshold';
COMMENT ON COLUMN ocean.event.intensity_cumulative_rel_thresh IS 'sum of the distances from the threshold';
COMMENT ON COLUMN ocean.event.intensity_max_abs IS 'value on the peak day';
COMMENT ON COLUMN ocean.event.intensity_mean_abs IS 'mean value';
COMMENT ON COLUMN ocean.event.intensity_var_abs IS 'standard deviation of the values';
COMMENT ON COLUMN ocean.event.intensity_cumulative_abs IS 'sum of the values';
COMMENT ON COLUMN ocean.event.rate_onset IS 'rise of the anomaly from the start to the peak, in units a day';
COMMENT ON COLUMN ocean.event.rate_decline IS 'fall of the anomaly from the peak to the end, in units a day; NULL while the peak is the last day there is';

CREATE TABLE ocean.event_revision (
    event_id bigint NOT NULL REFERENCES ocean.event ON DELETE CASCADE,
    revision integer NOT NULL CHECK (revision > 0),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    cause text COLLATE "C" NOT NULL CHECK (cause IN ('day', 'correction', 'start')),
    through date NOT NULL,
    state text COLLATE "C" NOT NULL,
    start_date date NOT NULL,
    peak_date date NOT NULL,
    end_date date NOT NULL,
    duration integer NOT NULL,
    missing_days integer NOT NULL,
    category smallint NOT NULL,
    intensity_max double precision NOT NULL,
    intensity_mean double precision NOT NULL,
    intensity_cumulative double precision NOT NULL,
    PRIMARY KEY (event_id, revision)
);
CREATE INDEX event_revision_recorded_at_idx ON ocean.event_revision USING brin (recorded_at);
COMMENT ON TABLE ocean.event_revision IS 'what each event was known as, revision by revision; the last one is the event itself';
COMMENT ON COLUMN ocean.event_revision.event_id IS 'the event';
COMMENT ON COLUMN ocean.event_revision.revision IS 'from 1';
COMMENT ON COLUMN ocean.event_revision.recorded_at IS 'when it became so';
COMMENT ON COLUMN ocean.event_revision.cause IS 'day: another day came; correction: a day that was seen before came late or changed; start: the stream began to be watched';
COMMENT ON COLUMN ocean.event_revision.through IS 'last day that was known';
COMMENT ON COLUMN ocean.event_revision.state IS 'as in ocean.event';
COMMENT ON COLUMN ocean.event_revision.start_date IS 'first day';
COMMENT ON COLUMN ocean.event_revision.peak_date IS 'first day of the greatest anomaly';
COMMENT ON COLUMN ocean.event_revision.end_date IS 'last day';
COMMENT ON COLUMN ocean.event_revision.duration IS 'days, those of a gap included';
COMMENT ON COLUMN ocean.event_revision.missing_days IS 'days of the duration without a value, which are taken for usual ones';
COMMENT ON COLUMN ocean.event_revision.category IS '1 Moderate to 4 Extreme: the highest that a day had';
COMMENT ON COLUMN ocean.event_revision.intensity_max IS 'anomaly from the climatology on the peak day';
COMMENT ON COLUMN ocean.event_revision.intensity_mean IS 'mean anomaly';
COMMENT ON COLUMN ocean.event_revision.intensity_cumulative IS 'sum of the anomalies, in units times days';
COMMENT ON INDEX ocean.event_revision_recorded_at_idx IS 'what became known lately';

CREATE TABLE ocean.alert (
    alert_id bigint PRIMARY KEY DEFAULT ocean.new_id(),
    event_id bigint NOT NULL,
    revision integer NOT NULL,
    stream_id bigint NOT NULL,
    station text NOT NULL,
    variable text NOT NULL,
    climatology_id bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    state_before text COLLATE "C",
    state_after text COLLATE "C" NOT NULL,
    category_before smallint,
    category_after smallint NOT NULL,
    day date NOT NULL,
    start_date date NOT NULL,
    end_date date NOT NULL,
    intensity_max double precision NOT NULL,
    cause text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (event_id, revision)
);
-- What a feed keys alerts by must be part of the identity of a row.
ALTER TABLE ocean.alert REPLICA IDENTITY USING INDEX alert_event_id_revision_key;
CREATE INDEX alert_at_idx ON ocean.alert USING brin (at);
CREATE INDEX alert_stream_id_idx ON ocean.alert (stream_id, alert_id);
COMMENT ON TABLE ocean.alert IS
    'a row for each change of the state or the category of an event; state_after retracted takes back what was said of it';
COMMENT ON COLUMN ocean.alert.alert_id IS 'greater for later ones of a stream';
COMMENT ON COLUMN ocean.alert.event_id IS 'the event, the same in all its alerts';
COMMENT ON COLUMN ocean.alert.revision IS 'of the event: a reader keeps the greatest that he has seen';
COMMENT ON COLUMN ocean.alert.stream_id IS 'the stream';
COMMENT ON COLUMN ocean.alert.station IS 'code of the station, as it was called then';
COMMENT ON COLUMN ocean.alert.variable IS 'code of the variable';
COMMENT ON COLUMN ocean.alert.climatology_id IS 'by which it is an event';
COMMENT ON COLUMN ocean.alert.kind IS 'heatwave or cold_spell';
COMMENT ON COLUMN ocean.alert.state_before IS 'NULL: the event is new';
COMMENT ON COLUMN ocean.alert.state_after IS 'active, pending, final or retracted';
COMMENT ON COLUMN ocean.alert.category_before IS 'NULL: the event is new';
COMMENT ON COLUMN ocean.alert.category_after IS '1 Moderate, 2 Strong, 3 Severe, 4 Extreme';
COMMENT ON COLUMN ocean.alert.day IS 'last day that was known';
COMMENT ON COLUMN ocean.alert.start_date IS 'of the event';
COMMENT ON COLUMN ocean.alert.end_date IS 'of the event, as far as it is known';
COMMENT ON COLUMN ocean.alert.intensity_max IS 'of the event, as far as it is known';
COMMENT ON COLUMN ocean.alert.cause IS 'day: another day came; correction: a day that was seen before came late or changed';
COMMENT ON COLUMN ocean.alert.at IS 'when it was written';
COMMENT ON INDEX ocean.alert_at_idx IS 'alerts of late';
COMMENT ON INDEX ocean.alert_stream_id_idx IS 'alerts of a stream';
