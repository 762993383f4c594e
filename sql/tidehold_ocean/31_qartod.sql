-- Tests of quality control over arrays, to try thresholds on history before they are set.
-- Flags are those of QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.  NULL,
-- NaN and infinite values are missing.  The tests are those of ioos_qc.
CREATE FUNCTION ocean.qartod_gross_range(
    value double precision[], fail_low double precision, fail_high double precision,
    suspect_low double precision DEFAULT NULL, suspect_high double precision DEFAULT NULL)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_gross_range';
COMMENT ON FUNCTION ocean.qartod_gross_range(double precision[], double precision, double precision, double precision, double precision) IS
    'fail outside one range of values, suspect outside another within it; the ends belong to the ranges, NULL is no end';

CREATE FUNCTION ocean.qartod_spike(
    value double precision[], suspect double precision, fail double precision,
    method text DEFAULT 'average')
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_spike';
COMMENT ON FUNCTION ocean.qartod_spike(double precision[], double precision, double precision, text) IS
    'method average: distance from the mean of both neighbours above a threshold; differential: the smaller of both steps, of a value above or below both neighbours; without both neighbours not evaluated';

CREATE FUNCTION ocean.qartod_rate_of_change(
    observed_at timestamptz[], value double precision[],
    suspect_per_s double precision, fail_per_s double precision)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_rate_of_change';
COMMENT ON FUNCTION ocean.qartod_rate_of_change(timestamptz[], double precision[], double precision, double precision) IS
    'change since the row before, per second, above a threshold; good where there is no value before';

CREATE FUNCTION ocean.qartod_flat_line(
    observed_at timestamptz[], value double precision[],
    suspect_s double precision, fail_s double precision, tolerance double precision)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_flat_line';
COMMENT ON FUNCTION ocean.qartod_flat_line(timestamptz[], double precision[], double precision, double precision, double precision) IS
    'range of the values of so many seconds below the tolerance; seconds are counted in rows at the median interval, at least one interval, and missing rows count';

CREATE FUNCTION ocean.qartod_climatology(
    observed_at timestamptz[], value double precision[], members jsonb,
    depth_m double precision[] DEFAULT NULL)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_climatology';
COMMENT ON FUNCTION ocean.qartod_climatology(timestamptz[], double precision[], jsonb, double precision[]) IS
    'suspect outside vspan and fail outside fspan of the last member whose tspan (UTC, or numbers of a period: month, weekofyear, dayofyear, quarter) and zspan (metres) hold the row; without a member not evaluated';

CREATE FUNCTION ocean.qartod_attenuated_signal(
    observed_at timestamptz[], value double precision[],
    suspect double precision, fail double precision, type text DEFAULT 'std',
    period_s double precision DEFAULT NULL, min_observations integer DEFAULT 1)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_attenuated_signal';
COMMENT ON FUNCTION ocean.qartod_attenuated_signal(timestamptz[], double precision[], double precision, double precision, text, double precision, integer) IS
    'standard deviation (std, of the population) or range below a threshold, of the values later than period_s before the row, or of the whole series; fewer than min_observations values: not evaluated';

CREATE FUNCTION ocean.qartod_time_gap(
    observed_at timestamptz[], fail_s double precision DEFAULT 7200,
    suspect_s double precision DEFAULT NULL)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_time_gap';
COMMENT ON FUNCTION ocean.qartod_time_gap(timestamptz[], double precision, double precision) IS
    'more seconds since the row before than a threshold; the first row is not evaluated';

CREATE FUNCTION ocean.qartod_location(
    longitude double precision[], latitude double precision[],
    range_max_m double precision DEFAULT NULL, method text DEFAULT 'wgs84')
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_location';
COMMENT ON FUNCTION ocean.qartod_location(double precision[], double precision[], double precision, text) IS
    'fail where it is no position or half of one; suspect farther than range_max_m metres from the position before, on the ellipsoid (wgs84) or the sphere (haversine)';

CREATE FUNCTION ocean.qartod_location_bounds(
    longitude double precision[], latitude double precision[],
    polygon_longitude double precision[], polygon_latitude double precision[],
    flag_area text DEFAULT 'outside')
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_location_bounds';
COMMENT ON FUNCTION ocean.qartod_location_bounds(double precision[], double precision[], double precision[], double precision[], text) IS
    'fail outside, or inside, a polygon of degrees; its border is outside';

CREATE FUNCTION ocean.qartod_density_inversion(
    density double precision[], depth_m double precision[],
    suspect double precision, fail double precision)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_density_inversion';
COMMENT ON FUNCTION ocean.qartod_density_inversion(double precision[], double precision[], double precision, double precision) IS
    'both rows of a step of a profile in which density changes with depth by less than a (negative) threshold; a row after a missing one is missing';

CREATE FUNCTION ocean.qartod_percentile_range(
    value double precision[], low_percentile double precision DEFAULT 5,
    high_percentile double precision DEFAULT 95, pad double precision DEFAULT 0)
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_percentile_range';
COMMENT ON FUNCTION ocean.qartod_percentile_range(double precision[], double precision, double precision, double precision) IS
    'suspect outside two percentiles of the series (linear between ranks), widened by pad';

CREATE FUNCTION ocean.qartod_aggregate(flags smallint[])
    RETURNS smallint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_qartod_aggregate';
COMMENT ON FUNCTION ocean.qartod_aggregate(smallint[]) IS
    'one flag of several tests, a row of the array for each test and a column for each observation: 4 before 3 before 1 before 2 before 9';

CREATE FUNCTION ocean.qartod_series(
    series_time timestamptz[], series_value double precision[], thresholds jsonb,
    cadence interval DEFAULT NULL, depth_m double precision DEFAULT NULL,
    latitude double precision DEFAULT NULL, longitude double precision DEFAULT NULL,
    OUT observed_at timestamptz, OUT value double precision, OUT flag smallint,
    OUT gross_range smallint, OUT spike smallint, OUT rate_of_change smallint,
    OUT flat_line smallint, OUT climatology smallint, OUT attenuated_signal smallint,
    OUT location smallint, OUT time_gap smallint)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 5000
    AS 'MODULE_PATHNAME', 'th_qartod_series';
COMMENT ON FUNCTION ocean.qartod_series(timestamptz[], double precision[], jsonb, interval, double precision, double precision, double precision) IS
    'all tests of a set of thresholds over a series in order of time, as they are made at insert: what the flags of history would be; cadence NULL is the median interval, a test that is not configured is NULL';
