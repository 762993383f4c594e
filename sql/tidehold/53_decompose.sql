CREATE FUNCTION tidehold.decompose(
    value double precision[], periods integer[] DEFAULT NULL, robust boolean DEFAULT false,
    OUT ordinal integer, OUT value double precision, OUT trend double precision,
    OUT seasonal double precision, OUT seasons double precision[], OUT remainder double precision)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 100
    AS 'MODULE_PATHNAME', 'th_decompose';
COMMENT ON FUNCTION tidehold.decompose(double precision[], integer[], boolean) IS
    'trend, seasons and remainder of a series, oldest value first, that add up to the value: STL of each period in turn (Cleveland, Cleveland, McRae & Terpenning 1990, Journal of Official Statistics 6, 3; Bandara, Hyndman & Bergmeir 2021, MSTL); up to four periods in steps, NULL for those that tidehold.detect_seasonality finds; robust lets values far from the rest weigh less; NULL is missing: its trend and season are known, its remainder is NULL; seasonal is the sum of the seasons, which stand in the order of the periods, NULL of one that does not come twice; no rows where no value is known';

CREATE FUNCTION tidehold.detect_seasonality(
    value double precision[], longest integer DEFAULT 1000, significance double precision DEFAULT 0.01,
    OUT period integer, OUT strength double precision, OUT p_value double precision)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 2
    AS 'MODULE_PATHNAME', 'th_detect_seasonality';
COMMENT ON FUNCTION tidehold.detect_seasonality(double precision[], integer, double precision) IS
    'seasonal periods of a series in steps, shortest first, at most four: those up to longest steps, NULL for any, that come three times; the time grows with longest times the number of values; strength is the share of the variance that the other periods leave, p_value the probability of it without a season, over all periods tried, and at most significance (Enright 1965, Journal of Theoretical Biology 8, 426; Bartlett 1946, Supplement to the Journal of the Royal Statistical Society 8, 27); NULL is missing';

CREATE FUNCTION tidehold.demand_class(
    value double precision[],
    OUT class text, OUT adi double precision, OUT cv2 double precision, OUT periods integer, OUT demands integer)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_demand_class';
COMMENT ON FUNCTION tidehold.demand_class(double precision[]) IS
    'class of the demand of equal periods: smooth or erratic where the average demand interval adi, periods a demand, is below 1.32, else intermittent or lumpy, the second of each where the squared coefficient of variation cv2 of the demands is not below 0.49; none without a demand (Syntetos, Boylan & Croston 2005, Journal of the Operational Research Society 56, 495); NULL is a period that nobody watched and counts for nothing';

REVOKE ALL ON FUNCTION tidehold.decompose, tidehold.detect_seasonality, tidehold.demand_class FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tidehold.decompose, tidehold.detect_seasonality, tidehold.demand_class TO tidehold_reader;
