-- Forecasts of rows: aggregates over time and value.  Time may be bigint, date, timestamp or
-- timestamptz, and each has a type of rows, so that a forecast has dates of the type of its
-- history.
CREATE TYPE tidehold.bigint_forecast AS (
    step integer,
    at bigint,
    mean double precision,
    lower double precision,
    upper double precision,
    quantiles double precision[],
    method text,
    status text);
COMMENT ON TYPE tidehold.bigint_forecast IS
    'one step of a forecast at times of type bigint; a single row without step says in status why there is no forecast';
COMMENT ON COLUMN tidehold.bigint_forecast.step IS 'steps after the last row, from 1';
COMMENT ON COLUMN tidehold.bigint_forecast.at IS 'time of the step';
COMMENT ON COLUMN tidehold.bigint_forecast.mean IS 'expected value, in the unit of the values';
COMMENT ON COLUMN tidehold.bigint_forecast.lower IS 'lower end of the prediction interval of the level of the options; NULL where its width is unknown';
COMMENT ON COLUMN tidehold.bigint_forecast.upper IS 'upper end of the same';
COMMENT ON COLUMN tidehold.bigint_forecast.quantiles IS 'quantiles of the value, in the order of the options; NULL where none are asked for';
COMMENT ON COLUMN tidehold.bigint_forecast.method IS 'the method that was fitted: the wanted one, or a simpler one where that could not be';
COMMENT ON COLUMN tidehold.bigint_forecast.status IS 'ok, or why there is no forecast';
CREATE TYPE tidehold.date_forecast AS (
    step integer,
    at date,
    mean double precision,
    lower double precision,
    upper double precision,
    quantiles double precision[],
    method text,
    status text);
COMMENT ON TYPE tidehold.date_forecast IS
    'one step of a forecast at times of type date; a single row without step says in status why there is no forecast';
CREATE TYPE tidehold.timestamp_forecast AS (
    step integer,
    at timestamp,
    mean double precision,
    lower double precision,
    upper double precision,
    quantiles double precision[],
    method text,
    status text);
COMMENT ON TYPE tidehold.timestamp_forecast IS
    'one step of a forecast at times of type timestamp; a single row without step says in status why there is no forecast';
CREATE TYPE tidehold.timestamptz_forecast AS (
    step integer,
    at timestamptz,
    mean double precision,
    lower double precision,
    upper double precision,
    quantiles double precision[],
    method text,
    status text);
COMMENT ON TYPE tidehold.timestamptz_forecast IS
    'one step of a forecast at times of type timestamptz; a single row without step says in status why there is no forecast';

-- ---- transition ----
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at bigint, value double precision, step bigint, horizon integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, bigint, double precision, bigint, integer) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at bigint, value double precision, step bigint, horizon integer, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, bigint, double precision, bigint, integer, tidehold.forecast_option_set) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at date, value double precision, step interval, horizon integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, date, double precision, interval, integer) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at date, value double precision, step interval, horizon integer, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, date, double precision, interval, integer, tidehold.forecast_option_set) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at timestamp, value double precision, step interval, horizon integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, timestamp, double precision, interval, integer) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at timestamp, value double precision, step interval, horizon integer, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, timestamp, double precision, interval, integer, tidehold.forecast_option_set) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at timestamptz, value double precision, step interval, horizon integer)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, timestamptz, double precision, interval, integer) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.forecast_accumulate(state internal, at timestamptz, value double precision, step interval, horizon integer, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_accumulate';
COMMENT ON FUNCTION tidehold.forecast_accumulate(internal, timestamptz, double precision, interval, integer, tidehold.forecast_option_set) IS
    'transition function of tidehold.forecast over rows';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at bigint, value double precision, step bigint)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, bigint, double precision, bigint) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at bigint, value double precision, step bigint, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, bigint, double precision, bigint, tidehold.forecast_option_set) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at date, value double precision, step interval)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, date, double precision, interval) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at date, value double precision, step interval, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, date, double precision, interval, tidehold.forecast_option_set) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at timestamp, value double precision, step interval)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, timestamp, double precision, interval) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at timestamp, value double precision, step interval, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, timestamp, double precision, interval, tidehold.forecast_option_set) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at timestamptz, value double precision, step interval)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, timestamptz, double precision, interval) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.fit_accumulate(state internal, at timestamptz, value double precision, step interval, options tidehold.forecast_option_set)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_fit_accumulate';
