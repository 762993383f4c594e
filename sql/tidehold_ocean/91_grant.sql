REVOKE ALL ON ALL TABLES IN SCHEMA ocean FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ocean FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ocean FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA ocean TO tidehold_reader;
GRANT INSERT, UPDATE, DELETE ON TABLE ocean.station, ocean.station_position, ocean.variable, ocean.sensor,
    ocean.stream TO tidehold_admin;
GRANT EXECUTE ON FUNCTION ocean.position_at, ocean.flags_valid TO tidehold_reader;
GRANT EXECUTE ON FUNCTION ocean.distance_m, ocean.latitude_reach, ocean.nearest_stations TO tidehold_reader;
GRANT EXECUTE ON FUNCTION ocean.new_id TO tidehold_admin;
