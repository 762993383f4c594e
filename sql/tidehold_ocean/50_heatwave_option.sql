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
    min_duration integer,
    max_gap integer,
    shift_years integer);
COMMENT ON TYPE ocean.heatwave_options IS
    'how a climatology is made and how events are found with it; ocean.heatwave_options() makes one, and a field that is NULL has its default';
COMMENT ON COLUMN ocean.heatwave_options.kind IS 'heatwave: warm events; cold_spell: cold ones, by the same percentile of the series turned over; NULL: that of the climatology that is given, else heatwave';
COMMENT ON COLUMN ocean.heatwave_options.first_year IS 'first year of the baseline; NULL: the first one of the data';
COMMENT ON COLUMN ocean.heatwave_options.last_year IS 'last year of the baseline, which includes it; NULL: the last one of the data';
COMMENT ON COLUMN ocean.heatwave_options.percentile IS 'of the threshold, above 0 and below 100, 90 by default; of cold spells too it is counted from the usual to the extreme: 90 is colder than nine of ten';
COMMENT ON COLUMN ocean.heatwave_options.month_percentiles IS 'twelve of them, January first, where seasons differ; NULL: percentile all year';
COMMENT ON COLUMN ocean.heatwave_options.window_half_width IS 'days on both sides of a day of the year that its sample holds, 5 by default';
COMMENT ON COLUMN ocean.heatwave_options.smoothing_width IS 'days of the running mean over both curves, odd, 31 by default; 1 smooths nothing';
COMMENT ON COLUMN ocean.heatwave_options.pad_days IS 'runs of missing days up to so long are interpolated, 0 by default';
COMMENT ON COLUMN ocean.heatwave_options.min_years IS 'years with a value on half of their days that the baseline must have, 0 by default';
COMMENT ON COLUMN ocean.heatwave_options.min_duration IS 'days in a row beyond the threshold that make an event, 5 by default';
COMMENT ON COLUMN ocean.heatwave_options.max_gap IS 'days between two events that join them, 2 by default; 0 joins nothing';
COMMENT ON COLUMN ocean.heatwave_options.shift_years IS 'the baseline of a year is so many years before it; NULL: it is fixed';

CREATE FUNCTION ocean.heatwave_options(
    kind text DEFAULT NULL, first_year integer DEFAULT NULL, last_year integer DEFAULT NULL,
    percentile double precision DEFAULT NULL, month_percentiles double precision[] DEFAULT NULL,
    window_half_width integer DEFAULT NULL, smoothing_width integer DEFAULT NULL,
    pad_days integer DEFAULT NULL, min_years integer DEFAULT NULL, min_duration integer DEFAULT NULL,
    max_gap integer DEFAULT NULL, shift_years integer DEFAULT NULL)
    RETURNS ocean.heatwave_options
    LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
    SELECT ROW(kind, first_year, last_year, percentile, month_percentiles, window_half_width, smoothing_width,
               pad_days, min_years, min_duration, max_gap, shift_years)::ocean.heatwave_options;
END;
COMMENT ON FUNCTION ocean.heatwave_options(text, integer, integer, double precision, double precision[], integer, integer, integer, integer, integer, integer, integer) IS
    'options for climatologies and the detection of events, by name; what is not given has its default. They are checked where they are used (TH026)';

CREATE FUNCTION ocean.day_of_year(day date) RETURNS smallint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_day_of_year';
COMMENT ON FUNCTION ocean.day_of_year(date) IS
    'day of the year as climatologies count it, 1 to 366, as in a leap year: the first of March is always 61, and 60 comes in leap years alone';

CREATE TYPE ocean.climatology_curve AS (
    kind text,
    first_year integer,
    last_year integer,
    years integer,
    observed integer,
    guarded integer,
    first_day date,
    last_day date,
    mean double precision[],
    threshold double precision[],
    samples integer[]);
COMMENT ON TYPE ocean.climatology_curve IS
    'what each day of the year is usually like, and from where on it is extreme: one climatology as a value; 366 days, of which the sixtieth is 29 February';
COMMENT ON COLUMN ocean.climatology_curve.kind IS 'heatwave or cold_spell: which end the threshold is at';
COMMENT ON COLUMN ocean.climatology_curve.first_year IS 'first year of the baseline';
COMMENT ON COLUMN ocean.climatology_curve.last_year IS 'last year of the baseline';
COMMENT ON COLUMN ocean.climatology_curve.years IS 'years of the baseline with a value on half of their days';
COMMENT ON COLUMN ocean.climatology_curve.observed IS 'values in the baseline';
COMMENT ON COLUMN ocean.climatology_curve.guarded IS 'days of the year with the threshold at the mean or on its other side, as under sea ice: there a day counts as extreme only beyond both, and is Moderate';
COMMENT ON COLUMN ocean.climatology_curve.first_day IS 'first day of the data it was made of';
COMMENT ON COLUMN ocean.climatology_curve.last_day IS 'last day of the data it was made of';
COMMENT ON COLUMN ocean.climatology_curve.mean IS 'usual value of each day of the year, in the unit of the values; NULL where nothing is known';
COMMENT ON COLUMN ocean.climatology_curve.threshold IS 'value beyond which a day is extreme';
COMMENT ON COLUMN ocean.climatology_curve.samples IS 'values that the mean of each day is of, before smoothing';