COMMENT ON FUNCTION tidehold.fit_accumulate(internal, timestamptz, double precision, interval, tidehold.forecast_option_set) IS
    'transition function of tidehold.fit';
CREATE FUNCTION tidehold.series_combine(state internal, other internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_series_combine';
COMMENT ON FUNCTION tidehold.series_combine(internal, internal) IS
    'combine function of tidehold.forecast and tidehold.fit';
CREATE FUNCTION tidehold.series_serialize(state internal)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_series_serialize';
COMMENT ON FUNCTION tidehold.series_serialize(internal) IS
    'serial function of tidehold.forecast and tidehold.fit';
CREATE FUNCTION tidehold.series_deserialize(serialized bytea, state internal)
    RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_series_deserialize';
COMMENT ON FUNCTION tidehold.series_deserialize(bytea, internal) IS
    'deserial function of tidehold.forecast and tidehold.fit';

-- ---- forecast ----
-- Final functions only read the state, so they may run once for each row of a window.  The
-- time zone of the session decides where a day of timestamptz begins.  The costs are those of
-- two milliseconds.
CREATE FUNCTION tidehold.forecast_final_bigint(state internal)
    RETURNS tidehold.bigint_forecast[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_forecast_final';
COMMENT ON FUNCTION tidehold.forecast_final_bigint(internal) IS
    'final function of tidehold.forecast over bigint';
CREATE FUNCTION tidehold.forecast_final_date(state internal)
    RETURNS tidehold.date_forecast[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_forecast_final';
COMMENT ON FUNCTION tidehold.forecast_final_date(internal) IS
    'final function of tidehold.forecast over date';
CREATE FUNCTION tidehold.forecast_final_timestamp(state internal)
    RETURNS tidehold.timestamp_forecast[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_forecast_final';
COMMENT ON FUNCTION tidehold.forecast_final_timestamp(internal) IS
    'final function of tidehold.forecast over timestamp';
CREATE FUNCTION tidehold.forecast_final_timestamptz(state internal)
    RETURNS tidehold.timestamptz_forecast[]
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_forecast_final';
COMMENT ON FUNCTION tidehold.forecast_final_timestamptz(internal) IS
    'final function of tidehold.forecast over timestamptz';
CREATE AGGREGATE tidehold.forecast(at bigint, value double precision, step bigint, horizon integer) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_bigint,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(bigint, double precision, bigint, integer) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, by the method auto; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at bigint, value double precision, step bigint, horizon integer, options tidehold.forecast_option_set) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_bigint,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(bigint, double precision, bigint, integer, tidehold.forecast_option_set) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, as tidehold.forecast_options() says; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at date, value double precision, step interval, horizon integer) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_date,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(date, double precision, interval, integer) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, by the method auto; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at date, value double precision, step interval, horizon integer, options tidehold.forecast_option_set) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_date,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(date, double precision, interval, integer, tidehold.forecast_option_set) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, as tidehold.forecast_options() says; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at timestamp, value double precision, step interval, horizon integer) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_timestamp,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(timestamp, double precision, interval, integer) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, by the method auto; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at timestamp, value double precision, step interval, horizon integer, options tidehold.forecast_option_set) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_timestamp,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(timestamp, double precision, interval, integer, tidehold.forecast_option_set) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, as tidehold.forecast_options() says; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at timestamptz, value double precision, step interval, horizon integer) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_timestamptz,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(timestamptz, double precision, interval, integer) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, by the method auto; the order of the rows does not matter, a NULL value is a missing one';
CREATE AGGREGATE tidehold.forecast(at timestamptz, value double precision, step interval, horizon integer, options tidehold.forecast_option_set) (
    SFUNC = tidehold.forecast_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.forecast_final_timestamptz,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.forecast(timestamptz, double precision, interval, integer, tidehold.forecast_option_set) IS
    'forecast of the next horizon steps (1 to 100000) of a series of values at equal steps, as tidehold.forecast_options() says; the order of the rows does not matter, a NULL value is a missing one';

-- ---- fit ----
CREATE FUNCTION tidehold.fit_final(state internal)
    RETURNS tidehold.forecast_model
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'th_fit_final';
COMMENT ON FUNCTION tidehold.fit_final(internal) IS
    'final function of tidehold.fit';
CREATE AGGREGATE tidehold.fit(at bigint, value double precision, step bigint) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(bigint, double precision, bigint) IS
    'model of a series of values at equal steps, by the method auto, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at bigint, value double precision, step bigint, options tidehold.forecast_option_set) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(bigint, double precision, bigint, tidehold.forecast_option_set) IS
    'model of a series of values at equal steps, as tidehold.forecast_options() says, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at date, value double precision, step interval) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(date, double precision, interval) IS
    'model of a series of values at equal steps, by the method auto, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at date, value double precision, step interval, options tidehold.forecast_option_set) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(date, double precision, interval, tidehold.forecast_option_set) IS
    'model of a series of values at equal steps, as tidehold.forecast_options() says, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at timestamp, value double precision, step interval) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(timestamp, double precision, interval) IS
    'model of a series of values at equal steps, by the method auto, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at timestamp, value double precision, step interval, options tidehold.forecast_option_set) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(timestamp, double precision, interval, tidehold.forecast_option_set) IS
    'model of a series of values at equal steps, as tidehold.forecast_options() says, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at timestamptz, value double precision, step interval) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(timestamptz, double precision, interval) IS
    'model of a series of values at equal steps, by the method auto, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';
CREATE AGGREGATE tidehold.fit(at timestamptz, value double precision, step interval, options tidehold.forecast_option_set) (
    SFUNC = tidehold.fit_accumulate,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = tidehold.fit_final,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = tidehold.series_combine,
    SERIALFUNC = tidehold.series_serialize,
    DESERIALFUNC = tidehold.series_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE tidehold.fit(timestamptz, double precision, interval, tidehold.forecast_option_set) IS
    'model of a series of values at equal steps, as tidehold.forecast_options() says, to be kept and moved on by update; null where the series is good for none: tidehold.forecast says why';

-- ---- progress ----
CREATE FUNCTION tidehold.stat_progress_forecast(
    OUT pid integer, OUT leader_pid integer, OUT database_id oid, OUT role_id oid, OUT phase text,
    OUT started_at timestamptz, OUT rows_read bigint, OUT series_done bigint,
    OUT series text, OUT method text, OUT value_count integer)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 10
    AS 'MODULE_PATHNAME', 'th_stat_progress_forecast';
COMMENT ON FUNCTION tidehold.stat_progress_forecast() IS 'source of the view tidehold.stat_progress_forecast';

CREATE VIEW tidehold.stat_progress_forecast AS
    SELECT p.pid, p.leader_pid, p.database_id, d.datname AS database, p.role_id, p.phase,
           p.started_at, p.rows_read, p.series_done, p.series, p.method, p.value_count
    FROM tidehold.stat_progress_forecast() AS p
    LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) p.database_id;
COMMENT ON VIEW tidehold.stat_progress_forecast IS
    'one row for each backend that has been forecasting for more than a second in one statement: phase (reading rows, fitting, predicting), rows read and series done by it, and name, method and number of values of the series in work; NULL of other roles, but for pg_read_all_stats';


REVOKE ALL ON FUNCTION
    tidehold.forecast_accumulate(internal, bigint, double precision, bigint, integer),
    tidehold.forecast_accumulate(internal, bigint, double precision, bigint, integer, tidehold.forecast_option_set),
    tidehold.fit_accumulate(internal, bigint, double precision, bigint),
    tidehold.fit_accumulate(internal, bigint, double precision, bigint, tidehold.forecast_option_set),
    tidehold.forecast_accumulate(internal, date, double precision, interval, integer),
    tidehold.forecast_accumulate(internal, date, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.fit_accumulate(internal, date, double precision, interval),
    tidehold.fit_accumulate(internal, date, double precision, interval, tidehold.forecast_option_set),
    tidehold.forecast_accumulate(internal, timestamp, double precision, interval, integer),
    tidehold.forecast_accumulate(internal, timestamp, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.fit_accumulate(internal, timestamp, double precision, interval),
    tidehold.fit_accumulate(internal, timestamp, double precision, interval, tidehold.forecast_option_set),
    tidehold.forecast_accumulate(internal, timestamptz, double precision, interval, integer),
    tidehold.forecast_accumulate(internal, timestamptz, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.fit_accumulate(internal, timestamptz, double precision, interval),
    tidehold.fit_accumulate(internal, timestamptz, double precision, interval, tidehold.forecast_option_set),
    tidehold.series_combine(internal, internal),
    tidehold.series_serialize(internal),
    tidehold.series_deserialize(bytea, internal),
    tidehold.forecast_final_bigint(internal),
    tidehold.forecast_final_date(internal),
    tidehold.forecast_final_timestamp(internal),
    tidehold.forecast_final_timestamptz(internal),
    tidehold.fit_final(internal),
    tidehold.fit(bigint, double precision, bigint),
    tidehold.fit(bigint, double precision, bigint, tidehold.forecast_option_set),
    tidehold.fit(date, double precision, interval),
    tidehold.fit(date, double precision, interval, tidehold.forecast_option_set),
    tidehold.fit(timestamp, double precision, interval),
    tidehold.fit(timestamp, double precision, interval, tidehold.forecast_option_set),
    tidehold.fit(timestamptz, double precision, interval),
    tidehold.fit(timestamptz, double precision, interval, tidehold.forecast_option_set),
    tidehold.forecast(bigint, double precision, bigint, integer),
    tidehold.forecast(bigint, double precision, bigint, integer, tidehold.forecast_option_set),
    tidehold.forecast(date, double precision, interval, integer),
    tidehold.forecast(date, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.forecast(timestamp, double precision, interval, integer),
    tidehold.forecast(timestamp, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.forecast(timestamptz, double precision, interval, integer),
    tidehold.forecast(timestamptz, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.stat_progress_forecast()
    FROM PUBLIC;
-- The parts of an aggregate are called in the name of its owner: nobody needs to be granted
-- them.
GRANT EXECUTE ON FUNCTION
    tidehold.fit(bigint, double precision, bigint),
    tidehold.fit(bigint, double precision, bigint, tidehold.forecast_option_set),
    tidehold.fit(date, double precision, interval),
    tidehold.fit(date, double precision, interval, tidehold.forecast_option_set),
    tidehold.fit(timestamp, double precision, interval),
    tidehold.fit(timestamp, double precision, interval, tidehold.forecast_option_set),
    tidehold.fit(timestamptz, double precision, interval),
    tidehold.fit(timestamptz, double precision, interval, tidehold.forecast_option_set),
    tidehold.forecast(bigint, double precision, bigint, integer),
    tidehold.forecast(bigint, double precision, bigint, integer, tidehold.forecast_option_set),
    tidehold.forecast(date, double precision, interval, integer),
    tidehold.forecast(date, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.forecast(timestamp, double precision, interval, integer),
    tidehold.forecast(timestamp, double precision, interval, integer, tidehold.forecast_option_set),
    tidehold.forecast(timestamptz, double precision, interval, integer),
    tidehold.forecast(timestamptz, double precision, interval, integer, tidehold.forecast_option_set)
    TO tidehold_reader;
GRANT EXECUTE ON FUNCTION tidehold.stat_progress_forecast() TO tidehold_reader, pg_monitor;
REVOKE ALL ON TABLE tidehold.stat_progress_forecast FROM PUBLIC;
GRANT SELECT ON TABLE tidehold.stat_progress_forecast TO tidehold_reader, pg_monitor;
REVOKE ALL ON TYPE tidehold.bigint_forecast, tidehold.date_forecast, tidehold.timestamp_forecast,
    tidehold.timestamptz_forecast FROM PUBLIC;
GRANT USAGE ON TYPE tidehold.bigint_forecast, tidehold.date_forecast, tidehold.timestamp_forecast,
    tidehold.timestamptz_forecast TO tidehold_reader;
