-- pg_trgm may live in any schema, and a name inside @extschema:pg_trgm@ needs
-- PostgreSQL 16, so its schema is looked up and the body binds to it for good.
DO $$
DECLARE
    trgm text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
                  WHERE e.extname = 'pg_trgm');
BEGIN
    EXECUTE format('CREATE INDEX station_code_trgm_idx ON ocean.station USING gin (code %s.gin_trgm_ops)', trgm);
    EXECUTE format('CREATE INDEX station_name_trgm_idx ON ocean.station USING gin (name %s.gin_trgm_ops)', trgm);
    EXECUTE format($f$
CREATE FUNCTION ocean.search_stations(
    query text, max_results integer DEFAULT 20,
    OUT station_id bigint, OUT code text, OUT name text, OUT active boolean, OUT score real)
    RETURNS SETOF record
    LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    WITH hit AS (
        SELECT s.station_id,
               CASE WHEN s.code = search_stations.query THEN 2
                    WHEN lower(s.code) = lower(search_stations.query) THEN 1.9::real
                    WHEN starts_with(lower(s.code), lower(search_stations.query)) THEN 1.5::real
                    ELSE greatest(%1$s.similarity(s.code, search_stations.query),
                                  %1$s.word_similarity(search_stations.query, s.code)) END AS score
        FROM ocean.station AS s
        WHERE s.code OPERATOR(%1$s.%%) search_stations.query OR search_stations.query OPERATOR(%1$s.<%%) s.code
           OR starts_with(lower(s.code), lower(search_stations.query))
        UNION ALL
        SELECT s.station_id,
               CASE WHEN lower(s.name) = lower(search_stations.query) THEN 1.8::real
                    ELSE greatest(%1$s.similarity(s.name, search_stations.query),
                                  %1$s.word_similarity(search_stations.query, s.name)) END
        FROM ocean.station AS s
        WHERE s.name OPERATOR(%1$s.%%) search_stations.query OR search_stations.query OPERATOR(%1$s.<%%) s.name
    ), best AS (
        SELECT h.station_id, max(h.score) AS score FROM hit AS h GROUP BY h.station_id
    )
    SELECT s.station_id, s.code, s.name, s.active, best.score
    FROM best JOIN ocean.station AS s ON s.station_id = best.station_id
    ORDER BY best.score DESC, s.code
    LIMIT search_stations.max_results;
END$f$, trgm);
END
$$;
COMMENT ON INDEX ocean.station_code_trgm_idx IS 'ocean.search_stations() by code';
COMMENT ON INDEX ocean.station_name_trgm_idx IS 'ocean.search_stations() by name';
COMMENT ON FUNCTION ocean.search_stations(text, integer) IS
    'stations whose code or name is like the query, typing errors forgiven, best first: score 2 is an exact code, below 1 it is trigram similarity';
