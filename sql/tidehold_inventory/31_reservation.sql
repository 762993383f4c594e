CREATE TABLE inventory.reservation (
    item_id bigint NOT NULL,
    reservation_no bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    quantity bigint NOT NULL,
    fulfilled bigint NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    actor text NOT NULL,
    reference text,
    PRIMARY KEY (item_id, reservation_no, location_id, lot_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX reservation_entry_idx ON inventory.reservation (item_id, location_id, lot_id, expires_at);
CREATE INDEX reservation_expires_at_idx ON inventory.reservation (expires_at);
COMMENT ON INDEX inventory.reservation_entry_idx IS 'what is reserved of one shared-memory entry, and what of it is due';
COMMENT ON INDEX inventory.reservation_expires_at_idx IS 'what falls due next in the whole database';
COMMENT ON TABLE inventory.reservation IS
    'open reservations, one row per pick (location and lot); a row is deleted when it ends, exactly once, and then stands in reservation_end';
COMMENT ON COLUMN inventory.reservation.reservation_no IS
    'with item_id the reservation id: its upper 64 bits are item_id, its lower 64 bits this number';
COMMENT ON COLUMN inventory.reservation.quantity IS 'still held, in base units';
COMMENT ON COLUMN inventory.reservation.fulfilled IS 'already shipped of this pick, in base units';
COMMENT ON COLUMN inventory.reservation.expires_at IS 'from this moment it cannot be fulfilled and does not block a sale; NULL never';
COMMENT ON COLUMN inventory.reservation.actor IS 'role that reserved';

CREATE TABLE inventory.reservation_end (
    item_id bigint NOT NULL,
    reservation_no bigint NOT NULL,
    location_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    quantity bigint NOT NULL,
    fulfilled bigint NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    ended_at timestamptz NOT NULL,
    actor text NOT NULL,
    reference text,
    reason text,
    PRIMARY KEY (item_id, reservation_no, location_id, lot_id)
);
CREATE INDEX reservation_end_ended_at_idx ON inventory.reservation_end USING brin (ended_at);
COMMENT ON INDEX inventory.reservation_end_ended_at_idx IS 'what is older than tidehold.history_retention';
COMMENT ON TABLE inventory.reservation_end IS
    'how reservations ended: fulfilled, released or expired; kept for tidehold.history_retention';
COMMENT ON COLUMN inventory.reservation_end.quantity IS 'returned to stock when it ended, in base units';
COMMENT ON COLUMN inventory.reservation_end.fulfilled IS 'shipped in all, in base units';
COMMENT ON COLUMN inventory.reservation_end.actor IS 'role that ended it; of an expired one the worker or the caller that met it';

CREATE TABLE inventory.request (
    tenant_id integer NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    arguments text[] NOT NULL,
    result text[] NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
);
CREATE INDEX request_created_at_idx ON inventory.request USING brin (created_at);
COMMENT ON INDEX inventory.request_created_at_idx IS 'what is older than tidehold.request_retention';
COMMENT ON TABLE inventory.request IS
    'idempotency: a request id that was served answers the same again for tidehold.request_retention; a request that failed leaves no row and may be sent again';
COMMENT ON COLUMN inventory.request.arguments IS 'the arguments as sent, in the order of the function''s parameters';
COMMENT ON COLUMN inventory.request.result IS 'what the function returned, column by column';
