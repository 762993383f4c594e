-- Stored forecasts, and what became of them.
CREATE TABLE inventory.planning_run (
    run_id bigint PRIMARY KEY DEFAULT inventory.new_id(),
    task text COLLATE "C" NOT NULL CHECK (task IN ('refit', 'update', 'propose')),
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    series integer NOT NULL,
    failed integer NOT NULL,
    error text,
    actor text NOT NULL DEFAULT current_user
);
CREATE INDEX planning_run_finished_at_idx ON inventory.planning_run USING brin (finished_at);
COMMENT ON INDEX inventory.planning_run_finished_at_idx IS 'what ran lately';
COMMENT ON TABLE inventory.planning_run IS 'runs of refit_forecasts, update_forecasts and propose_orders';
COMMENT ON COLUMN inventory.planning_run.series IS 'items at locations that were looked at';
COMMENT ON COLUMN inventory.planning_run.failed IS 'of them those that could not be served; the others were';
COMMENT ON COLUMN inventory.planning_run.error IS 'why the first of them could not';

CREATE TABLE inventory.forecast (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    starts_on date NOT NULL,
    mean double precision NOT NULL,
    lower double precision,
    upper double precision,
    deviation double precision,
    quantiles double precision[],
    PRIMARY KEY (item_id, location_id, step)
);
COMMENT ON TABLE inventory.forecast IS 'the latest forecast of what is planned, per period, in base units';
COMMENT ON COLUMN inventory.forecast.step IS '1 is the period that has begun and is not over when the forecast is made';
COMMENT ON COLUMN inventory.forecast.lower IS 'with upper the interval that holds the demand with probability 0.95';
COMMENT ON COLUMN inventory.forecast.deviation IS 'standard deviation of the demand about the mean, by the interval';
COMMENT ON COLUMN inventory.forecast.quantiles IS 'at 0.5, 0.75, 0.9, 0.95 and 0.99';

CREATE TABLE inventory.forecast_error (
    item_id bigint NOT NULL,
    location_id bigint NOT NULL,
    starts_on date NOT NULL,
    mean double precision NOT NULL,
    lower double precision,
    upper double precision,
    actual double precision,
    PRIMARY KEY (item_id, location_id, starts_on)
);
COMMENT ON TABLE inventory.forecast_error IS 'forecasts one period ahead, and what was asked for then';
COMMENT ON COLUMN inventory.forecast_error.actual IS 'NULL until the period is over';
