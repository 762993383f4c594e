-- A domain, not a type: whoever keeps options in a table reads and changes them as JSON.
CREATE DOMAIN tidehold.forecast_option_set AS pg_catalog.jsonb;
COMMENT ON DOMAIN tidehold.forecast_option_set IS
    'options of a forecast, an object with some of the names that the function tidehold.forecast_options has; every function that takes one checks it';
REVOKE ALL ON DOMAIN tidehold.forecast_option_set FROM PUBLIC;
GRANT USAGE ON DOMAIN tidehold.forecast_option_set TO tidehold_reader;

CREATE FUNCTION tidehold.forecast_options(
    method text DEFAULT 'auto', periods integer[] DEFAULT NULL,
    level double precision DEFAULT 0.95, quantiles double precision[] DEFAULT NULL,
    nonnegative boolean DEFAULT false, intervals text DEFAULT NULL,
    gaps text DEFAULT 'error', duplicates text DEFAULT 'error', series text DEFAULT NULL,
    horizon integer DEFAULT NULL, may_end boolean DEFAULT NULL,
    window_size integer DEFAULT NULL, alpha double precision DEFAULT NULL,
    beta double precision DEFAULT NULL, start_first boolean DEFAULT NULL,
    bucket integer DEFAULT NULL, periodic boolean DEFAULT NULL, form text DEFAULT NULL,
    arima_order integer[] DEFAULT NULL, arima_constant boolean DEFAULT NULL,
    year double precision DEFAULT NULL, harmonics integer DEFAULT NULL,
    trend boolean DEFAULT NULL) RETURNS tidehold.forecast_option_set
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_options';
COMMENT ON FUNCTION tidehold.forecast_options(text, integer[], double precision, double precision[], boolean, text, text, text, text, integer, boolean, integer, double precision, double precision, boolean, integer, boolean, text, integer[], boolean, double precision, integer, boolean) IS
    'options of a forecast, each checked; what is null keeps its default: method (auto), seasonal periods in steps, level of the interval, quantiles, nonnegative, intervals analytic or calibrated, gaps (error, status, missing, zero, previous, linear), duplicates (error, status, sum, mean, first, last), series as messages call it, horizon that backtests inside look ahead; the others belong to single methods and are in doc/forecast.md';
REVOKE ALL ON FUNCTION tidehold.forecast_options(text, integer[], double precision, double precision[], boolean, text, text, text, text, integer, boolean, integer, double precision, double precision, boolean, integer, boolean, text, integer[], boolean, double precision, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.forecast_options(text, integer[], double precision, double precision[], boolean, text, text, text, text, integer, boolean, integer, double precision, double precision, boolean, integer, boolean, text, integer[], boolean, double precision, integer, boolean) TO tidehold_reader;
