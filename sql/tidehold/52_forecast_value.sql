-- Series as arrays, and models as values.
CREATE FUNCTION tidehold.fit_values(
    value double precision[], options tidehold.forecast_option_set DEFAULT NULL)
    RETURNS tidehold.forecast_model
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
    AS 'MODULE_PATHNAME', 'th_fit_values';
COMMENT ON FUNCTION tidehold.fit_values(double precision[], tidehold.forecast_option_set) IS
    'model of a series of values at equal steps, oldest first; elements that are null are missing values; where the method of the options cannot be fitted the next simpler one is, and explain says why; null where no value is known';

CREATE FUNCTION tidehold.update(model tidehold.forecast_model, value double precision)
    RETURNS tidehold.forecast_model
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_update';
COMMENT ON FUNCTION tidehold.update(tidehold.forecast_model, double precision) IS
    'the model one step later, with the value of that step; null is a value that is missing. Parameters stay what they are, and the time does not depend on how long the series was';

CREATE FUNCTION tidehold.forecast_values(
    value double precision[], horizon integer, options tidehold.forecast_option_set DEFAULT NULL,
    OUT step integer, OUT mean double precision, OUT lower double precision,
    OUT upper double precision, OUT quantiles double precision[], OUT method text, OUT status text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 10
    AS 'MODULE_PATHNAME', 'th_forecast_values';
COMMENT ON FUNCTION tidehold.forecast_values(double precision[], integer, tidehold.forecast_option_set) IS
    'forecast of the steps after a series of values at equal steps, oldest first; elements that are null are missing values; a single row without step says in status why there is none';

CREATE FUNCTION tidehold.forecast(
    model tidehold.forecast_model, horizon integer, options tidehold.forecast_option_set DEFAULT NULL,
    OUT step integer, OUT mean double precision, OUT lower double precision,
    OUT upper double precision, OUT quantiles double precision[], OUT method text, OUT status text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100 ROWS 10
    AS 'MODULE_PATHNAME', 'th_forecast_model';
COMMENT ON FUNCTION tidehold.forecast(tidehold.forecast_model, integer, tidehold.forecast_option_set) IS
    'forecast of the steps after the last value that a model has seen; of the options level and quantiles count';

CREATE FUNCTION tidehold.explain(model tidehold.forecast_model) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_explain';
COMMENT ON FUNCTION tidehold.explain(tidehold.forecast_model) IS
    'what a model is: the method wanted and the one fitted with the reason, form, parameters by their usual names, states and statistics in the unit of the values';

REVOKE ALL ON FUNCTION
    tidehold.fit_values(double precision[], tidehold.forecast_option_set),
    tidehold.update(tidehold.forecast_model, double precision),
    tidehold.forecast_values(double precision[], integer, tidehold.forecast_option_set),
    tidehold.forecast(tidehold.forecast_model, integer, tidehold.forecast_option_set),
    tidehold.explain(tidehold.forecast_model)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    tidehold.fit_values(double precision[], tidehold.forecast_option_set),
    tidehold.update(tidehold.forecast_model, double precision),
    tidehold.forecast_values(double precision[], integer, tidehold.forecast_option_set),
    tidehold.forecast(tidehold.forecast_model, integer, tidehold.forecast_option_set),
    tidehold.explain(tidehold.forecast_model)
    TO tidehold_reader;
