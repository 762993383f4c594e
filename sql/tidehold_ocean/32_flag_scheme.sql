CREATE TABLE ocean.flag_scheme (
    flag_scheme smallint PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL
);
COMMENT ON TABLE ocean.flag_scheme IS 'what numbers of quality flags may mean; comes with the extension and is not dumped';
COMMENT ON COLUMN ocean.flag_scheme.flag_scheme IS 'number in ocean.observation.flag_scheme; never changes';
COMMENT ON COLUMN ocean.flag_scheme.code IS 'short name';
COMMENT ON COLUMN ocean.flag_scheme.name IS 'name for people';
INSERT INTO ocean.flag_scheme (flag_scheme, code, name) VALUES
    (1, 'qartod', 'primary flags of QARTOD (IOOS)'),
    (2, 'argo', 'Argo reference table 2, as used by CMEMS In Situ TAC');

CREATE FUNCTION ocean.flag_text(flag_scheme smallint, flag smallint) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_flag_meaning';
COMMENT ON FUNCTION ocean.flag_text(smallint, smallint) IS 'what a flag means; NULL where the scheme does not have it';

CREATE FUNCTION ocean.map_flag_number(flag smallint, from_scheme smallint, to_scheme smallint) RETURNS smallint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'th_ocean_map_flag';
COMMENT ON FUNCTION ocean.map_flag_number(smallint, smallint, smallint) IS
    'a flag in the terms of another scheme, by number; what that scheme has no word for becomes the nearest it has (view ocean.flag_mapping says where)';

CREATE FUNCTION ocean.map_flag(flag smallint, from_scheme text, to_scheme text) RETURNS smallint
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT ocean.map_flag_number(map_flag.flag,
        coalesce((SELECT s.flag_scheme FROM ocean.flag_scheme AS s WHERE s.code = map_flag.from_scheme), 0::smallint),
        coalesce((SELECT s.flag_scheme FROM ocean.flag_scheme AS s WHERE s.code = map_flag.to_scheme), 0::smallint));
END;
COMMENT ON FUNCTION ocean.map_flag(smallint, text, text) IS
    'a flag in the terms of another scheme, by code: qartod, argo; refuses a flag that the scheme does not have (TH026)';

CREATE VIEW ocean.flag_meaning AS
    SELECT s.flag_scheme, s.code, f.flag, ocean.flag_text(s.flag_scheme, f.flag) AS meaning
    FROM ocean.flag_scheme AS s, ROWS FROM (generate_series(0, 9)) AS g (n), LATERAL (SELECT g.n::smallint) AS f (flag)
    WHERE ocean.flag_text(s.flag_scheme, f.flag) IS NOT NULL;
COMMENT ON VIEW ocean.flag_meaning IS 'every flag of every scheme';
COMMENT ON COLUMN ocean.flag_meaning.flag_scheme IS 'number of the scheme';
COMMENT ON COLUMN ocean.flag_meaning.code IS 'code of the scheme';
COMMENT ON COLUMN ocean.flag_meaning.flag IS 'the flag';
COMMENT ON COLUMN ocean.flag_meaning.meaning IS 'what it means';

CREATE VIEW ocean.flag_mapping AS
    SELECT a.code AS from_scheme, a.flag AS from_flag, a.meaning AS from_meaning,
           t.code AS to_scheme, m.flag AS to_flag, ocean.flag_text(t.flag_scheme, m.flag) AS to_meaning,
           ocean.map_flag_number(m.flag, t.flag_scheme, a.flag_scheme) <> a.flag AS lossy
    FROM ocean.flag_meaning AS a
    JOIN ocean.flag_scheme AS t ON t.flag_scheme <> a.flag_scheme
    CROSS JOIN LATERAL (SELECT ocean.map_flag_number(a.flag, a.flag_scheme, t.flag_scheme)) AS m (flag);
COMMENT ON VIEW ocean.flag_mapping IS 'what ocean.map_flag() makes of every flag';
COMMENT ON COLUMN ocean.flag_mapping.from_scheme IS 'code of the scheme';
COMMENT ON COLUMN ocean.flag_mapping.from_flag IS 'flag in it';
COMMENT ON COLUMN ocean.flag_mapping.from_meaning IS 'what it means there';
COMMENT ON COLUMN ocean.flag_mapping.to_scheme IS 'code of the other scheme';
COMMENT ON COLUMN ocean.flag_mapping.to_flag IS 'flag in the other scheme';
COMMENT ON COLUMN ocean.flag_mapping.to_meaning IS 'what it means there';
COMMENT ON COLUMN ocean.flag_mapping.lossy IS 'does not lead back to the flag it came from';
