CREATE FUNCTION tidehold.backtest(
    value double precision[], horizon integer, options tidehold.forecast_option_set DEFAULT NULL,
    origins integer DEFAULT NULL, step_between integer DEFAULT 1, min_train integer DEFAULT NULL,
    refit boolean DEFAULT true,
    OUT origin integer, OUT step integer, OUT actual double precision, OUT mean double precision,
    OUT lower double precision, OUT upper double precision, OUT quantiles double precision[],
    OUT method text, OUT status text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000 ROWS 100
    AS 'MODULE_PATHNAME', 'th_backtest';
COMMENT ON FUNCTION tidehold.backtest(
    double precision[], integer, tidehold.forecast_option_set, integer, integer, integer, boolean) IS
    'forecasts from rolling origins beside what came (Tashman 2000, International Journal of Forecasting 16, 437): origin is the number of values, oldest first, that the forecast saw, and it saw nothing else; the last origin lies horizon steps before the end, the others step_between steps apart before it, at most origins of them, NULL for all that have min_train values, by default 3 and two of the longest period; without refit the model of the first origin is moved on by each value; a row whose step is NULL says why there is no forecast; NULL is missing; gaps and duplicates of the options have no part, periods are none unless given';

REVOKE ALL ON FUNCTION tidehold.backtest FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.backtest TO tidehold_reader;
