CREATE TABLE inventory.stock_status (
    status text COLLATE "C" PRIMARY KEY CHECK (length(status) BETWEEN 1 AND 40),
    sellable boolean NOT NULL,
    description text NOT NULL DEFAULT '',
    builtin boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE inventory.stock_status IS
    'condition of stock, given to the lot or to the location it lies in; stock is promised only where both are sellable';
COMMENT ON COLUMN inventory.stock_status.builtin IS 'comes with the extension, cannot be changed and is not dumped';
INSERT INTO inventory.stock_status (status, sellable, description, builtin) VALUES
    ('available', true, 'good for sale', true),
    ('returned', true, 'came back from a customer and is good for sale', true),
    ('damaged', false, 'damaged', true),
    ('quarantined', false, 'waits for inspection', true),
    ('recalled', false, 'recalled by the maker or the authorities', true),
    ('blocked', false, 'kept for another purpose', true);

CREATE TABLE inventory.location (
    location_id bigint PRIMARY KEY DEFAULT inventory.new_id() CHECK (location_id > 0),
    tenant_id integer NOT NULL DEFAULT 1 REFERENCES inventory.tenant,
    code text COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 1 AND 200),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 1000),
    kind text NOT NULL DEFAULT 'internal'
        CHECK (kind IN ('internal', 'view', 'supplier', 'customer', 'loss', 'transit')),
    parent_id bigint REFERENCES inventory.location,
    priority integer NOT NULL DEFAULT 100,
    status text COLLATE "C" NOT NULL DEFAULT 'available' REFERENCES inventory.stock_status,
    allow_negative boolean NOT NULL DEFAULT false,
    frozen_until timestamptz,
    frozen_reason text,
    builtin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, code),
    CHECK (parent_id <> location_id)
);
CREATE INDEX location_parent_id_idx ON inventory.location (parent_id);
COMMENT ON INDEX inventory.location_parent_id_idx IS 'finds what lies below a location';
COMMENT ON TABLE inventory.location IS
    'tree of places: warehouses, bins, and the places outside (suppliers, customers, losses) that make every movement double-entry';
COMMENT ON COLUMN inventory.location.kind IS
    'internal: holds stock; view: groups others and holds none; transit: holds stock that nobody can reserve; supplier, customer, loss: outside, without limit and without balance';
COMMENT ON COLUMN inventory.location.priority IS
    'among siblings the smaller number is picked from first; equal numbers are picked as one, first-expired-first-out';
COMMENT ON COLUMN inventory.location.status IS 'condition of the stock that lies here';
COMMENT ON COLUMN inventory.location.allow_negative IS 'issues, transfers and adjustments may take more than is there; reservations never';
COMMENT ON COLUMN inventory.location.frozen_until IS
    'until then no new reservation, issue, receipt, transfer, adjustment or fulfilment here or below; releases and expiry go on';
COMMENT ON COLUMN inventory.location.builtin IS 'comes with the extension, cannot be changed and is not dumped';
INSERT INTO inventory.location (location_id, code, name, kind, builtin) VALUES
    (1, 'SUPPLIER', 'suppliers', 'supplier', true),
    (2, 'CUSTOMER', 'customers', 'customer', true),
    (3, 'LOSS', 'losses and finds', 'loss', true),
    (4, 'TRANSIT', 'between locations', 'transit', true);

CREATE FUNCTION inventory.refuse_cycle() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    ancestor bigint := NEW.parent_id;
    depth integer := 0;
BEGIN
    -- Two moves that each look harmless can close a cycle together, so moves wait for
    -- each other.  A new location has nothing below it and cannot close one.
    IF TG_OP = 'UPDATE' THEN
        PERFORM pg_advisory_xact_lock(TG_RELID::bigint);
    END IF;
    WHILE ancestor IS NOT NULL LOOP
        depth := depth + 1;
        IF ancestor = NEW.location_id OR depth > 31 THEN
            RAISE EXCEPTION 'location "%" cannot lie below location %', NEW.code, NEW.parent_id
                USING ERRCODE = 'TH030',
                      DETAIL = 'The tree of locations has no cycles and at most 32 levels.';
        END IF;
        SELECT parent_id INTO ancestor FROM inventory.location WHERE location_id = ancestor;
    END LOOP;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION inventory.refuse_cycle() IS 'trigger: keeps the tree of locations a tree of at most 32 levels (TH030)';

CREATE TRIGGER refuse_cycle BEFORE INSERT OR UPDATE OF parent_id, location_id ON inventory.location
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION inventory.refuse_cycle();
CREATE TRIGGER refuse_builtin BEFORE UPDATE OR DELETE ON inventory.location
    FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION inventory.refuse_builtin();
CREATE TRIGGER refuse_builtin BEFORE UPDATE OR DELETE ON inventory.stock_status
    FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION inventory.refuse_builtin();
CREATE TRIGGER refuse_in_use BEFORE DELETE OR UPDATE OF location_id, kind ON inventory.location
    FOR EACH ROW EXECUTE FUNCTION inventory.refuse_in_use();
CREATE TRIGGER forget_cached AFTER INSERT OR UPDATE OR DELETE ON inventory.location
    FOR EACH ROW EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER forget_cached_truncate AFTER TRUNCATE ON inventory.location
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER forget_cached AFTER INSERT OR UPDATE OR DELETE ON inventory.stock_status
    FOR EACH ROW EXECUTE FUNCTION inventory.forget_cached();
CREATE TRIGGER forget_cached_truncate AFTER TRUNCATE ON inventory.stock_status
    FOR EACH STATEMENT EXECUTE FUNCTION inventory.forget_cached();
ALTER TABLE inventory.location ENABLE ALWAYS TRIGGER forget_cached;
ALTER TABLE inventory.location ENABLE ALWAYS TRIGGER forget_cached_truncate;
ALTER TABLE inventory.stock_status ENABLE ALWAYS TRIGGER forget_cached;
ALTER TABLE inventory.stock_status ENABLE ALWAYS TRIGGER forget_cached_truncate;
COMMENT ON TRIGGER refuse_cycle ON inventory.location IS 'keeps the tree a tree';
COMMENT ON TRIGGER refuse_builtin ON inventory.location IS 'keeps the built-in locations as they are';
COMMENT ON TRIGGER refuse_builtin ON inventory.stock_status IS 'keeps the built-in statuses as they are';
COMMENT ON TRIGGER refuse_in_use ON inventory.location IS 'keeps locations that the ledger refers to';
COMMENT ON TRIGGER forget_cached ON inventory.location IS 'tells backends to look locations up again';
COMMENT ON TRIGGER forget_cached_truncate ON inventory.location IS 'tells backends to look locations up again';
COMMENT ON TRIGGER forget_cached ON inventory.stock_status IS 'tells backends to look statuses up again';
COMMENT ON TRIGGER forget_cached_truncate ON inventory.stock_status IS 'tells backends to look statuses up again';
