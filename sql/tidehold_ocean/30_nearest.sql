CREATE FUNCTION ocean.distance_m(
    latitude1 double precision, longitude1 double precision,
    latitude2 double precision, longitude2 double precision) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_distance_m';
COMMENT ON FUNCTION ocean.distance_m(double precision, double precision, double precision, double precision) IS
    'great-circle distance in metres between two positions, by the haversine formula on a sphere of 6371008.8 m, the mean earth radius R1 of GRS 80 (Moritz 2000, Journal of Geodesy 74, page 131)';

CREATE FUNCTION ocean.latitude_reach(
    latitude double precision, longitude double precision, max_distance_m double precision)
    RETURNS double precision
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_latitude_reach';
COMMENT ON FUNCTION ocean.latitude_reach(double precision, double precision, double precision) IS
    'degrees of latitude that a search reaches from a position, 180 where the distance is NULL; refuses what is not a position or a distance (TH026)';

-- The great circle is never shorter than the difference of latitudes, at the poles
-- and across the antimeridian as anywhere, so the latitudes lose nothing.
CREATE FUNCTION ocean.nearest_stations(
    latitude double precision, longitude double precision,
    max_results integer DEFAULT 10, max_distance_m double precision DEFAULT NULL,
    OUT code text, OUT name text, OUT distance_m double precision)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT near.code, near.name, near.distance_m
    FROM (
        SELECT s.code, s.name,
               ocean.distance_m(nearest_stations.latitude, nearest_stations.longitude,
                                s.latitude, s.longitude) AS distance_m
        FROM ocean.latitude_reach(nearest_stations.latitude, nearest_stations.longitude,
                                  nearest_stations.max_distance_m) AS r(reach)
        JOIN ocean.station AS s ON s.active
            AND s.latitude BETWEEN nearest_stations.latitude - r.reach
                               AND nearest_stations.latitude + r.reach
    ) AS near
    WHERE nearest_stations.max_distance_m IS NULL OR near.distance_m <= nearest_stations.max_distance_m
    ORDER BY near.distance_m, near.code
    LIMIT nearest_stations.max_results;
END;
COMMENT ON FUNCTION ocean.nearest_stations(double precision, double precision, integer, double precision) IS
    'active stations by great-circle distance from a position, nearest first; max_results NULL is all of them, max_distance_m NULL is any distance';