CREATE TYPE ocean.heatwave AS (
    event_no integer,
    state text,
    start_date date,
    peak_date date,
    end_date date,
    duration integer,
    missing_days integer,
    category smallint,
    category_name text,
    category_date date,
    days_moderate integer,
    days_strong integer,
    days_severe integer,
    days_extreme integer,
    intensity_max double precision,
    intensity_mean double precision,
    intensity_var double precision,
    intensity_cumulative double precision,
    intensity_max_rel_thresh double precision,
    intensity_mean_rel_thresh double precision,
    intensity_var_rel_thresh double precision,
    intensity_cumulative_rel_thresh double precision,
    intensity_max_abs double precision,
    intensity_mean_abs double precision,
    intensity_var_abs double precision,
    intensity_cumulative_abs double precision,
    rate_onset double precision,
    rate_decline double precision);
COMMENT ON TYPE ocean.heatwave IS
    'a marine heatwave or cold spell with its metrics (Hobday et al. 2016, Progress in Oceanography 141, 227) and category (Hobday et al. 2018, Oceanography 31(2), 162); of cold spells intensities are negative';
COMMENT ON COLUMN ocean.heatwave.event_no IS 'number of the event in its series, from 1';
COMMENT ON COLUMN ocean.heatwave.state IS 'active: the last day belongs to it; pending: it seems to be over and may go on; final';
COMMENT ON COLUMN ocean.heatwave.start_date IS 'first day';
COMMENT ON COLUMN ocean.heatwave.peak_date IS 'first day of the greatest anomaly';
COMMENT ON COLUMN ocean.heatwave.end_date IS 'last day';
COMMENT ON COLUMN ocean.heatwave.duration IS 'days, those of a gap included';
COMMENT ON COLUMN ocean.heatwave.missing_days IS 'days of the duration without a value, which are taken for usual ones';
COMMENT ON COLUMN ocean.heatwave.category IS '1 Moderate to 4 Extreme: the highest that a day had';
COMMENT ON COLUMN ocean.heatwave.category_name IS 'name of the category';
COMMENT ON COLUMN ocean.heatwave.category_date IS 'first day that had most of it';
COMMENT ON COLUMN ocean.heatwave.days_moderate IS 'days of category 1';
COMMENT ON COLUMN ocean.heatwave.days_strong IS 'days of category 2';
COMMENT ON COLUMN ocean.heatwave.days_severe IS 'days of category 3';
COMMENT ON COLUMN ocean.heatwave.days_extreme IS 'days of category 4';
COMMENT ON COLUMN ocean.heatwave.intensity_max IS 'anomaly from the climatology on the peak day';
COMMENT ON COLUMN ocean.heatwave.intensity_mean IS 'mean anomaly';
COMMENT ON COLUMN ocean.heatwave.intensity_var IS 'standard deviation of the anomaly, of the population; the reference calls it so';
COMMENT ON COLUMN ocean.heatwave.intensity_cumulative IS 'sum of the anomalies, in units times days';
COMMENT ON COLUMN ocean.heatwave.intensity_max_rel_thresh IS 'distance from the threshold on the peak day';
COMMENT ON COLUMN ocean.heatwave.intensity_mean_rel_thresh IS 'mean distance from the threshold';
COMMENT ON COLUMN ocean.heatwave.intensity_var_rel_thresh IS 'standard deviation of the distance from the threshold';
COMMENT ON COLUMN ocean.heatwave.intensity_cumulative_rel_thresh IS 'sum of the distances from the threshold';
COMMENT ON COLUMN ocean.heatwave.intensity_max_abs IS 'value on the peak day';
COMMENT ON COLUMN ocean.heatwave.intensity_mean_abs IS 'mean value';
COMMENT ON COLUMN ocean.heatwave.intensity_var_abs IS 'standard deviation of the values';
COMMENT ON COLUMN ocean.heatwave.intensity_cumulative_abs IS 'sum of the values';
COMMENT ON COLUMN ocean.heatwave.rate_onset IS 'rise of the anomaly from the start to the peak, in units a day';
COMMENT ON COLUMN ocean.heatwave.rate_decline IS 'fall of the anomaly from the peak to the end, in units a day; NULL while the peak is the last day there is';
