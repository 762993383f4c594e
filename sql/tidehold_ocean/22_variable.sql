CREATE TABLE ocean.variable (
    variable_id smallint PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 200),
    name text NOT NULL CHECK (length(name) <= 1000),
    unit text COLLATE "C" NOT NULL CHECK (length(unit) BETWEEN 1 AND 40),
    sane_min double precision NOT NULL CHECK (sane_min > '-Infinity'),
    sane_max double precision NOT NULL CHECK (sane_max < 'Infinity'),
    builtin boolean NOT NULL DEFAULT false,
    -- Later versions may bring more: their numbers are kept free.
    CONSTRAINT variable_id_check CHECK (variable_id > 0 AND builtin = (variable_id < 1000)),
    CONSTRAINT variable_sane_check CHECK (sane_min < sane_max)
);
COMMENT ON TABLE ocean.variable IS
    'what can be observed; codes of the CF standard name table where it has one; those of the extension are builtin, your own have numbers from 1000';
COMMENT ON COLUMN ocean.variable.variable_id IS 'from 1000 for your own';
COMMENT ON COLUMN ocean.variable.code IS 'CF standard name, or a name in its manner, unique';
COMMENT ON COLUMN ocean.variable.name IS 'name for people';
COMMENT ON COLUMN ocean.variable.unit IS 'unit of every value of the variable, written as UDUNITS does';
COMMENT ON COLUMN ocean.variable.sane_min IS 'no honest instrument reports less; bounds for quality control where a stream has none of its own';
COMMENT ON COLUMN ocean.variable.sane_max IS 'no honest instrument reports more';
COMMENT ON COLUMN ocean.variable.builtin IS 'comes with the extension, cannot be changed and is not dumped';

INSERT INTO ocean.variable (variable_id, code, name, unit, sane_min, sane_max, builtin) VALUES
    (1, 'sea_water_temperature', 'sea water temperature', 'degree_Celsius', -2.5, 45, true),
    (2, 'sea_surface_temperature', 'sea surface temperature', 'degree_Celsius', -2.5, 45, true),
    (3, 'sea_water_practical_salinity', 'practical salinity of sea water', '1', 0, 45, true),
    (4, 'sea_water_electrical_conductivity', 'electrical conductivity of sea water', 'mS cm-1', 0, 90, true),
    (5, 'sea_water_pressure', 'pressure of sea water', 'dbar', -10, 12000, true),
    (6, 'sea_surface_height_above_mean_sea_level', 'sea level above mean sea level', 'm', -20, 20, true),
    (7, 'water_level', 'water level above the datum of the gauge', 'm', -20, 40, true),
    (8, 'sea_surface_wave_significant_height', 'significant wave height', 'm', 0, 30, true),
    (9, 'sea_surface_wave_period_at_variance_spectral_density_maximum', 'dominant wave period', 's', 0, 60, true),
    (10, 'sea_surface_wave_mean_period', 'average wave period', 's', 0, 60, true),
    (11, 'sea_surface_wave_from_direction', 'direction the dominant waves come from', 'degree', 0, 360, true),
    (12, 'sea_water_speed', 'speed of the current', 'm s-1', 0, 5, true),
    (13, 'sea_water_velocity_to_direction', 'direction the current goes to', 'degree', 0, 360, true),
    (14, 'mass_concentration_of_oxygen_in_sea_water', 'dissolved oxygen', 'mg L-1', 0, 25, true),
    (15, 'fractional_saturation_of_oxygen_in_sea_water', 'oxygen saturation', 'percent', 0, 250, true),
    (16, 'mass_concentration_of_chlorophyll_in_sea_water', 'chlorophyll', 'ug L-1', 0, 500, true),
    (17, 'sea_water_turbidity', 'turbidity', '1', 0, 4000, true),
    (18, 'sea_water_ph_reported_on_total_scale', 'pH, total scale', '1', 5, 10, true),
    (19, 'redox_potential', 'redox potential', 'mV', -2000, 2000, true),
    (30, 'wind_speed', 'wind speed', 'm s-1', 0, 110, true),
    (31, 'wind_from_direction', 'direction the wind comes from', 'degree', 0, 360, true),
    (32, 'wind_speed_of_gust', 'wind speed of gusts', 'm s-1', 0, 130, true),
    (33, 'air_pressure_at_mean_sea_level', 'air pressure at sea level', 'hPa', 850, 1100, true),
    (34, 'tendency_of_air_pressure', 'change of air pressure in three hours', 'hPa', -60, 60, true),
    (35, 'air_temperature', 'air temperature', 'degree_Celsius', -80, 60, true),
    (36, 'dew_point_temperature', 'dew point', 'degree_Celsius', -90, 40, true),
    (37, 'visibility_in_air', 'visibility', 'nautical_mile', 0, 100, true),
    (38, 'relative_humidity', 'relative humidity', 'percent', 0, 110, true);

CREATE TRIGGER refuse_builtin BEFORE UPDATE OR DELETE ON ocean.variable
    FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION ocean.refuse_builtin();
COMMENT ON TRIGGER refuse_builtin ON ocean.variable IS 'keeps the built-in variables as they are';
