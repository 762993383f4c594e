CREATE FUNCTION tidehold.sparkline(value double precision[], width integer DEFAULT NULL) RETURNS text
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_sparkline';
COMMENT ON FUNCTION tidehold.sparkline(double precision[], integer) IS
    'a series as one line of text (Tufte 2006): eight heights of blocks from the least value to the largest, a space where nothing is known; with a width below the number of values each sign is the mean of a part of them; ASCII signs .:-=+*#@ where the encoding of the database is not UTF8; NULL of NULL';

CREATE FUNCTION tidehold.forecast_svg(
    history double precision[], mean double precision[] DEFAULT NULL,
    lower double precision[] DEFAULT NULL, upper double precision[] DEFAULT NULL,
    title text DEFAULT NULL, width integer DEFAULT 800, height integer DEFAULT 400,
    labels text[] DEFAULT NULL) RETURNS text
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_forecast_svg';
COMMENT ON FUNCTION tidehold.forecast_svg(
    double precision[], double precision[], double precision[], double precision[], text, integer, integer, text[]) IS
    'a series, its forecast and interval as a drawing (SVG 1.1) that needs nothing else, in ASCII, for light and dark ground; mean, lower and upper are of the steps after the history and have one length; NULL and NaN are gaps, values beyond 1e300 are drawn there; width from 160 and height from 120 to 10000 pixels; labels are of history and steps, without them steps are numbered, 1 being the first of the forecast';

REVOKE ALL ON FUNCTION tidehold.sparkline, tidehold.forecast_svg FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.sparkline, tidehold.forecast_svg TO tidehold_reader;
