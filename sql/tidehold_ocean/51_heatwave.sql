-- Climatologies and events without storage: of arrays, of the daily means of a stream, and as
-- aggregates over any rows.  A parallel plan has each process work on its own series.

CREATE FUNCTION ocean.climatology_values(
    day date[], value double precision[], options ocean.heatwave_options DEFAULT NULL)
    RETURNS ocean.climatology_curve
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_ocean_climatology_values';
COMMENT ON FUNCTION ocean.climatology_values(date[], double precision[], ocean.heatwave_options) IS
    'climatology of a daily series, to the digits of marineHeatWaves.detect (Hobday et al. 2016); days in any order, one that is absent, NULL or NaN is missing; a day twice, an infinite value, a baseline that the data do not reach or that has fewer than min_years years are errors (TH026)';

CREATE FUNCTION ocean.climatology_stream(
    stream_id bigint, options ocean.heatwave_options DEFAULT NULL)
    RETURNS ocean.climatology_curve
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_ocean_climatology_stream';
COMMENT ON FUNCTION ocean.climatology_stream(bigint, ocean.heatwave_options) IS
    'the same of the daily means of a stream; the caller must be allowed to read ocean.daily_mean';

CREATE FUNCTION ocean.climatology_fit_values(
    day date[], value double precision[], curve ocean.climatology_curve, OUT observed integer, OUT bias double precision, OUT rmse double precision, OUT rmse_less_bias double precision)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000
    AS 'MODULE_PATHNAME', 'th_ocean_climatology_fit_values';
COMMENT ON FUNCTION ocean.climatology_fit_values(date[], double precision[], ocean.climatology_curve) IS
    'how well a climatology fits a daily series: the number of values, and of value less mean the average, the root mean square and that without the average';

CREATE FUNCTION ocean.climatology_fit_stream(
    stream_id bigint, curve ocean.climatology_curve, OUT observed integer, OUT bias double precision, OUT rmse double precision, OUT rmse_less_bias double precision)
    RETURNS record
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10000
    AS 'MODULE_PATHNAME', 'th_ocean_climatology_fit_stream';
COMMENT ON FUNCTION ocean.climatology_fit_stream(bigint, ocean.climatology_curve) IS
    'the same of the daily means of a stream';

CREATE FUNCTION ocean.climatology_days(
    curve ocean.climatology_curve, OUT day_of_year smallint, OUT mean double precision, OUT threshold double precision, OUT samples integer)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 366
BEGIN ATOMIC
    SELECT d.ordinality::smallint, d.mean, d.threshold, d.samples
    FROM unnest((curve).mean, (curve).threshold, (curve).samples) WITH ORDINALITY AS d (mean, threshold, samples, ordinality);
END;
COMMENT ON FUNCTION ocean.climatology_days(ocean.climatology_curve) IS 'the days of a climatology as rows';

CREATE FUNCTION ocean.detect_values(
    day date[], value double precision[], options ocean.heatwave_options DEFAULT NULL, curve ocean.climatology_curve DEFAULT NULL)
    RETURNS SETOF ocean.heatwave
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 100
    AS 'MODULE_PATHNAME', 'th_ocean_detect_values';
COMMENT ON FUNCTION ocean.detect_values(date[], double precision[], ocean.heatwave_options, ocean.climatology_curve) IS
    'events of a daily series, oldest first, by the climatology given, or by its own; with shift_years each year has the baseline before it, and the first years that of the first shift_years years of the data';

CREATE FUNCTION ocean.detect_stream(
    stream_id bigint, options ocean.heatwave_options DEFAULT NULL, curve ocean.climatology_curve DEFAULT NULL)
    RETURNS SETOF ocean.heatwave
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 100
    AS 'MODULE_PATHNAME', 'th_ocean_detect_stream';
COMMENT ON FUNCTION ocean.detect_stream(bigint, ocean.heatwave_options, ocean.climatology_curve) IS
    'the same of the daily means of a stream; the caller must be allowed to read ocean.daily_mean';

CREATE FUNCTION ocean.label_values(
    day date[], value double precision[], options ocean.heatwave_options DEFAULT NULL, curve ocean.climatology_curve DEFAULT NULL, OUT day date, OUT value double precision, OUT mean double precision, OUT threshold double precision, OUT exceeds boolean, OUT causal text, OUT event_no integer)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 10000
    AS 'MODULE_PATHNAME', 'th_ocean_label_values';
COMMENT ON FUNCTION ocean.label_values(date[], double precision[], ocean.heatwave_options, ocean.climatology_curve) IS
    'each day of a series: its value, padded if the options pad it, what is usual and what extreme, whether it is beyond that; causal is what was known on its evening (none, watch, active, pending), event_no the event that it belongs to by hindsight, NULL of none';

CREATE FUNCTION ocean.label_stream(
    stream_id bigint, options ocean.heatwave_options DEFAULT NULL, curve ocean.climatology_curve DEFAULT NULL, OUT day date, OUT value double precision, OUT mean double precision, OUT threshold double precision, OUT exceeds boolean, OUT causal text, OUT event_no integer)
    RETURNS SETOF record
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 10000
    AS 'MODULE_PATHNAME', 'th_ocean_label_stream';
COMMENT ON FUNCTION ocean.label_stream(bigint, ocean.heatwave_options, ocean.climatology_curve) IS
    'the same of the daily means of a stream';

