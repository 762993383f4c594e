-- Heat stress of corals, beside the heatwaves of the same stream.

CREATE FUNCTION ocean.monthly_means_values(
    day date[], value double precision[], first_year integer DEFAULT NULL, last_year integer DEFAULT NULL, centre double precision DEFAULT NULL, OUT months double precision[], OUT maximum double precision, OUT maximum_month integer)
    RETURNS record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
    AS 'MODULE_PATHNAME', 'th_ocean_monthly_values';
COMMENT ON FUNCTION ocean.monthly_means_values(date[], double precision[], integer, integer, double precision) IS
    'means of the twelve months over the years given, and the greatest of them, the maximum monthly mean; with a centre each month is its regression on the year there: 1985, 2012 and 1988.2857 is what NOAA Coral Reef Watch does';

CREATE FUNCTION ocean.monthly_means_stream(
    stream_id bigint, first_year integer DEFAULT NULL, last_year integer DEFAULT NULL, centre double precision DEFAULT NULL, OUT months double precision[], OUT maximum double precision, OUT maximum_month integer)
    RETURNS record
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
    AS 'MODULE_PATHNAME', 'th_ocean_monthly_stream';
COMMENT ON FUNCTION ocean.monthly_means_stream(bigint, integer, integer, double precision) IS
    'the same of the daily means of a stream';

CREATE FUNCTION ocean.heating_values(
    day date[], value double precision[], maximum_monthly_mean double precision, OUT day date, OUT hotspot double precision, OUT degree_weeks double precision, OUT missing_days integer, OUT level smallint, OUT area_level smallint)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 10000
    AS 'MODULE_PATHNAME', 'th_ocean_heating_values';
COMMENT ON FUNCTION ocean.heating_values(date[], double precision[], double precision) IS
    'HotSpot, degree heating weeks and bleaching alert of each day (NOAA Coral Reef Watch 3.1; Liu et al. 2014, Remote Sensing 6, 11579; Skirving et al. 2020, Remote Sensing 12, 3856): degree_weeks sums the HotSpots of 1 or more of the last 84 days, in degrees times weeks, NULL before the 84th; with missing_days of them unknown it is a lower bound; level 0 none, 1 watch, 2 warning, 3 to 7 alert 1 to 5; area_level is the highest of seven days';

CREATE FUNCTION ocean.heating_stream(
    stream_id bigint, maximum_monthly_mean double precision, OUT day date, OUT hotspot double precision, OUT degree_weeks double precision, OUT missing_days integer, OUT level smallint, OUT area_level smallint)
    RETURNS SETOF record
    LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 10000
    AS 'MODULE_PATHNAME', 'th_ocean_heating_stream';
COMMENT ON FUNCTION ocean.heating_stream(bigint, double precision) IS
    'the same of the daily means of a stream';
