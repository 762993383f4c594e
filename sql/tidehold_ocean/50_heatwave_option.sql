-- What a climatology and a detection are made with: one value, so that what belongs together
-- stays together.  Warm or cold is a single field of it; a cold spell is looked for with the
-- climatology of a cold spell, or not at all.
CREATE TYPE ocean.heatwave_options AS (
    kind text,
    first_year integer,
    last_year integer,
    percentile double precision,
    month_percentiles double precision[],
    window_half_width integer,
    smoothing_width integer,
    pad_days integer,
    min_years integer,
    guard double precision,
    min_duration integer,
    max_gap integer,
    join_gaps boolean);
COMMENT ON TYPE ocean.heatwave_options IS
    'how a climatology is made and how events are found with it; made and checked by ocean.heatwave_options()';
COMMENT ON COLUMN ocean.heatwave_options.kind IS 'heatwave: warm events; cold_spell: cold ones, by the same percentile of the series turned over';
COMMENT ON COLUMN ocean.heatwave_options.first_year IS 'first year of the baseline; NULL: the first one of the data';
COMMENT ON COLUMN ocean.heatwave_options.last_year IS 'last year of the baseline, all of it; NULL: the last one of the data';
COMMENT ON COLUMN ocean.heatwave_options.percentile IS 'of the threshold, above 0 and below 100; for cold spells counted from the warm end, so that 90 is the tenth coldest';
COMMENT ON COLUMN ocean.heatwave_options.month_percentiles IS 'twelve of them, January first, where seasons differ; NULL: percentile all year';
COMMENT ON COLUMN ocean.heatwave_options.window_half_width IS 'days on both sides of a day of the year that its sample holds';
COMMENT ON COLUMN ocean.heatwave_options.smoothing_width IS 'days of the running mean over both curves, odd; 1: none';
COMMENT ON COLUMN ocean.heatwave_options.pad_days IS 'runs of missing days up to so long are interpolated';
COMMENT ON COLUMN ocean.heatwave_options.min_years IS 'years with a value that the baseline must have';
COMMENT ON COLUMN ocean.heatwave_options.guard IS 'least distance of the threshold from the mean, in the unit of the values; NULL: none, as the reference does';
COMMENT ON COLUMN ocean.heatwave_options.min_duration IS 'days beyond the threshold that make an event';
COMMENT ON COLUMN ocean.heatwave_options.max_gap IS 'days between two events that join them';
COMMENT ON COLUMN ocean.heatwave_options.join_gaps IS 'false: events are not joined';