CREATE FUNCTION ocean.years_values(
    day date[], value double precision[], options ocean.heatwave_options DEFAULT NULL, curve ocean.climatology_curve DEFAULT NULL, OUT year integer, OUT events integer, OUT event_days integer, OUT days_moderate integer, OUT days_strong integer, OUT days_severe integer, OUT days_extreme integer, OUT duration double precision, OUT intensity_strongest double precision, OUT total_cumulative double precision, OUT intensity_max double precision, OUT intensity_mean double precision, OUT intensity_var double precision, OUT intensity_cumulative double precision, OUT intensity_max_rel_thresh double precision, OUT intensity_mean_rel_thresh double precision, OUT intensity_var_rel_thresh double precision, OUT intensity_cumulative_rel_thresh double precision, OUT intensity_max_abs double precision, OUT intensity_mean_abs double precision, OUT intensity_var_abs double precision, OUT intensity_cumulative_abs double precision, OUT rate_onset double precision, OUT rate_decline double precision, OUT observed integer, OUT value_mean double precision, OUT value_least double precision, OUT value_greatest double precision)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 40
    AS 'MODULE_PATHNAME', 'th_ocean_years_values';
COMMENT ON FUNCTION ocean.years_values(date[], double precision[], ocean.heatwave_options, ocean.climatology_curve) IS
    'yearly block averages of the events of a series: events count in the year in which they start, event_days in the year in which they lie; metrics are means over the events of the year, NULL of a year without any, total_cumulative is their sum; the values of the year stand beside them';

CREATE FUNCTION ocean.years_stream(
    stream_id bigint, options ocean.heatwave_options DEFAULT NULL, curve ocean.climatology_curve DEFAULT NULL, OUT year integer, OUT events integer, OUT event_days integer, OUT days_moderate integer, OUT days_strong integer, OUT days_severe integer, OUT days_extreme integer, OUT duration double precision, OUT intensity_strongest double precision, OUT total_cumulative double precision, OUT intensity_max double precision, OUT intensity_mean double precision, OUT intensity_var double precision, OUT intensity_cumulative double precision, OUT intensity_max_rel_thresh double precision, OUT intensity_mean_rel_thresh double precision, OUT intensity_var_rel_thresh double precision, OUT intensity_cumulative_rel_thresh double precision, OUT intensity_max_abs double precision, OUT intensity_mean_abs double precision, OUT intensity_var_abs double precision, OUT intensity_cumulative_abs double precision, OUT rate_onset double precision, OUT rate_decline double precision, OUT observed integer, OUT value_mean double precision, OUT value_least double precision, OUT value_greatest double precision)
    RETURNS SETOF record
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 40
    AS 'MODULE_PATHNAME', 'th_ocean_years_stream';
COMMENT ON FUNCTION ocean.years_stream(bigint, ocean.heatwave_options, ocean.climatology_curve) IS
    'the same of the daily means of a stream';

CREATE FUNCTION ocean.heatwave_ranks(
    figures double precision[], days integer, OUT ordinal integer, OUT figure double precision, OUT rank integer, OUT return_years double precision)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000 ROWS 100
    AS 'MODULE_PATHNAME', 'th_ocean_heatwave_ranks';
COMMENT ON FUNCTION ocean.heatwave_ranks(double precision[], integer) IS
    'ranks of figures of events, the largest first, and the years that lie between events of that rank or above in a series of so many days, by the Weibull plotting position; of equal figures the later one has the lower rank; turn the signs of cold spells before';

CREATE FUNCTION ocean.daily_accumulate(state internal, day date, value double precision) RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_daily_accumulate';
COMMENT ON FUNCTION ocean.daily_accumulate(internal, date, double precision) IS 'transition function of the aggregates over days';
CREATE FUNCTION ocean.daily_accumulate(state internal, day date, value double precision, options ocean.heatwave_options) RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_daily_accumulate';
COMMENT ON FUNCTION ocean.daily_accumulate(internal, date, double precision, ocean.heatwave_options) IS 'transition function of the aggregates over days';
CREATE FUNCTION ocean.climatology_final(state internal) RETURNS ocean.climatology_curve
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_climatology_final';
COMMENT ON FUNCTION ocean.climatology_final(internal) IS 'final function of ocean.climatology';
CREATE FUNCTION ocean.heatwaves_final(state internal) RETURNS ocean.heatwave[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_detect_final';
COMMENT ON FUNCTION ocean.heatwaves_final(internal) IS 'final function of ocean.heatwaves';

CREATE AGGREGATE ocean.climatology(day date, value double precision) (
    SFUNC = ocean.daily_accumulate, STYPE = internal, SSPACE = 65536,
    FINALFUNC = ocean.climatology_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE ocean.climatology(date, double precision) IS
    'the climatology of the rows of each group; days in any order, NULL and NaN are missing values; NULL of no rows';

CREATE AGGREGATE ocean.climatology(day date, value double precision, options ocean.heatwave_options) (
    SFUNC = ocean.daily_accumulate, STYPE = internal, SSPACE = 65536,
    FINALFUNC = ocean.climatology_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE ocean.climatology(date, double precision, ocean.heatwave_options) IS
    'the climatology of the rows of each group; days in any order, NULL and NaN are missing values; NULL of no rows';

CREATE AGGREGATE ocean.heatwaves(day date, value double precision) (
    SFUNC = ocean.daily_accumulate, STYPE = internal, SSPACE = 65536,
    FINALFUNC = ocean.heatwaves_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE ocean.heatwaves(date, double precision) IS
    'the events, by their own climatology, of the rows of each group; days in any order, NULL and NaN are missing values; NULL of no rows';

CREATE AGGREGATE ocean.heatwaves(day date, value double precision, options ocean.heatwave_options) (
    SFUNC = ocean.daily_accumulate, STYPE = internal, SSPACE = 65536,
    FINALFUNC = ocean.heatwaves_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE ocean.heatwaves(date, double precision, ocean.heatwave_options) IS
    'the events, by their own climatology, of the rows of each group; days in any order, NULL and NaN are missing values; NULL of no rows';
